package switchsim

import (
	"net/http"
	"slices"
)

func (q *xsiRequest) routeActions(method string) xsiService {
	switch {
	case q.is("system", "services", "RoutePoint", "ApplicationController", "*") && (method == "GET" || method == "PUT"):
		return q.to("applicationcontroller", serveController)
	case q.is("user", "*", "services", "*"):
		return q.routeService(method)
	case len(q.path) < 3 || q.path[0] != "user" || q.path[2] != "calls":
		return q.to("unknown", nil)
	case len(q.path) > 3 && q.path[3] == "Conference":
		return q.routeConference(method)
	case method == "GET" && q.is("user", "*", "calls"):
		return q.to("calls", serveCalls)
	case method == "GET" && q.is("user", "*", "calls", "HookStatus"):
		return q.to("HookStatus", serveHookStatus)
	case method == "GET" && q.is("user", "*", "calls", "*"):
		return q.to("call", serveCall)
	case method == "POST" && q.is("user", "*", "calls", "new"):
		return q.to("new", serveNewCall)
	case method == "POST" && q.is("user", "*", "calls", "*"):
		return q.to(q.path[4-1], serveNotSimulated)
	case method == "DELETE" && q.is("user", "*", "calls", "*"):
		return q.to("release", serveRelease)
	case method == "PUT" && q.is("user", "*", "calls", "*", "ConsultTransfer", "*"):
		return q.to("ConsultTransfer", serveConsultTransfer)
	case method == "PUT" && q.is("user", "*", "calls", "*", "*"):
		return q.routeCall()
	}
	return q.to("unknown", nil)
}

func (q *xsiRequest) routeCall() xsiService {
	action := q.path[4]
	serve := map[string]xsiService{
		"Talk": serveTalk, "Hold": serveHoldHalf, "Reconnect": serveReconnect, "BlindTransfer": serveBlindTransfer,
		"MuteTransfer": serveBlindTransfer, "TransmitDTMF": serveDTMF,
		"Record": serveRecording, "PauseRecording": serveRecording, "ResumeRecording": serveRecording, "StopRecording": serveRecording,
	}[action]
	if serve == nil && slices.Contains(xsiOtherActions, action) {
		serve = serveNotSimulated
	}
	return q.to(action, serve)
}

// xsiOtherActions are actions of the interface that are refused in order.
var xsiOtherActions = []string{
	"VmTransfer", "Park", "GroupCallPark", "CoachAgent",
}

func serveNotSimulated(q *xsiRequest) (xsiReply, *xsiRefusal) {
	return xsiReply{}, xsiForbidden(q.service + " is not available.")
}

// user finds the user of an action; only stations have calls.
func (q *xsiRequest) user() (*xsiUser, *xsiRefusal) {
	u := q.f.userNamed(q.path[1])
	if u == nil || u.device.kind != station {
		return nil, xsiNoUser
	}
	q.log.Devices = []string{u.device.id}
	return u, nil
}

// half finds the user's half that an action is about. It can be controlled unless an application server died meanwhile.
func (q *xsiRequest) half(id string) (*xsiUser, *xsiHalf, *call, *xsiRefusal) {
	u, refused := q.user()
	if refused != nil {
		return nil, nil, nil, refused
	}
	q.log.Calls = append(q.log.Calls, id)
	h := u.named(id)
	if h == nil {
		return nil, nil, nil, xsiNoCall
	}
	c := q.f.s.model.calls[h.call]
	if c == nil {
		return nil, nil, nil, xsiNoCall
	}
	if h.uncontrolled {
		return nil, nil, nil, xsiForbidden("The call can't be controlled.")
	}
	return u, h, c, nil
}

var xsiWrongState = xsiForbidden("The call is in the wrong state.")

