package switchsim_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/switchsim"
	"github.com/holdline/holdline/transport/xsi"
)

// Another set of the same application ends the first one's channels, and its subscriptions with them.
func TestXsi_DuplicateChannelSet(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		first := r.listen(1, "set1", "app", 1)
		second := r.listen(2, "set1", "app", 1)
		first.subscribe("1000", xsi.PackageBasicCall)
		other := r.listen(1, "set2", "other", 1)
		if first.ended() != nil || second.ended() != nil {
			t.Fatal("two channels of one set, or another application's, end each other")
		}
		third := r.listen(1, "set3", "app", 1)
		if !first.endedWith(xsi.DuplicateChannelSet) || !second.endedWith(xsi.DuplicateChannelSet) {
			t.Errorf("%v, %v", first.ended(), second.ended())
		}
		if other.ended() != nil || third.ended() != nil {
			t.Error("the others end, too")
		}
		if truth := r.s.Xsi(); len(truth.Sets) != 2 || len(truth.Subscriptions) != 0 {
			t.Errorf("%+v", truth)
		}
	})
}

// A set outlives its channels, and so do its subscriptions: whoever opens a channel of it again goes on.
func TestXsi_SubscriptionsOutliveTheirChannels(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		first := r.listen(1, "set", "app", 1)
		ids := first.subscribe("1900", xsi.PackageBasicCall)
		sameTexts(t, "at first", types(first.take()), "CallSubscriptionEvent")
		first.end()
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		second := r.listen(2, "set", "app", 1)
		events := second.take()
		sameTexts(t, "what nobody had taken", types(events), "CallReceivedEvent")
		if events[0].SequenceNumber != 2 || events[0].SubscriptionID != ids[0] || events[0].ChannelID != second.channel.ID() {
			t.Errorf("%+v", events[0])
		}
		list, err := second.Subscriptions(t.Context(), xsi.SubscriptionQuery{TargetID: "1900@pbx.example"})
		if err != nil || len(list) != 1 || list[0].SubscriptionID != ids[0] || list[0].ChannelSetID != "set" || list[0].ApplicationID != "app" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// What a channel didn't answer before it died comes again, in order, with the same IDs and numbers.
func TestXsi_RedeliversWhatWasNotAnswered(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		first := r.listen(1, "set", "app", 1)
		second := r.listen(2, "set", "app", 2)
		first.subscribe("1900", xsi.PackageAdvancedCall)
		first.take()
		first.answers(always(0))
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		r.do(switchsim.Move{Action: "answer", Device: "1900"})
		before := first.take()
		if got := types(second.take()); len(got) != 0 {
			t.Errorf("the second priority hears %q", got)
		}
		first.end()
		after := second.take()
		sameTexts(t, "again", types(after), types(before)...)
		for i := range after {
			if after[i].EventID != before[i].EventID || after[i].SequenceNumber != before[i].SequenceNumber {
				t.Errorf("%+v\n%+v", before[i], after[i])
			}
		}
		if n := r.s.Xsi().Waiting; n != 0 || len(after) != 3 {
			t.Errorf("%d events wait, %d came again", n, len(after))
		}
		r.clean(first, second)
	})
}

// 500 sends an event to the next channel of the set; if all refuse it, it comes again, but not for ever.
func TestXsi_RefusedEventsGoToTheNextChannel(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		follower, leader := r.listen(1, "set", "app", 1), r.listen(2, "set", "app", 2)
		follower.answers(always(xsi.StatusTryNext))
		follower.subscribe("1900", xsi.PackageBasicCall)
		sameTexts(t, "follower", types(follower.take()), "CallSubscriptionEvent")
		sameTexts(t, "leader", types(leader.take()), "CallSubscriptionEvent")
		leader.answers(always(xsi.StatusTryNext))
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		time.Sleep(10 * time.Second)
		n, m := len(follower.take()), len(leader.take())
		if n < 8 || n > 12 || m != n {
			t.Errorf("tried %d and %d times in 10 s, want once a second", n, m)
		}
		leader.answers(always(xsi.StatusDelivered))
		time.Sleep(2 * time.Second)
		if truth := r.s.Xsi(); truth.Waiting != 0 || truth.Counters.Delivered != 2 || truth.Counters.Dropped != 0 {
			t.Errorf("%+v", truth.Counters)
		}
		leader.answers(always(xsi.StatusTryNext))
		r.do(switchsim.Move{Action: "answer", Device: "1900"})
		time.Sleep(35 * time.Second)
		if truth := r.s.Xsi(); truth.Waiting != 0 || truth.Counters.Dropped != 2 {
			t.Errorf("after 35 s: %+v, %d wait", truth.Counters, truth.Waiting)
		}
		r.clean(follower, leader)
	})
}

