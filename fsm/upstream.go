package fsm

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// upstreamUp tells whether the switch sends us the device's events.
func (t *txn) upstreamUp(d *Device) bool {
	s, ok := t.switches.get(d.Switch)
	return ok && s.Epoch != 0 && d.MonitoredEpoch == s.Epoch
}

// verified tells whether a snapshot settled the device in this epoch.
func (t *txn) verified(d *Device) bool {
	s, ok := t.switches.get(d.Switch)
	return ok && s.Epoch != 0 && d.VerifiedEpoch == s.Epoch
}

// watch counts one more client that wants a device watched. A device that isn't
// known comes with it; one that the switch refused is tried again.
func (t *txn) watch(sw, id string, kind fsmpb.DeviceKind) *Device {
	d, ok := t.devices.get(deviceKey(sw, id))
	if ok {
		d = proto.CloneOf(d)
	} else {
		d = &Device{Switch: sw, Id: id, Kind: kind, Calls: t.callsWith(sw, id)}
	}
	d.Monitors++
	d.Refused, d.RefusedEpoch, d.ReleaseMs = false, 0, 0
	t.clearDeadline(fsmpb.DeadlineKind_MONITOR_RELEASE, deviceKey(sw, id))
	t.putDevice(d)
	return d
}

// unwatch counts one client less. The upstream monitor outlives the last one by
// the release time.
func (t *txn) unwatch(sw, id string) {
	d, ok := t.devices.get(deviceKey(sw, id))
	if !ok || d.Monitors == 0 {
		return
	}
	d = proto.CloneOf(d)
	d.Monitors--
	if d.Monitors == 0 && t.upstreamUp(d) {
		d.ReleaseMs = t.timeMS + t.settings.MonitorReleaseMs
		t.setDeadline(fsmpb.DeadlineKind_MONITOR_RELEASE, deviceKey(sw, id), d.ReleaseMs)
	}
	t.putDevice(d)
	t.letGo(sw, id)
}

// releaseMonitor lets go of an upstream monitor whose release time is over: the
// device is then listed as unwatched until the link says that it is down.
func (t *txn) releaseMonitor(key string) {
	d, ok := t.devices.get(key)
	if !ok {
		return
	}
	d = proto.CloneOf(d)
	d.ReleaseMs = 0
	t.putDevice(d)
	t.letGo(d.Switch, d.Id)
}

// letGo ends what only the watching of a device kept alive, if it is over.
func (t *txn) letGo(sw, id string) {
	t.endUnobserved(sw, id)
	if d, ok := t.devices.get(deviceKey(sw, id)); ok {
		t.reapDevice(d)
	}
}

// upstreamMonitor takes in what became of the link's monitor on a device.
func (t *txn) upstreamMonitor(l *Link, m *fsmpb.UpstreamMonitor) {
	sw, ok := t.switches.get(l.Switch)
	id := t.DeviceID(l.Switch, m.Device)
	if !ok || sw.Epoch == 0 || sw.Epoch != l.Epoch || !goodName(id) {
		return
	}
	d, known := t.devices.get(deviceKey(l.Switch, id))
	switch {
	case known:
		d = proto.CloneOf(d)
	case m.Up: // its clients went while it was being started: known again until it is released
		d = &Device{Switch: l.Switch, Id: id, Calls: t.callsWith(l.Switch, id)}
	default:
		return
	}
	if m.Up {
		d.MonitoredEpoch = sw.Epoch
		d.Refused, d.RefusedEpoch = false, 0
		t.putDevice(d)
		for _, w := range t.pendingOn(d) {
			t.monitorUp(w, t.verified(d))
		}
		return
	}
	d.MonitoredEpoch, d.VerifiedEpoch = 0, 0
	d.ReleaseMs = 0
	t.clearDeadline(fsmpb.DeadlineKind_MONITOR_RELEASE, deviceKey(d.Switch, d.Id))
	refused := m.Category != "" && !m.Ended
	if refused {
		d.Refused, d.RefusedEpoch = true, sw.Epoch
	}
	t.putDevice(d)
	if refused {
		t.refusePending(d, m.Category, m.Value)
	}
	t.letGo(d.Switch, d.Id)
}

// refusePending passes the switch's refusal on to the clients that wait.
func (t *txn) refusePending(d *Device, category, value string) {
	for _, w := range t.pendingOn(d) {
		if s, ok := t.sessions.get(w.Session); ok {
			t.fail(asker{session: s, ordinal: w.Ordinal, invoke: w.Invoke}, category, value)
		}
		t.endMonitor(w)
	}
}

// pendingOn lists the monitors that wait for the device's upstream monitor.
func (t *txn) pendingOn(d *Device) (ms []*Monitor) {
	for m := range t.watching(d.Switch, d.Id) {
		if m.Pending {
			ms = append(ms, m)
		}
	}
	return ms
}
