package operator

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/api/apipb"
)

// Resync implements the call of this name: it asks for it, unless it is only to
// be followed, and reports until nothing waits for a snapshot.
func (s *Service) Resync(ctx context.Context, req *connect.Request[apipb.ResyncRequest], out *connect.ServerStream[apipb.ResyncProgress]) error {
	q := req.Msg
	if _, ok := s.o.Replica.View().Switch(q.Switch); !ok {
		return connect.NewError(connect.CodeNotFound, fmt.Errorf("switch %q is not configured", q.Switch))
	}
	v := s.o.Replica.View()
	before := v.Counters()
	if !q.FollowOnly {
		asked := requests(v, q)
		if _, err := s.o.Log.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_RequestResync{RequestResync: &fsmpb.RequestResync{Switch: q.Switch, Device: q.Device, By: "operator"}}}); err != nil {
			return connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf("resync %s %s: %w", q.Switch, q.Device, err))
		}
		// A follower's own copy must have the request before it can be followed.
		wait, cancel := context.WithTimeout(ctx, ask)
		defer cancel()
		if _, err := s.o.Replica.WaitFor(wait, func(v *fsm.State) bool { return requests(v, q) > asked }); err != nil && ctx.Err() != nil {
			return err
		}
	}
	var total uint64
	for {
		changed := s.o.Replica.Changed()
		v := s.o.Replica.View()
		waiting := uint64(0)
		for d := range v.Unverified(q.Switch) {
			if q.Device == "" || d.Id == v.DeviceID(q.Switch, q.Device) {
				waiting++
			}
		}
		total = max(total, waiting)
		now := v.Counters()
		p := &apipb.ResyncProgress{
			Switch: q.Switch, Total: total, Done: total - waiting, Finished: waiting == 0,
			Cleared: now.StuckCleared - before.StuckCleared, Found: now.FoundCalls - before.FoundCalls, Unsynced: now.Unsynced - before.Unsynced,
		}
		if sw, ok := v.Switch(q.Switch); ok && !sw.LinkUp {
			p.Error = "no link to the switch is up: it goes on when one is"
		}
		if err := out.Send(p); err != nil || p.Finished {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// requests counts the resyncs that were asked for the devices concerned.
func requests(v *fsm.State, q *apipb.ResyncRequest) (n uint64) {
	for d := range v.Devices(q.Switch) {
		if q.Device == "" || d.Id == v.DeviceID(q.Switch, q.Device) {
			n += d.Resync
		}
	}
	return n
}
