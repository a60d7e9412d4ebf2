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

// request is a client's request; the intent's ID is returned.
func (r *rig) request(q *fsmpb.Request) uint64 {
	r.t.Helper()
	res := r.client(&fsmpb.ClientCommand{Invoke: 1, Body: &fsmpb.ClientCommand_Request{Request: q}})
	if res.Err != nil {
		r.t.Fatal(res.Err)
	}
	return res.ID
}

// reply waits for the answer to an intent.
func (r *rig) reply(intent uint64, limit time.Duration) *fsmpb.Reply {
	r.t.Helper()
	var reply *fsmpb.Reply
	r.await(limit, "the answer to an intent", func(v *fsm.State) bool {
		_ = v.Feed().After(fsm.Position{}, func(rec *fsm.Record) bool {
			if p := rec.GetReply(); p.GetDone() != nil && p.GetDone().Intent == intent {
				reply = p
			}
			return true
		})
		return reply != nil
	})
	return reply
}

// asked is how often the switch was asked for a service, and carried it out.
func (r *rig) asked(service string) (asked, done int) {
	for _, q := range r.sim.Requests() {
		if q.Service == service {
			asked++
			if q.Executed {
				done++
			}
		}
	}
	return asked, done
}

func makeCall(from, to string) *fsmpb.Request {
	return &fsmpb.Request{Service: fsmpb.Service_MAKE_CALL, Device: from, Destination: to}
}

func TestRequestIsCarriedOutAndAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a")
		defer r.close()
		r.begin("a")
		p := r.reply(r.request(makeCall("1900", "1901")), time.Second)
		done := p.GetDone()
		if done.Result != fsmpb.OutcomeResult_DONE || done.Connection.GetDevice() != "1900" {
			t.Fatalf("answer %v", p)
		}
		call, ok := r.state().Call(done.Connection.Call)
		if !ok || len(call.Connections) != 2 {
			t.Fatalf("call %v", call)
		}
		// The call is named as the switch names it on this link.
		id := r.request(&fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL, First: &fsmpb.Conn{Call: call.Id, Device: "1901"}})
		if p := r.reply(id, time.Second); p.GetDone().Result != fsmpb.OutcomeResult_DONE {
			t.Fatalf("answer %v", p)
		}
		id = r.request(&fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL, First: &fsmpb.Conn{Call: call.Id, Device: "1901"}})
		if p := r.reply(id, time.Second); p.GetDone().Result != fsmpb.OutcomeResult_REFUSED || p.Value != "noCallToAnswer" && p.Category != "stateIncompatibility" {
			t.Fatalf("answer %v", p)
		}
		r.compare()
		r.violations()
	})
}

// A request that the switch never answers is left to its deadline, and is not
// asked again by the same leader or by the next.
func TestRequestWithoutAnswerIsNeverSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a", "b")
		defer r.close()
		r.begin("a")
		r.fault(switchsim.Fault{Kind: "mute", Services: []string{"AnswerCall"}})
		r.do(switchsim.Move{Action: "inbound", Device: "+19005550000", To: "1900"})
		var call uint64
		for c := range r.state().Calls() {
			call = c.Id
		}
		id := r.request(&fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL, First: &fsmpb.Conn{Call: call, Device: "1900"}})
		time.Sleep(time.Second)
		if n, _ := r.asked("AnswerCall"); n != 1 {
			t.Fatalf("asked %d times", n)
		}
		r.nodes["a"].kill()
		r.nodes["b"].lead()
		p := r.reply(id, 10*time.Second)
		t.Logf("answer %v", p)
		if p.GetDone().Result == fsmpb.OutcomeResult_DONE {
			t.Error("answered as done")
		}
		time.Sleep(5 * time.Second)
		if n, _ := r.asked("AnswerCall"); n != 1 {
			t.Fatalf("asked %d times", n)
		}
	})
}

// What was committed for an earlier term is nobody's to send.
func TestIntentsOfEarlierTermsStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a", "b")
		defer r.close()
		r.begin("a")
		r.nodes["a"].resign()
		id := r.request(makeCall("1900", "1901")) // committed, while nobody leads
		r.nodes["b"].lead()
		p := r.reply(id, 10*time.Second)
		if p.GetDone().Result == fsmpb.OutcomeResult_DONE {
			t.Errorf("answer %v", p)
		}
		if n, _ := r.asked("MakeCall"); n != 0 {
			t.Errorf("asked %d times", n)
		}
	})
}

