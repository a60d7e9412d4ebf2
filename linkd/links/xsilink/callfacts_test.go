package xsilink

import (
	"testing"

	"github.com/holdline/holdline/transport/xsi"
)

func told(t xsi.EventType, c xsi.Call) *xsi.CallEvent { return &xsi.CallEvent{Type: t, Call: c} }

// A call's life as both of its users are told it.
func TestCall(t *testing.T) {
	r := newRig(t)
	r.want(r.say("1000", told(xsi.CallOriginated, call("a1", "t1", xsi.Originator, xsi.CallAlerting, "1001"))),
		"originated t1/1000 calling=1000 called=1001")
	r.want(r.say("1001", told(xsi.CallReceived, call("b1", "t1", xsi.Terminator, xsi.CallAlerting, "1000"))),
		"delivered t1/1001 calling=1000 called=1001")
	r.want(r.say("1001", told(xsi.CallAnswered, call("b1", "t1", xsi.Terminator, xsi.CallActive, "1000"))),
		"established t1/1001 calling=1000 called=1001")
	r.want(r.say("1000", told(xsi.CallAnswered, call("a1", "t1", xsi.Originator, xsi.CallActive, "1001"))), "established t1/1001")
	r.want(r.say("1000", told(xsi.CallWasHeld, call("a1", "t1", xsi.Originator, xsi.CallHeld, "1001"))), "held t1/1000")
	r.want(r.say("1001", told(xsi.CallWasHeld, call("b1", "t1", xsi.Terminator, xsi.CallRemoteHeld, "1000"))), "held t1/1000")
	r.want(r.say("1000", told(xsi.CallRetrieved, call("a1", "t1", xsi.Originator, xsi.CallActive, "1001"))), "retrieved t1/1000")
	r.want(r.say("1001", told(xsi.CallRetrieved, call("b1", "t1", xsi.Terminator, xsi.CallActive, "1000"))), "retrieved t1/1000")
	r.want(r.say("1000", told(xsi.CallWasReleased, call("a1", "t1", xsi.Originator, xsi.CallReleased, "1001"))), "connectioncleared t1/1000")
	if n := len(r.c.views["1000"].halves); n != 0 {
		t.Errorf("%d halves are left", n)
	}
}

// Dialled by an application: the callId changes once the call goes out.
func TestClickToDial(t *testing.T) {
	r := newRig(t)
	r.want(r.say("1000", told(xsi.CallOriginating, call("a1", "t1", xsi.ClickToDial, xsi.CallAlerting, "1001"))),
		"serviceinitiated t1/1000 calling=1000 called=1001")
	r.want(r.say("1000", told(xsi.CallOriginated, call("a2", "t1", xsi.ClickToDial, xsi.CallAlerting, "1001"))),
		"originated t1/1000 calling=1000 called=1001")
	r.want(r.say("1000", told(xsi.CallWasReleased, call("a1", "t1", xsi.ClickToDial, xsi.CallReleased, "1001"))), "")
	if h := r.c.views["1000"].of("t1"); len(h) != 1 || h[0].id != "a2" {
		t.Errorf("halves %v", h)
	}
}

// A link that just began to lead knows no half, and says what it can.
func TestRetrievedWithoutAView(t *testing.T) {
	r := newRig(t)
	remote := call("a1", "t1", xsi.Originator, xsi.CallActive, "1001")
	r.want(r.say("1000", told(xsi.CallRetrieved, remote)), "retrieved t1/1001")
	own := call("a2", "t2", xsi.Originator, xsi.CallActive, "1001")
	own.TotalHeldTime = 4000
	r.want(r.say("1000", told(xsi.CallRetrieved, own)), "retrieved t2/1000")
}

// Who can't be reached fails, and leaves the caller with a treatment.
func TestReleasing(t *testing.T) {
	r := newRig(t)
	r.say("1000", told(xsi.CallOriginated, call("a1", "t1", xsi.Originator, xsi.CallAlerting, "1001")))
	busy := call("a1", "t1", xsi.Originator, xsi.CallActive, "1001")
	busy.ReleaseCause = &xsi.ReleaseCause{Internal: "Busy"}
	r.c.take(r.event("1000", told(xsi.CallReleasing, busy)))
	if got := r.facts[len(r.facts)-2].GetCall().Cause; got != "busy" {
		t.Errorf("cause %q", got)
	}
	if a, b := r.facts[len(r.facts)-2], r.facts[len(r.facts)-1]; a.Event != b.Event || a.Part != 1 || b.Part != 2 {
		t.Errorf("parts %d of %s and %d of %s", a.Part, a.Event, b.Part, b.Event)
	}
	r.want(r.new(), "failed t1/1001 calling=1000 called=1001; connectioncleared t1/1001")
}

