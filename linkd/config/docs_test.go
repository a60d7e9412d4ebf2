package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const page = "../../docs/configuration.md"

// blockTypes lists every block of a file by its path, like "switch link".
func blockTypes(t reflect.Type, path string, into map[string][]setting) {
	for _, s := range settingsOf(t) {
		if !s.block {
			continue
		}
		here := strings.TrimSpace(path + " " + s.name)
		into[here] = settingsOf(s.elem())
		blockTypes(s.elem(), here, into)
	}
}

// row is what the page must say about a setting, in its first three cells.
func row(s setting) string {
	def := "none"
	if text, ok := s.tag.Lookup("default"); ok {
		def = "`" + text + "`"
	}
	if s.required {
		def = "required"
	}
	name := "`" + s.name + "`"
	if s.label {
		name, def = "label", "required"
	}
	return "| " + name + " | " + s.allowed() + " | " + def + " |"
}

// Every block has a section, and every setting a row with its range and default.
func TestPageHasEverySetting(t *testing.T) {
	src, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	sections := make(map[string]string)
	for part := range strings.SplitSeq(string(src), "\n## ") {
		title, text, _ := strings.Cut(part, "\n")
		sections[strings.Trim(title, "`")] = text
	}
	blocks := make(map[string][]setting)
	blockTypes(reflect.TypeFor[Config](), "", blocks)
	if len(blocks) < 12 {
		t.Fatalf("only %d kinds of block found", len(blocks))
	}
	for path, settings := range blocks {
		section, ok := sections[path]
		if !ok {
			t.Errorf("%s has no section ## `%s`", page, path)
		}
		known := 0
		for _, s := range settings {
			if s.block {
				continue
			}
			known++
			if want := row(s); !strings.Contains(section, "\n"+want+" ") {
				t.Errorf("section %s lacks or contradicts:\n%s", path, want)
			}
		}
		if rows := strings.Count(section, "\n| `") + strings.Count(section, "\n| label |"); rows != known {
			t.Errorf("section %s has %d rows for %d settings", path, rows, known)
		}
	}
}

// What the page shows as a file is one.
func TestPageExamples(t *testing.T) {
	src, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	examples := strings.Split(string(src), "```hcl\n")[1:]
	if len(examples) == 0 {
		t.Fatal("no example found")
	}
	for _, e := range examples {
		text, _, _ := strings.Cut(e, "```")
		if _, err := Parse("configuration.md", []byte(text)); err != nil {
			t.Error(err)
		}
	}
}

// What the page on BroadWorks shows as a file is the one in docs/example, and it is
// right.
func TestBroadWorksExample(t *testing.T) {
	src, err := os.ReadFile("../../docs/broadworks.md")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("../../docs/example/broadworks.hcl")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(src), "```hcl\n")
	shown, _, ok := strings.Cut(shown, "```")
	if !ok || shown == "" || !strings.HasSuffix(string(file), shown) {
		t.Error("docs/broadworks.md shows another file than docs/example/broadworks.hcl")
	}
	c, err := Parse("broadworks.hcl", file)
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Switches[0]; s.BroadWorks == nil || len(s.Links) != 2 {
		t.Errorf("switch %+v", s)
	}
}

// Tags are read without errors in the code; here they are proved right: ranges
// and defaults can be read, defaults lie in their ranges, forms exist.
func TestTags(t *testing.T) {
	blocks := make(map[string][]setting)
	blockTypes(reflect.TypeFor[Config](), "", blocks)
	for path, settings := range blocks {
		for _, s := range settings {
			where := filepath.Join(path, s.name)
			if s.name == "" {
				t.Errorf("%s: a field without a name", path)
			}
			if f := s.tag.Get("form"); f != "" && forms[f].fits == nil {
				t.Errorf("%s: no form %q", where, f)
			}
			def, hasDefault := s.tag.Lookup("default")
			if s.required && hasDefault {
				t.Errorf("%s: required and with a default", where)
			}
			low, high, ranged := s.bounds()
			numeric := s.typ.Kind() >= reflect.Int && s.typ.Kind() <= reflect.Int64
			switch {
			case numeric && !ranged:
				t.Errorf("%s: a number without a range", where)
			case ranged && (!numeric || low >= high):
				t.Errorf("%s: range %q", where, s.tag.Get("range"))
			case ranged && hasDefault && (s.number(def) < low || s.number(def) > high):
				t.Errorf("%s: default %q outside %q", where, def, s.tag.Get("range"))
			case ranged && hasDefault && s.number(def) == 0 && !strings.HasPrefix(def, "0"):
				t.Errorf("%s: default %q is no number", where, def)
			}
			if c := s.choices(); c != nil && hasDefault && !strings.Contains("|"+s.tag.Get("oneof")+"|", "|"+def+"|") {
				t.Errorf("%s: default %q is none of %q", where, def, c)
			}
			if f := s.tag.Get("form"); f != "" && hasDefault && !forms[f].fits(def) {
				t.Errorf("%s: default %q has not its form", where, def)
			}
		}
	}
}
