package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// linkd is the program under test, built once for all tests.
var linkd string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "holdline-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	linkd = filepath.Join(dir, "linkd")
	if out, err := exec.Command("go", "build", "-o", linkd, "github.com/holdline/holdline/cmd/linkd").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build linkd: %v\n%s", err, out)
		return 1
	}
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if err := covered(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}

// covered fails if something of the codec's catalogue did not cross the wires.
// It has something to say only after all tests.
func covered() error {
	for _, some := range []string{"test.run", "test.skip", "test.list"} {
		if flag.Lookup(some).Value.String() != "" {
			return nil
		}
	}
	if testing.Short() {
		return nil
	}
	names, err := catalogue()
	if err != nil {
		return err
	}
	if wrong := uncovered(names, crossed.seen, exceptions()); len(wrong) > 0 {
		return fmt.Errorf("not driven end to end by any test:\n  %s", strings.Join(wrong, "\n  "))
	}
	return nil
}
