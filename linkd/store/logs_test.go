package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
)

// entries are log entries with indexes in a range.
func entries(first, last uint64) (all []*raft.Log) {
	for i := first; i <= last; i++ {
		all = append(all, &raft.Log{Index: i, Term: 3, Type: raft.LogCommand, Data: fmt.Appendf(nil, "entry %d", i)})
	}
	return all
}

// holds checks that a log has just the entries of a range.
func holds(t *testing.T, s *Store, first, last uint64) {
	t.Helper()
	f, err1 := s.Logs.FirstIndex()
	l, err2 := s.Logs.LastIndex()
	if err1 != nil || err2 != nil || f != first || l != last {
		t.Fatalf("the log has entries %d to %d, want %d to %d: %v %v", f, l, first, last, err1, err2)
	}
	for _, want := range entries(first, last) {
		var got raft.Log
		if err := s.Logs.GetLog(want.Index, &got); err != nil || got.Term != want.Term || got.Type != want.Type || string(got.Data) != string(want.Data) {
			t.Fatalf("entry %d is %+v, want %+v: %v", want.Index, got, want, err)
		}
	}
}

func store(t *testing.T, s *Store, first, last uint64) {
	t.Helper()
	if err := s.Logs.StoreLogs(entries(first, last)); err != nil {
		t.Fatal(err)
	}
}

func TestLogMovesToTheStoreThatIsWanted(t *testing.T) {
	dir := t.TempDir()
	last := uint64(99)
	for i, logs := range []LogStore{Bolt, WAL, WAL, Bolt, Bolt, WAL} {
		s := openAs(t, dir, logs)
		if i == 0 {
			store(t, s, 40, last) // the log of a node that has taken a snapshot
		}
		holds(t, s, 40, last)
		last++
		store(t, s, last, last)
		holds(t, s, 40, last)
		closeStore(t, s)
		_, err := os.Stat(filepath.Join(dir, walDir))
		if exists := err == nil; exists != (logs == WAL) {
			t.Errorf("opened as %s: there are segment files: %v", logs, exists)
		}
	}
}

// A move out of bbolt that ended before bbolt's entries were deleted has left
// some of them, or all, in segment files.
func TestMoveThatWasCutShortStartsAgain(t *testing.T) {
	for _, moved := range []uint64{0, 3, 9} {
		dir := t.TempDir()
		s := openAs(t, dir, Bolt)
		store(t, s, 1, 9)
		closeStore(t, s)
		if err := os.Mkdir(filepath.Join(dir, walDir), 0o700); err != nil {
			t.Fatal(err)
		}
		segments, err := openWAL(dir, filepath.Join(dir, walDir), hclog.NewNullLogger())
		if err != nil {
			t.Fatal(err)
		}
		if moved > 0 {
			if err := segments.StoreLogs(entries(1, moved)); err != nil {
				t.Fatal(err)
			}
		}
		if err := segments.Close(); err != nil {
			t.Fatal(err)
		}
		s = openAs(t, dir, WAL)
		holds(t, s, 1, 9)
		store(t, s, 10, 10)
		closeStore(t, s)
		s = openAs(t, dir, WAL)
		holds(t, s, 1, 10)
		closeStore(t, s)
	}
}

// What Raft does to a log besides appending to it.
func TestBothStoresTruncate(t *testing.T) {
	for _, logs := range []LogStore{WAL, Bolt} {
		s := openAs(t, t.TempDir(), logs)
		store(t, s, 1, 50)
		for _, step := range []struct{ from, to, first, last uint64 }{
			{1, 20, 21, 50},  // entries before a snapshot
			{41, 50, 21, 40}, // entries that another leader doesn't have
		} {
			if err := s.Logs.DeleteRange(step.from, step.to); err != nil {
				t.Fatal(err)
			}
			holds(t, s, step.first, step.last)
		}
		store(t, s, 41, 45)
		holds(t, s, 21, 45)
		if err := s.Logs.DeleteRange(21, 45); err != nil { // a snapshot from the leader replaces all
			t.Fatal(err)
		}
		store(t, s, 1000, 1010)
		holds(t, s, 1000, 1010)
		closeStore(t, s)
	}
}

func TestOpenFailsOnDamagedSegments(t *testing.T) {
	dir := t.TempDir()
	s := openAs(t, dir, WAL)
	store(t, s, 1, 9)
	closeStore(t, s)
	meta := filepath.Join(dir, walDir, "wal-meta.db")
	if err := os.WriteFile(meta, make([]byte, 64<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(dir, Options{}); err == nil {
		closeStore(t, s)
		t.Fatal("opened a file of zeros")
	} else {
		t.Log(err)
	}
}

// A segment that is full is sealed in its file first and then in the list of
// segments; here a process has ended in between.
func TestRotationThatWasCutShortIsFinished(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, walDir, "wal-meta.db")
	s := openAs(t, dir, WAL)
	closeStore(t, s)
	before, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	large := func(n uint64) *raft.Log { return &raft.Log{Index: n, Term: 3, Data: make([]byte, 4<<20)} }
	s = openAs(t, dir, WAL)
	n := uint64(0)
	for files := 1; files == 1; {
		n++
		if err := s.Logs.StoreLog(large(n)); err != nil {
			t.Fatal(err)
		}
		names, err := filepath.Glob(filepath.Join(dir, walDir, "*.wal"))
		if err != nil {
			t.Fatal(err)
		}
		files = len(names)
	}
	closeStore(t, s)
	if err := os.WriteFile(list, before, 0o600); err != nil {
		t.Fatal(err)
	}
	s = openAs(t, dir, WAL)
	defer closeStore(t, s)
	last, err := s.Logs.LastIndex()
	if err != nil || last < n-1 || last == 0 { // the one that came after the full segment is in a lost file
		t.Fatalf("the log ends with %d, want %d or %d: %v", last, n-1, n, err)
	}
	for i := last + 1; i <= last+20; i++ {
		if err := s.Logs.StoreLog(large(i)); err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
	}
}
