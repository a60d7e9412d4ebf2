package fsm

import (
	"fmt"
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// The put and drop functions are the only writers of the tables: they keep what
// is worked out from them in step.

func (t *txn) putCall(c *Call) {
	if old, ok := t.calls.get(c.Id); ok {
		t.unname(old)
	}
	c.Version, c.ChangedMs = t.index, t.timeMS
	t.calls.put(c.Id, c)
	t.name(c.Id, c.Names)
}

func (t *txn) dropCall(id uint64) {
	if old, ok := t.calls.get(id); ok {
		t.unname(old)
		t.calls.delete(id)
	}
}

func (t *txn) putTombstone(b *Tombstone) {
	t.tombstones.put(b.Call, b)
	for _, n := range b.Names {
		if _, taken := t.names.get(nameKey(n.Link, n.Call)); !taken {
			t.names.put(nameKey(n.Link, n.Call), b.Call)
		}
	}
	t.setDeadline(fsmpb.DeadlineKind_TOMBSTONE, strconv.FormatUint(b.Call, 10), b.DueMs)
}

func (t *txn) dropTombstone(id uint64) {
	b, ok := t.tombstones.get(id)
	if !ok {
		return
	}
	for _, n := range b.Names {
		if owner, _ := t.names.get(nameKey(n.Link, n.Call)); owner == id {
			t.names.delete(nameKey(n.Link, n.Call))
		}
	}
	t.tombstones.delete(id)
	t.clearDeadline(fsmpb.DeadlineKind_TOMBSTONE, strconv.FormatUint(id, 10))
}

func (t *txn) name(id uint64, names []*fsmpb.CallName) {
	for _, n := range names {
		t.names.put(nameKey(n.Link, n.Call), id)
	}
}

// unname takes back a call's names, but for those that lead to another call by
// now.
func (t *txn) unname(c *Call) {
	for _, n := range c.Names {
		k := nameKey(n.Link, n.Call)
		if owner, _ := t.names.get(k); owner == c.Id {
			t.names.delete(k)
		}
	}
}

func (t *txn) putDevice(d *Device) {
	k := deviceKey(d.Switch, d.Id)
	if old, ok := t.devices.get(k); ok {
		t.unalias(old)
	}
	d.Version = t.index
	t.devices.put(k, d)
	for _, a := range d.Aliases {
		t.aliases.put(deviceKey(d.Switch, a), d.Id)
	}
	t.markDevice(k, d)
}

func (t *txn) dropDevice(sw, id string) {
	k := deviceKey(sw, id)
	if old, ok := t.devices.get(k); ok {
		t.unalias(old)
		t.devices.delete(k)
		t.unwatched.delete(k)
		t.unverified.delete(k)
	}
}

func (t *txn) unalias(d *Device) {
	for _, a := range d.Aliases {
		if owner, _ := t.aliases.get(deviceKey(d.Switch, a)); owner == d.Id {
			t.aliases.delete(deviceKey(d.Switch, a))
		}
	}
}

// markDevice keeps the two lists of work to do for a device.
func (s *State) markDevice(k string, d *Device) {
	var epoch uint64
	if sw, ok := s.switches.get(d.Switch); ok {
		epoch = sw.Epoch
	}
	wanted := d.Monitors > 0
	up := epoch != 0 && d.MonitoredEpoch == epoch
	refused := epoch != 0 && d.Refused && d.RefusedEpoch == epoch
	mark := func(x *index[string, struct{}], on bool) {
		if on {
			x.put(k, struct{}{})
		} else {
			x.delete(k)
		}
	}
	mark(&s.unwatched, epoch != 0 && (wanted && !up && !refused || !wanted && up))
	mark(&s.unverified, epoch != 0 && up && d.VerifiedEpoch != epoch)
}

// markSwitch works the lists out again for each device of a switch, after its
// epoch changed.
func (t *txn) markSwitch(sw string) {
	for d := range t.Devices(sw) {
		t.markDevice(deviceKey(sw, d.Id), d)
	}
}

func (t *txn) putSession(s *Session) {
	t.sessions.put(s.Id, s)
	t.identities.put(identityKey(s.Switch, s.Identity), s.Id)
}

func (t *txn) dropSession(id uint64) {
	if s, ok := t.sessions.get(id); ok {
		if owner, _ := t.identities.get(identityKey(s.Switch, s.Identity)); owner == id {
			t.identities.delete(identityKey(s.Switch, s.Identity))
		}
		t.sessions.delete(id)
	}
}

func identityKey(sw, identity string) string { return sw + sep + identity }

func (t *txn) putMonitor(m *Monitor) {
	t.monitors.put(m.Xref, m)
	if m.Device != "" {
		t.watchers.put(watcherKey(m), struct{}{})
	}
}

func (t *txn) dropMonitor(xref uint64) {
	if m, ok := t.monitors.get(xref); ok {
		t.monitors.delete(xref)
		t.watchers.delete(watcherKey(m))
	}
}

func watcherKey(m *Monitor) string {
	return fmt.Sprintf("%s%s%s%s%020d", m.Switch, sep, m.Device, sep, m.Xref)
}

// watching yields the monitors on a device, by cross reference ID.
func (s *State) watching(sw, device string) func(func(*Monitor) bool) {
	prefix := deviceKey(sw, device) + sep
	return func(yield func(*Monitor) bool) {
		for k := range s.watchers.from(prefix) {
			if len(k) < len(prefix) || k[:len(prefix)] != prefix {
				return
			}
			xref, _ := strconv.ParseUint(k[len(prefix):], 10, 64)
			if m, ok := s.monitors.get(xref); ok && !yield(m) {
				return
			}
		}
	}
}

// setDeadline sets or moves a deadline.
func (t *txn) setDeadline(kind fsmpb.DeadlineKind, key string, dueMS int64) {
	t.clearDeadline(kind, key)
	d := &fsmpb.Deadline{Kind: kind, Key: key, DueMs: dueMS}
	k := deadlineKey(kind, key)
	t.deadlines.put(k, d)
	t.due.put(dueKey(d), k)
}

func (t *txn) clearDeadline(kind fsmpb.DeadlineKind, key string) {
	k := deadlineKey(kind, key)
	if d, ok := t.deadlines.get(k); ok {
		t.due.delete(dueKey(d))
		t.deadlines.delete(k)
	}
}

func deadlineKey(kind fsmpb.DeadlineKind, key string) string {
	return fmt.Sprintf("%02d%s%s", kind, sep, key)
}

func dueKey(d *fsmpb.Deadline) string {
	return fmt.Sprintf("%020d%s%s", max(d.DueMs, 0), sep, deadlineKey(d.Kind, d.Key))
}
