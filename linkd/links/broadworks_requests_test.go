package links

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

// phones is a rig whose clients ask for what happens.
type phones struct{ *rig }

// callAt is the call of a device in a state; 0 if it has none.
func (p phones) callAt(device, state string) uint64 {
	p.t.Helper()
	synctest.Wait()
	d, _ := p.state().Device("sw", device)
	for _, id := range d.Calls {
		c, _ := p.state().Call(id)
		for _, x := range c.Connections {
			if x.Device == device && stateNames[x.State] == state {
				return id
			}
		}
	}
	return 0
}

// ask asks for a service about a device's call in one state, or in two, and wants it
// to be done.
func (p phones) ask(s fsmpb.Service, device, first, second, to string) *fsmpb.RequestDone {
	p.t.Helper()
	q := &fsmpb.Request{Service: s, Destination: to, First: &fsmpb.Conn{Call: p.callAt(device, first), Device: device}}
	if second != "" {
		q.Second = &fsmpb.Conn{Call: p.callAt(device, second), Device: device}
	}
	r := p.reply(p.request(q), 5*time.Second)
	if r.Category != "" || r.GetDone().GetResult() != fsmpb.OutcomeResult_DONE {
		p.t.Errorf("%v at %s: %v", s, device, r)
	}
	p.settle()
	return r.GetDone()
}

// settle lets a phone be picked up by an application, and compares.
func (p phones) settle() {
	p.t.Helper()
	time.Sleep(6 * time.Second)
	p.compareXsi()
}

func (p phones) call(from, to string) *fsmpb.RequestDone {
	p.t.Helper()
	r := p.reply(p.request(makeCall(from, to)), 5*time.Second)
	if r.GetDone().GetConnection().GetDevice() != from {
		p.t.Errorf("call from %s: %v", from, r)
	}
	p.settle()
	return r.GetDone()
}

