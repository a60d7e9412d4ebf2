package switchsim_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/switchsim"
	"github.com/holdline/holdline/transport/xsi"
)

// desk is a user with an application that listens to them.
type desk struct {
	*listener
	xsi.User
	device string
}

// desks makes users of one application out of stations that never act on their own.
func (r *xsiRig) desks(devices ...string) []desk {
	l := r.listen(1, "set", "app", 1)
	var all []desk
	for _, d := range devices {
		l.subscribe(d, xsi.PackageAdvancedCall)
		all = append(all, desk{l, l.User(d + "@pbx.example"), d})
	}
	l.take()
	return all
}

// parts are a user's calls.
func (d desk) parts() []switchsim.XsiCallTruth {
	synctest.Wait()
	for _, u := range d.r.s.Xsi().Users {
		if u.Device == d.device {
			return u.Calls
		}
	}
	return nil
}

// only returns the user's only call.
func (d desk) only() switchsim.XsiCallTruth {
	d.r.t.Helper()
	calls := d.parts()
	if len(calls) != 1 {
		d.r.t.Fatalf("%s has %+v, want one call", d.device, calls)
	}
	return calls[0]
}

// heard are the types of the events of one user.
func heard(events []*xsi.SubscriptionEvent, device string) []string {
	all := []string{}
	for _, e := range events {
		if e.Target() == device+"@pbx.example" {
			all = append(all, string(e.Data.EventType()))
		}
	}
	return all
}

func (r *xsiRig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Error(err)
	}
}

// refused checks that an action is refused, and surely not done.
func (r *xsiRig) refused(what string, err error, status int) {
	r.t.Helper()
	if e, ok := errors.AsType[*xsi.StatusError](err); !ok || e.Status != status || !xsi.NotObeyed(err) {
		r.t.Errorf("%s: %v, want %d", what, err, status)
	}
}

func TestXsi_DialAndTalk(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		d := r.desks("1900", "1901")
		a, b := d[0], d[1]
		ctx := t.Context()
		begun, err := a.Dial(ctx, xsi.DialRequest{Address: "1901"})
		r.ok(err)
		if got := a.only(); got.ID != begun.CallID || got.Tracking != begun.ExternalTrackingID || got.Personality != "Click-to-Dial" || got.State != "Alerting" {
			t.Errorf("%+v, begun as %+v", got, begun)
		}
		time.Sleep(time.Second)
		events := a.take()
		sameTexts(t, "1900", heard(events, "1900"), "CallOriginatingEvent", "CallOriginatedEvent", "HookStatusEvent")
		sameTexts(t, "1901", heard(events, "1901"), "CallReceivedEvent")
		call := a.only()
		if call.ID == begun.CallID || call.Tracking != begun.ExternalTrackingID || b.only().Tracking != call.Tracking {
			t.Errorf("%+v, %+v: the call ID changes once it rings out, the tracking ID doesn't", call, b.only())
		}
		r.refused("talk to who rings", a.Talk(ctx, call.ID), 403)
		r.refused("hold who rings", b.Hold(ctx, b.only().ID), 403)
		r.ok(b.Talk(ctx, b.only().ID))
		sameTexts(t, "answered", heard(a.take(), "1900"), "CallAnsweredEvent")
		hook, err := a.HookStatus(ctx)
		if err != nil || hook != xsi.OffHook {
			t.Errorf("%s, %v", hook, err)
		}
		r.ok(b.Hold(ctx, b.only().ID))
		events = a.take()
		sameTexts(t, "held here", heard(events, "1901"), "CallHeldEvent")
		sameTexts(t, "held there", heard(events, "1900"), "CallHeldEvent")
		if a.only().State != "Remote Held" || b.only().State != "Held" {
			t.Errorf("%+v, %+v", a.only(), b.only())
		}
		r.ok(a.Hold(ctx, a.only().ID)) // both hold: the one who does already isn't told
		r.ok(a.Talk(ctx, a.only().ID))
		events = a.take()
		sameTexts(t, "held by both, here", heard(events, "1901"), []string{}...)
		sameTexts(t, "held by both, there", heard(events, "1900"), "CallHeldEvent", "CallRetrievedEvent")
		c, err := b.Call(ctx, b.only().ID, false)
		if err != nil || !c.AllowRetrieve || c.HeldTime == 0 || c.RemoteParty.UserID != "1900@pbx.example" || c.RemoteParty.CallType != xsi.CallTypeGroup {
			t.Errorf("%+v, %v", c, err)
		}
		r.ok(b.Talk(ctx, b.only().ID))
		r.ok(a.TransmitDTMF(ctx, a.only().ID, "5"))
		sameTexts(t, "retrieved here", heard(a.take(), "1901"), "CallRetrievedEvent")
		r.refused("pause what isn't recorded", a.PauseRecording(ctx, a.only().ID), 403)
		r.ok(a.Record(ctx, a.only().ID))
		if c, err := a.Call(ctx, a.only().ID, true); err != nil || !c.Recorded || c.RecordingState != "Started" {
			t.Errorf("%+v, %v", c, err)
		}
		r.refused("record it twice", a.Record(ctx, a.only().ID), 403)
		r.ok(a.PauseRecording(ctx, a.only().ID))
		r.ok(a.ResumeRecording(ctx, a.only().ID))
		r.ok(a.StopRecording(ctx, a.only().ID))
		events = a.take()
		sameTexts(t, "recorded here", heard(events, "1900"), "CallRecordingStartingEvent", "CallRecordingStartedEvent",
			"CallRecordingPausedEvent", "CallRecordingResumedEvent", "CallRecordingStoppedEvent")
		sameTexts(t, "recorded there", heard(events, "1901"), []string{}...)
		r.ok(a.Release(ctx, a.only().ID))
		events = a.take()
		sameTexts(t, "1900 at the end", heard(events, "1900"), "CallReleasedEvent", "HookStatusEvent")
		sameTexts(t, "1901 at the end", heard(events, "1901"), "CallReleasedEvent", "HookStatusEvent")
		for _, e := range events {
			if c, ok := e.Data.(*xsi.CallEvent); ok && c.Type == xsi.CallWasReleased {
				want := map[string]xsi.ReleasingParty{"1900@pbx.example": xsi.LocalRelease, "1901@pbx.example": xsi.RemoteRelease}[e.Target()]
				if c.Call.ReleasedBy != want || c.Call.ReleaseTime == 0 {
					t.Errorf("%s: %+v", e.Target(), c.Call)
				}
			}
		}
		r.refused("a call that is over", a.Hold(ctx, call.ID), 404)
		r.clean(a.listener)
	})
}

