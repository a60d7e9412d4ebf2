package switchsim

import "time"

// hear turns one event of the model into what BroadWorks tells of it. It goes by the event alone, and never looks at
// the model's calls: those may be further on already.
func (f *xsiFront) hear(ev *event) {
	switch ev.kind {
	case evServiceInitiated:
		f.initiated(ev)
	case evOriginated:
		f.originated(ev)
	case evDelivered:
		f.delivered(ev)
	case evEstablished:
		f.established(ev)
	case evHeld, evRetrieved:
		f.heldOrRetrieved(ev)
	case evTransferred:
		f.transferred(ev)
	case evConferenced:
		f.conferenced(ev)
	case evConnectionCleared:
		f.cleared(ev)
	case evCallCleared:
		f.over(ev)
	case evDiverted:
		f.diverted(ev)
	case evQueued:
		f.queued(ev)
	case evFailed:
		f.failed(ev)
	case evRecord, evSuspendRecord, evStop:
		f.recorded(ev)
	case evAgentLoggedOn, evAgentLoggedOff, evAgentReady, evAgentNotReady, evAgentBusy, evAgentWrapUp:
		f.agentChanged(ev)
	case evDoNotDisturb, evForwarding:
		f.serviceChanged(ev)
	}
}

// initiated: a phone is taken off the hook, or an application dials for it.
func (f *xsiFront) initiated(ev *event) {
	u := f.users[ev.device]
	if u == nil {
		return
	}
	f.noticeByCall(u)
	h := f.newHalf(u, ev, xsiOriginator, "")
	if ev.cause == "makeCall" {
		h.personality, h.state, h.far = xsiClickToDial, xsiAlerting, ev.called
		f.tellCall(u, "CallOriginatingEvent", h)
		return
	}
	f.tellHook(u)
}

func (f *xsiFront) originated(ev *event) {
	u := f.users[ev.device]
	if u == nil {
		return
	}
	h := u.toward(ev.conn.call, "")
	if h == nil {
		h = f.newHalf(u, ev, xsiOriginator, "")
	}
	if h.personality == xsiClickToDial {
		h.id = f.nextHalf() // the phone's own call takes the place of the one that rang it
	}
	h.state, h.far, h.onPhone, h.appearance = xsiAlerting, ev.called, true, u.freeAppearance()
	f.tellCall(u, "CallOriginatedEvent", h)
	f.tellHook(u)
}

// delivered: a phone rings. Phones outside ring unheard.
func (f *xsiFront) delivered(ev *event) {
	f.follow(ev, ev.device)
	u := f.users[ev.device]
	if u == nil || len(u.in(ev.conn.call)) > 0 {
		return
	}
	f.noticeByCall(u)
	h := f.newHalf(u, ev, xsiTerminator, f.farOf(ev, ev.device))
	h.state = xsiAlerting
	if q := f.queueOf(ev.conn.call); q != nil && ev.acd {
		e := q.entry(ev.conn.call)
		h.tracking = e.tracking
		h.queue, h.waited, h.inQueue = q.device.id, ev.at.Sub(e.added), len(q.entries)
		f.tellCall(u, "CallReceivedEvent", h)
		e.agent, e.agentCall = u, h.id
		f.tellEntry(q, "ACDCallOfferedToAgentEvent", e, nil)
		return
	}
	f.tellCall(u, "CallReceivedEvent", h)
}

// follow tells whoever waits for an answer that somebody else is asked now.
func (f *xsiFront) follow(ev *event, to string) {
	for _, l := range ev.locals {
		u := f.users[l.device]
		if u == nil || l.device == to {
			continue
		}
		for _, h := range u.in(ev.conn.call) {
			if h.state == xsiAlerting && h.personality != xsiTerminator && h.far != to && len(u.in(ev.conn.call)) == 1 {
				h.far = to
				f.tellCall(u, "CallUpdatedEvent", h)
			}
		}
	}
}

// farOf is the first other device in the call that is a party to talk to.
func (f *xsiFront) farOf(ev *event, device string) string {
	for _, l := range ev.locals {
		if l.device == device || l.state == Null || l.state == Fail {
			continue
		}
		if u := f.users[l.device]; u == nil || u.device.kind == station {
			return l.device
		}
	}
	return ev.calling
}

func (f *xsiFront) established(ev *event) {
	c := ev.conn.call
	if u := f.users[ev.device]; u != nil {
		if h := u.toward(c, f.farOf(ev, ev.device)); h != nil && h.state == xsiAlerting {
			f.answer(u, h, ev)
		}
	}
	for _, l := range ev.locals {
		u := f.users[l.device]
		if u == nil || l.device == ev.device || l.state != Connected {
			continue
		}
		if h := u.toward(c, ev.device); h != nil && h.state == xsiAlerting {
			h.far = ev.device
			f.answer(u, h, ev)
		}
	}
	if q := f.queueOf(c); q != nil {
		e := q.entry(c)
		e.removed = ev.at
		if e.agent == nil {
			e.agent = f.users[ev.device]
		}
		q.removeEntry(e)
		f.tellEntry(q, "ACDCallAnsweredByAgentEvent", e, nil)
	}
}

func (f *xsiFront) answer(u *xsiUser, h *xsiHalf, ev *event) {
	h.state = xsiActive
	if h.answered.IsZero() {
		h.answered = ev.at // of the first answer, whatever came later
	}
	if !h.onPhone {
		h.onPhone, h.appearance = true, u.freeAppearance()
	}
	f.tellCall(u, "CallAnsweredEvent", h)
	f.tellHook(u)
}

