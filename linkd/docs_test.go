package linkd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/holdline/holdline/linkd/config"
	"github.com/holdline/holdline/linkd/crash"
	"github.com/holdline/holdline/linkd/proposer"
	"github.com/holdline/holdline/transport/raftnet"
)

// pages are all Markdown files, by path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := make(map[string]string)
	names, err := filepath.Glob("../*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("../docs", func(name string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(name, ".md") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimPrefix(filepath.ToSlash(name), "../")] = string(data)
	}
	if len(found) < 10 {
		t.Fatalf("found %d pages only", len(found))
	}
	return found
}

var fence = regexp.MustCompile("(?ms)^ *```.*?^ *```$")

// The quick start's file is the one in docs/example, and it is right.
func TestQuickStartConfiguration(t *testing.T) {
	const name = "../docs/example/linkd.hcl"
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(pages(t)["README.md"], "```hcl\n")
	shown, _, _ := strings.Cut(rest, "```")
	if shown != string(want) {
		t.Errorf("README.md shows another file than %s", name)
	}
	c, err := config.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Cluster.Peers) != 3 || len(c.Listeners) != 1 || len(c.Switches) != 1 || len(c.Switches[0].Links) != 2 {
		t.Errorf("read %+v", c)
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Links between pages lead somewhere, down to the heading.
func TestLinksLeadSomewhere(t *testing.T) {
	all := pages(t)
	checked := 0
	for page, text := range all {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			checked++
			target, anchor, _ := strings.Cut(m[1], "#")
			file := page
			if target != "" {
				file = filepath.ToSlash(filepath.Join(filepath.Dir(page), target))
			}
			if _, err := os.Stat(filepath.Join("..", file)); err != nil {
				t.Errorf("%s: %s: there is no %s", page, m[1], file)
			} else if anchor != "" && !slices.Contains(anchors(all[file]), anchor) {
				t.Errorf("%s: %s: there is no such heading", page, m[1])
			}
		}
	}
	if checked < 30 {
		t.Errorf("checked %d links only", checked)
	}
}

// anchors are the names that GitHub gives a page's headings.
func anchors(text string) []string {
	var out []string
	for line := range strings.SplitSeq(fence.ReplaceAllString(text, ""), "\n") {
		title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !ok || !strings.HasPrefix(line, "#") {
			continue
		}
		out = append(out, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z':
				return r
			}
			return -1
		}, strings.ToLower(title)))
	}
	return out
}

// Log lines that the operators' page tells people to look for are in the code.
func TestLogLinesAreReal(t *testing.T) {
	literals := sourceTexts(t)
	checked := 0
	for _, table := range tables(pages(t)["docs/operations.md"], "log line") {
		for _, row := range table {
			text := strings.Split(row[0], "`")[1] // a number may follow
			if row[1] == "raft" {                 // Raft's own
				continue
			}
			checked++
			if !literals[text] {
				t.Errorf("no code logs %q", text)
			}
		}
	}
	if checked < 20 {
		t.Errorf("checked %d log lines only", checked)
	}
}

var upper = regexp.MustCompile("([a-z])([A-Z])")

var metric = regexp.MustCompile("`holdline_([a-z_]+)")

// The page lists each metric of ours, and no other.
func TestMetricsAreReal(t *testing.T) {
	listed := make(map[string]bool)
	for _, table := range tables(pages(t)["docs/operations.md"], "metric") {
		for _, row := range table {
			for _, m := range metric.FindAllStringSubmatch(row[0], -1) {
				listed[m[1]] = true
			}
		}
	}
	name := regexp.MustCompile(`(?:counter|vec|desc|Name:)[ (]*"([a-z_]+)"`)
	real := make(map[string]bool)
	for file, prefix := range map[string]string{"clients/cstaserver/metrics.go": "csta_client_", "links/metrics.go": "link_", "links/gauges.go": "link_", "failover/trace.go": "failover_", "store/store.go": "store_"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range name.FindAllStringSubmatch(string(data), -1) {
			real[prefix+m[1]] = true
		}
	}
	if len(real) < 15 {
		t.Fatalf("found %d metrics only", len(real))
	}
	for m := range real {
		if !listed[m] {
			t.Errorf("docs/operations.md doesn't list holdline_%s", m)
		}
	}
	stats := make(map[string]bool) // not each of them is worth a line
	for prefix, s := range map[string]reflect.Type{
		"raftnet_": reflect.TypeFor[raftnet.Stats](), "proposer_": reflect.TypeFor[proposer.Stats](), "crash_": reflect.TypeFor[crash.Stats](),
	} {
		for i := range s.NumField() {
			name := prefix + strings.ToLower(upper.ReplaceAllString(s.Field(i).Name, "${1}_${2}"))
			if s.Field(i).Type.Kind() == reflect.Uint64 {
				name += "_total"
			}
			stats[name] = true
		}
	}
	for m := range listed {
		if !real[m] && !stats[m] {
			t.Errorf("docs/operations.md lists holdline_%s, which there isn't", m)
		}
	}
}

// tables are the rows of each table of a page whose first column has the title.
func tables(text, title string) (out [][][]string) {
	var rows [][]string
	in := false
	for line := range strings.SplitSeq(text+"\n\n", "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		switch {
		case !strings.HasPrefix(line, "|"):
			if in {
				out = append(out, rows)
			}
			in, rows = false, nil
		case strings.HasPrefix(line, "|--"):
		case !in && cells[0] == title:
			in = true
		case in:
			rows = append(rows, cells)
		}
	}
	return out
}

// sourceTexts are the string literals of linkd and transport.
func sourceTexts(t *testing.T) map[string]bool {
	t.Helper()
	out := make(map[string]bool)
	for _, root := range []string{"../linkd", "../transport"} {
		err := filepath.WalkDir(root, func(name string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".pb.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					if s, err := strconv.Unquote(l.Value); err == nil {
						out[s] = true
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}