// The tracking ID changes during a call: it is the same call.
func TestTrackingIDChanges(t *testing.T) {
	r := newRig(t)
	r.say("1000", told(xsi.CallReceived, call("a1", "t1", xsi.Terminator, xsi.CallAlerting, "1001")))
	r.want(r.say("1000", told(xsi.CallUpdated, call("a1", "t2", xsi.Terminator, xsi.CallAlerting, "1001"))), "callinformation t2/1000 was=t1")
	r.want(r.say("1000", told(xsi.CallAnswered, call("a1", "t3", xsi.Terminator, xsi.CallActive, "1001"))),
		"established t3/1000 calling=1001 called=1000 was=t2")
	r.want(r.say("1000", told(xsi.CallUpdated, call("a1", "t3", xsi.Terminator, xsi.CallActive, "1001"))), "")
	r.want(r.say("1000", told(xsi.CallBargedIn, call("a1", "t4", xsi.Terminator, xsi.CallActive, "1001"))), "callinformation t4/1000 was=t3; lost 1000")
}

// The other end sent the call on before answering.
func TestForwarded(t *testing.T) {
	r := newRig(t)
	r.say("1000", told(xsi.CallOriginated, call("a1", "t1", xsi.Originator, xsi.CallAlerting, "1001")))
	r.want(r.say("1000", told(xsi.CallForwarded, call("a1", "t1", xsi.Originator, xsi.CallAlerting, "1002"))), "diverted t1/1001 to=1002")
}

// Through a queue: the caller's event names the queue, the agent's own tells who answered.
func TestDistributedCall(t *testing.T) {
	r := newRig(t)
	c := call("b1", "t1", xsi.Terminator, xsi.CallAlerting, "+15550100")
	c.ACD = &xsi.ACDCallInfo{UserID: "7000@pbx.example"}
	r.want(r.say("1001", told(xsi.CallReceived, c)), "delivered t1/1001 calling=+15550100 called=7000 last=7000")
	r.say("1000", told(xsi.CallOriginated, call("a1", "t2", xsi.Originator, xsi.CallAlerting, "7000")))
	r.want(r.say("1000", told(xsi.CallAnswered, call("a1", "t2", xsi.Originator, xsi.CallActive, "7000"))), "")
	r.want(r.say("1000", told(xsi.CallUpdated, call("a1", "t2", xsi.Originator, xsi.CallActive, "1001"))), "")
}

// A consultation transfer, as the one who does it is told and as the others are.
func TestTransfer(t *testing.T) {
	r := newRig(t)
	r.say("1000", told(xsi.CallAnswered, call("a1", "t1", xsi.Terminator, xsi.CallActive, "1001")))
	r.say("1000", told(xsi.CallWasHeld, call("a1", "t1", xsi.Terminator, xsi.CallHeld, "1001")))
	c := call("a2", "t2", xsi.Originator, xsi.CallAlerting, "1002")
	r.want(r.say("1000", told(xsi.CallOriginated, c)), "originated t2/1000 calling=1000 called=1002")
	r.say("1001", told(xsi.CallAnswered, call("b1", "t1", xsi.Originator, xsi.CallActive, "1000")))
	gone := func(id, tracking, far string) xsi.Call {
		c := call(id, tracking, xsi.Originator, xsi.CallDetached, far)
		c.Redirect = &xsi.Redirect{Address: xsi.Address{URI: "tel:1002"}, Reason: xsi.RedirectTransfer}
		return c
	}
	r.want(r.say("1000", &xsi.CallsRedirected{Calls: []xsi.Call{gone("a2", "t2", "1002"), gone("a1", "t1", "1001")}}),
		"transferred t1/1000 other=1002 second=t2 t1/1001<t1 t1/1002<t2")
	r.want(r.say("1000", told(xsi.CallWasReleased, call("a1", "t1", xsi.Originator, xsi.CallReleased, "1001"))), "")
	r.want(r.say("1001", told(xsi.CallTransferred, call("b1", "t2", xsi.Originator, xsi.CallActive, "1002"))),
		"transferred t1/1000 other=1002 t2/1001<t1 t2/1002< was=t1")
}

func TestDiverted(t *testing.T) {
	r := newRig(t)
	r.say("1000", told(xsi.CallReceived, call("a1", "t1", xsi.Terminator, xsi.CallAlerting, "1001")))
	c := call("a1", "t1", xsi.Terminator, xsi.CallDetached, "1001")
	c.Redirect = &xsi.Redirect{Address: xsi.Address{URI: "tel:1002"}, Reason: xsi.RedirectNoAnswer}
	r.c.take(r.event("1000", &xsi.CallsRedirected{Calls: []xsi.Call{c}}))
	if got := r.facts[len(r.facts)-1].GetCall().Cause; got != "callForwardNoAnswer" {
		t.Errorf("cause %q", got)
	}
	r.facts = r.facts[len(r.facts)-1:]
	r.want(r.new(), "diverted t1/1000 to=1002")
}

