package links

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/mirror"
	"github.com/holdline/holdline/transport/switchsim"
)

// kills is how often a leader is killed: in a soak, or in seconds.
func kills() int {
	if os.Getenv("HOLDLINE_SOAK") != "" {
		return 50
	}
	return 6
}

// Leaders are killed one after the other, with at least 20 events and a whole call
// in each gap: no event is lost, none is doubled, and the order is kept.
func TestHotStandby_LosesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		rename switchsim.Rename
		lag    time.Duration // of the log
	}{
		"prompt log": {switchsim.RenameOff, 0}, "other names": {switchsim.RenameDistinct, 0},
		"usual log": {switchsim.RenameDistinct, 5 * time.Millisecond}, "slow log": {switchsim.RenameOff, 80 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			rename := c.rename
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(o *switchsim.Options) { o.Agents, o.Rate, o.Speed, o.Rename = 40, 10, 4, rename }, "a", "b", "c")
				defer r.close()
				lag := func(d time.Duration) {
					for _, n := range r.nodes {
						n.setLag(d)
					}
					time.Sleep(time.Second)
				}
				r.begin("a")
				time.Sleep(3 * mirror.Quiet)
				start := r.now()
				leads, total := "a", 0
				for i := range kills() {
					lag(c.lag)
					r.nodes[leads].kill()
					gap := r.sim.Truth().Seq
					call := r.do(switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
					r.do(switchsim.Move{Action: "answer", Device: "1901", Call: call})
					r.do(switchsim.Move{Action: "clearcall", Call: call})
					for r.sim.Truth().Seq-gap < 20 {
						time.Sleep(50 * time.Millisecond)
					}
					next := map[string]string{"a": "b", "b": "c", "c": "a"}[leads]
					r.nodes[next].lead()
					r.await(5*time.Second, "the next leader", func(v *fsm.State) bool {
						l, ok := v.Link("l1")
						return ok && l.Node == next && ready(v)
					})
					r.revive(leads)
					leads = next
					time.Sleep(2*mirror.Quiet + time.Duration(i)*137*time.Millisecond)
					r.sim.SetRate(0) // the switch remembers a part of its history only
					lag(0)
					total += r.sameEvents(start)
					start = r.now()
					r.sim.SetRate(10)
				}
				r.sim.SetRate(0)
				time.Sleep(time.Second)
				r.await(5*time.Second, "verified", ready)
				calls, parties := r.compare()
				c := r.state().Counters()
				t.Logf("compared %d events, %d calls, %d parties; %d facts, %d illegal, %d unsynced", total, calls, parties, c.Facts, c.Illegal, c.Unsynced)
				if total < 20*kills() {
					t.Errorf("compared %d events only", total)
				}
				if c.Unsynced != 0 {
					t.Errorf("%d parties were not synchronised after a takeover", c.Unsynced)
				}
				r.violations()
			})
		})
	}
}

// A node that has just started doesn't compare the log that it reads with what the
// switch says now: its standby is warm until it has come to its own beginning.
func TestHotStandby_WaitsForTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a", "b")
		defer r.close()
		r.begin("a")
		b := r.nodes["b"]
		b.kill()
		b.boot = "2"
		r.revive("b")
		time.Sleep(mirror.Quiet)
		if l := b.link("l1"); l.State != StandingBy || l.Monitors != 0 {
			t.Errorf("before it knows itself: %s with %d monitors", l.State, l.Monitors)
		}
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: &fsmpb.Node{Id: "b", BootId: "2"}}}})
		time.Sleep(mirror.Quiet)
		if l, want := b.link("l1"), len(r.sim.Truth().Devices); l.Monitors != want {
			t.Errorf("then: %s with %d monitors, want %d", l.State, l.Monitors, want)
		}
	})
}

// Where the two connections don't bring the same, that is counted, and after the
// leader's death the state is right all the same.
func TestHotStandby_Divergence(t *testing.T) {
	for name, c := range map[string]struct {
		adjust  func(o *Options)           // of the standby's node
		plant   func(t *testing.T, r *rig) // under traffic
		counted bool
	}{
		// What took effect is seen in another order than the standby heard it.
		"reordered": {adjust: func(o *Options) {
			applied := o.Applied
			o.Applied = func(fn func(*fsmpb.Fact)) func() {
				var held *fsmpb.Fact
				n := 0
				return applied(func(f *fsmpb.Fact) {
					n++
					switch {
					case held != nil:
						fn(f)
						fn(held)
						held = nil
					case n%20 == 0:
						held = f
					default:
						fn(f)
					}
				})
			}
		}, counted: true},
		// The standby heard what never took effect.
		"lost": {adjust: func(o *Options) {
			applied := o.Applied
			o.Applied = func(fn func(*fsmpb.Fact)) func() {
				n := 0
				return applied(func(f *fsmpb.Fact) {
					if n++; n%25 != 0 {
						fn(f)
					}
				})
			}
		}, counted: true},
		"renamed": {plant: func(_ *testing.T, r *rig) {
			r.fault(switchsim.Fault{Kind: "rename", Rename: switchsim.RenameDistinct})
			time.Sleep(5 * time.Second)
			r.fault(switchsim.Fault{Kind: "rename", Rename: switchsim.RenameSwapped})
		}},
		// The standby comes in the middle of cycles that look alike.
		"joined midway": {plant: func(t *testing.T, r *rig) {
			call := r.do(switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
			r.do(switchsim.Move{Action: "answer", Device: "1901", Call: call})
			b := r.nodes["b"]
			b.kill()
			for i := range 9 {
				if i == 4 {
					r.revive("b")
				}
				r.do(switchsim.Move{Action: "hold", Device: "1900", Call: call})
				r.do(switchsim.Move{Action: "retrieve", Device: "1900", Call: call})
			}
			r.do(switchsim.Move{Action: "hold", Device: "1900", Call: call})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := stillRig(t, func(o *switchsim.Options) { o.Agents, o.Rate, o.Speed = 40, 10, 4 }, "a", "b")
				defer r.close()
				r.nodes["b"].adjust = c.adjust
				for _, n := range r.nodes {
					n.start()
				}
				r.begin("a")
				time.Sleep(2 * mirror.Quiet)
				if c.plant != nil {
					c.plant(t, r)
				}
				time.Sleep(2 * mirror.Quiet)
				mismatches := r.nodes["b"].link("l1").Mismatches
				r.nodes["a"].kill()
				time.Sleep(time.Second)
				r.nodes["b"].lead()
				r.await(20*time.Second, "all is compared", ready)
				r.sim.SetRate(0)
				time.Sleep(2 * time.Second)
				r.await(5*time.Second, "all is compared", ready)
				if calls, parties := r.compare(); calls < 5 || parties < 10 {
					t.Errorf("compared %d calls, %d parties", calls, parties)
				}
				if c.counted && mismatches == 0 {
					t.Errorf("%d mismatches counted", mismatches)
				}
				r.violations()
			})
		})
	}
}
