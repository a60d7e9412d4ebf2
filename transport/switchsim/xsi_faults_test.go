package switchsim_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/switchsim"
	"github.com/holdline/holdline/transport/xsi"
)

// failoverScene is a call from outside at a user of either application server, 1900 and 1901, and one in a queue.
func failoverScene(t *testing.T, r *xsiRig, l *listener) (lost, other string) {
	t.Helper()
	l.subscribe("1900", xsi.PackageAdvancedCall)
	l.subscribe("1901", xsi.PackageAdvancedCall)
	l.subscribe("7000", xsi.PackageCallCenterQueue)
	for _, a := range r.s.Truth().Agents {
		if a.Device != "" {
			r.do(switchsim.Move{Action: "agent", Device: a.Device, State: "notReady"})
		}
	}
	lost = r.do(switchsim.Move{Action: "inbound", To: "1900"})
	r.do(switchsim.Move{Action: "answer", Device: "1900"})
	other = r.do(switchsim.Move{Action: "inbound", To: "1901"})
	r.do(switchsim.Move{Action: "inbound", To: "7000"})
	l.take()
	return lost, other
}

func ids(calls []switchsim.CallTruth) []string {
	var all []string
	for _, c := range calls {
		all = append(all, c.ID)
	}
	return all
}

// The calls of a dead application server's users are gone; those of the other one stay. Subscribers are told after a
// moment what is left, counted anew.
func TestXsi_FailoverWithNotice(t *testing.T) {
	for notice, want := range map[switchsim.Notice][]string{
		"":            {"CallSubscriptionResyncEvent"},
		"resync":      {"CallSubscriptionResyncEvent"},
		"unsolicited": {"CallSubscriptionEvent"},
		"none":        nil,
	} {
		t.Run(string(notice), func(t *testing.T) {
			withXsi(t, switchsim.Options{Seed: 3}, func(t *testing.T, r *xsiRig) {
				l := r.listen(1, "set", "app", 1)
				_, other := failoverScene(t, r, l)
				queued := r.s.Truth().Calls[2].ID
				r.cause(switchsim.Fault{Kind: "failover", Server: 1, Notice: notice})
				if got := l.take(); len(got) != 0 {
					t.Errorf("told at once: %q", types(got))
				}
				truth := r.s.Truth()
				if live := ids(truth.Calls); !slices.Contains(live, other) || len(live) > 2 {
					t.Errorf("live: %q", live)
				}
				time.Sleep(2 * time.Second)
				heard := map[string][]*xsi.SubscriptionEvent{}
				for _, e := range l.take() {
					heard[e.Target()] = append(heard[e.Target()], e)
				}
				sameTexts(t, "1900", types(heard["1900@pbx.example"]), append([]string{}, want...)...)
				sameTexts(t, "1901", types(heard["1901@pbx.example"]), []string{}...)
				if want == nil {
					return
				}
				first := heard["1900@pbx.example"][0]
				if d := first.Data.(*xsi.CallSnapshot); len(d.Calls) != 0 || d.HookStatus != xsi.OnHook || first.SequenceNumber != 1 {
					t.Errorf("%+v", first)
				}
				// A queue can say so with a resync event only.
				if at := serverOf(r, "7000"); notice != "unsolicited" && at == 2 && !slices.Contains(ids(truth.Calls), queued) {
					sameTexts(t, "7000", types(heard["7000@pbx.example"]), "ACDSubscriptionResyncEvent")
				} else {
					sameTexts(t, "7000", types(heard["7000@pbx.example"]), []string{}...)
				}
				r.clean(l)
			})
		})
	}
}

func serverOf(r *xsiRig, device string) int {
	for _, u := range r.s.Xsi().Users {
		if u.Device == device {
			return u.Server
		}
	}
	return 2 // a user without anything isn't listed
}

// If a new call comes first, nothing is noticed: what was lost shows with a refresh only.
func TestXsi_FailoverThatANewCallHides(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		lost, _ := failoverScene(t, r, l)
		r.cause(switchsim.Fault{Kind: "failover", Server: 1})
		fresh := r.do(switchsim.Move{Action: "inbound", To: "1900"})
		time.Sleep(5 * time.Second)
		events := l.take()
		sameTexts(t, "of 1900", types(slices.DeleteFunc(events, func(e *xsi.SubscriptionEvent) bool { return e.Target() != "1900@pbx.example" })), "CallReceivedEvent")
		list, err := l.Subscriptions(t.Context(), xsi.SubscriptionQuery{TargetID: "1900@pbx.example"})
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		if _, err := l.RefreshSubscription(t.Context(), list[0].SubscriptionID, 86400); err != nil {
			t.Fatal(err)
		}
		snapshot := l.take()
		sameTexts(t, "asked for", types(snapshot), "CallSubscriptionEvent")
		if d := snapshot[0].Data.(*xsi.CallSnapshot); len(d.Calls) != 1 || d.Calls[0].State != xsi.CallAlerting {
			t.Errorf("%+v", d)
		}
		live := ids(r.s.Truth().Calls)
		if slices.Contains(live, lost) || !slices.Contains(live, fresh) {
			t.Errorf("live: %q", live)
		}
	})
}

