package fsm

import (
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// Clients register as routers of a route point, or of all of a switch. The
// leader registers the device at the switch while a registration of ours stands.

// operationError is the category of refusals that no waiting mends.
const operationError = "operation"

// registerRouter answers at once if the switch's registration for the device is
// up already. One that the session's earlier attachment made is taken up again.
func (t *txn) registerRouter(a asker, device string) Result {
	sw := a.session.Switch
	if device != "" {
		if device = t.DeviceID(sw, device); !goodName(device) {
			return t.fail(a, "operation", "invalidDeviceID")
		}
	}
	var up bool
	var own uint32
	for _, r := range t.routersOf(a.session.Id) {
		own++
		if r.Device == device && !r.Pending {
			r = proto.CloneOf(r)
			r.Attachment = a.session.Attachment
			t.registrations.put(r.Id, r)
			t.emitRegistered(a, r.Id)
			return Result{ID: r.Id}
		}
	}
	if own >= t.settings.MonitorsPerSession {
		return t.fail(a, "systemResourceAvailibility", "registrationLimitExceeded")
	}
	if s, ok := t.switches.get(sw); !ok || s.Epoch == 0 || !s.LinkUp {
		return t.fail(a, "systemResourceAvailibility", "networkOutOfService")
	}
	for r := range t.Registrations() {
		up = up || r.Switch == sw && r.Device == device && !r.Pending
	}
	t.counters.Registration++
	r := &RouteRegistration{
		Id: t.counters.Registration, Session: a.session.Id, Switch: sw, Device: device, Pending: !up,
		Attachment: a.session.Attachment, Ordinal: a.ordinal, Invoke: a.invoke,
	}
	t.registrations.put(r.Id, r)
	if device != "" {
		t.watch(sw, device, fsmpb.DeviceKind_ROUTE_POINT)
	}
	if up {
		t.emitRegistered(a, r.Id)
	}
	return Result{ID: r.Id}
}

func (t *txn) emitRegistered(a asker, id uint64) {
	r := a.reply()
	r.Body = &fsmpb.Reply_Router{Router: &fsmpb.RouterRegistered{Registration: id}}
	t.emitReply(a.session.Switch, r)
}

func (t *txn) cancelRouter(a asker, id uint64) Result {
	r, ok := t.registrations.get(id)
	if !ok || r.Session != a.session.Id || r.Pending {
		return t.fail(a, "operation", "invalidRouteRegistrationCrossRefID")
	}
	t.emitReply(a.session.Switch, a.reply())
	t.dropRouter(r)
	return Result{ID: id}
}

// routerUp takes in what became of the registration at the switch.
func (t *txn) routerUp(l *Link, u *fsmpb.RouterUp) {
	device := ""
	if u.Device != "" {
		device = t.DeviceID(l.Switch, u.Device)
	}
	for _, r := range slices.Collect(t.Registrations()) {
		if r.Switch != l.Switch || r.Device != device {
			continue
		}
		s, ok := t.sessions.get(r.Session)
		a := asker{session: s, ordinal: r.Ordinal, invoke: r.Invoke}
		switch {
		case !r.Pending && u.Category == operationError:
			// It was up once, and the switch won't have it again. Any other refusal
			// passes: the leader goes on trying.
			t.emit(&Record{Switch: r.Switch, Kind: &fsmpb.Record_RouteOver{RouteOver: &fsmpb.RouteOver{
				Registration: r.Id, Session: r.Session, Reason: u.Category + "/" + u.Value,
			}}})
			t.dropRouter(r)
		case !r.Pending:
		case u.Up:
			r = proto.CloneOf(r)
			r.Pending = false
			t.registrations.put(r.Id, r)
			if ok {
				t.emitRegistered(a, r.Id)
			}
		case u.Category != "":
			if ok {
				t.fail(a, u.Category, u.Value)
			}
			t.dropRouter(r)
		}
	}
}

// routersOf lists a session's registrations, oldest first.
func (t *txn) routersOf(session uint64) []*RouteRegistration {
	return slices.DeleteFunc(slices.Collect(t.Registrations()), func(r *RouteRegistration) bool { return r.Session != session })
}

// dropRouter ends a registration. What it was being asked goes to the next one.
func (t *txn) dropRouter(r *RouteRegistration) {
	if _, ok := t.registrations.get(r.Id); !ok {
		return
	}
	t.registrations.delete(r.Id)
	if r.Device != "" {
		t.unwatch(r.Switch, r.Device)
	}
	t.leaveRouter(r.Session, r.Id)
}

func (t *txn) dropRouters(session uint64) {
	for _, r := range t.routersOf(session) {
		t.dropRouter(r)
	}
}

// handOverRouters gives a session's registrations to its new attachment, and
// tells whether some wait to be claimed.
func (t *txn) handOverRouters(s *Session) (unclaimed bool) {
	for _, r := range t.routersOf(s.Id) {
		switch {
		case r.Pending:
			t.dropRouter(r)
		case s.Resuming:
			r = proto.CloneOf(r)
			r.Attachment = s.Attachment
			t.registrations.put(r.Id, r)
		default:
			unclaimed = true
		}
	}
	if !s.Resuming {
		t.leaveRouter(s.Id, 0)
	}
	return unclaimed
}

func (t *txn) dropUnclaimedRouters(s *Session) {
	for _, r := range t.routersOf(s.Id) {
		if !r.Pending && r.Attachment != s.Attachment {
			t.dropRouter(r)
		}
	}
}
