package failover

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdline/holdline/cmd/bench/measure"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAWriteBegunBeforeDoesNotCount(t *testing.T) {
	var w writes
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	first := w.since(at(10))
	w.committed(at(9), at(12))  // was on its way already
	w.committed(at(11), at(13)) // counts
	w.committed(at(12), at(14))
	if got := <-first; !got.Equal(at(13)) {
		t.Errorf("the first write was committed at %v", got.Unix())
	}
	w.watch()
	from := w.watched
	for _, s := range []time.Duration{1, 2, 9, 10} {
		w.committed(from, from.Add(s*time.Second))
	}
	if got := w.longest(); got != 7*time.Second {
		t.Errorf("the longest gap was %v, want 7s", got)
	}
}

// fakePaced notes what is done to it.
type fakePaced struct {
	log  []string
	lead int
}

func (f *fakePaced) note(s string)                       { f.log = append(f.log, s) }
func (f *fakePaced) Settle(context.Context) error        { f.note("settle"); return nil }
func (f *fakePaced) Leader(context.Context) (int, error) { return f.lead, nil }
func (f *fakePaced) Transfer(context.Context, int) error { f.note("transfer"); return nil }
func (f *fakePaced) Restart(context.Context, int) error  { f.note("restart"); return nil }
func (f *fakePaced) Freeze(int) error                    { f.note("freeze"); return nil }
func (f *fakePaced) Close()                              { f.note("close") }
func (f *fakePaced) Signal(_ int, s syscall.Signal) error {
	f.note(s.String())
	return nil
}
func (f *fakePaced) Cable(_ int, pulled bool) error {
	f.note(map[bool]string{true: "pull", false: "plug"}[pulled])
	return nil
}

func TestAPeerIsBroughtBack(t *testing.T) {
	for s, want := range map[Scenario]string{
		Crash:  "killed restart",
		Frozen: "freeze continued",
		Silent: "pull killed plug restart",
	} {
		w := new(writes)
		f := &fakePaced{}
		p := &peerStage{paced: f, writes: w}
		var r rows
		stop := make(chan struct{})
		done := make(chan struct{})
		go func() { // somebody commits all the time
			defer close(done)
			for tick := time.NewTicker(time.Millisecond); ; {
				select {
				case <-tick.C:
					now := time.Now()
					w.committed(now, now)
				case <-stop:
					tick.Stop()
					return
				}
			}
		}()
		err := p.strike(t.Context(), s, &r)
		close(stop)
		<-done
		if got := strings.Join(f.log, " "); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", s, got, err, want)
		}
		if rows := r.rows("raft", s, nil); len(rows) != 1 || rows[0].What != Write || rows[0].Times.N != 1 {
			t.Errorf("%s: %+v", s, rows)
		}
	}
}

func TestRowsKeepTheOrder(t *testing.T) {
	var r rows
	for _, ms := range []int{30, 10, 20} {
		r.add(Attached, time.Duration(ms)*time.Millisecond)
		r.add(Whole, time.Second)
	}
	got := r.rows("holdline", Crash, nil)
	if len(got) != 2 || got[0].What != Attached || !slices.Equal(got[0].Each, []measure.MS{30, 10, 20}) || got[0].Times.P50 != 20 || got[1].What != Whole {
		t.Errorf("got %+v", got)
	}
}

func TestReportSaysWhatIsWanted(t *testing.T) {
	row := func(s Scenario, what string, ms measure.MS) Row {
		return Row{Subject: "holdline", Scenario: s, What: what, Times: measure.Summary{N: 29, P95: ms}, Failed: []string{"time 7: nothing came"}}
	}
	r := Report{Timing: map[string]string{"crash": "metro"}, LeftOut: []string{"no namespaces"}, Rows: []Row{
		row(Crash, Attached, 99), row(Crash, Share, 301), row(Planned, Attached, 50), {Subject: "etcd", Scenario: Crash, What: Write},
	}}
	r.Finish()
	var got []bool
	for _, g := range r.Targets {
		got = append(got, g.Reached)
	}
	if !slices.Equal(got, []bool{true, false, true}) {
		t.Errorf("reached %v", got)
	}
	var text strings.Builder
	for _, table := range r.Tables() {
		table.Print(&text)
	}
	for _, part := range []string{"## The leader's process is killed", "etcd, defaults: first committed write", "Timing profile of Holdline: metro.", "no namespaces", "≤ 300 ms", "29, 1 failed"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("the tables lack %q:\n%s", part, text.String())
		}
	}
	if strings.Contains(text.String(), "falls silent") {
		t.Error("there is a table of a scenario that wasn't measured")
	}
}

func TestAnUnknownSubjectIsRefused(t *testing.T) {
	if _, err := (Options{}).start(t.Context(), "consul", Crash, "", nil, ""); err == nil {
		t.Error("it was started")
	}
	err := bounded(t.Context(), time.Nanosecond, func(ctx context.Context) error {
		<-ctx.Done()
		return context.Cause(ctx)
	})
	if err == nil || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "longer") {
		t.Errorf("got %v", err)
	}
}
