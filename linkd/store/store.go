package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	raftboltdb "github.com/hashicorp/raft-boltdb/v2"
	"github.com/holdline/holdline/linkd/clock"
	"github.com/prometheus/client_golang/prometheus"
	"go.etcd.io/bbolt"
)

const (
	logCacheSize      = 512 // entries
	snapshotsRetained = 3
	fileName          = "raft.db"
)

// ErrInUse: another process has the data directory open.
var ErrInUse = errors.New("data directory is in use")

// Options are the same for every kind of store.
type Options struct {
	// Logs is where a data directory's Raft log is to be; empty: WAL. A log that
	// is elsewhere is moved when the directory is opened.
	Logs LogStore
	// StuckAfter is how long one call may take before OnStuck is called;
	// 0: 3 s.
	StuckAfter time.Duration
	// OnStuck is called once for each call that takes longer, on the watchdog's
	// goroutine, with the call's name and its time so far. Nil: it is only
	// logged.
	OnStuck func(op string, elapsed time.Duration)
	// OnFailed is called once, on the writer's goroutine, with the first write that
	// fails. What the disk has of it isn't known, and the log may refuse every
	// write from then on: the process must end. Nil: it is only logged.
	OnFailed func(op string, err error)

	Clock   clock.Clock           // nil: clock.System()
	Metrics prometheus.Registerer // nil: none
	Logger  hclog.Logger          // nil: none
}

// Store is what raft.NewRaft needs from a disk.
type Store struct {
	Logs      raft.LogStore      // cached and watched
	Stable    raft.StableStore   // watched
	Snapshots raft.SnapshotStore // not watched: writing a large one may take its time

	bolt   *raftboltdb.BoltStore // nil in memory
	writes prometheus.Histogram
	close  []io.Closer // in this order
}

// Open opens a data directory, and makes it (mode 0700) if there is none. It
// fails with ErrInUse while another process has it open.
func Open(dir string, opts Options) (_ *Store, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("open data directory %s: %w", dir, err)
		}
	}()
	opts.setDefaults()
	if err := makeDir(dir, opts.Logger); err != nil {
		return nil, err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	bolt, err := raftboltdb.New(raftboltdb.Options{
		Path: filepath.Join(dir, fileName),
		BoltOptions: &bbolt.Options{
			Timeout: time.Second, // for its own lock; ours is held already
			// Without these two, appending slows down six-fold once the log has
			// been truncated.
			NoFreelistSync: true,
			FreelistType:   bbolt.FreelistMapType,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("open %s (if it is damaged, move the directory away and join as a new node): %w", fileName, err)
	}
	defer func() {
		if err != nil {
			bolt.Close()
		}
	}()
	logs, logsCloser, err := openLogs(dir, opts.Logs, bolt, opts.Logger)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			logsCloser.Close()
		}
	}()
	if err := syncDir(dir); err != nil { // the new files' names must survive a loss of power
		return nil, err
	}
	snaps, err := raft.NewFileSnapshotStoreWithLogger(dir, snapshotsRetained, opts.Logger.Named("snapshot"))
	if err != nil {
		return nil, fmt.Errorf("open the snapshots: %w", err)
	}
	s := New(logs, bolt, snaps, opts)
	s.bolt = bolt
	s.close = append(s.close, logsCloser, bolt, lock)
	if opts.Metrics != nil {
		if err := opts.Metrics.Register(s.writes); err != nil {
			return nil, errors.Join(fmt.Errorf("set up metrics: %w", err), s.Close())
		}
	}
	return s, nil
}

// Memory returns an empty store that is gone when it is closed, for tests.
func Memory(opts Options) *Store {
	mem := raft.NewInmemStore()
	return New(mem, mem, raft.NewInmemSnapshotStore(), opts)
}

// New puts the cache and the watchdog on top of given parts; tests of faults
// give parts that fail. The parts are not closed with the Store: a test restarts
// a node by calling New again on the same parts.
func New(logs raft.LogStore, stable raft.StableStore, snaps raft.SnapshotStore, opts Options) *Store {
	opts.setDefaults()
	dog := newWatchdog(opts)
	failed := &failures{tell: opts.OnFailed, log: opts.Logger}
	writes := prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "holdline", Subsystem: "store", Name: "write_seconds",
		Help:    "Time of one write to the Raft log, its syncs included.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16), // to 3.3 s, when the watchdog acts
	})
	cached, _ := raft.NewLogCache(logCacheSize, &watchedLogs{logs, dog, failed, writes}) // fails for sizes below 1 only
	return &Store{
		Logs: cached, Stable: &watchedStable{stable, dog, failed}, Snapshots: snaps,
		writes: writes, close: []io.Closer{dog},
	}
}

func (o *Options) setDefaults() {
	if o.Logs == "" {
		o.Logs = WAL
	}
	if o.StuckAfter <= 0 {
		o.StuckAfter = 3 * time.Second
	}
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Logger == nil {
		o.Logger = hclog.NewNullLogger()
	}
}

// Empty says whether there is no log entry, no term and no snapshot: a node
// that never was part of a cluster, or that lost its disk. A store that can't be
// read is not empty.
func (s *Store) Empty() bool {
	exists, err := raft.HasExistingState(s.Logs, s.Stable, s.Snapshots)
	return err == nil && !exists
}

// RunMetrics reports bbolt's figures to the global metrics until ctx ends; see
// package health. It returns at once for a store in memory.
func (s *Store) RunMetrics(ctx context.Context, interval time.Duration) {
	if s.bolt != nil {
		s.bolt.RunMetrics(ctx, interval)
	}
}

// Close ends the watchdog, closes the files and gives up the lock. Shut Raft
// down first. It blocks while a call hangs.
func (s *Store) Close() error {
	var errs []error
	for _, c := range s.close {
		errs = append(errs, c.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}

func makeDir(dir string, log hclog.Logger) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		log.Warn("data directory is open to other users: chmod 700", "dir", dir, "mode", fmt.Sprintf("%04o", mode))
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync the directory: %w", err)
	}
	return nil
}
