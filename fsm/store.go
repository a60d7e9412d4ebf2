package fsm

import (
	"slices"
	"strconv"
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// The put and drop functions are the only writers of the tables: they keep what
// is worked out from them in step.

func (t *txn) putCall(c *Call) {
	old, ok := t.calls.get(c.Id)
	c.Version, c.ChangedMs = t.index, t.timeMS
	t.traitsOf(old, c)
	t.calls.put(c.Id, c)
	if ok && slices.EqualFunc(old.Names, c.Names, sameName) {
		return
	}
	if ok {
		t.unname(nameOfLive, c.Id, old.Names)
	}
	t.name(nameOfLive, c.Id, c.Names)
}

func sameName(a, b *fsmpb.CallName) bool { return a.Link == b.Link && a.Call == b.Call }

func (t *txn) dropCall(id uint64) {
	if old, ok := t.calls.get(id); ok {
		t.traitsOf(old, nil)
		t.calls.delete(id)
		t.unname(nameOfLive, id, old.Names)
	}
}

func (t *txn) putTombstone(b *Tombstone) {
	if old, ok := t.tombstones.get(b.Call); ok {
		t.unname(nameOfRetired, b.Call, old.Names)
	}
	t.tombstones.put(b.Call, b)
	t.name(nameOfRetired, b.Call, b.Names)
	t.setDeadline(fsmpb.DeadlineKind_TOMBSTONE, strconv.FormatUint(b.Call, 10), b.DueMs)
}

func (t *txn) dropTombstone(id uint64) {
	b, ok := t.tombstones.get(id)
	if !ok {
		return
	}
	t.tombstones.delete(id)
	t.unname(nameOfRetired, id, b.Names)
	t.clearDeadline(fsmpb.DeadlineKind_TOMBSTONE, strconv.FormatUint(id, 10))
}

// A name may have been of several calls. It leads to the live one, else to the
// newest retired one: worked out from who bears it now, so that a restored node
// finds the same call as one that saw the names come and go.
const (
	nameOfLive    = "1"
	nameOfRetired = "0"
)

func (s *State) name(kind string, id uint64, names []*fsmpb.CallName) {
	for _, n := range names {
		k, prefix := bearerKey(n, kind, id)
		s.bearers.put(k, struct{}{})
		s.resolve(prefix)
	}
}

func (s *State) unname(kind string, id uint64, names []*fsmpb.CallName) {
	for _, n := range names {
		k, prefix := bearerKey(n, kind, id)
		s.bearers.delete(k)
		s.resolve(prefix)
	}
}

// resolve lets a name lead to the best of its bearers: those whose keys have this
// prefix.
func (s *State) resolve(prefix string) {
	k := prefix[:len(prefix)-len(sep)]
	for b := range s.bearers.down(prefix + nameOfLive + ":") { // ':' sorts after the digits
		if len(b) == len(prefix)+len(nameOfLive)+idDigits && strings.HasPrefix(b, prefix) {
			id, _ := strconv.ParseUint(b[len(b)-idDigits:], 10, 64)
			if now, ok := s.names.get(k); !ok || now != id {
				s.names.put(k, id)
			}
			return
		}
		if !strings.HasPrefix(b, prefix) {
			break
		}
	}
	s.names.delete(k)
}

// bearerKey is a nameKey with the call that bears the name, and what the keys of
// all that bear it begin with.
func bearerKey(n *fsmpb.CallName, kind string, id uint64) (key, prefix string) {
	var b [96]byte
	name := append(append(append(append(b[:0], n.Link...), sep...), n.Call...), sep...)
	key = string(padded(append(name, kind...), id, idDigits))
	return key, key[:len(name)]
}

// idDigits is the length of an idKey.
const idDigits = 20

// idKey writes an ID so that texts sort as the IDs do.
func idKey(id uint64) string { return string(padded(nil, id, idDigits)) }

// padded appends a number with zeros before it, up to a width: Apply writes keys
// for each event.
func padded(b []byte, n uint64, width int) []byte {
	var digits [20]byte
	text := strconv.AppendUint(digits[:0], n, 10)
	for range width - len(text) {
		b = append(b, '0')
	}
	return append(b, text...)
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
	release := up && !wanted && d.ReleaseMs == 0 // its time is over
	mark(&s.unwatched, epoch != 0 && (wanted && !up && !refused || release))
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
	if _, ok := t.monitors.get(m.Xref); !ok {
		n, _ := t.owning.get(m.Session)
		t.owning.put(m.Session, n+1)
	}
	t.monitors.put(m.Xref, m)
	t.owned.put(ownedKey(m.Session, m.Xref), m.Xref)
	if m.Device != "" {
		t.watchers.put(watcherKey(m), struct{}{})
	}
}

func (t *txn) dropMonitor(xref uint64) {
	m, ok := t.monitors.get(xref)
	if !ok {
		return
	}
	t.monitors.delete(xref)
	t.watchers.delete(watcherKey(m))
	t.owned.delete(ownedKey(m.Session, xref))
	if n, _ := t.owning.get(m.Session); n > 1 {
		t.owning.put(m.Session, n-1)
	} else {
		t.owning.delete(m.Session)
	}
}

func watcherKey(m *Monitor) string { return deviceKey(m.Switch, m.Device) + sep + idKey(m.Xref) }

func ownedKey(session, xref uint64) string { return idKey(session) + idKey(xref) }

// monitorsOf lists a session's monitors, by cross reference ID. They may be
// changed meanwhile.
func (s *State) monitorsOf(session uint64) []*Monitor {
	n, _ := s.owning.get(session)
	out := make([]*Monitor, 0, n)
	prefix := idKey(session)
	for k, xref := range s.owned.from(prefix) {
		if !strings.HasPrefix(k, prefix) {
			break
		}
		if m, ok := s.monitors.get(xref); ok {
			out = append(out, m)
		}
	}
	return out
}

// watching yields the monitors on a device, by cross reference ID.
func (s *State) watching(sw, device string) func(func(*Monitor) bool) {
	prefix := deviceKey(sw, device) + sep
	return func(yield func(*Monitor) bool) {
		for k := range s.watchers.from(prefix) {
			if !strings.HasPrefix(k, prefix) {
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
	k := deadlineKey(kind, key)
	if old, ok := t.deadlines.get(k); ok {
		t.due.delete(dueKey(old, k))
	}
	d := &fsmpb.Deadline{Kind: kind, Key: key, DueMs: dueMS}
	t.deadlines.put(k, d)
	t.due.put(dueKey(d, k), k)
}

func (t *txn) clearDeadline(kind fsmpb.DeadlineKind, key string) {
	k := deadlineKey(kind, key)
	if d, ok := t.deadlines.get(k); ok {
		t.due.delete(dueKey(d, k))
		t.deadlines.delete(k)
	}
}

func deadlineKey(kind fsmpb.DeadlineKind, key string) string {
	var b [64]byte
	return string(append(append(padded(b[:0], uint64(kind), 2), sep...), key...))
}

// dueKey sorts a deadline, of which k is the key, by its time.
func dueKey(d *fsmpb.Deadline, k string) string {
	var b [96]byte
	return string(append(append(padded(b[:0], uint64(max(d.DueMs, 0)), 20), sep...), k...))
}
