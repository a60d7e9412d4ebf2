package switchsim

import "net/http"

func (q *xsiRequest) routeConference(method string) xsiService {
	switch {
	case method == "POST" && q.is("user", "*", "calls", "Conference"):
		return q.to("Conference", serveConfer)
	case method == "GET" && q.is("user", "*", "calls", "Conference"):
		return q.to("conference", serveConference)
	case method == "DELETE" && q.is("user", "*", "calls", "Conference"):
		return q.to("endconference", serveEndConference)
	case method == "PUT" && q.is("user", "*", "calls", "Conference", "*"):
		switch q.path[4] {
		case "Hold", "Talk":
			return q.to("conference"+q.path[4], serveHoldConference)
		case "Mute", "Unmute":
			return q.to("conference"+q.path[4], serveMuteConference)
		}
		return q.to("addtoconference", serveAddToConference)
	case method == "PUT" && (q.is("user", "*", "calls", "Conference", "*", "Mute") || q.is("user", "*", "calls", "Conference", "*", "Deaf")):
		return q.to(q.path[5], serveNotSimulated)
	}
	return q.to("unknown", nil)
}

// serveConfer makes a conference of two calls.
func serveConfer(q *xsiRequest) (xsiReply, *xsiRefusal) {
	n, refused := q.document("Conference")
	if refused != nil {
		return xsiReply{}, refused
	}
	var ids []string
	if list := n.get("conferenceParticipantList"); list != nil {
		for _, p := range list.children {
			ids = append(ids, p.value("callId"))
		}
	}
	if len(ids) < 2 {
		q.violates("a conference needs two calls")
		return xsiReply{}, xsiBadRequest("Two calls are needed.")
	}
	for i := 1; i < len(ids); i++ {
		u, held, active, refused := q.twoCalls(ids[0], ids[i])
		if refused != nil {
			return xsiReply{}, refused
		}
		q.f.s.model.merge(held, active, u.device.id, true)
		q.f.s.flush()
	}
	return xsiReply{status: http.StatusCreated}, nil
}

// controlled finds the conference that the user controls.
func (q *xsiRequest) controlled() (*xsiUser, *call, *xsiRefusal) {
	u, refused := q.user()
	if refused != nil {
		return nil, nil, refused
	}
	if u.conference == nil || q.f.s.model.calls[u.conference.call] == nil {
		return nil, nil, xsiNotFound("Conference not found.")
	}
	return u, q.f.s.model.calls[u.conference.call], nil
}

func serveConference(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, c, refused := q.controlled()
	if refused != nil {
		return xsiReply{}, refused
	}
	return xsiAnswer("Conference", func(w *xsiWriter) { q.f.writeConference(w, u, u.conference, u.in(c.id)) }), nil
}

func serveEndConference(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, c, refused := q.controlled()
	if refused != nil {
		return xsiReply{}, refused
	}
	q.f.s.model.clearAll(c, u.device.id, "normalClearing")
	return xsiFine(), nil
}

func serveHoldConference(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, c, refused := q.controlled()
	if refused != nil {
		return xsiReply{}, refused
	}
	m, d := q.f.s.model, u.device.id
	switch {
	case q.path[4] == "Hold" && c.state(d) == Connected:
		m.hold(c, d, "normal")
	case q.path[4] == "Talk" && c.state(d) == Hold && m.mayTalk(c, d) == nil:
		m.retrieve(c, d, "normal")
	default:
		return xsiReply{}, xsiWrongState
	}
	return xsiFine(), nil
}

func serveMuteConference(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, _, refused := q.controlled()
	if refused != nil {
		return xsiReply{}, refused
	}
	u.conference.muted = q.path[4] == "Mute"
	q.f.tellConference(u, map[bool]string{true: "ConferenceMutedEvent", false: "ConferenceUnmutedEvent"}[u.conference.muted])
	return xsiFine(), nil
}

// serveAddToConference takes another of the user's calls in.
func serveAddToConference(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, conference, refused := q.controlled()
	if refused != nil {
		return xsiReply{}, refused
	}
	_, _, c, refused := q.half(q.path[4])
	if refused != nil {
		return xsiReply{}, refused
	}
	m, d := q.f.s.model, u.device.id
	held, active := conference, c
	if c.state(d) == Hold {
		held, active = c, conference
	}
	if held.state(d) != Hold || active.state(d) != Connected || m.mayMerge(held, active, d) != nil {
		return xsiReply{}, xsiWrongState
	}
	m.merge(held, active, d, true)
	return xsiFine(), nil
}
