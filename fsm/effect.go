package fsm

import (
	"cmp"
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// An intent that nobody may send any more, or that got no answer in time, is
// settled from what the switch shows since: done if its effect is there; not
// done if the effect is missing, its deadline is over and the link that it may
// have been sent on was seen closed; else unknown.

// verifyMS is how long after its deadline an intent waits for the snapshots of
// its devices before its outcome counts as unknown.
const verifyMS = 5 * second

// effect is what the state says about a request.
type effect int

const (
	unclear effect = iota
	visible
	absent
)

// settleIntents settles what the present state shows of a switch's intents. It
// is to be called when a device was verified and when the link said something
// about itself.
func (t *txn) settleIntents(sw string) {
	t.routesOver(sw)
	for _, i := range t.intentsOf(sw) {
		if i.Overdue || t.orphaned(i) {
			t.settleByState(i, false)
		}
	}
}

// orphaned tells whether nobody may send an intent any more: its term or its
// epoch is over.
func (t *txn) orphaned(i *Intent) bool {
	s, ok := t.switches.get(i.Switch)
	if !ok {
		return true
	}
	l, _ := t.links.get(s.Link)
	return i.Term < l.GetTerm() || i.Epoch < s.Epoch
}

// settleByState settles an intent if its effect decides it, or if this is its
// last chance.
func (t *txn) settleByState(i *Intent, last bool) {
	what := unclear
	if t.allVerified(i) {
		what = t.effectOf(i)
	}
	due := t.timeMS >= i.DueMs
	switch {
	case what == visible:
		t.settle(i, fsmpb.OutcomeResult_DONE, "", "", &fsmpb.RequestDone{Connection: t.madeConn(i)})
	case what == absent && i.OldLinkClosed && due:
		t.settle(i, fsmpb.OutcomeResult_NOT_DONE, "systemResourceAvailibility", "networkOutOfService", nil)
	case last, i.Overdue && t.allVerified(i):
		t.settle(i, fsmpb.OutcomeResult_OUTCOME_UNKNOWN, "", "", nil)
	}
}

// intentDue is what happens at an intent's deadline: its devices are asked for a
// snapshot, and what that shows decides. At the second deadline it is unknown.
func (t *txn) intentDue(id uint64) {
	i, ok := t.intents.get(id)
	if !ok {
		return
	}
	if i.Overdue {
		t.settleByState(i, true)
		return
	}
	fresh := t.orphaned(i) // then the devices were verified since, or are being verified
	i = proto.CloneOf(i)
	i.Overdue = true
	t.intents.put(i.Id, i)
	t.setDeadline(fsmpb.DeadlineKind_INTENT, intentKey(id), t.timeMS+verifyMS)
	if !clientService(i.Request.GetService()) {
		t.settle(i, fsmpb.OutcomeResult_OUTCOME_UNKNOWN, "", "", nil) // nobody waits for it
		return
	}
	if !fresh && t.effectOf(i) != visible {
		t.unverify(i)
	}
	t.settleByState(i, len(t.concerned(i)) == 0)
}

// unverify asks for snapshots of an intent's devices.
func (t *txn) unverify(i *Intent) {
	for _, id := range t.concerned(i) {
		if d, ok := t.devices.get(deviceKey(i.Switch, id)); ok && t.verified(d) {
			d = proto.CloneOf(d)
			d.VerifiedEpoch, d.Tries = 0, 0
			d.Resync++
			t.putDevice(d)
		}
	}
}

// concerned lists the devices that an intent's effect shows at.
func (t *txn) concerned(i *Intent) []string {
	r := cmp.Or(i.Request, &fsmpb.Request{})
	var ids []string
	for _, id := range []string{r.GetFirst().GetDevice(), r.GetSecond().GetDevice(), r.GetDevice()} {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if r.GetService() == fsmpb.Service_CLEAR_CALL {
		c, _ := t.calls.get(r.GetFirst().GetCall())
		for _, x := range c.GetConnections() {
			ids = append(ids, x.Device)
		}
	}
	return ids
}

// allVerified tells whether a snapshot of this epoch settled each device that an
// intent concerns.
func (t *txn) allVerified(i *Intent) bool {
	return !slices.ContainsFunc(t.concerned(i), func(id string) bool {
		d, ok := t.devices.get(deviceKey(i.Switch, id))
		return !ok || !t.verified(d)
	})
}

// effectOf looks for a request's effect in the state.
func (t *txn) effectOf(i *Intent) effect {
	r := i.Request
	state := func(x *fsmpb.Conn) fsmpb.ConnectionState {
		c, _ := t.calls.get(x.GetCall())
		return connOf(c, x.GetDevice()).GetState()
	}
	first, second := state(r.GetFirst()), state(r.GetSecond())
	switch r.GetService() {
	case fsmpb.Service_ANSWER_CALL, fsmpb.Service_RETRIEVE_CALL:
		return shows(first == fsmpb.ConnectionState_CONNECTED)
	case fsmpb.Service_HOLD_CALL:
		return shows(first == fsmpb.ConnectionState_HOLD)
	case fsmpb.Service_ALTERNATE_CALL:
		return shows(first == fsmpb.ConnectionState_HOLD && second == fsmpb.ConnectionState_CONNECTED)
	case fsmpb.Service_RECONNECT_CALL:
		return shows(first == fsmpb.ConnectionState_NULL && second == fsmpb.ConnectionState_CONNECTED)
	case fsmpb.Service_CLEAR_CONNECTION:
		return shows(first == fsmpb.ConnectionState_NULL && !t.merged(r.First))
	case fsmpb.Service_CLEAR_CALL:
		_, live := t.calls.get(r.First.GetCall())
		return shows(!live && !t.merged(r.First))
	case fsmpb.Service_DEFLECT_CALL:
		return t.leftCall(r.First)
	case fsmpb.Service_MAKE_CALL, fsmpb.Service_CONSULTATION_CALL:
		what, _ := t.callMade(i)
		return what
	case fsmpb.Service_TRANSFER_CALL, fsmpb.Service_CONFERENCE_CALL:
		return t.joined(r)
	case fsmpb.Service_SINGLE_STEP_TRANSFER:
		if t.hasPart(i.Switch, r.First, r.Destination) {
			return t.leftCall(r.First)
		}
		return stays(first)
	case fsmpb.Service_SINGLE_STEP_CONFERENCE:
		if t.hasPart(i.Switch, r.First, r.Destination) {
			return visible
		}
		return stays(first)
	case fsmpb.Service_SET_AGENT_STATE, fsmpb.Service_SET_DO_NOT_DISTURB, fsmpb.Service_SET_FORWARDING:
		return t.featureShows(i)
	}
	return unclear // digits and private requests leave no trace
}

func shows(is bool) effect {
	if is {
		return visible
	}
	return absent
}

// stays: nothing happened to a connection that is where it was.
func stays(s fsmpb.ConnectionState) effect {
	if s == fsmpb.ConnectionState_NULL {
		return unclear
	}
	return absent
}

// merged tells whether a call became another one.
func (t *txn) merged(x *fsmpb.Conn) bool {
	b, ok := t.tombstones.get(x.GetCall())
	return ok && b.Into != 0
}

// leftCall: the device is gone and the call goes on.
func (t *txn) leftCall(x *fsmpb.Conn) effect {
	c, live := t.calls.get(x.GetCall())
	switch {
	case !live:
		return unclear // the caller may have hung up
	case connOf(c, x.GetDevice()) == nil:
		return visible
	}
	return absent
}

// hasPart tells whether a dialled device has a part in a call.
func (t *txn) hasPart(sw string, x *fsmpb.Conn, dialled string) bool {
	c, ok := t.calls.get(x.GetCall())
	return ok && dialled != "" && connOf(c, t.DeviceID(sw, dialled)) != nil
}

// joined looks at the two calls of a transfer or a conference: did one become
// the other (or both a third), with the device in it or not?
func (t *txn) joined(r *fsmpb.Request) effect {
	for _, x := range []*fsmpb.Conn{r.First, r.Second} {
		b, ok := t.tombstones.get(x.GetCall())
		if !ok || b.Into == 0 {
			continue
		}
		c, live := t.calls.get(b.Into)
		switch in := connOf(c, x.GetDevice()) != nil; {
		case live && in == (r.Service == fsmpb.Service_CONFERENCE_CALL):
			return visible
		default:
			return unclear
		}
	}
	_, a := t.calls.get(r.First.GetCall())
	_, b := t.calls.get(r.Second.GetCall())
	if a && b {
		return absent
	}
	return unclear
}

// caller is the device that a request lets make a call; empty for requests that
// make none.
func caller(r *fsmpb.Request) string {
	switch r.GetService() {
	case fsmpb.Service_MAKE_CALL:
		return r.Device
	case fsmpb.Service_CONSULTATION_CALL:
		return r.GetFirst().GetDevice()
	}
	return ""
}

// callMade looks for a call that began after the intent at the calling device,
// to the device that was dialled.
func (t *txn) callMade(i *Intent) (effect, uint64) {
	d, ok := t.devices.get(deviceKey(i.Switch, caller(i.Request)))
	if !ok {
		return unclear, 0
	}
	dialled := t.DeviceID(i.Switch, i.Request.Destination)
	found := absent
	for _, id := range d.Calls {
		if id <= i.LastCall {
			continue
		}
		c, _ := t.calls.get(id)
		if p := c.GetCalled(); t.DeviceID(i.Switch, p.GetId()) == dialled || connOf(c, dialled) != nil {
			return visible, id
		}
		found = unclear
	}
	for id, b := range t.tombstones.from(i.LastCall + 1) {
		if id > i.LastCall && b.Switch == i.Switch {
			found = unclear // it may have come and gone
		}
	}
	return found, 0
}

// madeConn is the calling device's connection in the call that a request made.
func (t *txn) madeConn(i *Intent) *fsmpb.Conn {
	device := caller(i.Request)
	if device == "" {
		return nil
	}
	_, call := t.callMade(i)
	return &fsmpb.Conn{Call: call, Device: device}
}

// featureShows compares a device's agent, do not disturb or forwarding with what
// was asked for.
func (t *txn) featureShows(i *Intent) effect {
	r := i.Request
	d, ok := t.devices.get(deviceKey(i.Switch, r.Device))
	if !ok {
		return unclear
	}
	switch r.Service {
	case fsmpb.Service_SET_DO_NOT_DISTURB:
		return shows(d.Dnd == r.On)
	case fsmpb.Service_SET_FORWARDING:
		for _, f := range d.Forwarding {
			if f.Type == r.Option {
				return shows(f.On == r.On && (!r.On || f.Destination == r.Destination))
			}
		}
		return shows(!r.On)
	}
	on := r.Option != "loggedOff"
	wanted, known := map[string]fsmpb.AgentState{
		"notReady": fsmpb.AgentState_AGENT_NOT_READY, "ready": fsmpb.AgentState_AGENT_READY,
		"workingAfterCall": fsmpb.AgentState_AGENT_WORKING_AFTER_CALL,
	}[r.Option]
	if !known && r.Option != "loggedOn" && on {
		return unclear
	}
	for _, a := range d.Agents {
		if r.AgentId != "" && a.AgentId != r.AgentId || r.Group != "" && a.Group != r.Group {
			continue
		}
		return shows(a.LoggedOn == on && (!known || a.State == wanted || a.Pending == wanted))
	}
	return shows(!on)
}