// parties are the devices in a call.
func (p phones) parties(call uint64) string {
	synctest.Wait()
	c, _ := p.state().Call(call)
	var list []string
	for _, x := range c.GetConnections() {
		list = append(list, x.Device+" "+stateNames[x.State])
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func (p phones) want(call uint64, parties string) {
	p.t.Helper()
	if got := p.parties(call); got != parties {
		p.t.Errorf("call %d: %q, want %q", call, got, parties)
	}
}

// Clients' requests become Xsi-Actions, and the events that follow the calls.
func TestBroadWorksCallControl(t *testing.T) {
	for name, script := range map[string]func(p phones){
		"hold and retrieve": func(p phones) {
			call := p.call("1900", "1901").Connection.Call
			p.ask(fsmpb.Service_ANSWER_CALL, "1901", "alerting", "", "")
			p.want(call, "1900 connected, 1901 connected")
			p.ask(fsmpb.Service_HOLD_CALL, "1900", "connected", "", "")
			p.want(call, "1900 hold, 1901 connected")
			p.ask(fsmpb.Service_RETRIEVE_CALL, "1900", "hold", "", "")
			p.ask(fsmpb.Service_HOLD_CALL, "1901", "connected", "", "")
			p.ask(fsmpb.Service_RETRIEVE_CALL, "1901", "hold", "", "")
			p.want(call, "1900 connected, 1901 connected")
			p.ask(fsmpb.Service_CLEAR_CONNECTION, "1901", "connected", "", "")
			p.want(call, "")
		},
		"decline": func(p phones) {
			call := p.call("1900", "1901").Connection.Call
			p.ask(fsmpb.Service_CLEAR_CONNECTION, "1901", "alerting", "", "")
			if got := p.parties(call); strings.Contains(got, "1901 alerting") {
				p.t.Errorf("it rings on: %s", got)
			}
		},
		"consultation, alternate and reconnect": func(p phones) {
			first := p.call("1900", "1901").Connection.Call
			p.ask(fsmpb.Service_ANSWER_CALL, "1901", "alerting", "", "")
			second := p.ask(fsmpb.Service_CONSULTATION_CALL, "1900", "connected", "", "1902").Connection.Call
			p.want(first, "1900 hold, 1901 connected")
			p.want(second, "1900 connected, 1902 alerting")
			p.ask(fsmpb.Service_ANSWER_CALL, "1902", "alerting", "", "")
			p.ask(fsmpb.Service_ALTERNATE_CALL, "1900", "connected", "hold", "")
			p.want(first, "1900 connected, 1901 connected")
			p.want(second, "1900 hold, 1902 connected")
			p.ask(fsmpb.Service_RECONNECT_CALL, "1900", "connected", "hold", "")
			p.want(first, "")
			p.want(second, "1900 connected, 1902 connected")
		},
		"transfer": func(p phones) {
			first := p.call("1900", "1901").Connection.Call
			p.ask(fsmpb.Service_ANSWER_CALL, "1901", "alerting", "", "")
			p.ask(fsmpb.Service_CONSULTATION_CALL, "1900", "connected", "", "1902")
			p.ask(fsmpb.Service_ANSWER_CALL, "1902", "alerting", "", "")
			p.ask(fsmpb.Service_TRANSFER_CALL, "1900", "connected", "hold", "")
			call := p.callAt("1901", "connected")
			p.want(call, "1901 connected, 1902 connected")
			p.ask(fsmpb.Service_CLEAR_CONNECTION, "1902", "connected", "", "")
			p.want(call, "")
			p.want(first, "")
		},
		"transfer while it rings": func(p phones) {
			p.call("1900", "1901")
			p.ask(fsmpb.Service_ANSWER_CALL, "1901", "alerting", "", "")
			p.ask(fsmpb.Service_CONSULTATION_CALL, "1900", "connected", "", "1902")
			p.ask(fsmpb.Service_TRANSFER_CALL, "1900", "connected", "hold", "")
			call := p.callAt("1902", "alerting")
			p.want(call, "1901 connected, 1902 alerting")
			p.ask(fsmpb.Service_ANSWER_CALL, "1902", "alerting", "", "")
			p.want(call, "1901 connected, 1902 connected")
		},
		"single step transfer": func(p phones) {
			p.call("1900", "1901")
			p.ask(fsmpb.Service_ANSWER_CALL, "1901", "alerting", "", "")
			p.ask(fsmpb.Service_SINGLE_STEP_TRANSFER, "1901", "connected", "", "1902")
			p.ask(fsmpb.Service_ANSWER_CALL, "1902", "alerting", "", "")
			p.want(p.callAt("1902", "connected"), "1900 connected, 1902 connected")
		},
		"deflect": func(p phones) {
			p.call("1900", "1901")
			p.ask(fsmpb.Service_DEFLECT_CALL, "1901", "alerting", "", "1902")
			p.want(p.callAt("1902", "alerting"), "1900 connected, 1902 alerting")
		},
		"conference of four": func(p phones) {
			p.call("1900", "1901")
			p.ask(fsmpb.Service_ANSWER_CALL, "1901", "alerting", "", "")
			for _, other := range []string{"1902", "1903"} {
				p.ask(fsmpb.Service_CONSULTATION_CALL, "1900", "connected", "", other)
				p.ask(fsmpb.Service_ANSWER_CALL, other, "alerting", "", "")
				p.ask(fsmpb.Service_CONFERENCE_CALL, "1900", "connected", "hold", "")
			}
			call := p.callAt("1900", "connected")
			p.want(call, "1900 connected, 1901 connected, 1902 connected, 1903 connected")
			p.ask(fsmpb.Service_HOLD_CALL, "1900", "connected", "", "")
			p.want(call, "1900 hold, 1901 connected, 1902 connected, 1903 connected")
			p.ask(fsmpb.Service_RETRIEVE_CALL, "1900", "hold", "", "")
			p.ask(fsmpb.Service_CLEAR_CONNECTION, "1902", "connected", "", "")
			p.want(call, "1900 connected, 1901 connected, 1903 connected")
			p.ask(fsmpb.Service_CLEAR_CONNECTION, "1900", "connected", "", "")
			p.want(call, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, broadworks, "n1")
				defer r.close()
				r.begin("n1")
				script(phones{r})
				c := r.state().Counters()
				if c.Unsynced != 0 || c.Illegal != 0 || c.Ambiguous != 0 {
					t.Errorf("unsynced %d, illegal %d, ambiguous %d", c.Unsynced, c.Illegal, c.Ambiguous)
				}
				r.violations()
			})
		})
	}
}

