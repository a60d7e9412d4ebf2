package switchsim

import "slices"

// merge makes one call of the two calls that meet at device: primary is the held one, secondary the active one. The
// device stays in a conference and leaves in a transfer. It returns the call that lives on.
func (m *model) merge(primary, secondary *call, device string, stays bool) *call {
	keep, gone := primary, secondary
	if m.opt.MergeID == MergeSecondary || m.opt.MergeID == MergeAlternate && primary.id%2 == 1 {
		keep, gone = secondary, primary
	}
	ev := event{
		kind: evTransferred, cause: "transfer", device: device, to: secondary.far(device),
		conn: connRef{primary.id, device}, secondary: connRef{secondary.id, device},
		retired: gone.id, oldLinkage: gone.linkage,
	}
	if stays {
		ev.kind, ev.cause = evConferenced, "conference"
	}
	m.mergeData(keep, primary, secondary, device)
	moving := slices.Clone(gone.conns)
	m.leave(keep, device)
	for _, k := range moving {
		m.leave(gone, k.device)
	}
	for _, k := range keep.conns {
		ev.list = append(ev.list, merged{new: connRef{keep.id, k.device}, state: k.state})
	}
	for _, k := range moving {
		if k.device != device {
			m.join(keep, k.device, k.state)
			ev.list = append(ev.list, merged{connRef{keep.id, k.device}, connRef{gone.id, k.device}, k.state})
		}
	}
	if stays {
		m.join(keep, device, Connected)
		ev.list = append(ev.list, merged{connRef{keep.id, device}, connRef{gone.id, device}, Connected})
	}
	m.tell(keep, ev, device)
	gone.version = m.seq
	m.endMerged(gone, keep, string(ev.kind))
	for _, k := range moving {
		m.goesOn(keep, k.device)
	}
	if !stays {
		m.agentLeft(device)
	}
	gone.next.stop()
	keep.purpose = nil
	if stays {
		keep.controller = device
	}
	m.talks(keep)
	return keep
}

// mergeData gives the surviving call the data of both; the primary call's wins.
func (m *model) mergeData(keep, primary, secondary *call, device string) {
	pick := func(a, b []byte) []byte {
		if a != nil {
			return a
		}
		return b
	}
	keep.correlator = pick(primary.correlator, secondary.correlator)
	keep.user = pick(primary.user, secondary.user)
	if keep.account = primary.account; keep.account == "" {
		keep.account = secondary.account
	}
	calling, called := primary.calling, secondary.called
	if calling == device {
		calling = primary.far(device)
	}
	keep.calling, keep.called = calling, called
	keep.lastRedirection = device
	keep.script = primary.script || secondary.script
	if keep.acdQueue == "" {
		keep.acdQueue = primary.acdQueue
	}
}

// goesOn starts again what was under way at a device whose connection moved to another call.
func (m *model) goesOn(c *call, device string) {
	d := m.device(device)
	switch state := c.state(device); {
	case state == Alerting:
		m.rings(c, device)
	case state == Queued && d.kind == acdQueue:
		m.waits(c, device)
		m.kick(device)
	case state == Queued && d.kind == routePoint && !m.route(c, d):
		m.after(m.draw(distributionTime), func() { m.routeDefault(c, device) })
	}
}

func (m *model) endMerged(gone, keep *call, reason string) {
	gone.over, gone.endReason = true, reason
	delete(m.calls, gone.id)
	m.counts.Ended++
	m.ended.add(EndedCall{ID: gone.id.String(), Linkage: gone.linkage, Seq: m.seq, Reason: reason, Into: keep.id.String()})
}

// transferTo moves a device's part of a call to another device without a consultation (single step transfer).
func (m *model) transferTo(c *call, device, to string) {
	ev := event{kind: evTransferred, cause: "singleStepTransfer", device: device, to: to}
	c.lastRedirection = device
	if c.calling == device {
		c.calling = c.far(device)
	}
	c.called = to
	m.leave(c, device)
	for _, k := range c.conns {
		ev.list = append(ev.list, merged{new: connRef{c.id, k.device}, state: k.state})
	}
	m.tell(c, ev, device)
	m.agentLeft(device)
	m.place(c, to, "singleStepTransfer")
}

// joinCall adds a device to a call without a consultation (single step conference).
func (m *model) joinCall(c *call, device, joining string) {
	c.controller = device
	ev := event{kind: evConferenced, cause: "singleStepConference", device: device, to: joining, conn: connRef{c.id, device}}
	m.join(c, joining, Connected)
	for _, k := range c.conns {
		ev.list = append(ev.list, merged{new: connRef{c.id, k.device}, state: k.state})
	}
	m.tell(c, ev)
}