// A request that was not written when its link died goes out on the next one.
func TestLinkDiesBeforeTheRequestIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a")
		defer r.close()
		r.configure("max_outstanding", "1")
		r.begin("a")
		r.fault(switchsim.Fault{Kind: "mute", Services: []string{"SetDoNotDisturb"}})
		first := r.request(&fsmpb.Request{Service: fsmpb.Service_SET_DO_NOT_DISTURB, Device: "1900", On: true})
		second := r.request(makeCall("1901", "1902")) // waits for the first one's answer
		time.Sleep(100 * time.Millisecond)
		r.fault(switchsim.Fault{Kind: "drop", Link: 1})
		p := r.reply(second, time.Second)
		if p.GetDone().Result != fsmpb.OutcomeResult_DONE {
			t.Errorf("the second: %v", p)
		}
		p = r.reply(first, 10*time.Second)
		if p.GetDone().Result == fsmpb.OutcomeResult_DONE {
			t.Errorf("the first, which was muted: %v", p)
		}
		if n, _ := r.asked("MakeCall"); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// After a link failover a request waits for the call's snapshot, and then names
// the call as the new link does.
func TestRequestOnARenamedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *switchsim.Options) { o.Rename = switchsim.RenameSwapped }, "a")
		defer r.close()
		r.begin("a")
		r.script()
		var held uint64
		for c := range r.state().Calls() {
			if slices.ContainsFunc(c.Connections, func(p *fsm.Connection) bool { return p.Device == "1901" }) {
				held = c.Id
			}
		}
		r.configure("resync_rate", "20") // of the connection to come
		r.fault(switchsim.Fault{Kind: "refuse", Link: 1, Seconds: 60})
		r.fault(switchsim.Fault{Kind: "drop", Link: 1})
		r.await(time.Second, "the other link", func(v *fsm.State) bool { sw, _ := v.Switch("sw"); return sw.Link == "l2" })
		id := r.request(&fsmpb.Request{Service: fsmpb.Service_RETRIEVE_CALL, First: &fsmpb.Conn{Call: held, Device: "1901"}})
		if p := r.reply(id, 2*time.Second); p.GetDone().Result != fsmpb.OutcomeResult_DONE {
			t.Errorf("answer %v", p)
		}
		r.await(5*time.Second, "verified", ready)
		r.compare()
		r.violations()
	})
}

func TestRouting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a", "b")
		defer r.close()
		r.begin("a")
		res := r.client(&fsmpb.ClientCommand{Invoke: 2, Body: &fsmpb.ClientCommand_RegisterRouter{RegisterRouter: &fsmpb.RegisterRouter{Device: "6000"}}})
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		routed := func() {
			t.Helper()
			r.await(time.Second, "registered", func(v *fsm.State) bool {
				for g := range v.Registrations() {
					return !g.Pending
				}
				return false
			})
			time.Sleep(100 * time.Millisecond)
			r.do(switchsim.Move{Action: "inbound", Device: "+19005550000", To: "6000"})
			var route *fsm.Route
			r.await(time.Second, "asked for a route", func(v *fsm.State) bool {
				for route = range v.Routes() {
					return true
				}
				return false
			})
			res := r.client(&fsmpb.ClientCommand{Body: &fsmpb.ClientCommand_RouteAnswer{RouteAnswer: &fsmpb.RouteAnswer{
				Kind: fsmpb.RouteAnswer_SELECT, Route: route.Id, Destination: "1905",
			}}})
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			r.await(time.Second, "routed to 1905", func(v *fsm.State) bool {
				d, _ := v.Device("sw", "1905")
				return len(d.Calls) == 1
			})
			r.do(switchsim.Move{Action: "answer", Device: "1905"})
			r.do(switchsim.Move{Action: "clear", Device: "1905"})
			r.await(time.Second, "over", func(v *fsm.State) bool { return v.CallCount() == 0 })
		}
		routed()
		r.nodes["a"].kill()
		r.nodes["b"].lead()
		r.await(time.Second, "b drives", func(v *fsm.State) bool { l, _ := v.Link("l1"); return l.Node == "b" && ready(v) })
		routed() // the registration was made again
		r.compare()
		r.violations()
	})
}

// A monitor that the switch ends is started again.
func TestEndedMonitorsAreStartedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a")
		defer r.close()
		r.begin("a")
		n := r.nodes["a"].links.Status()[0].Monitors
		r.fault(switchsim.Fault{Kind: "stopmonitor"})
		time.Sleep(100 * time.Millisecond)
		r.await(10*time.Second, "monitors up again", func(v *fsm.State) bool {
			for range v.Unwatched("sw") {
				return false
			}
			return ready(v)
		})
		if again := r.nodes["a"].links.Status()[0].Monitors; again != n || n == 0 {
			t.Errorf("%d monitors, %d before", again, n)
		}
		r.do(switchsim.Move{Action: "inbound", Device: "+19005550000", To: "1900"})
		if calls, _ := r.compare(); calls != 1 {
			t.Errorf("compared %d calls", calls)
		}
	})
}

// A switch that goes silent is left for the other link.
func TestSilentSwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a")
		defer r.close()
		r.begin("a")
		r.fault(switchsim.Fault{Kind: "blackhole", Link: 1})
		r.await(40*time.Second, "the other link", linkUp("l2"))
	})
}
