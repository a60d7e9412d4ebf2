package switchsim

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func (r *rig) fault(f Fault) {
	r.t.Helper()
	if err := r.s.Break(f); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

func TestFault_CrashForgetsMonitorsKeepsCalls(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		one, two := r.connect(1), r.connect(2)
		one.monitor("1900")
		call := r.do(Move{Action: "inbound", To: "1900"})
		r.fault(Fault{Kind: "crash", Seconds: 3})
		if !one.isClosed() || !two.isClosed() || len(r.s.Associations()) != 0 {
			t.Errorf("closed %v and %v after a crash", one.isClosed(), two.isClosed())
		}
		if c := r.dial(1); !c.isClosed() {
			t.Error("a connection right after the crash isn't refused")
		}
		time.Sleep(3 * time.Second)
		c := r.connect(1)
		r.do(Move{Action: "answer", Device: "1900"})
		if got := c.take(); len(got) != 0 || r.stateOf(call, "1900") != Connected {
			t.Errorf("after the crash: events %v, state %s", got, r.stateOf(call, "1900"))
		}
		r.fault(Fault{Kind: "crash", Restart: true})
		if truth := r.s.Truth(); len(truth.Calls) != 0 || truth.Ended[0].Reason != "forgotten" {
			t.Errorf("calls after a restart: %+v, ended %+v", truth.Calls, truth.Ended)
		}
	})
}

func TestFault_RefuseListensAgain(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		r.s.mu.Lock()
		r.s.opt.Relisten = func(link int) (net.Listener, error) {
			r.links[link] = newPipeListener()
			return r.links[link], nil
		}
		r.s.mu.Unlock()
		alive := r.connect(1)
		r.fault(Fault{Kind: "refuse", Link: 1, Seconds: 5})
		if _, err := r.links[0].dial(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("the refused link still listens: %v", err)
		}
		r.connect(2)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		r.connect(1)
		if alive.isClosed() {
			t.Error("refusing new connections closed an old one")
		}
	})
}

func TestFault_DropOneAssociationOrLink(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		a, b, c := r.connect(1), r.connect(1), r.connect(2)
		r.fault(Fault{Kind: "drop", Association: 1, Orderly: true})
		if !a.isClosed() || b.isClosed() || c.isClosed() {
			t.Error("drop of association 1 hit others, or not that")
		}
		r.fault(Fault{Kind: "drop", Link: 2})
		if b.isClosed() || !c.isClosed() {
			t.Error("drop of link 2 hit others, or not that")
		}
	})
}

func TestFault_HangIsSilentAndExecutesNothing(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		c.monitor("1900")
		r.fault(Fault{Kind: "hang", Link: 1, Seconds: 5})
		r.do(Move{Action: "inbound", To: "1900"})
		c.request("MakeCall", "<callingDevice>1901</callingDevice><calledDirectoryNumber>1902</calledDirectoryNumber>")
		late := r.dial(1)
		time.Sleep(5 * time.Second)
		if got := append(c.take(), late.take()...); len(got) != 0 || c.isClosed() || late.isClosed() || len(r.s.Truth().Calls) != 1 {
			t.Errorf("while it hangs: %v, closed %v, calls %+v", got, c.isClosed(), r.s.Truth().Calls)
		}
		r.do(Move{Action: "answer", Device: "1900"})
		if got := names(c.take()); len(got) != 1 || r.s.Truth().Counters.Lost != 1 {
			t.Errorf("afterwards: %v, lost %d", got, r.s.Truth().Counters.Lost)
		}
	})
}

func TestFault_BlackHoleStaysOpen(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c, other := r.connect(1), r.connect(1)
		c.monitor("1900")
		r.fault(Fault{Kind: "blackhole", Association: 1})
		c.request("RequestSystemStatus", "")
		wrote := make(chan error, 1)
		go func() {
			_, err := c.conn.Write(raw(50, msg("RequestSystemStatus", "")))
			wrote <- err
		}()
		r.do(Move{Action: "inbound", To: "1900"})
		time.Sleep(time.Hour)
		select {
		case err := <-wrote:
			t.Errorf("a black hole read on: %v", err)
		default:
		}
		if got := c.take(); len(got) != 0 || c.isClosed() {
			t.Errorf("a black hole sent %v, closed %v", got, c.isClosed())
		}
		other.ask("RequestSystemStatus", "")
		r.fault(Fault{Kind: "drop", Association: 1})
		if err := <-wrote; err == nil || !c.isClosed() {
			t.Error("a dropped black hole is still open")
		}
	})
}

