package xsilink

import (
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// agentEvents are the events that an agent's states come by. BroadWorks has one state
// for all queues of an agent, and doesn't tell that an agent is busy: calls do.
var agentEvents = map[xsi.AgentState]struct {
	event fsmpb.EventType
	state fsmpb.AgentState
}{
	xsi.AgentSignIn:      {fsmpb.EventType_AGENT_LOGGED_ON, fsmpb.AgentState_AGENT_NOT_READY},
	xsi.AgentAvailable:   {fsmpb.EventType_AGENT_READY_EVENT, fsmpb.AgentState_AGENT_READY},
	xsi.AgentUnavailable: {fsmpb.EventType_AGENT_NOT_READY_EVENT, fsmpb.AgentState_AGENT_NOT_READY},
	xsi.AgentWrapUp:      {fsmpb.EventType_AGENT_WORKING_AFTER_CALL_EVENT, fsmpb.AgentState_AGENT_WORKING_AFTER_CALL},
	xsi.AgentSignOut:     {fsmpb.EventType_AGENT_LOGGED_OFF, fsmpb.AgentState_AGENT_NULL},
}

// agentFacts maps the state of the agent at a device; nil is no state, which is that
// of somebody who isn't signed in.
func (c *Conn) agentFacts(device string, info *xsi.AgentStateInfo) []*fsmpb.Fact {
	state := xsi.AgentSignOut
	if info != nil && info.State != "" {
		state = info.State
	}
	to, ok := agentEvents[state]
	if !ok {
		c.odd("agent state")
		return nil
	}
	v := c.view(device)
	signedIn := v.agentKnown && v.agent != nil
	v.agentKnown, v.agent = true, nil
	event := func(t fsmpb.EventType) *fsmpb.Fact {
		return &fsmpb.Fact{Body: &fsmpb.Fact_Agent{Agent: &fsmpb.AgentEvent{Type: t, Via: device, Device: device, AgentId: device}}}
	}
	if state == xsi.AgentSignOut {
		return []*fsmpb.Fact{event(to.event)}
	}
	v.agent = &fsmpb.Agent{AgentId: device, State: to.state, LoggedOn: true}
	if info.UnavailableCode != "" {
		v.agent.Reason = strings.Clone(info.UnavailableCode)
	}
	facts := []*fsmpb.Fact{event(to.event)}
	if state != xsi.AgentSignIn && !signedIn {
		// Nobody tells that the agent signed in before this link listened.
		facts = []*fsmpb.Fact{event(fsmpb.EventType_AGENT_LOGGED_ON), facts[0]}
	}
	return facts
}

// forwardTypes are the forwardingTypes of ECMA-323 for the forwardings.
var forwardTypes = map[xsi.EventType]string{
	xsi.CallForwardingAlways:   "forwardImmediate",
	xsi.CallForwardingBusy:     "forwardBusy",
	xsi.CallForwardingNoAnswer: "forwardNoAns",
}

// serviceFacts maps how do not disturb or a forwarding is set.
func (c *Conn) serviceFacts(device string, e *xsi.ServiceEvent) []*fsmpb.Fact {
	on := e.Active != nil && *e.Active && !e.Unassigned
	if e.Type == xsi.DoNotDisturb {
		return feature(device, &fsmpb.FeatureEvent{Type: fsmpb.EventType_DO_NOT_DISTURB, On: on})
	}
	kind, ok := forwardTypes[e.Type]
	if !ok {
		return nil
	}
	return feature(device, &fsmpb.FeatureEvent{Type: fsmpb.EventType_FORWARDING, On: on, Forward: &fsmpb.Forward{
		Type: kind, On: on, Destination: number(e.ForwardTo),
	}})
}

func feature(device string, e *fsmpb.FeatureEvent) []*fsmpb.Fact {
	e.Via, e.Device = device, device
	return []*fsmpb.Fact{{Body: &fsmpb.Fact_Feature{Feature: e}}}
}
