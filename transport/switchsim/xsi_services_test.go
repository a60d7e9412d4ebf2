package switchsim_test

import (
	"testing"
	"testing/synctest"

	"github.com/holdline/holdline/transport/switchsim"
	"github.com/holdline/holdline/transport/xsi"
)

// A service that is set is told to whoever listens, and can be looked at; what a
// request leaves out stays.
func TestXsi_Services(t *testing.T) {
	withXsi(t, switchsim.Options{Agents: 10, Queues: 1}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		l.subscribe("1900", xsi.PackageDoNotDisturb, xsi.PackageCallForwardingAlways, xsi.PackageCallForwardingNoAnswer)
		l.take()
		u := l.User("1900@pbx.example")
		set := func(s xsi.Service) error { return u.SetService(t.Context(), s) }
		r.ok(set(xsi.Service{Name: xsi.ServiceDoNotDisturb, Active: new(true)}))
		r.ok(set(xsi.Service{Name: xsi.ServiceDoNotDisturb, Active: new(true)})) // it is already
		to := xsi.Address{URI: "1901"}
		r.refused("forward to nobody", set(xsi.Service{Name: xsi.ServiceCallForwardingAlways, Active: new(true)}), 403)
		r.refused("forward to a number that isn't one", set(xsi.Service{Name: xsi.ServiceCallForwardingAlways, Active: new(true), ForwardTo: xsi.Address{URI: "x"}}), 403)
		r.ok(set(xsi.Service{Name: xsi.ServiceCallForwardingNoAnswer, Active: new(true), ForwardTo: to}))
		sameTexts(t, "told", types(l.take()), "DoNotDisturbEvent", "CallForwardingNoAnswerEvent")
		for name, want := range map[xsi.ServiceName]bool{
			xsi.ServiceDoNotDisturb: true, xsi.ServiceCallForwardingAlways: false, xsi.ServiceCallForwardingNoAnswer: true,
		} {
			if s, err := u.Service(t.Context(), name); err != nil || *s.Active != want {
				t.Errorf("%s: %+v, %v", name, s, err)
			}
		}
		r.ok(set(xsi.Service{Name: xsi.ServiceCallForwardingNoAnswer, Active: new(false)}))
		if s, err := u.Service(t.Context(), xsi.ServiceCallForwardingNoAnswer); err != nil || *s.Active {
			t.Errorf("%+v, %v", s, err)
		}
		sameTexts(t, "told", types(l.take()), "CallForwardingNoAnswerEvent")
		r.refused("a user that isn't there", l.User("nobody@pbx.example").SetService(t.Context(), xsi.Service{Name: xsi.ServiceDoNotDisturb, Active: new(true)}), 404)
		r.clean(l)
	})
}

// A client sets the state of an agent as it is told: one for all queues.
func TestXsi_AgentIsSet(t *testing.T) {
	withXsi(t, switchsim.Options{Agents: 10, Queues: 1}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		l.subscribe("1003", xsi.PackageCallCenterAgent)
		l.take()
		u := l.User("1003@pbx.example")
		for _, state := range []xsi.AgentState{xsi.AgentUnavailable, xsi.AgentAvailable, xsi.AgentWrapUp, xsi.AgentSignOut, xsi.AgentSignIn} {
			r.ok(u.SetAgent(t.Context(), xsi.CallCenter{State: state}))
			synctest.Wait()
			events := l.take()
			if len(events) == 0 {
				t.Fatalf("%s: nothing was told", state)
			}
			told := xsi.AgentState("")
			for _, e := range events {
				if e, ok := e.Data.(*xsi.AgentStateEvent); ok && told != xsi.AgentSignIn {
					told = e.Info.State
				}
			}
			if told != state {
				t.Errorf("%s was asked for, and %s told", state, told)
			}
		}
		r.refused("no agent", l.User("1900@pbx.example").SetAgent(t.Context(), xsi.CallCenter{State: xsi.AgentAvailable}), 403)
		r.clean(l)
	})
}

// What breaks the schema is a violation: an unknown state, a child that a service
// doesn't have.
func TestXsi_ServicesAreJudged(t *testing.T) {
	withXsi(t, switchsim.Options{Agents: 10, Queues: 1}, func(t *testing.T, r *xsiRig) {
		c := r.client(1)
		r.refused("an unknown state", c.User("1003@pbx.example").SetAgent(t.Context(), xsi.CallCenter{State: "Busy"}), 400)
		if n := len(r.s.Violations()); n != 1 {
			t.Errorf("%d violations, want 1", n)
		}
	})
}
