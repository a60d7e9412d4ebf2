package links

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

// moved is one move at a phone, and what everybody has to be told of it once.
var moved = []struct {
	action string
	told   []string
}{
	{"inbound", []string{"DELIVERED"}},
	{"answer", []string{"ESTABLISHED"}},
	{"hold", []string{"HELD"}},
	{"retrieve", []string{"RETRIEVED"}},
	{"clear", []string{"CONNECTION_CLEARED", "CONNECTION_CLEARED"}},
}

// TestBroadWorksLeaderChanges kills the leader while events are on their way from
// BroadWorks to the log and their answers on the way back, 50 times, and then hands
// leadership over as often: nothing is lost and nothing is told twice.
func TestBroadWorksLeaderChanges(t *testing.T) {
	t.Run("killed", func(t *testing.T) { changeLeaders(t, (*rigNode).kill) })
	t.Run("handed over", func(t *testing.T) { changeLeaders(t, func(n *rigNode) { n.resign() }) })
}

func changeLeaders(t *testing.T, leave func(*rigNode)) {
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		r := newRig(t, broadworks, "n1", "n2", "n3")
		defer r.close()
		for _, n := range r.nodes {
			n.setLag(60 * time.Millisecond)
		}
		names := []string{"n1", "n2", "n3"}
		r.begin("n1")
		changes, told := 0, 0
		for round := range 50 {
			leader, next := names[round%3], names[(round+1)%3]
			at := r.end()
			devices := []string{"1900", "1901", "1902", "1903"}
			calls := make([]string, len(devices))
			killAt := rng.IntN(len(moved) * len(devices))
			for step, m := range moved {
				for i, d := range devices {
					mv := switchsim.Move{Action: m.action, Device: d, Call: calls[i]}
					if m.action == "inbound" {
						mv = switchsim.Move{Action: m.action, Device: fmt.Sprintf("+1900555%02d%02d", round, i), To: d}
					}
					if c := r.do(mv); m.action == "inbound" {
						calls[i] = c
					}
					time.Sleep(time.Duration(rng.IntN(30)) * time.Millisecond)
					if step*len(devices)+i == killAt {
						leave(r.nodes[leader])
						changes++
						time.Sleep(time.Duration(rng.IntN(40)) * time.Millisecond)
						r.nodes[next].lead()
					}
				}
			}
			r.await(20*time.Second, "compared", ready)
			time.Sleep(3 * time.Second)
			told += r.onceEach(at, len(devices))
			r.compareXsi()
			if n := r.state().CallCount(); n != 0 {
				t.Fatalf("round %d: %d calls are left", round, n)
			}
			if r.nodes[leader].dead {
				r.revive(leader)
			}
			time.Sleep(time.Second)
		}
		x := r.sim.Xsi().Counters
		c := r.state().Counters()
		t.Logf("%d changes, %d events told; repeated %d, refused %d, dropped %d, unsynced %d", changes, told, c.RepeatedFacts, x.Refused, x.Dropped, c.Unsynced)
		if c.RepeatedFacts+x.Refused == 0 || x.Dropped != 0 || c.Unsynced != 0 {
			t.Error("no event came again, one was dropped, or something had to be made good")
		}
		r.compareSubscriptions()
		r.violations()
	})
}

// onceEach checks what was told of the calls since a place in the feed: each event
// once, in order, and none made up. It returns how many were told.
func (r *rig) onceEach(at fsm.Position, calls int) (n int) {
	r.t.Helper()
	told := make(map[uint64][]string)
	err := r.state().Feed().After(at, func(rec *fsm.Record) bool {
		if c := rec.GetCall(); c != nil {
			told[c.Call] = append(told[c.Call], c.Type.String())
			n++
			if c.Reconstructed && c.Type != fsmpb.EventType_CONNECTION_CLEARED {
				r.t.Errorf("made up: %v", c)
			}
		}
		return true
	})
	if err != nil {
		r.t.Fatal(err)
	}
	var want []string
	for _, m := range moved {
		want = append(want, m.told...)
	}
	for call, is := range told {
		if !slices.Equal(is, want) {
			r.t.Errorf("call %d: told %v, want %v", call, is, want)
		}
	}
	if len(told) != calls {
		r.t.Errorf("%d calls were told of, want %d", len(told), calls)
	}
	return n
}

// compareSubscriptions compares the server's subscriptions with what is watched.
func (r *rig) compareSubscriptions() {
	r.t.Helper()
	synctest.Wait()
	has := make(map[string]int)
	for _, s := range r.sim.Xsi().Subscriptions {
		has[strings.TrimSuffix(s.Target, "@pbx.example")]++
	}
	n := 0
	for d := range r.state().Devices("sw") {
		want := 0
		if d.Monitors > 0 {
			want = 1
		}
		if has[d.Id] != want {
			r.t.Errorf("device %s: %d subscriptions, want %d", d.Id, has[d.Id], want)
		}
		n += want
		delete(has, d.Id)
	}
	if n == 0 || len(has) > 0 {
		r.t.Errorf("%d devices are watched; subscriptions that nobody wants: %v", n, has)
	}
}

// Whoever leads inherits the subscriptions: after 20 failovers, over both links, there
// are none too many and none too few, and none had to be made anew.
func TestBroadWorksSubscriptionsAreInherited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, broadworks, "n1", "n2", "n3")
		defer r.close()
		names := []string{"n1", "n2", "n3"}
		r.begin("n1")
		first := r.sim.Xsi().Counters.Subscribed
		for round := range 20 {
			leader, next := names[round%3], names[(round+1)%3]
			switch round % 4 {
			case 3: // the first XSP is gone for a while
				r.fault(switchsim.Fault{Kind: "refuse", Link: 1, Seconds: 5})
				r.fault(switchsim.Fault{Kind: "drop", Link: 1})
				time.Sleep(10 * time.Second)
			case 2: // leadership is handed over
				r.nodes[leader].resign()
				r.nodes[next].lead()
			default:
				r.nodes[leader].kill()
				r.nodes[next].lead()
				time.Sleep(time.Second)
				r.revive(leader)
			}
			if round%4 == 3 {
				r.nodes[leader].resign()
				r.nodes[next].lead()
			}
			time.Sleep(2 * time.Second)
			r.await(20*time.Second, "compared", ready)
			r.compareSubscriptions()
		}
		x := r.sim.Xsi()
		if n := x.Counters.Subscribed; n != first {
			t.Errorf("%d subscriptions were made, and %d were enough", n, first)
		}
		if len(x.Sets) != 1 {
			t.Errorf("%d channel sets: %v", len(x.Sets), x.Sets)
		}
		lead := 0
		for _, c := range x.Sets[0].Channels {
			if c.Priority == 1 {
				lead++
			}
		}
		if lead != 1 {
			t.Errorf("%d channels of the first priority, want the leader's alone", lead)
		}
		r.violations()
	})
}
