package fsm

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pure lists what the state machine may import. Nothing in it reads a clock, a
// random source, the environment or a file.
var pure = []string{
	"bufio", "bytes", "cmp", "encoding/binary", "errors", "fmt", "hash", "hash/fnv", "io", "iter", "maps", "slices", "sort", "strconv", "strings",
	"sync", // Machine's mutex; goroutines and channels are looked for below
	"unicode/utf8",
	"github.com/holdline/holdline/fsm/fsmpb",
	"github.com/tidwall/btree",
	"google.golang.org/protobuf/encoding/protowire", "google.golang.org/protobuf/proto",
}

func TestFSMIsPure(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	seen := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		seen++
		for _, i := range f.Imports {
			if path, _ := strconv.Unquote(i.Path.Value); !slices.Contains(pure, path) {
				t.Errorf("%s imports %s", files.Position(i.Pos()), path)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if what := impure(n); what != "" {
				t.Errorf("%s: %s", files.Position(n.Pos()), what)
			}
			return true
		})
	}
	if seen < 20 {
		t.Errorf("looked at %d files only", seen)
	}
}

func impure(n ast.Node) string {
	switch x := n.(type) {
	case *ast.GoStmt:
		return "a goroutine"
	case *ast.ChanType, *ast.SelectStmt, *ast.SendStmt:
		return "a channel"
	case *ast.BasicLit:
		if x.Kind == token.FLOAT || x.Kind == token.IMAG {
			return "a floating-point number"
		}
	case *ast.Ident:
		if x.Name == "float64" || x.Name == "float32" || x.Name == "complex128" {
			return "a floating-point type"
		}
		if x.Name == "panic" {
			return "a panic"
		}
	}
	return ""
}

func TestImpureIsFound(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f(c chan int) { go f(nil); _ = 1.5; panic(float64(1)) }", 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	ast.Inspect(f, func(n ast.Node) bool {
		if what := impure(n); what != "" {
			got = append(got, what)
		}
		return true
	})
	if want := []string{"a channel", "a goroutine", "a floating-point number", "a panic", "a floating-point type"}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}
