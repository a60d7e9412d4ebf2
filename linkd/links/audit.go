package links

import (
	"context"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// The stuck-call watch. A switch says nothing more of a call whose end it lost, or
// of which it lost the news. A connection that has been in a state for longer than
// is usual at its device, without an event of its call, is asked about: a snapshot of
// the device shows whether it is there. The snapshot clears it if it isn't; nothing
// else does.

// How the calls are looked through.
const (
	auditEvery = 10 * time.Second
	auditMost  = 64 // devices asked about in one pass
)

// silentPart is a connection that has been quiet for too long.
type silentPart struct {
	call   uint64
	device string
}

// stepAudit asks about calls that have been quiet for too long.
func (r *reconciler) stepAudit(ctx context.Context, v *fsm.State) {
	if !r.settings.AskStuck || !r.readySent || r.m.o.SkipResync {
		return
	}
	now := time.Now()
	if left := auditEvery - now.Sub(r.audited); left > 0 {
		r.wakeAt(now.Add(left))
		return
	}
	r.audited = now
	r.wakeAt(now.Add(auditEvery))
	logTime := v.TimeMS()
	if t := r.m.o.Clock.Boottime().Milliseconds() + r.off; t > logTime {
		logTime = t
	}
	asked := 0
	still := make(map[silentPart]time.Time)
	for c := range v.Calls() {
		if c.Switch != r.sw {
			continue
		}
		for _, x := range c.Connections {
			d, ok := v.Device(r.sw, x.Device)
			if !ok || d.VerifiedEpoch != r.epoch {
				continue // nobody watches it, or it is being asked about
			}
			limit := time.Duration(v.StuckAfter(d, x.State)) * time.Millisecond
			silent := time.Duration(logTime-max(c.ChangedMs, x.SinceMs)) * time.Millisecond
			if limit == 0 || silent < limit {
				continue
			}
			q := silentPart{c.Id, x.Device}
			if last, ok := r.audits[q]; ok && now.Sub(last) < limit {
				still[q] = last
				continue
			}
			if asked == auditMost {
				continue
			}
			asked++
			still[q] = now
			r.audit(ctx, q, x.State, silent, limit)
		}
	}
	r.audits = still
}

func (r *reconciler) audit(ctx context.Context, q silentPart, state fsmpb.ConnectionState, silent, limit time.Duration) {
	r.log.Info("a call is quiet for long: asking the switch about it", "call", q.call, "device", q.device, "state", state.String(),
		"quiet", silent.Round(time.Second), "limit", limit.Round(time.Second))
	r.m.metrics.audit(r.link)
	r.spawn(func() {
		_, _ = r.m.propose(ctx, "resync", &fsmpb.Command{Kind: &fsmpb.Command_RequestResync{RequestResync: &fsmpb.RequestResync{
			Switch: r.sw, Device: q.device, By: "stuck-call watch", Audit: true,
		}}})
	})
}
