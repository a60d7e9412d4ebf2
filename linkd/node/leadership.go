package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/failover"
	"golang.org/x/sync/errgroup"
)

// lead follows Raft's leadership: gained when it comes, lost when it goes.
// LeaderCh may merge lost-and-gained-again into one true after a true.
func (n *Node) lead(ctx context.Context) {
	var end func()
	lose := func() {
		if end != nil {
			end()
			end = nil
		}
	}
	defer lose()
	for {
		select {
		case leading := <-n.raft.LeaderCh():
			lose()
			if leading {
				end = n.start(ctx)
			}
		case <-ctx.Done():
			return
		}
	}
}

// start runs gained in a goroutine and returns what ends it.
func (n *Node) start(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := n.gained(ctx)
		n.lost(err)
		if ctx.Err() == nil {
			// A leader that can't do its work is worse than none.
			n.log.Error("can't do a leader's work, handing over", "error", err)
			if err := n.raft.LeadershipTransfer().Error(); err != nil {
				n.log.Warn("hand over", "error", err)
			}
		}
	}()
	return func() { cancel(); <-done }
}

// gained is everything that this node does because it leads. It returns when
// ctx ends or when the work can't be done.
func (n *Node) gained(ctx context.Context) error {
	n.proposer.LeaderChanged()
	n.o.Failover.Elected(n.raft.CurrentTerm())
	if err := n.raft.Barrier(settle).Error(); err != nil {
		return fmt.Errorf("apply what earlier leaders committed: %w", err)
	}
	n.o.Failover.Mark(failover.Applied, "")
	term := n.raft.CurrentTerm()
	n.log.Info("leading", "term", term, "index", n.replica.View().Index())
	if err := n.found(ctx); err != nil {
		return err
	}
	n.role.set(func(s *roleState) { s.leading = true })
	g, ctx := errgroup.WithContext(ctx)
	for _, d := range n.duties {
		g.Go(func() error { return d(ctx, term) })
	}
	g.Go(func() error { return n.checkHashes(ctx) })
	g.Go(func() error { return n.raiseLevel(ctx) })
	return g.Wait()
}

// lost is everything that ends with leadership. Every step runs.
func (n *Node) lost(err error) {
	n.role.set(func(s *roleState) { s.leading = false })
	if err != nil && !errors.Is(err, context.Canceled) {
		n.log.Warn("no longer leading", "error", err)
		return
	}
	n.log.Info("no longer leading")
}

// checkHashes puts the hash of the state into the log, each time that a new one
// was taken: a node that differs stops.
func (n *Node) checkHashes(ctx context.Context) error {
	var last uint64
	for {
		v, err := n.replica.WaitFor(ctx, func(s *fsm.State) bool { _, i := s.Hash(); return i > last })
		if err != nil {
			return nil
		}
		hash, index := v.Hash()
		last = index
		if _, err := n.proposer.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_HashCheck{HashCheck: &fsmpb.HashCheck{Index: index, Hash: hash}}}); err != nil && ctx.Err() == nil {
			n.log.Warn("state hash not committed", "index", index, "error", err)
		}
	}
}

// raiseLevel commits a higher feature level once every node supports it.
func (n *Node) raiseLevel(ctx context.Context) error {
	for {
		v, err := n.replica.WaitFor(ctx, func(s *fsm.State) bool { return common(s) > s.Level() })
		if err != nil {
			return nil
		}
		level := common(v)
		_, err = n.proposer.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_RaiseLevel{RaiseLevel: &fsmpb.RaiseLevel{Level: level}}})
		if err != nil && ctx.Err() == nil {
			n.log.Warn("feature level not raised", "level", level, "error", err)
			wait(ctx, time.Second)
		}
	}
}

// common is the highest feature level that every known node supports.
func common(s *fsm.State) uint32 {
	level := uint32(0)
	first := true
	for node := range s.Nodes() {
		if first || node.Level < level {
			level, first = node.Level, false
		}
	}
	return level
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
