package switchsim

import (
	"maps"
	"slices"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// tellCall tells a user of one of their halves.
func (f *xsiFront) tellCall(u *xsiUser, kind string, h *xsiHalf) {
	f.tell(u, kind, func(w *xsiWriter) { w.within("call", func() { f.writeHalf(w, u, h) }) })
}

// tellRedirected tells a user of the halves that a redirection takes away, and of their end.
func (f *xsiFront) tellRedirected(u *xsiUser, halves []*xsiHalf) {
	f.tell(u, "CallRedirectedEvent", func(w *xsiWriter) {
		w.within("calls", func() {
			for _, h := range halves {
				w.within("call", func() { f.writeHalf(w, u, h) })
			}
		})
	})
	for _, h := range halves {
		h.state, h.released = xsiReleased, h.detached
		f.tellCall(u, "CallReleasedEvent", h)
		u.drop(h)
	}
	f.tellHook(u)
}

// tellConference tells the controller how the conference is.
func (f *xsiFront) tellConference(u *xsiUser, kind string) {
	x := u.conference
	halves := u.in(x.call)
	f.tell(u, kind, func(w *xsiWriter) {
		w.within("conference", func() { f.writeConference(w, u, x, halves) })
	})
}

// tellHook tells whether the user's phone is off the hook, if that has changed.
func (f *xsiFront) tellHook(u *xsiUser) {
	if off := u.busyPhone(); off != u.offHook {
		u.offHook = off
		f.tell(u, "HookStatusEvent", func(w *xsiWriter) { w.text("hookStatus", u.hook()) })
	}
}

func (u *xsiUser) hook() string {
	if u.offHook {
		return "Off-Hook"
	}
	return "On-Hook"
}

// tellEntry tells of a call in a queue or at a route point; more follows the entry.
func (f *xsiFront) tellEntry(u *xsiUser, kind string, e *xsiEntry, more func(w *xsiWriter)) {
	f.tell(u, kind, func(w *xsiWriter) {
		f.writeEntry(w, u, e)
		if more != nil {
			more(w)
		}
	})
}

// snapshot writes all that a user has, as the …SubscriptionEvents do.
func (f *xsiFront) snapshot(w *xsiWriter, u *xsiUser) {
	if u.device.kind != station {
		if len(u.entries) == 0 {
			return
		}
		w.within("queueEntries", func() {
			for _, e := range u.entries {
				f.writeEntry(w, u, e)
			}
		})
		return
	}
	halves := u.shown()
	if len(halves) > 0 {
		w.within("calls", func() {
			for _, h := range halves {
				w.within("call", func() { f.writeHalf(w, u, h) })
			}
		})
	}
	if x := u.conference; x != nil {
		w.within("conference", func() { f.writeConference(w, u, x, u.in(x.call)) })
	}
	w.text("hookStatus", u.hook())
}

// shown are the user's halves that anybody is told of.
func (u *xsiUser) shown() []*xsiHalf {
	var all []*xsiHalf
	for _, h := range u.halves {
		if h.visible() {
			all = append(all, h)
		}
	}
	return all
}

// agentSnapshot writes an AgentSubscriptionEvent.
func (f *xsiFront) agentSnapshot(w *xsiWriter, u *xsiUser) {
	w.within("joinData", func() {
		if len(u.groups) == 0 {
			return
		}
		w.within("joinInfos", func() {
			for _, q := range slices.Sorted(maps.Keys(u.groups)) {
				w.within("joinInfo", func() {
					w.text("acdUserId", f.userID(q))
					w.flag("joined", true)
				})
			}
		})
	})
	if u.agent != "" {
		w.within("stateInfo", func() { f.writeAgent(w, u) })
	}
}

func (f *xsiFront) writeAgent(w *xsiWriter, u *xsiUser) {
	w.text("state", u.agent)
	w.within("stateTimestamp", func() { w.moment("value", u.agentSince) })
}