// Calls that were lost can't be controlled, and of those that were kept some can't either.
func TestXsi_FailoverAndControl(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		u := l.User("1900@pbx.example")
		calls, err := u.Calls(t.Context())
		if err != nil || len(calls) != 1 {
			t.Fatalf("%+v, %v", calls, err)
		}
		id := calls[0].CallID
		r.cause(switchsim.Fault{Kind: "failover", Server: 1, Percent: 100, Uncontrolled: 100})
		c, err := u.Call(t.Context(), id, false)
		if err != nil || c.AllowAnswer || c.CallID != id {
			t.Errorf("%+v, %v", c, err)
		}
		if err := u.Talk(t.Context(), id); !xsi.NotObeyed(err) || !strings.Contains(err.Error(), "can't be controlled") {
			t.Errorf("%v", err)
		}
		r.cause(switchsim.Fault{Kind: "failover", Server: 2})
		if err := u.Talk(t.Context(), id); !errors.Is(err, xsi.ErrNotFound) {
			t.Errorf("%v", err)
		}
		if truth := r.s.Xsi(); truth.Counters.Failovers != 2 || len(r.s.Truth().Calls) != 0 {
			t.Errorf("%+v", truth.Counters)
		}
	})
}

// Under load: what is lost and what is kept is as the fault says, and what the users are told afterwards is the truth.
func TestXsi_FailoverUnderLoad(t *testing.T) {
	withXsi(t, switchsim.Options{Seed: 41, Agents: 40, QueueFrames: 100000}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		l.subscribeAll()
		r.s.SetRate(10)
		time.Sleep(20 * time.Second)
		before := len(r.s.Truth().Calls)
		r.s.SetRate(0)
		r.cause(switchsim.Fault{Kind: "failover", Server: 2, Percent: 30})
		kept := len(r.s.Truth().Calls)
		if before < 20 || kept == 0 || kept > before*2/3 {
			t.Errorf("%d calls, %d kept", before, kept)
		}
		time.Sleep(5 * time.Minute) // nobody calls any more, and those who talk hang up
		x := newXsiReplica()
		for _, s := range r.s.Xsi().Subscriptions {
			if _, err := l.RefreshSubscription(t.Context(), s.ID, 86400); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range l.take() {
			if e.Data.EventType().IsSnapshot() {
				x.hear(t, e)
			}
		}
		x.compare(t, r.s.Xsi(), r.s.Truth())
		if n := r.s.Xsi().Counters.Resyncs; n == 0 {
			t.Error("nobody was told")
		}
		r.clean(l)
	})
}

func TestXsi_FaultsOfChannels(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		for _, reason := range []xsi.TerminatedReason{"DuplicateChannelSet", "UserDeleted", "NonResponsiveChannel", "ExplicitDelete", "Expired", "UnknownChannel"} {
			one, two := r.listen(1, "set", "app", 1), r.listen(2, "set", "app", 1)
			r.cause(switchsim.Fault{Kind: "terminate", Link: 1, Reason: string(reason)})
			if !one.endedWith(reason) || two.ended() != nil {
				t.Errorf("%s: %v, %v", reason, one.ended(), two.ended())
			}
			two.end()
		}
		silent := r.listen(1, "set", "app", 1)
		r.cause(switchsim.Fault{Kind: "silence"})
		time.Sleep(36 * time.Second)
		if silent.ended() != nil {
			t.Errorf("too early: %v", silent.ended())
		}
		time.Sleep(2 * time.Second)
		if !errors.Is(silent.ended(), xsi.ErrSilent) {
			t.Errorf("silence: %v", silent.ended())
		}
		r.clean()
	})
}

// A vanished set takes its subscriptions along; heartbeats are answered with 404.
func TestXsi_VanishedSet(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		ids := l.subscribe("1900", xsi.PackageBasicCall)
		l.take()
		r.cause(switchsim.Fault{Kind: "forgetset"})
		if _, err := l.ChannelSet(t.Context(), "set"); !errors.Is(err, xsi.ErrChannelSetGone) {
			t.Errorf("%v", err)
		}
		if _, err := l.RefreshSubscription(t.Context(), ids[0], 1); !errors.Is(err, xsi.ErrSubscriptionGone) {
			t.Errorf("%v", err)
		}
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		if got := l.take(); len(got) != 0 || l.ended() != nil {
			t.Errorf("%q, %v", types(got), l.ended())
		}
		time.Sleep(16 * time.Second)
		if !errors.Is(l.ended(), xsi.ErrNotFound) {
			t.Errorf("%v", l.ended())
		}
	})
}

