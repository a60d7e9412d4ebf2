package switchsim

import (
	"sync"
	"testing"
	"time"
)

func TestMergers_WhatWasUnderWayGoesOn(t *testing.T) {
	for _, merge := range []MergeID{MergePrimary, MergeSecondary} {
		withRig(t, Options{NoLinkage: true, MergeID: merge, Agents: 1, Queues: 1}, func(r *rig) {
			c := r.connect(1)
			c.ask("RouteRegister", "<routeingDevice>6001</routeingDevice>")
			transfer := func(device, to string) string {
				t.Helper()
				first := r.do(Move{Action: "inbound", To: device})
				r.do(Move{Action: "answer", Device: device})
				c.take()
				second := r.do(Move{Action: "consult", Device: device, To: to})
				if body := c.ask("TransferCall", connID("heldCall", first, device)+connID("activeCall", second, device)); judgeSent(t, 6, body).name != "TransferCallResponse" {
					t.Fatalf("transfer to %s: %s", to, body)
				}
				if merge == MergePrimary {
					return first
				}
				return second
			}
			ringing := transfer("1900", "1000")
			outside := transfer("1901", "+15551112222")
			routed := transfer("1902", "6000")
			var asked []string
			selecting := transfer("1903", "6001")
			for _, body := range c.take() {
				asked = append(asked, judgeSent(t, 6, body).name)
			}
			time.Sleep(10 * time.Second)
			if r.stateOf(ringing, "1000") != Connected || r.stateOf(outside, "+15551112222") != Connected {
				t.Errorf("%s: nobody answers a transferred call: %+v", merge, r.s.Truth().Calls)
			}
			if r.stateOf(routed, "7000") != Queued || r.stateOf(selecting, "7000") != Queued {
				t.Errorf("%s: a transferred call isn't routed: %+v", merge, r.s.Truth().Calls)
			}
			if len(asked) == 0 {
				t.Errorf("%s: nobody asked the router", merge)
			}
			r.do(Move{Action: "clear", Device: "1000"})
			time.Sleep(time.Minute)
			if r.stateOf(routed, "1000") != Connected {
				t.Errorf("%s: a transferred call isn't distributed: %+v", merge, r.s.Truth().Calls)
			}
			if v := r.s.Violations(); len(v) != 0 {
				t.Errorf("violations: %+v", v)
			}
		})
	}
}

func TestMergers_CrossedCallsAreRefused(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		first := r.do(Move{Action: "dial", Device: "1900", To: "1901"})
		r.do(Move{Action: "answer", Device: "1901"})
		r.do(Move{Action: "hold", Device: "1900"})
		r.do(Move{Action: "hold", Device: "1901"})
		second := r.do(Move{Action: "dial", Device: "1900", To: "1901"})
		c.wantError("ConferenceCall", connID("heldCall", first, "1900")+connID("activeCall", second, "1900"), "operation", "invalidActiveCallID")
		r.do(Move{Action: "clear", Device: "1900", Call: second})
		r.do(Move{Action: "service", Device: "1902", State: "outOfService"})
		second = r.do(Move{Action: "dial", Device: "1900", To: "1902"})
		c.wantError("TransferCall", connID("heldCall", first, "1900")+connID("activeCall", second, "1900"), "stateIncompatibility", "invalidActiveConnectionState")
	})
}

func TestRequests_GiveTheirDataToTheCall(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		data := "<correlatorData><string>4142</string></correlatorData><userData><string>4344</string></userData>"
		c.ask("MakeCall", "<callingDevice>1900</callingDevice><calledDirectoryNumber>1901</calledDirectoryNumber><accountCode>3737</accountCode>"+data)
		call := r.s.Truth().Calls[0]
		if call.Correlator != "4142" || call.User != "4344" || call.Account != "77" {
			t.Errorf("after MakeCall: %+v", call)
		}
		c.ask("AnswerCall", connID("callToBeAnswered", call.ID, "1901")+"<correlatorData><string>45</string></correlatorData>")
		if call = r.s.Truth().Calls[0]; call.Correlator != "45" || call.User != "4344" {
			t.Errorf("after AnswerCall: %+v", call)
		}
		requests := r.s.Requests()
		if q := requests[0]; q.Correlator != "4142" || q.User != "4344" || q.Made != call.ID || q.Devices[0] != "1900" || q.Devices[1] != "1901" || q.Order != 1 || q.InvokeID != 1 || q.Link != 1 {
			t.Errorf("the audit log says %+v", q)
		}
		if q := requests[1]; len(q.Calls) != 1 || q.Calls[0] != call.ID || q.Devices[0] != "1901" {
			t.Errorf("the audit log says %+v", q)
		}
	})
}

// jumpClock goes on only by hand.
type jumpClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *jumpClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *jumpClock) After(time.Duration) <-chan time.Time { return nil }

func (c *jumpClock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestAnswers_KeepTheirPlaceAmongTheEvents(t *testing.T) {
	// A delayed answer that is due together with earlier moves comes behind their events.
	clock := &jumpClock{now: epoch}
	withRig(t, Options{Clock: clock}, func(r *rig) {
		c := r.connect(1)
		c.monitor("1000")
		r.fault(Fault{Kind: "slow", Services: []string{"SnapshotDevice"}, DelayMS: 3500})
		call := r.do(Move{Action: "inbound", To: "1000"})
		c.take()
		c.request("SnapshotDevice", "<snapshotObject>1000</snapshotObject>")
		clock.jump(4 * time.Second) // now the agent's picking up is due, and the answer to the request
		r.s.Truth()
		got := c.take()
		if len(got) != 2 || names(got)[0] != "EstablishedEvent" || names(got)[1] != "SnapshotDeviceResponse" || r.stateOf(call, "1000") != Connected {
			t.Errorf("got %v", names(got))
		}
	})
}

func TestWriter_EscapesToASCII(t *testing.T) {
	w := newWriter(6)
	w.text("x", "a<b>&\"'\u00e9\U0001F4DE\x01\tz")
	if got, want := string(w.b), "<x>a&#60;b&#62;&#38;&#34;&#39;&#233;&#128222;&#9;z</x>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCalls_WithoutAnybodyWhoTalksAreOver(t *testing.T) {
	withRig(t, Options{MergeID: MergePrimary}, func(r *rig) {
		call := r.do(Move{Action: "inbound", Device: "+15551112222", To: "1900"})
		r.do(Move{Action: "answer", Device: "1900"})
		for _, ringing := range []string{"1901", "1902"} {
			r.do(Move{Action: "consult", Device: "1900", To: ringing})
			r.do(Move{Action: "conference", Device: "1900"})
		}
		r.do(Move{Action: "clear", Device: "+15551112222"})
		if r.stateOf(call, "1901") != Alerting || r.stateOf(call, "1902") != Alerting || r.stateOf(call, "1900") != Connected {
			t.Fatalf("no conference with two ringing parties: %+v", r.s.Truth().Calls)
		}
		r.do(Move{Action: "clear", Device: "1900"})
		if calls := r.s.Truth().Calls; len(calls) != 0 {
			t.Errorf("phones ring for nobody: %+v", calls)
		}
	})
}
