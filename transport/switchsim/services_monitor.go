package switchsim

import "strconv"

func serveMonitorStart(a *association, n *node, r *Request) (answer, *cstaError) {
	if len(a.monitors) >= a.s.opt.MaxMonitors {
		return nil, noResource("overallMonitorLimitExceeded")
	}
	m := &monitor{}
	m.setFilter(readFilter(n.get("requestedMonitorFilter")), a.s.opt.InvertFilter)
	var c *call
	kind := n.value("monitorType")
	switch object := n.get("monitorObject"); object.only() {
	case "deviceObject":
		m.device = object.value("deviceObject")
		if a.s.model.devices[m.device] == nil {
			return nil, operation("invalidMonitorObject")
		}
		m.callType = kind == "call"
	default:
		if kind == "device" {
			return nil, operation("invalidMonitorType")
		}
		var err *cstaError
		if c, err = a.call(object.get("callObject")); err != nil {
			return nil, operation("invalidMonitorObject")
		}
		m.callType = true
	}
	m.ref = strconv.Itoa(a.nextRef())
	r.Made = m.ref
	a.addMonitor(m, c)
	if m.callType && m.device != "" {
		for _, c := range a.s.model.callsAt(m.device) {
			a.follow(m, c.id)
		}
	}
	return func(w *writer) {
		w.root("MonitorStartResponse")
		w.text("monitorCrossRefID", m.ref)
		if len(m.filter) > 0 {
			writeFilter(w, "actualMonitorFilter", m.filter)
		}
		w.boolean("monitorExistingCalls", true)
		w.close("MonitorStartResponse")
	}, nil
}

func serveMonitorStop(a *association, n *node, _ *Request) (answer, *cstaError) {
	m := a.monitors[n.value("monitorCrossRefID")]
	if m == nil {
		return nil, operation("invalidMonitorCrossRefID")
	}
	a.removeMonitor(m)
	return done("MonitorStopResponse"), nil
}

func serveChangeMonitorFilter(a *association, n *node, _ *Request) (answer, *cstaError) {
	m := a.monitors[n.value("monitorCrossRefID")]
	if m == nil {
		return nil, operation("invalidMonitorCrossRefID")
	}
	m.setFilter(readFilter(n.get("requestedFilterList")), a.s.opt.InvertFilter)
	filter := m.filter
	return func(w *writer) {
		w.root("ChangeMonitorFilterResponse")
		if len(filter) > 0 {
			writeFilter(w, "actualFilterList", filter)
		}
		w.close("ChangeMonitorFilterResponse")
	}, nil
}

// stopMonitor ends a monitor from the switch's side.
func (a *association) stopMonitor(m *monitor) {
	a.removeMonitor(m)
	w := newWriter(a.edition)
	w.root("MonitorStop")
	w.text("monitorCrossRefID", m.ref)
	w.close("MonitorStop")
	a.request(firstOwnID, "MonitorStop", w.b)
}
