package fsm

import (
	"slices"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

const (
	talking = fsmpb.ConnectionState_CONNECTED
	ringing = fsmpb.ConnectionState_ALERTING
	held    = fsmpb.ConnectionState_HOLD
)

func TestRequestBecomesAnIntent(t *testing.T) {
	r := newStand(t)
	r.term = 1
	call := r.call("A", part("1000", ringing))
	c := r.connect("ts1", "n")
	r.take()
	id := c.request(&fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL, First: &fsmpb.Conn{Call: call, Device: "1000"}})
	i, ok := r.m.View().Intent(id)
	if !ok || i.Term != r.term || i.Epoch != r.link().Epoch || i.DueMs != r.now+10_000 || i.Index != r.index || i.LastCall != call {
		t.Fatalf("intent: %v", i)
	}
	if got := r.take(); len(got) != 0 {
		t.Errorf("answered before its outcome: %v", got)
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_IntentSent{IntentSent: &fsmpb.IntentSent{Intent: id, Epoch: i.Epoch}}})
	if i, _ := r.m.View().Intent(id); !i.Sent {
		t.Error("not marked as sent")
	}
	r.in(func(t *txn) { t.outcome(r.link(), &fsmpb.Outcome{Intent: id, Result: fsmpb.OutcomeResult_DONE}) })
	diff(t, "answer", r.replies(), []*fsmpb.Reply{{Session: c.session, Attachment: c.attachment, Ordinal: 1, Invoke: 101,
		Body: &fsmpb.Reply_Done{Done: &fsmpb.RequestDone{Intent: id, Request: i.Request, Result: fsmpb.OutcomeResult_DONE}}}})
	if n := len(slices.Collect(r.m.View().Intents())); n != 0 {
		t.Errorf("%d intents are left", n)
	}
	r.in(func(t *txn) { t.outcome(r.link(), &fsmpb.Outcome{Intent: id, Result: fsmpb.OutcomeResult_DONE}) })
	r.wait(20_000)
	if got := r.replies(); len(got) != 0 {
		t.Errorf("answered twice: %v", got)
	}
}

func TestRequestErrors(t *testing.T) {
	r := newStand(t)
	a := r.call("A", part("1000", talking))
	b := r.call("B", part("1000", held))
	c := r.connect("ts1", "n")
	conn := func(call uint64, device string) *fsmpb.Conn { return &fsmpb.Conn{Call: call, Device: device} }
	for _, x := range []struct {
		q     *fsmpb.Request
		value string
	}{
		{&fsmpb.Request{}, "serviceNotSupported"},
		{&fsmpb.Request{Service: 999}, "serviceNotSupported"},
		{&fsmpb.Request{Service: fsmpb.Service_ROUTE_SELECT}, "serviceNotSupported"},
		{&fsmpb.Request{Service: fsmpb.Service_MAKE_CALL}, "invalidCallingDeviceID"},
		{&fsmpb.Request{Service: fsmpb.Service_SET_AGENT_STATE}, "invalidDeviceID"},
		{&fsmpb.Request{Service: fsmpb.Service_HOLD_CALL}, "invalidCallID"},
		{&fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: conn(a, "")}, "invalidConnectionID"},
		{&fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: conn(a, "1001")}, "invalidConnectionID"},
		{&fsmpb.Request{Service: fsmpb.Service_CLEAR_CALL, First: conn(99, "")}, "invalidCallID"},
		{&fsmpb.Request{Service: fsmpb.Service_TRANSFER_CALL, First: conn(99, "1000"), Second: conn(b, "1000")}, "invalidActiveCallID"},
		{&fsmpb.Request{Service: fsmpb.Service_TRANSFER_CALL, First: conn(a, "1000"), Second: conn(b, "1001")}, "invalidHeldConnectionID"},
		{&fsmpb.Request{Service: fsmpb.Service_MAKE_CALL, Device: "1000", Data: &fsmpb.CallData{UserData: make([]byte, 64<<10)}}, "valueOutOfRange"},
	} {
		r.take()
		c.request(x.q)
		if got := r.replies(); len(got) != 1 || got[0].Category != "operation" || got[0].Value != x.value {
			t.Errorf("%v: answers %v, want %s", x.q.Service, got, x.value)
		}
	}
	// What isn't certain is the switch's to judge.
	r.change(a, func(c *Call) { c.Epoch = 0 })
	c.request(&fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: conn(a, "1001")})
	if got := r.replies(); len(got) != 0 {
		t.Errorf("a request on an unverified call was refused: %v", got)
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: &fsmpb.Settings{Intents: 1}}}})
	c.request(&fsmpb.Request{Service: fsmpb.Service_ESCAPE})
	if got := r.replies(); got[0].Category != "subscribedResourceAvailability" || got[0].Value != "outstandingReqLimitExceeded" {
		t.Errorf("answers: %v", got)
	}
}