func TestXsi_ActionsThatAreRefused(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		d := r.desks("1900", "1901")
		a, ctx := d[0], t.Context()
		dial := func(address string) error { _, err := a.Dial(ctx, xsi.DialRequest{Address: address}); return err }
		r.refused("dialling nobody", dial("99"), 403)
		r.refused("dialling oneself", dial("1900"), 403)
		r.do(switchsim.Move{Action: "service", Device: "1900", State: "outOfService"})
		r.refused("dialling out of service", dial("1901"), 403)
		r.do(switchsim.Move{Action: "service", Device: "1900", State: "inService"})
		r.refused("another user", a.Client.User("99@pbx.example").Hold(ctx, "x"), 404)
		r.refused("a queue", a.Client.User("7000@pbx.example").Hold(ctx, "x"), 404)
		_, err := a.Call(ctx, "x", true)
		r.refused("no call", err, 404)
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		id := a.only().ID
		_, err = a.BargeIn(ctx, "1901")
		for what, err := range map[string]error{
			"barge in": err, "park": a.Park(ctx, id, "1"), "record": a.Record(ctx, id), "voice mail": a.VoicemailTransfer(ctx, id, ""),
			"deaf": a.DeafenParticipant(ctx, id), "transfer nowhere": a.BlindTransfer(ctx, id, "99"), "reconnect what rings": a.Reconnect(ctx, id),
			"digits while it rings": a.TransmitDTMF(ctx, id, "1"), "a transfer of one call": a.ConsultTransfer(ctx, id, id),
		} {
			r.refused(what, err, 403)
		}
		r.refused("no conference", a.EndConference(ctx), 404)
		r.ok(a.Release(ctx, id))
		if got := a.only(); got.State != "Alerting" {
			t.Errorf("released without declining: %+v", got)
		}
		r.ok(a.Decline(ctx, id, xsi.DeclineBusy))
		if got := a.parts(); len(got) != 0 {
			t.Errorf("declined: %+v", got)
		}
		r.clean(a.listener)
	})
}

// Digits that are dialled in any of the ways in which a number can be written.
func TestXsi_Addresses(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		d := r.desks("1900", "1901")
		for _, address := range []string{"1901", "tel:1901", "+15550121901", "tel:+15550121901;ext=1901", "1901@pbx.example", "sip:1901@pbx.example"} {
			_, err := d[0].Dial(t.Context(), xsi.DialRequest{Address: address})
			r.ok(err)
			time.Sleep(time.Second)
			if got := d[1].only(); got.Far != "1900" || got.State != "Alerting" {
				t.Errorf("%s: %+v", address, got)
			}
			r.ok(d[0].Release(t.Context(), d[0].only().ID))
		}
	})
}

