package deadlines

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/proposer"
)

// Replica is the node's copy of the state.
type Replica interface {
	View() *fsm.State
	Changed() <-chan struct{}
}

// longest bounds a wait, so that a log clock that moves otherwise than the timer
// is looked at again.
const longest = time.Second

// Run proposes deadlines that have passed, by nowMS, the log time in ms since
// the Unix epoch, until ctx ends.
func Run(ctx context.Context, log proposer.Log, replica Replica, nowMS func() int64, logger hclog.Logger) error {
	timer := time.NewTimer(longest)
	defer timer.Stop()
	for {
		changed := replica.Changed()
		wait := longest
		if d, ok := replica.View().NextDeadline(); ok {
			now := nowMS()
			if d.DueMs <= now {
				e := &fsmpb.Expire{Kind: d.Kind, Key: d.Key, DueMs: d.DueMs}
				if _, err := log.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_Expire{Expire: e}}); err != nil {
					if ctx.Err() != nil {
						return nil
					}
					logger.Warn("deadline not expired", "kind", d.Kind, "key", d.Key, "error", err)
				} else {
					continue
				}
			} else {
				wait = min(time.Duration(d.DueMs-now)*time.Millisecond, longest)
			}
		}
		timer.Reset(wait)
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
	}
}
