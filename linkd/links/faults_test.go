package links

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

// linkFaults are what happens to links in the field. Each returns how to end it.
var linkFaults = []struct {
	name string
	do   func(r *rig, link int, leader string) (end func())
}{
	{"drop", func(r *rig, link int, _ string) func() {
		r.fault(switchsim.Fault{Kind: "drop", Link: link})
		return func() {}
	}},
	{"drop, all links", func(r *rig, _ int, _ string) func() {
		r.fault(switchsim.Fault{Kind: "drop"})
		return func() {}
	}},
	{"hang", func(r *rig, link int, _ string) func() {
		r.fault(switchsim.Fault{Kind: "hang", Link: link, Seconds: 6})
		return func() {}
	}},
	{"half-open", func(r *rig, link int, leader string) func() {
		r.net.Cut("node:"+leader, portOf(link))
		return func() { r.net.Heal("node:"+leader, portOf(link)) }
	}},
	{"blackhole", func(r *rig, link int, _ string) func() {
		r.fault(switchsim.Fault{Kind: "blackhole", Link: link})
		return func() {}
	}},
	{"slow", func(r *rig, _ int, _ string) func() {
		r.fault(switchsim.Fault{Kind: "slow", DelayMS: 1500})
		return func() { r.fault(switchsim.Fault{Kind: "slow"}) }
	}},
	{"flapping", func(r *rig, link int, _ string) func() {
		for range 5 {
			r.fault(switchsim.Fault{Kind: "drop", Link: link})
			time.Sleep(300 * time.Millisecond)
		}
		return func() {}
	}},
	{"refuse", func(r *rig, link int, _ string) func() {
		r.fault(switchsim.Fault{Kind: "refuse", Link: link, Seconds: 4})
		r.fault(switchsim.Fault{Kind: "drop", Link: link})
		return func() {}
	}},
	{"refuse, all links", func(r *rig, _ int, _ string) func() {
		r.fault(switchsim.Fault{Kind: "refuse", Seconds: 5})
		r.fault(switchsim.Fault{Kind: "drop"})
		return func() {}
	}},
	{"wrong status", func(r *rig, _ int, _ string) func() {
		status := []string{"disabled", "initializing", "partiallyDisabled", "overloadReached", "messagesLost", "enabled"}[rand.N(6)]
		r.fault(switchsim.Fault{Kind: "status", Status: status})
		return func() { r.fault(switchsim.Fault{Kind: "status", Status: "normal"}) }
	}},
}

func portOf(link int) string { return "switch:" + string(rune('0'+link)) }

// Links fail in every way, one after the other, under traffic and requests. After
// each the state is the switch's; no call ended that the switch still had, as the
// calls linger; and no request went out on a connection that had been left.
func TestRandomLinkFaults(t *testing.T) {
	rounds, rate := 20, 5.0
	if os.Getenv("HOLDLINE_SOAK") != "" {
		rounds, rate = 200, 50
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *switchsim.Options) { o.Agents, o.Rate, o.Speed = 20+int(rate)*4, rate, 4 }, "a", "b")
		defer r.close()
		r.configure("keepalive", "1s")
		r.configure("linger", "forever")
		r.configure("restart_delay", "1s")
		r.configure("failback_after", "5s")
		r.begin("a")
		time.Sleep(10 * time.Second)
		random := rand.New(rand.NewPCG(1, uint64(rounds)))
		leader, compared := "a", 0
		for i := range rounds {
			f := linkFaults[random.IntN(len(linkFaults))]
			link := 1 + random.IntN(2)
			before, parts := r.linkages(), r.parts()
			end := f.do(r, link, leader)
			for range 4 {
				r.ask()
				time.Sleep(time.Duration(500+random.IntN(1000)) * time.Millisecond)
			}
			end()
			if random.IntN(5) == 0 { // and another node leads
				r.nodes[leader].resign()
				leader = map[string]string{"a": "b", "b": "a"}[leader]
				r.nodes[leader].lead()
			}
			r.await(time.Minute, f.name+": all is compared with the switch", ready)
			r.quiesce(rate)
			calls, _ := r.compare()
			compared += calls
			for linkage, id := range r.linkages() {
				if was, ok := before[linkage]; ok && was != id && !r.joined(id) && stayed(parts[hexLinkage(linkage)], r.parts()[hexLinkage(linkage)]) {
					t.Errorf("fault %d, %s: call %d of the switch's ended, and is call %d now: %v, %v\n%s\n\n%s", i, f.name, was, id, parts[hexLinkage(linkage)], r.parts()[hexLinkage(linkage)], r.history(was), r.history(id))
				}
			}
			if t.Failed() {
				t.Fatalf("fault %d: %s on link %d", i, f.name, link)
			}
		}
		r.oneConnectionAtATime()
		r.violations()
		t.Logf("%d faults, %d calls compared", rounds, compared)
		if compared < rounds*5 {
			t.Errorf("%d calls compared after %d faults", compared, rounds)
		}
	})
}

