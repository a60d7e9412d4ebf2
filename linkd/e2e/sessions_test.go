package e2e

import (
	"slices"
	"strconv"
	"testing"

	"github.com/holdline/holdline/transport/switchsim"
)

// explicitly starts an ECMA-354 association; session asks for one that the
// client had.
func explicitly(t *testing.T, address, from, application, session string, edition int) (*client, string) {
	t.Helper()
	c := dial(t, address, from, edition)
	info := "<applicationID>" + application + "</applicationID>"
	if session != "" {
		info += "<applicationSpecificInfo><SessionLoginInfo><sessionID>" + session + "</sessionID></SessionLoginInfo></applicationSpecificInfo>"
	}
	e := c.ask(t, "StartApplicationSession", "<applicationInfo>"+info+"</applicationInfo><requestedProtocolVersions><protocolVersion>"+namespace(edition)+
		"</protocolVersion></requestedProtocolVersions><requestedSessionDuration>90</requestedSessionDuration>")
	golden(t, e, "<StartApplicationSessionPosResponse><sessionID>*</sessionID><actualProtocolVersion>"+namespace(edition)+"</actualProtocolVersion><actualSessionDuration>90</actualSessionDuration></StartApplicationSessionPosResponse>")
	id := e.at("sessionID").text
	if _, err := strconv.ParseUint(id, 10, 63); err != nil {
		t.Fatalf("session ID %q", id)
	}
	c.wait(t, "the status after the association's answer", func() bool { return len(c.status) > 0 && c.status[len(c.status)-1] == "normal" })
	return c, id
}

// sessions goes through an explicit association, comes back to it by its ID on
// another node, and ends it.
func (s *services) sessions(t *testing.T) {
	a, id := explicitly(t, s.leader.CSTA["tserver2"], "127.0.0.20", "desk", "", 5)
	golden(t, a.ask(t, "ResetApplicationSessionTimer", "<sessionID>"+id+"</sessionID><requestedSessionDuration>120</requestedSessionDuration>"),
		"<ResetApplicationSessionTimerPosResponse><actualSessionDuration>120</actualSessionDuration></ResetApplicationSessionTimerPosResponse>")
	golden(t, a.ask(t, "ResetApplicationSessionTimer", "<sessionID>999999</sessionID>"),
		"<ResetApplicationSessionTimerNegResponse><errorCode><definedError>invalidSessionID</definedError></errorCode></ResetApplicationSessionTimerNegResponse>")
	golden(t, a.ask(t, "StopApplicationSession", "<sessionID>999999</sessionID>"),
		"<StopApplicationSessionNegResponse><errorCode><definedError>invalidSessionID</definedError></errorCode></StopApplicationSessionNegResponse>")
	golden(t, a.ask(t, "StartApplicationSession", "<applicationInfo><applicationID>desk</applicationID></applicationInfo><requestedProtocolVersions><protocolVersion>"+namespace(5)+"</protocolVersion></requestedProtocolVersions>"),
		"<StartApplicationSessionNegResponse><errorCode><definedError>maxNumberSessions</definedError></errorCode></StartApplicationSessionNegResponse>")
	a.monitor(t, "1900", "1901")
	call := s.call(t, s.ed4, "1900", "1901")
	a.event(t, "EstablishedEvent", "1901")
	a.event(t, "EstablishedEvent", "1900")
	before := a.sequence(a.xref("1900"))
	a.clean(t)
	a.close()

	// What happens now is told when the client comes back, wherever that is.
	s.ed4.must(t, "HoldCall", conn("callToBeHeld", call, "1900"))
	s.ed4.must(t, "RetrieveCall", conn("callToBeRetrieved", call, "1900"))
	b, again := explicitly(t, s.followers()[1].CSTA["tserver2"], "127.0.0.20", "desk", id, 5)
	if again != id {
		t.Errorf("session %s came back as %s", id, again)
	}
	b.xrefs = a.xrefs
	b.event(t, "RetrievedEvent", "1900")
	b.event(t, "RetrievedEvent", "1901")
	want := append(slices.Clone(before), "Held", "Retrieved")
	if got := b.sequence(b.xref("1900")); len(got) < 2 || len(got) > len(want) || !slices.Equal(got, want[len(want)-len(got):]) {
		t.Errorf("told %v, and after coming back %v", before, got) // repeats come before what is new, in order
	}
	s.ed4.must(t, "HoldCall", conn("callToBeHeld", call, "1901"))
	b.event(t, "HeldEvent", "1901")
	golden(t, b.ask(t, "StopApplicationSession", "<sessionID>"+id+"</sessionID><sessionEndReason><definedEndReason>normal</definedEndReason></sessionEndReason>"),
		"<StopApplicationSessionPosResponse/>")
	<-b.done // the server closes after it
	b.clean(t)

	// The session is gone, and its ID is not used again.
	c, third := explicitly(t, s.leader.CSTA["tserver2"], "127.0.0.20", "desk", id, 6)
	if third == id {
		t.Errorf("session %s was stopped and came back", id)
	}
	c.clean(t)

	d := dial(t, s.leader.CSTA["tserver2"], "127.0.0.21", 6)
	golden(t, d.ask(t, "StartApplicationSession", "<applicationInfo><applicationID>old</applicationID></applicationInfo><requestedProtocolVersions><protocolVersion>urn:unheard-of</protocolVersion></requestedProtocolVersions>"),
		"<StartApplicationSessionNegResponse><errorCode><definedError>requestedProtocolVersionNotSupported</definedError></errorCode></StartApplicationSessionNegResponse>")
	d.clean(t)
}

