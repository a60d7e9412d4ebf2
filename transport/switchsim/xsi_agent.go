package switchsim

import (
	"maps"
	"slices"
)

// agentChanged tells of an agent. BroadWorks has one state for all queues of an agent, the model one for each.
func (f *xsiFront) agentChanged(ev *event) {
	u := f.users[ev.device]
	if u == nil {
		return
	}
	switch ev.kind {
	case evAgentLoggedOn:
		u.groups[ev.group] = AgentNotReady
		f.tellJoin(u, ev.group, true)
		if u.agent == "Sign-Out" {
			f.tellAgent(u, "Sign-In", ev)
		}
		return
	case evAgentLoggedOff:
		delete(u.groups, ev.group)
		f.tellJoin(u, ev.group, false)
	case evAgentReady:
		u.groups[ev.group] = AgentReady
	case evAgentNotReady:
		u.groups[ev.group] = AgentNotReady
	case evAgentBusy:
		u.groups[ev.group] = AgentBusy
	case evAgentWrapUp:
		u.groups[ev.group] = AgentWrapUp
	}
	f.tellAgent(u, agentState(u.groups), ev)
}

// agentState is the state of an agent of several queues: wrapping up in one is wrapping up, and available in one is
// available. What the agent talks about doesn't matter: that is told as calls.
func agentState(groups map[string]AgentState) string {
	states := slices.Collect(maps.Values(groups))
	switch {
	case len(states) == 0:
		return "Sign-Out"
	case slices.Contains(states, AgentWrapUp):
		return "Wrap-Up"
	case slices.Contains(states, AgentReady) || slices.Contains(states, AgentBusy):
		return "Available"
	}
	return "Unavailable"
}

func (f *xsiFront) tellAgent(u *xsiUser, state string, ev *event) {
	if state == u.agent {
		return
	}
	u.agent, u.agentSince = state, ev.at
	f.tell(u, "AgentStateEvent", func(w *xsiWriter) {
		w.within("agentStateInfo", func() { f.writeAgent(w, u) })
	})
}

func (f *xsiFront) tellJoin(u *xsiUser, queue string, joined bool) {
	f.tell(u, "ACDAgentJoinUpdateEvent", func(w *xsiWriter) {
		w.within("ccAgentJoinUpdateData", func() {
			w.within("joinInfo", func() {
				w.text("acdUserId", f.userID(queue))
				w.flag("joined", joined)
			})
		})
	})
}

// serviceChanged tells how do not disturb or a forwarding is set. Forwardings that BroadWorks doesn't have aren't told.
func (f *xsiFront) serviceChanged(ev *event) {
	u := f.users[ev.device]
	kind := map[string]string{
		"": "DoNotDisturbEvent", "forwardImmediate": "CallForwardingAlwaysEvent", "forwardBusy": "CallForwardingBusyEvent",
		"forwardNoAns": "CallForwardingNoAnswerEvent",
	}[ev.forwarding]
	if u == nil || kind == "" {
		return
	}
	f.tell(u, kind, func(w *xsiWriter) {
		w.within("info", func() { writeService(w, kind, ev.on, ev.to) })
	})
}

// writeService writes how a service is set, which an event of that kind tells.
func writeService(w *xsiWriter, kind string, on bool, to string) {
	w.text("active", map[bool]string{true: "true", false: "false"}[on])
	if to != "" {
		w.text("forwardToPhoneNumber", "tel:"+to)
	}
	switch kind {
	case "DoNotDisturbEvent", "CallForwardingAlwaysEvent":
		w.text("ringSplash", "false")
	case "CallForwardingNoAnswerEvent":
		w.text("numberOfRings", "3")
	}
}
