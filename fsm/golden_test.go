package fsm

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Commands never change meaning: the log of each feature level leads to the
// state that it led to when the level was released. The files are written by
//
//	go test ./fsm -run 'TestGoldenLog|TestFuzzCorpus' -update
//
// and only for a level that no release has yet.
func TestGoldenLog(t *testing.T) {
	name := filepath.Join("testdata", "golden", fmt.Sprintf("level%d", MaxLevel))
	if *update {
		h := &history{choices: seed(42), m: New(), now: 1_750_000_000_000}
		log, err := h.run(1500)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := writeLog(&b, log); err != nil {
			t.Fatal(err)
		}
		h.m.takeHash()
		write(t, name+".log", b.Bytes())
		write(t, name+".hash", fmt.Appendf(nil, "%016x after %d entries\n", h.m.s.hash, len(log)))
	}
	logs, err := filepath.Glob(filepath.Join("testdata", "golden", "*.log"))
	if err != nil || len(logs) < MaxLevel {
		t.Fatalf("golden logs: %v, %v; there is one for each level up to %d", logs, err, MaxLevel)
	}
	for _, file := range logs {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		log, err := readLog(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		m, _, err := replay(log, func(int) bool { return false })
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		m.takeHash()
		want, err := os.ReadFile(strings.TrimSuffix(file, ".log") + ".hash")
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%016x after %d entries\n", m.s.hash, len(log)); got != string(want) {
			t.Errorf("%s leads to %sand led to %sa command changed its meaning", file, got, want)
		}
	}
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
