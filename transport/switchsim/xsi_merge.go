package switchsim

// transferred: two calls become one, or one goes on to somebody else. The one who did it is out of both; the others
// learn who they are with, and those of the call that ends get the tracking ID of the one that lives on.
func (f *xsiFront) transferred(ev *event) {
	if u := f.users[ev.device]; u != nil {
		halves := u.in(ev.conn.call)
		if ev.secondary.call != 0 {
			halves = append(halves, u.in(ev.secondary.call)...)
		}
		u.conference = nil
		for _, h := range halves {
			h.state, h.detached, h.redirectTo, h.redirectWhy = xsiDetached, ev.at, ev.to, "transfer"
		}
		if len(halves) > 0 {
			f.tellRedirected(u, halves)
		}
	}
	blind := ev.secondary.call == 0
	for _, item := range ev.list {
		u := f.users[item.new.device]
		if u == nil {
			continue
		}
		if e := u.entry(item.oldCall()); e != nil {
			e.call, e.tracking = item.new.call, f.sessions[item.new.call]
			continue
		}
		for _, h := range u.in(item.oldCall()) {
			h.call, h.tracking = item.new.call, f.tracking(item.new.call, u)
			h.far, h.farGone = f.otherIn(ev, item.new.device), false
			if blind {
				h.far = ev.to
			}
			switch ringing := blind || f.ringsIn(ev, h.far); {
			case item.state == Connected && ringing:
				h.state = xsiAlerting // and will be answered again
			case item.state == Connected:
				f.unhold(h, ev)
			}
			f.tellCall(u, "CallTransferredEvent", h)
		}
	}
	f.endSession(ev)
}

// oldCall is the call that an item of a merger was in before.
func (x merged) oldCall() callID {
	if x.old.device != "" {
		return x.old.call
	}
	return x.new.call
}

// otherIn is the first other party of a merger.
func (f *xsiFront) otherIn(ev *event, device string) string {
	for _, item := range ev.list {
		if item.new.device != device {
			return item.new.device
		}
	}
	return ev.to
}

func (f *xsiFront) ringsIn(ev *event, device string) bool {
	for _, item := range ev.list {
		if item.new.device == device {
			return item.state == Alerting || item.state == Queued
		}
	}
	return false
}

// endSession forgets the call whose ID ends with a merger.
func (f *xsiFront) endSession(ev *event) {
	if ev.retired != 0 {
		delete(f.sessions, ev.retired)
	}
}

// conferenced: the controller's calls are joined, and keep their IDs and tracking IDs. Only the controller is told.
func (f *xsiFront) conferenced(ev *event) {
	u := f.users[ev.device]
	if u == nil || u.device.kind != station {
		return
	}
	if ev.cause == "singleStepConference" {
		f.joined(u, ev)
		return
	}
	for _, item := range ev.list {
		if other := f.users[item.new.device]; other != nil && other != u {
			if e := other.entry(item.oldCall()); e != nil {
				e.call = item.new.call
			}
			for _, h := range other.in(item.oldCall()) {
				h.call = item.new.call
				if h.state == xsiRemoteHeld {
					f.unhold(h, ev)
					f.tellCall(other, "CallRetrievedEvent", h)
				}
			}
		}
	}
	keep := ev.list[0].new.call
	for _, c := range []callID{ev.conn.call, ev.secondary.call} {
		for _, h := range u.in(c) {
			h.call = keep
			if h.state == xsiHeld {
				f.unhold(h, ev)
				f.tellCall(u, "CallRetrievedEvent", h)
			}
		}
	}
	f.confer(u, keep)
	f.endSession(ev)
}

// confer tells the controller of a conference that there is one, or that it has grown.
func (f *xsiFront) confer(u *xsiUser, c callID) {
	if u.conference != nil {
		u.conference.call, u.conference.state = c, xsiActive
		f.tellConference(u, "ConferenceUpdatedEvent")
		return
	}
	u.conference = &xsiConference{call: c, state: xsiActive}
	f.tellConference(u, "ConferenceStartedEvent")
}

// joined: somebody is taken into the call at once. For Xsi that is another call of the controller, answered at once.
func (f *xsiFront) joined(u *xsiUser, ev *event) {
	h := f.newHalf(u, ev, xsiOriginator, ev.to)
	h.tracking = f.newTracking(ev.conn.call, u.server)
	h.state, h.onPhone, h.appearance = xsiAlerting, true, u.freeAppearance()
	f.tellCall(u, "CallOriginatedEvent", h)
	if other := f.users[ev.to]; other != nil {
		f.noticeByCall(other)
		k := f.newHalf(other, ev, xsiTerminator, ev.device)
		k.tracking, k.state = h.tracking, xsiAlerting
		f.tellCall(other, "CallReceivedEvent", k)
		f.answer(other, k, ev)
	}
	f.answer(u, h, ev)
	f.confer(u, ev.conn.call)
}
