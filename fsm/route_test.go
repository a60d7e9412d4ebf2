package fsm

import (
	"slices"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// routing is a stand with a route point and routers on it.
type routing struct {
	*stand
	cs []*client
}

func newRouting(t *testing.T, routers int, defaultRoute string) *routing {
	r := &routing{stand: newStand(t)}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Switch: "pbx", Devices: []*fsmpb.DeviceSetup{
		{Id: "9000", Kind: fsmpb.DeviceKind_ROUTE_POINT, DefaultRoute: defaultRoute}}}}})
	for i := range routers {
		c := r.connect(string(rune('a'+i)), "n")
		c.register("9000")
		r.cs = append(r.cs, c)
	}
	r.up()
	r.take()
	return r
}

func (r *routing) up() {
	r.in(func(t *txn) {
		t.routerUp(r.link(), &fsmpb.RouterUp{Device: "9000", Up: true, SwitchRegistration: "s1"})
	})
}

func (r *routing) ask(timeoutMS int32) *fsmpb.RouteRequested {
	q := &fsmpb.RouteRequested{SwitchRoute: "x1", Device: "9000", ReplyTimeoutMs: timeoutMS,
		Calling: &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: "0301"}, Current: &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: "9000"}}
	r.in(func(t *txn) { t.routeRequested(r.link(), q) })
	return q
}

// asked returns the sessions of the RouteAsked records emitted since, and over
// those of RouteOver.
func (r *routing) told() (asked, over []uint64) {
	for _, x := range r.take() {
		if a := x.GetRoute(); a != nil {
			asked = append(asked, a.Session)
		}
		if o := x.GetRouteOver(); o != nil {
			over = append(over, o.Session)
		}
	}
	return asked, over
}

func (r *routing) intents() (out []*fsmpb.Request) {
	for i := range r.m.View().Intents() {
		out = append(out, i.Request)
	}
	return out
}

func TestRegisterRouterWaitsForTheSwitch(t *testing.T) {
	r := newStand(t)
	one, two := r.connect("a", "n"), r.connect("b", "n")
	r.take()
	id := one.register("9000")
	if got := r.take(); len(got) != 0 {
		t.Errorf("answered before the switch: %v", got)
	}
	r.in(func(t *txn) { t.routerUp(r.link(), &fsmpb.RouterUp{Device: "9000", Up: true}) })
	diff(t, "answer", r.replies(), []*fsmpb.Reply{{Session: one.session, Attachment: one.attachment, Ordinal: 1, Invoke: 101,
		Body: &fsmpb.Reply_Router{Router: &fsmpb.RouterRegistered{Registration: id}}}})
	if second := two.register("9000"); second == id {
		t.Error("another client got the same registration")
	}
	if got := r.replies(); len(got) != 1 || got[0].GetRouter() == nil {
		t.Errorf("the registration is up at the switch and wasn't answered at once: %v", got)
	}
	two.register("9001")
	r.in(func(t *txn) {
		t.routerUp(r.link(), &fsmpb.RouterUp{Device: "9001", Category: "operation", Value: "invalidDeviceID"})
	})
	if got := r.replies(); len(got) != 1 || got[0].Value != "invalidDeviceID" {
		t.Errorf("answers: %v", got)
	}
	if n := len(slices.Collect(r.m.View().Registrations())); n != 2 {
		t.Errorf("%d registrations, want 2", n)
	}
}

func TestRouteSelectIsObeyedOnce(t *testing.T) {
	r := newRouting(t, 2, "")
	r.ask(3000)
	asked, _ := r.told()
	if !slices.Equal(asked, []uint64{r.cs[0].session}) {
		t.Fatalf("asked %v, want the first that registered", asked)
	}
	r.ask(3000) // the same dialogue again
	if asked, _ := r.told(); len(asked) != 0 {
		t.Errorf("asked twice: %v", asked)
	}
	sel := &fsmpb.RouteAnswer{Route: 1, Destination: "1001", RouteUsedWanted: true, Correlator: []byte("c")}
	// A router that isn't asked, and a second RouteSelect, change nothing: but
	// their numbers are taken in, so that the attachment goes on.
	for i, c := range []*client{r.cs[1], r.cs[0], r.cs[0]} {
		if res := c.answer(sel); res.Err != nil {
			t.Error(res.Err)
		}
		if got, want := len(r.intents()), min(i, 1); got != want {
			t.Errorf("after answer %d: %d intents, want %d", i+1, got, want)
		}
	}
	diff(t, "intents", r.intents(), []*fsmpb.Request{{Service: fsmpb.Service_ROUTE_SELECT, Device: "9000", Destination: "1001", SwitchRoute: "x1",
		On: true, Data: &fsmpb.CallData{Correlator: []byte("c")}}})
	if got := r.replies(); len(got) != 0 {
		t.Errorf("RouteSelect was answered: %v", got)
	}
	r.in(func(t *txn) { t.outcome(r.link(), &fsmpb.Outcome{Intent: 1, Result: fsmpb.OutcomeResult_DONE}) })
	r.in(func(t *txn) {
		t.routeEnded(r.link(), &fsmpb.RouteEnded{SwitchRoute: "x1", IsUsed: true, Used: &fsmpb.Party{Id: "1001"}})
	})
	r.in(func(t *txn) { t.routeEnded(r.link(), &fsmpb.RouteEnded{SwitchRoute: "x1"}) })
	if _, over := r.told(); !slices.Equal(over, []uint64{r.cs[0].session, r.cs[0].session}) {
		t.Errorf("RouteUsed and RouteEnd went to %v", over)
	}
	if n := len(slices.Collect(r.m.View().Routes())); n != 0 {
		t.Errorf("%d dialogues are left", n)
	}
}