func TestRequestWhileNobodyHoldsTheLink(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	r.term = 2 // a leader that has not claimed the link yet
	c.request(&fsmpb.Request{Service: fsmpb.Service_ESCAPE})
	if got := r.replies(); len(got) != 1 || got[0].Value != "networkOutOfService" {
		t.Errorf("answers: %v", got)
	}
	r.claim("l2")
	c.request(&fsmpb.Request{Service: fsmpb.Service_ESCAPE})
	if got := r.replies(); len(got) != 0 {
		t.Errorf("refused with a claimed link: %v", got)
	}
}

// A switch may answer MakeCall before the call's first event: the ID in the
// answer is the one that the events have.
func TestMakeCallAnsweredBeforeItsEvents(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	id := c.request(&fsmpb.Request{Service: fsmpb.Service_MAKE_CALL, Device: "1000", Destination: "1001"})
	r.take()
	r.in(func(t *txn) {
		t.outcome(r.link(), &fsmpb.Outcome{Intent: id, Result: fsmpb.OutcomeResult_DONE, Connection: &fsmpb.SwitchConn{Call: "new", Device: "1000"}})
	})
	got := r.replies()
	if len(got) != 1 {
		t.Fatalf("answers: %v", got)
	}
	call := got[0].GetDone().Connection
	if found, ok := r.m.View().CallByName("l1", "new"); !ok || found.Id != call.Call || call.Device != "1000" {
		t.Errorf("the answer says %v, the call is %v", call, found)
	}
}

func TestRefusedOutcome(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	one := c.request(&fsmpb.Request{Service: fsmpb.Service_MAKE_CALL, Device: "1000", Destination: "1001"})
	two := c.request(&fsmpb.Request{Service: fsmpb.Service_MAKE_CALL, Device: "1000", Destination: "1001"})
	three := c.request(&fsmpb.Request{Service: fsmpb.Service_ESCAPE})
	r.take()
	r.in(func(t *txn) {
		t.outcome(r.link(), &fsmpb.Outcome{Intent: one, Result: fsmpb.OutcomeResult_REFUSED, Category: "stateIncompatibility", Value: "invalidCallingDeviceState"})
	})
	resolve := func(id uint64, res fsmpb.OutcomeResult) {
		r.ok(&fsmpb.Command{Kind: &fsmpb.Command_IntentResolved{IntentResolved: &fsmpb.IntentResolved{
			Intent: id, Result: res, Category: "systemResourceAvailibility", Value: "resourceBusy"}}})
	}
	resolve(two, fsmpb.OutcomeResult_OUTCOME_PENDING) // settles nothing
	resolve(two, fsmpb.OutcomeResult_NOT_DONE)
	resolve(three, fsmpb.OutcomeResult_OUTCOME_UNKNOWN)
	var values []string
	for _, x := range r.replies() {
		values = append(values, x.GetDone().Result.String()+" "+x.Category+"/"+x.Value)
	}
	diff(t, "answers", values, []string{
		"REFUSED stateIncompatibility/invalidCallingDeviceState",
		"NOT_DONE systemResourceAvailibility/resourceBusy",
		"OUTCOME_UNKNOWN operation/generic",
	})
}

// takeover lets another leader claim the second link, and brings the devices up.
func (r *stand) takeover(devices ...string) {
	r.t.Helper()
	r.term++
	r.claim("l2")
	for _, d := range devices {
		r.monitored(d)
	}
}

