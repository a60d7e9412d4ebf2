package fsm

import (
	"cmp"
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// maxAgents bounds the agents that one device may have, over all groups.
const maxAgents = 256

func byGroup(a, b *fsmpb.Agent) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.AgentId, b.AgentId))
}

// agentState is the state that an agent event leads to; false if it says
// nothing of it.
func agentState(typ fsmpb.EventType) (fsmpb.AgentState, bool) {
	switch typ {
	case fsmpb.EventType_AGENT_READY_EVENT:
		return fsmpb.AgentState_AGENT_READY, true
	case fsmpb.EventType_AGENT_NOT_READY_EVENT:
		return fsmpb.AgentState_AGENT_NOT_READY, true
	case fsmpb.EventType_AGENT_BUSY_EVENT:
		return fsmpb.AgentState_AGENT_BUSY, true
	case fsmpb.EventType_AGENT_WORKING_AFTER_CALL_EVENT:
		return fsmpb.AgentState_AGENT_WORKING_AFTER_CALL, true
	}
	return fsmpb.AgentState_AGENT_STATE_UNKNOWN, false
}

// agentEventOf is the event that leads to a state.
func agentEventOf(s fsmpb.AgentState) fsmpb.EventType {
	switch s {
	case fsmpb.AgentState_AGENT_READY:
		return fsmpb.EventType_AGENT_READY_EVENT
	case fsmpb.AgentState_AGENT_NOT_READY:
		return fsmpb.EventType_AGENT_NOT_READY_EVENT
	case fsmpb.AgentState_AGENT_BUSY:
		return fsmpb.EventType_AGENT_BUSY_EVENT
	case fsmpb.AgentState_AGENT_WORKING_AFTER_CALL:
		return fsmpb.EventType_AGENT_WORKING_AFTER_CALL_EVENT
	}
	return fsmpb.EventType_EVENT_UNKNOWN
}

// agentEvent applies an agent event. One that changes nothing is a copy and is
// not told again.
func (t *txn) agentEvent(src *source, e *fsmpb.AgentEvent) {
	state, hasState := agentState(e.Type)
	on, off := e.Type == fsmpb.EventType_AGENT_LOGGED_ON, e.Type == fsmpb.EventType_AGENT_LOGGED_OFF
	if !hasState && !on && !off || len(e.AgentId) > maxName || len(e.Group) > maxName {
		t.counters.Illegal++
		return
	}
	d, ok := t.Device(src.sw, cmp.Or(e.Device, e.Via))
	if !ok {
		return // nobody watches it
	}
	d = touchFeatures(src, d)
	var agents []*fsmpb.Agent
	changed, found := false, false
	for _, a := range d.Agents {
		// An event that doesn't name the agent or the group is about each one.
		if e.AgentId != "" && a.AgentId != e.AgentId || e.Group != "" && a.Group != e.Group {
			agents = append(agents, a)
			continue
		}
		found = true
		if off {
			changed = true
			continue
		}
		next := &fsmpb.Agent{AgentId: a.AgentId, Group: a.Group, State: a.State, LoggedOn: true, Cause: e.Cause}
		if hasState {
			next.State, next.Pending = state, e.Pending
		} else {
			next.Pending, next.Reason = a.Pending, a.Reason
			next.Cause = a.Cause
		}
		changed = changed || !proto.Equal(a, next)
		agents = append(agents, next)
	}
	if !found && !off && len(agents) < maxAgents {
		changed = true
		// Which state an agent logs on in is told by the event that follows.
		a := &fsmpb.Agent{AgentId: e.AgentId, Group: e.Group, State: state, Pending: e.Pending, LoggedOn: true, Cause: e.Cause}
		i, _ := slices.BinarySearchFunc(agents, a, byGroup)
		agents = slices.Insert(agents, i, a)
	}
	d.Agents = agents
	t.putDevice(d)
	if !changed {
		t.counters.Twins++
		return
	}
	t.tellAgent(src.sw, &fsmpb.AgentChange{Type: e.Type, Device: d.Id, AgentId: e.AgentId, Group: e.Group,
		Cause: e.Cause, Pending: e.Pending, Private: e.Private})
}

func (t *txn) tellAgent(sw string, ch *fsmpb.AgentChange) {
	t.emit(&Record{Switch: sw, Kind: &fsmpb.Record_Agent{Agent: ch}})
}

// touchFeatures copies a device and notes that a fact about its agents or
// features came, so that a snapshot asked for before it doesn't undo it.
func touchFeatures(src *source, d *Device) *Device {
	d = copyDevice(d)
	d.FeatureEpoch, d.FeatureOrdinal = src.epoch, src.ordinal
	return d
}

// agentsSnapshot makes a device's agents those of a snapshot; the switch wins.
// An agent is logged off only if the switch says so.
func (r *resync) agents(told []*fsmpb.Agent) {
	var want []*fsmpb.Agent
	for _, a := range told {
		if a.GetLoggedOn() && len(a.AgentId) <= maxName && len(a.Group) <= maxName && len(want) < maxAgents {
			want = append(want, a)
		}
	}
	slices.SortStableFunc(want, byGroup)
	want = slices.CompactFunc(want, func(a, b *fsmpb.Agent) bool { return byGroup(a, b) == 0 })
	d, ok := r.devices.get(deviceKey(r.src.sw, r.device))
	if !ok {
		return
	}
	var changes []*fsmpb.AgentChange
	note := func(typ fsmpb.EventType, a *fsmpb.Agent) {
		changes = append(changes, &fsmpb.AgentChange{Type: typ, Device: d.Id, AgentId: a.AgentId, Group: a.Group,
			Cause: a.Cause, Pending: a.Pending, Reconstructed: true})
	}
	for _, a := range d.Agents {
		if _, ok := slices.BinarySearchFunc(want, a, byGroup); !ok {
			note(fsmpb.EventType_AGENT_LOGGED_OFF, &fsmpb.Agent{AgentId: a.AgentId, Group: a.Group})
		}
	}
	same := len(changes) == 0
	for i, w := range want {
		var had *fsmpb.Agent
		if j, ok := slices.BinarySearchFunc(d.Agents, w, byGroup); ok {
			had = d.Agents[j]
		} else {
			note(fsmpb.EventType_AGENT_LOGGED_ON, w)
		}
		if had != nil && had.State == w.State {
			// The switch may not tell again what is pending, or why.
			w = &fsmpb.Agent{AgentId: w.AgentId, Group: w.Group, State: w.State, LoggedOn: true,
				Pending: cmp.Or(w.Pending, had.Pending), Reason: cmp.Or(w.Reason, had.Reason), Cause: cmp.Or(w.Cause, had.Cause)}
			want[i] = w
		}
		if typ := agentEventOf(w.State); typ != fsmpb.EventType_EVENT_UNKNOWN && (had == nil || had.State != w.State || had.Pending != w.Pending) {
			note(typ, w)
		}
		same = same && had != nil && proto.Equal(had, w)
	}
	if same {
		return
	}
	if r.featuresTouched(d) {
		r.conflict = true
		return
	}
	d = copyDevice(d)
	d.Agents = want
	r.putDevice(d)
	for _, ch := range changes {
		r.tellAgent(r.src.sw, ch)
	}
}

// featuresTouched tells whether a fact about agents or features came after the
// snapshot was asked for.
func (r *resync) featuresTouched(d *Device) bool {
	return d.FeatureEpoch == r.src.epoch && d.FeatureOrdinal > r.began
}
