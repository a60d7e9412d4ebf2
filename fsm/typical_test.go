package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// A device learns how long its connections stay in a state; one that nobody saw end
// teaches nothing.
func TestTypical(t *testing.T) {
	r := newRig(t, "A", "B")
	round := func(ring, talk int64, seen bool) {
		r.say(`A: Originated x/A calling=A called=B
			A: Delivered x/B calling=A called=B`)
		r.now += ring
		r.say(`A: Established x/B calling=A called=B`)
		r.now += talk
		if seen {
			r.say(`A: ConnectionCleared x/B
				A: ConnectionCleared x/A`)
		} else {
			r.snapshot("B", r.ordinal)
			r.snapshot("A", r.ordinal)
		}
		r.now += hour
		r.pass(0)
	}
	stuck := func(device string, s fsmpb.ConnectionState) int64 {
		d, _ := r.m.s.Device("pbx", device)
		return r.m.s.StuckAfter(d, s)
	}
	alerting, connected := fsmpb.ConnectionState_ALERTING, fsmpb.ConnectionState_CONNECTED
	for range typicalEnough - 1 {
		round(4000, 600_000, true)
	}
	if got := stuck("B", alerting); got != minute {
		t.Errorf("before there is enough to go by: %d", got)
	}
	round(4000, 600_000, true)
	round(1, 1, false)
	if got := stuck("B", alerting); got != 16_000 {
		t.Errorf("alerting: %d", got)
	}
	if got := stuck("B", connected); got != 2_400_000 {
		t.Errorf("connected: %d", got)
	}
	if got := stuck("A", alerting); got != minute {
		t.Errorf("the caller never rang: %d", got)
	}
	if got := stuck("A", fsmpb.ConnectionState_NULL); got != 0 {
		t.Errorf("no connection: %d", got)
	}
	for range 200 {
		round(10, 100*hour, true)
	}
	if got := stuck("B", alerting); got != minute/stuckRange {
		t.Errorf("no less than an eighth: %d", got)
	}
	if got := stuck("B", connected); got != stuckRange*hour {
		t.Errorf("no more than eight times: %d", got)
	}
}