func TestXsi_VanishedSubscription(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		for _, d := range []string{"1900", "1901", "1902", "1903"} {
			l.subscribe(d, xsi.PackageBasicCall)
		}
		l.take()
		r.cause(switchsim.Fault{Kind: "forgetsubscription", Device: "1900"})
		r.cause(switchsim.Fault{Kind: "forgetsubscription", Count: 1})
		list, err := l.Subscriptions(t.Context(), xsi.SubscriptionQuery{})
		if err != nil || len(list) != 2 || slices.ContainsFunc(list, func(s xsi.Subscription) bool { return s.TargetID == "1900@pbx.example" }) {
			t.Errorf("%+v, %v", list, err)
		}
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		if got := l.take(); len(got) != 0 || l.ended() != nil {
			t.Errorf("%q, %v", types(got), l.ended())
		}
	})
}

// Events that are lost leave a gap, events that come twice have one number, and a lost response makes one come again.
func TestXsi_LostAndDoubledEvents(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		l.subscribe("1900", xsi.PackageDoNotDisturb)
		numbers := xsi.NewSequences()
		toggles := 0
		toggle := func() (arrivals []string) {
			toggles++
			r.do(switchsim.Move{Action: "dnd", Device: "1900", On: toggles%2 == 1})
			for _, e := range l.take() {
				a, missing := numbers.Observe(e)
				arrivals = append(arrivals, fmt.Sprint(a, " ", missing))
			}
			return arrivals
		}
		sameTexts(t, "first", toggle(), "first 0")
		r.cause(switchsim.Fault{Kind: "losenumbers", Next: 2})
		sameTexts(t, "lost", append(toggle(), toggle()...), []string{}...)
		sameTexts(t, "after two were lost", toggle(), "gap 2")
		r.cause(switchsim.Fault{Kind: "double", Next: 1})
		sameTexts(t, "doubled", toggle(), "next 0", "repeat 0")
		r.cause(switchsim.Fault{Kind: "loseacks", Next: 1})
		sameTexts(t, "its response is lost", toggle(), "next 0")
		time.Sleep(10 * time.Second)
		r.do(switchsim.Move{Action: "dnd", Device: "1900", On: false})
		sameTexts(t, "it comes again", types(l.take()), "DoNotDisturbEvent", "DoNotDisturbEvent")
		if truth := r.s.Xsi(); truth.Waiting != 0 || truth.Counters.Unanswered != 0 || l.ended() != nil {
			t.Errorf("%+v, %v", truth.Counters, l.ended())
		}
		r.clean(l)
	})
}

// Requests are answered with a status: a storm of 503, a 302, a 401, and only some of them.
func TestXsi_AnswersWithAStatus(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		one, two := r.client(1), r.client(2)
		versions := func(c *xsi.Client) error { _, err := c.Versions(t.Context()); return err }
		r.cause(switchsim.Fault{Kind: "answer", Link: 1, HTTPStatus: 503, RetryAfter: 7, Seconds: 60})
		err := versions(one)
		if wait, again := xsi.RetryAfter(err); !errors.Is(err, xsi.ErrOverload) || wait != 7*time.Second || !again || versions(two) != nil {
			t.Errorf("%v", err)
		}
		time.Sleep(61 * time.Second)
		if err := versions(one); err != nil {
			t.Errorf("after the storm: %v", err)
		}
		r.cause(switchsim.Fault{Kind: "answer", HTTPStatus: 302, Count: 2, Services: []string{"versions"}})
		if err := versions(one); err != nil {
			t.Errorf("redirected twice: %v", err)
		}
		r.cause(switchsim.Fault{Kind: "answer", HTTPStatus: 401, Services: []string{"subscriptions"}})
		if _, err := one.Subscriptions(t.Context(), xsi.SubscriptionQuery{}); !errors.Is(err, xsi.ErrUnauthorized) || versions(one) != nil {
			t.Errorf("%v", err)
		}
		r.cause(switchsim.Fault{Kind: "answer"})
		r.cause(switchsim.Fault{Kind: "answer", HTTPStatus: 500, Percent: 50})
		failed := 0
		for range 100 {
			if versions(one) != nil {
				failed++
			}
		}
		if failed < 25 || failed > 75 {
			t.Errorf("%d of 100 failed, want half of them", failed)
		}
		r.cause(switchsim.Fault{Kind: "clear"})
		if err := versions(one); err != nil {
			t.Errorf("%v", err)
		}
		// Heartbeats are answered with 404.
		l := r.listen(1, "set", "app", 1)
		r.cause(switchsim.Fault{Kind: "answer", HTTPStatus: 404, Services: []string{"heartbeat"}})
		time.Sleep(16 * time.Second)
		if !errors.Is(l.ended(), xsi.ErrNotFound) {
			t.Errorf("%v", l.ended())
		}
	})
}

