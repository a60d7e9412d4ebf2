package switchsim

import (
	"fmt"
	"strconv"
	"time"
)

// A session is an explicit association of ECMA-354.
type session struct {
	id       string
	duration time.Duration
	expiry   *timer
}

func (x *session) stop() {
	if x != nil {
		x.expiry.stop()
	}
}

const (
	defaultSession = 600 // seconds
	maxSession     = 3600
)

var sessionServices = map[string]func(a *association, id int, n *node){
	"StartApplicationSession":      (*association).startSession,
	"ResetApplicationSessionTimer": (*association).resetSession,
	"StopApplicationSession":       (*association).stopSession,
}

// sessionDenials are what a denied service is refused with (ECMA-354).
var sessionDenials = map[string]string{
	"StartApplicationSession":      "serverResourcesBusy",
	"ResetApplicationSessionTimer": "serverCannotResetSessionTimer",
	"StopApplicationSession":       "invalidSessionID",
}

// receiveSession judges and serves a message of ECMA-354.
func (a *association) receiveSession(id int, n *node, body []byte, serve func(*association, int, *node)) {
	r := a.record(id, n)
	if err := sessionMessages[n.name].check(n, sessionName, 6); err != nil {
		a.violates(id, body, err.Error())
		r.Result = "violation"
		reason := "invalidSessionID"
		if n.name == "StartApplicationSession" {
			reason = "invalidApplicationInfo"
		}
		a.send(id, sessionRefusal(n.name, reason))
		return
	}
	a.s.exchange([]byte(n.name)).Received++
	if a.s.faults.denied(n.name, a.link) != nil {
		r.Result, r.Answered = "denied", true
		a.send(id, sessionRefusal(n.name, sessionDenials[n.name]))
		return
	}
	r.Executed, r.Answered, r.Result = true, true, "ok"
	serve(a, id, n)
}

func (a *association) startSession(id int, n *node) {
	version := ""
	for _, v := range n.get("requestedProtocolVersions").children {
		if e := editionOf(v.value()); e != 0 && e <= a.s.opt.Edition {
			version, a.edition, a.assumed = v.value(), e, false
			break
		}
	}
	if version == "" {
		a.send(id, sessionRefusal(n.name, "requestedProtocolVersionNotSupported"))
		return
	}
	if a.session != nil {
		a.send(id, sessionRefusal(n.name, "maxNumberSessions"))
		return
	}
	a.session = &session{id: fmt.Sprintf("%09d", 100000000+a.id)}
	a.setExpiry(n)
	a.sendSession(id, n.name+"PosResponse", func(w *writer) {
		w.text("sessionID", a.session.id)
		w.text("actualProtocolVersion", version)
		w.number("actualSessionDuration", int(a.session.duration.Seconds()))
	})
	if !a.s.opt.NoStatusAfterSession {
		a.request(firstOwnID, "SystemStatus", a.systemStatus(a.s.faults.status))
	}
}

// setExpiry starts the session timer again with the duration asked for, within limits.
func (a *association) setExpiry(n *node) {
	seconds, err := strconv.Atoi(n.value("requestedSessionDuration"))
	if err != nil || seconds <= 0 {
		seconds = defaultSession
	}
	a.session.duration = time.Duration(min(seconds, maxSession)) * time.Second
	a.session.expiry.stop()
	a.session.expiry = a.s.after(a.session.duration, a.expire)
}

func (a *association) expire() { a.terminate("sessionTimerExpired") }

// terminate ends an explicit association from the switch's side.
func (a *association) terminate(reason string) {
	if a.ended || a.session == nil {
		return
	}
	w := newWriter(a.edition)
	w.sessionRoot("ApplicationSessionTerminated")
	w.text("sessionID", a.session.id)
	w.within("sessionTermReason", func() { w.text("definedTermReason", reason) })
	w.close("ApplicationSessionTerminated")
	a.tellOneWay("ApplicationSessionTerminated", w.b)
	a.end("the session was terminated: "+reason, false)
}

func (a *association) resetSession(id int, n *node) {
	if a.session == nil || n.value("sessionID") != a.session.id {
		a.send(id, sessionRefusal(n.name, "invalidSessionID"))
		return
	}
	a.setExpiry(n)
	a.sendSession(id, n.name+"PosResponse", func(w *writer) {
		w.number("actualSessionDuration", int(a.session.duration.Seconds()))
	})
}

func (a *association) stopSession(id int, n *node) {
	if a.session == nil || n.value("sessionID") != a.session.id {
		a.send(id, sessionRefusal(n.name, "invalidSessionID"))
		return
	}
	a.sendSession(id, n.name+"PosResponse", func(*writer) {})
	a.end("the client stopped its session", false)
}

// sessionRoot opens a message of ECMA-354.
func (w *writer) sessionRoot(name string) {
	w.b = append(w.b, `<?xml version="1.0" encoding="UTF-8"?><`+name+` xmlns="`+sessionName+`">`...)
}

func (a *association) sendSession(id int, root string, inside func(w *writer)) {
	w := newWriter(a.edition)
	w.sessionRoot(root)
	inside(w)
	w.close(root)
	a.send(id, w.b)
}

// sessionRefusal is the negative answer to a session service; those never use CSTAErrorCode.
func sessionRefusal(service, reason string) []byte {
	w := newWriter(0)
	w.sessionRoot(service + "NegResponse")
	w.within("errorCode", func() { w.text("definedError", reason) })
	w.close(service + "NegResponse")
	return w.b
}
