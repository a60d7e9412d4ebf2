package switchsim

import (
	"testing"
	"time"
)

func TestRouteing_Dialogue(t *testing.T) {
	withRig(t, Options{NoLinkage: true, ReplyTimeout: 2 * time.Second}, func(r *rig) {
		c := r.connect(1)
		c.wantAnswer("RouteRegister", "<routeingDevice>6000</routeingDevice>", msg("RouteRegisterResponse", "<routeRegisterReqID>1</routeRegisterReqID>"))
		c.wantError("RouteRegister", "<routeingDevice>1900</routeingDevice>", "operation", "invalidDeviceID")
		asks := func(ref string) string {
			call := r.do(Move{Action: "inbound", Device: "+15551112222", To: "6000"})
			c.mu.Lock()
			id := c.frames[0].id
			c.mu.Unlock()
			c.want(id, msg("RouteRequest", "<crossRefIdentifier>"+ref+"</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID>"+
				"<currentRoute><deviceIdentifier>6000</deviceIdentifier></currentRoute><callingDevice><deviceIdentifier>+15551112222</deviceIdentifier></callingDevice>"+
				"<routeingDevice><deviceIdentifier>6000</deviceIdentifier></routeingDevice>"+connID("routedCall", call, "6000")+"<replyTimeout>2000</replyTimeout>"))
			return call
		}
		only := func(name string, body string) {
			t.Helper()
			got := c.take()
			if len(got) != 1 || got[0] != msg(name, body) {
				t.Errorf("got %v, want only %s", got, msg(name, body))
			}
		}
		end := func(ref, more string) string {
			return "<crossRefIdentifier>" + ref + "</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID>" + more
		}

		// Selected, once; a second select of the same reference is refused.
		call := asks("5001")
		c.request("RouteSelect", end("5001", "<routeSelected>1900</routeSelected>"))
		only("RouteEnd", end("5001", ""))
		if r.stateOf(call, "1900") != Alerting {
			t.Errorf("not routed: %+v", r.s.Truth().Calls)
		}
		c.request("RouteSelect", end("5001", "<routeSelected>1901</routeSelected>"))
		only("RouteEnd", end("5001", "<errorValue><operation>invalidRouteingCrossRefID</operation></errorValue>"))
		if r.stateOf(call, "1901") != Null {
			t.Errorf("a select was obeyed twice: %+v", r.s.Truth().Calls)
		}

		// A bad choice is asked again; RouteUsed on request; correlator data go along.
		call = asks("5002")
		time.Sleep(1500 * time.Millisecond)
		c.request("RouteSelect", end("5002", "<routeSelected>4242</routeSelected>"))
		time.Sleep(1500 * time.Millisecond) // the time limit starts again
		only("ReRoute", end("5002", "<replyTimeout>2000</replyTimeout>"))
		c.request("RouteSelect", end("5002", "<routeSelected>4242</routeSelected><alternateRoutes><routeAlternate>1902</routeAlternate></alternateRoutes><routeUsedReq>true</routeUsedReq><correlatorData><string>41</string></correlatorData>"))
		got := c.take()
		if len(got) != 2 || got[0] != msg("RouteUsed", end("5002", "<routeUsed><deviceIdentifier>1902</deviceIdentifier></routeUsed><callingDevice><deviceIdentifier>+15551112222</deviceIdentifier></callingDevice>")) || got[1] != msg("RouteEnd", end("5002", "")) {
			t.Errorf("got %v", got)
		}
		if calls := r.s.Truth().Calls; r.stateOf(call, "1902") != Alerting || calls[len(calls)-1].Correlator != "41" {
			t.Errorf("not routed to the alternate: %+v", calls)
		}

		// No answer, a reject, an end: the default queue.
		call = asks("5003")
		time.Sleep(2 * time.Second)
		only("RouteEnd", end("5003", "<errorValue><operation>routeingTimerExpired</operation></errorValue>"))
		if r.stateOf(call, "7000") != Queued {
			t.Errorf("not routed to the default: %+v", r.s.Truth().Calls)
		}
		call = asks("5004")
		c.request("RouteReject", end("5004", "<rejectCause>busyOverflow</rejectCause>"))
		only("RouteEnd", end("5004", ""))
		if r.stateOf(call, "7000") != Queued {
			t.Errorf("not routed to the default after a reject: %+v", r.s.Truth().Calls)
		}
		asks("5005")
		c.request("RouteEnd", end("5005", ""))
		if got := c.take(); len(got) != 0 {
			t.Errorf("RouteEnd was answered: %v", got)
		}

		// The caller hangs up.
		call = asks("5006")
		r.do(Move{Action: "clear", Device: "+15551112222", Call: call})
		only("RouteEnd", end("5006", "<errorValue><stateIncompatibility>invalidObjectState</stateIncompatibility></errorValue>"))

		// The router's association dies.
		call = asks("5007")
		if err := r.s.Break(Fault{Kind: "drop", Association: 1}); err != nil {
			t.Fatal(err)
		}
		if !c.isClosed() || r.stateOf(call, "7000") != Queued {
			t.Errorf("not routed after the router died: %+v", r.s.Truth().Calls)
		}
		if v := r.s.Violations(); len(v) != 0 {
			t.Errorf("violations: %+v", v)
		}
	})
}

func TestRouteing_WithoutARouterTheDefault(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		c.ask("RouteRegister", "")
		c.wantAnswer("RouteRegisterCancel", "<routeRegisterReqID>1</routeRegisterReqID>", `<RouteRegisterCancelResponse xmlns="`+ns(6)+`"/>`)
		c.wantError("RouteRegisterCancel", "<routeRegisterReqID>1</routeRegisterReqID>", "operation", "invalidRouteRegistrationCrossRefID")
		call := r.do(Move{Action: "inbound", To: "6001"})
		if r.stateOf(call, "6001") != Queued {
			t.Errorf("not at the route point: %+v", r.s.Truth().Calls)
		}
		r.do(Move{Action: "service", Device: "1001", State: "outOfService"})
		time.Sleep(500 * time.Millisecond)
		if r.stateOf(call, "6001") != Null || r.stateOf(call, "7001") != Queued {
			t.Errorf("not at the default: %+v", r.s.Truth().Calls)
		}
	})
}