func TestFault_LoseEvents(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		one, two := r.connect(1), r.connect(2)
		one.monitor("1900")
		two.monitor("1900")
		r.fault(Fault{Kind: "lose", Link: 1, Next: 2})
		for range 5 {
			r.do(Move{Action: "inbound", To: "1900"})
		}
		if a, b := len(one.take()), len(two.take()); a != 3 || b != 5 {
			t.Errorf("link 1 read %d events and link 2 %d, want 3 and 5", a, b)
		}
		r.fault(Fault{Kind: "lose", Percent: 50})
		for range 400 {
			r.do(Move{Action: "inbound", To: "1900"})
		}
		if n := len(one.take()); n < 120 || n > 280 {
			t.Errorf("read %d of 400 events at 50 %%", n)
		}
		r.fault(Fault{Kind: "clear"})
		r.do(Move{Action: "inbound", To: "1900"})
		if len(one.take()) != 1 {
			t.Error("events are lost after clear")
		}
	})
}

func TestFault_ForgetMakesStuckCalls(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		c.monitor("1900")
		call := r.do(Move{Action: "inbound", To: "1900"})
		other := r.do(Move{Action: "inbound", To: "1900"})
		c.take()
		before := r.s.Truth().Seq
		r.fault(Fault{Kind: "forget", Calls: []string{call}})
		if got := c.take(); len(got) != 0 {
			t.Errorf("a forgotten call told of itself: %v", got)
		}
		truth := r.s.Truth()
		if len(truth.Calls) != 1 || truth.Calls[0].ID != other || truth.Seq == before || truth.Counters.Forgotten != 1 {
			t.Errorf("truth: %+v", truth.Calls)
		}
		c.wantError("AnswerCall", connID("callToBeAnswered", call, "1900"), "operation", "invalidCallID")
		r.fault(Fault{Kind: "forget", Count: 5})
		if len(r.s.Truth().Calls) != 0 {
			t.Error("not all calls forgotten")
		}
	})
}