func TestXsi_Transfers(t *testing.T) {
	withXsi(t, switchsim.Options{MergeID: switchsim.MergeSecondary}, func(t *testing.T, r *xsiRig) {
		d := r.desks("1900", "1901", "1902")
		a, b, c := d[0], d[1], d[2]
		ctx := t.Context()
		connect := func() {
			t.Helper()
			_, err := a.Dial(ctx, xsi.DialRequest{Address: "1901"})
			r.ok(err)
			time.Sleep(time.Second)
			r.ok(b.Talk(ctx, b.only().ID))
			a.take()
		}
		connect()
		before := a.only()
		r.ok(b.BlindTransfer(ctx, b.only().ID, "1902"))
		events := a.take()
		sameTexts(t, "who transfers", heard(events, "1901"), "CallRedirectedEvent", "CallReleasedEvent", "HookStatusEvent")
		sameTexts(t, "who is transferred", heard(events, "1900"), "CallTransferredEvent")
		sameTexts(t, "to whom", heard(events, "1902"), "CallReceivedEvent")
		if got := a.only(); got.ID != before.ID || got.State != "Alerting" || got.Far != "1902" || c.only().Far != "1900" {
			t.Errorf("%+v, %+v", got, c.only())
		}
		r.ok(c.Talk(ctx, c.only().ID))
		sameTexts(t, "answered again", heard(a.take(), "1900"), "CallAnsweredEvent")
		r.ok(c.Release(ctx, c.only().ID))
		a.take()

		connect()
		r.ok(b.Hold(ctx, b.only().ID))
		_, err := b.Dial(ctx, xsi.DialRequest{Address: "1902"})
		r.ok(err)
		time.Sleep(time.Second)
		r.ok(c.Talk(ctx, c.only().ID))
		parts, first, second := b.parts(), a.only(), c.only()
		if len(parts) != 2 || parts[0].Tracking != first.Tracking || parts[1].Tracking != second.Tracking || first.Tracking == second.Tracking {
			t.Fatalf("%+v, %+v, %+v", parts, first, second)
		}
		a.take()
		r.ok(b.ConsultTransfer(ctx, parts[1].ID, parts[0].ID)) // in either order
		events = a.take()
		sameTexts(t, "who transfers", heard(events, "1901"), "CallRedirectedEvent", "CallReleasedEvent", "CallReleasedEvent", "HookStatusEvent")
		sameTexts(t, "the first", heard(events, "1900"), "CallTransferredEvent")
		sameTexts(t, "the second", heard(events, "1902"), "CallTransferredEvent")
		x, y := a.only(), c.only()
		if x.ID != first.ID || y.ID != second.ID || x.Tracking != second.Tracking || y.Tracking != second.Tracking ||
			x.Far != "1902" || y.Far != "1900" || x.State != "Active" || y.State != "Active" {
			t.Errorf("%+v, %+v: the call IDs stay, the first one's tracking ID changes", x, y)
		}
		// What rings is deflected.
		r.do(switchsim.Move{Action: "inbound", To: "1901"})
		a.take()
		r.ok(b.BlindTransfer(ctx, b.only().ID, "+19005550100"))
		events = a.take()
		sameTexts(t, "deflected", heard(events, "1901"), "CallRedirectedEvent", "CallReleasedEvent")
		if e := events[0].Data.(*xsi.CallsRedirected); e.Calls[0].Redirect.Reason != xsi.RedirectDeflection || e.Calls[0].Redirect.Address.URI != "tel:+19005550100" {
			t.Errorf("%+v", e.Calls[0])
		}
		r.clean(a.listener)
	})
}

