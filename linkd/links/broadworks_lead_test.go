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

// A leader that is frozen keeps its channel open and answers nothing. The next one
// ends it: nothing waits for the frozen one.
func TestBroadWorksFencesTheOldLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, broadworks, "n1", "n2")
		defer r.close()
		r.begin("n1")
		r.net.Cut("node:n1", "switch:1") // which is what a frozen process looks like from there
		r.net.Cut("node:n1", "switch:2")
		r.do(switchsim.Move{Action: "inbound", Device: "+19005550100", To: "1900"})
		time.Sleep(50 * time.Millisecond)
		if n := r.state().CallCount(); n != 0 {
			t.Fatalf("%d calls came from a frozen leader", n)
		}
		r.nodes["n2"].lead()
		r.await(time.Second, "the call is known", func(v *fsm.State) bool { return v.CallCount() == 1 })
		call := r.do(switchsim.Move{Action: "inbound", Device: "+19005550101", To: "1901"})
		r.await(100*time.Millisecond, "the next call is known", func(v *fsm.State) bool { return v.CallCount() == 2 })
		r.do(switchsim.Move{Action: "answer", Device: "1901", Call: call})
		time.Sleep(100 * time.Millisecond)
		r.compareXsi()
		lead := 0
		for _, c := range r.sim.Xsi().Sets[0].Channels {
			if c.Priority == leadingPriority {
				lead++
			}
		}
		if lead != 1 {
			t.Errorf("%d channels of the first priority, want the new leader's alone", lead)
		}
		if n := r.sim.Xsi().Counters.Unanswered; n != 0 {
			t.Errorf("%d events waited for the frozen leader in vain", n)
		}
	})
}

// leadingPriority is that of the channel that the leader's events come on.
const leadingPriority = 1

// The order of a takeover: channels are open, subscriptions are the old ones, users
// with live calls are compared, BroadWorks is told that the application is ready, and
// then clients hear normal; the other users come behind.
func TestBroadWorksTakeoverOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *switchsim.Options) {
			broadworks(o)
			o.Agents = 100
		}, "n1", "n2")
		defer r.close()
		r.configure("controller", "holdline-routing")
		r.configure("resync_rate", "20")
		r.begin("n1")
		live := r.stations()[:10]
		for _, d := range live {
			r.do(switchsim.Move{Action: "inbound", Device: "+1900555" + d, To: d})
		}
		time.Sleep(10 * time.Second)
		r.await(time.Minute, "compared", ready)
		asked, before := len(r.sim.Requests()), r.epoch()
		r.nodes["n1"].kill()
		r.nodes["n2"].lead()
		r.await(10*time.Second, "normal", func(v *fsm.State) bool { sw, _ := v.Switch("sw"); return sw.Ready && sw.Epoch > before })
		synctest.Wait()
		var order []string
		compared := 0
		for _, q := range r.sim.Requests()[asked:] {
			switch q.Service {
			case "refresh":
				if !slices.Contains(order, "applicationcontroller") {
					compared++
				}
			case "eventresponse", "heartbeat", "refreshchannel":
				continue
			}
			if len(order) == 0 || order[len(order)-1] != q.Service {
				order = append(order, q.Service)
			}
		}
		t.Logf("%v; %d users were compared before", order, compared)
		if compared < len(live) || compared > 2*len(live) {
			t.Errorf("%d users were compared before clients heard normal, want the %d with live calls", compared, len(live))
		}
		if i := slices.Index(order, "applicationcontroller"); i < 0 || slices.Index(order, "channel") > i || slices.Index(order, "subscriptions") > i {
			t.Errorf("requests in the order %v", order)
		}
		if slices.Contains(order, "subscribe") {
			t.Error("subscriptions were made anew")
		}
		r.await(time.Minute, "all compared", ready)
		r.violations()
	})
}

// A takeover, on the same XSP or on another one, finds each call again: transferred
// ones, held ones, and conferences whose parties are told under several tracking IDs.
func TestBroadWorksTakeoverKeepsCalls(t *testing.T) {
	for _, other := range []bool{false, true} {
		t.Run(map[bool]string{false: "same XSP", true: "other XSP"}[other], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, broadworks, "n1", "n2")
				defer r.close()
				r.begin("n1")
				r.script()
				// A conference in which everybody is told something else.
				p := phones{r}
				p.call("1907", "1908")
				p.ask(fsmpb.Service_ANSWER_CALL, "1908", "alerting", "", "")
				p.ask(fsmpb.Service_CONSULTATION_CALL, "1907", "connected", "", "1909")
				p.ask(fsmpb.Service_ANSWER_CALL, "1909", "alerting", "", "")
				p.ask(fsmpb.Service_CONFERENCE_CALL, "1907", "connected", "hold", "")
				time.Sleep(5 * time.Minute) // retired names are forgotten
				r.compareXsi()
				ids := r.liveParts()
				before := r.state().Counters()
				if other {
					r.fault(switchsim.Fault{Kind: "refuse", Link: 1, Seconds: 1000})
					r.fault(switchsim.Fault{Kind: "drop", Link: 1})
				} else {
					r.nodes["n1"].kill()
					r.nodes["n2"].lead()
				}
				time.Sleep(20 * time.Second)
				r.await(time.Minute, "compared", ready)
				r.compareXsi()
				after := r.liveParts()
				for x := range ids {
					if !after[x] {
						t.Errorf("device %s is not in call %d any more", x.device, x.call)
					}
				}
				if len(ids) < 10 || len(after) != len(ids) {
					t.Errorf("%d parts before, %d after", len(ids), len(after))
				}
				if now := r.state().Counters(); now.Unsynced != before.Unsynced || now.FoundCalls != before.FoundCalls {
					t.Errorf("unsynced %d, found %d", now.Unsynced-before.Unsynced, now.FoundCalls-before.FoundCalls)
				}
				// They can be controlled as before.
				if other {
					p.ask(fsmpb.Service_HOLD_CALL, "1907", "connected", "", "")
				}
				p.ask(fsmpb.Service_CLEAR_CONNECTION, "1908", "connected", "", "")
				p.want(p.callAt("1909", "connected"), map[bool]string{false: "1907 connected, 1909 connected", true: "1907 hold, 1909 connected"}[other])
				r.violations()
			})
		})
	}
}
