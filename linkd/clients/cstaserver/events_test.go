package cstaserver

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

func eventXML(t *testing.T, m csta.Message, ed csta.Edition, state csta.LocalConnectionState) string {
	t.Helper()
	e, err := csta.NewEventXML("", m, ed)
	if err != nil {
		t.Fatal(err)
	}
	return string(e.Append(nil, "101", state))
}

// Each type of call event, with all that it can carry, in the order and the
// spelling of csta-xml 4.3.
func TestCallEvents(t *testing.T) {
	kind := func(k fsmpb.Party_Kind) *fsmpb.Party { return &fsmpb.Party{Kind: k} }
	base := func() *fsmpb.CallChange {
		return &fsmpb.CallChange{
			Call: 77, Device: "1001", Subject: &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: "1001", TypeOfNumber: "deviceNumber"}, Cause: "newCall",
			Calling: kind(fsmpb.Party_RESTRICTED), Called: party("7000"), LastRedirection: party("7001"),
			Data: &fsmpb.CallData{Correlator: []byte{0xca, 0xfe}, UserData: []byte{1}, AccountCode: []byte{2}}, Linkage: "L1",
			NetworkCalling: party("0049"), NetworkCalled: kind(fsmpb.Party_NOT_KNOWN), Private: []byte("\x0a\x04<v/>"),
		}
	}
	const (
		id          = "<callID>77</callID><deviceID>1001</deviceID>"
		device      = `<deviceIdentifier typeOfNumber="deviceNumber">1001</deviceIdentifier>`
		who         = "<callingDevice><restricted/></callingDevice><calledDevice><deviceIdentifier>7000</deviceIdentifier></calledDevice>"
		redirection = "<lastRedirectionDevice><numberDialed>7001</numberDialed></lastRedirectionDevice>"
		local       = "<localConnectionInfo>connected</localConnectionInfo>"
		correlator  = "<correlatorData><string>CAFE</string></correlatorData>"
		user        = "<userData><string>01</string></userData>"
		cause       = "<cause>newCall</cause>"
		network     = "<networkCallingDevice><deviceIdentifier>0049</deviceIdentifier></networkCallingDevice><networkCalledDevice><notKnown/></networkCalledDevice>"
		linkage     = "<callLinkageData><globalCallData><globalCallLinkageID>L1</globalCallLinkageID></globalCallData></callLinkageData>"
		ext         = "<extensions><privateData><private><v/></private></privateData></extensions>"
	)
	for typ, x := range map[fsmpb.EventType]struct {
		element, content string
		change           func(*fsmpb.CallChange)
	}{
		fsmpb.EventType_SERVICE_INITIATED: {"ServiceInitiatedEvent", "<initiatedConnection>" + id + "</initiatedConnection><initiatingDevice>" + device + "</initiatingDevice><calledDevice><deviceIdentifier>7000</deviceIdentifier></calledDevice>" + local + correlator + cause + network + linkage, nil},
		fsmpb.EventType_ORIGINATED: {"OriginatedEvent", "<originatedConnection>" + id + "</originatedConnection>" + who + "<originatingDevice>1001</originatingDevice>" + local + correlator + cause + network + linkage,
			func(c *fsmpb.CallChange) { c.Originating = party("1001") }},
		fsmpb.EventType_DIGITS_DIALED: {"DigitsDialedEvent", "<dialingConnection>" + id + "</dialingConnection><dialingDevice>" + device + "</dialingDevice><dialingSequence>12</dialingSequence>" + local + correlator + cause + network + linkage,
			func(c *fsmpb.CallChange) { c.Digits = "12" }},
		fsmpb.EventType_DELIVERED:       {"DeliveredEvent", "<connection>" + id + "</connection><alertingDevice>" + device + "</alertingDevice>" + who + redirection + local + correlator + user + cause + network + linkage, nil},
		fsmpb.EventType_ESTABLISHED:     {"EstablishedEvent", "<establishedConnection>" + id + "</establishedConnection><answeringDevice>" + device + "</answeringDevice>" + who + redirection + local + correlator + user + cause + network + linkage, nil},
		fsmpb.EventType_OFFERED:         {"OfferedEvent", "<offeredConnection>" + id + "</offeredConnection><offeredDevice>" + device + "</offeredDevice>" + who + redirection + local + correlator + user + cause + network + linkage, nil},
		fsmpb.EventType_FAILED:          {"FailedEvent", "<failedConnection>" + id + "</failedConnection><failingDevice>" + device + "</failingDevice>" + who + redirection + local + correlator + user + cause + network + linkage, nil},
		fsmpb.EventType_NETWORK_REACHED: {"NetworkReachedEvent", "<outboundConnection>" + id + "</outboundConnection><networkInterfaceUsed>" + device + "</networkInterfaceUsed>" + who + redirection + local + correlator + user + cause + network + linkage, nil},
		fsmpb.EventType_QUEUED: {"QueuedEvent", "<queuedConnection>" + id + "</queuedConnection><queue>" + device + "</queue>" + who + redirection + "<numberQueued>3</numberQueued><callsInFront>2</callsInFront>" + local + correlator + user + cause + network + linkage,
			func(c *fsmpb.CallChange) { c.NumberQueued, c.CallsInFront = new(int32(3)), new(int32(2)) }},
		fsmpb.EventType_DIVERTED: {"DivertedEvent", "<connection>" + id + "</connection><divertingDevice>" + device + "</divertingDevice><newDestination><deviceIdentifier>1002</deviceIdentifier></newDestination>" + who + redirection + local + correlator + user + cause + network + linkage,
			func(c *fsmpb.CallChange) { c.NewDestination = party("1002") }},
		fsmpb.EventType_HELD:               {"HeldEvent", "<heldConnection>" + id + "</heldConnection><holdingDevice>" + device + "</holdingDevice>" + local + correlator + cause + linkage, nil},
		fsmpb.EventType_RETRIEVED:          {"RetrievedEvent", "<retrievedConnection>" + id + "</retrievedConnection><retrievingDevice>" + device + "</retrievingDevice>" + local + correlator + cause + linkage, nil},
		fsmpb.EventType_BRIDGED:            {"BridgedEvent", "<bridgedConnection>" + id + "</bridgedConnection><bridgedAppearance>" + device + "</bridgedAppearance>" + local + correlator + user + cause + linkage, nil},
		fsmpb.EventType_CONNECTION_CLEARED: {"ConnectionClearedEvent", "<droppedConnection>" + id + "</droppedConnection><releasingDevice>" + device + "</releasingDevice>" + local + correlator + user + cause + linkage, nil},
		fsmpb.EventType_CALL_CLEARED:       {"CallClearedEvent", "<clearedCall>" + id + "</clearedCall>" + correlator + user + cause + linkage, nil},
		fsmpb.EventType_CONFERENCED: {"ConferencedEvent", "<primaryOldCall>" + id + "</primaryOldCall><secondaryOldCall><callID>78</callID><deviceID>1001</deviceID></secondaryOldCall><conferencingDevice>" + device + "</conferencingDevice><addedParty><deviceIdentifier>1002</deviceIdentifier></addedParty><conferenceConnections><connectionListItem><newConnection><callID>78</callID><deviceID>1000</deviceID></newConnection><oldConnection><callID>77</callID><deviceID>1000</deviceID></oldConnection><endpoint><deviceID>1000</deviceID></endpoint></connectionListItem></conferenceConnections>" + local + correlator + user + cause,
			func(c *fsmpb.CallChange) {
				c.SecondaryCall, c.SecondaryDevice, c.Other = 78, "1001", party("1002")
				c.Connections = []*fsmpb.NewConnection{{Call: 78, Device: "1000", OldCall: 77, OldDevice: "1000", Endpoint: party("1000")}}
			}},
		fsmpb.EventType_TRANSFERRED:      {"TransferedEvent", "<primaryOldCall>" + id + "</primaryOldCall><transferringDevice>" + device + "</transferringDevice><transferredToDevice><notKnown/></transferredToDevice><transferredConnections></transferredConnections>" + local + correlator + user + cause, nil},
		fsmpb.EventType_CALL_INFORMATION: {"CallInformationEvent", "<connection>" + id + "</connection><device>" + device + "</device><callingDevice><restricted/></callingDevice><accountInfo>02</accountInfo>" + correlator + user, nil},
		fsmpb.EventType_RECORD:           {"RecordEvent", "<connection>" + id + "</connection><message>m1</message>" + cause, func(c *fsmpb.CallChange) { c.Message = "m1" }},
		fsmpb.EventType_STOP:             {"StopEvent", "<connection>" + id + "</connection><message>m1</message>" + cause, func(c *fsmpb.CallChange) { c.Message = "m1" }},
		fsmpb.EventType_SUSPEND_RECORD:   {"SuspendRecordEvent", "<connection>" + id + "</connection><message>m1</message>" + cause, func(c *fsmpb.CallChange) { c.Message = "m1" }},
		fsmpb.EventType_DIGITS_GENERATED: {"DigitsGeneratedEvent", "<connection>" + id + "</connection>", func(c *fsmpb.CallChange) { c.Digits = "4711" }},
	} {
		c := base()
		c.Type = typ
		if x.change != nil {
			x.change(c)
		}
		want := "<" + x.element + namespace(6) + "><monitorCrossRefID>101</monitorCrossRefID>" + x.content + ext + "</" + x.element + ">"
		if d := cmp.Diff(want, eventXML(t, callEvent(c), csta.Ed6, csta.StateConnected)); d != "" {
			t.Errorf("%v (-want +got):\n%s", typ, d)
		}
	}
}

