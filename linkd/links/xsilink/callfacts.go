package xsilink

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// How an event about a user's own part in a call maps to events about the call. The
// call is the session, by its tracking ID, which is its linkage ID as well: it is the
// same on all links. Each user is told of their own part alone; parties of whom
// nobody is told are known as the far end.
//
// Order holds within one user's events only, and most of all not across a leader's
// death: what one user is told of another may come long after what that one did next.
// So it counts only where the other isn't subscribed to.

// callFacts maps an event about one call of a device.
func (c *Conn) callFacts(device string, e *xsi.CallEvent) []*fsmpb.Fact {
	v := c.view(device)
	was, h := v.note(c, &e.Call)
	m := &mapping{c: c, device: device, v: v, was: was, h: h, call: &e.Call}
	switch e.Type {
	case xsi.CallOriginating, xsi.CallCollecting:
		m.begin(fsmpb.EventType_SERVICE_INITIATED)
	case xsi.CallOriginated:
		m.replaces()
		m.begin(fsmpb.EventType_ORIGINATED)
	case xsi.CallReceived:
		m.begin(fsmpb.EventType_DELIVERED)
		m.facts = append(m.facts, c.caller(device, h.far, h.tracking)...)
	case xsi.CallAnswered:
		m.answered()
	case xsi.CallWasHeld:
		m.held()
	case xsi.CallRetrieved:
		m.retrieved()
	case xsi.CallParkRetrieved:
		m.unparked()
	case xsi.CallReleasing:
		m.releasing()
	case xsi.CallWasReleased:
		m.released()
	case xsi.CallWasDetached:
		m.redirected([]*half{h}, []xsi.Call{e.Call})
	case xsi.CallTransferred:
		m.transferred()
	case xsi.CallForwarded:
		m.forwarded()
	case xsi.CallPickedUp, xsi.CallBargedIn, xsi.CallMonitored:
		m.became()
	case xsi.CallRecordingStarted, xsi.CallRecordingResumed:
		m.recording(fsmpb.EventType_RECORD, "")
	case xsi.CallRecordingPaused:
		m.recording(fsmpb.EventType_SUSPEND_RECORD, "")
	case xsi.CallRecordingStopped:
		m.recording(fsmpb.EventType_STOP, e.StopReason)
	default:
		m.renamed()
	}
	return m.facts
}

// recording tells of the recording of a call, of which there is one at a time: it is
// named as the user's part in the call is.
func (m *mapping) recording(typ fsmpb.EventType, stopped string) {
	m.renamed()
	e := m.add(typ, m.device)
	e.Message, e.Cause = m.h.id, "normal"
	if stopped == stopFailure {
		e.Cause = "resourcesNotAvailable"
	}
}

// stopFailure is what CallRecordingStopped says when nobody wanted it.
const stopFailure = "Failure"

// mapping is the mapping of one event.
type mapping struct {
	c      *Conn
	device string
	v      *view
	was, h *half // the half before and now
	call   *xsi.Call
	facts  []*fsmpb.Fact
}

// add makes one fact about a connection of the call.
func (m *mapping) add(typ fsmpb.EventType, subject string) *fsmpb.CallEvent {
	e := &fsmpb.CallEvent{
		Type: typ, Via: m.device, Subject: &fsmpb.SwitchConn{Call: m.h.tracking, Device: subject}, Device: named(subject),
		Linkage: m.h.tracking, Local: own(m.h), HasLocal: true,
	}
	if m.was != nil && m.was.tracking != m.h.tracking {
		e.RenamedFrom = m.was.tracking
	}
	m.facts = append(m.facts, callFact(e))
	return e
}

func callFact(e *fsmpb.CallEvent) *fsmpb.Fact {
	return &fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: e}}
}

// renamed tells that the call has another tracking ID, if it has.
func (m *mapping) renamed() {
	if m.was != nil && m.was.tracking != m.h.tracking {
		m.add(fsmpb.EventType_CALL_INFORMATION, m.device)
	}
}

