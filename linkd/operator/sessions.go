package operator

import (
	"context"
	"strconv"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/api/apipb"
)

// Sessions implements the call of this name.
func (s *Service) Sessions(ctx context.Context, req *connect.Request[apipb.SessionsRequest]) (*connect.Response[apipb.SessionsResponse], error) {
	v, err := s.read(ctx, req.Msg.Read)
	if err != nil {
		return nil, err
	}
	monitors := make(map[uint64]uint32)
	for m := range v.Monitors() {
		monitors[m.Session]++
	}
	r := &apipb.SessionsResponse{Applied: s.applied(v)}
	for c := range v.Sessions() {
		if req.Msg.Switch != "" && c.Switch != req.Msg.Switch {
			continue
		}
		r.Sessions = append(r.Sessions, &apipb.SessionInfo{
			Id: c.Id, Switch: c.Switch, Identity: c.Identity, Name: c.Name, Edition: c.Edition, Explicit: c.Explicit, Node: c.Node, Peer: c.Peer, Attached: c.Attachment != 0,
			Delivered: fsm.PositionOf(c.Delivered).String(), Behind: behind(v, c), Resumed: c.Resumed, Monitors: monitors[c.Id], OpenedMs: c.OpenedMs, EndsMs: c.DueMs,
		})
	}
	return connect.NewResponse(r), nil
}

// behind counts the records that a client has not been told yet, as far as the
// feed still holds them.
func behind(v *fsm.State, c *fsm.Session) uint64 {
	var n uint64
	at := fsm.PositionOf(c.Delivered)
	if at.Before(v.Feed().Floor()) {
		at = v.Feed().Floor()
	}
	_ = v.Feed().After(at, func(*fsm.Record) bool { n++; return true })
	return n
}

// Monitors implements the call of this name.
func (s *Service) Monitors(ctx context.Context, req *connect.Request[apipb.MonitorsRequest]) (*connect.Response[apipb.MonitorsResponse], error) {
	v, err := s.read(ctx, req.Msg.Read)
	if err != nil {
		return nil, err
	}
	r := &apipb.MonitorsResponse{Applied: s.applied(v)}
	limit := page(req.Msg.PageSize)
	for m := range v.Monitors() {
		q := req.Msg
		if m.Xref <= q.After || q.Switch != "" && m.Switch != q.Switch || q.Session != 0 && m.Session != q.Session || q.Device != "" && m.Device != v.DeviceID(m.Switch, q.Device) {
			continue
		}
		if len(r.Monitors) == limit {
			r.Next = r.Monitors[limit-1].Xref
			break
		}
		i := &apipb.MonitorInfo{Xref: m.Xref, Session: m.Session, Switch: m.Switch, Device: m.Device, Call: m.Call, Type: "device", Claimed: m.Claimed, Filter: strconv.FormatUint(m.Filter, 16)}
		if m.Type == fsmpb.MonitorType_CALL_TYPE {
			i.Type = "call"
		}
		if c, ok := v.Session(m.Session); ok {
			i.Client = c.Name
		}
		sw, _ := v.Switch(m.Switch)
		d, ok := v.Device(m.Switch, m.Device)
		i.Upstream = ok && sw.GetEpoch() != 0 && d.MonitoredEpoch == sw.GetEpoch()
		switch {
		case m.Pending:
			i.State = "starting"
		case !m.Claimed:
			i.State = "unclaimed"
		default:
			i.State = "running"
		}
		r.Monitors = append(r.Monitors, i)
	}
	return connect.NewResponse(r), nil
}

// Intents implements the call of this name.
func (s *Service) Intents(ctx context.Context, req *connect.Request[apipb.IntentsRequest]) (*connect.Response[apipb.IntentsResponse], error) {
	v, err := s.read(ctx, req.Msg.Read)
	if err != nil {
		return nil, err
	}
	r := &apipb.IntentsResponse{Applied: s.applied(v)}
	for i := range v.Intents() {
		device := i.GetRequest().GetDevice()
		if device == "" {
			device = i.GetRequest().GetFirst().GetDevice()
		}
		r.Intents = append(r.Intents, &apipb.IntentInfo{
			Id: i.Id, Session: i.Session, Switch: i.Switch, Service: standard(i.GetRequest().GetService()), Device: device, Term: i.Term, DueMs: i.DueMs, Sent: i.Sent, Overdue: i.Overdue,
		})
	}
	return connect.NewResponse(r), nil
}