// comesBack loses an implicit association and claims its monitors again, on
// another node.
func (s *services) comesBack(t *testing.T) {
	address := "127.0.0.22"
	a := open(t, s.leader.CSTA["tserver1"], address, 4)
	a.monitor(t, "1900", "1901")
	call := s.call(t, s.ed4, "1900", "1901")
	a.event(t, "EstablishedEvent", "1900")
	a.event(t, "EstablishedEvent", "1901")
	a.close()
	s.ed4.must(t, "HoldCall", conn("callToBeHeld", call, "1900"))

	b := open(t, s.followers()[0].CSTA["tserver1"], address, 4)
	s.ed4.must(t, "RetrieveCall", conn("callToBeRetrieved", call, "1900"))
	s.each(t, "RetrievedEvent", "1900")
	b.mu.Lock()
	if len(b.events) > 0 {
		t.Errorf("told before any MonitorStart: %v", b.events[0])
	}
	b.mu.Unlock()
	b.monitor(t, "1900", "1901")
	if b.xref("1900") != a.xref("1900") || b.xref("1901") != a.xref("1901") {
		t.Errorf("cross reference IDs were %v and are %v", a.xrefs, b.xrefs)
	}
	b.event(t, "HeldEvent", "1900")
	b.event(t, "RetrievedEvent", "1900")
	b.event(t, "HeldEvent", "1901")
	b.event(t, "RetrievedEvent", "1901")
	if e := b.must(t, "MonitorStart", "<monitorObject><deviceObject>1900</deviceObject></monitorObject><monitorType>device</monitorType>"); e.at("monitorCrossRefID").text == b.xref("1900") {
		t.Errorf("a second monitor has the first one's ID: %v", e)
	}
	a.clean(t)
	b.clean(t)
}

