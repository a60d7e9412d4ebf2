package fsm

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/holdline/holdline/fsm/fsmpb"
)

var update = flag.Bool("update", false, "write the golden log and the fuzz corpus anew")

// settled is a machine that has seen something of everything.
func settled(t testing.TB) (*Machine, uint64, int64) {
	t.Helper()
	h := &history{choices: seed(7), m: New(), now: 1_000_000}
	if _, err := h.run(250); err != nil {
		t.Fatal(err)
	}
	return h.m, 250, h.now
}

// Whatever an entry says, Apply doesn't panic, and what it left survives a
// snapshot. An entry that stops the machine may leave anything but a panic.
func FuzzApply(f *testing.F) {
	m, index, _ := settled(f)
	base := snapshotOf(f, m)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		m := New()
		if err := m.Restore(bytes.NewReader(base)); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Apply(index+1, 2, data); err == nil {
			checkRestored(t, m)
		}
	})
}

// The bytes decide what a history does; see history.
func FuzzHistory(f *testing.F) {
	m, index, now := settled(f)
	base := snapshotOf(f, m)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, decisions []byte) {
		if len(decisions) > 4096 {
			return
		}
		m := New()
		if err := m.Restore(bytes.NewReader(base)); err != nil {
			t.Fatal(err)
		}
		s := &script{rest: decisions}
		h := &history{choices: s, m: m, now: now}
		for i := index + 1; len(s.rest) > 0 && i < index+100; i++ {
			data, err := proto.Marshal(h.entry())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.Apply(i, 2, data); err != nil {
				t.Fatal(err)
			}
		}
		checkRestored(t, m)
	})
}

// Restore reads whatever it is given without a panic, and takes only what gives
// the same snapshot again.
func FuzzRestore(f *testing.F) {
	m, _, _ := settled(f)
	f.Add(snapshotOf(f, m))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := New()
		if err := m.Restore(bytes.NewReader(data)); err == nil {
			checkRestored(t, m)
		}
	})
}

// TestFuzzCorpus writes the committed corpus anew when asked to: a run of the
// fuzz tests' seeds is part of every test run.
func TestFuzzCorpus(t *testing.T) {
	dir := filepath.Join("testdata", "fuzz")
	if !*update {
		for _, name := range []string{"FuzzApply", "FuzzHistory"} {
			if files, err := os.ReadDir(filepath.Join(dir, name)); err != nil || len(files) < 10 {
				t.Errorf("the corpus of %s: %d files, %v", name, len(files), err)
			}
		}
		return
	}
	write := func(name string, i int, data []byte) {
		t.Helper()
		file := filepath.Join(dir, name, fmt.Sprintf("seed%02d", i))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// One entry for each kind of command, and some broken ones.
	h := &history{choices: seed(11), m: New(), now: 2_000_000}
	var e fsmpb.Entry
	kinds := (*fsmpb.Command)(nil).ProtoReflect().Descriptor().Oneofs().Get(0).Fields()
	for i := range kinds.Len() {
		c := new(fsmpb.Command)
		v := c.ProtoReflect().NewField(kinds.Get(i))
		h.fill(v.Message(), 0)
		c.ProtoReflect().Set(kinds.Get(i), v)
		e.Reset()
		e.TimeMs, e.Commands = 2_000_000, []*fsmpb.Command{c, c}
		data, err := deterministic.Marshal(&e)
		if err != nil {
			t.Fatal(err)
		}
		if i%7 == 3 {
			data = data[:len(data)*2/3]
		}
		write("FuzzApply", i, data)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range 12 {
		b := make([]byte, 400)
		for j := range b {
			b[j] = byte(rng.Uint32())
		}
		write("FuzzHistory", i, b)
	}
}
