package links

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

func traffic(o *switchsim.Options) { o.Rate = 2 }

// Full monitors, a minute of traffic: the state is what the switch says.
func TestStateFollowsTheSwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, traffic, "a")
		defer r.close()
		r.begin("a")
		start := r.now()
		time.Sleep(time.Minute)
		r.sim.SetRate(0)
		time.Sleep(time.Second)
		r.await(5*time.Second, "verified", ready)
		if n := r.sameEvents(start); n < 300 {
			t.Errorf("compared %d events", n)
		}
		calls, parties := r.compare()
		c := r.state().Counters()
		t.Logf("compared %d calls, %d parties; %d facts, %d twins, %d illegal, %d late, %d lost reports", calls, parties, c.Facts, c.Twins, c.Illegal, c.LateFacts, c.LostReports)
		if calls == 0 || c.Facts < 500 {
			t.Error("nothing to compare")
		}
		if c.LostReports != 0 {
			t.Errorf("%d devices could not be compared", c.LostReports)
		}
		r.violations()
	})
}

// When the active link fails the other one takes over at once, whatever it calls
// the calls.
func TestLinkDrop(t *testing.T) {
	for _, rename := range []switchsim.Rename{switchsim.RenameOff, switchsim.RenameDistinct, switchsim.RenameSwapped} {
		t.Run(string(rename), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(o *switchsim.Options) { o.Rate, o.Rename = 2, rename }, "a")
				defer r.close()
				r.begin("a")
				r.script()
				time.Sleep(30 * time.Second)
				ids := r.ids()
				r.fault(switchsim.Fault{Kind: "refuse", Link: 1, Seconds: 5})
				r.fault(switchsim.Fault{Kind: "drop", Link: 1})
				r.await(time.Second, "the other link", linkUp("l2"))
				r.sameIDs(ids)
				time.Sleep(20 * time.Second)
				r.sim.SetRate(0)
				time.Sleep(time.Second)
				r.await(5*time.Second, "verified", ready)
				if calls, _ := r.compare(); calls == 0 {
					t.Error("nothing to compare")
				}
				r.violations()
				for _, l := range r.nodes["a"].links.Status() {
					if l.Name == "l1" && l.State != Spare {
						t.Errorf("l1 is %s after it was reachable again: %s", l.State, l.LastError)
					}
				}
			})
		})
	}
}

// Calls that the switch forgets are cleared by a resync.
func TestForgottenCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, traffic, "a")
		defer r.close()
		r.begin("a")
		r.script()
		time.Sleep(30 * time.Second)
		r.sim.SetRate(0)
		r.fault(switchsim.Fault{Kind: "forget", Count: 4})
		time.Sleep(time.Second)
		live := make(map[string]bool)
		for _, c := range r.sim.Truth().Calls {
			live[c.Linkage] = true
		}
		stuck := 0
		for c := range r.state().Calls() {
			if !live[hexLinkage(c.Linkage)] {
				stuck++
			}
		}
		if stuck == 0 {
			t.Fatal("no call is stuck")
		}
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_RequestResync{RequestResync: &fsmpb.RequestResync{Switch: "sw", By: "test"}}})
		r.await(5*time.Second, "verified", ready)
		r.compare()
	})
}

// A second node takes over after the first one's process died: calls keep their
// IDs, and the state is right.
func TestTakeoverAfterAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, traffic, "a", "b")
		defer r.close()
		r.begin("a")
		r.script()
		time.Sleep(30 * time.Second)
		r.nodes["a"].kill()
		ids := r.ids()
		time.Sleep(2 * time.Second) // events that nobody hears
		r.nodes["b"].lead()
		began := time.Now()
		r.await(time.Second, "b drives", func(v *fsm.State) bool { l, _ := v.Link("l1"); return l.Node == "b" && ready(v) })
		t.Logf("ready after %v", time.Since(began))
		r.sameIDs(ids)
		r.compare()
		time.Sleep(20 * time.Second)
		r.sim.SetRate(0)
		time.Sleep(time.Second)
		r.await(5*time.Second, "verified", ready)
		if calls, _ := r.compare(); calls == 0 {
			t.Error("nothing to compare")
		}
		r.violations()
	})
}

