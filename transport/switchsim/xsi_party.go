package switchsim

import "strings"

// How Xsi names devices: users of the simulated group have an extension, a number and a user ID; everybody else is a
// number in the network.

const xsiCountry = "1"

// userID is the user that a device is.
func (f *xsiFront) userID(device string) string { return device + "@" + f.opt.Domain }

// userNamed finds a user by ID, or nil.
func (f *xsiFront) userNamed(id string) *xsiUser {
	device, domain, _ := strings.Cut(id, "@")
	if domain != f.opt.Domain {
		return nil
	}
	return f.users[device]
}

// number is a user's number in the network.
func xsiNumber(device string) string { return "tel:+1555012" + device }

// dialled returns the device that an address of a request means: an extension, a number, with or without "tel:".
func (f *xsiFront) dialled(address string) string {
	address = strings.TrimPrefix(address, "tel:")
	address, _, _ = strings.Cut(address, ";")
	if u := f.userNamed(strings.TrimPrefix(address, "sip:")); u != nil {
		return u.device.id
	}
	if extension, ok := strings.CutPrefix(address, "+1555012"); ok && f.users[extension] != nil {
		return extension
	}
	return address
}

// party writes who is at the other end of a call.
func (f *xsiFront) party(w *xsiWriter, element, device string) {
	w.within(element, func() {
		if f.users[device] == nil {
			w.text("address", "tel:"+device, "countryCode", xsiCountry)
			w.text("callType", "Network")
			return
		}
		w.text("address", "tel:"+device)
		w.text("userId", f.userID(device))
		w.text("userDN", xsiNumber(device)+";ext="+device, "countryCode", xsiCountry)
		w.text("callType", "Group")
	})
}

// writeHalf writes a Call.
func (f *xsiFront) writeHalf(w *xsiWriter, u *xsiUser, h *xsiHalf) {
	w.text("callId", h.id)
	w.text("extTrackingId", h.tracking)
	w.text("personality", h.personality)
	w.text("state", h.state)
	if h.releaseCause != "" {
		w.within("releaseCause", func() { w.text("internalReleaseCause", h.releaseCause) })
	}
	w.text("releasingParty", h.releasedBy)
	f.party(w, "remoteParty", h.far)
	if h.redirectWhy != "" {
		w.within("redirect", func() {
			w.text("address", "tel:"+h.redirectTo)
			w.text("reason", h.redirectWhy)
			w.moment("redirectTime", h.detached)
		})
	}
	if h.onPhone {
		w.within("endpoint", func() { w.text("addressOfRecord", "1555012"+u.device.id+"@"+f.opt.Domain) }, w.typed("AccessEndpoint")...)
		w.number("appearance", int64(h.appearance))
	}
	w.flag("allowAnswer", h.personality == xsiTerminator && h.state == xsiAlerting && !h.uncontrolled)
	w.flag("allowRetrieve", h.state == xsiHeld && !h.uncontrolled)
	w.moment("startTime", h.start)
	w.moment("answerTime", h.answered)
	w.moment("heldTime", h.held)
	w.number("totalHeldTime", h.totalHeld.Milliseconds())
	w.moment("detachedTime", h.detached)
	w.moment("releaseTime", h.released)
	if h.queue != "" {
		w.within("acdCallInfo", func() {
			w.text("acdUserId", f.userID(h.queue))
			w.text("acdName", "Queue "+h.queue)
			w.text("acdNumber", xsiNumber(h.queue), "countryCode", xsiCountry)
			w.text("numCallsInQueue", itoa(h.inQueue))
			w.text("waitTime", itoa(int(h.waited.Seconds())))
			f.party(w, "callingPartyInfo", h.far)
		})
	}
	w.flag("recorded", h.recording != recordingOff)
	w.text("recordingState", string(h.recording))
}

// writeConference writes a Conference.
func (f *xsiFront) writeConference(w *xsiWriter, u *xsiUser, x *xsiConference, halves []*xsiHalf) {
	w.text("state", x.state)
	w.flag("muted", x.muted)
	if len(halves) > 0 {
		w.within("conferenceParticipantList", func() {
			for _, h := range halves {
				w.within("conferenceParticipant", func() { w.text("callId", h.id) })
			}
		})
	}
}

// writeEntry writes a queue's or route point's entry.
func (f *xsiFront) writeEntry(w *xsiWriter, u *xsiUser, e *xsiEntry) {
	w.within("queueEntry", func() {
		w.text("callId", e.id)
		w.text("extTrackingId", e.tracking)
		f.party(w, "remoteParty", e.far)
		w.moment("addTime", e.added)
		w.moment("removeTime", e.removed)
		w.flag("bounced", e.bounced)
		if u.device.kind == routePoint {
			w.text("routePointName", "Route Point "+u.device.id)
			w.text("routePointNumber", xsiNumber(u.device.id), "countryCode", xsiCountry)
		} else {
			w.text("acdName", "Queue "+u.device.id)
			w.text("acdNumber", xsiNumber(u.device.id), "countryCode", xsiCountry)
			w.text("acdPriority", "0-Highest")
			w.moment("addTimeInPriorityBucket", e.added)
		}
		if e.agent != nil {
			w.text("answeringUserId", f.userID(e.agent.device.id))
			w.text("answeringCallId", e.agentCall)
		}
	})
}
