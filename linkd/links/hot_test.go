package links

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
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
				time.Sleep(3 * quiet)
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
					time.Sleep(2*quiet + time.Duration(i)*137*time.Millisecond)
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
		time.Sleep(quiet)
		if l := b.link("l1"); l.State != StandingBy || l.Monitors != 0 {
			t.Errorf("before it knows itself: %s with %d monitors", l.State, l.Monitors)
		}
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: &fsmpb.Node{Id: "b", BootId: "2"}}}})
		time.Sleep(quiet)
		if l, want := b.link("l1"), len(r.sim.Truth().Devices); l.Monitors != want {
			t.Errorf("then: %s with %d monitors, want %d", l.State, l.Monitors, want)
		}
	})
}