func TestXsi_ResponsesThatEndSomething(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		first, second := r.listen(1, "set", "app", 1), r.listen(2, "set", "app", 2)
		first.subscribe("1900", xsi.PackageBasicCall)
		first.take()
		first.answers(always(xsi.StatusDropEvent))
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		first.take()
		if truth := r.s.Xsi(); truth.Waiting != 0 || len(truth.Subscriptions) != 1 {
			t.Errorf("after 400: %+v", truth)
		}
		first.answers(always(xsi.StatusDropChannel))
		r.do(switchsim.Move{Action: "answer", Device: "1900"})
		first.take()
		if !first.endedWith(xsi.UnknownChannel) || second.ended() != nil {
			t.Errorf("after 404: %v, %v", first.ended(), second.ended())
		}
		sameTexts(t, "then", types(second.take()), "CallAnsweredEvent", "HookStatusEvent")
		second.answers(always(xsi.StatusDropSubscription))
		r.do(switchsim.Move{Action: "clear", Device: "1900"})
		second.take()
		if truth := r.s.Xsi(); truth.Waiting != 0 || len(truth.Subscriptions) != 0 || second.ended() != nil {
			t.Errorf("after 481: %+v, %v", truth, second.ended())
		}
	})
}

// A channel that answers nothing is passed over; once none of the set answers, all of them end.
func TestXsi_NonResponsiveChannel(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		first, second := r.listen(1, "set", "app", 1), r.listen(2, "set", "app", 2)
		first.answers(always(0))
		first.subscribe("1900", xsi.PackageBasicCall)
		if got := types(second.take()); len(got) != 0 {
			t.Errorf("too early: %q", got)
		}
		time.Sleep(10 * time.Second)
		sameTexts(t, "after 10 s", types(second.take()), "CallSubscriptionEvent")
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		sameTexts(t, "passed over", types(second.take()), "CallReceivedEvent")
		if first.ended() != nil {
			t.Errorf("one of two: %v", first.ended())
		}
		second.answers(always(0))
		r.do(switchsim.Move{Action: "answer", Device: "1900"})
		time.Sleep(11 * time.Second)
		if !first.endedWith(xsi.NonResponsiveChannel) || !second.endedWith(xsi.NonResponsiveChannel) {
			t.Errorf("%v, %v", first.ended(), second.ended())
		}
		if truth := r.s.Xsi(); len(truth.Sets) != 1 || len(truth.Subscriptions) != 1 || len(r.s.Violations()) != 2 {
			t.Errorf("%+v, %d violations", truth.Sets, len(r.s.Violations()))
		}
	})
}

func TestXsi_Expiry(t *testing.T) {
	withXsi(t, switchsim.Options{Xsi: switchsim.XsiOptions{ChannelExpires: 610, SubscriptionExpires: 3600}}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		if *l.channel.Granted().Expires != 610 {
			t.Errorf("granted %d", *l.channel.Granted().Expires)
		}
		l.subscribe("1900", xsi.PackageBasicCall)
		l.take()
		time.Sleep(time.Hour - time.Second) // the channel is renewed by its client, the subscription isn't
		if l.ended() != nil || len(l.take()) != 0 {
			t.Errorf("%v", l.ended())
		}
		time.Sleep(2 * time.Second)
		sameTexts(t, "after an hour", types(l.take()), "SubscriptionTerminatedEvent")
		if n := len(r.s.Xsi().Subscriptions); n != 0 {
			t.Errorf("%d subscriptions", n)
		}
		r.clean(l)
		if ms := r.s.Xsi().Sets[0].Channels[0].LongestBeatMS; ms != 15000 {
			t.Errorf("%d ms between two heartbeats, want 15 s", ms)
		}
		r.cause(switchsim.Fault{Kind: "answer", Services: []string{"refreshchannel"}, HTTPStatus: 503})
		time.Sleep(11 * time.Minute)
		if !l.endedWith(xsi.Expired) || r.s.Xsi().Counters.Expired != 2 {
			t.Errorf("%v", l.ended())
		}
	})
}

