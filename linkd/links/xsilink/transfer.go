package xsilink

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// redirectedFacts maps an event about the calls that a redirection took away from a
// device: all of them at once.
func (c *Conn) redirectedFacts(device string, e *xsi.CallsRedirected) []*fsmpb.Fact {
	v := c.view(device)
	before := make(map[string]xsi.CallState)
	m := &mapping{c: c, device: device, v: v}
	var halves []*half
	for i := range e.Calls {
		was, h := v.note(c, &e.Calls[i])
		if was != nil {
			before[h.id] = was.state
		}
		halves = append(halves, h)
	}
	// The held one is the call that was there first.
	if len(halves) == 2 && before[halves[1].id] == xsi.CallHeld && before[halves[0].id] != xsi.CallHeld {
		halves[0], halves[1] = halves[1], halves[0]
		e.Calls[0], e.Calls[1] = e.Calls[1], e.Calls[0]
	}
	m.redirected(halves, e.Calls)
	return m.facts
}

// redirected: the user sent calls on: transferred them, or let them go elsewhere
// before answering.
func (m *mapping) redirected(halves []*half, calls []xsi.Call) {
	if len(halves) == 0 {
		return
	}
	reason, to := xsi.RedirectUnknown, ""
	for i := range calls {
		if r := calls[i].Redirect; r != nil {
			reason, to = r.Reason, number(r.Address)
		}
	}
	for _, h := range halves {
		h.detached = true
	}
	if reason == xsi.RedirectTransfer || len(halves) == 2 {
		m.transfer(halves, to)
	} else {
		for i, h := range halves {
			m.h, m.call = h, &calls[i]
			e := m.add(fsmpb.EventType_DIVERTED, m.device)
			e.NewDestination, e.Cause = named(to), redirectCause(reason)
			e.Local = fsmpb.ConnectionState_NULL
		}
	}
	m.v.conference = nil
}

// transfer tells that the user joined the other ends of two calls, or sent one on.
// The call goes on under the first one's name, until the others' events say better.
func (m *mapping) transfer(halves []*half, to string) {
	first := halves[0]
	m.h = first
	e := m.add(fsmpb.EventType_TRANSFERRED, m.device)
	e.Local = fsmpb.ConnectionState_NULL
	e.Cause = "singleStepTransfer"
	e.Other = named(to)
	e.Connections = []*fsmpb.ListItem{m.other(first, halves)}
	if len(halves) < 2 {
		return
	}
	second := halves[1]
	e.Cause = "transfer"
	e.SecondaryOld = &fsmpb.SwitchConn{Call: second.tracking, Device: m.device}
	e.Other = named(second.far)
	e.Connections = append(e.Connections, m.other(second, halves))
}

// other lists the far end of a call that is transferred.
func (m *mapping) other(h *half, halves []*half) *fsmpb.ListItem {
	return m.c.farItem(h, halves[0].tracking, h.tracking)
}

// farItem lists the far end of a half, which goes on in a call. Who is watched and has
// no part there has left, or its own events are yet to come.
func (c *Conn) farItem(h *half, now, before string) *fsmpb.ListItem {
	i := item(now, before, h.far)
	switch there, known := c.hasPart(h.far, now, before); {
	case there:
	case known:
		i.HasState, i.State = true, fsmpb.ConnectionState_NULL
	default:
		i.HasState, i.State = true, fsmpb.ConnectionState_STATE_UNKNOWN
	}
	return i
}

// item lists one party of a call that goes on.
func item(now, before, device string) *fsmpb.ListItem {
	return &fsmpb.ListItem{
		NewConnection: &fsmpb.SwitchConn{Call: now, Device: device}, OldConnection: &fsmpb.SwitchConn{Call: before, Device: device},
		Endpoint: named(device),
	}
}

// transferred: the other end of this user's call transferred it, which is told by that
// one's own event if it is watched.
func (m *mapping) transferred() {
	if m.was == nil || m.was.far == "" || m.was.far == m.h.far || m.c.tells(m.was.far) {
		m.renamed()
		return
	}
	by := m.was.far
	e := m.add(fsmpb.EventType_TRANSFERRED, by)
	e.Subject.Call = m.was.tracking
	e.Other = named(m.h.far)
	e.Cause = "transfer"
	e.Connections = []*fsmpb.ListItem{item(m.h.tracking, m.was.tracking, m.device)}
	if m.h.state == xsi.CallAlerting {
		e.Cause = "singleStepTransfer" // whom it goes to is yet to answer
		return
	}
	e.Connections = append(e.Connections, &fsmpb.ListItem{
		NewConnection: &fsmpb.SwitchConn{Call: m.h.tracking, Device: m.h.far}, Endpoint: named(m.h.far),
	})
}
