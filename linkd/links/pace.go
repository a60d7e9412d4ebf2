package links

import (
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// overloadGap is the least time between two requests about one call or one device
// while the switch says that it has too much to do: T-Server's usual gap.
const overloadGap = 250 * time.Millisecond

// gaps are the least times between two requests about one call and one device.
func (r *reconciler) gaps() (call, device time.Duration) {
	call, device = r.settings.CallGap, r.settings.DeviceGap
	switch csta.SystemStatusValue(r.conn.Status()) {
	case csta.StatusOverloadImminent, csta.StatusOverloadReached:
		call, device = max(call, overloadGap), max(device, overloadGap)
	}
	return call, device
}

// dueOf is when a request may be sent.
func (r *reconciler) dueOf(q *fsmpb.Request) time.Time {
	call, device := r.gaps()
	return r.pace.due(q, call, device)
}

// pace remembers when what was last asked for. Its zero value is ready.
type pace struct {
	calls   map[uint64]time.Time
	devices map[string]time.Time
	swept   time.Time
}

// paceMemory is how long a request is remembered: longer than any gap.
const paceMemory = 10 * time.Second

// due is when a request may be sent.
func (p *pace) due(q *fsmpb.Request, call, device time.Duration) time.Time {
	var at time.Time
	later := func(last time.Time, gap time.Duration) {
		if next := last.Add(gap); !last.IsZero() && next.After(at) {
			at = next
		}
	}
	calls, devices := about(q)
	for _, c := range calls {
		later(p.calls[c], call)
	}
	for _, d := range devices {
		later(p.devices[d], device)
	}
	return at
}

// note notes that a request is sent now.
func (p *pace) note(q *fsmpb.Request) {
	now := time.Now()
	if p.calls == nil {
		p.calls, p.devices, p.swept = make(map[uint64]time.Time), make(map[string]time.Time), now
	}
	calls, devices := about(q)
	for _, c := range calls {
		p.calls[c] = now
	}
	for _, d := range devices {
		p.devices[d] = now
	}
	if now.Sub(p.swept) < paceMemory {
		return
	}
	p.swept = now
	sweep(p.calls, now)
	sweep(p.devices, now)
}

func sweep[K comparable](m map[K]time.Time, now time.Time) {
	for k, at := range m {
		if now.Sub(at) >= paceMemory {
			delete(m, k)
		}
	}
}

// about lists the calls and devices that a request is about.
func about(q *fsmpb.Request) (calls []uint64, devices []string) {
	for _, x := range []*fsmpb.Conn{q.GetFirst(), q.GetSecond()} {
		if x.GetCall() != 0 {
			calls = append(calls, x.Call)
		}
		if x.GetDevice() != "" {
			devices = append(devices, x.Device)
		}
	}
	if q.GetDevice() != "" {
		devices = append(devices, q.Device)
	}
	return calls, devices
}