// The switch told an overload to nobody who is left: the new leader asks.
func TestTakeoverOfAnOverloadedSwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a", "b")
		defer r.close()
		r.begin("a")
		r.fault(switchsim.Fault{Kind: "hang", Seconds: 2})
		r.fault(switchsim.Fault{Kind: "status", Status: "overloadReached"})
		time.Sleep(3 * time.Second)
		r.nodes["a"].kill()
		from := r.state().Feed().Last()
		r.nodes["b"].lead()
		r.await(time.Minute, "b drives", func(v *fsm.State) bool { l, _ := v.Link("l1"); return l.Node == "b" && ready(v) })
		var told []string
		if err := r.state().Feed().After(from, func(rec *fsm.Record) bool {
			if s := rec.GetStatus(); s != nil {
				told = append(told, s.Status)
			}
			return true
		}); err != nil {
			t.Fatal(err)
		}
		if want := []string{"initializing", "overloadReached"}; !slices.Equal(told, want) {
			t.Errorf("clients were told %v, want %v", told, want)
		}
	})
}

// Leadership is handed over under load: no event is lost, none is doubled.
func TestHandover(t *testing.T) {
	for name, lag := range map[string]time.Duration{
		"prompt log": 0, "usual log": 5 * time.Millisecond, "slow log": 50 * time.Millisecond, "slow monitors": 6 * time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(o *switchsim.Options) { o.Agents, o.Rate, o.Speed = 40, 8, 4 }, "a", "b")
				defer r.close()
				r.begin("a")
				r.script()
				time.Sleep(10 * time.Second)
				ids := r.ids()
				if name == "slow monitors" { // of standby connections from here on
					r.configure("requests_per_second", "50")
				}
				start := r.now()
				leader, other := r.nodes["a"], r.nodes["b"]
				for range 6 {
					epoch := r.epoch()
					leader.setLag(lag)
					leader.resign()
					time.Sleep(300 * time.Millisecond) // nobody leads
					other.lead()
					r.await(10*time.Second, "claimed", func(*fsm.State) bool { return r.epoch() != epoch })
					r.await(30*time.Second, "verified", ready)
					time.Sleep(2 * time.Second)
					leader.setLag(0)
					r.sameIDs(ids)
					leader, other = other, leader
				}
				r.sim.SetRate(0)
				time.Sleep(3 * time.Second)
				r.await(5*time.Second, "verified", ready)
				if n := r.sameEvents(start); n < 300 {
					t.Errorf("compared %d events", n)
				}
				r.compare()
				r.violations()
			})
		})
	}
}

// A leader that loses leadership and gains it again goes on with its connection.
func TestLeadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *switchsim.Options) { o.Agents, o.Rate, o.Speed = 40, 8, 4 }, "a")
		defer r.close()
		r.begin("a")
		r.script()
		time.Sleep(10 * time.Second)
		a, ids, start := r.nodes["a"], r.ids(), r.now()
		a.setLag(20 * time.Millisecond)
		associations := len(r.sim.Associations())
		for range 5 {
			epoch := r.epoch()
			a.resign()
			time.Sleep(300 * time.Millisecond)
			a.lead()
			r.await(time.Second, "claimed", func(v *fsm.State) bool { return r.epoch() != epoch && ready(v) })
			time.Sleep(time.Second)
		}
		r.sim.SetRate(0)
		a.setLag(0)
		time.Sleep(3 * time.Second)
		r.await(5*time.Second, "verified", ready)
		if n := r.sameEvents(start); n < 300 {
			t.Errorf("compared %d events", n)
		}
		r.sameIDs(ids)
		r.compare()
		sw, _ := r.state().Switch("sw")
		if n := len(r.sim.Associations()); n != associations || sw.Link != "l1" {
			t.Errorf("%d associations, %d before; link %s", n, associations, sw.Link)
		}
		asked, _ := r.asked("MonitorStart")
		if want := len(r.sim.Truth().Devices); asked != want {
			t.Errorf("%d monitors were started for %d devices", asked, want)
		}
	})
}

func linkUp(name string) func(*fsm.State) bool {
	return func(v *fsm.State) bool {
		sw, _ := v.Switch("sw")
		return sw.Link == name && sw.LinkUp && ready(v)
	}
}
