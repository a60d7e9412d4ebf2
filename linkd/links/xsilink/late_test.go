package xsilink

import (
	"testing"

	"github.com/holdline/holdline/transport/xsi"
)

// watch subscribes to devices, as far as the link knows.
func (r *rig) watch(devices ...string) {
	for _, d := range devices {
		r.c.subs.put(d, &xsi.Subscription{SubscriptionID: "s" + d})
	}
}

// What one user is told of another comes after what that one did next, once a leader
// died in between: it must not undo it.
func TestLateWordOfOthers(t *testing.T) {
	r := newRig(t)
	r.watch("1000", "1001")
	r.say("1000", told(xsi.CallOriginated, call("a1", "t1", xsi.Originator, xsi.CallAlerting, "1001")))
	r.say("1001", told(xsi.CallReceived, call("b1", "t1", xsi.Terminator, xsi.CallAlerting, "1000")))
	r.want(r.say("1001", told(xsi.CallAnswered, call("b1", "t1", xsi.Terminator, xsi.CallActive, "1000"))),
		"established t1/1001 calling=1000 called=1001")
	r.say("1001", told(xsi.CallWasHeld, call("b1", "t1", xsi.Terminator, xsi.CallHeld, "1000")))
	for _, late := range []*xsi.CallEvent{
		told(xsi.CallAnswered, call("a1", "t1", xsi.Originator, xsi.CallActive, "1001")),
		told(xsi.CallWasHeld, call("a1", "t1", xsi.Originator, xsi.CallRemoteHeld, "1001")),
		told(xsi.CallRetrieved, call("a1", "t1", xsi.Originator, xsi.CallActive, "1001")),
	} {
		r.want(r.say("1000", late), "")
	}
	sent := func(typ xsi.EventType, by string) *xsi.CallEvent {
		r.say("1002", told(xsi.CallOriginated, call("c1", "t5", xsi.Originator, xsi.CallAlerting, by)))
		return told(typ, call("c1", "t6", xsi.Originator, xsi.CallAlerting, "1004"))
	}
	for _, typ := range []xsi.EventType{xsi.CallTransferred, xsi.CallForwarded} {
		r.want(r.say("1002", sent(typ, "1001")), "callinformation t6/1002 was=t5")
	}
	r.want(r.say("1002", sent(xsi.CallForwarded, "1003")), "diverted t6/1003 to=1004 was=t5")
	r.want(r.say("1000", told(xsi.CallWasHeld, call("a1", "t2", xsi.Originator, xsi.CallRemoteHeld, "1001"))), "callinformation t2/1000 was=t1")
	offer := &xsi.QueueEvent{Type: xsi.ACDCallOfferedToAgent, Entry: xsi.QueueEntry{CallID: "q1", ExtTrackingID: "t1", AnsweringUser: "1001@pbx.example"}}
	r.want(r.say("7000", offer), "")
	offer.Entry.AnsweringUser = "1002@pbx.example" // nobody is told by this one
	r.want(r.say("7000", offer), "delivered t1/1002 called=7000 last=7000")
}

// Who is known to have left comes into no conference, and into no transferred call.
func TestLateWordOfWhoLeft(t *testing.T) {
	for _, left := range []bool{false, true} {
		r := newRig(t)
		r.watch("1000", "1001", "1002")
		r.c.view("1002") // of which not all is known
		r.say("1001", &xsi.CallSnapshot{Type: xsi.CallSubscription, Calls: []xsi.Call{call("b1", "t1", xsi.Terminator, xsi.CallActive, "1000")}})
		away := ""
		if left {
			away = "-"
			r.say("1001", told(xsi.CallWasReleased, call("b1", "t1", xsi.Terminator, xsi.CallReleased, "1000")))
		}
		r.say("1000", told(xsi.CallAnswered, call("a1", "t1", xsi.Originator, xsi.CallActive, "1001")))
		r.say("1000", told(xsi.CallWasHeld, call("a1", "t1", xsi.Originator, xsi.CallHeld, "1001")))
		r.say("1000", told(xsi.CallAnswered, call("a2", "t2", xsi.Originator, xsi.CallActive, "1002")))
		before := r.c.views["1000"].copy()
		r.want(r.say("1000", &xsi.ConferenceEvent{Type: xsi.ConferenceStarted, Conference: xsi.Conference{
			State: xsi.ConferenceActive, Participants: []xsi.Participant{{CallID: "a1"}, {CallID: "a2"}},
		}}), "conferenced t1/1000 other=1002 second=t2 t1/1000<t1 t1/1001<t1"+away+" t1/1002<t2?")
		r.c.views["1000"] = before
		gone := func(id, tracking, far string) xsi.Call {
			c := call(id, tracking, xsi.Originator, xsi.CallDetached, far)
			c.Redirect = &xsi.Redirect{Address: xsi.Address{URI: "tel:1002"}, Reason: xsi.RedirectTransfer}
			return c
		}
		r.want(r.say("1000", &xsi.CallsRedirected{Calls: []xsi.Call{gone("a2", "t2", "1002"), gone("a1", "t1", "1001")}}),
			"transferred t1/1000 other=1002 second=t2 t1/1001<t1"+away+" t1/1002<t2?")
		if i := r.c.farItem(&half{tracking: "t1", far: "+15550100"}, "t1", "t1"); i.HasState {
			t.Error("a party outside is told of by nobody but the other end")
		}
	}
}

