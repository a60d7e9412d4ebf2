package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/holdline/holdline/linkd/drill"
	"github.com/holdline/holdline/transport/switchsim"
)

// services is one cluster with a client of each edition, on all nodes.
type services struct {
	*rig
	ed3, ed4, ed5, ed6 *client
	deaf               *client // answers no heartbeat
	brief              *client // has an application session of ten seconds
}

func (s *services) all() []*client { return []*client{s.ed3, s.ed4, s.ed5, s.ed6} }

// TestServices drives each service and event through client, cluster and switch.
func TestServices(t *testing.T) {
	r := start(t, drill.SceneOptions{
		TServers: 2, Listener: "heartbeat = \"2s\"\n  heartbeat_misses = 4",
		Settings: "association = \"explicit\"\n  session = \"3s\"\n  monitor_release = \"1s\"",
		Tune:     func(o *switchsim.Options) { o.ReplyTimeout, o.SegmentItems = 9*time.Second, 2 },
	})
	f := r.followers()
	s := &services{rig: r}
	s.ed3 = open(t, f[0].CSTA["tserver1"], "127.0.0.3", 3)
	s.ed4 = open(t, r.leader.CSTA["tserver1"], "127.0.0.4", 4)
	s.ed5 = open(t, f[1].CSTA["tserver2"], "127.0.0.5", 5)
	s.ed6 = open(t, f[1].CSTA["tserver1"], "127.0.0.6", 6)
	s.deaf = open(t, r.leader.CSTA["tserver2"], "127.0.0.7", 4)
	s.deaf.silence()
	s.brief = dial(t, f[0].CSTA["tserver2"], "127.0.0.8", 6)
	s.brief.must354(t, "StartApplicationSession", "<applicationInfo><applicationID>brief</applicationID></applicationInfo><requestedProtocolVersions><protocolVersion>"+namespace(6)+
		"</protocolVersion></requestedProtocolVersions><requestedSessionDuration>10</requestedSessionDuration>")
	for _, c := range s.all() {
		c.monitor(t, "1900", "1901", "1902", "1903", "1904", "7000", "6000")
	}
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"basic call", s.basicCall},
		{"consultation", s.consultation},
		{"transfer", s.transfer},
		{"single-step transfer", s.singleStepTransfer},
		{"conference", s.conference},
		{"single-step conference", s.singleStepConference},
		{"deflect", s.deflect},
		{"failed", s.failed},
		{"outside and queue", s.outside},
		{"offered", s.offered},
		{"dialled digit by digit", s.dialled},
		{"bridged", s.bridged},
		{"private", s.private},
		{"recorded", s.recorded},
		{"device features", s.deviceFeatures},
		{"agents", s.agents},
		{"secrets", s.secrets},
		{"escape", s.escape},
		{"routing", s.routing},
		{"rerouting", s.rerouting},
		{"registration taken away", s.registrationTakenAway},
		{"monitors", s.monitors},
		{"monitors of the switch", s.monitorsOfTheSwitch},
		{"many monitors", s.manyMonitors},
		{"segments of the switch", s.segmentsOfTheSwitch},
		{"segments for a client", s.segmentsForAClient},
		{"sessions", s.sessions},
		{"coming back", s.comesBack},
		{"system services", s.system},
		{"registration of the link", s.registrationOfTheLink},
		{"heartbeats", s.heartbeats},
	} {
		t.Run(test.name, test.run)
		s.settle(t)
		s.clean(t)
	}
	t.Run("overload outlives the leader", s.overloadOutlivesTheLeader)
	s.compareAfterwards(t)
	t.Run("links end their sessions", s.linksEndTheirSessions)
	s.noViolations(t)
}

// clean fails on whatever broke the standard on either side.
func (s *services) clean(t *testing.T) {
	t.Helper()
	for _, c := range s.all() {
		c.clean(t)
	}
	s.noViolations(t)
}

