package fsm

import (
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// A call-type monitor follows each call that its device got a part in, until the
// call ends, also after the device left. A monitor on a call follows that call
// and what becomes of it.

// followers adds to a call's followers the call-type monitors of the devices,
// and leaves out monitors that have ended.
func (t *txn) followers(c *Call, devices []string) []uint64 {
	out := slices.DeleteFunc(slices.Clone(c.Followers), func(x uint64) bool {
		_, ok := t.monitors.get(x)
		return !ok
	})
	for _, d := range devices {
		for m := range t.watching(c.Switch, d) {
			if m.Type == fsmpb.MonitorType_CALL_TYPE && !m.Pending {
				out = append(out, m.Xref)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// joinFollowers unites the followers of two calls that became one.
func joinFollowers(a, b []uint64) []uint64 {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// follow lets a monitor that came up follow the calls that are there already.
func (t *txn) follow(m *Monitor) {
	calls := []uint64{m.Call}
	if m.Device != "" {
		d, ok := t.devices.get(deviceKey(m.Switch, m.Device))
		if !ok || m.Type != fsmpb.MonitorType_CALL_TYPE {
			return
		}
		calls = d.Calls
	}
	for _, id := range calls {
		if c, ok := t.calls.get(id); ok {
			c = proto.CloneOf(c)
			c.Followers = joinFollowers(c.Followers, []uint64{m.Xref})
			t.putCall(c)
		}
	}
}

// callOver tells the monitors on a call that it ended, or moves them to the call
// that it became. The caller unites the followers of both (joinFollowers).
func (t *txn) callOver(c *Call, into uint64) {
	for _, x := range c.Followers {
		m, ok := t.monitors.get(x)
		if !ok || m.Device != "" || m.Call != c.Id {
			continue
		}
		if into == 0 {
			t.emitEnded(m, "call ended", false)
			t.endMonitor(m)
			continue
		}
		m = proto.CloneOf(m)
		m.Call = into
		t.putMonitor(m)
	}
}
