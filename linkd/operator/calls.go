package operator

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/api/apipb"
)

// page bounds what one answer lists.
func page(asked uint32) int {
	if asked == 0 || asked > 1000 {
		return 1000
	}
	return int(asked)
}

// Calls implements the call of this name.
func (s *Service) Calls(ctx context.Context, req *connect.Request[apipb.CallsRequest]) (*connect.Response[apipb.CallsResponse], error) {
	v, err := s.read(ctx, req.Msg.Read)
	if err != nil {
		return nil, err
	}
	r := &apipb.CallsResponse{Applied: s.applied(v)}
	if id := req.Msg.Id; id != 0 {
		c, ok := v.Call(id)
		if !ok {
			return nil, connect.NewError(connect.CodeNotFound, fmt.Errorf("call %d: %s", id, gone(v, id)))
		}
		r.Calls = append(r.Calls, callInfo(v, c))
		return connect.NewResponse(r), nil
	}
	limit := page(req.Msg.PageSize)
	device := v.DeviceID(req.Msg.Switch, req.Msg.Device)
	for c := range v.CallsAfter(req.Msg.After) {
		if req.Msg.Switch != "" && c.Switch != req.Msg.Switch || req.Msg.Device != "" && !hasPart(c, device) {
			continue
		}
		if len(r.Calls) == limit {
			r.Next = r.Calls[limit-1].Id
			break
		}
		r.Calls = append(r.Calls, callInfo(v, c))
	}
	return connect.NewResponse(r), nil
}

func gone(v *fsm.State, id uint64) string {
	t, ok := v.Tombstone(id)
	switch {
	case !ok:
		return "there is no such call"
	case t.Into != 0:
		return fmt.Sprintf("it became call %d", t.Into)
	default:
		return "it is over"
	}
}

func hasPart(c *fsm.Call, device string) bool {
	for _, p := range c.Connections {
		if p.Device == device {
			return true
		}
	}
	return false
}

func callInfo(v *fsm.State, c *fsm.Call) *apipb.CallInfo {
	i := &apipb.CallInfo{
		Id: c.Id, Switch: c.Switch, Linkage: c.Linkage, Calling: party(c.Calling), Called: party(c.Called), BeganMs: c.BeganMs, ChangedMs: c.ChangedMs,
		LinkedTo: c.LinkedTo, Late: c.Late, Version: c.Version, Correlator: c.GetData().GetCorrelator(), UserData: c.GetData().GetUserData(),
	}
	if sw, ok := v.Switch(c.Switch); ok {
		i.Verified = c.Epoch == sw.Epoch
	}
	for _, n := range c.Names {
		i.Names = append(i.Names, &apipb.CallName{Link: n.Link, Call: n.Call})
	}
	for _, p := range c.Connections {
		i.Parties = append(i.Parties, &apipb.PartyInfo{Device: p.Device, State: connectionState(p.State), SinceMs: p.SinceMs})
	}
	return i
}

// party writes a party as operators read it.
func party(p *fsmpb.Party) string {
	switch p.GetKind() {
	case fsmpb.Party_DEVICE:
		return p.Id
	case fsmpb.Party_NOT_KNOWN:
		return "not known"
	case fsmpb.Party_RESTRICTED:
		return "restricted"
	default:
		return ""
	}
}

// connectionState is ECMA-269's name of a local connection state.
func connectionState(s fsmpb.ConnectionState) string {
	switch s {
	case fsmpb.ConnectionState_NULL:
		return "null"
	case fsmpb.ConnectionState_INITIATED:
		return "initiated"
	case fsmpb.ConnectionState_ALERTING:
		return "alerting"
	case fsmpb.ConnectionState_CONNECTED:
		return "connected"
	case fsmpb.ConnectionState_HOLD:
		return "hold"
	case fsmpb.ConnectionState_QUEUED_STATE:
		return "queued"
	case fsmpb.ConnectionState_FAIL:
		return "fail"
	default:
		return "unknown"
	}
}
