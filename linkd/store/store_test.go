package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(childDir) != "" {
		fmt.Println(child()) // until it is killed
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

func open(t *testing.T, dir string) *Store { return openAs(t, dir, "") }

func openAs(t *testing.T, dir string, logs LogStore) *Store {
	t.Helper()
	s, err := Open(dir, Options{Logs: logs})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenMakesTheDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var", "n1")
	s := open(t, dir)
	defer closeStore(t, s)
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
	if !s.Empty() {
		t.Error("a new directory is not empty")
	}
}

func TestSecondOpenSaysWhoHasIt(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := Open(dir, Options{})
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("second open: %v", err)
	}
	for _, want := range []string{dir, "process " + strconv.Itoa(os.Getpid()), "data_dir"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
	closeStore(t, s)
	closeStore(t, open(t, dir)) // free again
}

func TestOpenFailsOnADamagedLog(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), make([]byte, 64<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(dir, Options{}); err == nil {
		closeStore(t, s)
		t.Fatal("opened a file of zeros")
	}
	if err := os.Remove(filepath.Join(dir, fileName)); err != nil {
		t.Fatal(err)
	}
	closeStore(t, open(t, dir)) // the failed open gave the lock up
}

func TestEmpty(t *testing.T) {
	for name, fill := range map[string]func(*Store) error{
		"term":  func(s *Store) error { return s.Stable.SetUint64([]byte("CurrentTerm"), 1) },
		"entry": func(s *Store) error { return s.Logs.StoreLog(&raft.Log{Index: 1, Term: 1}) },
		"snapshot": func(s *Store) error {
			sink, err := s.Snapshots.Create(1, 1, 1, raft.Configuration{}, 0, nil)
			if err != nil {
				return err
			}
			return sink.Close()
		},
	} {
		for kind, s := range map[string]*Store{"disk": open(t, t.TempDir()), "bolt": openAs(t, t.TempDir(), Bolt), "memory": Memory(Options{})} {
			if !s.Empty() {
				t.Errorf("%s: new store is not empty", kind)
			}
			if err := fill(s); err != nil {
				t.Fatal(err)
			}
			if s.Empty() {
				t.Errorf("%s with a %s is empty", kind, name)
			}
			closeStore(t, s)
		}
	}
}

type broken struct{ raft.LogStore }

func (broken) LastIndex() (uint64, error) { return 0, errors.New("input/output error") }

func TestUnreadableIsNotEmpty(t *testing.T) {
	mem := raft.NewInmemStore()
	s := New(broken{mem}, mem, raft.NewInmemSnapshotStore(), Options{})
	defer closeStore(t, s)
	if s.Empty() {
		t.Error("a store that can't be read would be bootstrapped")
	}
}

// full refuses writes.
type full struct{ *raft.InmemStore }

var errFull = errors.New("no space left on device")

func (full) StoreLogs([]*raft.Log) error    { return errFull }
func (full) SetUint64([]byte, uint64) error { return errFull }

func TestTheFirstFailedWriteIsReported(t *testing.T) {
	mem := full{raft.NewInmemStore()}
	var told []string
	s := New(mem, mem, raft.NewInmemSnapshotStore(), Options{OnFailed: func(op string, err error) { told = append(told, op+": "+err.Error()) }})
	defer closeStore(t, s)
	if err := s.Stable.Set([]byte("LastVoteCand"), []byte("n1")); err != nil || len(told) != 0 {
		t.Errorf("told of %q, and nothing failed: %v", told, err)
	}
	for range 2 {
		if err := s.Logs.StoreLogs([]*raft.Log{{Index: 2, Term: 1}}); err == nil || !strings.Contains(err.Error(), errFull.Error()) {
			t.Errorf("a full disk: %v", err)
		}
		if err := s.Stable.SetUint64([]byte("CurrentTerm"), 1); !errors.Is(err, errFull) {
			t.Errorf("a full disk: %v", err)
		}
	}
	if len(told) != 1 || told[0] != "StoreLogs: no space left on device" {
		t.Errorf("told of %q", told)
	}
}

type monotonic struct {
	raft.LogStore
	is bool
}

func (m monotonic) IsMonotonic() bool { return m.is }

func TestMonotonicStaysVisible(t *testing.T) {
	mem := raft.NewInmemStore()
	for _, tc := range []struct {
		logs raft.LogStore
		want bool
	}{{mem, false}, {monotonic{mem, true}, true}, {monotonic{mem, false}, false}} {
		s := New(tc.logs, mem, raft.NewInmemSnapshotStore(), Options{})
		m, ok := s.Logs.(raft.MonotonicLogStore)
		if !ok || m.IsMonotonic() != tc.want {
			t.Errorf("%T: monotonic %v", tc.logs, ok)
		}
		closeStore(t, s)
	}
}

// Both meta pages of a bbolt file name the page of the free list; all ones mean
// that none is written. Offsets are those of bbolt's page and meta structures:
// 16 bytes of page header, then magic, version, page size and flags of 4 each,
// root bucket of 16, free list of 8.
func TestFreeListIsNotWritten(t *testing.T) {
	dir := t.TempDir()
	s := openAs(t, dir, Bolt)
	for i := uint64(1); i < 10; i++ {
		if err := s.Logs.StoreLog(&raft.Log{Index: i, Term: 1}); err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
	b, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	for page := range 2 {
		at := page*os.Getpagesize() + 16 + 4*4 + 16
		if got := binary.LittleEndian.Uint64(b[at:]); got != ^uint64(0) {
			t.Errorf("meta page %d: free list on page %d", page, got)
		}
	}
}

// sum is an FSM that adds up what it is told.
type sum struct{ total int }

func (s *sum) Apply(l *raft.Log) any { s.total += int(l.Data[0]); return s.total }
func (s *sum) Snapshot() (raft.FSMSnapshot, error) {
	return sumSnapshot(s.total), nil
}
func (s *sum) Restore(r io.ReadCloser) error {
	b, err := io.ReadAll(r)
	if err == nil {
		s.total, err = strconv.Atoi(string(b))
	}
	return err
}

type sumSnapshot int

func (s sumSnapshot) Persist(sink raft.SnapshotSink) error {
	if _, err := io.WriteString(sink, strconv.Itoa(int(s))); err != nil {
		return err
	}
	return sink.Close()
}
func (sumSnapshot) Release() {}

// A node that stops and starts again goes on with its log and its snapshot,
// wherever its log is to be from now on.
func TestRaftRestartsFromDisk(t *testing.T) {
	dir := t.TempDir()
	want := 0
	for start, logs := range []LogStore{WAL, WAL, Bolt, Bolt, WAL, Bolt} {
		s := openAs(t, dir, logs)
		if s.Empty() != (start == 0) {
			t.Fatalf("start %d: empty %v", start, s.Empty())
		}
		cfg := raft.DefaultConfig()
		cfg.LocalID, cfg.Logger = "n1", hclog.NewNullLogger()
		cfg.HeartbeatTimeout, cfg.ElectionTimeout, cfg.LeaderLeaseTimeout = 20*time.Millisecond, 20*time.Millisecond, 20*time.Millisecond
		_, trans := raft.NewInmemTransport("n1")
		if start == 0 {
			servers := raft.Configuration{Servers: []raft.Server{{ID: "n1", Address: "n1"}}}
			if err := raft.BootstrapCluster(cfg, s.Logs, s.Stable, s.Snapshots, trans, servers); err != nil {
				t.Fatal(err)
			}
		}
		r, err := raft.NewRaft(cfg, &sum{}, s.Logs, s.Stable, s.Snapshots, trans)
		if err != nil {
			t.Fatal(err)
		}
		<-r.LeaderCh()
		for i := 1; i <= 20; i++ {
			want += i
			f := r.Apply([]byte{byte(i)}, 0)
			if err := f.Error(); err != nil || f.Response() != want {
				t.Fatalf("start %d: sum is %v, want %d: %v", start, f.Response(), want, err)
			}
		}
		if start == 1 {
			if err := r.Snapshot().Error(); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Shutdown().Error(); err != nil {
			t.Fatal(err)
		}
		closeStore(t, s)
	}
}
