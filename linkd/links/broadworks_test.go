package links

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

// broadworks makes the simulated switch of a rig a BroadWorks.
func broadworks(o *switchsim.Options) { o.Xsi.Domain = "pbx.example" }

// seedXsi raises the cluster to the level that a BroadWorks needs, and adds to the
// switch's settings what only a BroadWorks has.
func (r *rig) seedXsi(options []*fsmpb.Option) (protocol string, all []*fsmpb.Option) {
	for id := range r.nodes {
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: &fsm.Node{Id: id, Level: fsm.MaxLevel}}}})
	}
	r.apply(&fsmpb.Command{Kind: &fsmpb.Command_RaiseLevel{RaiseLevel: &fsmpb.RaiseLevel{Level: fsm.MaxLevel}}})
	return "broadworks", append(options, &fsmpb.Option{Name: "user", Value: "ctiadmin@pbx.example"}, &fsmpb.Option{Name: "domain", Value: "pbx.example"})
}

// dial connects, unless the node's process is dead.
func (n *rigNode) dial(ctx context.Context, address string) (net.Conn, error) {
	n.mu.Lock()
	dead := n.dead
	n.mu.Unlock()
	if dead {
		return nil, errors.New("the process is dead")
	}
	return n.net.Dialer("node:"+n.id)(ctx, address)
}

// xsiState is a connection state as BroadWorks tells it.
func xsiState(c switchsim.XsiCallTruth) string {
	switch {
	case c.State == "Alerting" && c.Personality == "Terminator":
		return "alerting"
	case c.State == "Held":
		return "hold"
	case c.State == "Alerting" && c.Personality == "Click-to-Dial":
		return "initiated"
	}
	return "connected"
}

// compareXsi compares the state with what BroadWorks has for each user, and tells how
// many parts it compared.
func (r *rig) compareXsi() (parts int) {
	r.t.Helper()
	synctest.Wait()
	v := r.state()
	type part struct{ device, state string }
	truth := make(map[string][]part) // by tracking ID
	model := make(map[string]string) // call of the model and device → state
	for _, c := range r.sim.Truth().Calls {
		for _, x := range c.Connections {
			model[c.ID+" "+x.Device] = string(x.State)
		}
	}
	for _, u := range r.sim.Xsi().Users {
		for _, c := range u.Calls {
			state := model[c.Call+" "+u.Device]
			if state == "" {
				state = xsiState(c)
			}
			truth[c.Tracking] = append(truth[c.Tracking], part{u.Device, state})
		}
		for _, e := range u.Entries {
			truth[e.Tracking] = append(truth[e.Tracking], part{u.Device, "queued"})
		}
	}
	explained := make(map[uint64][]string)
	for tracking, parties := range truth {
		var call *fsm.Call
		for c := range v.Calls() {
			if c.Linkage == tracking || slices.Contains(c.Joined, tracking) {
				call = c
			}
		}
		if call == nil {
			r.t.Errorf("missing: call %s with %v", tracking, parties)
			continue
		}
		for _, p := range parties {
			parts++
			explained[call.Id] = append(explained[call.Id], p.device)
			is := ""
			for _, x := range call.Connections {
				if x.Device == p.device {
					is = stateNames[x.State]
				}
			}
			if is != p.state && !(p.state == "initiated" && is == "connected") {
				r.t.Errorf("call %d (%s), device %s: %q, the switch says %q", call.Id, tracking, p.device, is, p.state)
			}
		}
	}
	for c := range v.Calls() {
		for _, x := range c.Connections {
			if !strings.HasPrefix(x.Device, "+") && !slices.Contains(explained[c.Id], x.Device) {
				r.t.Errorf("stuck: call %d (%s), device %s, %s", c.Id, c.Linkage, x.Device, stateNames[x.State])
			}
		}
	}
	return parts
}

// One path from end to end: subscriptions, live events, and the state that they make.
func TestBroadWorksCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, broadworks, "n1")
		defer r.close()
		r.begin("n1")
		call := r.do(switchsim.Move{Action: "inbound", Device: "+19005550100", To: "1900"})
		time.Sleep(100 * time.Millisecond)
		if n := r.compareXsi(); n != 1 {
			t.Errorf("%d parts were compared, want 1", n)
		}
		r.do(switchsim.Move{Action: "answer", Device: "1900", Call: call})
		time.Sleep(100 * time.Millisecond)
		r.compareXsi()
		r.do(switchsim.Move{Action: "hold", Device: "1900", Call: call})
		time.Sleep(100 * time.Millisecond)
		r.compareXsi()
		r.do(switchsim.Move{Action: "clear", Device: "1900", Call: call})
		time.Sleep(100 * time.Millisecond)
		r.compareXsi()
		if n := r.state().CallCount(); n != 0 {
			t.Errorf("%d calls are left", n)
		}
		var told []string
		for _, c := range r.changes() {
			told = append(told, c.Type.String()+" "+c.Device)
		}
		want := []string{"DELIVERED 1900", "ESTABLISHED 1900", "HELD 1900", "CONNECTION_CLEARED 1900", "CONNECTION_CLEARED +19005550100"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		if n := r.state().Counters().Unsynced; n != 0 {
			t.Errorf("%d parties were not in line", n)
		}
		r.violations()
	})
}

// changes are the calls' changes that the state told.
func (r *rig) changes() (list []*fsmpb.CallChange) {
	_ = r.state().Feed().After(fsm.Position{}, func(rec *fsm.Record) bool {
		if c := rec.GetCall(); c != nil {
			list = append(list, c)
		}
		return true
	})
	return list
}

// Traffic of every kind that the simulated people make, and the script's transfers and
// conferences: the state has what the switch has.
func TestBroadWorksTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, broadworks, "n1")
		defer r.close()
		r.begin("n1")
		r.sim.SetRate(2)
		time.Sleep(time.Minute)
		r.sim.SetRate(0)
		r.script()
		time.Sleep(300 * time.Millisecond)
		if n := r.compareXsi(); n < 5 {
			t.Errorf("%d parts were compared", n)
		}
		time.Sleep(10 * time.Minute)
		r.compareXsi()
		r.violations()
		c := r.state().Counters()
		t.Logf("facts %d, twins %d, late %d, illegal %d, unsynced %d, found %d, stuck %d, ambiguous %d",
			c.Facts, c.Twins, c.LateFacts, c.Illegal, c.Unsynced, c.FoundCalls, c.StuckCleared, c.Ambiguous)
		if c.Unsynced != 0 {
			t.Errorf("%d parties were not in line", c.Unsynced)
		}
	})
}