// begin tells of a call that begins for this device.
func (m *mapping) begin(typ fsmpb.EventType) {
	e := m.add(typ, m.device)
	e.Cause = "newCall"
	m.ends(e)
	switch {
	case typ == fsmpb.EventType_SERVICE_INITIATED:
		e.Local = fsmpb.ConnectionState_INITIATED
	case typ == fsmpb.EventType_ORIGINATED:
		e.Local = fsmpb.ConnectionState_CONNECTED
	}
	switch {
	case m.call.Personality == xsi.ClickToDial:
		e.Cause = "makeCall"
	case m.call.Personality == xsi.Originator && m.holdsAnother():
		e.Cause = "consultation"
	case m.call.ACD != nil:
		e.Cause = "distributed"
	}
}

// caller looks whether the caller of a call that comes to a device is still there: they may
// have hung up before the device was told of it, and that was told before.
func (c *Conn) caller(device, far, tracking string) []*fsmpb.Fact {
	there, known := c.hasPart(far, tracking)
	switch {
	case there || !known:
		return nil
	case c.views[far].hasLeft(tracking):
		return []*fsmpb.Fact{callFact(&fsmpb.CallEvent{
			Type: fsmpb.EventType_CONNECTION_CLEARED, Via: device, Subject: &fsmpb.SwitchConn{Call: tracking, Device: far}, Device: named(far),
			Linkage: tracking, Cause: "normalClearing",
		})}
	}
	return []*fsmpb.Fact{lost(far, "it calls "+device+" and didn't say so")} // or its own events are yet to come
}

// lost asks for a snapshot of a device.
func lost(device, reason string) *fsmpb.Fact {
	return &fsmpb.Fact{Body: &fsmpb.Fact_Lost{Lost: &fsmpb.EventsLost{Device: device, Reason: reason}}}
}

// ends fills in who calls whom.
func (m *mapping) ends(e *fsmpb.CallEvent) {
	far := m.c.party(m.call.RemoteParty)
	if m.call.Personality != xsi.Terminator {
		e.Calling, e.Called = named(m.device), far
		return
	}
	e.Calling, e.Called = far, named(m.device)
	if acd := m.call.ACD; acd != nil {
		queue := m.c.deviceOf(xsi.Party{UserID: acd.UserID, Address: acd.Number})
		e.Called, e.LastRedirection = named(queue), named(queue)
	}
	for i, r := range m.call.Redirections {
		if r.Party == nil {
			continue
		}
		from := m.c.party(*r.Party)
		if i == 0 && m.call.ACD == nil {
			e.LastRedirection = from
		}
		e.Called = from // the last one in the list is who was called first
	}
}

// replaces drops the half by which an application had the user's own phone rung: once
// the call goes out, it has another callId.
func (m *mapping) replaces() {
	for _, o := range m.v.of(m.h.tracking) {
		if o.id != m.h.id && o.personality == xsi.ClickToDial && o.state == xsi.CallAlerting {
			m.v.drop(o.id)
		}
	}
}

// holdsAnother tells whether the device has another call on hold.
func (m *mapping) holdsAnother() bool {
	for _, o := range m.v.live() {
		if o.id != m.h.id && o.state == xsi.CallHeld {
			return true
		}
	}
	return false
}

// answered: a user who was called answers for themselves; one who called learns that
// the other end did, and so does one whose call was sent on to somebody else.
func (m *mapping) answered() {
	again := m.was != nil && m.was.answered
	if m.h.personality == xsi.Terminator && !again || m.h.far == "" {
		m.ends(m.add(fsmpb.EventType_ESTABLISHED, m.device))
		return
	}
	if m.c.o.Kind(m.h.far) != Person || m.c.tells(m.h.far) {
		m.renamed() // the one who answered is told; the far end may be a queue's number
		return
	}
	m.add(fsmpb.EventType_ESTABLISHED, m.h.far)
}

// held: this user holds the call, or the other end does.
func (m *mapping) held() {
	if m.h.state == xsi.CallRemoteHeld {
		m.remote(fsmpb.EventType_HELD)
		return
	}
	m.add(fsmpb.EventType_HELD, m.device)
}

// retrieved: who held is not told, but how the half was. Where that isn't known, a
// half that was ever on hold was held by its own user.
func (m *mapping) retrieved() {
	remote := m.was != nil && m.was.state == xsi.CallRemoteHeld || m.was == nil && m.call.TotalHeldTime == 0
	if remote {
		m.remote(fsmpb.EventType_RETRIEVED)
		return
	}
	m.add(fsmpb.EventType_RETRIEVED, m.device)
}

