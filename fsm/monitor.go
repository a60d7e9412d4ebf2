package fsm

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// A client's monitor is ours; the upstream monitor of its device at the switch
// is shared by all clients and re-created in each link epoch.

// startMonitor claims an equal monitor that the client's earlier connection
// left, or makes a new one.
func (t *txn) startMonitor(a asker, c *fsmpb.StartMonitor) Result {
	sw := a.session.Switch
	m := &Monitor{
		Session: a.session.Id, Switch: sw, Type: c.Type, Filter: c.Filter, RawFilter: c.RawFilter,
		Claimed: true, Ordinal: a.ordinal, Invoke: a.invoke,
	}
	switch {
	case c.Device != "":
		m.Device = t.DeviceID(sw, c.Device)
		if !goodName(m.Device) {
			return t.fail(a, "operation", "invalidDeviceID")
		}
	case c.Call != 0:
		if call, ok := t.calls.get(c.Call); !ok || call.Switch != sw {
			return t.fail(a, "operation", "invalidCallID")
		}
		m.Call = c.Call
	default:
		return t.fail(a, "operation", "invalidMonitorObject")
	}
	if old, ok := t.unclaimed(m); ok {
		return t.claim(a, old, c.Filter)
	}
	if n, _ := t.owning.get(a.session.Id); n >= t.settings.MonitorsPerSession {
		return t.fail(a, "systemResourceAvailibility", "overallMonitorLimitExceeded")
	}
	if s, ok := t.switches.get(sw); !ok || s.Epoch == 0 || !s.LinkUp {
		return t.fail(a, "systemResourceAvailibility", "networkOutOfService")
	}
	t.counters.Xref++
	m.Xref = t.counters.Xref
	if m.Device == "" {
		t.monitorUp(m, true)
		return Result{ID: m.Xref}
	}
	d := t.watch(sw, m.Device, fsmpb.DeviceKind_STATION)
	m.Pending = !t.upstreamUp(d)
	t.putMonitor(m)
	if !m.Pending {
		t.monitorUp(m, t.verified(d))
	}
	return Result{ID: m.Xref}
}

// unclaimed finds the oldest unclaimed monitor of the session that equals m.
func (t *txn) unclaimed(m *Monitor) (*Monitor, bool) {
	equal := func(o *Monitor) bool {
		return o.Session == m.Session && !o.Claimed && !o.Pending &&
			o.Device == m.Device && o.Call == m.Call && o.Type == m.Type && o.RawFilter == m.RawFilter
	}
	if m.Device == "" {
		call, _ := t.calls.get(m.Call)
		for _, x := range call.GetFollowers() {
			if o, ok := t.monitors.get(x); ok && equal(o) {
				return o, true
			}
		}
		return nil, false
	}
	for o := range t.watching(m.Switch, m.Device) {
		if equal(o) {
			return o, true
		}
	}
	return nil, false
}

// claim gives an unclaimed monitor to the session's present attachment. The
// events of the gap follow the answer: the session replays the feed from
// resume_from up to the answer's position.
func (t *txn) claim(a asker, m *Monitor, filter uint64) Result {
	m = proto.CloneOf(m)
	m.Claimed, m.Filter = true, filter
	from := PositionOf(m.ResumeFrom)
	started := &fsmpb.MonitorStarted{Xref: m.Xref, Resumed: true, Existing: true, Monitor: m}
	if a.session.SnapshotResume {
		from = t.feed.last // the client asks for snapshots instead
	} else if from.Before(t.feed.floor) {
		from, started.GapLost = t.feed.floor, true
	}
	started.ResumeFrom = from.Proto()
	m.ResumeFrom, m.Started = from.Proto(), t.next()
	t.putMonitor(m)
	r := a.reply()
	r.Body = &fsmpb.Reply_Monitor{Monitor: started}
	t.emitReply(m.Switch, r)
	return Result{ID: m.Xref}
}

// monitorUp answers a MonitorStart. existing tells whether we know all calls
// that the object had before.
func (t *txn) monitorUp(m *Monitor, existing bool) {
	m = proto.CloneOf(m)
	m.Pending = false
	m.Started = t.next()
	m.ResumeFrom = m.Started
	t.putMonitor(m)
	if s, ok := t.sessions.get(m.Session); ok {
		r := asker{session: s, ordinal: m.Ordinal, invoke: m.Invoke}.reply()
		r.Body = &fsmpb.Reply_Monitor{Monitor: &fsmpb.MonitorStarted{Xref: m.Xref, Existing: existing, Monitor: m}}
		t.emitReply(m.Switch, r)
	}
	t.follow(m)
}

// stopMonitor ends a monitor on its client's demand.
func (t *txn) stopMonitor(a asker, xref uint64) Result {
	m, ok := t.ownMonitor(a, xref)
	if !ok {
		return t.fail(a, "operation", "invalidMonitorCrossRefID")
	}
	t.emitEnded(m, "stopped by its client", true)
	t.endMonitor(m)
	t.emitReply(m.Switch, a.reply())
	return Result{ID: xref}
}

func (t *txn) changeFilter(a asker, c *fsmpb.ChangeFilter) Result {
	m, ok := t.ownMonitor(a, c.Xref)
	if !ok {
		return t.fail(a, "operation", "invalidMonitorCrossRefID")
	}
	m = proto.CloneOf(m)
	m.Filter, m.RawFilter = c.Filter, c.RawFilter
	t.putMonitor(m)
	r := a.reply()
	r.Body = &fsmpb.Reply_Filter{Filter: &fsmpb.FilterChanged{Xref: c.Xref, Filter: c.Filter, RawFilter: c.RawFilter}}
	t.emitReply(m.Switch, r)
	return Result{ID: c.Xref}
}

// ownMonitor finds a monitor that the asking client knows of.
func (t *txn) ownMonitor(a asker, xref uint64) (*Monitor, bool) {
	m, ok := t.monitors.get(xref)
	return m, ok && m.Session == a.session.Id && !m.Pending
}

// endMonitor drops a monitor and what it held.
func (t *txn) endMonitor(m *Monitor) {
	if _, ok := t.monitors.get(m.Xref); !ok {
		return
	}
	t.dropMonitor(m.Xref)
	if m.Device != "" {
		t.unwatch(m.Switch, m.Device)
	}
}

func (t *txn) emitEnded(m *Monitor, reason string, byClient bool) {
	t.emit(&Record{Switch: m.Switch, Kind: &fsmpb.Record_MonitorEnded{MonitorEnded: &fsmpb.MonitorEnded{
		Xref: m.Xref, Session: m.Session, Reason: reason, ByClient: byClient,
	}}})
}