// After a takeover nobody may send the dead leader's intents: the switch's state
// decides, and what it can't decide is unknown.
func TestOrphanedIntentSettledByState(t *testing.T) {
	type world struct {
		*stand
		c          *client
		a, b       uint64
		first, two *fsmpb.Conn
	}
	move := func(w *world, id uint64, device string, to fsmpb.ConnectionState) {
		w.change(id, func(c *Call) {
			for i, x := range c.Connections {
				if x.Device == device {
					if to == fsmpb.ConnectionState_NULL {
						c.Connections = slices.Delete(c.Connections, i, i+1)
						return
					}
					x.State = to
				}
			}
		})
	}
	device := func(w *world, f func(*Device)) {
		w.in(func(t *txn) {
			d, _ := t.Device("pbx", "1000")
			d = cloneDevice(d)
			f(d)
			t.putDevice(d)
		})
	}
	for _, x := range []struct {
		name   string
		q      func(w *world) *fsmpb.Request
		effect func(w *world)
	}{
		{"answer", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL, First: w.first}
		}, func(w *world) { move(w, w.a, "1000", talking) }},
		{"hold", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: w.first}
		}, func(w *world) { move(w, w.a, "1000", held) }},
		{"retrieve", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_RETRIEVE_CALL, First: w.two}
		}, func(w *world) { move(w, w.b, "1000", talking) }},
		{"clear connection", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_CLEAR_CONNECTION, First: w.first}
		}, func(w *world) { move(w, w.a, "1000", fsmpb.ConnectionState_NULL) }},
		{"clear call", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_CLEAR_CALL, First: w.first}
		}, func(w *world) { w.end(w.a, 0) }},
		{"deflect", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_DEFLECT_CALL, First: w.first, Destination: "1002"}
		}, func(w *world) { move(w, w.a, "1000", fsmpb.ConnectionState_NULL) }},
		{"alternate", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_ALTERNATE_CALL, First: w.first, Second: w.two}
		}, func(w *world) { move(w, w.a, "1000", held); move(w, w.b, "1000", talking) }},
		{"reconnect", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_RECONNECT_CALL, First: w.first, Second: w.two}
		}, func(w *world) { w.end(w.a, 0); move(w, w.b, "1000", talking) }},
		{"transfer", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_TRANSFER_CALL, First: w.first, Second: w.two}
		}, func(w *world) { w.end(w.a, w.b); move(w, w.b, "1000", fsmpb.ConnectionState_NULL) }},
		{"conference", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_CONFERENCE_CALL, First: w.first, Second: w.two}
		}, func(w *world) { w.end(w.a, w.b) }},
		{"single-step transfer", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_SINGLE_STEP_TRANSFER, First: w.first, Destination: "1002"}
		}, func(w *world) {
			w.change(w.a, func(c *Call) { c.Connections = []*Connection{part("1001", talking), part("1002", ringing)} })
		}},
		{"single-step conference", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_SINGLE_STEP_CONFERENCE, First: w.first, Destination: "1002"}
		}, func(w *world) {
			w.change(w.a, func(c *Call) { c.Connections = append(c.Connections, part("1002", talking)) })
		}},
		{"make call", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_MAKE_CALL, Device: "1000", Destination: "1002"}
		}, func(w *world) { w.call("N", part("1000", talking), part("1002", ringing)) }},
		{"consultation", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_CONSULTATION_CALL, First: w.first, Destination: "1002"}
		}, func(w *world) { w.call("N", part("1000", talking), part("1002", ringing)) }},
		{"do not disturb", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_SET_DO_NOT_DISTURB, Device: "1000", On: true}
		}, func(w *world) { device(w, func(d *Device) { d.Dnd = true }) }},
		{"forwarding", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_SET_FORWARDING, Device: "1000", On: true, Option: "forwardBusy", Destination: "1002"}
		}, func(w *world) {
			device(w, func(d *Device) {
				d.Forwarding = []*fsmpb.Forward{{Type: "forwardBusy", On: true, Destination: "1002"}}
			})
		}},
		{"agent state", func(w *world) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_SET_AGENT_STATE, Device: "1000", AgentId: "7", Option: "ready"}
		}, func(w *world) {
			device(w, func(d *Device) {
				d.Agents = []*fsmpb.Agent{{AgentId: "7", LoggedOn: true, State: fsmpb.AgentState_AGENT_READY}}
			})
		}},
	} {
		build := func(t *testing.T) (*world, uint64) {
			w := &world{stand: newStand(t)}
			// Without the effect, none of the connections is where the request wants it.
			w.a = w.call("A", part("1000", ringing), part("1001", talking))
			w.b = w.call("B", part("1000", held), part("1002", talking))
			if x.name == "retrieve" || x.name == "deflect" || x.name == "answer" {
				w.change(w.a, func(c *Call) { c.Connections[0].State = ringing })
			}
			if x.name == "single-step conference" || x.name == "single-step transfer" {
				w.change(w.b, func(c *Call) { c.Connections = c.Connections[:1] })
			}
			w.first, w.two = &fsmpb.Conn{Call: w.a, Device: "1000"}, &fsmpb.Conn{Call: w.b, Device: "1000"}
			w.c = w.connect("ts1", "n")
			id := w.c.request(x.q(w))
			w.take()
			w.takeover("1000", "1001", "1002")
			return w, id
		}
		outcome := func(t *testing.T, w *world, want string) {
			t.Helper()
			got := w.replies()
			if want == "" && len(got) != 0 || want != "" && (len(got) != 1 || got[0].GetDone().Result.String() != want) {
				t.Errorf("answers %v, want %q", got, want)
			}
		}
		t.Run(x.name+"/done", func(t *testing.T) {
			w, _ := build(t)
			x.effect(w)
			w.take()
			w.verify("1000", "1001", "1002")
			got := w.replies()
			if len(got) != 1 || got[0].GetDone().Result != fsmpb.OutcomeResult_DONE {
				t.Fatalf("answers %v, want DONE", got)
			}
			// The client of a new call needs its ID.
			made := got[0].GetDone().Connection
			if want := x.name == "make call" || x.name == "consultation"; want != (made != nil) || want && made.Call != w.m.s.counters.Call {
				t.Errorf("connection: %v", made)
			}
		})
		t.Run(x.name+"/not done", func(t *testing.T) {
			w, id := build(t)
			i, _ := w.m.View().Intent(id)
			w.in(func(t *txn) { t.linkClosed("pbx", i.Epoch) })
			w.verify("1000", "1001", "1002")
			outcome(t, w, "") // the old leader may still write
			w.wait(10_000)
			outcome(t, w, "NOT_DONE")
		})
		t.Run(x.name+"/unknown", func(t *testing.T) {
			w, _ := build(t)
			w.verify("1000", "1001", "1002")
			outcome(t, w, "")
			w.wait(10_000)
			outcome(t, w, "OUTCOME_UNKNOWN")
		})
		t.Run(x.name+"/never verified", func(t *testing.T) {
			w, _ := build(t)
			x.effect(w)
			w.take()
			w.wait(10_000)
			outcome(t, w, "")
			w.wait(verifyMS)
			outcome(t, w, "OUTCOME_UNKNOWN")
		})
	}
}