func serveCalls(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, refused := q.user()
	if refused != nil {
		return xsiReply{}, refused
	}
	return xsiAnswer("Calls", func(w *xsiWriter) {
		for _, h := range u.shown() {
			inside := u.conference != nil && u.conference.call == h.call
			w.within("call", func() {
				w.text("callId", h.id)
				w.text("uri", "/v2.0/user/"+q.path[1]+"/calls/"+h.id)
			}, "inConference", map[bool]string{true: "true", false: "false"}[inside])
		}
	}), nil
}

func serveCall(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, refused := q.user()
	if refused != nil {
		return xsiReply{}, refused
	}
	h := u.named(q.path[3])
	if h == nil {
		return xsiReply{}, xsiNoCall
	}
	return xsiAnswer("Call", func(w *xsiWriter) { q.f.writeHalf(w, u, h) }), nil
}

func serveHookStatus(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, refused := q.user()
	if refused != nil {
		return xsiReply{}, refused
	}
	return xsiAnswer("HookStatus", func(w *xsiWriter) { w.text("hookStatus", u.hook()) }), nil
}

// serveNewCall rings the user's own phone first; the call goes out once that is off the hook.
func serveNewCall(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, refused := q.user()
	if refused != nil {
		return xsiReply{}, refused
	}
	m, to := q.f.s.model, q.f.dialled(q.query.Get("address"))
	switch {
	case m.device(to) == nil || to == u.device.id:
		return xsiReply{}, xsiForbidden("The address can't be dialled.")
	case u.device.service != inService:
		return xsiReply{}, xsiForbidden("The phone is out of service.")
	}
	if active := m.active(u.device.id); active != nil { // BroadWorks holds the active call
		if active.state(u.device.id) != Connected || m.mayHold(active, u.device.id) != nil {
			return xsiReply{}, xsiWrongState
		}
		m.hold(active, u.device.id, "normal")
	}
	c := m.begin(u.device.id, Initiated)
	c.calling, c.called = u.device.id, to
	m.tell(c, event{kind: evServiceInitiated, device: u.device.id, cause: "makeCall"})
	q.f.s.flush()
	h := u.toward(c.id, to)
	q.log.Made = h.id
	m.after(m.draw(distributionTime), func() {
		if !c.over && c.state(u.device.id) == Initiated {
			m.originate(c, u.device.id, to, "makeCall")
		}
	})
	reply := xsiAnswer("CallStartInfo", func(w *xsiWriter) {
		w.text("callId", h.id)
		w.text("externalTrackingId", h.tracking)
	})
	reply.status = http.StatusCreated
	reply.header = map[string]string{"Location": xsiActions + "user/" + q.path[1] + "/calls/" + h.id}
	return reply, nil
}

func serveTalk(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, h, c, refused := q.half(q.path[3])
	if refused != nil {
		return xsiReply{}, refused
	}
	m, d := q.f.s.model, u.device.id
	answers := c.state(d) == Alerting
	if !answers && c.state(d) != Hold || answers && h.personality != xsiTerminator {
		return xsiReply{}, xsiWrongState
	}
	if active := m.active(d); active != nil && active != c && active.state(d) == Connected {
		if m.mayHold(active, d) != nil {
			return xsiReply{}, xsiWrongState
		}
		m.hold(active, d, "normal")
	}
	if m.mayTalk(c, d) != nil {
		return xsiReply{}, xsiWrongState
	}
	if answers {
		m.answer(c, d, "normal")
	} else {
		m.retrieve(c, d, "normal")
	}
	return xsiFine(), nil
}

func serveHoldHalf(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, _, c, refused := q.half(q.path[3])
	if refused != nil {
		return xsiReply{}, refused
	}
	m := q.f.s.model
	if c.state(u.device.id) != Connected || m.mayHold(c, u.device.id) != nil {
		return xsiReply{}, xsiWrongState
	}
	m.hold(c, u.device.id, "normal")
	return xsiFine(), nil
}

