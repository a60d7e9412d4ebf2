package cstalink

import (
	"strings"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/csta"
)

// detailLife is how long a SnapshotCall of a call serves for the other devices
// in it.
const detailLife = 10 * time.Second

// maxDetailed bounds the calls whose SnapshotCall is remembered.
const maxDetailed = 1 << 16

// snapshot is one DeviceSnapshot in the making: SnapshotDevice, a SnapshotCall
// for each call that was not told in detail lately, and the device's states. It
// spans from its first request to its last answer.
type snapshot struct {
	c       *Conn
	fact    *fsmpb.DeviceSnapshot
	began   bool
	again   bool // what was told of calls lately doesn't count
	open    int  // answers that are still to come
	timeout bool
	done    func(ok bool)
}

// Snapshot asks for everything about a device. A DeviceSnapshot fact stands in
// the place of the last answer; done follows it. It gets false if the switch
// refused, or did not answer in time: then there is no fact.
func (c *Conn) Snapshot(device string, ask driver.Ask, done func(ok bool)) {
	s := &snapshot{c: c, fact: &fsmpb.DeviceSnapshot{Device: device}, again: ask.Again, done: done}
	target := csta.DeviceID{Value: device}
	asks := []func(){func() {
		s.ask("SnapshotDevice", func() csta.Message { return &csta.SnapshotDevice{SnapshotObject: target} }, s.calls)
	}}
	if ask.Agents {
		asks = append(asks, func() {
			s.ask("GetAgentState", func() csta.Message { return &csta.GetAgentState{Device: target} }, s.agents)
		})
	}
	if ask.Features {
		asks = append(asks, func() {
			s.ask("GetDoNotDisturb", func() csta.Message { return &csta.GetDoNotDisturb{Device: target} }, s.dnd)
		}, func() {
			s.ask("GetForwarding", func() csta.Message { return &csta.GetForwarding{Device: target} }, s.forwarding)
		})
	}
	s.open = len(asks)
	for _, a := range asks {
		a()
	}
}

// ask queues one of the snapshot's requests. Its answer counts s.open down
// unless take says that more is to come.
func (s *snapshot) ask(service string, build func() csta.Message, take func(csta.Message) (more bool)) {
	c := s.c
	c.ask(&request{
		class: background,
		build: func() (csta.Message, error) {
			c.order.Lock()
			defer c.order.Unlock()
			if c.deaf[service] {
				return nil, errAlready
			}
			if !s.began {
				s.began = true
				if c.sink != nil {
					s.fact.Began = c.sink.Last()
				}
			}
			return build(), nil
		},
		answered: func(m csta.Message, err error) {
			switch {
			case err == errAlready:
			case err != nil:
				s.timeout = true
			default:
				if e, ok := m.(*csta.CSTAErrorCode); ok && e.Value == csta.OpServiceNotSupported && e.Category == csta.ErrorOperation {
					c.deaf[service] = true
				}
				if take(m) {
					return
				}
			}
			s.answered()
		},
	})
}

// answered counts one answer; the last one completes the snapshot.
func (s *snapshot) answered() {
	if s.open--; s.open > 0 {
		return
	}
	if s.timeout {
		s.done(false)
		return
	}
	s.c.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: s.fact}})
	s.done(s.fact.Error == "" || s.fact.UnknownDevice)
}

// calls takes the answer to SnapshotDevice.
func (s *snapshot) calls(m csta.Message) bool {
	switch m := m.(type) {
	case *csta.SnapshotDeviceResponse:
		d := m.CrossRefIDorSnapshotData
		if d.ServiceCrossRefID == "" {
			s.listed(d.SnapshotData)
			return false
		}
		parts := &csta.Segments[csta.SnapshotDeviceResponseInfo]{ServiceCrossRefID: d.ServiceCrossRefID}
		s.gather(d.ServiceCrossRefID, func(m csta.Message) (bool, error) {
			part, ok := m.(*csta.SnapshotDeviceData)
			if !ok {
				return false, ErrOddAnswer
			}
			last, err := part.AddTo(parts)
			if last && err == nil {
				s.listed(parts.Items())
			}
			return last, err
		})
		return true
	case *csta.CSTAErrorCode:
		s.fact.Error = string(m.Category) + "/" + string(m.Value)
		s.fact.UnknownDevice = unknownDevice(m)
	default:
		s.timeout = true
	}
	return false
}

