package cstaserver

import (
	"slices"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// monitor is one of the client's monitors, as it was at the position that the
// session has come to.
type monitor struct {
	xref   uint64
	id     string // monitorCrossRefID
	device string // empty: it monitors a call
	typ    fsmpb.MonitorType
	filter uint64
	object string // as GetMonitors tells it
}

func newMonitor(m *fsmpb.Monitor) *monitor {
	object := m.Device
	if object == "" {
		object = decimal(m.Call)
	}
	return &monitor{xref: m.Xref, id: decimal(m.Xref), device: m.Device, typ: m.Type, filter: m.Filter, object: object}
}

func (m *monitor) passes(t fsmpb.EventType) bool { return m.filter&(1<<t) != 0 }

// hearer is a monitor that hears an event, and its own device's state.
type hearer struct {
	m     *monitor
	state fsmpb.ConnectionState
}

// monitors is the session's table of monitors.
type monitors struct {
	hearing  []hearer // of the last call of hearers
	byXref   map[uint64]*monitor
	byDevice map[string][]*monitor // device-type ones, by cross reference ID
}

func newMonitors() monitors {
	return monitors{byXref: make(map[uint64]*monitor), byDevice: make(map[string][]*monitor)}
}

func (t *monitors) put(m *monitor) {
	t.drop(m.xref)
	t.byXref[m.xref] = m
	if m.device != "" {
		list := append(t.byDevice[m.device], m)
		slices.SortFunc(list, func(a, b *monitor) int { return int(int64(a.xref) - int64(b.xref)) })
		t.byDevice[m.device] = list
	}
}

func (t *monitors) drop(xref uint64) bool {
	m, ok := t.byXref[xref]
	if !ok {
		return false
	}
	delete(t.byXref, xref)
	if m.device != "" {
		list := slices.DeleteFunc(t.byDevice[m.device], func(o *monitor) bool { return o == m })
		if len(list) == 0 {
			delete(t.byDevice, m.device)
		} else {
			t.byDevice[m.device] = list
		}
	}
	return true
}

// sorted gives the monitors by cross reference ID.
func (t *monitors) sorted() []*monitor {
	out := make([]*monitor, 0, len(t.byXref))
	for _, m := range t.byXref {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b *monitor) int { return int(int64(a.xref) - int64(b.xref)) })
	return out
}

// hearers gives the type of a record's event and the monitors that are to hear
// it, whatever their filter: device-type ones by device, call-type ones by
// call. The slice is valid until the next call.
func (t *monitors) hearers(r *fsm.Record) (fsmpb.EventType, []hearer) {
	t.hearing = t.hearing[:0]
	if len(t.byXref) == 0 {
		return 0, nil
	}
	device := func(id string, state fsmpb.ConnectionState) {
		for _, m := range t.byDevice[id] {
			if m.typ == fsmpb.MonitorType_DEVICE_TYPE {
				t.hearing = append(t.hearing, hearer{m, state})
			}
		}
	}
	const none = fsmpb.ConnectionState_STATE_UNKNOWN
	switch k := r.Kind.(type) {
	case *fsmpb.Record_Call:
		for _, h := range k.Call.Heard {
			device(h.Device, h.State)
		}
		for _, xref := range k.Call.Followers {
			if m, ok := t.byXref[xref]; ok && m.typ == fsmpb.MonitorType_CALL_TYPE {
				t.hearing = append(t.hearing, hearer{m, ownState(k.Call, m.device)})
			}
		}
		return k.Call.Type, t.hearing
	case *fsmpb.Record_Agent:
		device(k.Agent.Device, none)
		return k.Agent.Type, t.hearing
	case *fsmpb.Record_Feature:
		device(k.Feature.Device, none)
		return k.Feature.Type, t.hearing
	case *fsmpb.Record_Private:
		device(k.Private.Via, none)
		return fsmpb.EventType_PRIVATE_EVENT, t.hearing
	}
	return 0, nil
}

// ownState is the state of a call-type monitor's device in the call; unknown if
// it monitors a call or the device has no part in it.
func ownState(c *fsmpb.CallChange, device string) fsmpb.ConnectionState {
	for _, h := range c.Heard {
		if device != "" && h.Device == device {
			return h.State
		}
	}
	return fsmpb.ConnectionState_STATE_UNKNOWN
}