// A refresh grants more time and brings a snapshot; a subscription to all users brings none.
func TestXsi_RefreshBringsASnapshot(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		ids := l.subscribe("1900", xsi.PackageStandardCall, xsi.PackageCallCenterAgent, xsi.PackageDoNotDisturb)
		sameTexts(t, "at first", types(l.take()), "CallSubscriptionEvent", "AgentSubscriptionEvent")
		group, err := l.Subscribe(t.Context(), xsi.GroupTarget("provider", "group"), xsi.Subscription{
			Event: xsi.PackageBasicCall, ChannelSetID: "set", ApplicationID: "app",
		})
		if err != nil || len(l.take()) != 0 {
			t.Errorf("%v", err)
		}
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		events := l.take()
		sameTexts(t, "both", types(events), "CallReceivedEvent", "CallReceivedEvent")
		if events[0].SubscriptionID != ids[0] || events[1].SubscriptionID != group.SubscriptionID || events[1].Target() != "1900@pbx.example" {
			t.Errorf("%+v", events)
		}
		for _, id := range append(ids, group.SubscriptionID) {
			s, err := l.RefreshSubscription(t.Context(), id, 120)
			if err != nil || *s.Expires != 86400 || s.SubscriptionID != id {
				t.Errorf("%+v, %v", s, err)
			}
		}
		events = l.take()
		sameTexts(t, "refreshed", types(events), "CallSubscriptionEvent", "AgentSubscriptionEvent")
		if c := events[0].Data.(*xsi.CallSnapshot); len(c.Calls) != 1 || c.Calls[0].State != xsi.CallAlerting || c.HookStatus != xsi.OnHook {
			t.Errorf("%+v", c)
		}
		r.clean(l)
	})
}

// The same owner, target, package and application have one subscription.
func TestXsi_SubscribingAgainOverwrites(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		l, other := r.listen(1, "set", "app", 1), r.listen(1, "set2", "app2", 1)
		first := l.subscribe("1900", xsi.PackageBasicCall)
		second := l.subscribe("1900", xsi.PackageBasicCall)
		l.subscribe("1900", xsi.PackageCallCenterAgent)
		l.subscribe("1901", xsi.PackageBasicCall)
		other.subscribe("1900", xsi.PackageBasicCall)
		if truth := r.s.Xsi(); len(truth.Subscriptions) != 4 || first[0] == second[0] {
			t.Errorf("%+v", truth.Subscriptions)
		}
		if _, err := l.Subscription(t.Context(), first[0]); !errors.Is(err, xsi.ErrSubscriptionGone) {
			t.Errorf("%v", err)
		}
		if err := l.Unsubscribe(t.Context(), second[0]); err != nil || len(r.s.Xsi().Subscriptions) != 3 {
			t.Errorf("%v", err)
		}
	})
}

func TestXsi_SubscriptionsThatAreRefused(t *testing.T) {
	withXsi(t, switchsim.Options{Xsi: switchsim.XsiOptions{MaxSubscriptions: 1, MaxChannels: 1}}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		for _, c := range []struct {
			name   string
			target xsi.Target
			s      xsi.Subscription
			is     error
			status int
		}{
			{"a set that isn't", xsi.UserTarget("1900@pbx.example"), xsi.Subscription{Event: xsi.PackageBasicCall, ChannelSetID: "none"}, xsi.ErrChannelSetGone, 403},
			{"nobody", xsi.UserTarget("99@pbx.example"), xsi.Subscription{Event: xsi.PackageBasicCall, ChannelSetID: "set"}, xsi.ErrNotFound, 404},
			{"another domain", xsi.UserTarget("1900@elsewhere"), xsi.Subscription{Event: xsi.PackageBasicCall, ChannelSetID: "set"}, xsi.ErrNotFound, 404},
			{"another provider", xsi.ServiceProviderTarget("x"), xsi.Subscription{Event: xsi.PackageBasicCall, ChannelSetID: "set"}, xsi.ErrNotFound, 404},
			{"another group", xsi.GroupTarget("provider", "x"), xsi.Subscription{Event: xsi.PackageBasicCall, ChannelSetID: "set"}, xsi.ErrNotFound, 404},
			{"calls of a queue", xsi.UserTarget("7000@pbx.example"), xsi.Subscription{Event: xsi.PackageBasicCall, ChannelSetID: "set"}, nil, 403},
			{"a station's queue", xsi.UserTarget("1900@pbx.example"), xsi.Subscription{Event: xsi.PackageCallCenterQueue, ChannelSetID: "set"}, nil, 403},
			{"a package that isn't simulated", xsi.UserTarget("1900@pbx.example"), xsi.Subscription{Event: xsi.PackageVoiceMessaging, ChannelSetID: "set"}, nil, 403},
			{"no package", xsi.UserTarget("1900@pbx.example"), xsi.Subscription{ChannelSetID: "set"}, nil, 400},
			{"a contact", xsi.UserTarget("1900@pbx.example"), xsi.Subscription{Event: xsi.PackageBasicCall, HTTPContact: "http://x/"}, nil, 403},
		} {
			_, err := l.Subscribe(t.Context(), c.target, c.s)
			status, ok := errors.AsType[*xsi.StatusError](err)
			if !ok || status.Status != c.status || status.Info == nil || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		l.subscribe("1900", xsi.PackageBasicCall)
		if _, err := l.Subscribe(t.Context(), xsi.SystemTarget(), xsi.Subscription{Event: xsi.PackageBasicCall, ChannelSetID: "set"}); err == nil {
			t.Error("one subscription too many is taken")
		}
		if _, err := r.client(2).Open(t.Context(), xsi.Channel{ChannelSetID: "set", ApplicationID: "app"}, xsi.ChannelOptions{}); err == nil {
			t.Error("one channel too many is opened")
		}
		if n := len(r.s.Xsi().Subscriptions); n != 1 {
			t.Errorf("%d subscriptions", n)
		}
	})
}