func TestQueueCounts(t *testing.T) {
	for want, c := range map[string]*fsmpb.CallChange{
		"": {}, "<numberQueued>1</numberQueued><callsInFront>0</callsInFront>": {NumberQueued: new(int32(1)), CallsInFront: new(int32(0))},
		"<numberQueued>0</numberQueued>": {NumberQueued: new(int32(0))}, "<callsInFront>0</callsInFront>": {CallsInFront: new(int32(0))},
	} {
		c.Type, c.Call, c.Device = fsmpb.EventType_QUEUED, 1, "7000"
		want := "<QueuedEvent" + namespace(3) + "><monitorCrossRefID>101</monitorCrossRefID><queuedConnection><callID>1</callID><deviceID>7000</deviceID></queuedConnection><queue><deviceIdentifier>7000</deviceIdentifier></queue><callingDevice><notKnown/></callingDevice><calledDevice><notKnown/></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice>" + want + "<cause>normal</cause></QueuedEvent>"
		if d := cmp.Diff(want, eventXML(t, callEvent(c), csta.Ed3, "")); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
}

func TestPartiesInEvents(t *testing.T) {
	for kind, want := range map[fsmpb.Party_Kind]string{
		fsmpb.Party_ABSENT: "<notRequired/>", fsmpb.Party_NOT_REQUIRED: "<notRequired/>", fsmpb.Party_NOT_KNOWN: "<notKnown/>",
		fsmpb.Party_NOT_SPECIFIED: "<notSpecified/>", fsmpb.Party_RESTRICTED: "<restricted/>",
	} {
		c := &fsmpb.CallChange{Type: fsmpb.EventType_DELIVERED, Call: 1, Device: "1", LastRedirection: &fsmpb.Party{Kind: kind}}
		want := "<DeliveredEvent" + namespace(3) + "><monitorCrossRefID>101</monitorCrossRefID><connection><callID>1</callID><deviceID>1</deviceID></connection><alertingDevice><deviceIdentifier>1</deviceIdentifier></alertingDevice><callingDevice><notKnown/></callingDevice><calledDevice><notKnown/></calledDevice><lastRedirectionDevice>" + want + "</lastRedirectionDevice><cause>normal</cause></DeliveredEvent>"
		if d := cmp.Diff(want, eventXML(t, callEvent(c), csta.Ed3, "")); d != "" {
			t.Errorf("%v (-want +got):\n%s", kind, d)
		}
	}
}

func TestAgentAndFeatureEvents(t *testing.T) {
	agent := func(typ fsmpb.EventType) csta.Message {
		return agentEvent(&fsmpb.AgentChange{Type: typ, Device: "1", AgentId: "a", Group: "g", Cause: "forcedPause", Pending: fsmpb.AgentState_AGENT_NOT_READY})
	}
	feature := func(typ fsmpb.EventType) csta.Message {
		return featureEvent(&fsmpb.FeatureChange{Type: typ, Device: "1", Cause: "maintenance"})
	}
	who := "<agentDevice><deviceIdentifier>1</deviceIdentifier></agentDevice><agentID>a</agentID><acdGroup>g</acdGroup>"
	pending, cause := "<pendingAgentState>agentNotReady</pendingAgentState>", "<cause>forcedPause</cause>"
	device := "<device><deviceIdentifier>1</deviceIdentifier></device>"
	for _, x := range []struct {
		m             csta.Message
		name, content string
	}{
		{agent(fsmpb.EventType_AGENT_LOGGED_ON), "AgentLoggedOnEvent", who + cause},
		{agent(fsmpb.EventType_AGENT_LOGGED_OFF), "AgentLoggedOffEvent", who + cause},
		{agent(fsmpb.EventType_AGENT_READY_EVENT), "AgentReadyEvent", who + cause},
		{agent(fsmpb.EventType_AGENT_NOT_READY_EVENT), "AgentNotReadyEvent", who + cause},
		{agent(fsmpb.EventType_AGENT_BUSY_EVENT), "AgentBusyEvent", who + pending + cause},
		{agent(fsmpb.EventType_AGENT_WORKING_AFTER_CALL_EVENT), "AgentWorkingAfterCallEvent", who + pending + cause},
		{feature(fsmpb.EventType_BACK_IN_SERVICE), "BackInServiceEvent", device + "<cause>maintenance</cause>"},
		{feature(fsmpb.EventType_OUT_OF_SERVICE), "OutOfServiceEvent", device + "<cause>maintenance</cause>"},
		{feature(fsmpb.EventType_PARTIALLY_IN_SERVICE), "PartiallyInServiceEvent", device + "<cause>maintenance</cause>"},
		{feature(fsmpb.EventType_DO_NOT_DISTURB), "DoNotDisturbEvent", device + "<doNotDisturbOn>false</doNotDisturbOn>"},
		{feature(fsmpb.EventType_FORWARDING), "ForwardingEvent", device + "<forwardStatus>false</forwardStatus>"},
	} {
		want := "<" + x.name + namespace(4) + "><monitorCrossRefID>101</monitorCrossRefID>" + x.content + "</" + x.name + ">"
		if d := cmp.Diff(want, eventXML(t, x.m, csta.Ed4, "")); d != "" {
			t.Errorf("%s (-want +got):\n%s", x.name, d)
		}
	}
}

// Every type that a filter names has an event, and the other way round.
func TestFilterBitsAndEvents(t *testing.T) {
	for _, b := range filterBit {
		if callEvent(&fsmpb.CallChange{Type: b.event}) == nil && agentEvent(&fsmpb.AgentChange{Type: b.event}) == nil &&
			featureEvent(&fsmpb.FeatureChange{Type: b.event}) == nil {
			t.Errorf("%v has a filter bit and no event", b.event)
		}
		only := csta.MonitorFilter{Groups: csta.GroupCallControl, Present: b.bit, Set: b.bit}
		if got := passing(&only, FilteredOut); got != passAll&^(1<<b.event) {
			t.Errorf("%v filtered out: %x", b.event, got)
		}
		if got := passing(&only, Wanted); got != 1<<b.event|unread {
			t.Errorf("%v wanted: %x", b.event, got)
		}
	}
	named := 0
	for n := range fsmpb.EventType_name {
		if t := fsmpb.EventType(n); t != fsmpb.EventType_EVENT_UNKNOWN && unread&(1<<t) == 0 {
			named++
		}
	}
	if named != len(filterBit) {
		t.Errorf("%d types of event, %d filter bits", named, len(filterBit))
	}
}

// crowd is the connection list of 60 parties with long names, one of which comes
// from another call.
func crowd(letters int) (list []*fsmpb.NewConnection) {
	for i := range 60 {
		who := strings.Repeat("d", letters) + decimal(uint64(i))
		list = append(list, &fsmpb.NewConnection{Call: 7, Device: who, OldCall: 7, OldDevice: who, Endpoint: party(who)})
	}
	list[0].OldCall = 8
	return list
}

// The answer to a request that was obeyed is never that it failed, however long
// the list in it is.
func TestLongAnswers(t *testing.T) {
	for name, x := range map[string]struct {
		letters       int
		has, has2, no string
	}{
		"short": {10, "<oldConnection><callID>7</callID>", "<endpoint>", "CSTAErrorCode"},
		"long":  {140, "<oldConnection><callID>8</callID>", "<endpoint>", "<oldConnection><callID>7</callID>"},
		"more":  {200, "<oldConnection><callID>8</callID>", "<newConnection>", "<endpoint>"},
		"most":  {600, "<conferenceCall>", "</ConferenceCallResponse>", "<connections>"},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, newCluster(t, "1000"), Options{})
			nc := n.dial(tserver1)
			defer nc.Close()
			c := newConn(t.Context(), n.listener, nc)
			c.requestDone(3, &fsmpb.RequestDone{Result: fsmpb.OutcomeResult_DONE, Request: &fsmpb.Request{Service: fsmpb.Service_CONFERENCE_CALL},
				Connection: &fsmpb.Conn{Call: 7, Device: "1000"}, Connections: crowd(x.letters)})
			got := string(c.buf)
			if len(got) > csta.MaxSend || !strings.Contains(got, x.has) || !strings.Contains(got, x.has2) || strings.Contains(got, x.no) {
				t.Errorf("%d octets: %.600s", len(got), got)
			}
		})
	}
}