func TestXsi_Conference(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		d := r.desks("1900", "1901", "1902", "1903")
		a, ctx := d[0], t.Context()
		for _, other := range d[1:3] {
			_, err := a.Dial(ctx, xsi.DialRequest{Address: other.device})
			r.ok(err)
			time.Sleep(time.Second)
			r.ok(other.Talk(ctx, other.only().ID))
		}
		parts := a.parts()
		if len(parts) != 2 || parts[0].State != "Held" || parts[1].State != "Active" {
			t.Fatalf("%+v: a second call holds the first one", parts)
		}
		a.take()
		r.ok(a.Confer(ctx, parts[0].ID, parts[1].ID))
		events := a.take()
		sameTexts(t, "the controller", heard(events, "1900"), "CallRetrievedEvent", "ConferenceStartedEvent")
		sameTexts(t, "who was held", heard(events, "1901"), "CallRetrievedEvent")
		sameTexts(t, "who wasn't", heard(events, "1902"), []string{}...)
		after := a.parts()
		if len(after) != 2 || after[0].Tracking != parts[0].Tracking || after[1].Tracking != parts[1].Tracking || after[0].ID != parts[0].ID {
			t.Errorf("%+v: calls and tracking IDs stay", after)
		}
		conference, err := a.Conference(ctx)
		if err != nil || conference.State != xsi.ConferenceActive || len(conference.Participants) != 2 {
			t.Errorf("%+v, %v", conference, err)
		}
		calls, err := a.Calls(ctx)
		if err != nil || len(calls) != 2 || !calls[0].InConference {
			t.Errorf("%+v, %v", calls, err)
		}
		r.refused("a transfer by the controller", a.BlindTransfer(ctx, after[0].ID, "1903"), 403)
		r.refused("a reconnect by the controller", a.Reconnect(ctx, after[0].ID), 403)
		r.ok(a.HoldConference(ctx))
		r.refused("held twice", a.HoldConference(ctx), 403)
		_, err = a.Dial(ctx, xsi.DialRequest{Address: "1903"})
		r.ok(err)
		time.Sleep(time.Second)
		r.ok(d[3].Talk(ctx, d[3].only().ID))
		a.take()
		r.ok(a.AddToConference(ctx, a.parts()[2].ID))
		r.ok(a.MuteConference(ctx))
		r.ok(a.UnmuteConference(ctx))
		r.ok(d[2].Release(ctx, d[2].only().ID))
		sameTexts(t, "the controller", heard(a.take(), "1900"), "ConferenceUpdatedEvent", "ConferenceMutedEvent", "ConferenceUnmutedEvent",
			"CallReleasedEvent", "ConferenceUpdatedEvent")
		if got := a.parts(); len(got) != 2 {
			t.Errorf("%+v", got)
		}
		r.ok(a.Release(ctx, a.parts()[0].ID)) // one participant
		events = a.take()
		sameTexts(t, "two are left", heard(events, "1900"), "CallReleasedEvent", "ConferenceReleasedEvent")
		sameTexts(t, "the one", heard(events, "1901"), "CallReleasedEvent", "HookStatusEvent")
		if d[3].only().State != "Active" {
			t.Errorf("%+v", d[3].only())
		}
		r.ok(a.Release(ctx, a.only().ID))
		if len(r.s.Truth().Calls) != 0 {
			t.Errorf("%+v", r.s.Truth().Calls)
		}
		r.clean(a.listener)
	})
}

// A conference ends with its controller.
func TestXsi_ConferenceEndsWithItsController(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		d := r.desks("1900", "1901", "1902")
		for _, end := range []func() error{
			func() error { return d[0].EndConference(t.Context()) },
			func() error { r.do(switchsim.Move{Action: "clear", Device: "1900"}); return nil },
		} {
			r.do(switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
			r.do(switchsim.Move{Action: "answer", Device: "1901"})
			r.do(switchsim.Move{Action: "join", Device: "1900", To: "1902"})
			events := d[0].take()
			sameTexts(t, "who is joined", heard(events, "1902"), "CallReceivedEvent", "CallAnsweredEvent", "HookStatusEvent")
			if got := d[0].parts(); len(got) != 2 || got[0].Tracking == got[1].Tracking || d[2].only().Tracking != got[1].Tracking {
				t.Errorf("%+v", got)
			}
			r.ok(end())
			events = d[0].take()
			sameTexts(t, "the controller", heard(events, "1900"), "ConferenceReleasedEvent", "CallReleasedEvent", "CallReleasedEvent", "HookStatusEvent")
			for _, other := range []string{"1901", "1902"} {
				sameTexts(t, other, heard(events, other), "CallReleasedEvent", "HookStatusEvent")
			}
		}
		r.clean(d[0].listener)
	})
}

func TestXsi_Reconnect(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		d := r.desks("1900", "1901", "1902")
		a := d[0]
		r.do(switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
		r.do(switchsim.Move{Action: "answer", Device: "1901"})
		first := a.only()
		r.do(switchsim.Move{Action: "consult", Device: "1900", To: "1902"})
		r.do(switchsim.Move{Action: "answer", Device: "1902"})
		r.ok(a.Reconnect(t.Context(), first.ID))
		if got := a.only(); got.ID != first.ID || got.State != "Active" || len(d[2].parts()) != 0 {
			t.Errorf("%+v, %+v", got, d[2].parts())
		}
		r.clean(a.listener)
	})
}