// serveReconnect takes a held call back and releases all others.
func serveReconnect(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, _, c, refused := q.half(q.path[3])
	if refused != nil {
		return xsiReply{}, refused
	}
	m, d := q.f.s.model, u.device.id
	if c.state(d) != Hold || u.conference != nil {
		return xsiReply{}, xsiWrongState
	}
	for _, other := range slices.Clone(m.callsAt(d)) {
		if other != c {
			m.drop(other, d, "normalClearing")
		}
	}
	m.retrieve(c, d, "normal")
	return xsiFine(), nil
}

// serveRelease ends the user's part. An alerting call only stops ringing, unless it is declined.
func serveRelease(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, h, c, refused := q.half(q.path[3])
	if refused != nil {
		return xsiReply{}, refused
	}
	m, d := q.f.s.model, u.device.id
	alerting := c.state(d) == Alerting
	switch {
	case alerting && q.query.Get("decline") != "true":
		return xsiFine(), nil
	case alerting && c.acdQueue != "":
		m.missed(c, d)
	case u.conference != nil && u.conference.call == c.id && len(u.in(c.id)) > 1:
		m.clear(c, h.far, h.far, "normalClearing")
	default:
		m.drop(c, d, "normalClearing")
	}
	return xsiFine(), nil
}

// serveBlindTransfer sends a call on: one that was answered is transferred, one that rings is deflected.
func serveBlindTransfer(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, _, c, refused := q.half(q.path[3])
	if refused != nil {
		return xsiReply{}, refused
	}
	m, d, to := q.f.s.model, u.device.id, q.f.dialled(q.query.Get("address"))
	switch state := c.state(d); {
	case m.device(to) == nil || c.at(to) != nil:
		return xsiReply{}, xsiForbidden("The address can't be dialled.")
	case u.conference != nil && u.conference.call == c.id:
		return xsiReply{}, xsiForbidden("The controller of a conference can't transfer it.")
	case state == Alerting && slices.ContainsFunc(u.in(c.id), func(h *xsiHalf) bool { return h.personality == xsiTerminator }):
		m.divert(c, d, to, "redirected")
		m.place(c, to, "redirected")
	case (state == Connected || state == Hold) && reachable(c, d):
		m.transferTo(c, d, to)
	default:
		return xsiReply{}, xsiWrongState
	}
	return xsiFine(), nil
}

// twoCalls finds two calls of the user: the held one first.
func (q *xsiRequest) twoCalls(first, second string) (u *xsiUser, held, active *call, refused *xsiRefusal) {
	u, _, held, refused = q.half(first)
	if refused == nil {
		_, _, active, refused = q.half(second)
	}
	if refused != nil {
		return nil, nil, nil, refused
	}
	d := u.device.id
	if active.state(d) == Hold && held.state(d) == Connected {
		held, active = active, held
	}
	if held.state(d) != Hold || active.state(d) != Connected || q.f.s.model.mayMerge(held, active, d) != nil {
		return nil, nil, nil, xsiWrongState
	}
	return u, held, active, nil
}

func serveConsultTransfer(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, held, active, refused := q.twoCalls(q.path[3], q.path[5])
	if refused != nil {
		return xsiReply{}, refused
	}
	if u.conference != nil {
		return xsiReply{}, xsiForbidden("The controller of a conference can't transfer it.")
	}
	q.f.s.model.merge(held, active, u.device.id, false)
	return xsiFine(), nil
}

func serveDTMF(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, _, c, refused := q.half(q.path[3])
	if refused != nil {
		return xsiReply{}, refused
	}
	if c.state(u.device.id) != Connected {
		return xsiReply{}, xsiWrongState
	}
	q.f.s.model.tell(c, event{kind: evDigitsGenerated, device: u.device.id, digits: q.query.Get("playdtmf")})
	return xsiFine(), nil
}

func serveRecording(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, _, c, refused := q.half(q.path[3])
	if refused != nil {
		return xsiReply{}, refused
	}
	if !q.f.s.model.record(c, u.device.id, q.path[4]) {
		return xsiReply{}, xsiWrongState
	}
	return xsiFine(), nil
}