// unparked: the user took a call back that was parked, or somebody else's, which has
// another tracking ID.
func (m *mapping) unparked() {
	if m.was == nil || m.was.tracking != m.h.tracking {
		m.became()
		return
	}
	m.retrieved()
}

// became: what became of the call isn't told, a snapshot will.
func (m *mapping) became() {
	m.renamed()
	m.facts = append(m.facts, lost(m.device, "what became of its call isn't told"))
}

// remote tells what the other end did, unless it is told itself.
func (m *mapping) remote(typ fsmpb.EventType) {
	if m.h.far == "" || m.c.tells(m.h.far) {
		m.renamed()
		return
	}
	m.add(typ, m.h.far)
}

// releasing: the other end can't be reached, and this user hears a treatment.
func (m *mapping) releasing() {
	failing := m.h.far
	if failing == "" {
		failing = m.device
	}
	e := m.add(fsmpb.EventType_FAILED, failing)
	e.Cause = releaseCause(m.call.ReleaseCause)
	e.Calling, e.Called = named(m.device), m.c.party(m.call.RemoteParty)
	if failing != m.device {
		m.add(fsmpb.EventType_CONNECTION_CLEARED, failing).Cause = e.Cause
	}
}

// releaseCause maps internalReleaseCause to an EventCause (ECMA-269 12.2.15).
func releaseCause(r *xsi.ReleaseCause) string {
	if r == nil {
		return "normalClearing"
	}
	switch r.Internal {
	case "Busy":
		return "busy"
	case "User Not Found", "Translation Failure":
		return "destNotObtainable"
	case "Forbidden":
		return "blocked"
	case "Temporarily Unavailable", "Request Timeout":
		return "destOutOfOrder"
	case "Routing Failure", "Global Failure", "Request Failure", "Server Failure":
		return "networkNotObtainable"
	}
	return "normalClearing"
}

// released: this user's part is over. A part of a conference that ends because the
// other end left takes that one out of the call, not the controller.
func (m *mapping) released() {
	defer m.v.drop(m.h.id)
	switch {
	case m.was != nil && m.was.detached:
		return // told when it was redirected
	case m.was == nil && len(m.v.of(m.h.tracking)) > 1:
		return // another half has taken its place
	}
	gone, by := m.device, m.device
	if m.call.ReleasedBy == xsi.RemoteRelease && m.h.far != "" {
		by = m.h.far
	}
	last := false
	if x := m.v.conference; x.has(m.h.id) && m.h.far != "" {
		gone = m.h.far
		x.members = remove(x.members, m.h.id)
		last = len(x.members) == 0
	}
	e := m.add(fsmpb.EventType_CONNECTION_CLEARED, gone)
	e.Device, e.Cause, e.Local = named(by), releaseCause(m.call.ReleaseCause), fsmpb.ConnectionState_NULL
	if gone != m.device {
		e.HasLocal = false
		if last {
			m.v.conference = nil
			m.add(fsmpb.EventType_CONNECTION_CLEARED, m.device).Cause = e.Cause
		}
	}
}

func remove(list []string, one string) []string {
	var out []string
	for _, s := range list {
		if s != one {
			out = append(out, s)
		}
	}
	return out
}

// forwarded: the other end, who had not answered, sent the call on; told by that one's
// own event if it is watched.
func (m *mapping) forwarded() {
	if m.was == nil || m.was.far == "" || m.was.far == m.h.far || m.c.tells(m.was.far) {
		m.renamed()
		return
	}
	e := m.add(fsmpb.EventType_DIVERTED, m.was.far)
	e.NewDestination = named(m.h.far)
	e.Cause = "redirected"
	if r := m.call.Redirect; r != nil {
		e.Cause = redirectCause(r.Reason)
	}
}

// redirectCause maps a redirection's reason to an EventCause (ECMA-269 12.2.15).
func redirectCause(r xsi.RedirectReason) string {
	switch r {
	case xsi.RedirectBusy:
		return "callForwardBusy"
	case xsi.RedirectNoAnswer:
		return "callForwardNoAnswer"
	case xsi.RedirectUnconditional, xsi.RedirectAway, xsi.RedirectTimeOfDay:
		return "callForwardImmediate"
	case xsi.RedirectCallCenter, xsi.RedirectHuntGroup:
		return "distributed"
	}
	return "redirected"
}
