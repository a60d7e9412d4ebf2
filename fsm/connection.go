package fsm

import (
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// connOf finds a device's connection in a call; nil if it has no part in it.
func connOf(c *Call, device string) *Connection {
	for _, x := range c.GetConnections() {
		if x.Device == device {
			return x
		}
	}
	return nil
}

// goneOf finds a device among the connections that a call lost lately.
func goneOf(gone []*Connection, device string) *Connection {
	for _, x := range gone {
		if x.Device == device {
			return x
		}
	}
	return nil
}

// touchedSince tells whether a fact of this epoch later than ordinal touched a
// connection.
func touchedSince(src *source, x *Connection, ordinal uint64) bool {
	return x != nil && x.Epoch == src.epoch && x.Ordinal > ordinal
}

// legal tells whether ECMA-269's connection state model (6.1.5) has a
// transition. What a switch says counts all the same: an illegal one shows that
// something was lost before it.
func legal(from, to fsmpb.ConnectionState) bool {
	const (
		null      = fsmpb.ConnectionState_NULL
		initiated = fsmpb.ConnectionState_INITIATED
		alerting  = fsmpb.ConnectionState_ALERTING
		connected = fsmpb.ConnectionState_CONNECTED
		hold      = fsmpb.ConnectionState_HOLD
		queued    = fsmpb.ConnectionState_QUEUED_STATE
		fail      = fsmpb.ConnectionState_FAIL
	)
	if to == null || from == fsmpb.ConnectionState_STATE_UNKNOWN || to == fsmpb.ConnectionState_STATE_UNKNOWN {
		return true
	}
	switch from {
	case null:
		return to != hold
	case initiated:
		return to == connected || to == alerting || to == queued || to == fail
	case alerting:
		return to == connected || to == queued || to == fail
	case connected:
		return to == hold || to == queued || to == fail || to == alerting // a network interface
	case hold:
		return to == connected || to == alerting || to == queued || to == fail
	case queued:
		return to == connected || to == alerting || to == hold || to == fail
	case fail:
		return to != hold
	}
	return false
}

// watched tells whether the switch reports on a device, or will again: a client
// wants it, or its upstream monitor is up.
func (t *txn) watched(sw, device string) bool {
	d, ok := t.devices.get(deviceKey(sw, device))
	return ok && (d.Monitors > 0 || t.monitoredNow(d))
}

func (t *txn) monitoredNow(d *Device) bool {
	s, ok := t.switches.get(d.Switch)
	return ok && s.Epoch != 0 && d.MonitoredEpoch == s.Epoch
}

// observed tells whether a call has a part that the switch reports on.
func (t *txn) observed(c *Call) bool {
	return slices.ContainsFunc(c.Connections, func(x *Connection) bool { return t.watched(c.Switch, x.Device) })
}

// syncParts keeps the devices' lists of calls in step with a call's connections.
func (t *txn) syncParts(sw string, call uint64, was, is []*Connection, seen bool) {
	for _, x := range is {
		if !hasDevice(was, x.Device) {
			t.editParts(sw, x.Device, call, true, nil)
		}
	}
	for _, x := range was {
		if !hasDevice(is, x.Device) {
			if !seen {
				x = &Connection{Device: x.Device}
			}
			t.editParts(sw, x.Device, call, false, x)
		}
	}
}

func hasDevice(list []*Connection, device string) bool { return goneOf(list, device) != nil }

func (t *txn) editParts(sw, device string, call uint64, has bool, left *Connection) {
	d, ok := t.devices.get(deviceKey(sw, device))
	if !ok {
		return
	}
	i, had := slices.BinarySearch(d.Calls, call)
	if had == has {
		return
	}
	d = copyDevice(d)
	if has {
		d.Calls = slices.Insert(slices.Clone(d.Calls), i, call)
	} else {
		d.Calls = slices.Delete(slices.Clone(d.Calls), i, i+1)
		t.learn(d, left)
	}
	t.putDevice(d)
	if !has {
		t.reapDevice(d)
	}
}

// callsWith lists the live calls in which a device has a part, ascending: for a
// device that was not in the state until now.
func (s *State) callsWith(sw, device string) []uint64 {
	var ids []uint64
	for id, c := range s.calls.all() {
		if c.Switch == sw && connOf(c, device) != nil {
			ids = append(ids, id)
		}
	}
	return ids
}
