package fsm

import (
	"slices"
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// An intent is a committed request. Only the leader of the term that committed
// it may send it, in the epoch that it carries, before its deadline; nobody
// sends it again.

// What a client is told of a request whose outcome nobody will ever know: it may
// have been carried out. CSTA has no word for that; operation/generic is the one
// value that every client reads as "an error that the server can't specify".
const (
	unknownCategory = "operation"
	unknownValue    = "generic"
)

// request turns what a client asks of the switch into an intent, unless it is
// certain that the switch can't do it.
func (t *txn) request(a asker, in *fsmpb.Request) Result {
	if in == nil || !clientService(in.Service) {
		return t.fail(a, "operation", "serviceNotSupported")
	}
	sw := a.session.Switch
	r := proto.CloneOf(in)
	t.resolveRequest(sw, r)
	switch c, v := t.checkRequest(sw, r); {
	case c != "":
		return t.fail(a, c, v)
	case t.intents.len() >= int(t.settings.Intents):
		return t.fail(a, "subscribedResourceAvailability", "outstandingReqLimitExceeded")
	case !t.linkUp(sw):
		return t.fail(a, "systemResourceAvailibility", "networkOutOfService")
	}
	return Result{ID: t.intend(&Intent{
		Session: a.session.Id, Attachment: a.session.Attachment, Ordinal: a.ordinal, Invoke: a.invoke, Switch: sw, Request: r,
	})}
}

// clientService tells whether clients may ask for a service: any that we know
// but those of routing, which go through a dialogue.
func clientService(s fsmpb.Service) bool {
	switch s {
	case fsmpb.Service_SERVICE_NONE, fsmpb.Service_ROUTE_SELECT, fsmpb.Service_ROUTE_REJECT, fsmpb.Service_ROUTE_END:
		return false
	}
	_, known := fsmpb.Service_name[int32(s)]
	return known
}

// resolveRequest gives our devices their own IDs.
func (t *txn) resolveRequest(sw string, r *fsmpb.Request) {
	for _, c := range []*fsmpb.Conn{r.First, r.Second} {
		if c.GetDevice() != "" {
			c.Device = t.DeviceID(sw, c.Device)
		}
	}
	if r.Device != "" {
		r.Device = t.DeviceID(sw, r.Device)
	}
}

// checkRequest tells which CSTAErrorCode answers a request that can't be right,
// whatever the switch would say.
func (t *txn) checkRequest(sw string, r *fsmpb.Request) (category, value string) {
	if r.Data != nil && proto.Size(r.Data) > int(t.settings.CallDataBytes) {
		return "operation", "valueOutOfRange"
	}
	switch r.Service {
	case fsmpb.Service_MAKE_CALL:
		if !goodName(r.Device) {
			return "operation", "invalidCallingDeviceID"
		}
	case fsmpb.Service_SET_AGENT_STATE, fsmpb.Service_SET_DO_NOT_DISTURB, fsmpb.Service_SET_FORWARDING:
		if !goodName(r.Device) {
			return "operation", "invalidDeviceID"
		}
	case fsmpb.Service_CLEAR_CALL:
		return t.checkConn(sw, r.First, false, "invalidCallID", "")
	case fsmpb.Service_ALTERNATE_CALL, fsmpb.Service_RECONNECT_CALL, fsmpb.Service_TRANSFER_CALL, fsmpb.Service_CONFERENCE_CALL:
		if category, value = t.checkConn(sw, r.First, true, "invalidActiveCallID", "invalidActiveConnectionID"); category == "" {
			return t.checkConn(sw, r.Second, true, "invalidHeldCallID", "invalidHeldConnectionID")
		}
		return category, value
	case fsmpb.Service_ESCAPE:
	default:
		return t.checkConn(sw, r.First, true, "invalidCallID", "invalidConnectionID")
	}
	return "", ""
}

// checkConn refuses a call that isn't there, one that the switch can't control
// any more, and a device that has no part in it
// if the call is verified. We minted the call's ID: without a live call no
// switch can know what is meant.
func (t *txn) checkConn(sw string, x *fsmpb.Conn, device bool, noCall, noConn string) (category, value string) {
	c, ok := t.calls.get(x.GetCall())
	if !ok || c.Switch != sw {
		return "operation", noCall
	}
	if c.NoControl {
		return "operation", "requestIncompatibleWithConnection"
	}
	if !device {
		return "", ""
	}
	s, _ := t.switches.get(sw)
	certain := c.Epoch == s.GetEpoch() && len(c.Connections) > 0
	if !goodName(x.Device) || certain && connOf(c, x.Device) == nil {
		return "operation", noConn
	}
	return "", ""
}

// intend mints an intent.
func (t *txn) intend(i *Intent) uint64 {
	s, _ := t.switches.get(i.Switch)
	t.counters.Intent++
	i.Id = t.counters.Intent
	i.Term, i.Epoch, i.Index = t.term, s.GetEpoch(), t.index
	i.DueMs = t.timeMS + t.settings.IntentMs
	i.LastCall = t.counters.Call
	t.intents.put(i.Id, i)
	t.setDeadline(fsmpb.DeadlineKind_INTENT, intentKey(i.Id), i.DueMs)
	return i.Id
}

func intentKey(id uint64) string { return strconv.FormatUint(id, 10) }

func (t *txn) intentSent(c *fsmpb.IntentSent) Result {
	if i, ok := t.intents.get(c.Intent); ok && i.Epoch == c.Epoch && !i.Sent {
		i = proto.CloneOf(i)
		i.Sent = true
		t.intents.put(i.Id, i)
	}
	return Result{}
}

// outcome takes in the switch's answer to an intent. A call that it names and
// that no event named yet gets its ID here, so that the client's answer and the
// events to come agree.
func (t *txn) outcome(l *Link, o *fsmpb.Outcome) {
	i, ok := t.intents.get(o.Intent)
	if !ok || i.Switch != l.Switch {
		return
	}
	done := &fsmpb.RequestDone{Option: o.Option, Private: o.Private}
	if len(o.Private) > int(t.settings.CallDataBytes) {
		done.Private = nil
		t.counters.DataCut++
	}
	if o.Result == fsmpb.OutcomeResult_DONE {
		done.Connection = t.ourConn(l, i, o.Connection)
		for _, x := range o.Connections {
			done.Connections = append(done.Connections, t.ourItem(l, x))
		}
	}
	t.settle(i, o.Result, o.Category, o.Value, done)
}

// ourConn puts a connection of an answer into our names.
func (t *txn) ourConn(l *Link, i *Intent, x *fsmpb.SwitchConn) *fsmpb.Conn {
	if x == nil {
		return nil
	}
	c := &fsmpb.Conn{Device: t.DeviceID(l.Switch, x.Device)}
	switch i.Request.GetService() {
	case fsmpb.Service_MAKE_CALL:
		c.Call = t.expectCall(l, x.Call)
		if c.Device == "" {
			c.Device = i.Request.GetDevice()
		}
	case fsmpb.Service_CONSULTATION_CALL:
		c.Call = t.expectCall(l, x.Call)
		if c.Device == "" {
			c.Device = i.Request.GetFirst().GetDevice()
		}
	default:
		c.Call = t.ourCall(l.Name, x.Call)
	}
	return c
}

func (t *txn) ourItem(l *Link, x *fsmpb.ListItem) *fsmpb.NewConnection {
	n := &fsmpb.NewConnection{
		Device: t.DeviceID(l.Switch, x.GetNewConnection().GetDevice()), OldDevice: t.DeviceID(l.Switch, x.GetOldConnection().GetDevice()),
		Endpoint: x.GetEndpoint(), State: x.GetState(),
	}
	if c := x.GetNewConnection().GetCall(); c != "" {
		n.Call = t.ourCall(l.Name, c)
	}
	if c := x.GetOldConnection().GetCall(); c != "" {
		n.OldCall = t.ourCall(l.Name, c)
	}
	return n
}

// intentResolved settles an intent that the leader knows not to get an answer on
// the link.
func (t *txn) intentResolved(c *fsmpb.IntentResolved) Result {
	if i, ok := t.intents.get(c.Intent); ok {
		t.settle(i, c.Result, c.Category, c.Value, nil)
	}
	return Result{}
}

// settle drops an intent and answers its client. Requests in routing dialogues
// have nobody to answer.
func (t *txn) settle(i *Intent, result fsmpb.OutcomeResult, category, value string, done *fsmpb.RequestDone) {
	switch result {
	case fsmpb.OutcomeResult_DONE:
		category, value = "", ""
	case fsmpb.OutcomeResult_REFUSED, fsmpb.OutcomeResult_NOT_DONE:
		if category == "" {
			category, value = "operation", "generic"
		}
	case fsmpb.OutcomeResult_OUTCOME_UNKNOWN:
		category, value = unknownCategory, unknownValue
	default:
		return
	}
	t.intents.delete(i.Id)
	t.clearDeadline(fsmpb.DeadlineKind_INTENT, intentKey(i.Id))
	if _, ok := t.sessions.get(i.Session); !ok || !clientService(i.Request.GetService()) {
		return
	}
	if done == nil {
		done = new(fsmpb.RequestDone)
	}
	done.Intent, done.Request, done.Result = i.Id, i.Request, result
	t.emitReply(i.Switch, &fsmpb.Reply{
		Session: i.Session, Attachment: i.Attachment, Ordinal: i.Ordinal, Invoke: i.Invoke,
		Category: category, Value: value, Body: &fsmpb.Reply_Done{Done: done},
	})
}

// intentsOf lists the intents of a switch, oldest first. They may be settled
// meanwhile.
func (t *txn) intentsOf(sw string) []*Intent {
	all := slices.Collect(t.Intents())
	return slices.DeleteFunc(all, func(i *Intent) bool { return i.Switch != sw })
}
