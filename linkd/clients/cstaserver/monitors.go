package cstaserver

import (
	"slices"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// monitor is one of the client's monitors, as it was at the position that the
// session has come to.
type monitor struct {
	xref   uint64
	id     string // monitorCrossRefID
	device string // empty: it monitors a call
	typ    fsmpb.MonitorType
	filter uint64
	object string          // as GetMonitors tells it
	wrote  csta.FilterBits // bits of the client's own filter that are true
	known  bool            // false: it ended meanwhile, and its filter isn't known any more
	since  fsm.Position
}

func newMonitor(m *fsmpb.Monitor) *monitor {
	object := m.Device
	if object == "" {
		object = decimal(m.Call)
	}
	return &monitor{
		xref: m.Xref, id: decimal(m.Xref), device: m.Device, typ: m.Type, filter: m.Filter, object: object,
		wrote: csta.FilterBits(m.RawFilter), known: true, since: fsm.PositionOf(m.Started),
	}
}

func (m *monitor) passes(t fsmpb.EventType) bool { return m.filter&(1<<t) != 0 }

// monitors is the session's table of monitors.
type monitors struct {
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
