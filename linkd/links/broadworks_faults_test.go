package links

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/switchsim"
)

// The faults of the field, in the middle of traffic: afterwards everything is as the
// switch has it, and each subscription is there once.
func TestBroadWorksFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault switchsim.Fault
	}{
		{"a channel that falls silent", switchsim.Fault{Kind: "silence", Link: 1, Seconds: 120}},
		{"an XSP that dies and comes back", switchsim.Fault{Kind: "drop", Link: 1}},
		{"an XSP that refuses for a while", switchsim.Fault{Kind: "refuse", Link: 1, Seconds: 20}},
		{"an XSP that hangs", switchsim.Fault{Kind: "hang", Link: 1, Seconds: 20}},
		{"chunks cut anywhere", switchsim.Fault{Kind: "cut", Cut: switchsim.CutAnywhere}},
		{"answers that go astray", switchsim.Fault{Kind: "loseacks", Percent: 20}},
		{"events twice", switchsim.Fault{Kind: "double", Percent: 50}},
		{"events that are lost", switchsim.Fault{Kind: "losenumbers", Percent: 3}},
		{"heartbeats answered 404", switchsim.Fault{Kind: "answer", HTTPStatus: 404, Services: []string{"heartbeat"}, Count: 2}},
		{"a storm of 503", switchsim.Fault{Kind: "answer", HTTPStatus: 503, Percent: 50, Seconds: 20}},
		{"a channel set that vanishes", switchsim.Fault{Kind: "forgetset"}},
		{"a subscription that vanishes", switchsim.Fault{Kind: "forgetsubscription", Device: "1001"}},
		{"channels that an administrator ends", switchsim.Fault{Kind: "terminate", Reason: "ExplicitDelete"}},
		{"channels that expire", switchsim.Fault{Kind: "terminate", Reason: "Expired"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(o *switchsim.Options) {
					broadworks(o)
					o.Agents = 20
				}, "n1", "n2")
				defer r.close()
				r.begin("n1")
				r.sim.SetRate(1)
				time.Sleep(30 * time.Second)
				r.fault(c.fault)
				time.Sleep(3 * time.Minute)
				r.sim.SetRate(0)
				r.fault(switchsim.Fault{Kind: "clear"})
				r.fault(switchsim.Fault{Kind: "cut", Cut: switchsim.CutWhole})
				r.script()
				time.Sleep(2 * time.Minute)
				r.await(time.Minute, "compared", ready)
				if n := r.compareXsi(); n < 5 {
					t.Errorf("%d parts were compared", n)
				}
				r.compareSubscriptions()
				x, n := r.sim.Xsi().Counters, r.state().Counters()
				t.Logf("events %d, delivered %d, refused %d, unanswered %d, dropped %d; repeated %d, late %d, unsynced %d",
					x.Events, x.Delivered, x.Refused, x.Unanswered, x.Dropped, n.RepeatedFacts, n.LateFacts, n.Unsynced)
			})
		})
	}
}