func TestXsi_RateLimit(t *testing.T) {
	withXsi(t, switchsim.Options{Xsi: switchsim.XsiOptions{Rate: 10}}, func(t *testing.T, r *xsiRig) {
		c := r.client(1)
		refused := 0
		for range 30 {
			if _, err := c.Versions(t.Context()); errors.Is(err, xsi.ErrOverload) {
				refused++
				if wait, _ := xsi.RetryAfter(err); wait != time.Second {
					t.Errorf("again after %v", wait)
				}
			}
		}
		if refused != 20 || r.s.Xsi().Counters.Overloaded != 20 {
			t.Errorf("%d of 30 refused, want 20", refused)
		}
		time.Sleep(500 * time.Millisecond)
		for i := range 5 {
			if _, err := c.Versions(t.Context()); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

// What happens to whole XSPs.
func TestXsi_FaultsOfXSPs(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		one, two := r.listen(1, "set", "app", 1), r.listen(2, "set", "app", 2)
		one.subscribe("1900", xsi.PackageBasicCall)
		one.take()
		r.cause(switchsim.Fault{Kind: "drop", Link: 1})
		if !errors.Is(one.ended(), xsi.ErrStreamEnded) || two.ended() != nil {
			t.Errorf("drop: %v, %v", one.ended(), two.ended())
		}
		r.cause(switchsim.Fault{Kind: "refuse", Link: 1, Seconds: 5})
		if _, err := r.client(1).Versions(t.Context()); err == nil {
			t.Error("refuse: answered")
		}
		time.Sleep(6 * time.Second)
		one = r.listen(1, "set", "app", 1)
		r.cause(switchsim.Fault{Kind: "hang", Link: 1, Seconds: 5})
		r.do(switchsim.Move{Action: "inbound", To: "1900"})
		if got := types(one.take()); len(got) != 0 {
			t.Errorf("hang: %q", got)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.client(1).Versions(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("hang: %v", err)
		}
		time.Sleep(4 * time.Second)
		sameTexts(t, "after it hung", types(one.take()), "CallReceivedEvent")
		r.cause(switchsim.Fault{Kind: "blackhole", Link: 1})
		time.Sleep(time.Minute)
		synctest.Wait()
		if one.ended() == nil || two.ended() != nil {
			t.Errorf("blackhole: %v, %v", one.ended(), two.ended())
		}
		r.cause(switchsim.Fault{Kind: "clear"})
		if _, err := r.client(1).Versions(t.Context()); err != nil {
			t.Errorf("cleared: %v", err)
		}
		r.cause(switchsim.Fault{Kind: "crash", Seconds: 2, Restart: true})
		if two.ended() == nil || len(r.s.Truth().Calls) != 0 || len(r.s.Xsi().Subscriptions) != 1 {
			t.Errorf("crash: %v", two.ended())
		}
		time.Sleep(3 * time.Second)
		r.listen(2, "set", "app", 1)
	})
}

func TestXsi_ResyncOnDemand(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		l.subscribe("1900", xsi.PackageBasicCall)
		l.subscribe("7000", xsi.PackageCallCenterQueue)
		l.subscribe("6000", xsi.PackageRoutePointQueue)
		l.take()
		r.cause(switchsim.Fault{Kind: "resync"})
		got := types(l.take())
		slices.Sort(got)
		sameTexts(t, "all", got, "ACDSubscriptionResyncEvent", "CallSubscriptionResyncEvent", "RoutePointSubscriptionResyncEvent")
		r.cause(switchsim.Fault{Kind: "resync", Notice: "unsolicited", Device: "1900"})
		sameTexts(t, "one", types(l.take()), "CallSubscriptionEvent")
		r.clean(l)
	})
}

func TestXsi_BadFaults(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		for _, f := range []switchsim.Fault{
			{Kind: "failover"}, {Kind: "failover", Server: 3}, {Kind: "failover", Server: 1, Notice: "loud"},
			{Kind: "failover", Server: 1, Percent: 101}, {Kind: "failover", Server: 1, Uncontrolled: -1}, {Kind: "terminate", Reason: "x"},
			{Kind: "answer", HTTPStatus: 200}, {Kind: "double", Percent: 101}, {Kind: "losenumbers", Next: -1}, {Kind: "loseacks", Percent: -1},
			{Kind: "cut", Cut: "up"}, {Kind: "hang", Link: 1}, {Kind: "refuse"}, {Kind: "silence", Link: 3}, {Kind: "quake"},
		} {
			if err := r.s.Break(f); err == nil {
				t.Errorf("%+v is taken", f)
			}
		}
	})
}
