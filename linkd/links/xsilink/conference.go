package xsilink

import (
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// BroadWorks tells of a conference to its controller alone, and leaves the others
// under the tracking IDs that their calls had. Here it is one call: the state machine
// knows it by all of them.

// conferenceFacts maps an event about the conference that a device controls.
func (c *Conn) conferenceFacts(device string, e *xsi.ConferenceEvent) []*fsmpb.Fact {
	v := c.view(device)
	m := &mapping{c: c, device: device, v: v}
	switch e.Type {
	case xsi.ConferenceStarted, xsi.ConferenceUpdated:
		m.joined(members(&e.Conference))
	case xsi.ConferenceWasHeld, xsi.ConferenceRetrieved:
		held := e.Type == xsi.ConferenceWasHeld
		if v.conference == nil {
			v.conference = &conference{members: members(&e.Conference)}
		}
		v.conference.held = held
		for _, id := range v.conference.members {
			if h := v.halves[id]; h != nil {
				m.h = h
				e := m.add(map[bool]fsmpb.EventType{true: fsmpb.EventType_HELD, false: fsmpb.EventType_RETRIEVED}[held], device)
				e.Local = map[bool]fsmpb.ConnectionState{true: fsmpb.ConnectionState_HOLD, false: fsmpb.ConnectionState_CONNECTED}[held]
				break
			}
		}
	case xsi.ConferenceReleased:
		v.conference = nil // the ends of its halves are told one by one
	}
	return m.facts
}

func members(x *xsi.Conference) []string {
	var ids []string
	for _, p := range x.Participants {
		ids = append(ids, p.CallID)
	}
	return ids
}

// joined tells of the halves that came into the conference.
func (m *mapping) joined(ids []string) {
	was := m.v.conference
	m.v.conference = &conference{members: ids}
	var in []*half
	for _, id := range ids {
		if h := m.v.halves[id]; h != nil {
			in = append(in, h)
		}
	}
	// Who was in it before comes first, then whose call is older.
	slices.SortStableFunc(in, func(a, b *half) int {
		switch x, y := was.has(a.id), was.has(b.id); {
		case x && !y:
			return -1
		case y && !x:
			return 1
		}
		return slices.Index(m.v.order, a.id) - slices.Index(m.v.order, b.id)
	})
	m.v.conference.members = nil
	for _, h := range in {
		m.v.conference.members = append(m.v.conference.members, h.id)
	}
	for i, h := range in {
		if i > 0 && !was.has(h.id) {
			m.confer(in[:i], h)
		}
	}
}

// confer tells that a half was joined to others that are one call already.
func (m *mapping) confer(before []*half, h *half) {
	m.h = before[0]
	call := m.h.tracking
	e := m.add(fsmpb.EventType_CONFERENCED, m.device)
	e.Cause, e.Local = "conference", fsmpb.ConnectionState_CONNECTED
	e.SecondaryOld = &fsmpb.SwitchConn{Call: h.tracking, Device: m.device}
	e.Other = named(h.far)
	e.Connections = []*fsmpb.ListItem{item(call, call, m.device)}
	for _, b := range before {
		e.Connections = append(e.Connections, m.c.farItem(b, call, b.tracking))
	}
	e.Connections = append(e.Connections, m.c.farItem(h, call, h.tracking))
}
