package xsilink

import (
	"testing"

	"github.com/holdline/holdline/transport/xsi"
)

func TestQueue(t *testing.T) {
	r := newRig(t)
	entry := xsi.QueueEntry{CallID: "q1", ExtTrackingID: "t1", RemoteParty: xsi.Party{Address: xsi.Address{URI: "tel:+15550100"}}}
	tell := func(t xsi.EventType, change func(*xsi.QueueEvent)) string {
		e := &xsi.QueueEvent{Type: t, Entry: entry}
		if change != nil {
			change(e)
		}
		return r.say("7000", e)
	}
	to := func(e *xsi.QueueEvent) {
		e.Redirect = &xsi.Redirect{Address: xsi.Address{URI: "tel:7001"}, Reason: xsi.RedirectCallCenter}
	}
	agent := func(e *xsi.QueueEvent) { e.Entry.AnsweringUser = "1000@pbx.example" }
	r.want(tell(xsi.ACDCallAdded, func(e *xsi.QueueEvent) { e.Position = 2 }), "queued t1/7000 calling=+15550100 called=7000")
	r.want(tell(xsi.ACDCallOfferedToAgent, agent), "delivered t1/1000 calling=+15550100 called=7000 last=7000")
	r.want(tell(xsi.ACDCallBounced, nil), "")
	r.want(tell(xsi.ACDCallUpdated, func(e *xsi.QueueEvent) { e.Entry.ExtTrackingID = "t2" }), "callinformation t2/7000 was=t1")
	r.want(tell(xsi.ACDCallAnsweredByAgent, func(e *xsi.QueueEvent) { agent(e); e.Entry.ExtTrackingID = "t2" }), "diverted t2/7000 to=1000")
	for _, kind := range []xsi.EventType{xsi.ACDCallAbandoned, xsi.ACDCallReleased, xsi.ACDCallEscaped, xsi.ACDCallStranded} {
		r.want(tell(kind, nil), "connectioncleared t1/7000")
	}
	for _, kind := range []xsi.EventType{xsi.ACDCallOverflowed, xsi.ACDCallTransferred, xsi.ACDCallBounced, xsi.ACDCallStranded} {
		r.want(tell(kind, to), "diverted t1/7000 to=7001")
	}
	r.want(tell(xsi.ACDCallOverflowed, func(e *xsi.QueueEvent) { e.TreatmentStarted = true }), "")
	r.want(r.say("7000", &xsi.QueueSnapshot{Type: xsi.ACDSubscription, Entries: []xsi.QueueEntry{entry}}), "snapshot 7000 t1:queued:+15550100")
	night := &xsi.PolicyEvent{Type: xsi.ACDNightPolicyApplied, CallID: "q1", ExtTrackingID: "t1", Redirect: &xsi.Redirect{Address: xsi.Address{URI: "tel:1009"}}}
	r.want(r.say("7000", night), "diverted t1/7000 to=1009")
	r.want(r.say("7000", night), "") // nobody was told of it
}

func TestRoutePoint(t *testing.T) {
	r := newRig(t)
	entry := xsi.RoutePointEntry{CallID: "q1", ExtTrackingID: "t1", RemoteParty: xsi.Party{Address: xsi.Address{URI: "tel:+15550100"}}}
	r.want(r.say("6000", &xsi.RoutePointEvent{Type: xsi.RoutePointCallAdded, Entry: entry}), "queued t1/6000 calling=+15550100 called=6000")
	r.want(r.say("6000", &xsi.RoutePointEvent{Type: xsi.RoutePointTreatmentStarted, Entry: entry}), "")
	for kind, number := range map[xsi.EventType]string{
		xsi.RoutePointBusyCompleted: "0", xsi.RoutePointMOHCompleted: "1", xsi.RoutePointRingbackCompleted: "2",
		xsi.RoutePointSilenceCompleted: "3", xsi.RoutePointTreatmentCompleted: "4",
	} {
		r.want(r.say("6000", &xsi.RoutePointEvent{Type: kind, Entry: entry, Result: &xsi.PlayResult{ID: "p1", Completion: "EOF"}}),
			"stop t1/6000 message="+number+" endOfMessageDetected")
	}
	r.want(r.say("6000", &xsi.RoutePointEvent{Type: xsi.RoutePointTreatmentCompleted, Entry: entry, Result: &xsi.PlayResult{Completion: "another"}}),
		"stop t1/6000 message=4 normal")
	r.want(r.say("6000", &xsi.RoutePointEvent{
		Type: xsi.RoutePointCallTransferred, Entry: entry, Redirect: &xsi.Redirect{Address: xsi.Address{URI: "tel:7000"}},
	}), "diverted t1/6000 to=7000")
	r.want(r.say("6000", &xsi.RoutePointEvent{Type: xsi.RoutePointCallAbandoned, Entry: entry}), "connectioncleared t1/6000")
	r.want(r.say("6000", &xsi.RoutePointFailedEvent{}), "outofservice 6000 false")
	r.want(r.say("6000", &xsi.RoutePointRecoveredEvent{}), "backinservice 6000 false")
	r.want(r.say("6000", &xsi.RoutePointSnapshot{Type: xsi.RoutePointSubscriptionResync}), "snapshot 6000")
}