// The leader that sent a request and got no answer in time asks for snapshots.
func TestOverdueIntentOfThePresentTerm(t *testing.T) {
	for _, done := range []bool{true, false} {
		r := newStand(t)
		r.monitored("1000")
		r.verify("1000")
		call := r.call("A", part("1000", talking))
		c := r.connect("ts1", "n")
		c.request(&fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: &fsmpb.Conn{Call: call, Device: "1000"}})
		r.take()
		r.wait(10_000)
		if got := r.replies(); len(got) != 0 {
			t.Fatalf("settled without asking the switch: %v", got)
		}
		if n := r.m.View().UnverifiedCount(); n != 1 {
			t.Errorf("%d devices are asked for snapshots, want 1", n)
		}
		want := fsmpb.OutcomeResult_OUTCOME_UNKNOWN
		if done {
			r.change(call, func(c *Call) { c.Connections[0].State = held })
			want = fsmpb.OutcomeResult_DONE
		}
		r.verify("1000")
		if got := r.replies(); len(got) != 1 || got[0].GetDone().Result != want {
			t.Errorf("answers %v, want %v", got, want)
		}
	}
}

func TestNoTraceIsUnknownAtTheDeadline(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	c.request(&fsmpb.Request{Service: fsmpb.Service_ESCAPE})
	r.take()
	r.wait(9_999)
	if got := r.replies(); len(got) != 0 {
		t.Fatalf("settled before its deadline: %v", got)
	}
	r.wait(1)
	if got := r.replies(); len(got) != 1 || got[0].GetDone().Result != fsmpb.OutcomeResult_OUTCOME_UNKNOWN {
		t.Errorf("answers: %v", got)
	}
}

// A session that is over has nobody to answer.
func TestOutcomeAfterTheSession(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	id := c.request(&fsmpb.Request{Service: fsmpb.Service_ESCAPE})
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_EndSession{EndSession: &fsmpb.EndSession{Session: c.session}}})
	r.take()
	r.in(func(t *txn) { t.outcome(r.link(), &fsmpb.Outcome{Intent: id, Result: fsmpb.OutcomeResult_DONE}) })
	if got := r.take(); len(got) != 0 {
		t.Errorf("records: %v", got)
	}
	if _, ok := r.m.View().Intent(id); ok {
		t.Error("the intent is left")
	}
}
