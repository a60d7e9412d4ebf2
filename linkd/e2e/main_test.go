package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	}
	return code
}
