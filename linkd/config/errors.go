package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Error is one thing that is wrong with a file.
type Error struct {
	File         string
	Line, Column int // from 1
	Text         string
}

func (e Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Text)
}

// Errors is everything that is wrong with a file, in its order.
type Errors []Error

// Error has one line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

func (e Errors) sorted() Errors {
	slices.SortStableFunc(e, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return e
}

func (d *decoder) errorf(at hcl.Range, format string, args ...any) {
	d.errs = append(d.errs, Error{at.Filename, at.Start.Line, at.Start.Column, oneLine(fmt.Sprintf(format, args...))})
}

// syntax takes over the parser's errors.
func (d *decoder) syntax(diags hcl.Diagnostics) {
	for _, diag := range diags {
		if diag.Severity != hcl.DiagError {
			continue
		}
		var at hcl.Range
		if diag.Subject != nil {
			at = *diag.Subject
		}
		d.errorf(at, "%s: %s", diag.Summary, diag.Detail)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// listed is "a, b or c".
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// nearest is the name that was probably meant; empty if none is near.
func nearest(name string, names []string) string {
	best, most := "", 1+len(name)/4
	for _, n := range names {
		if d := distance(name, n); d <= most {
			best, most = n, d-1
		}
	}
	return best
}

// distance counts the insertions, deletions and replacements between two names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diag
			if a[i] != b[j] {
				change++
			}
			diag = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
