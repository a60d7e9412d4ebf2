package links

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

// Clients set agents' states, do not disturb and forwardings; BroadWorks' events tell
// everybody.
func TestBroadWorksFeatures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *switchsim.Options) {
			broadworks(o)
			o.Agents = 20
		}, "n1")
		defer r.close()
		r.begin("n1")
		agent := func(device, option string) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_SET_AGENT_STATE, Device: device, Option: option}
		}
		forward := func(option, to string, on bool) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_SET_FORWARDING, Device: "1900", Option: option, Destination: to, On: on}
		}
		dnd := func(on bool) *fsmpb.Request {
			return &fsmpb.Request{Service: fsmpb.Service_SET_DO_NOT_DISTURB, Device: "1900", On: on}
		}
		forwards := func(d *fsmpb.Device) string {
			s := ""
			for _, f := range d.Forwarding {
				if f.On {
					s += f.Type + ":" + f.Destination + " "
				}
			}
			return s
		}
		state := func(d *fsmpb.Device) string {
			if len(d.Agents) == 0 {
				return ""
			}
			return d.Agents[0].State.String()
		}
		for _, c := range []struct {
			q    *fsmpb.Request
			want string // how it is then, or why it isn't
			is   func(*fsmpb.Device) string
		}{
			{dnd(true), "on", func(d *fsmpb.Device) string { return map[bool]string{true: "on"}[d.Dnd] }},
			{dnd(false), "", func(d *fsmpb.Device) string { return map[bool]string{true: "on"}[d.Dnd] }},
			{forward("", "1901", true), "forwardImmediate:1901 ", forwards},
			{forward("forwardNoAns", "1902", true), "forwardImmediate:1901 forwardNoAns:1902 ", forwards},
			{forward("forwardImmediate", "", false), "forwardNoAns:1902 ", forwards},
			{forward("forwardBusy", "7777777", true), "operation/invalidForwardingDestination", nil},
			{forward("forwardDND", "1901", true), "operation/invalidForwardingType", nil},
			{agent("1003", "notReady"), "AGENT_NOT_READY", state},
			{agent("1003", "ready"), "AGENT_READY", state},
			{agent("1003", "workingAfterCall"), "AGENT_WORKING_AFTER_CALL", state},
			{agent("1003", "loggedOff"), "", state},
			{agent("1003", "ready"), "operation/invalidAgentState", nil},
			{agent("1003", "loggedOn"), "AGENT_NOT_READY", state},
			{agent("1003", "asleep"), "operation/invalidAgentState", nil},
			{&fsmpb.Request{Service: fsmpb.Service_SET_AGENT_STATE, Device: "1003", Option: "ready", AgentId: "41003"}, "operation/invalidAgentIdentifier", nil},
			{&fsmpb.Request{Service: fsmpb.Service_SET_AGENT_STATE, Device: "1003", Option: "ready", Group: "7000"}, "operation/invalidAgentGroup", nil},
		} {
			reply := r.reply(r.request(c.q), 5*time.Second)
			time.Sleep(time.Second)
			got := reply.Category + "/" + reply.Value
			if c.is != nil {
				if got != "/" {
					t.Errorf("%v: refused with %s", c.q, got)
				}
				d, _ := r.state().Device("sw", c.q.Device)
				got = c.is(d)
			}
			if got != c.want {
				t.Errorf("%v: %q, want %q", c.q, got, c.want)
			}
		}
		if n := r.state().Counters().Illegal; n != 0 {
			t.Errorf("%d events were illegal", n)
		}
		r.violations()
	})
}

// What was set before anybody listened is looked at; who is told by an event believes
// that.
func TestBroadWorksFeaturesFromBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, broadworks, "n1", "n2")
		defer r.close()
		set := func(on bool) {
			t.Helper()
			for _, m := range []switchsim.Move{{Action: "dnd", Device: "1900", On: on}, {Action: "forward", Device: "1900", State: "forwardBusy", To: "1902", On: on}} {
				r.do(m)
			}
			time.Sleep(10 * time.Second)
		}
		is := func(want string) {
			t.Helper()
			d, _ := r.state().Device("sw", "1900")
			got := fmt.Sprint(d.Dnd)
			for _, f := range d.Forwarding {
				if f.On {
					got += " " + f.Type + " " + f.Destination
				}
			}
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		set(true)
		r.begin("n1")
		time.Sleep(10 * time.Second)
		is("true forwardBusy 1902")
		set(false)
		is("false")
		set(true)
		r.nodes["n1"].kill()
		set(false) // nobody leads
		r.nodes["n2"].lead()
		time.Sleep(10 * time.Second)
		is("false")
		r.violations()
	})
}

// That a call is recorded is told, and changes nothing else.
func TestBroadWorksRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, broadworks, "n1")
		defer r.close()
		r.begin("n1")
		r.do(switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
		time.Sleep(time.Second)
		r.do(switchsim.Move{Action: "answer", Device: "1901"})
		time.Sleep(time.Second)
		told := len(r.changes())
		for _, step := range []string{"Record", "PauseRecording", "ResumeRecording", "StopRecording"} {
			r.do(switchsim.Move{Action: "record", Device: "1901", State: step})
		}
		time.Sleep(time.Second)
		got, message := "", ""
		for _, ch := range r.changes()[told:] {
			got += fmt.Sprintf("%v of %s: %s; ", ch.Type, ch.Device, ch.Cause)
			if message == "" {
				message = ch.Message
			}
			if ch.Message != message || message == "" || len(ch.Heard) != 2 {
				t.Errorf("%v", ch)
			}
		}
		want := "RECORD of 1901: normal; SUSPEND_RECORD of 1901: normal; RECORD of 1901: normal; STOP of 1901: normal; "
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if n := r.state().Counters().Illegal; n != 0 {
			t.Errorf("%d events were illegal", n)
		}
		r.compareXsi()
		r.violations()
	})
}
