package switchsim

import (
	"strconv"
)

func serveSnapshotDevice(a *association, n *node, _ *Request) (answer, *cstaError) {
	device := n.value("snapshotObject")
	if a.s.model.devices[device] == nil {
		return nil, errDevice
	}
	e := a.encoder()
	var infos []func(w *writer)
	for _, c := range a.s.model.callsAt(device) {
		states := []State{c.state(device)}
		for _, k := range c.conns {
			if k.device != device {
				states = append(states, k.state)
			}
		}
		id, far, linkage := c.id, c.far(device), c.linkage
		infos = append(infos, func(w *writer) {
			w.within("snapshotDeviceResponseInfo", func() {
				e.connection(w, "connectionIdentifier", connRef{id, device})
				w.subject("endpointDevice", far)
				w.within("localCallState", func() {
					w.within("compoundCallState", func() {
						for _, s := range states {
							w.text("localConnectionState", string(s))
						}
					})
				})
				if e.linkage {
					w.linkage("callLinkageData", linkage)
				}
			})
		})
	}
	return a.snapshot("SnapshotDevice", infos, nil), nil
}

func serveSnapshotCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	c, err := a.call(n.get("snapshotObject"))
	if err != nil {
		return nil, err
	}
	e := a.encoder()
	var infos []func(w *writer)
	for _, k := range c.conns {
		ref, state := connRef{c.id, k.device}, k.state
		infos = append(infos, func(w *writer) {
			w.within("snapshotCallResponseInfo", func() {
				w.subject("deviceOnCall", ref.device)
				e.connection(w, "callIdentifier", ref)
				w.text("localConnectionInfo", string(state))
			})
		})
	}
	calling, called, correlator, linkage := c.calling, c.called, c.correlator, c.linkage
	return a.snapshot("SnapshotCall", infos, func(w *writer) {
		w.subject("callingDevice", calling)
		w.subject("calledDevice", called)
		w.data("correlatorData", correlator)
		if e.linkage {
			w.linkage("callLinkageData", linkage)
		}
	}), nil
}

// snapshot answers with the whole snapshot, or with a reference and then segments if it is long. What it says is what
// was so when the request was executed.
func (a *association) snapshot(service string, infos []func(w *writer), tail func(w *writer)) answer {
	long := len(infos) > a.s.opt.SegmentItems
	ref := ""
	if long {
		ref = strconv.Itoa(a.nextRef())
	}
	return func(w *writer) {
		w.root(service + "Response")
		w.within("crossRefIDorSnapshotData", func() {
			if long {
				w.text("serviceCrossRefID", ref)
				return
			}
			w.within("snapshotData", func() {
				for _, info := range infos {
					info(w)
				}
			})
		})
		if tail != nil {
			tail(w)
		}
		w.close(service + "Response")
		if long {
			a.s.after(0, func() { a.segments(service, ref, infos, 1) })
		}
	}
}

// segments sends the rest of a long snapshot, one piece after the other.
func (a *association) segments(service, ref string, infos []func(w *writer), number int) {
	for !a.ended {
		n := min(a.s.opt.SegmentItems, len(infos))
		last := n == len(infos)
		w := newWriter(a.edition)
		w.root(service + "Data")
		w.text("serviceCrossRefID", ref)
		w.number("segmentID", number)
		w.boolean("lastSegment", last)
		w.within("snapshotData", func() {
			for _, info := range infos[:n] {
				info(w)
			}
		})
		w.close(service + "Data")
		a.tellOneWay(service+"Data", w.b)
		if last {
			return
		}
		infos, number = infos[n:], number+1
		if gap := a.s.opt.SegmentGap; gap > 0 {
			rest, next := infos, number
			a.s.after(gap, func() { a.segments(service, ref, rest, next) })
			return
		}
	}
}
