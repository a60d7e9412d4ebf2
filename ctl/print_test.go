package ctl

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/vbauerster/mpb/v8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Größe 7":            "Größe 7",
		"\x1b[31mred\a":      `\x1b[31mred\x07`,
		"a\nb\tc":            `a\x0ab\x09c`,
		"\xff\xfe":           `\xff\xfe`,
		"\uFFFD":             "\uFFFD",
		"\u202Egnp.exe":      `\u202egnp.exe`,
		"\u009bcontrol":      `\u009bcontrol`,
		"good \xc3\x28 half": `good \xc3( half`,
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	s := &screen{}
	s.table("NAME STATE EMPTY N", [][]string{{"Größe", "down", "", "1"}, {"x", "leader", "", "22"}})
	want := "NAME   STATE   N\nGröße  down    1\nx      leader  22\n"
	if s.buf.String() != want {
		t.Errorf("%q, want %q", s.buf.String(), want)
	}

	// Colours don't move the columns, and colour only what tells a state.
	s = &screen{color: true}
	s.table("NAME STATE N", [][]string{{"down", "down", "1"}, {"x", "standby", "2"}, {"y", "odd", "3"}})
	want = "NAME  STATE    N\ndown  \x1b[31mdown\x1b[0m     1\nx     \x1b[32mstandby\x1b[0m  2\ny     \x1b[33modd\x1b[0m      3\n"
	if s.buf.String() != want {
		t.Errorf("%q, want %q", s.buf.String(), want)
	}
}

func TestTimes(t *testing.T) {
	for ago, want := range map[when]string{
		0: "0s", 59_999: "59s", 60_000: "1m00s", 3_599_000: "59m59s", 3_600_000: "1h00m", 86_399_000: "23h59m", 86_400_000: "1d00h", -5_000: "0s",
	} {
		if got := when(now - ago).age(now); got != want {
			t.Errorf("%d ms ago: %s, want %s", ago, got, want)
		}
	}
	if when(0).age(now)+when(now).age(0)+when(0).local() != "" {
		t.Error("no time has no age")
	}
	for w, want := range map[when]string{0: "null", 1: `"1970-01-01T00:00:00.001Z"`, now: `"2026-05-04T10:20:30.123Z"`} {
		if got, err := json.Marshal(w); err != nil || string(got) != want {
			t.Errorf("%d: %s, want %s (%v)", w, got, want, err)
		}
	}
}

func TestPages(t *testing.T) {
	rows := make([]int, 1200)
	for i := range rows {
		rows[i] = i
	}
	for _, tc := range []struct {
		limit, have int
		want        int
		more        bool
	}{
		{0, 1200, 1200, false}, {1000, 1200, 1000, true}, {1200, 1200, 1200, false}, {5000, 1200, 1200, false}, {1, 1200, 1, true}, {10, 0, 0, false},
	} {
		at := 0
		got, more, err := pages(tc.limit, func(size uint32) ([]int, bool, error) {
			page := rows[at:min(at+int(size), tc.have)]
			at += len(page)
			return page, at == tc.have, nil
		})
		if err != nil || len(got) != tc.want || more != tc.more {
			t.Errorf("limit %d of %d: %d rows, more %v, %v; want %d, %v", tc.limit, tc.have, len(got), more, err, tc.want, tc.more)
		}
		for i, n := range got {
			if i != n {
				t.Fatalf("limit %d: row %d is %d", tc.limit, i, n)
			}
		}
	}
	if _, _, err := pages(0, func(uint32) ([]int, bool, error) { return nil, false, nil }); err == nil {
		t.Error("a node that never ends would be asked for ever")
	}
}

func TestListsAreCut(t *testing.T) {
	f := newFake()
	f.pageSize = 1
	addr := serve(t, f)
	for _, line := range []string{"calls", "monitors", "dn list"} {
		r := run(t, []string{addr}, append(strings.Fields(line), "--limit", "2")...)
		if r.code != exitOK || strings.Count(r.out, "\n") != 3 {
			t.Errorf("%s: %+v", line, r)
		}
		if cut := strings.Contains(r.err, "the first 2 "); cut != (line != "calls") {
			t.Errorf("%s: stderr %q", line, r.err)
		}
		all := run(t, []string{addr}, append(strings.Fields(line), "--limit", "0", "--json")...)
		all.want(t, exitOK, "")
		if !strings.Contains(all.out, `"more": false`) {
			t.Errorf("%s: %s", line, all.out)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputThatCantBeWritten(t *testing.T) {
	t.Setenv("LINKCTL_ENDPOINTS", serve(t, newFake()))
	var stderr bytes.Buffer
	code := Run(t.Context(), Std{strings.NewReader(""), broken{}, &stderr}, []string{"linkctl", "status"})
	if code != exitFailed || !strings.Contains(stderr.String(), "write the answer: no space left on device") {
		t.Errorf("exit status %d; %s", code, stderr.String())
	}
}

func TestProgress(t *testing.T) {
	silent := newProgress(&bytes.Buffer{}, false)
	silent.set("resync pbx1", 1, 2)
	silent.end()

	var drawn bytes.Buffer
	p := newBars(&drawn, mpb.WithAutoRefresh())
	p.set("resync pbx1", 0, 0)
	p.set("resync pbx1", 50, 200)
	p.set("resync pbx2", 7, 7)
	p.end()
	for _, want := range []string{"resync pbx1", "50 / 200", "25 %", "resync pbx2", "7 / 7"} {
		if !strings.Contains(drawn.String(), want) {
			t.Errorf("%q isn't drawn in\n%s", want, drawn.String())
		}
	}
}
