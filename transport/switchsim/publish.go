package switchsim

import "slices"

// flush hands the model's new events to the associations, in their order.
func (s *Switch) flush() {
	for len(s.model.out) > 0 {
		out := s.model.out
		s.model.out = nil
		for _, ev := range out {
			if d := ev.request; d != nil {
				d.a.askRoute(d)
				continue
			}
			if s.xsi != nil {
				s.xsi.hear(ev)
			}
			for _, l := range s.links {
				for _, a := range slices.Clone(l.associations) {
					a.hear(ev)
				}
			}
		}
	}
}

// hear sends an event on each monitor of the association that is due a copy.
func (a *association) hear(ev *event) {
	if len(a.monitors) == 0 {
		return
	}
	for _, l := range ev.locals {
		for _, m := range a.byDevice[l.device] {
			if m.callType {
				if ev.conn.call != 0 {
					a.follow(m, ev.conn.call)
				}
				continue
			}
			a.sendEvent(m, ev, l.state)
		}
	}
	if ev.conn.call == 0 || len(a.byCall) == 0 {
		return
	}
	a.hearCall(ev)
}

// hearCall sends an event to the call-type monitors that follow its call, and lets them follow that through a merger.
func (a *association) hearCall(ev *event) {
	id := ev.conn.call
	if ev.retired != 0 {
		id = ev.list[0].new.call
		for _, m := range a.byCall[ev.retired] {
			a.follow(m, id)
		}
		delete(a.byCall, ev.retired)
	}
	followers := slices.Clone(a.byCall[id])
	for _, m := range followers {
		a.sendEvent(m, ev, "")
	}
	if ev.kind != evCallCleared {
		return
	}
	delete(a.byCall, id)
	for _, m := range followers {
		if m.device == "" {
			a.removeMonitor(m)
		}
	}
}

func (a *association) sendEvent(m *monitor, ev *event, state State) {
	if m.filtered[ev.kind] || a.ended {
		return
	}
	if a.s.faults.loses(a.link) || a.blind || a.s.faults.silent(a.link) {
		a.s.model.counts.Lost++
		a.lost++
		return
	}
	a.s.model.counts.Sent++
	a.send(eventInvokeID, a.encoder().event(m.ref, ev, state))
}