// A queued call that an agent declines goes back to the queue.
func TestXsi_DeclinedCallBounces(t *testing.T) {
	withXsi(t, switchsim.Options{Agents: 1, Queues: 1, RoutePoints: 1}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		l.subscribe("7000", xsi.PackageCallCenterQueue)
		l.subscribe("6000", xsi.PackageRoutePointQueue)
		r.do(switchsim.Move{Action: "service", Device: "1000", State: "outOfService"})
		r.do(switchsim.Move{Action: "agent", Device: "1900", Agent: "41900", Group: "7000", State: "loggedOn"})
		r.do(switchsim.Move{Action: "agent", Device: "1900", State: "ready"})
		l.subscribe("1900", xsi.PackageAdvancedCall, xsi.PackageCallCenterAgent)
		l.take()
		r.do(switchsim.Move{Action: "inbound", To: "6000"})
		time.Sleep(2 * time.Second)
		events := l.take()
		sameTexts(t, "the route point", heard(events, "6000"), "RoutePointCallAddedEvent", "RoutePointCallTransferredEvent")
		sameTexts(t, "the queue", heard(events, "7000"), "ACDCallAddedEvent", "ACDCallOfferedToAgentEvent")
		sameTexts(t, "the agent", heard(events, "1900"), "CallReceivedEvent")
		agent := desk{l, l.User("1900@pbx.example"), "1900"}
		call, err := agent.Call(t.Context(), agent.only().ID, false)
		if err != nil || call.ACD == nil || call.ACD.UserID != "7000@pbx.example" || *call.ACD.CallsInQueue != 1 {
			t.Errorf("%+v, %v", call, err)
		}
		r.ok(agent.Decline(t.Context(), agent.only().ID, ""))
		time.Sleep(time.Second)
		events = l.take()
		sameTexts(t, "the queue", heard(events, "7000"), "ACDCallBouncedEvent")
		for _, e := range events {
			if q, ok := e.Data.(*xsi.QueueEvent); ok && (!q.Entry.Bounced || q.Entry.AnsweringUser != "" || q.Position != 1) {
				t.Errorf("%+v", q)
			}
		}
		sameTexts(t, "the agent", heard(events, "1900"), "AgentStateEvent", "CallRedirectedEvent", "CallReleasedEvent")
		r.do(switchsim.Move{Action: "agent", Device: "1900", State: "ready"})
		time.Sleep(time.Second)
		r.ok(agent.Talk(t.Context(), agent.only().ID))
		r.ok(agent.Release(t.Context(), agent.only().ID))
		events = l.take()
		sameTexts(t, "the queue", heard(events, "7000"), "ACDCallOfferedToAgentEvent", "ACDCallAnsweredByAgentEvent")
		sameTexts(t, "the agent", heard(events, "1900"), "AgentStateEvent", "CallReceivedEvent", "CallAnsweredEvent", "HookStatusEvent",
			"CallReleasedEvent", "HookStatusEvent", "AgentStateEvent")
		if e := events[len(events)-1].Data.(*xsi.AgentStateEvent); e.Info.State != xsi.AgentWrapUp {
			t.Errorf("%+v", e)
		}
		r.clean(l)
	})
}

// Whoever routes calls is ready once it has a channel, and no longer without one.
func TestXsi_ApplicationController(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		c := r.client(2)
		r.refused("ready without a channel", c.SetApplicationController(t.Context(), "ac", xsi.ControllerReady), 403)
		l := r.listen(1, "set", "app", 1)
		l.subscribe("6000", xsi.PackageRoutePointQueue)
		l.take()
		r.ok(c.SetApplicationController(t.Context(), "ac", xsi.ControllerReady))
		if s, err := c.ApplicationController(t.Context(), "ac"); err != nil || s != xsi.ControllerReady {
			t.Errorf("%s, %v", s, err)
		}
		r.ok(c.SetApplicationController(t.Context(), "ac", xsi.ControllerNotReady))
		r.ok(c.SetApplicationController(t.Context(), "ac", xsi.ControllerReady))
		sameTexts(t, "told", types(l.take()), "RoutePointFailedEvent", "RoutePointRecoveredEvent")
		l.end()
		synctest.Wait()
		if s, err := c.ApplicationController(t.Context(), "ac"); err != nil || s != xsi.ControllerNotReady {
			t.Errorf("without a channel %s, %v", s, err)
		}
		again := r.listen(2, "set", "app", 1)
		events := again.take()
		sameTexts(t, "what was missed", types(events), "RoutePointFailedEvent")
		if e := events[0].Data.(*xsi.RoutePointFailedEvent); e.Reason != "FailureDetected" {
			t.Errorf("%+v", e)
		}
		r.clean(l, again)
	})
}