// quiesce lets traffic stop for a moment, so that nothing is under way.
func (r *rig) quiesce(rate float64) {
	r.t.Helper()
	r.sim.SetRate(0)
	time.Sleep(500 * time.Millisecond)
	r.await(10*time.Second, "nothing is under way", ready)
	r.sim.SetRate(rate)
}

// linkages are the IDs of the calls by what the switch never renames.
func (r *rig) linkages() map[string]uint64 {
	synctest.Wait()
	ids := make(map[string]uint64)
	for c := range r.state().Calls() {
		if c.Linkage != "" {
			ids[c.Linkage] = c.Id
		}
	}
	return ids
}

// parts are the devices of the switch's calls, each with the switch's name of the
// call, by linkage.
func (r *rig) parts() map[string][]string {
	all := make(map[string][]string)
	for _, c := range r.sim.Truth().Calls {
		for _, x := range c.Connections {
			all[c.Linkage] = append(all[c.Linkage], x.Device+" in "+c.ID)
		}
	}
	return all
}

// stayed tells whether a watched device had a part in a call all the time. A call that
// moved on to other devices altogether while nobody listened may come back as a new
// one, and one that was joined with another goes on under one of the two IDs.
func stayed(before, after []string) bool {
	return slices.ContainsFunc(before, func(d string) bool { return !strings.HasPrefix(d, "+") && slices.Contains(after, d) })
}

// joined tells whether a call came of a transfer or a conference: it goes on under one
// of the two IDs, or a new one if events of it were lost.
func (r *rig) joined(call uint64) bool {
	found := false
	v := r.state()
	_ = v.Feed().After(v.Feed().Floor(), func(rec *fsm.Record) bool {
		c := rec.GetCall()
		found = found || c.GetResultCall() == call || c.GetCall() == call &&
			(c.Type == fsmpb.EventType_CONFERENCED || c.Type == fsmpb.EventType_TRANSFERRED)
		return !found
	})
	return found
}

// ask sends a request of a client's. Refusals are fine.
func (r *rig) ask() {
	_ = r.client(&fsmpb.ClientCommand{Invoke: 1, Body: &fsmpb.ClientCommand_Request{Request: &fsmpb.Request{
		Service: fsmpb.Service_SET_DO_NOT_DISTURB, Device: "1900", On: r.seq%2 == 0,
	}}})
}

// oneConnectionAtATime fails if a request went out on a connection after one on a
// later connection.
func (r *rig) oneConnectionAtATime() {
	r.t.Helper()
	over := make(map[int]bool)
	last, n := 0, 0
	for _, q := range r.sim.Requests() {
		if q.Service != "SetDoNotDisturb" {
			continue
		}
		n++
		if over[q.Association] {
			r.t.Errorf("request %d came on association %d, after one on a later link epoch", q.Order, q.Association)
		}
		if last != 0 && last != q.Association {
			over[last] = true
		}
		last = q.Association
	}
	if n < 20 {
		r.t.Errorf("%d requests only", n)
	}
}
