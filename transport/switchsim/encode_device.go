package switchsim

var deviceRoots = map[eventKind]string{
	evAgentLoggedOn: "AgentLoggedOnEvent", evAgentLoggedOff: "AgentLoggedOffEvent", evAgentReady: "AgentReadyEvent",
	evAgentNotReady: "AgentNotReadyEvent", evAgentBusy: "AgentBusyEvent", evAgentWrapUp: "AgentWorkingAfterCallEvent",
	evBackInService: "BackInServiceEvent", evOutOfService: "OutOfServiceEvent",
	evPartiallyInService: "PartiallyInServiceEvent", evDoNotDisturb: "DoNotDisturbEvent", evForwarding: "ForwardingEvent",
	evPrivate: "PrivateEvent",
}

// deviceEvent writes an event of an agent, of maintenance, of a logical device feature or of the switch's own.
func (e encoder) deviceEvent(w *writer, crossRef string, ev *event) {
	root := deviceRoots[ev.kind]
	w.root(root)
	w.text("monitorCrossRefID", crossRef)
	switch ev.kind {
	case evDoNotDisturb:
		w.subject("device", ev.device)
		w.boolean("doNotDisturbOn", ev.on)
	case evForwarding:
		w.subject("device", ev.device)
		w.text("forwardingType", ev.forwarding)
		w.boolean("forwardStatus", ev.on)
		if ev.to != "" {
			w.text("forwardTo", ev.to)
		}
	case evPrivate:
		w.data("privateData", ev.user)
	case evBackInService, evOutOfService, evPartiallyInService:
		w.subject("device", ev.device)
		w.text("cause", ev.cause)
	default:
		w.subject("agentDevice", ev.device)
		w.text("agentID", ev.agentID)
		w.text("acdGroup", ev.group)
		if ev.pending != "" {
			w.text("pendingAgentState", string(ev.pending))
		}
	}
	w.close(root)
}
