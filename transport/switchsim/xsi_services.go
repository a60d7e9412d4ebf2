package switchsim

// Services of a user that a client can set: do not disturb, forwardings, and the state as an agent.

// xsiForwardings are the forwardings by their service, as CSTA calls them.
var xsiForwardings = map[string]string{
	"CallForwardingAlways": "forwardImmediate", "CallForwardingBusy": "forwardBusy", "CallForwardingNoAnswer": "forwardNoAns",
}

func (q *xsiRequest) routeService(method string) xsiService {
	name := q.path[3]
	switch {
	case method == "PUT" && name == "CallCenter":
		return q.to(name, serveSetAgent)
	case method == "PUT" && (name == "DoNotDisturb" || xsiForwardings[name] != ""):
		return q.to(name, serveSetService)
	case method == "GET" && (name == "DoNotDisturb" || xsiForwardings[name] != ""):
		return q.to(name, serveService)
	}
	return q.to("unknown", nil)
}

func serveService(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, refused := q.user()
	if refused != nil {
		return xsiReply{}, refused
	}
	name := q.path[3]
	on, to := u.device.dnd, ""
	if kind := xsiForwardings[name]; kind != "" {
		to, on = u.device.forwardTo(kind)
	}
	return xsiAnswer(name, func(w *xsiWriter) { writeService(w, name+"Event", on, to) }), nil
}

// serveSetService sets what is in the document and leaves the rest as it is. A forwarding that is on needs a number.
func serveSetService(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, refused := q.user()
	if refused != nil {
		return xsiReply{}, refused
	}
	name, m, d := q.path[3], q.f.s.model, u.device
	n, refused := q.document(name)
	if refused != nil {
		return xsiReply{}, refused
	}
	active := n.value("active")
	if n.has("active") && active != "true" && active != "false" {
		q.violates("active is " + active)
		return xsiReply{}, xsiBadRequest("Invalid value.")
	}
	kind := xsiForwardings[name]
	if kind == "" {
		if on := active == "true"; n.has("active") && on != d.dnd {
			m.setDND(d, on)
		}
		return xsiFine(), nil
	}
	was, on := d.forwardTo(kind)
	before := on
	if n.has("active") {
		on = active == "true"
	}
	to := was
	if n.has("forwardToPhoneNumber") {
		to = q.f.dialled(n.value("forwardToPhoneNumber"))
	}
	switch {
	case on && (m.device(to) == nil || to == d.id):
		return xsiReply{}, xsiForbidden("The number can't be forwarded to.")
	case on != before || on && to != was:
		m.setForwarding(d, kind, to, on)
	}
	return xsiFine(), nil
}

// serveSetAgent changes the state of the agent in all queues; signing in, in one.
func serveSetAgent(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, refused := q.user()
	if refused != nil {
		return xsiReply{}, refused
	}
	n, refused := q.document("CallCenter")
	if refused != nil {
		return xsiReply{}, refused
	}
	state := map[string]string{
		"Sign-In": "loggedOn", "Sign-Out": "loggedOff", "Available": "ready", "Unavailable": "notReady", "Wrap-Up": "workingAfterCall",
	}[n.value("agentACDState")]
	if state == "" {
		q.violates("there is no agent state " + n.value("agentACDState"))
		return xsiReply{}, xsiBadRequest("Invalid state.")
	}
	m, d := q.f.s.model, u.device
	who := d.agent
	if who == nil {
		who = m.agentByID["4"+d.id]
	}
	if _, err := m.agentRequest(who, d, "", state); err != nil {
		return xsiReply{}, xsiForbidden("The agent can't get into that state.")
	}
	return xsiFine(), nil
}