// What Xsi has no words for is refused, and so is what BroadWorks refuses, in CSTA's
// words.
func TestBroadWorksRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, broadworks, "n1")
		defer r.close()
		r.begin("n1")
		p := phones{r}
		p.call("1900", "1901")
		p.ask(fsmpb.Service_ANSWER_CALL, "1901", "alerting", "", "")
		call := p.callAt("1900", "connected")
		conn := &fsmpb.Conn{Call: call, Device: "1900"}
		for _, c := range []struct {
			q    *fsmpb.Request
			want string
		}{
			{&fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL, First: conn}, "stateIncompatibility/noCallToAnswer"},
			{&fsmpb.Request{Service: fsmpb.Service_RETRIEVE_CALL, First: conn}, "stateIncompatibility/noHeldCall"},
			{&fsmpb.Request{Service: fsmpb.Service_SINGLE_STEP_CONFERENCE, First: conn, Destination: "1902"}, "operation/serviceNotSupported"},
			{&fsmpb.Request{Service: fsmpb.Service_SET_AGENT_STATE, Device: "1900", Option: "ready"}, "operation/invalidAgentState"},
			{makeCall("1900", "7777777"), "operation/invalidDestination"},
		} {
			reply := r.reply(r.request(c.q), 5*time.Second)
			if got := reply.Category + "/" + reply.Value; got != c.want {
				t.Errorf("%v: %s, want %s", c.q.Service, got, c.want)
			}
		}
		p.settle()
	})
}

// After an Application Server's failover some calls live on and can't be controlled:
// the first request finds out, and the others are refused at once.
func TestBroadWorksCallsWithoutControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *switchsim.Options) {
			broadworks(o)
			o.Agents = 40
		}, "n1")
		defer r.close()
		r.begin("n1")
		r.fill(r.stations(), 20)
		r.fault(switchsim.Fault{Kind: "failover", Server: 1, Percent: 100, Uncontrolled: 100})
		time.Sleep(5 * time.Second)
		r.await(time.Minute, "compared", ready)
		lost := map[string]string{}
		for _, u := range r.sim.Xsi().Users {
			for _, c := range u.Calls {
				if c.Uncontrolled && c.State == "Active" {
					lost[u.Device] = c.Tracking
				}
			}
		}
		n := 0
		for device := range lost {
			d, _ := r.state().Device("sw", device)
			if c, _ := r.state().Call(d.Calls[0]); c.NoControl {
				continue // the other end was tried
			}
			q := &fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: &fsmpb.Conn{Call: d.Calls[0], Device: device}}
			reply := r.reply(r.request(q), 5*time.Second)
			if got := reply.Category + "/" + reply.Value; got != "operation/requestIncompatibleWithConnection" {
				t.Errorf("the first request at %s: %s", device, got)
			}
			time.Sleep(time.Second)
			asked, _ := r.asked("Hold")
			if c, _ := r.state().Call(d.Calls[0]); !c.NoControl {
				t.Errorf("call %d is not marked", c.Id)
			}
			r.client(&fsmpb.ClientCommand{Invoke: 1, Body: &fsmpb.ClientCommand_Request{Request: q}})
			time.Sleep(time.Second)
			if again, _ := r.asked("Hold"); again != asked {
				t.Errorf("BroadWorks was asked again about a call that it can't control")
			}
			n++
		}
		if n < 3 {
			t.Errorf("%d calls were tried", n)
		}
	})
}
