package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTableIsMarkdownInColumns(t *testing.T) {
	table := &Table{Title: "Times", Head: []string{"subject", "p50", "p99"}, Notes: []string{"a note"}}
	table.Row("Holdline", "1 µs", "22")
	table.Row("x", "3")
	var b strings.Builder
	table.Print(&b)
	const want = `
## Times

| subject  |  p50 | p99 |
|----------|-----:|----:|
| Holdline | 1 µs |  22 |
| x        |    3 |     |

a note
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestTargets(t *testing.T) {
	for _, c := range []struct {
		t    Target
		want bool
	}{
		{Target{Want: 5, Got: 5}, true}, {Target{Want: 5, Got: 4.9}, false},
		{Target{Want: 5, Got: 5, AtMost: true}, true}, {Target{Want: 5, Got: 5.1, AtMost: true}, false},
	} {
		if got := Judge(c.t); got.Reached != c.want {
			t.Errorf("%+v", got)
		}
	}
	table := Targets([]Target{Judge(Target{What: "p99", Want: 10, Got: 12.34, AtMost: true, Unit: " ms"})})
	if got := strings.Join(table.Rows[0], ","); got != "p99,≤ 10 ms,12.3 ms,no" {
		t.Errorf("got %s", got)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.567: "0.57", 1: "1", 9.996: "10", 12.34: "12.3", 50: "50", 123.4: "123", 48000: "48000"} {
		if got := Number(v); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
}

func TestFileReplacesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	for _, v := range []string{"one", "two"} {
		if err := File(dir, "x.json", map[string]string{"v": v}); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "x.json"))
	if err != nil || string(data) != "{\n  \"v\": \"two\"\n}\n" {
		t.Errorf("%s %v", data, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files, want one", len(left))
	}
}
