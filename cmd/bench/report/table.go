package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Table is printed in columns: the first one to the left, figures to the right.
type Table struct {
	Title string
	Head  []string
	Rows  [][]string
	Notes []string
}

// Row appends a row.
func (t *Table) Row(cells ...string) { t.Rows = append(t.Rows, cells) }

// Print prints the table in Markdown, so that it can be kept as it is.
func (t *Table) Print(w io.Writer) {
	width := make([]int, len(t.Head))
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	line := func(row []string) {
		var b strings.Builder
		for i, n := range width {
			cell := ""
			if i < len(row) {
				cell = row[i]
			}
			pad := strings.Repeat(" ", n-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString("| " + cell + pad + " ")
			} else {
				b.WriteString("| " + pad + cell + " ")
			}
		}
		fmt.Fprintln(w, b.String()+"|")
	}
	fmt.Fprintf(w, "\n## %s\n\n", t.Title)
	line(t.Head)
	for i, n := range width {
		if i == 0 {
			fmt.Fprintf(w, "|%s", strings.Repeat("-", n+2))
		} else {
			fmt.Fprintf(w, "|%s:", strings.Repeat("-", n+1))
		}
	}
	fmt.Fprintln(w, "|")
	for _, row := range t.Rows {
		line(row)
	}
	for i, n := range t.Notes {
		if i == 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, n)
	}
}

// Target is a figure that is wanted.
type Target struct {
	What    string  `json:"what"`
	Want    float64 `json:"want"`
	AtMost  bool    `json:"at_most"` // otherwise at least
	Unit    string  `json:"unit"`
	Got     float64 `json:"got"`
	Reached bool    `json:"reached"`
}

// Judge fills in whether a target is reached.
func Judge(t Target) Target {
	t.Reached = t.Got >= t.Want
	if t.AtMost {
		t.Reached = t.Got <= t.Want
	}
	return t
}

// Targets are a table of targets.
func Targets(all []Target) *Table {
	t := &Table{Title: "What is wanted", Head: []string{"figure", "wanted", "reached", ""}}
	for _, g := range all {
		bound, yes := "≥ ", "no"
		if g.AtMost {
			bound = "≤ "
		}
		if g.Reached {
			yes = "yes"
		}
		t.Row(g.What, bound+Number(g.Want)+g.Unit, Number(g.Got)+g.Unit, yes)
	}
	return t
}

// Number writes a figure with as many digits as say something.
func Number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 10:
		return strings.TrimSuffix(fmt.Sprintf("%.2f", v), ".00")
	case v < 100:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	}
	return fmt.Sprintf("%.0f", v)
}

// File writes what was measured as JSON, whole or not at all.
func File(dir, name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("file %s: %w", name, err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