// monitors starts monitors with filters, changes and stops them.
func (s *services) monitors(t *testing.T) {
	c := open(t, s.followers()[1].CSTA["tserver1"], "127.0.0.23", 6)
	start := func(object, filter, kind string) string {
		t.Helper()
		e := c.must(t, "MonitorStart", "<monitorObject>"+object+"</monitorObject>"+filter+"<monitorType>"+kind+"</monitorType>")
		if e.at("monitorExistingCalls").text != "true" {
			t.Errorf("existing calls: %v", e)
		}
		if filter != "" && len(e.at("actualMonitorFilter").children) == 0 {
			t.Errorf("the filter isn't told: %v", e)
		}
		return e.at("monitorCrossRefID").text
	}
	some := start("<deviceObject>1901</deviceObject>", "<requestedMonitorFilter><callcontrol><delivered>true</delivered><held>true</held></callcontrol></requestedMonitorFilter>", "device")
	gone := start("<deviceObject>1901</deviceObject>", "", "device")
	golden(t, c.must(t, "MonitorStop", "<monitorCrossRefID>"+gone+"</monitorCrossRefID>"), "<MonitorStopResponse/>")
	if e := c.ask(t, "MonitorStop", "<monitorCrossRefID>"+gone+"</monitorCrossRefID>"); e.at("operation").text != "invalidMonitorCrossRefID" {
		t.Errorf("stopped twice: %v", e)
	}

	call := s.call(t, s.ed4, "1900", "1901")
	c.eventOf(t, "EstablishedEvent", some)
	changed := c.must(t, "ChangeMonitorFilter", "<monitorCrossRefID>"+some+"</monitorCrossRefID><requestedFilterList><callcontrol><retrieved>true</retrieved></callcontrol></requestedFilterList>")
	golden(t, changed, "<ChangeMonitorFilterResponse><actualFilterList><callcontrol><retrieved>true</retrieved></callcontrol></actualFilterList></ChangeMonitorFilterResponse>")
	onCall := start("<callObject><callID>"+call+"</callID></callObject>", "", "call")
	s.ed4.must(t, "HoldCall", conn("callToBeHeld", call, "1900"))
	s.ed4.must(t, "RetrieveCall", conn("callToBeRetrieved", call, "1900"))
	s.ed4.must(t, "ClearCall", "<callToBeCleared><callID>"+call+"</callID></callToBeCleared>")
	if e := c.request(t, "MonitorStop"); e.at("monitorCrossRefID").text != onCall {
		t.Errorf("the call is over, and this ended: %v", e)
	}
	if got, want := c.sequence(onCall), []string{"Held", "Retrieved", "ConnectionCleared", "ConnectionCleared", "CallCleared"}; !slices.Equal(got, want) {
		t.Errorf("on the call came %v, want %v", got, want)
	}
	if got, want := c.sequence(some), []string{"Established", "Held", "ConnectionCleared", "ConnectionCleared"}; !slices.Equal(got, want) {
		t.Errorf("through the filters came %v, want %v", got, want)
	}
	if got := c.sequence(gone); len(got) != 0 {
		t.Errorf("on the stopped monitor came %v", got)
	}
	e := c.must(t, "GetMonitors", "")
	if list := e.at("crossRefIDorRegistrationData", "monitorList"); len(list.children) != 1 || list.children[0].at("monitorCrossRefID").text != some {
		t.Errorf("monitors: %v", e)
	}
	for _, bad := range []struct{ children, operation string }{
		{"<monitorObject><callObject><callID>" + call + "</callID></callObject></monitorObject>", "invalidCallID"},
		{"<monitorObject><deviceObject>1900</deviceObject></monitorObject><monitorType>sometimes</monitorType>", "invalidMonitorType"},
		{"<monitorObject/>", "invalidMonitorObject"},
	} {
		if e := c.ask(t, "MonitorStart", bad.children); e.at("operation").text != bad.operation {
			t.Errorf("MonitorStart %s: %v, want %s", bad.children, e, bad.operation)
		}
	}
	c.clean(t)
}

// monitorsOfTheSwitch ends all monitors at the switch: clients don't notice.
func (s *services) monitorsOfTheSwitch(t *testing.T) {
	before := s.executed("MonitorStart")
	if err := s.Switch.Break(switchsim.Fault{Kind: "stopmonitor", Device: "1900"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new monitor at the switch", func() bool { return s.executed("MonitorStart") > before })
	call := s.call(t, s.ed4, "1900", "1901")
	s.clear(t, s.ed4, call, "1900", "1901")
}
