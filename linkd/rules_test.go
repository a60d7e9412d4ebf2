package linkd_test

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules of the house, see docs/architecture.md. They are about the whole
// tree; they live here because linkd is the place that knows all of it.

const module = "github.com/holdline/holdline"

// mayImport says which of our own packages a package may import: what it is
// under decides, and the longest entry counts. "x/..." is x and all below it.
var mayImport = map[string][]string{
	"fsm":           {"fsm/fsmpb"},
	"fsm/fsmpb":     {},
	"transport":     {}, // but for its own sub-packages, see isOwn
	"linkd":         {"fsm", "fsm/fsmpb", "transport/...", "linkd/..."},
	"ctl":           {"transport/api/..."},
	"cmd/linkd":     {"linkd", "linkd/config", "linkd/drill"},
	"cmd/linkctl":   {"ctl"},
	"cmd/switchsim": {"transport/switchsim"},
}

// topLevel is what the repository's root holds, beside dot files.
var topLevel = []string{
	"cmd", "fsm", "transport", "linkd", "ctl", "docs",
	"go.mod", "go.sum", "Makefile", "README.md", "LICENSE", "CONTRIBUTING.md",
}

// madeHere are folders of the root that building and measuring leave behind.
var madeHere = []string{"bin", "bench-out"}

const (
	fileLines = 600 // of a file that somebody wrote
	mainLines = 150 // of one under cmd
)

func TestImportsGoOneWay(t *testing.T) {
	for _, p := range packages(t) {
		allowed, ok := allowance(p.path)
		if !ok {
			t.Errorf("%s: no rule says what it may import: add one to mayImport", p.path)
			continue
		}
		for _, f := range p.code {
			for _, i := range f.imports {
				if !isOurs(i) || isOwn(p.path, i) || matches(allowed, i) {
					continue
				}
				t.Errorf("%s imports %s; packages under %s may import %q", f.name, i, p.path, allowed)
			}
		}
	}
}

// Tests may use more, but never turn an arrow round.
func TestTestsImportNothingAbove(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range p.tests {
			for _, i := range f.imports {
				above := strings.HasPrefix(i, "cmd/") || matches([]string{"linkd/...", "ctl/..."}, i)
				if (under(p.path, "fsm") || under(p.path, "transport")) && (above || (isOurs(i) && top(i) != top(p.path))) {
					t.Errorf("%s imports %s", f.name, i)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.code) == 0 || p.generated() {
			continue
		}
		if p.name == "main" {
			if !p.documented() {
				t.Errorf("%s: say above the package clause what the command is", p.path)
			}
			continue
		}
		i := slices.IndexFunc(p.code, func(f file) bool { return path.Base(f.name) == "doc.go" })
		if i < 0 {
			t.Errorf("%s has no doc.go", p.path)
			continue
		}
		doc := p.code[i].doc
		if !strings.HasPrefix(doc, "Package "+p.name+" ") {
			t.Errorf("%s/doc.go doesn't begin with \"Package %s\"", p.path, p.name)
		}
		if !strings.Contains(strings.ToLower(doc), "never") && !p.schema() {
			t.Errorf("%s/doc.go doesn't say what the package never does", p.path)
		}
	}
}

func TestEveryPackageHasTests(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.code) > 0 && len(p.tests) == 0 && !p.schema() && p.name != "main" {
			t.Errorf("%s has no tests", p.path)
		}
	}
}

func TestFilesStaySmall(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range slices.Concat(p.code, p.tests) {
			limit := fileLines
			if under(p.path, "cmd") {
				limit = mainLines
			}
			if f.lines > limit && !f.generated {
				t.Errorf("%s has %d lines, at most %d: does it still tell one story?", f.name, f.lines, limit)
			}
		}
	}
}

func TestTopLevelIsFixed(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || slices.Contains(madeHere, name) {
			continue
		}
		seen = append(seen, name)
		if !slices.Contains(topLevel, name) {
			t.Errorf("%s: the top level is fixed: %q", name, topLevel)
		}
	}
	for _, name := range topLevel {
		if !slices.Contains(seen, name) {
			t.Errorf("%s is missing", name)
		}
	}
}

// pkg is one folder with Go files.
type pkg struct {
	path, name  string // path from the root
	code, tests []file
}

type file struct {
	name      string // path from the root
	pkg, doc  string
	imports   []string // ours: path from the root
	lines     int
	generated bool
}

func (p pkg) generated() bool {
	return !slices.ContainsFunc(p.code, func(f file) bool { return !f.generated })
}

// schema: nothing but generated code, and perhaps a doc.go.
func (p pkg) schema() bool {
	return !slices.ContainsFunc(p.code, func(f file) bool { return !f.generated && path.Base(f.name) != "doc.go" })
}

func (p pkg) documented() bool {
	return slices.ContainsFunc(p.code, func(f file) bool { return f.doc != "" })
}

// packages reads the tree.
func packages(t *testing.T) []pkg {
	t.Helper()
	found := make(map[string]*pkg)
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			base := d.Name()
			if base == "testdata" || (strings.HasPrefix(base, ".") && base != "..") || (name != ".." && isModule(name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := read(name)
		if err != nil {
			return err
		}
		dir := path.Dir(f.name)
		p := found[dir]
		if p == nil {
			p = &pkg{path: dir}
			found[dir] = p
		}
		if strings.HasSuffix(name, "_test.go") {
			p.tests = append(p.tests, f)
		} else {
			p.name = f.pkg
			p.code = append(p.code, f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []pkg
	for _, p := range found {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b pkg) int { return strings.Compare(a.path, b.path) })
	if len(out) < 20 {
		t.Fatalf("found %d packages only", len(out))
	}
	return out
}

// isModule: a module of its own, with rules of its own.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func read(name string) (file, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return file{}, err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, data, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return file{}, err
	}
	f := file{
		name: strings.TrimPrefix(filepath.ToSlash(name), "../"), pkg: parsed.Name.Name, doc: parsed.Doc.Text(),
		lines: bytes.Count(data, []byte("\n")), generated: ast.IsGenerated(parsed),
	}
	for _, i := range parsed.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return file{}, err
		}
		if ours, ok := strings.CutPrefix(p, module+"/"); ok {
			p = ours
		} else if p == module || build.IsLocalImport(p) {
			p = "cmd/" + p // of which there is none
		}
		f.imports = append(f.imports, p)
	}
	return f, nil
}

// isOurs: one of our packages, by its path from the root.
func isOurs(p string) bool {
	return slices.Contains([]string{"cmd", "fsm", "transport", "linkd", "ctl"}, top(p))
}

func top(p string) string { t, _, _ := strings.Cut(p, "/"); return t }

func under(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// isOwn: of two packages under transport, one may import the other only within
// one protocol; linkd's packages are free among themselves by mayImport.
func isOwn(p, i string) bool {
	if !under(p, "transport") || !under(i, "transport") {
		return false
	}
	protocol := func(p string) string { return strings.SplitN(p, "/", 3)[1] }
	return protocol(p) == protocol(i)
}

// allowance is the longest rule that p is under.
func allowance(p string) (allowed []string, ok bool) {
	for ; p != "."; p = path.Dir(p) {
		if allowed, ok = mayImport[p]; ok {
			return allowed, true
		}
	}
	return nil, false
}

func matches(allowed []string, p string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool {
		dir, below := strings.CutSuffix(a, "/...")
		return p == dir || below && under(p, dir)
	})
}