// settle waits until every client was told of the end of all calls.
func (s *services) settle(t *testing.T) {
	t.Helper()
	for _, call := range s.Switch.Truth().Calls {
		s.do(t, switchsim.Move{Action: "clearcall", Call: call.ID})
	}
	for _, c := range s.all() {
		for d := range c.xrefs {
			eventually(t, "the end of the calls at "+d, func() bool {
				return len(c.must(t, "SnapshotDevice", "<snapshotObject>"+d+"</snapshotObject>").at("crossRefIDorSnapshotData", "snapshotData").children) == 0
			})
		}
		c.forget()
	}
	for _, q := range s.Switch.Requests() {
		s.counts[q.Service] = s.executed(q.Service)
	}
}

func (s *services) compareAfterwards(t *testing.T) {
	s.do(t, switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
	s.do(t, switchsim.Move{Action: "answer", Device: "1901"})
	s.compare(t)
}

// each gives the same event of each client.
func (s *services) each(t *testing.T, event, device string) []*element {
	t.Helper()
	var out []*element
	for _, c := range s.all() {
		out = append(out, c.event(t, event, device))
	}
	return out
}

// call lets a client make a call that is answered, and gives its ID.
func (s *services) call(t *testing.T, c *client, from, to string) string {
	t.Helper()
	id := c.must(t, "MakeCall", "<callingDevice>"+from+"</callingDevice><calledDirectoryNumber>"+to+"</calledDirectoryNumber>").at("callingDevice", "callID").text
	s.once(t, "MakeCall")
	s.each(t, "ServiceInitiatedEvent", from)
	s.each(t, "OriginatedEvent", from)
	s.each(t, "DeliveredEvent", from)
	s.each(t, "DeliveredEvent", to)
	c.must(t, "AnswerCall", conn("callToBeAnswered", id, to))
	s.once(t, "AnswerCall")
	s.each(t, "EstablishedEvent", from)
	s.each(t, "EstablishedEvent", to)
	return id
}

// clear ends a call of the given devices.
func (s *services) clear(t *testing.T, c *client, id string, devices ...string) {
	t.Helper()
	c.must(t, "ClearCall", "<callToBeCleared><callID>"+id+"</callID></callToBeCleared>")
	s.once(t, "ClearCall")
	for _, d := range devices {
		s.each(t, "ConnectionClearedEvent", d)
	}
}

func (s *services) basicCall(t *testing.T) {
	made := s.ed4.must(t, "MakeCall", "<callingDevice>1900</callingDevice><calledDirectoryNumber>1901</calledDirectoryNumber><accountCode>3737</accountCode>"+
		"<correlatorData><string>616263</string></correlatorData><userData><string>646566</string></userData>")
	id := made.at("callingDevice", "callID").text
	golden(t, made, "<MakeCallResponse><callingDevice><callID>"+id+"</callID><deviceID>1900</deviceID></callingDevice></MakeCallResponse>")
	s.once(t, "MakeCall")
	const correlator, user = "<correlatorData><string>616263</string></correlatorData>", "<userData><string>646566</string></userData>"
	caller := "<callID>" + id + "</callID><deviceID>1900</deviceID>"
	callee := "<callID>" + id + "</callID><deviceID>1901</deviceID>"
	parties := "<callingDevice><deviceIdentifier>1900</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1901</deviceIdentifier></calledDevice>" +
		"<lastRedirectionDevice><notRequired/></lastRedirectionDevice>"
	for _, c := range s.all() {
		x0, x1 := "<monitorCrossRefID>"+c.xref("1900")+"</monitorCrossRefID>", "<monitorCrossRefID>"+c.xref("1901")+"</monitorCrossRefID>"
		golden(t, c.event(t, "OriginatedEvent", "1900"), "<OriginatedEvent>"+x0+"<originatedConnection>"+caller+"</originatedConnection>"+
			"<callingDevice><deviceIdentifier>1900</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1901</deviceIdentifier></calledDevice>"+
			"<localConnectionInfo>connected</localConnectionInfo>"+correlator+"<cause>makeCall</cause><callLinkageData>*</callLinkageData></OriginatedEvent>")
		for xref, local := range map[string]string{x0: "connected", x1: "alerting"} {
			device := map[string]string{x0: "1900", x1: "1901"}[xref]
			golden(t, c.event(t, "DeliveredEvent", device), "<DeliveredEvent>"+xref+"<connection>"+callee+"</connection><alertingDevice><deviceIdentifier>1901</deviceIdentifier></alertingDevice>"+
				parties+"<localConnectionInfo>"+local+"</localConnectionInfo>"+correlator+user+"<cause>newCall</cause><callLinkageData>*</callLinkageData></DeliveredEvent>")
		}
		c.event(t, "ServiceInitiatedEvent", "1900")
	}

	golden(t, s.ed3.must(t, "AnswerCall", conn("callToBeAnswered", id, "1901")), "<AnswerCallResponse/>")
	s.once(t, "AnswerCall")
	for _, c := range s.all() {
		for _, d := range []string{"1900", "1901"} {
			golden(t, c.event(t, "EstablishedEvent", d), "<EstablishedEvent><monitorCrossRefID>"+c.xref(d)+"</monitorCrossRefID><establishedConnection>"+callee+"</establishedConnection>"+
				"<answeringDevice><deviceIdentifier>1901</deviceIdentifier></answeringDevice>"+parties+"<localConnectionInfo>connected</localConnectionInfo>"+correlator+user+
				"<cause>normal</cause><callLinkageData>*</callLinkageData></EstablishedEvent>")
		}
	}

	golden(t, s.ed5.must(t, "HoldCall", conn("callToBeHeld", id, "1900")), "<HoldCallResponse/>")
	s.once(t, "HoldCall")
	for _, c := range s.all() {
		for d, local := range map[string]string{"1900": "hold", "1901": "connected"} {
			golden(t, c.event(t, "HeldEvent", d), "<HeldEvent><monitorCrossRefID>"+c.xref(d)+"</monitorCrossRefID><heldConnection>"+caller+"</heldConnection>"+
				"<holdingDevice><deviceIdentifier>1900</deviceIdentifier></holdingDevice><localConnectionInfo>"+local+"</localConnectionInfo>"+correlator+
				"<cause>normal</cause><callLinkageData>*</callLinkageData></HeldEvent>")
		}
	}
	golden(t, s.ed6.must(t, "RetrieveCall", conn("callToBeRetrieved", id, "1900")), "<RetrieveCallResponse/>")
	s.once(t, "RetrieveCall")
	for _, c := range s.all() {
		for _, d := range []string{"1900", "1901"} {
			golden(t, c.event(t, "RetrievedEvent", d), "<RetrievedEvent><monitorCrossRefID>"+c.xref(d)+"</monitorCrossRefID><retrievedConnection>"+caller+"</retrievedConnection>"+
				"<retrievingDevice><deviceIdentifier>1900</deviceIdentifier></retrievingDevice><localConnectionInfo>connected</localConnectionInfo>"+correlator+
				"<cause>normal</cause><callLinkageData>*</callLinkageData></RetrievedEvent>")
		}
	}

	golden(t, s.ed4.must(t, "GenerateDigits", conn("connectionToSendDigits", id, "1900")+"<charactersToSend>12#</charactersToSend>"), "<GenerateDigitsResponse/>")
	s.once(t, "GenerateDigits")
	for _, c := range s.all() { // dialled digits after answer are not kept, and not told
		golden(t, c.event(t, "DigitsGeneratedEvent", "1900"), "<DigitsGeneratedEvent><monitorCrossRefID>"+c.xref("1900")+"</monitorCrossRefID><connection>"+caller+"</connection></DigitsGeneratedEvent>")
	}

	s.do(t, switchsim.Move{Action: "data", Device: "1901", User: "new"})
	for _, c := range s.all() {
		golden(t, c.event(t, "CallInformationEvent", "1901"), "<CallInformationEvent><monitorCrossRefID>"+c.xref("1901")+"</monitorCrossRefID><connection>"+callee+"</connection>"+
			"<device><deviceIdentifier>1901</deviceIdentifier></device><callingDevice><deviceIdentifier>1900</deviceIdentifier></callingDevice><accountInfo>3737</accountInfo>"+
			correlator+"<userData><string>6E6577</string></userData></CallInformationEvent>")
	}

	for _, c := range s.all() {
		linkage := ""
		if c.edition == 6 {
			linkage = "<callLinkageData>*</callLinkageData>"
		}
		golden(t, c.must(t, "SnapshotDevice", "<snapshotObject>1900</snapshotObject>"), "<SnapshotDeviceResponse><crossRefIDorSnapshotData><snapshotData><snapshotDeviceResponseInfo>"+
			"<connectionIdentifier>"+caller+"</connectionIdentifier><endpointDevice><deviceIdentifier>1901</deviceIdentifier></endpointDevice>"+
			"<localCallState><compoundCallState><localConnectionState>connected</localConnectionState><localConnectionState>connected</localConnectionState></compoundCallState></localCallState>"+
			linkage+"</snapshotDeviceResponseInfo></snapshotData></crossRefIDorSnapshotData></SnapshotDeviceResponse>")
		golden(t, c.must(t, "SnapshotCall", conn("snapshotObject", id, "1901")), "<SnapshotCallResponse><crossRefIDorSnapshotData><snapshotData>"+
			"<snapshotCallResponseInfo><deviceOnCall><deviceIdentifier>1900</deviceIdentifier></deviceOnCall><callIdentifier>"+caller+"</callIdentifier><localConnectionInfo>connected</localConnectionInfo></snapshotCallResponseInfo>"+
			"<snapshotCallResponseInfo><deviceOnCall><deviceIdentifier>1901</deviceIdentifier></deviceOnCall><callIdentifier>"+callee+"</callIdentifier><localConnectionInfo>connected</localConnectionInfo></snapshotCallResponseInfo>"+
			"</snapshotData></crossRefIDorSnapshotData><callingDevice><deviceIdentifier>1900</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1901</deviceIdentifier></calledDevice>"+
			correlator+"<callLinkageData>*</callLinkageData></SnapshotCallResponse>")
	}

	golden(t, s.ed3.must(t, "ClearConnection", conn("connectionToBeCleared", id, "1901")), "<ClearConnectionResponse/>")
	s.once(t, "ClearConnection")
	for _, c := range s.all() {
		for d, local := range map[string]string{"1900": "*", "1901": "null"} {
			golden(t, c.event(t, "ConnectionClearedEvent", d), "<ConnectionClearedEvent><monitorCrossRefID>"+c.xref(d)+"</monitorCrossRefID><droppedConnection>"+callee+"</droppedConnection>"+
				"<releasingDevice><deviceIdentifier>1901</deviceIdentifier></releasingDevice><localConnectionInfo>"+local+"</localConnectionInfo>"+correlator+"<userData><string>6E6577</string></userData>"+
				"<cause>normalClearing</cause><callLinkageData>*</callLinkageData></ConnectionClearedEvent>")
		}
		want := []string{"ServiceInitiated", "Originated", "Delivered", "Established", "Held", "Retrieved", "DigitsGenerated", "CallInformation", "ConnectionCleared"}
		if got := c.sequence(c.xref("1900")); !slices.Equal(got[:min(len(got), len(want))], want) {
			t.Errorf("edition %d: on 1900 came %v, want %v", c.edition, got, want)
		}
		want = []string{"Delivered", "Established", "Held", "Retrieved"}
		if got := c.sequence(c.xref("1901")); !slices.Equal(got[:min(len(got), len(want))], want) {
			t.Errorf("edition %d: on 1901 came %v, want %v", c.edition, got, want)
		}
	}
	if got := s.ed4.must(t, "SnapshotDevice", "<snapshotObject>1901</snapshotObject>"); len(got.at("crossRefIDorSnapshotData", "snapshotData").children) != 0 {
		t.Errorf("1901 has calls after the end: %v", got)
	}
	if e := s.ed4.ask(t, "HoldCall", conn("callToBeHeld", id, "1900")); e.at("operation").text != "invalidCallID" {
		t.Errorf("HoldCall on a call that is over: %v", e)
	}
}