// An event that is too long for a frame goes without what makes it so.
func TestLongEvents(t *testing.T) {
	long := []byte(strings.Repeat("x", 20000))
	for name, x := range map[string]struct {
		change  *fsmpb.CallChange
		without string
		with    string
	}{
		"private data": {&fsmpb.CallChange{Private: append([]byte("\x12\xa0\x9c\x01"), long...), Data: &fsmpb.CallData{Correlator: []byte{1}}}, "privateData", "correlatorData"},
		"user data":    {&fsmpb.CallChange{Data: &fsmpb.CallData{UserData: long, Correlator: []byte{1}}}, "userData", "correlatorData"},
		"correlator":   {&fsmpb.CallChange{Data: &fsmpb.CallData{Correlator: long}}, "correlatorData", "cause"},
		"connections":  {&fsmpb.CallChange{Connections: crowd(140), Data: &fsmpb.CallData{UserData: []byte{1}}}, "<oldConnection><callID>7</callID>", "<oldConnection><callID>8</callID>"},
		"endpoints":    {&fsmpb.CallChange{Connections: crowd(200)}, "<endpoint>", "<newConnection>"},
		"linkage":      {&fsmpb.CallChange{Linkage: "<broken", Data: &fsmpb.CallData{UserData: []byte{1}}}, "callLinkageData", "userData"},
	} {
		t.Run(name, func(t *testing.T) {
			cl := newCluster(t, "1000")
			n := start(t, cl, Options{})
			nc := n.dial(tserver1)
			defer nc.Close()
			c := newConn(t.Context(), n.listener, nc)
			x.change.Type, x.change.Call, x.change.Device = fsmpb.EventType_DELIVERED, 1, "1000"
			if x.change.Connections != nil {
				x.change.Type = fsmpb.EventType_CONFERENCED
			}
			r := &fsmpb.Record{Kind: &fsmpb.Record_Call{Call: x.change}}
			e := c.encode(r)
			if e == nil {
				t.Fatal("no event")
			}
			got := string(e.Append(nil, "1", ""))
			if len(got) > csta.MaxSend || strings.Contains(got, x.without) || !strings.Contains(got, x.with) {
				t.Errorf("%d octets: %.300s", len(got), got)
			}
			if n.listener.Stats().Cut != 1 {
				t.Error("not counted")
			}
		})
	}
}