// A leader that doesn't know the server's subscriptions yet goes on with those of the one
// before: who is wanted is told of.
func TestWhoIsToldOf(t *testing.T) {
	r := newRig(t)
	known := r.c.leads
	r.c.leads = make(chan struct{})
	if !r.c.tells("1000") || r.c.tells("+15550100") || r.c.tells("") {
		t.Error("before the list is known, who is wanted is told of, and nobody else")
	}
	r.c.leads = known
	if r.c.tells("1000") {
		t.Error("a device without a subscription is told of")
	}
	r.c.subs.listed["1000"] = xsi.Subscription{}
	if !r.c.tells("1000") {
		t.Error("what the leader before subscribed to isn't told of")
	}
}

// Who was heard to leave has left, also before a snapshot.
func TestWhoLeftBeforeASnapshot(t *testing.T) {
	r := newRig(t)
	r.watch("1001")
	r.say("1001", told(xsi.CallReceived, call("b1", "t1", xsi.Terminator, xsi.CallAlerting, "1000")))
	r.say("1001", told(xsi.CallWasReleased, call("b1", "t1", xsi.Terminator, xsi.CallReleased, "1000")))
	if there, known := r.c.hasPart("1001", "t1"); there || !known {
		t.Error("it is not known to have left")
	}
	if there, known := r.c.hasPart("1001", "t2"); there || known {
		t.Error("nothing is known of another call")
	}
	for range 2 * maxLeft {
		r.say("1001", told(xsi.CallReceived, call("b2", "t3", xsi.Terminator, xsi.CallAlerting, "1000")))
		r.say("1001", told(xsi.CallWasReleased, call("b2", "t3", xsi.Terminator, xsi.CallReleased, "1000")))
	}
	if n := len(r.c.views["1001"].left); n != maxLeft {
		t.Errorf("%d calls are remembered", n)
	}
}

// A phone may be told to ring when the caller was told long ago that the call is over.
func TestCallerWhoLeft(t *testing.T) {
	r := newRig(t)
	r.watch("1000", "1001")
	received := told(xsi.CallReceived, call("b1", "t1", xsi.Terminator, xsi.CallAlerting, "1000"))
	ringing := "delivered t1/1001 calling=1000 called=1001"
	r.want(r.say("1001", received), ringing) // nothing is known of 1000
	r.say("1000", told(xsi.CallOriginated, call("a1", "t1", xsi.Originator, xsi.CallAlerting, "1001")))
	r.want(r.say("1001", received), ringing)
	r.say("1000", told(xsi.CallWasReleased, call("a1", "t1", xsi.Originator, xsi.CallReleased, "1001")))
	r.want(r.say("1001", received), ringing+"; connectioncleared t1/1000")
	r.say("1000", &xsi.CallSnapshot{Type: xsi.CallSubscription})
	r.want(r.say("1001", received), ringing+"; connectioncleared t1/1000")
	entry := &xsi.QueueEvent{Type: xsi.ACDCallAdded, Entry: xsi.QueueEntry{CallID: "q1", ExtTrackingID: "t1", RemoteParty: xsi.Party{UserID: "1000@pbx.example"}}}
	r.want(r.say("7000", entry), "queued t1/7000 calling=1000 called=7000; connectioncleared t1/1000")
	r.want(r.say("1001", told(xsi.CallReceived, call("b2", "t2", xsi.Terminator, xsi.CallAlerting, "1000"))),
		"delivered t2/1001 calling=1000 called=1001; lost 1000") // no snapshot and no event told of it
}
