package e2e

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/switchsim"
)

// routing asks two routers in turn, then the configured default.
func (s *services) routing(t *testing.T) {
	put, err := s.Cluster.Operators()[s.leader.ID].PutDevices(t.Context(), connect.NewRequest(&apipb.PutDevicesRequest{
		Switch: "pbx", Devices: []*apipb.DeviceInfo{{Switch: "pbx", Id: "6000", Kind: "route_point", DefaultRoute: "1904"}},
	}))
	if err != nil || put.Msg.Changed != 1 {
		t.Fatal(put, err)
	}
	first := s.ed4.must(t, "RouteRegister", "<routeingDevice>6000</routeingDevice>").at("routeRegisterReqID").text
	s.once(t, "RouteRegister")
	second := s.ed6.must(t, "RouteRegister", "<routeingDevice>6000</routeingDevice>").at("routeRegisterReqID").text
	if first == "" || second == "" || first == second {
		t.Fatalf("registrations %q and %q", first, second)
	}

	// The first router selects, and wants to know what became of it.
	ref := s.routeRequest(t, s.ed4, first)
	s.ed4.send("RouteSelect", "<crossRefIdentifier>"+ref+"</crossRefIdentifier><routeRegisterReqID>"+first+"</routeRegisterReqID><routeSelected>1901</routeSelected><routeUsedReq>true</routeUsedReq>")
	s.routed(t, "1901")
	golden(t, s.ed4.request(t, "RouteUsed"), "<RouteUsed><crossRefIdentifier>"+ref+"</crossRefIdentifier><routeRegisterReqID>"+first+"</routeRegisterReqID><routeUsed><deviceIdentifier>1901</deviceIdentifier></routeUsed></RouteUsed>")
	s.routeEnd(t, s.ed4, ref, first)
	s.once(t, "RouteSelect")

	// It rejects: the next one is asked.
	ref = s.routeRequest(t, s.ed4, first)
	s.ed4.send("RouteReject", "<crossRefIdentifier>"+ref+"</crossRefIdentifier><rejectCause>busyOverflow</rejectCause>")
	s.routeEnd(t, s.ed4, ref, first)
	ref = s.asked(t, s.ed6, second)
	s.ed6.send("RouteSelect", "<crossRefIdentifier>"+ref+"</crossRefIdentifier><routeSelected>1902</routeSelected>")
	s.routed(t, "1902")
	s.routeEnd(t, s.ed6, ref, second)
	s.once(t, "RouteSelect")

	// Both don't want it: the cluster selects the default.
	ref = s.routeRequest(t, s.ed4, first)
	s.ed4.send("RouteReject", "<crossRefIdentifier>"+ref+"</crossRefIdentifier>")
	s.routeEnd(t, s.ed4, ref, first)
	ref = s.asked(t, s.ed6, second)
	s.ed6.send("RouteEnd", "<crossRefIdentifier>"+ref+"</crossRefIdentifier><errorValue><operation>generic</operation></errorValue>")
	s.routed(t, "1904")
	s.once(t, "RouteSelect")

	// The first is silent, and its time passes.
	ref = s.routeRequest(t, s.ed4, first)
	if e := s.ed4.request(t, "RouteEnd"); e.at("crossRefIdentifier").text != ref || e.at("errorValue", "operation").text != "routeingTimerExpired" {
		t.Errorf("a silent router: %v", e)
	}
	other := s.asked(t, s.ed6, second)
	s.ed4.send("RouteSelect", "<crossRefIdentifier>"+ref+"</crossRefIdentifier><routeSelected>1901</routeSelected>") // too late: not obeyed
	s.ed6.send("RouteSelect", "<crossRefIdentifier>"+other+"</crossRefIdentifier><routeSelected>1903</routeSelected>")
	s.routed(t, "1903")
	s.once(t, "RouteSelect")

	golden(t, s.ed4.must(t, "RouteRegisterCancel", "<routeRegisterReqID>"+first+"</routeRegisterReqID>"), "<RouteRegisterCancelResponse/>")
	ref = s.routeRequest(t, s.ed6, second)
	s.ed6.send("RouteSelect", "<crossRefIdentifier>"+ref+"</crossRefIdentifier><routeSelected>1900</routeSelected>")
	s.routed(t, "1900")
	s.once(t, "RouteSelect")
	s.ed6.must(t, "RouteRegisterCancel", "<routeRegisterReqID>"+second+"</routeRegisterReqID>")
	eventually(t, "the end of the registration at the switch", func() bool { return s.executed("RouteRegisterCancel") > 0 })
	if e := s.ed6.ask(t, "RouteRegisterCancel", "<routeRegisterReqID>"+second+"</routeRegisterReqID>"); e.at("operation").text != "invalidRouteRegistrationCrossRefID" {
		t.Errorf("cancelled twice: %v", e)
	}
}

// routeRequest lets a call come to the route point and gives the reference that
// the router is asked with.
func (s *services) routeRequest(t *testing.T, c *client, registration string) string {
	t.Helper()
	s.do(t, switchsim.Move{Action: "inbound", Device: "+19005554", To: "6000"})
	s.each(t, "QueuedEvent", "6000")
	return s.asked(t, c, registration)
}

