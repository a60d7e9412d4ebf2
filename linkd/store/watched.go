package store

import (
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/prometheus/client_golang/prometheus"
)

// watchedLogs implements raft.LogStore and raft.MonotonicLogStore.
type watchedLogs struct {
	raft.LogStore
	dog    *watchdog
	failed *failures
	writes prometheus.Observer // seconds of each
}

// IsMonotonic passes on what the store below says, which Raft asks for by type.
func (w *watchedLogs) IsMonotonic() bool {
	m, ok := w.LogStore.(raft.MonotonicLogStore)
	return ok && m.IsMonotonic()
}

func (w *watchedLogs) FirstIndex() (uint64, error) {
	defer w.dog.begin("FirstIndex")()
	return w.LogStore.FirstIndex()
}

func (w *watchedLogs) LastIndex() (uint64, error) {
	defer w.dog.begin("LastIndex")()
	return w.LogStore.LastIndex()
}

func (w *watchedLogs) GetLog(index uint64, log *raft.Log) error {
	defer w.dog.begin("GetLog")()
	return w.LogStore.GetLog(index, log)
}

func (w *watchedLogs) StoreLog(log *raft.Log) error {
	defer w.dog.begin("StoreLog")()
	defer w.measure(time.Now())
	return w.failed.note("StoreLog", w.LogStore.StoreLog(log))
}

func (w *watchedLogs) StoreLogs(logs []*raft.Log) error {
	defer w.dog.begin("StoreLogs")()
	defer w.measure(time.Now())
	return w.failed.note("StoreLogs", w.LogStore.StoreLogs(logs))
}

func (w *watchedLogs) measure(began time.Time) { w.writes.Observe(time.Since(began).Seconds()) }

func (w *watchedLogs) DeleteRange(min, max uint64) error {
	defer w.dog.begin("DeleteRange")()
	return w.failed.note("DeleteRange", w.LogStore.DeleteRange(min, max))
}

// failures reports the first write that failed.
type failures struct {
	once sync.Once
	tell func(op string, err error)
	log  hclog.Logger
}

func (f *failures) note(op string, err error) error {
	if err != nil {
		f.once.Do(func() {
			f.log.Error("the disk fails: a write to the store was refused", "op", op, "error", err)
			if f.tell != nil {
				f.tell(op, err)
			}
		})
	}
	return err
}

// watchedStable implements raft.StableStore.
type watchedStable struct {
	raft.StableStore
	dog    *watchdog
	failed *failures
}

func (w *watchedStable) Set(key, val []byte) error {
	defer w.dog.begin("Set")()
	return w.failed.note("Set", w.StableStore.Set(key, val))
}

func (w *watchedStable) Get(key []byte) ([]byte, error) {
	defer w.dog.begin("Get")()
	return w.StableStore.Get(key)
}

func (w *watchedStable) SetUint64(key []byte, val uint64) error {
	defer w.dog.begin("SetUint64")()
	return w.failed.note("SetUint64", w.StableStore.SetUint64(key, val))
}

func (w *watchedStable) GetUint64(key []byte) (uint64, error) {
	defer w.dog.begin("GetUint64")()
	return w.StableStore.GetUint64(key)
}