// Every further router and the default come before the reply time is over.
func TestSilentRoutersShareTheReplyTime(t *testing.T) {
	r := newRouting(t, 3, "1001")
	r.ask(4000)
	begin := r.now
	var asked []uint64
	for range 3 {
		a, _ := r.told()
		asked = append(asked, a...)
		d, _ := r.m.View().NextDeadline()
		for d.Kind != fsmpb.DeadlineKind_ROUTE {
			t.Fatalf("next deadline: %v", d)
		}
		r.now = d.DueMs
		r.expire()
	}
	if want := []uint64{r.cs[0].session, r.cs[1].session, r.cs[2].session}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
	diff(t, "the cluster's own selection", r.intents(), []*fsmpb.Request{{Service: fsmpb.Service_ROUTE_SELECT, Device: "9000", Destination: "1001", SwitchRoute: "x1"}})
	if took := r.now - begin; took >= 4000 {
		t.Errorf("the default came after %d ms of 4000", took)
	}
	// The switch never says that the dialogue is over.
	r.now = begin + 4000 + 10_000
	r.expire()
	if n := len(slices.Collect(r.m.View().Routes())); n != 0 {
		t.Errorf("%d dialogues are left", n)
	}
}

func TestRouterThatRejectsOrLeaves(t *testing.T) {
	r := newRouting(t, 4, "")
	r.ask(0)
	r.told()
	r.cs[0].answer(&fsmpb.RouteAnswer{Kind: fsmpb.RouteAnswer_REJECT, Route: 1, Reason: "busyOverflow"})
	if asked, over := r.told(); !slices.Equal(asked, []uint64{r.cs[1].session}) || !slices.Equal(over, []uint64{r.cs[0].session}) {
		t.Errorf("after a reject: asked %v, over for %v", asked, over)
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_EndSession{EndSession: &fsmpb.EndSession{Session: r.cs[1].session}}})
	if asked, over := r.told(); !slices.Equal(asked, []uint64{r.cs[2].session}) || !slices.Equal(over, []uint64{r.cs[1].session}) {
		t.Errorf("after the end of a session: asked %v, over for %v", asked, over)
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_DetachSession{DetachSession: &fsmpb.DetachSession{Session: r.cs[2].session, Attachment: r.cs[2].attachment}}})
	if asked, _ := r.told(); !slices.Equal(asked, []uint64{r.cs[3].session}) {
		t.Errorf("after a lost connection: asked %v", asked)
	}
	// Nobody is left and there is no default: the switch does as without routers.
	cmd := r.cs[3].command()
	cmd.Body = &fsmpb.ClientCommand_CancelRouter{CancelRouter: &fsmpb.CancelRouter{Registration: 4}}
	r.cs[3].do(cmd)
	diff(t, "intents", r.intents(), []*fsmpb.Request{{Service: fsmpb.Service_ROUTE_END, Device: "9000", SwitchRoute: "x1", Reason: "operation/routeingTimerExpired"}})
	r.wait(20_000)
	if n := len(r.intents()); n != 0 {
		t.Errorf("%d intents are left", n)
	}
}

func TestDefaultOutOfServiceIsNotSelected(t *testing.T) {
	r := newRouting(t, 0, "1001")
	r.in(func(t *txn) {
		d, _ := t.Device("pbx", "1001")
		d = cloneDevice(d)
		d.Service = fsmpb.ServiceState_SERVICE_OUT
		t.putDevice(d)
	})
	r.ask(0)
	if got := r.intents(); len(got) != 1 || got[0].Service != fsmpb.Service_ROUTE_END {
		t.Errorf("intents: %v", got)
	}
}

// RouteEnd has no answer: the router that sent it hears nothing more.
func TestRouterEndsTheDialogue(t *testing.T) {
	r := newRouting(t, 2, "")
	r.ask(0)
	r.told()
	r.cs[0].answer(&fsmpb.RouteAnswer{Kind: fsmpb.RouteAnswer_END, Route: 1, Reason: "operation/generic"})
	if asked, over := r.told(); !slices.Equal(asked, []uint64{r.cs[1].session}) || len(over) != 0 {
		t.Errorf("asked %v, over for %v; want the other one asked, and nothing told", asked, over)
	}
}