func (s *services) asked(t *testing.T, c *client, registration string) string {
	t.Helper()
	e := c.request(t, "RouteRequest")
	ref := e.at("crossRefIdentifier").text
	golden(t, e, "<RouteRequest><crossRefIdentifier>"+ref+"</crossRefIdentifier><routeRegisterReqID>"+registration+"</routeRegisterReqID>"+
		"<currentRoute><deviceIdentifier>6000</deviceIdentifier></currentRoute><callingDevice><deviceIdentifier>+19005554</deviceIdentifier></callingDevice>"+
		"<routeingDevice><deviceIdentifier>6000</deviceIdentifier></routeingDevice><routedCall>*</routedCall><replyTimeout>*</replyTimeout></RouteRequest>")
	if e.at("routedCall", "deviceID").text != "6000" || e.at("routedCall", "callID").text == "" {
		t.Errorf("routed call: %v", e)
	}
	return ref
}

// routed waits until the call rings where it was routed to.
func (s *services) routed(t *testing.T, to string) {
	t.Helper()
	for _, e := range s.each(t, "DivertedEvent", "6000") {
		if e.at("newDestination", "deviceIdentifier").text != to {
			t.Errorf("routed to the wrong place: %v", e)
		}
	}
	s.each(t, "DeliveredEvent", to)
}

func (s *services) routeEnd(t *testing.T, c *client, ref, registration string) {
	t.Helper()
	var e *element
	c.wait(t, "RouteEnd of "+ref, func() bool {
		e = pick(c.asked, func(h *element) bool { return h.name == "RouteEnd" && h.at("crossRefIdentifier").text == ref })
		return e != nil
	})
	if e.at("routeRegisterReqID").text != registration {
		t.Errorf("RouteEnd of another registration than %s: %v", registration, e)
	}
}

// rerouting selects a destination that won't do: the switch wants another one, in
// the same dialogue. A router that wants nothing leaves the call to the switch.
func (s *services) rerouting(t *testing.T) {
	registered := s.ed4.must(t, "RouteRegister", "<routeingDevice>6000</routeingDevice>").at("routeRegisterReqID").text
	ref := s.routeRequest(t, s.ed4, registered)
	selects := func(to string) {
		s.ed4.send("RouteSelect", "<crossRefIdentifier>"+ref+"</crossRefIdentifier><routeSelected>"+to+"</routeSelected>")
	}
	selects("4242")
	golden(t, s.ed4.request(t, "ReRoute"), "<ReRoute><crossRefIdentifier>"+ref+"</crossRefIdentifier><routeRegisterReqID>"+registered+"</routeRegisterReqID><replyTimeout>*</replyTimeout></ReRoute>")
	selects("1903")
	s.routed(t, "1903")
	s.routeEnd(t, s.ed4, ref, registered)
	s.ed4.mu.Lock()
	if again := pick(s.ed4.asked, func(e *element) bool { return e.name == "RouteRequest" }); again != nil {
		t.Errorf("asked twice in one dialogue: %v", again)
	}
	s.ed4.mu.Unlock()
	s.ed4.must(t, "RouteRegisterCancel", "<routeRegisterReqID>"+registered+"</routeRegisterReqID>")

	registered = s.ed5.must(t, "RouteRegister", "<routeingDevice>6001</routeingDevice>").at("routeRegisterReqID").text
	before := s.executed("RouteEnd")
	s.do(t, switchsim.Move{Action: "inbound", Device: "+19005555", To: "6001"})
	e := s.ed5.request(t, "RouteRequest")
	s.ed5.send("RouteReject", "<crossRefIdentifier>"+e.at("crossRefIdentifier").text+"</crossRefIdentifier>")
	s.routeEnd(t, s.ed5, e.at("crossRefIdentifier").text, registered)
	eventually(t, "the end of the dialogue at the switch", func() bool { return s.executed("RouteEnd") == before+1 })
	s.ed5.must(t, "RouteRegisterCancel", "<routeRegisterReqID>"+registered+"</routeRegisterReqID>")
}

// registrationTakenAway has the switch end the cluster's registration, twice. The
// first time nobody notices; the second time it refuses another one.
func (s *services) registrationTakenAway(t *testing.T) {
	registered := s.ed6.must(t, "RouteRegister", "<routeingDevice>6001</routeingDevice>").at("routeRegisterReqID").text
	before := s.executed("RouteRegister")
	takeAway := func() {
		t.Helper()
		if err := s.Switch.Break(switchsim.Fault{Kind: "stoprouter", Device: "6001"}); err != nil {
			t.Fatal(err)
		}
	}
	takeAway()
	eventually(t, "another registration at the switch", func() bool { return s.executed("RouteRegister") > before })
	s.do(t, switchsim.Move{Action: "inbound", Device: "+19005556", To: "6001"})
	e := s.ed6.request(t, "RouteRequest")
	s.ed6.send("RouteSelect", "<crossRefIdentifier>"+e.at("crossRefIdentifier").text+"</crossRefIdentifier><routeSelected>1902</routeSelected>")
	s.each(t, "DeliveredEvent", "1902")
	s.routeEnd(t, s.ed6, e.at("crossRefIdentifier").text, registered)

	if err := s.Switch.Break(switchsim.Fault{Kind: "deny", Services: []string{"RouteRegister"}, Count: 1, Error: "operation/privilegeViolationSpecifiedDevice"}); err != nil {
		t.Fatal(err)
	}
	takeAway()
	golden(t, s.ed6.request(t, "RouteRegisterAbort"), "<RouteRegisterAbort><routeRegisterReqID>"+registered+"</routeRegisterReqID></RouteRegisterAbort>")
	if e := s.ed6.ask(t, "RouteRegisterCancel", "<routeRegisterReqID>"+registered+"</routeRegisterReqID>"); e.at("operation").text != "invalidRouteRegistrationCrossRefID" {
		t.Errorf("cancelled after the abort: %v", e)
	}
}
