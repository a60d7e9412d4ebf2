package replica

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// Clock is log time: it is told the time of each entry when it arrives.
type Clock interface {
	Observe(timeMS int64)
	NowMS() int64
}

// Replica is this node's state machine. Readers take views and wait for changes;
// they never hold up the log.
type Replica struct {
	machine *fsm.Machine
	clock   Clock
	fatal   func(error) // this node can't go on

	mu            sync.Mutex
	failed        error // why nothing more is applied
	watchers      map[int]func(*fsmpb.Fact)
	watcher       int
	changed       chan struct{} // closed at the next change
	configuration raft.Configuration
}

// New makes an empty replica. fatal is called, once, when an entry shows that
// this node must stop: it can't be read, needs a newer build, or the state
// differs from the other nodes'.
func New(clock Clock, fatal func(error)) *Replica {
	return &Replica{machine: fsm.New(), clock: clock, fatal: fatal, changed: make(chan struct{})}
}

var (
	_ raft.BatchingFSM        = (*Replica)(nil)
	_ raft.ConfigurationStore = (*Replica)(nil)
)

// View is an immutable picture of the state.
func (r *Replica) View() *fsm.State { return r.machine.View() }

// NowMS is the log time of this moment, for the next entry.
func (r *Replica) NowMS() int64 { return r.clock.NowMS() }

// Changed is closed when the state next changes. Take it before the view that
// it is to outlive.
func (r *Replica) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// WaitFor waits until ok says yes to a view, and returns that view.
func (r *Replica) WaitFor(ctx context.Context, ok func(*fsm.State) bool) (*fsm.State, error) {
	for {
		changed := r.Changed()
		if v := r.View(); ok(v) {
			return v, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (r *Replica) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.changed)
	r.changed = make(chan struct{})
}

// Apply implements raft.FSM.
func (r *Replica) Apply(l *raft.Log) any { return r.ApplyBatch([]*raft.Log{l})[0] }

// ApplyBatch implements raft.BatchingFSM: readers are woken once a batch. The
// answer to each entry is []fsm.Result or an error. After an error nothing more
// is applied.
func (r *Replica) ApplyBatch(logs []*raft.Log) []any {
	answers := make([]any, len(logs))
	for i, l := range logs {
		if l.Type == raft.LogConfiguration {
			// Raft hands memberships to a BatchingFSM here, not to StoreConfiguration.
			r.StoreConfiguration(l.Index, raft.DecodeConfiguration(l.Data))
		}
		if l.Type != raft.LogCommand {
			continue
		}
		if err := r.failure(); err != nil {
			answers[i] = err
			continue
		}
		e, err := fsm.ReadEntry(l.Index, l.Data)
		var results []fsm.Result
		if err == nil {
			results, err = r.machine.ApplyEntry(l.Index, l.Term, e)
		}
		if err != nil {
			r.fail(err)
			answers[i] = err
			continue
		}
		answers[i] = results
		r.tellWatchers(e, results)
	}
	r.clock.Observe(r.machine.TimeMS())
	r.wake()
	return answers
}

// fail stops this copy where the log stopped to make sense: what follows would
// be applied to another state than the other nodes'.
func (r *Replica) fail(err error) {
	r.mu.Lock()
	r.failed = err
	r.mu.Unlock()
	r.fatal(err)
}

func (r *Replica) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// WatchFacts calls fn with each fact that takes effect from now on, in the order
// of the log, until stop is called. fn must neither wait nor change the fact.
func (r *Replica) WatchFacts(fn func(*fsmpb.Fact)) (stop func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watchers == nil {
		r.watchers = make(map[int]func(*fsmpb.Fact))
	}
	r.watcher++
	key := r.watcher
	r.watchers[key] = fn
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.watchers, key)
	}
}

// tellWatchers hands on the facts that took effect. A fact that did is answered
// with its own ordinal; one that was there before, with a later one.
func (r *Replica) tellWatchers(e *fsmpb.Entry, results []fsm.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.watchers) == 0 {
		return
	}
	for i, c := range e.Commands {
		f := c.GetFact()
		if f == nil || results[i].Err != nil || results[i].ID != f.Ordinal {
			continue
		}
		for _, fn := range r.watchers {
			fn(f)
		}
	}
}

// StoreConfiguration implements raft.ConfigurationStore. Without it a cluster
// that is quiet after a membership change can't take a snapshot.
func (r *Replica) StoreConfiguration(_ uint64, c raft.Configuration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.configuration = c
}

// Configuration is the newest committed membership.
func (r *Replica) Configuration() raft.Configuration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.configuration
}

// Snapshot implements raft.FSM: it takes a view, so that the log goes on. A
// state that stopped must not replace the log that would stop it again.
func (r *Replica) Snapshot() (raft.FSMSnapshot, error) {
	if err := r.failure(); err != nil {
		return nil, fmt.Errorf("no snapshot of a state that stopped: %w", err)
	}
	return snapshot{r.machine.View()}, nil
}

// Restore implements raft.FSM.
func (r *Replica) Restore(rc io.ReadCloser) error {
	defer rc.Close()
	if err := r.machine.Restore(rc); err != nil {
		return fmt.Errorf("restore the state from a snapshot: %w", err)
	}
	r.clock.Observe(r.machine.TimeMS())
	r.wake()
	return nil
}

type snapshot struct{ state *fsm.State }

func (s snapshot) Persist(sink raft.SnapshotSink) error {
	if err := s.state.WriteSnapshot(sink); err != nil {
		_ = sink.Cancel()
		return fmt.Errorf("write snapshot %s: %w", sink.ID(), err)
	}
	return sink.Close()
}

func (s snapshot) Release() {}
