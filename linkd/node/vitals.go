package node

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/holdline/holdline/linkd/crash"
)

// Ended tells, without asking, whether the process that a node registered last
// is known to have ended.
func (n *Node) Ended(id string) bool {
	known, ok := n.replica.View().Node(id)
	c := n.crash.Load()
	return ok && id != n.o.ID && c != nil && c.Dead(crash.Process{Node: id, Boot: known.BootId})
}

// CrashStats counts what the crash detection saw.
func (n *Node) CrashStats() crash.Stats {
	if c := n.crash.Load(); c != nil {
		return c.Stats()
	}
	return crash.Stats{}
}

// Vital asks a node for a sign of life. It waits no longer than a node that can be
// reached may take.
func (n *Node) Vital(ctx context.Context, id string) crash.Vital {
	known, ok := n.replica.View().Node(id)
	switch {
	case id == n.o.ID:
		return crash.Alive
	case !ok || known.RaftAddress == "":
		return crash.Silent
	case n.Ended(id):
		return crash.Ended
	}
	ctx, cancel := context.WithTimeout(ctx, n.o.Timing.patience())
	defer cancel()
	_, boot, err := n.port.Probe(ctx, known.RaftAddress)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return crash.Ended
	case err != nil:
		return crash.Silent
	case known.BootId != "" && boot != known.BootId:
		return crash.Ended
	}
	return crash.Alive
}

// patience is how long a node may take to show that it lives: half a lease, and
// not so long that it would be felt.
func (t Timing) patience() time.Duration { return min(t.Lease/2, 250*time.Millisecond) }

// WaitAlone returns when every other member's process has ended, so that nobody is
// left to hand anything to, or when ctx ends.
func (n *Node) WaitAlone(ctx context.Context) {
	for ctx.Err() == nil {
		alone := true
		for _, s := range n.Configuration().Servers {
			if id := string(s.ID); id != n.o.ID && n.Vital(ctx, id) != crash.Ended {
				alone = false
				break
			}
		}
		if alone {
			return
		}
		wait(ctx, 100*time.Millisecond)
	}
}