func (f *xsiFront) heldOrRetrieved(ev *event) {
	hold := ev.kind == evHeld
	u := f.users[ev.device]
	if u == nil {
		return
	}
	c := ev.conn.call
	if x := u.conference; x != nil && x.call == c {
		x.state = map[bool]string{true: xsiHeld, false: xsiActive}[hold]
		f.tellConference(u, map[bool]string{true: "ConferenceHeldEvent", false: "ConferenceRetrievedEvent"}[hold])
		return
	}
	for _, h := range u.in(c) {
		if hold {
			h.state, h.held = xsiHeld, ev.at
			f.tellCall(u, "CallHeldEvent", h)
		} else {
			f.unhold(h, ev)
			f.tellCall(u, "CallRetrievedEvent", h)
		}
		f.remoteHold(ev, h.far, hold)
	}
}

func (f *xsiFront) unhold(h *xsiHalf, ev *event) {
	if !h.held.IsZero() {
		h.totalHeld += ev.at.Sub(h.held)
	}
	h.state, h.held = xsiActive, time.Time{}
}

// remoteHold tells the other end, if that is a user of the group who doesn't hold the call, too.
func (f *xsiFront) remoteHold(ev *event, far string, hold bool) {
	u := f.users[far]
	if u == nil {
		return
	}
	h := u.toward(ev.conn.call, ev.device)
	switch {
	case h == nil || u.conference != nil && u.conference.call == h.call:
	case hold && h.state == xsiActive:
		h.state = xsiRemoteHeld
		f.tellCall(u, "CallHeldEvent", h)
	case !hold && h.state == xsiRemoteHeld:
		h.state = xsiActive
		f.tellCall(u, "CallRetrievedEvent", h)
	}
}

// failed: the destination can't be reached. The caller hears a treatment, and is told why.
func (f *xsiFront) failed(ev *event) {
	for _, l := range ev.locals {
		u := f.users[l.device]
		if u == nil {
			continue
		}
		for _, h := range u.in(ev.conn.call) {
			if h.state == xsiAlerting && h.personality != xsiTerminator {
				h.state, h.releaseCause = xsiActive, xsiReleaseCause(ev.cause)
				f.tellCall(u, "CallReleasingEvent", h)
			}
		}
	}
}

func xsiReleaseCause(cause string) string {
	switch cause {
	case "busy", "doNotDisturb":
		return "Busy"
	case "destOutOfOrder":
		return "Temporarily Unavailable"
	}
	return "User Not Found"
}

// cleared: somebody's part in the call is over.
func (f *xsiFront) cleared(ev *event) {
	c, device := ev.conn.call, ev.conn.device
	if u := f.users[device]; u != nil {
		if u.device.kind != station {
			f.leftQueue(u, ev)
			return
		}
		if x := u.conference; x != nil && x.call == c {
			x.state = xsiReleased
			f.tellConference(u, "ConferenceReleasedEvent")
			u.conference = nil
		}
		for _, h := range u.in(c) {
			f.release(u, h, ev)
		}
		f.tellHook(u)
	}
	for _, l := range ev.locals {
		if u := f.users[l.device]; u != nil && l.device != device {
			f.farLeft(u, ev, device)
		}
	}
}

// farLeft: the device at the other end of a user's half is gone. A conference goes on with the others.
func (f *xsiFront) farLeft(u *xsiUser, ev *event, device string) {
	for _, h := range u.in(ev.conn.call) {
		if h.far != device {
			continue
		}
		h.farGone = true
		x := u.conference
		if x == nil || x.call != ev.conn.call {
			continue
		}
		f.release(u, h, ev)
		if len(u.in(x.call)) > 1 {
			f.tellConference(u, "ConferenceUpdatedEvent")
			continue
		}
		x.state = xsiReleased
		f.tellConference(u, "ConferenceReleasedEvent")
		u.conference = nil
	}
}

func (f *xsiFront) release(u *xsiUser, h *xsiHalf, ev *event) {
	u.drop(h)
	if !h.visible() {
		return // nobody was told that it began
	}
	h.state, h.released, h.releasedBy = xsiReleased, ev.at, "localRelease"
	if h.farGone {
		h.releasedBy = "remoteRelease"
	}
	f.tellCall(u, "CallReleasedEvent", h)
}

// recorded tells a user of BroadWorks of the recording of their half.
func (f *xsiFront) recorded(ev *event) {
	u := f.users[ev.device]
	if u == nil {
		return
	}
	h := u.toward(ev.conn.call, "")
	if h == nil {
		return
	}
	was := h.recording
	switch ev.kind {
	case evSuspendRecord:
		h.recording = recordingPaused
		f.tellCall(u, "CallRecordingPausedEvent", h)
	case evStop:
		h.recording = recordingOff
		f.tell(u, "CallRecordingStoppedEvent", func(w *xsiWriter) {
			w.within("call", func() { f.writeHalf(w, u, h) })
			w.text("reason", "User Requested")
		})
	default:
		h.recording = recordingOn
		if was == recordingPaused {
			f.tellCall(u, "CallRecordingResumedEvent", h)
			return
		}
		f.tellCall(u, "CallRecordingStartingEvent", h)
		f.tellCall(u, "CallRecordingStartedEvent", h)
	}
}