func TestAgentsAndServices(t *testing.T) {
	r := newRig(t)
	state := func(s xsi.AgentState) *xsi.AgentStateEvent {
		return &xsi.AgentStateEvent{Info: xsi.AgentStateInfo{State: s}}
	}
	r.want(r.say("1000", &xsi.AgentSubscriptionEvent{}), "agentloggedoff 1000")
	r.want(r.say("1000", state(xsi.AgentSignIn)), "agentloggedon 1000")
	r.want(r.say("1000", state(xsi.AgentAvailable)), "agentready 1000")
	r.want(r.say("1000", state(xsi.AgentUnavailable)), "agentnotready 1000")
	r.want(r.say("1000", state(xsi.AgentWrapUp)), "agentworkingaftercall 1000")
	r.want(r.say("1000", state(xsi.AgentSignOut)), "agentloggedoff 1000")
	r.want(r.say("1001", &xsi.AgentSubscriptionEvent{State: &xsi.AgentStateInfo{State: xsi.AgentAvailable}}), "agentloggedon 1001; agentready 1001")
	on := true
	r.want(r.say("1000", &xsi.ServiceEvent{Type: xsi.DoNotDisturb, Active: &on}), "donotdisturb 1000 true")
	r.want(r.say("1000", &xsi.ServiceEvent{Type: xsi.CallForwardingBusy, Active: &on, ForwardTo: xsi.Address{URI: "tel:1009"}}),
		"forwarding 1000 true forwardBusy 1009")
	r.want(r.say("1000", &xsi.HookStatusEvent{Status: xsi.OffHook}), "")
	r.want(r.say("1000", &xsi.UnknownEvent{}), "")
	if r.c.unknown != 1 {
		t.Errorf("%d odd things were counted, want the unknown event", r.c.unknown)
	}
}

// A snapshot is all that a user has; a conference is one call in it.
func TestSnapshot(t *testing.T) {
	r := newRig(t)
	answered := call("f", "tf", xsi.Terminator, xsi.CallAlerting, "1006")
	answered.AnswerTime = 5
	s := &xsi.CallSnapshot{Type: xsi.CallSubscription, Calls: []xsi.Call{
		call("a", "ta", xsi.Originator, xsi.CallActive, "1001"),
		call("b", "tb", xsi.Originator, xsi.CallActive, "1002"),
		call("c", "tc", xsi.Terminator, xsi.CallAlerting, "1003"),
		call("d", "td", xsi.Originator, xsi.CallAlerting, "1004"),
		call("e", "te", xsi.Terminator, xsi.CallHeld, "1005"),
		answered,
		call("g", "tg", xsi.Terminator, xsi.CallReleased, "1007"),
	}, Conference: &xsi.Conference{State: xsi.ConferenceActive, Participants: []xsi.Participant{{CallID: "a"}, {CallID: "b"}}}}
	r.want(r.say("1000", s),
		"snapshot 1000 tc:alerting:1003 td:connected:1004 te:hold:1005 tf:connected:1006 ta:connected:+1000+1001+1002=tb")
}

// What could be done with a call and can't be any more, after a failover, is a call
// without control.
func TestLostControl(t *testing.T) {
	r := newRig(t)
	c := call("a", "ta", xsi.Terminator, xsi.CallAlerting, "1001")
	c.AllowAnswer = true
	r.say("1000", told(xsi.CallReceived, c))
	c.AllowAnswer = false
	s := &xsi.CallSnapshot{Type: xsi.CallSubscription, Calls: []xsi.Call{c}}
	r.c.askedAt["1000"] = r.c.ledAt
	r.want(r.say("1000", s), "snapshot 1000 ta:alerting:1001") // it may be the phone that can't
	c.AllowAnswer = true
	r.say("1000", told(xsi.CallUpdated, c))
	r.c.markOld()
	r.want(r.say("1000", s), "snapshot 1000 ta:alerting:1001!")
	r.want(r.say("1000", s), "snapshot 1000 ta:alerting:1001!") // and stays so
}

func TestNames(t *testing.T) {
	r := newRig(t)
	for user, device := range map[string]string{"1000@pbx.example": "1000", "1000@other.example": "1000@other.example"} {
		if got := r.c.device(user); got != device {
			t.Errorf("device of %s is %s", user, got)
		}
		if got := r.c.userID(device); got != user {
			t.Errorf("user of %s is %s", device, got)
		}
	}
	if got := number(xsi.Address{URI: "tel:+15550100;ext=1000"}); got != "+15550100" {
		t.Errorf("number %s", got)
	}
}

// An event about a service counts for more than an answer, which may be older.
func TestServiceIsNotLookedAtTwice(t *testing.T) {
	r := newRig(t)
	r.watch("1000")
	r.say("1000", &xsi.ServiceEvent{Type: xsi.DoNotDisturb, Active: new(true)})
	r.c.lookAt(t.Context(), "1000", xsi.ServiceDoNotDisturb)
	r.want(r.new(), "")
	r.c.lookAtServices("7000")
	if n := len(r.c.queue[idle]); n != 0 {
		t.Errorf("%d services of a queue are looked at", n)
	}
	r.c.o.Packages = append(r.c.o.Packages, xsi.PackageDoNotDisturb, xsi.PackageCallForwardingBusy)
	r.c.lookAtServices("1000")
	if n := len(r.c.queue[idle]); n != 2 {
		t.Errorf("%d services of a user are looked at, want 2", n)
	}
}
