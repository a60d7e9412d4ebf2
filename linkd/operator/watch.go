package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/api/apipb"
	"google.golang.org/protobuf/proto"
)

// Watch implements the call of this name: the feed, from a cursor on.
func (s *Service) Watch(ctx context.Context, req *connect.Request[apipb.WatchRequest], out *connect.ServerStream[apipb.WatchEvent]) error {
	q := req.Msg
	v := s.o.Replica.View()
	at := v.Feed().Last()
	switch {
	case q.FromStart:
		at = v.Feed().Floor()
	case q.After != "":
		p, err := ParsePosition(q.After)
		if err != nil {
			return connect.NewError(connect.CodeInvalidArgument, err)
		}
		at = p
	}
	for {
		changed := s.o.Replica.Changed()
		v := s.o.Replica.View()
		var failed error
		err := v.Feed().After(at, func(r *fsm.Record) bool {
			at = fsm.PositionOf(r.Position)
			e := watchEvent(r)
			if !wanted(q, e, r) {
				return true
			}
			failed = out.Send(e)
			return failed == nil
		})
		if errors.Is(err, fsm.ErrCursorTooOld) {
			at = v.Feed().Floor()
			if err := out.Send(&apipb.WatchEvent{Position: at.String(), Kind: "cursor-too-old", CursorTooOld: true, Text: fsm.ErrCursorTooOld.Error()}); err != nil {
				return err
			}
			continue
		}
		if failed != nil {
			return failed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ParsePosition reads a position as String writes it: index.offset.
func ParsePosition(text string) (fsm.Position, error) {
	index, offset, ok := strings.Cut(text, ".")
	i, err := strconv.ParseUint(index, 10, 64)
	o, err2 := strconv.ParseUint(offset, 10, 32)
	if !ok || err != nil || err2 != nil {
		return fsm.Position{}, fmt.Errorf("position %q: write it as it was given, index.offset", text)
	}
	return fsm.Position{Index: i, Offset: uint32(o)}, nil
}

func wanted(q *apipb.WatchRequest, e *apipb.WatchEvent, r *fsm.Record) bool {
	if q.Switch != "" && e.Switch != q.Switch || len(q.Kinds) > 0 && !slices.Contains(q.Kinds, e.Kind) {
		return false
	}
	if q.Call != 0 {
		c := r.GetCall()
		if c == nil || c.Call != q.Call && c.SecondaryCall != q.Call && c.ResultCall != q.Call {
			return false
		}
	}
	if q.Device == "" || e.Device == q.Device {
		return true
	}
	return slices.ContainsFunc(r.GetCall().GetHeard(), func(h *fsmpb.Hearer) bool { return h.Device == q.Device })
}

func watchEvent(r *fsm.Record) *apipb.WatchEvent {
	e := &apipb.WatchEvent{Position: fsm.PositionOf(r.Position).String(), TimeMs: r.TimeMs, Switch: r.Switch}
	e.Record, _ = proto.Marshal(r)
	switch k := r.Kind.(type) {
	case *fsmpb.Record_Call:
		c := k.Call
		e.Kind, e.Call, e.Device, e.Event, e.Cause, e.Reconstructed = "call", c.Call, c.Device, standard(c.Type), c.Cause, c.Reconstructed
		e.Text = connectionState(c.State)
		if c.ResultCall != 0 {
			e.Text = fmt.Sprintf("goes on as call %d", c.ResultCall)
		}
	case *fsmpb.Record_Agent:
		e.Kind, e.Device, e.Event, e.Cause, e.Reconstructed = "agent", k.Agent.Device, standard(k.Agent.Type), k.Agent.Cause, k.Agent.Reconstructed
		e.Text = strings.Trim(k.Agent.AgentId+" "+k.Agent.Group, " ")
	case *fsmpb.Record_Feature:
		e.Kind, e.Device, e.Event, e.Cause, e.Reconstructed = "feature", k.Feature.Device, standard(k.Feature.Type), k.Feature.Cause, k.Feature.Reconstructed
	case *fsmpb.Record_Private:
		e.Kind, e.Device, e.Event = "private", k.Private.Via, "private"
	case *fsmpb.Record_Status:
		e.Kind, e.Event, e.Text, e.Device = "status", k.Status.Status, k.Status.Reason, k.Status.Device
	case *fsmpb.Record_Link:
		l := k.Link
		e.Kind, e.Event = "link", map[bool]string{true: "connected", false: "disconnected"}[l.Up]
		e.Text = fmt.Sprintf("link %s with priority %d on node %s", l.Link, l.Priority, l.Node)
		if l.Reason != "" {
			e.Text += ": " + l.Reason
		}
	case *fsmpb.Record_Reply:
		e.Kind, e.Event = "reply", "reply"
		e.Text = fmt.Sprintf("session %d request %d %s", k.Reply.Session, k.Reply.Ordinal, strings.Trim(k.Reply.Category+"/"+k.Reply.Value, "/"))
	case *fsmpb.Record_MonitorEnded:
		e.Kind, e.Event, e.Text = "monitor", "ended", fmt.Sprintf("monitor %d: %s", k.MonitorEnded.Xref, k.MonitorEnded.Reason)
	case *fsmpb.Record_Session:
		e.Kind, e.Event = "session", strings.ToLower(k.Session.Kind.String())
		e.Text = fmt.Sprintf("session %d on %s %s", k.Session.Session, k.Session.Node, k.Session.Reason)
	case *fsmpb.Record_Route:
		e.Kind, e.Event, e.Device, e.Call = "route", "asked", k.Route.GetRoute().GetDevice(), k.Route.GetRoute().GetCall()
	case *fsmpb.Record_RouteOver:
		e.Kind, e.Event, e.Text = "route", "over", k.RouteOver.Reason
	case *fsmpb.Record_Unsynced:
		u := k.Unsynced
		e.Kind, e.Event, e.Call, e.Device = "unsynced", "37205", u.Call, u.Device
		held, has := connectionState(u.Held), connectionState(u.Switch)
		if u.Absent {
			has = "absent"
		}
		e.Text = fmt.Sprintf("held %s, the switch has it %s", held, has)
	case *fsmpb.Record_Renamed:
		e.Kind, e.Event, e.Call = "call", "renamed", k.Renamed.Call
		e.Text = fmt.Sprintf("%s: %s is %s now", k.Renamed.Link, k.Renamed.From, k.Renamed.To)
	}
	return e
}
