package store

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/linkd/clock"
	"github.com/prometheus/client_golang/prometheus"
)

// slow hangs in StoreLogs until it is released, and takes its time elsewhere.
type slow struct {
	*raft.InmemStore
	takes   time.Duration
	release chan struct{}
}

func (s slow) StoreLogs(logs []*raft.Log) error {
	<-s.release
	return s.InmemStore.StoreLogs(logs)
}

func (s slow) Set(key, val []byte) error {
	time.Sleep(s.takes)
	return s.InmemStore.Set(key, val)
}

type stuck struct {
	op      string
	elapsed time.Duration
	at      time.Time
}

func slowStore(takes time.Duration, c clock.Clock) (*Store, slow, chan stuck) {
	part := slow{raft.NewInmemStore(), takes, make(chan struct{})}
	reports := make(chan stuck, 10)
	s := New(part, part, raft.NewInmemSnapshotStore(), Options{
		Clock:   c,
		OnStuck: func(op string, d time.Duration) { reports <- stuck{op, d, time.Now()} },
	})
	return s, part, reports
}

func TestHangingWriteIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, part, reports := slowStore(0, clock.Monotonic())
		began := time.Now()
		done := make(chan error, 1)
		go func() { done <- s.Logs.StoreLogs([]*raft.Log{{Index: 1, Term: 1}}) }()

		r := <-reports
		if r.op != "StoreLogs" || r.elapsed <= 3*time.Second || r.elapsed > 4*time.Second {
			t.Errorf("reported %+v", r)
		}
		if after := r.at.Sub(began); after <= 3*time.Second || after > 4*time.Second {
			t.Errorf("reported after %v, the limit is 3 s", after)
		}
		time.Sleep(time.Minute)
		if len(reports) != 0 {
			t.Errorf("reported again: %+v", <-reports)
		}
		// The call itself is not disturbed: it returns what the store says.
		close(part.release)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if last, err := s.Logs.LastIndex(); last != 1 || err != nil {
			t.Errorf("last index %d %v", last, err)
		}
		closeStore(t, s)
	})
}

func TestSlowWritesAreNotReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, reports := slowStore(2900*time.Millisecond, clock.Monotonic())
		for range 100 { // five minutes of calls, each just within the limit
			if err := s.Stable.Set([]byte("k"), nil); err != nil {
				t.Fatal(err)
			}
		}
		if len(reports) != 0 {
			t.Errorf("reported %+v", <-reports)
		}
		closeStore(t, s)
	})
}

// While a process is stopped (SIGSTOP, a suspended machine) in the middle of a
// write, the clock runs on and the watchdog doesn't.
func TestFrozenProcessIsNoHangingDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.NewManual(time.Now())
		s, part, reports := slowStore(0, c)
		done := make(chan error, 1)
		go func() { done <- s.Logs.StoreLogs([]*raft.Log{{Index: 1, Term: 1}}) }()
		synctest.Wait()
		c.Advance(time.Hour)
		time.Sleep(time.Second) // the watchdog looks again
		synctest.Wait()
		if len(reports) != 0 {
			t.Errorf("reported %+v after a freeze", <-reports)
		}
		// If it goes on hanging, it is the disk after all.
		for range 40 {
			c.Advance(100 * time.Millisecond)
			time.Sleep(100 * time.Millisecond)
		}
		for range 20 {
			c.Advance(300 * time.Millisecond)
			time.Sleep(300 * time.Millisecond)
		}
		synctest.Wait()
		if len(reports) != 1 {
			t.Errorf("%d reports of a disk that hangs", len(reports))
		}
		close(part.release)
		<-done
		closeStore(t, s)
	})
}

func TestEveryCallIsWatched(t *testing.T) {
	mem := raft.NewInmemStore()
	dog := newWatchdog(Options{StuckAfter: time.Hour, Clock: clock.System()})
	defer dog.Close()
	var seen []string
	spy := spyStore{mem, func() {
		dog.mu.Lock()
		defer dog.mu.Unlock()
		seen = append(seen, dog.calls.Back().Value.(*call).op)
	}}
	writes := 0
	logs, stable := &watchedLogs{spy, dog, &failures{log: hclog.NewNullLogger()}, prometheus.ObserverFunc(func(float64) { writes++ })}, &watchedStable{spy, dog, &failures{log: hclog.NewNullLogger()}}
	var l raft.Log
	logs.StoreLog(&raft.Log{Index: 1})
	logs.StoreLogs([]*raft.Log{{Index: 2}})
	logs.FirstIndex()
	logs.LastIndex()
	logs.GetLog(1, &l)
	logs.DeleteRange(1, 1)
	stable.Set([]byte("k"), []byte("v"))
	stable.Get([]byte("k"))
	stable.SetUint64([]byte("n"), 1)
	stable.GetUint64([]byte("n"))
	want := []string{"StoreLog", "StoreLogs", "FirstIndex", "LastIndex", "GetLog", "DeleteRange", "Set", "Get", "SetUint64", "GetUint64"}
	if len(seen) != len(want) {
		t.Fatalf("watched %q", seen)
	}
	for i := range want {
		if seen[i] != want[i] {
			t.Errorf("call %d was watched as %s, want %s", i, seen[i], want[i])
		}
	}
	if n := dog.calls.Len(); n != 0 {
		t.Errorf("%d calls never ended", n)
	}
	if writes != 2 {
		t.Errorf("%d writes were measured, want 2", writes)
	}
}

// spyStore tells when a call reaches the store.
type spyStore struct {
	mem *raft.InmemStore
	see func()
}

func (s spyStore) FirstIndex() (uint64, error)        { s.see(); return s.mem.FirstIndex() }
func (s spyStore) LastIndex() (uint64, error)         { s.see(); return s.mem.LastIndex() }
func (s spyStore) GetLog(i uint64, l *raft.Log) error { s.see(); return s.mem.GetLog(i, l) }
func (s spyStore) StoreLog(l *raft.Log) error         { s.see(); return s.mem.StoreLog(l) }
func (s spyStore) StoreLogs(l []*raft.Log) error      { s.see(); return s.mem.StoreLogs(l) }
func (s spyStore) DeleteRange(a, b uint64) error      { s.see(); return s.mem.DeleteRange(a, b) }
func (s spyStore) Set(k, v []byte) error              { s.see(); return s.mem.Set(k, v) }
func (s spyStore) Get(k []byte) ([]byte, error)       { s.see(); return s.mem.Get(k) }
func (s spyStore) SetUint64(k []byte, v uint64) error { s.see(); return s.mem.SetUint64(k, v) }
func (s spyStore) GetUint64(k []byte) (uint64, error) { s.see(); return s.mem.GetUint64(k) }
