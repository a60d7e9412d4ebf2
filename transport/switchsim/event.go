package switchsim

import (
	"slices"
	"time"
)

type eventKind string

// The events, by the names of their filter bits (ECMA-323, MonitorFilter).
const (
	evServiceInitiated   eventKind = "serviceInitiated"
	evOriginated         eventKind = "originated"
	evDelivered          eventKind = "delivered"
	evEstablished        eventKind = "established"
	evHeld               eventKind = "held"
	evRetrieved          eventKind = "retrieved"
	evTransferred        eventKind = "transferred"
	evConferenced        eventKind = "conferenced"
	evConnectionCleared  eventKind = "connectionCleared"
	evCallCleared        eventKind = "callCleared"
	evDiverted           eventKind = "diverted"
	evQueued             eventKind = "queued"
	evFailed             eventKind = "failed"
	evNetworkReached     eventKind = "networkReached"
	evDigitsGenerated    eventKind = "digitsGenerated"
	evOffered            eventKind = "offered"
	evBridged            eventKind = "bridged"
	evRecord             eventKind = "record"
	evSuspendRecord      eventKind = "suspendRecord"
	evStop               eventKind = "stop"
	evDigitsDialed       eventKind = "digitsDialed"
	evCallInformation    eventKind = "callInformation"
	evAgentLoggedOn      eventKind = "agentLoggedOn"
	evAgentLoggedOff     eventKind = "agentLoggedOff"
	evAgentReady         eventKind = "agentReady"
	evAgentNotReady      eventKind = "agentNotReady"
	evAgentBusy          eventKind = "agentBusy"
	evAgentWrapUp        eventKind = "agentWorkingAfterCall"
	evBackInService      eventKind = "backInService"
	evOutOfService       eventKind = "outOfService"
	evPartiallyInService eventKind = "partiallyInService"
	evDoNotDisturb       eventKind = "doNotDisturb"
	evForwarding         eventKind = "forwarding"
	evPrivate            eventKind = "private" // of a group whose bits no monitor filters
)

// connRef names a connection.
type connRef struct {
	call   callID
	device string
}

// local is the state of one device's connection right after an event.
type local struct {
	device string
	state  State
}

// An event is one change of the model, with everything that its copies on the wire say. It is never changed again.
type event struct {
	seq    uint64
	at     time.Time
	kind   eventKind
	cause  string
	conn   connRef
	device string  // the subject: alerting, answering, holding, releasing … device
	state  State   // of conn, after
	locals []local // the devices that hear it

	// of the call
	calling, called, lastRedirection string
	linkage                          string
	correlator, user                 []byte
	account                          string
	acd                              bool

	// of particular events
	newDestination string
	numberQueued   int
	secondary      connRef // transfer, conference: the call that came second
	to             string  // transferredToDevice, addedParty, forwardTo
	list           []merged
	oldLinkage     string
	retired        callID // the call whose ID ends with this event, 0 = none
	digits         string // dialled or generated
	message        string // recorded
	agentID, group string
	pending        AgentState
	on             bool
	forwarding     string

	request *dialogue // no event at all: a RouteRequest that has its place among the events
}

// merged is one item of a connection list.
type merged struct {
	new, old connRef // old.device is "" for a connection that is new or keeps its name
	state    State
}

// emit numbers an event and hands it to the monitors.
func (m *model) emit(ev event) {
	m.seq++
	ev.seq, ev.at = m.seq, m.now
	m.out = append(m.out, &ev)
	m.history.add(&ev)
	m.counts.Events++
}

// tell emits an event of a call. The event is heard at all devices in the call and at those that just left it.
func (m *model) tell(c *call, ev event, left ...string) {
	ev.calling, ev.called, ev.lastRedirection = c.calling, c.called, c.lastRedirection
	ev.linkage, ev.correlator, ev.user = c.linkage, c.correlator, c.user
	ev.account, ev.acd = c.account, c.acdQueue != ""
	if ev.conn.call == 0 {
		ev.conn = connRef{c.id, ev.device}
	}
	ev.state = c.state(ev.conn.device)
	for _, k := range c.conns {
		ev.locals = append(ev.locals, local{k.device, k.state})
	}
	for _, id := range left {
		if !slices.ContainsFunc(ev.locals, func(l local) bool { return l.device == id }) {
			ev.locals = append(ev.locals, local{id, Null})
		}
	}
	m.emit(ev)
	c.version = m.seq
	if k := c.at(ev.conn.device); k != nil {
		k.since = m.seq
	}
}

func (m *model) tellDevice(d *device, ev event) {
	ev.device = d.id
	ev.locals = []local{{d.id, Null}}
	m.emit(ev)
	d.version = m.seq
}

// tellAgent emits an event of an agent, heard at the agent's station.
func (m *model) tellAgent(a *agent, group string, ev event) {
	ev.device, ev.agentID, ev.group = a.device, a.id, group
	ev.locals = []local{{a.device, Null}}
	m.emit(ev)
	a.version = m.seq
	if g := a.in(group); g != nil {
		g.since = m.seq
	}
}
