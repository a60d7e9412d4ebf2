package node

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/linkd/failover"
)

// Role tells who leads, as far as this node knows.
type Role interface {
	// Leading: this node leads and has taken over.
	Leading() bool
	// Leader is the ID of the leading node, empty if none is known.
	Leader() string
	// LeaderKnown: this node leads or hears from a leader.
	LeaderKnown() bool
	// Live: this node has a leader, or lost it so short a time ago that it
	// doesn't count as isolated.
	Live() bool
	// Changed is closed at the next change.
	Changed() <-chan struct{}
}

type roleState struct {
	leader   string
	address  string
	leading  bool // gained has done its first steps
	isolated bool // without a leader for long
}

type role struct {
	mu      sync.Mutex
	state   roleState
	changed chan struct{}
}

func newRole() *role { return &role{changed: make(chan struct{})} }

func (r *role) Leading() bool     { return r.get().leading }
func (r *role) Leader() string    { return r.get().leader }
func (r *role) LeaderKnown() bool { return r.get().leader != "" }
func (r *role) Live() bool        { return !r.get().isolated }

func (r *role) get() roleState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

func (r *role) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

func (r *role) set(f func(*roleState)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.state
	f(&r.state)
	if r.state != before {
		close(r.changed)
		r.changed = make(chan struct{})
	}
}

func (r *role) wait(ctx context.Context, ok func(roleState) bool) error {
	for {
		changed := r.Changed()
		if ok(r.get()) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// watchLeader keeps role in step with what Raft observes. The observer never
// blocks Raft: it looks again, so a dropped observation loses nothing.
func (n *Node) watchLeader(ctx context.Context) {
	seen := make(chan raft.Observation, 16)
	o := raft.NewObserver(seen, false, func(o *raft.Observation) bool {
		_, ok := o.Data.(raft.LeaderObservation)
		return ok
	})
	n.raft.RegisterObserver(o)
	defer n.raft.DeregisterObserver(o)
	// A node is isolated when it has had no leader for so long.
	patience := max(2*time.Second, 3*n.o.Timing.Election)
	alone := time.NewTimer(patience)
	defer alone.Stop()
	for {
		address, id := n.raft.LeaderWithID()
		if heard := n.raft.LastContact(); id == "" && n.role.get().leader != "" && !heard.IsZero() {
			n.o.Failover.Sign(failover.LastHeard, "", heard)
		}
		if id != "" && string(id) != n.o.ID && string(id) != n.role.get().leader {
			n.o.Failover.Other()
		}
		n.role.set(func(s *roleState) {
			s.leader, s.address = string(id), string(address)
			if id != "" {
				s.isolated = false
			}
		})
		if id != "" {
			alone.Stop()
		} else {
			alone.Reset(patience)
		}
		n.proposer.LeaderChanged()
		select {
		case <-seen:
		case <-alone.C:
			n.log.Warn("isolated: no leader is heard of", "for", patience)
			n.role.set(func(s *roleState) { s.isolated = true })
			select {
			case <-seen:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
