package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLookLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	f, err := Look(dir)
	if err != nil {
		t.Fatal(err)
	}
	if f.Sync.N != 300 || f.Sync.P50 <= 0 || f.Processors < 1 || !strings.Contains(f.String(), f.Go) {
		t.Errorf("got %+v", f)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%v is left behind", left)
	}
	if _, err := Look(filepath.Join(dir, "absent")); err == nil {
		t.Error("a directory that isn't there has a disk")
	}
}

func TestFieldOfAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cpuinfo")
	if err := os.WriteFile(name, []byte("processor\t: 0\nmodel name\t: Some: CPU\nmodel name\t: Other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := field(name, "model name"); got != "Some: CPU" {
		t.Errorf("got %q", got)
	}
	if got := field(name, "absent") + field(name+"x", "model name"); got != "" {
		t.Errorf("got %q of nothing", got)
	}
}
