package deadlines

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// Log is the way into the replicated log.
type Log interface {
	Propose(ctx context.Context, c *fsmpb.Command) (fsm.Result, error)
}

// Replica is this node's copy of the state.
type Replica interface {
	View() *fsm.State
	// Changed is closed when the state next changes.
	Changed() <-chan struct{}
}

// retry is the pause after a proposal that failed or changed nothing.
const retry = 20 * time.Millisecond

// Run proposes that deadlines have passed until ctx ends. nowMS is log time, ms
// since the Unix epoch. Deadlines go one after the other, in order of time: the
// state shows the next one when the one before is gone.
func Run(ctx context.Context, log Log, r Replica, nowMS func() int64, logger hclog.Logger) error {
	for ctx.Err() == nil {
		changed := r.Changed()
		d, ok := r.View().NextDeadline()
		left := time.Duration(0)
		if ok {
			left = time.Duration(d.DueMs-nowMS()) * time.Millisecond
		}
		if !ok || left > 0 {
			wait(ctx, changed, ok, left)
			continue
		}
		_, err := log.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_Expire{Expire: &fsmpb.Expire{
			Kind: d.Kind, Key: d.Key, DueMs: d.DueMs,
		}}})
		if err != nil && ctx.Err() == nil && !errors.As(err, new(*fsm.Refusal)) {
			logger.Warn("deadline not proposed", "kind", d.Kind, "key", d.Key, "error", err)
		}
		if n, ok := r.View().NextDeadline(); ok && n.Kind == d.Kind && n.Key == d.Key && n.DueMs == d.DueMs {
			wait(ctx, nil, true, retry) // still there: it was not due by the entry's time
		}
	}
	return nil
}

// wait waits for a change, for the next deadline if there is one, or for ctx.
func wait(ctx context.Context, changed <-chan struct{}, timed bool, d time.Duration) {
	var due <-chan time.Time
	if timed {
		t := time.NewTimer(d)
		defer t.Stop()
		due = t.C
	}
	select {
	case <-changed:
	case <-due:
	case <-ctx.Done():
	}
}