// unknownDevice tells the refusals by which a switch says that it has no such
// device.
func unknownDevice(e *csta.CSTAErrorCode) bool {
	if e.Category != csta.ErrorOperation {
		return false
	}
	switch e.Value {
	case csta.OpInvalidDeviceID, csta.OpObjectNotKnown, csta.OpInvalidMonitorObject:
		return true
	}
	return false
}

// gather collects the segments of an answer. The time limit starts again with
// each one.
func (s *snapshot) gather(ref string, add func(csta.Message) (last bool, err error)) {
	c := s.c
	ref = strings.Clone(ref)
	var limit *timer
	end := func(err error) {
		limit.stop()
		delete(c.segments, ref)
		s.timeout = s.timeout || err != nil
		s.answered()
	}
	start := func() {
		limit = c.after(c.o.RequestTimeout, func() {
			c.order.Lock()
			defer c.order.Unlock()
			if c.segments[ref] != nil {
				end(driver.ErrTimeout)
			}
		})
	}
	start()
	c.segments[ref] = func(m csta.Message) {
		last, err := add(m)
		if last || err != nil {
			end(err)
			return
		}
		limit.stop()
		start()
	}
}

// segment deals with one segment of an answer.
func (c *Conn) segment(ref string, m csta.Message) {
	if take := c.segments[ref]; take != nil {
		take(m)
		return
	}
	c.strange(m.Name())
}

// listed takes the calls at the device and asks for the details of those that
// nobody told lately.
func (s *snapshot) listed(infos []csta.SnapshotDeviceResponseInfo) {
	s.fact.CallsKnown = true
	for i := range infos {
		in := &infos[i]
		call := &fsmpb.SnapshotCall{
			Call: strings.Clone(in.ConnectionIdentifier.CallID), State: ownState(&in.LocalCallState),
			Far: party(in.EndpointDevice), Linkage: linkage(in.CallLinkageData),
		}
		s.fact.Calls = append(s.fact.Calls, call)
		if call.State != fsmpb.ConnectionState_STATE_UNKNOWN && !s.again && s.c.toldLately(call.Call) {
			continue
		}
		s.detail(call, in.ConnectionIdentifier)
	}
}

// ownState is the device's own state in a call: the first of a compound state
// (ECMA-269, compound call state).
func ownState(s *csta.LocalCallState) fsmpb.ConnectionState {
	if len(s.CompoundCallState) > 0 {
		return state(s.CompoundCallState[0])
	}
	if v, ok := simpleStates[s.SimpleCallState]; ok {
		return v
	}
	return fsmpb.ConnectionState_STATE_UNKNOWN
}

// simpleStates are the simple call states (ECMA-269 table of simple call
// states) as the device's own connection state.
var simpleStates = map[string]fsmpb.ConnectionState{
	"callNull":              fsmpb.ConnectionState_NULL,
	"callPending":           fsmpb.ConnectionState_INITIATED,
	"callOriginated":        fsmpb.ConnectionState_CONNECTED,
	"callDelivered":         fsmpb.ConnectionState_CONNECTED,
	"callDeliveredHeld":     fsmpb.ConnectionState_HOLD,
	"callReceived":          fsmpb.ConnectionState_ALERTING,
	"callReceivedOnHold":    fsmpb.ConnectionState_ALERTING,
	"callEstablished":       fsmpb.ConnectionState_CONNECTED,
	"callEstablishedOnHold": fsmpb.ConnectionState_CONNECTED,
	"callQueued":            fsmpb.ConnectionState_CONNECTED,
	"callQueuedHeld":        fsmpb.ConnectionState_HOLD,
	"callFailed":            fsmpb.ConnectionState_CONNECTED,
	"callFailedHeld":        fsmpb.ConnectionState_HOLD,
}

func (c *Conn) toldLately(call string) bool {
	at, ok := c.detailed[call]
	return ok && time.Since(at) < detailLife
}