// Packages bring what is theirs and nothing else.
func TestXsi_Packages(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		want := map[xsi.Package][]string{
			xsi.PackageBasicCall: {"CallReceivedEvent", "CallAnsweredEvent", "HookStatusEvent", "CallReleasedEvent", "HookStatusEvent"},
			xsi.PackageStandardCall: {"CallReceivedEvent", "CallAnsweredEvent", "HookStatusEvent", "CallHeldEvent", "CallRetrievedEvent",
				"CallReleasedEvent", "HookStatusEvent"},
			xsi.PackageAdvancedCall: {"CallReceivedEvent", "CallAnsweredEvent", "HookStatusEvent", "CallHeldEvent", "CallRetrievedEvent",
				"CallRedirectedEvent", "CallReleasedEvent", "HookStatusEvent"},
			xsi.PackageDoNotDisturb:           {"DoNotDisturbEvent", "DoNotDisturbEvent"},
			xsi.PackageCallForwardingAlways:   {"CallForwardingAlwaysEvent"},
			xsi.PackageCallForwardingBusy:     {"CallForwardingBusyEvent"},
			xsi.PackageCallForwardingNoAnswer: {"CallForwardingNoAnswerEvent"},
		}
		l := r.listen(1, "set", "app", 1)
		ids := map[string]xsi.Package{}
		for p := range want {
			ids[l.subscribe("1900", p)[0]] = p
		}
		l.take()
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		r.do(switchsim.Move{Action: "answer", Device: "1900"})
		r.do(switchsim.Move{Action: "hold", Device: "1900"})
		r.do(switchsim.Move{Action: "retrieve", Device: "1900"})
		r.do(switchsim.Move{Action: "transferto", Device: "1900", To: "1901"})
		for _, on := range []bool{true, false} {
			r.do(switchsim.Move{Action: "dnd", Device: "1900", On: on})
		}
		for _, kind := range []string{"forwardImmediate", "forwardBusy", "forwardNoAns", "forwardDND"} {
			r.do(switchsim.Move{Action: "forward", Device: "1900", State: kind, To: "1901", On: true})
		}
		got := map[xsi.Package][]string{}
		for _, e := range l.take() {
			p := ids[e.SubscriptionID]
			got[p] = append(got[p], string(e.Data.EventType()))
		}
		for p, all := range want {
			sameTexts(t, string(p), got[p], all...)
		}
		r.clean(l)
	})
}

// What is kept for want of a channel is tried in the order in which it happened, wherever it waited meanwhile.
func TestXsi_KeepsTheOrder(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		first, second := r.listen(1, "set", "app", 1), r.listen(2, "set", "app", 2)
		first.subscribe("1900", xsi.PackageBasicCall)
		first.take()
		first.answers(always(xsi.StatusTryNext))
		second.answers(func(e *xsi.SubscriptionEvent) xsi.ResponseStatus {
			if e.Data.EventType() == xsi.CallReceived {
				return 0 // it waits at the second
			}
			return xsi.StatusTryNext
		})
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		first.take()
		r.do(switchsim.Move{Action: "answer", Device: "1900"}) // refused by both: kept
		first.take()
		first.answers(always(xsi.StatusDelivered))
		second.end()
		time.Sleep(2 * time.Second)
		sameTexts(t, "at last", types(first.take()), "CallReceivedEvent", "CallAnsweredEvent", "HookStatusEvent")
		if n := r.s.Xsi().Waiting; n != 0 {
			t.Errorf("%d events wait", n)
		}
		r.clean(first, second)
	})
}

// Load is shared by weight.
func TestXsi_Weights(t *testing.T) {
	withXsi(t, switchsim.Options{Seed: 5}, func(t *testing.T, r *xsiRig) {
		one := r.listen(1, "set", "app", 1)
		two := r.listen(2, "set", "app", 1)
		one.subscribe("1900", xsi.PackageDoNotDisturb)
		for i := range 400 {
			r.do(switchsim.Move{Action: "dnd", Device: "1900", On: i%2 == 0})
		}
		n, m := len(one.take()), len(two.take())
		if n+m != 400 || n < 150 || m < 150 {
			t.Errorf("%d and %d events, want 400 in equal shares", n, m)
		}
		all := slices.Concat(one.events, two.events)
		synctest.Wait()
		if len(all) != 0 || r.s.Xsi().Waiting != 0 {
			t.Errorf("%d events wait", r.s.Xsi().Waiting)
		}
		r.clean(one, two)
	})
}
