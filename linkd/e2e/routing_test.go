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
	e := c.request(t, "RouteEnd")
	if e.at("crossRefIdentifier").text != ref || e.at("routeRegisterReqID").text != registration {
		t.Errorf("RouteEnd of another dialogue than %s: %v", ref, e)
	}
}