// detail asks for the parties of a call. A call that the switch doesn't know any
// more ended meanwhile: it is left out.
func (s *snapshot) detail(call *fsmpb.SnapshotCall, id csta.ConnectionID) {
	id = csta.ConnectionID{CallID: call.Call, Device: csta.DeviceID{Value: strings.Clone(id.Device.Value), TypeOfNumber: id.Device.TypeOfNumber}}
	if id.Device.Value == "" {
		id.Device.Value = s.fact.Device
	}
	s.open++
	s.ask("SnapshotCall", func() csta.Message { return &csta.SnapshotCall{SnapshotObject: id} }, func(m csta.Message) bool {
		switch m := m.(type) {
		case *csta.SnapshotCallResponse:
			call.Calling, call.Called = party(m.CallingDevice), party(m.CalledDevice)
			call.Data = callData(m.CorrelatorData, nil, nil)
			if l := linkage(m.CallLinkageData); l != "" {
				call.Linkage = l
			}
			d := m.CrossRefIDorSnapshotData
			if d.ServiceCrossRefID == "" {
				s.parties(call, d.SnapshotData)
				return false
			}
			parts := &csta.Segments[csta.SnapshotCallResponseInfo]{ServiceCrossRefID: d.ServiceCrossRefID}
			s.gather(d.ServiceCrossRefID, func(m csta.Message) (bool, error) {
				part, ok := m.(*csta.SnapshotCallData)
				if !ok {
					return false, ErrOddAnswer
				}
				last, err := part.AddTo(parts)
				if last && err == nil {
					s.parties(call, parts.Items())
				}
				return last, err
			})
			return true
		case *csta.CSTAErrorCode:
			if gone(m) {
				s.leaveOut(call)
			}
		}
		return false
	})
}

func (s *snapshot) parties(call *fsmpb.SnapshotCall, infos []csta.SnapshotCallResponseInfo) {
	call.Detailed = true
	for i := range infos {
		in := &infos[i]
		p := &fsmpb.SnapshotParty{State: state(in.LocalConnectionInfo), Device: number(in.CallIdentifier.Device)}
		if in.DeviceOnCall.Kind == csta.DeviceIdentifier {
			p.Device = number(in.DeviceOnCall.Device)
		}
		call.Parties = append(call.Parties, p)
		if call.State == fsmpb.ConnectionState_STATE_UNKNOWN && p.Device == s.fact.Device {
			call.State = p.State
		}
	}
	if len(s.c.detailed) >= maxDetailed {
		clear(s.c.detailed)
	}
	s.c.detailed[call.Call] = time.Now()
}

// gone tells the refusals by which a switch says that a call is over.
func gone(e *csta.CSTAErrorCode) bool {
	switch e.Value {
	case csta.OpInvalidCallID, csta.OpInvalidConnectionID, csta.OpObjectNotKnown, "noActiveCall", "invalidConnectionState", "invalidObjectState":
		return true
	}
	return false
}

func (s *snapshot) leaveOut(call *fsmpb.SnapshotCall) {
	for i, c := range s.fact.Calls {
		if c == call {
			s.fact.Calls = append(s.fact.Calls[:i:i], s.fact.Calls[i+1:]...)
			return
		}
	}
}

func (s *snapshot) agents(m csta.Message) bool {
	r, ok := m.(*csta.GetAgentStateResponse)
	if !ok {
		return false
	}
	s.fact.AgentsKnown = true
	for _, e := range r.AgentStateList {
		if len(e.AgentInfo) == 0 {
			s.fact.Agents = append(s.fact.Agents, &fsmpb.Agent{AgentId: strings.Clone(e.AgentID), LoggedOn: e.LoggedOnState})
		}
		for _, in := range e.AgentInfo {
			s.fact.Agents = append(s.fact.Agents, &fsmpb.Agent{
				AgentId: strings.Clone(e.AgentID), LoggedOn: e.LoggedOnState, Group: number(in.AcdGroup),
				State: agentStates[in.AgentState], Pending: agentStates[in.PendingAgentState],
			})
		}
	}
	return false
}

func (s *snapshot) dnd(m csta.Message) bool {
	if r, ok := m.(*csta.GetDoNotDisturbResponse); ok {
		s.fact.DndKnown, s.fact.Dnd = true, r.DoNotDisturbOn
	}
	return false
}

func (s *snapshot) forwarding(m csta.Message) bool {
	if r, ok := m.(*csta.GetForwardingResponse); ok {
		s.fact.ForwardingKnown = true
		for _, f := range r.ForwardingList {
			s.fact.Forwarding = append(s.fact.Forwarding, forward(f.ForwardingType, f.ForwardStatus, f.ForwardDN))
		}
	}
	return false
}
