package peers

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Paced is a peer that is written to at a steady rate, through whoever leads.
type Paced interface {
	// Settle waits until every node runs and has what the leader had.
	Settle(ctx context.Context) error
	// Leader is the place of the node that leads.
	Leader(ctx context.Context) (int, error)
	// Transfer hands leadership to another node.
	Transfer(ctx context.Context, leader int) error
	// Freeze stops a node's process, Signal sends a signal to it, Cable pulls or plugs its host's cable, and
	// Restart starts it again after it has ended.
	Freeze(node int) error
	Signal(node int, s syscall.Signal) error
	Cable(node int, pulled bool) error
	Restart(ctx context.Context, node int) error
	Close()
}

// Committed is told of each write that is committed, and when it was begun.
type Committed func(begun, at time.Time)

// Signal sends a signal to a node.
func (c *cluster) Signal(i int, s syscall.Signal) error { return c.nodes[i].Signal(s) }

// Freeze stops a node's process.
func (c *cluster) Freeze(i int) error { return c.nodes[i].Freeze() }

// Cable pulls or plugs the cable of a node's host.
func (c *cluster) Cable(i int, pulled bool) error {
	if pulled {
		return c.nodes[i].host.Vanish()
	}
	return c.nodes[i].host.Return()
}

// place of a node among all.
func (c *cluster) place(n *node) int {
	for i, o := range c.nodes {
		if o == n {
			return i
		}
	}
	return -1
}

// restart starts a node that has ended, or is about to, and waits until it is up.
func (c *cluster) restart(ctx context.Context, i int) (*node, error) {
	n := c.nodes[i]
	select {
	case <-n.Ended():
	case <-ctx.Done():
		return nil, fmt.Errorf("%s doesn't end: %w", n.Name, context.Cause(ctx))
	}
	if err := n.start(); err != nil {
		return nil, err
	}
	return n, n.wait(ctx, func() bool { return n.up })
}

// pacedRaft is Raft, written to by its leader itself.
type pacedRaft struct {
	*cluster
	rate float64
}

// PacedRaft starts Raft with its default timeouts.
func PacedRaft(ctx context.Context, o Options, rate float64, committed Committed) (Paced, error) {
	c, err := start(ctx, "raft", o)
	if err != nil {
		return nil, err
	}
	p := &pacedRaft{c, rate}
	for _, n := range c.nodes {
		c.mu.Lock()
		n.committed = committed
		c.mu.Unlock()
		if err := p.pace(n); err != nil {
			c.Close()
			return nil, err
		}
	}
	return p, nil
}

func (p *pacedRaft) pace(n *node) error { return n.order(order{Do: "pace", Rate: p.rate}) }

func (p *pacedRaft) Leader(ctx context.Context) (int, error) {
	n, err := p.leader(ctx)
	return p.place(n), err
}

func (p *pacedRaft) Settle(ctx context.Context) error {
	leader, err := p.leader(ctx)
	if err != nil {
		return err
	}
	want, err := p.index(ctx, leader)
	if err != nil {
		return err
	}
	for _, n := range p.nodes {
		for {
			got, err := p.index(ctx, n)
			if err != nil {
				return err
			}
			if got >= want {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return nil
}

// index is how far a node has applied the log.
func (p *pacedRaft) index(ctx context.Context, n *node) (uint64, error) {
	p.mu.Lock()
	before := n.said
	p.mu.Unlock()
	if err := n.order(order{Do: "index"}); err != nil {
		return 0, err
	}
	var at uint64
	err := n.wait(ctx, func() bool { at = n.last.Index; return n.said > before && n.last.Said == "index" })
	return at, err
}

func (p *pacedRaft) Transfer(ctx context.Context, leader int) error {
	n := p.nodes[leader]
	p.mu.Lock()
	before := n.said
	p.mu.Unlock()
	if err := n.order(order{Do: "transfer"}); err != nil {
		return err
	}
	failed := false
	err := n.wait(ctx, func() bool {
		failed = n.said > before && n.last.Said == "failed"
		return failed || !n.leading
	})
	if failed {
		return errors.New(n.last.Error)
	}
	return err
}

func (p *pacedRaft) Restart(ctx context.Context, i int) error {
	n, err := p.restart(ctx, i)
	if err != nil {
		return err
	}
	return p.pace(n)
}
