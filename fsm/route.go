package fsm

import (
	"slices"
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// A routing dialogue asks one router at a time, the first that registered first.
// The switch's reply time is shared out so that every further router and the
// configured default still come before it is over.

const (
	reasonTimeout = "operation/routeingTimerExpired"
	reasonGone    = "operation/invalidRouteRegistrationCrossRefID"
	reasonLink    = "systemResourceAvailibility/networkOutOfService"
)

func routeKey(id uint64) string { return strconv.FormatUint(id, 10) }

// routeRequested opens a dialogue.
func (t *txn) routeRequested(l *Link, q *fsmpb.RouteRequested) {
	if _, ok := t.routeNamed(l, q.SwitchRoute); ok {
		return
	}
	t.counters.Route++
	r := &Route{
		Id: t.counters.Route, Switch: l.Switch, Device: t.DeviceID(l.Switch, q.Device), SwitchRoute: q.SwitchRoute, Epoch: l.Epoch,
		Calling: t.ourParty(l.Switch, q.Calling), Current: t.ourParty(l.Switch, q.Current), ReplyDueMs: t.timeMS + t.replyTime(q.ReplyTimeoutMs),
	}
	if proto.Size(q.Data) <= int(t.settings.CallDataBytes) {
		r.Data = q.Data
	} else {
		t.counters.DataCut++
	}
	if q.Call.GetCall() != "" {
		r.Call = t.ourCall(l.Name, q.Call.Call)
	}
	t.askNext(r, reasonTimeout)
}

// replyTime is how long a switch waits for a route, if it says how long.
func (t *txn) replyTime(told int32) int64 {
	if told > 0 {
		return int64(told)
	}
	return t.settings.RouteMs
}

// ourParty gives a party the ID of its device, if it came with an alias.
func (t *txn) ourParty(sw string, p *fsmpb.Party) *fsmpb.Party {
	if p.GetKind() != fsmpb.Party_DEVICE {
		return p
	}
	p = proto.CloneOf(p)
	p.Id = t.DeviceID(sw, p.Id)
	return p
}

// routeNamed finds the dialogue that the switch names so in the link's epoch.
func (t *txn) routeNamed(l *Link, name string) (*Route, bool) {
	for r := range t.Routes() {
		if r.Switch == l.Switch && r.Epoch == l.Epoch && r.SwitchRoute == name {
			return r, true
		}
	}
	return nil, false
}

// askNext asks the next router. Without one the cluster itself selects the
// configured default; failing that, it ends the dialogue and leaves the call to
// the switch. The caller owns r; why is the reason if the dialogue ends.
func (t *txn) askNext(r *Route, why string) {
	next := t.routersLeft(r)
	if len(next) == 0 {
		t.routeByDefault(r, why)
		return
	}
	// One share for each router left, and one for the default's way to the switch.
	share := max(r.ReplyDueMs-t.timeMS, 0) / int64(len(next)+1)
	r.Registration, r.Tried = next[0].Id, append(slices.Clone(r.Tried), next[0].Id)
	t.ask(r, next[0].Session, t.timeMS+max(share, 1))
}

// ask puts a dialogue that waits for a router until due, and tells the router.
func (t *txn) ask(r *Route, session uint64, due int64) {
	r.DueMs = due
	t.putRoute(r)
	t.emit(&Record{Switch: r.Switch, Kind: &fsmpb.Record_Route{Route: &fsmpb.RouteAsked{Route: r, Session: session}}})
}

func (t *txn) putRoute(r *Route) {
	t.routes.put(r.Id, r)
	t.setDeadline(fsmpb.DeadlineKind_ROUTE, routeKey(r.Id), r.DueMs)
}

func (t *txn) dropRoute(id uint64) {
	t.routes.delete(id)
	t.clearDeadline(fsmpb.DeadlineKind_ROUTE, routeKey(id))
}

// routersLeft lists the routers that can be asked: registered for the route
// point by an attachment that is still there, and not asked yet.
func (t *txn) routersLeft(r *Route) []*RouteRegistration {
	var left []*RouteRegistration
	for g := range t.Registrations() {
		s, ok := t.sessions.get(g.Session)
		if ok && g.Switch == r.Switch && (g.Device == "" || g.Device == r.Device) && !g.Pending &&
			s.Attachment != 0 && s.Attachment == g.Attachment && !slices.Contains(r.Tried, g.Id) {
			left = append(left, g)
		}
	}
	return left
}

// routeByDefault selects the route point's configured default, unless that
// device is known to be out of service.
func (t *txn) routeByDefault(r *Route, why string) {
	d, _ := t.devices.get(deviceKey(r.Switch, r.Device))
	to := d.GetDefaultRoute()
	if dn, ok := t.Device(r.Switch, to); to == "" || ok && dn.Service == fsmpb.ServiceState_SERVICE_OUT {
		t.endRoute(r, why)
		return
	}
	r.Registration = 0
	t.choose(r, 0, &fsmpb.Request{Destination: to})
}

// choose sends a selection to the switch. The dialogue stays until the switch
// says that it is over, or is forgotten after the time that it may take for that.
func (t *txn) choose(r *Route, session uint64, q *fsmpb.Request) {
	q.Service, q.Device, q.SwitchRoute = fsmpb.Service_ROUTE_SELECT, r.Device, r.SwitchRoute
	t.intend(&Intent{Session: session, Switch: r.Switch, Request: q})
	r.Selected = true
	r.DueMs = max(r.ReplyDueMs, t.timeMS) + t.settings.RouteMs
	t.putRoute(r)
}

// endRoute ends a dialogue from our side: the switch does with the call what it
// does without routers.
func (t *txn) endRoute(r *Route, why string) {
	t.intend(&Intent{Switch: r.Switch, Request: &fsmpb.Request{
		Service: fsmpb.Service_ROUTE_END, Device: r.Device, SwitchRoute: r.SwitchRoute, Reason: why,
	}})
	t.dropRoute(r.Id)
}

// routeOver tells the router that is being asked that the dialogue goes on
// without it.
func (t *txn) routeOver(r *Route, over *fsmpb.RouteOver) {
	g, ok := t.registrations.get(r.Registration)
	if r.Registration == 0 {
		return
	}
	over.Route, over.Registration = r.Id, r.Registration
	if ok {
		over.Session = g.Session
	}
	t.emit(&Record{Switch: r.Switch, Kind: &fsmpb.Record_RouteOver{RouteOver: over}})
}

// routeAnswer obeys a router once. One that isn't being asked changes nothing.
func (t *txn) routeAnswer(s *Session, q *fsmpb.RouteAnswer) Result {
	r, ok := t.routes.get(q.Route)
	g, _ := t.registrations.get(r.GetRegistration())
	if !ok || r.Selected || g.GetSession() != s.Id {
		return refuse("operation", "invalidRouteingCrossRefID", "session %d: dialogue %d doesn't wait for its answer", s.Id, q.Route)
	}
	r = proto.CloneOf(r)
	if q.Kind == fsmpb.RouteAnswer_SELECT {
		if q.Destination == "" {
			return refuse("operation", "invalidDestination", "session %d: no destination for dialogue %d", s.Id, q.Route)
		}
		sel := &fsmpb.Request{Destination: q.Destination, On: q.RouteUsedWanted}
		if len(q.Correlator) > 0 {
			sel.Data = &fsmpb.CallData{Correlator: q.Correlator}
		}
		t.choose(r, s.Id, sel)
		return Result{ID: t.counters.Intent}
	}
	if q.Kind != fsmpb.RouteAnswer_END { // which has no answer (ECMA-269, Route End)
		t.routeOver(r, &fsmpb.RouteOver{Reason: q.Reason})
	}
	t.askNext(r, q.Reason)
	return Result{}
}

// routeDue is what happens at a dialogue's deadline.
func (t *txn) routeDue(id uint64) {
	r, ok := t.routes.get(id)
	if !ok {
		return
	}
	t.routeOver(r, &fsmpb.RouteOver{Reason: reasonTimeout})
	if r.Selected {
		t.dropRoute(id) // the switch never said that it is over
		return
	}
	t.askNext(proto.CloneOf(r), reasonTimeout)
}

// leaveRouter goes on with the dialogues in which a session's registration (any
// of its registrations, if 0) is being asked: its client is gone.
func (t *txn) leaveRouter(session, registration uint64) {
	for _, r := range slices.Collect(t.Routes()) {
		if r.Registration == 0 || r.Selected {
			continue
		}
		if g, ok := t.registrations.get(r.Registration); r.Registration == registration || registration == 0 && ok && g.Session == session {
			t.routeOver(r, &fsmpb.RouteOver{Reason: reasonGone, Session: session})
			t.askNext(proto.CloneOf(r), reasonTimeout)
		}
	}
}

// routeEnded takes in what the switch says of a dialogue: which route it used,
// that it wants another one, or that the dialogue is over.
func (t *txn) routeEnded(l *Link, e *fsmpb.RouteEnded) {
	r, ok := t.routeNamed(l, e.SwitchRoute)
	if !ok {
		return
	}
	if e.Reroute {
		t.reroute(proto.CloneOf(r), t.replyTime(e.ReplyTimeoutMs))
		return
	}
	t.routeOver(r, &fsmpb.RouteOver{Reason: e.Reason, Used: e.Used, IsUsed: e.IsUsed})
	if !e.IsUsed { // RouteUsed comes before the end
		t.dropRoute(r.Id)
	}
}

// reroute has the router that selected select again: in the same dialogue, so
// that it is told ReRoute and no new RouteRequest. If it was the default that
// didn't do, nothing better is left.
func (t *txn) reroute(r *Route, wait int64) {
	g, ok := t.registrations.get(r.Registration)
	s, _ := t.sessions.get(g.GetSession())
	r.Selected = false
	r.ReplyDueMs = t.timeMS + wait
	switch {
	case r.Registration == 0:
		t.endRoute(r, "operation/invalidDestination")
	case ok && s.GetAttachment() == g.Attachment:
		r.DueMs = t.timeMS + max(wait/int64(len(t.routersLeft(r))+2), 1)
		t.putRoute(r)
		t.routeOver(r, &fsmpb.RouteOver{Reroute: true, DueMs: r.DueMs})
	default:
		t.routeOver(r, &fsmpb.RouteOver{Reason: reasonGone})
		t.askNext(r, reasonTimeout)
	}
}

// routesOver ends the dialogues of earlier epochs: the switch forgot them with
// the association.
func (t *txn) routesOver(sw string) {
	s, _ := t.switches.get(sw)
	for _, r := range slices.Collect(t.Routes()) {
		if r.Switch == sw && r.Epoch != s.GetEpoch() {
			t.routeOver(r, &fsmpb.RouteOver{Reason: reasonLink})
			t.dropRoute(r.Id)
		}
	}
}
