package fsm

import (
	"slices"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// followed puts call-type monitors behind the log's back: 1 on device A, 2 on
// the call that A is in.
func (r *rig) followed() {
	t := &txn{State: r.m.s}
	d, _ := t.Device("pbx", "A")
	t.putMonitor(&Monitor{Xref: 1, Session: 7, Switch: "pbx", Device: "A", Type: fsmpb.MonitorType_CALL_TYPE, Claimed: true})
	t.putMonitor(&Monitor{Xref: 2, Session: 7, Switch: "pbx", Call: d.Calls[0], Type: fsmpb.MonitorType_CALL_TYPE, Claimed: true})
	for m := range t.Monitors() {
		t.follow(m)
	}
}

// However a call ends: its call-type monitors hear CallCleared once, after
// ConnectionCleared for each party and before the monitor on the call ends.
func TestCallClearedForCallTypeMonitors(t *testing.T) {
	for name, ends := range map[string]func(*rig){
		"the last party leaves": func(r *rig) {
			r.say(`A: ConnectionCleared x/B cause=normalClearing
				B: ConnectionCleared x/B cause=normalClearing
				A: ConnectionCleared x/A cause=normalClearing`)
		},
		"the switch says so, too": func(r *rig) {
			r.say(`A: ConnectionCleared x/B
				A: CallCleared x cause=normalClearing
				B: CallCleared x cause=normalClearing`)
		},
		"snapshots know nothing of it": func(r *rig) {
			r.snapshot("A", r.ordinal).snapshot("B", r.ordinal)
		},
		"its name means another one": func(r *rig) {
			r.now += r.m.s.settings.TwinMs + 1
			r.say(`A: ServiceInitiated x/A`)
		},
		"it goes to where nobody watches": func(r *rig) {
			r.say(`A: Transferred x/A second=y/A list=x/B,x/O<y/O`)
			r.change("B", func(d *Device) { d.Monitors, d.MonitoredEpoch = 0, 0 })
			r.txn().endUnobserved("pbx", "B")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := connected(t)
			r.say(`A: CallInformation x/A data=vip`)
			r.followed()
			r.seen()
			ends(r)
			parties, over, monitor := map[string]bool{"A": true, "B": true}, 0, 0
			for _, rec := range r.seen() {
				switch k := rec.Kind.(type) {
				case *fsmpb.Record_Call:
					switch c := k.Call; c.Type {
					case fsmpb.EventType_CONNECTION_CLEARED:
						delete(parties, c.Device)
					case fsmpb.EventType_TRANSFERRED:
						delete(parties, "A")
					case fsmpb.EventType_CALL_CLEARED:
						if over++; len(parties) > 0 || monitor > 0 {
							t.Errorf("too early (%v) or too late (%d): %v", parties, monitor, c)
						}
						if c.Call != 1 || c.Device != "" || c.Cause == "" || len(c.Heard) > 0 || !slices.Equal(c.Followers, []uint64{1, 2}) {
							t.Errorf("told: %v", c)
						}
						if name != "the switch says so, too" && string(c.Data.GetCorrelator()) != "vip" {
							t.Errorf("its data are gone: %v", c)
						}
					}
				case *fsmpb.Record_MonitorEnded:
					if monitor++; k.MonitorEnded.Xref != 2 {
						t.Errorf("ended: %v", k.MonitorEnded)
					}
				}
			}
			if over != 1 || monitor != 1 {
				t.Errorf("CallCleared %d times, %d monitors ended; want 1 and 1", over, monitor)
			}
		})
	}
}

// A call that became another one isn't cleared.
func TestMergedCallIsNotCleared(t *testing.T) {
	r := connected(t, "C")
	r.followed()
	r.say(`A: Held x/A
		A: Originated y/A calling=A called=C
		A: Delivered y/C calling=A called=C
		A: Established y/C calling=A called=C
		A: Transferred x/A second=y/A list=y/B<x/B,y/C`)
	for _, rec := range r.seen() {
		if rec.GetCall().GetType() == fsmpb.EventType_CALL_CLEARED || rec.GetMonitorEnded() != nil {
			t.Errorf("told: %v", rec)
		}
	}
	r.say(`B: ConnectionCleared y/B
		C: ConnectionCleared y/C`)
	if recs := r.seen(); !slices.ContainsFunc(recs, func(rec *Record) bool {
		c := rec.GetCall()
		return c.GetType() == fsmpb.EventType_CALL_CLEARED && slices.Equal(c.Followers, []uint64{1, 2})
	}) {
		t.Errorf("the end of the call that both became isn't told: %v", recs)
	}
}
