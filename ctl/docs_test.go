package ctl

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const docs = "../docs/"

var console = regexp.MustCompile("(?s)```console\n\\$ linkctl ([^\n]*)\n(.*?)```")

// Every command in docs/linkctl.md is run, and its output is what the page says.
func TestDocsShowRealOutput(t *testing.T) {
	page, err := os.ReadFile(docs + "linkctl.md")
	if err != nil {
		t.Fatal(err)
	}
	dns, err := os.ReadFile("testdata/dns.csv")
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(docs + "linkctl.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("dns.csv", dns, 0o600); err != nil {
		t.Fatal(err)
	}

	shown := map[string]bool{}
	fresh := console.ReplaceAllStringFunc(string(page), func(block string) string {
		line := console.FindStringSubmatch(block)[1]
		for name := range leaves(newApp(Std{})) {
			if strings.HasPrefix(line+" ", name+" ") {
				shown[name] = true
			}
		}
		return fmt.Sprintf("```console\n$ linkctl %s\n%s```", line, session(t, line))
	})
	for name := range leaves(newApp(Std{})) {
		if !shown[name] && name != "completion" {
			t.Errorf("docs/linkctl.md doesn't show linkctl %s", name)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if fresh != string(page) {
		for i, line := range strings.Split(fresh, "\n") {
			if had := strings.Split(string(page), "\n"); i >= len(had) || had[i] != line {
				t.Fatalf("docs/linkctl.md:%d is out of date (go test ./ctl -update writes it): %q, want %q", i+1, had[min(i, len(had)-1)], line)
			}
		}
	}
}

// session is what a terminal shows for one command line.
func session(t *testing.T, line string) string {
	f := newFake()
	if strings.HasPrefix(line, "watch") {
		out, _, _ := watched(t, f, "184202.1", strings.Fields(line)[1:], []any{event("184201.3", "call"), event("184202.1", "call")})
		return out
	}
	if strings.Contains(line, "--endpoints 10.0.0.3") { // shows what happens without a cluster
		line = strings.Replace(line, "10.0.0.3", closedPort(t), 1)
	}
	r := run(t, []string{serve(t, f)}, strings.Fields(line)...)
	text := r.err + r.out
	if r.code != exitOK {
		text += fmt.Sprintf("[exit status %d]\n", r.code)
	}
	return regexp.MustCompile(`127\.0\.0\.1:\d{5}`).ReplaceAllString(text, "10.0.0.3:7500")
}

// docs/cli-json.md lists exactly the fields that the golden files have.
func TestJSONContract(t *testing.T) {
	page, err := os.ReadFile(docs + "cli-json.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]map[string]bool{"": {}} // by section
	section := ""
	field := regexp.MustCompile("^\\| `([^`]+)` \\|")
	for line := range strings.SplitSeq(string(page), "\n") {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			section = name
			documented[section] = map[string]bool{}
		}
		if m := field.FindStringSubmatch(line); m != nil {
			documented[section][m[1]] = true
		}
	}
	for section, files := range map[string][]string{
		"status":           {"status", "status-member-down"},
		"members":          {"members"},
		"leader show":      {"leader-show"},
		"leader transfer":  {"leader-transfer", "leader-transfer-already"},
		"links":            {"links"},
		"calls":            {"calls", "calls-one"},
		"dn list, dn show": {"dn-list", "dn-show"},
		"dn import":        {"dn-import", "dn-import-dry"},
		"dn delete":        {"dn-delete"},
		"sessions":         {"sessions"},
		"monitors":         {"monitors"},
		"intents":          {"intents"},
		"resync":           {"resync"},
		"watch":            {"watch"},
	} {
		found := map[string]bool{}
		for _, file := range files {
			f, err := os.Open("testdata/" + file + ".json")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for d := json.NewDecoder(f); d.More(); {
				var v any
				if err := d.Decode(&v); err != nil {
					t.Fatalf("%s: %v", file, err)
				}
				fields(v, "", found)
				if at, ok := v.(map[string]any)["applied"]; ok {
					for name := range at.(map[string]any) {
						if !documented[""][name] {
							t.Errorf("docs/cli-json.md doesn't explain %s of applied", name)
						}
					}
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(found)) {
			if !documented[section][name] {
				t.Errorf("docs/cli-json.md doesn't explain %s of %q", name, section)
			}
		}
		for name := range documented[section] {
			if !found[name] {
				t.Errorf("docs/cli-json.md explains %s of %q, which no golden file has", name, section)
			}
		}
	}
}

// fields collects the paths of a document: a.b for objects, a[].b for lists.
// What every answer has in the same form (applied) counts once.
func fields(v any, at string, found map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, below := range v {
			path := strings.TrimPrefix(at+"."+name, ".")
			found[path] = true
			if path != "applied" && path != "counters" {
				fields(below, path, found)
			}
		}
	case []any:
		for _, below := range v {
			fields(below, at+"[]", found)
		}
	}
}