// A conference of three calls; whoever leaves is told by the controller's own part.
func TestConference(t *testing.T) {
	r := newRig(t)
	for i, far := range []string{"1001", "1002", "+15550103"} {
		id := string(rune('a' + i))
		r.say("1000", told(xsi.CallAnswered, call(id, "t"+id, xsi.Originator, xsi.CallActive, far)))
	}
	conf := func(t xsi.EventType, s xsi.ConferenceState, ids ...string) *xsi.ConferenceEvent {
		e := &xsi.ConferenceEvent{Type: t, Conference: xsi.Conference{State: s}}
		for _, id := range ids {
			e.Conference.Participants = append(e.Conference.Participants, xsi.Participant{CallID: id})
		}
		return e
	}
	r.want(r.say("1000", conf(xsi.ConferenceStarted, xsi.ConferenceActive, "a", "b")),
		"conferenced ta/1000 other=1002 second=tb ta/1000<ta ta/1001<ta ta/1002<tb")
	r.want(r.say("1000", conf(xsi.ConferenceUpdated, xsi.ConferenceActive, "c", "b", "a")),
		"conferenced ta/1000 other=+15550103 second=tc ta/1000<ta ta/1001<ta ta/1002<tb ta/+15550103<tc")
	r.want(r.say("1000", conf(xsi.ConferenceWasHeld, xsi.ConferenceHeld, "a", "b", "c")), "held ta/1000")
	r.want(r.say("1000", conf(xsi.ConferenceRetrieved, xsi.ConferenceActive, "a", "b", "c")), "retrieved ta/1000")
	over := call("c", "tc", xsi.Originator, xsi.CallReleased, "+15550103")
	over.ReleasedBy = xsi.RemoteRelease
	r.want(r.say("1000", told(xsi.CallWasReleased, over)), "connectioncleared tc/+15550103")
	r.want(r.say("1000", conf(xsi.ConferenceReleased, xsi.ConferenceOver)), "")
	r.want(r.say("1000", told(xsi.CallWasReleased, call("a", "ta", xsi.Originator, xsi.CallReleased, "1001"))), "connectioncleared ta/1000")
}

// The controller leaves, and nothing says before that the conference is over.
func TestControllerLeaves(t *testing.T) {
	r := newRig(t)
	r.say("1000", told(xsi.CallAnswered, call("a", "ta", xsi.Originator, xsi.CallActive, "1001")))
	r.say("1000", told(xsi.CallAnswered, call("b", "tb", xsi.Originator, xsi.CallActive, "1002")))
	r.say("1000", &xsi.ConferenceEvent{Type: xsi.ConferenceStarted, Conference: xsi.Conference{Participants: []xsi.Participant{{CallID: "a"}, {CallID: "b"}}}})
	r.want(r.say("1000", told(xsi.CallWasReleased, call("a", "ta", xsi.Originator, xsi.CallReleased, "1001"))), "connectioncleared ta/1001")
	r.want(r.say("1000", told(xsi.CallWasReleased, call("b", "tb", xsi.Originator, xsi.CallReleased, "1002"))),
		"connectioncleared tb/1002; connectioncleared tb/1000")
}

// Who takes a parked call back has another call than the one that was made for it:
// a snapshot tells.
func TestParkedAndRecorded(t *testing.T) {
	r := newRig(t)
	r.say("1000", told(xsi.CallOriginated, call("a1", "t9", xsi.Originator, xsi.CallAlerting, "")))
	r.want(r.say("1000", told(xsi.CallParkRetrieved, call("a1", "t1", xsi.Originator, xsi.CallActive, "1002"))), "callinformation t1/1000 was=t9; lost 1000")
	r.want(r.say("1001", told(xsi.CallParkRetrieved, call("b1", "t3", xsi.Originator, xsi.CallActive, "1002"))), "lost 1001")
	r.say("1002", told(xsi.CallWasHeld, call("c1", "t4", xsi.Originator, xsi.CallHeld, "1003")))
	r.want(r.say("1002", told(xsi.CallParkRetrieved, call("c1", "t4", xsi.Originator, xsi.CallActive, "1003"))), "retrieved t4/1002")
	for _, x := range []struct {
		kind         xsi.EventType
		reason, want string
	}{
		{xsi.CallRecordingStarting, "", ""},
		{xsi.CallRecordingStarted, "", "record t4/1002 message=c1 normal"},
		{xsi.CallRecordingPaused, "", "suspendrecord t4/1002 message=c1 normal"},
		{xsi.CallRecordingResumed, "", "record t4/1002 message=c1 normal"},
		{xsi.CallRecordingStopped, "User Requested", "stop t4/1002 message=c1 normal"},
		{xsi.CallRecordingStopped, "Failure", "stop t4/1002 message=c1 resourcesNotAvailable"},
	} {
		e := told(x.kind, call("c1", "t4", xsi.Originator, xsi.CallActive, "1003"))
		e.StopReason = x.reason
		r.want(r.say("1002", e), x.want)
	}
}
