package switchsim

// queueOf returns the queue that has a call, waiting or offered to an agent.
func (f *xsiFront) queueOf(c callID) *xsiUser {
	for _, u := range f.queues {
		if u.entry(c) != nil {
			return u
		}
	}
	return nil
}

// queued: a call enters a queue or a route point, or comes back from an agent who didn't answer.
func (f *xsiFront) queued(ev *event) {
	u := f.users[ev.device]
	if u == nil {
		return
	}
	position := func(w *xsiWriter) { w.number("position", int64(ev.numberQueued)) }
	if e := u.entry(ev.conn.call); e != nil {
		e.bounced, e.agent, e.agentCall = true, nil, ""
		f.tellEntry(u, "ACDCallBouncedEvent", e, position)
		return
	}
	e := &xsiEntry{
		id: f.nextHalf(), tracking: f.tracking(ev.conn.call, u), call: ev.conn.call, far: f.farOf(ev, ev.device), added: ev.at,
	}
	u.entries = append(u.entries, e)
	if u.device.kind == routePoint {
		f.tellEntry(u, "RoutePointCallAddedEvent", e, nil)
		return
	}
	f.tellEntry(u, "ACDCallAddedEvent", e, position)
}

// diverted: a call leaves a device on its way to another one.
func (f *xsiFront) diverted(ev *event) {
	u := f.users[ev.device]
	if u == nil {
		return
	}
	c := ev.conn.call
	if u.device.kind != station {
		if e := u.entry(c); e != nil && ev.cause != "distributed" { // distributed: offered, and in the queue until answered
			f.sentOn(u, e, ev)
		}
		return
	}
	halves := u.in(c)
	for _, h := range halves {
		h.state, h.detached, h.redirectTo, h.redirectWhy = xsiDetached, ev.at, ev.newDestination, xsiRedirectReason(ev.cause)
	}
	if len(halves) > 0 {
		f.tellRedirected(u, halves)
	}
	for _, l := range ev.locals {
		other := f.users[l.device]
		if other == nil || other == u {
			continue
		}
		for _, h := range other.in(c) {
			if h.far == ev.device && h.state == xsiAlerting {
				h.far = ev.newDestination
				f.tellCall(other, "CallForwardedEvent", h)
			}
		}
	}
}

// sentOn: a call leaves a queue or route point otherwise than by an agent's answer.
func (f *xsiFront) sentOn(u *xsiUser, e *xsiEntry, ev *event) {
	kind, reason := "ACDCallTransferredEvent", "call-center"
	if u.device.kind == routePoint {
		kind, reason = "RoutePointCallTransferredEvent", "route-point"
	}
	e.removed = ev.at
	u.removeEntry(e)
	f.tellEntry(u, kind, e, func(w *xsiWriter) {
		w.within("redirect", func() {
			if ev.newDestination != "" {
				w.text("address", "tel:"+ev.newDestination)
			}
			w.text("reason", reason)
			w.moment("redirectTime", ev.at)
		})
	})
}

func xsiRedirectReason(cause string) string {
	switch cause {
	case "callForwardNoAnswer", "callNotAnswered":
		return "no-answer"
	case "callForwardBusy":
		return "user-busy"
	case "callForwardImmediate":
		return "unconditional"
	}
	return "deflection"
}

// leftQueue: the caller gave up.
func (f *xsiFront) leftQueue(u *xsiUser, ev *event) {
	e := u.entry(ev.conn.call)
	if e == nil {
		return
	}
	e.removed = ev.at
	u.removeEntry(e)
	if u.device.kind == routePoint {
		f.tellEntry(u, "RoutePointCallAbandonedEvent", e, nil)
		return
	}
	f.tellEntry(u, "ACDCallAbandonedEvent", e, nil)
}

// over: a call is over. If it was offered to an agent, its caller gave up meanwhile.
func (f *xsiFront) over(ev *event) {
	delete(f.sessions, ev.conn.call)
	if q := f.queueOf(ev.conn.call); q != nil {
		f.leftQueue(q, ev)
	}
}