// The router that selected is told ReRoute, in the same dialogue, and has its
// share of the time that the switch gives for another selection.
func TestReroute(t *testing.T) {
	r := newRouting(t, 2, "1001")
	r.ask(0)
	r.cs[0].answer(&fsmpb.RouteAnswer{Route: 1, Destination: "1002"})
	r.take()
	again := func() {
		r.in(func(t *txn) {
			t.routeEnded(r.link(), &fsmpb.RouteEnded{SwitchRoute: "x1", Reroute: true, ReplyTimeoutMs: 3000})
		})
	}
	again()
	diff(t, "records", r.take(), []*Record{{Switch: "pbx", Kind: &fsmpb.Record_RouteOver{RouteOver: &fsmpb.RouteOver{
		Route: 1, Registration: 1, Session: r.cs[0].session, Reroute: true, DueMs: r.now + 1000}}}})
	if res := r.cs[0].answer(&fsmpb.RouteAnswer{Route: 1, Destination: "1000"}); res.Err != nil {
		t.Errorf("the second selection of a rerouted dialogue: %v", res.Err)
	}
	// It says nothing this time: the next one is asked.
	again()
	r.take()
	r.wait(1000)
	asked, over := r.told()
	if !slices.Equal(asked, []uint64{r.cs[1].session}) || !slices.Equal(over, []uint64{r.cs[0].session}) {
		t.Errorf("asked %v, over for %v", asked, over)
	}
	// This one selects, and is gone when the switch wants another destination.
	r.cs[1].answer(&fsmpb.RouteAnswer{Route: 1, Destination: "1002"})
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_DetachSession{DetachSession: &fsmpb.DetachSession{Session: r.cs[1].session, Attachment: r.cs[1].attachment}}})
	r.take()
	again()
	if last := r.intents(); last[len(last)-1].Destination != "1001" {
		t.Errorf("intents: %v; want the default at last", last)
	}
	// The default doesn't do either.
	again()
	if last := r.intents(); last[len(last)-1].Service != fsmpb.Service_ROUTE_END {
		t.Errorf("intents: %v; want the end", last)
	}
}

// The switch ends our registration and refuses another one: its routers are told.
func TestRegistrationRefusedLater(t *testing.T) {
	r := newRouting(t, 2, "")
	r.ask(0)
	r.take()
	down := func(category, value string) {
		r.in(func(t *txn) { t.routerUp(r.link(), &fsmpb.RouterUp{Device: "9000", Category: category, Value: value}) })
	}
	down("", "")
	down("systemResourceAvailibility", "registrationLimitExceeded")
	if got := r.take(); len(got) != 0 {
		t.Errorf("told %v of what may pass", got)
	}
	down("operation", "privilegeViolationSpecifiedDevice")
	var ended []uint64
	for _, x := range r.take() {
		if o := x.GetRouteOver(); o != nil && o.Route == 0 {
			ended = append(ended, o.Registration)
			if o.Reason != "operation/privilegeViolationSpecifiedDevice" || o.Session != r.cs[o.Registration-1].session {
				t.Errorf("told: %v", o)
			}
		}
	}
	if !slices.Equal(ended, []uint64{1, 2}) {
		t.Errorf("ended registrations: %v", ended)
	}
	if n := len(slices.Collect(r.m.View().Registrations())); n != 0 {
		t.Errorf("%d registrations are left", n)
	}
}

func TestDialoguesOfAnEarlierEpoch(t *testing.T) {
	r := newRouting(t, 1, "1001")
	r.ask(0)
	r.told()
	r.takeover()
	r.verify()
	if _, over := r.told(); len(over) != 1 {
		t.Errorf("RouteOver went to %v", over)
	}
	if n := len(slices.Collect(r.m.View().Routes())); n != 0 {
		t.Errorf("%d dialogues are left", n)
	}
}

// A router registers again after it came back, and gets its old registration;
// until then it isn't asked.
func TestRouterComingBack(t *testing.T) {
	r := newRouting(t, 2, "")
	back := r.attach(r.cs[0].session, "n-2")
	r.ask(0)
	if asked, _ := r.told(); !slices.Equal(asked, []uint64{r.cs[1].session}) {
		t.Errorf("asked %v", asked)
	}
	if id := back.register("9000"); id != 1 {
		t.Errorf("registered as %d, want 1", id)
	}
	again := r.attach(r.cs[1].session, "n-2")
	again.progress()
	r.wait(30_000)
	if n := len(slices.Collect(r.m.View().Registrations())); n != 1 {
		t.Errorf("%d registrations, want the claimed one", n)
	}
}