func TestFault_SlowAndMute(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		r.fault(Fault{Kind: "slow", Services: []string{"AnswerCall"}, DelayMS: 500})
		call := r.do(Move{Action: "inbound", To: "1900"})
		c.request("AnswerCall", connID("callToBeAnswered", call, "1900"))
		c.ask("RequestSystemStatus", "")
		time.Sleep(499 * time.Millisecond)
		if r.stateOf(call, "1900") != Alerting || len(c.take()) != 0 {
			t.Error("a slow request was executed or answered at once")
		}
		time.Sleep(time.Millisecond)
		if r.stateOf(call, "1900") != Connected || len(c.take()) != 1 {
			t.Error("a slow request was never executed or answered")
		}
		r.fault(Fault{Kind: "slow", DelayMS: 500, AnswerOnly: true})
		c.request("HoldCall", connID("callToBeHeld", call, "1900"))
		if r.stateOf(call, "1900") != Hold || len(c.take()) != 0 {
			t.Error("answer_only delays the execution or doesn't delay the answer")
		}
		time.Sleep(500 * time.Millisecond)
		if len(c.take()) != 1 {
			t.Error("answer_only never answers")
		}
		r.fault(Fault{Kind: "slow"})
		r.fault(Fault{Kind: "mute", Services: []string{"RetrieveCall"}, Execute: true, Count: 1})
		c.request("RetrieveCall", connID("callToBeRetrieved", call, "1900"))
		if r.stateOf(call, "1900") != Connected || len(c.take()) != 0 {
			t.Error("mute with execute answers or doesn't execute")
		}
		c.ask("HoldCall", connID("callToBeHeld", call, "1900"))
		c.ask("RetrieveCall", connID("callToBeRetrieved", call, "1900"))
		r.fault(Fault{Kind: "mute"})
		c.request("HoldCall", connID("callToBeHeld", call, "1900"))
		time.Sleep(time.Minute)
		if r.stateOf(call, "1900") != Connected || len(c.take()) != 0 {
			t.Error("mute without execute answers or executes")
		}
		var log []string
		for _, q := range r.s.Requests() {
			state := q.Service + " " + q.Result
			if q.Executed {
				state += " executed"
			}
			if q.Answered {
				state += " answered"
			}
			log = append(log, state)
		}
		want := []string{
			"AnswerCall ok executed answered", "RequestSystemStatus ok executed answered", "HoldCall ok executed answered",
			"RetrieveCall ok executed", "HoldCall ok executed answered", "RetrieveCall ok executed answered", "HoldCall ignored",
		}
		if !slices.Equal(log, want) {
			t.Errorf("the audit log says\n%s\nwant\n%s", strings.Join(log, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestFault_RenameIsConsistentOnEachLink(t *testing.T) {
	for _, rename := range []Rename{RenameDistinct, RenameSwapped} {
		withRig(t, Options{NoLinkage: true}, func(r *rig) {
			one, two := r.connect(1), r.connect(2)
			one.monitor("1900")
			two.monitor("1900")
			r.fault(Fault{Kind: "rename", Rename: rename})
			call := r.do(Move{Action: "inbound", To: "1900"})
			names := r.s.Truth().Names[call]
			if len(names) != 2 || names[0] != call || names[1] == call {
				t.Fatalf("%s: names of %s are %v", rename, call, names)
			}
			for i, c := range []*client{one, two} {
				if n := judgeSent(t, 6, c.take()[0]); n.value("connection", "callID") != names[i] {
					t.Errorf("%s: link %d says %s, want %s", rename, i+1, n.value("connection", "callID"), names[i])
				}
				if body := c.ask("SnapshotDevice", "<snapshotObject>1900</snapshotObject>"); !strings.Contains(body, "<callID>"+names[i]+"</callID>") {
					t.Errorf("%s: link %d has snapshot %s", rename, i+1, body)
				}
			}
			if rename == RenameSwapped {
				neighbour := r.do(Move{Action: "inbound", To: "1901"})
				if other := r.s.Truth().Names[neighbour]; other[1] != names[0] && other[0] == names[1] {
					t.Errorf("names aren't swapped: %v and %v", names, other)
				}
			} else {
				two.wantError("AnswerCall", connID("callToBeAnswered", names[0], "1900"), "operation", "invalidCallID")
			}
			two.wantAnswer("AnswerCall", connID("callToBeAnswered", names[1], "1900"), `<AnswerCallResponse xmlns="`+ns(6)+`"/>`)
			if r.stateOf(call, "1900") != Connected {
				t.Errorf("%s: the renamed call wasn't answered", rename)
			}
		})
	}
}

func TestFault_StopMonitorComesFromTheSwitch(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		c.monitor("1900")
		c.monitor("1901")
		r.fault(Fault{Kind: "stopmonitor", Device: "1900"})
		c.want(9000, msg("MonitorStop", "<monitorCrossRefID>1</monitorCrossRefID>"))
		c.send(9000, `<MonitorStopResponse xmlns="`+ns(6)+`"/>`)
		r.do(Move{Action: "dial", Device: "1900", To: "1901"})
		for _, body := range c.take() {
			if n := judgeSent(t, 6, body); n.value("monitorCrossRefID") != "2" {
				t.Errorf("event on a stopped monitor: %s", body)
			}
		}
		if len(r.s.Violations()) != 0 {
			t.Errorf("violations: %+v", r.s.Violations())
		}
	})
}

func TestFault_BadOnesAreRefused(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		for _, f := range []Fault{
			{}, {Kind: "quake"}, {Kind: "drop", Link: 3}, {Kind: "hang"}, {Kind: "refuse", Seconds: -1}, {Kind: "lose", Percent: 101},
			{Kind: "lose", Next: -1}, {Kind: "status", Status: "messageLost"}, {Kind: "rename", Rename: "x"},
			{Kind: "forget", Calls: []string{"1"}},
		} {
			if err := r.s.Break(f); err == nil {
				t.Errorf("fault %+v is taken", f)
			}
		}
	})
}

func TestLateResponsesComeBehindTheirEvents(t *testing.T) {
	withRig(t, Options{LateResponses: true}, func(r *rig) {
		c := r.connect(1)
		c.monitor("1900")
		c.request("MakeCall", "<callingDevice>1900</callingDevice><calledDirectoryNumber>1901</calledDirectoryNumber>")
		want := []string{"ServiceInitiatedEvent", "OriginatedEvent", "DeliveredEvent", "MakeCallResponse"}
		if got := names(c.take()); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
