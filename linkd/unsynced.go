package linkd

import (
	"context"
	"errors"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/linkd/replica"
)

// Numbers of log records that operators of T-Servers know.
const logUnsynced = 37205 // one for each call party that was not synchronised

// logUnsyncedParties writes log record 37205 for each party that turned out not
// to be synchronised with its switch, on the leader, until ctx ends.
func logUnsyncedParties(ctx context.Context, r *replica.Replica, log hclog.Logger) error {
	at := r.View().Feed().Last()
	for {
		changed := r.Changed()
		feed := r.View().Feed()
		err := feed.After(at, func(rec *fsm.Record) bool {
			at = fsm.PositionOf(rec.Position)
			if u := rec.GetUnsynced(); u != nil {
				log.Warn("call party not synchronised", "number", logUnsynced, "switch", rec.Switch, "call", u.Call, "device", u.Device,
					"held", u.Held.String(), "at_switch", u.Switch.String(), "absent", u.Absent, "names", u.Names, "stuck_call_watch", u.Audit, "position", at)
			}
			return true
		})
		if errors.Is(err, fsm.ErrCursorTooOld) {
			log.Warn("parties that were not synchronised may be missing from this log: the feed moved on too fast", "number", logUnsynced)
			at = feed.Floor()
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}
