package cstaserver

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/secret"
	"google.golang.org/protobuf/testing/protocmp"
)

// twoCalls: 1000 holds call 1 with 2000 and is connected in call 2 with 2001.
func twoCalls(t *testing.T, o Options, edition int) (*node, *client) {
	cl := newCluster(t, "1000")
	n := start(t, cl, o)
	c := n.client(edition)
	n.monitored(c, "1000")
	cl.delivered("77", "2000", "1000", "1000", fsmpb.ConnectionState_ALERTING)
	cl.established("77", "2000", "1000", "1000")
	cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_HELD, Via: "1000", Subject: swConn("77", "1000"), Device: party("1000"),
		Local: fsmpb.ConnectionState_HOLD, HasLocal: true, Cause: "normal"})
	cl.delivered("78", "2001", "1000", "1000", fsmpb.ConnectionState_ALERTING)
	cl.established("78", "2001", "1000", "1000")
	if got := c.hear(); len(got) != 5 {
		t.Fatal(got)
	}
	return n, c
}

// Each service goes as a Request into the log, and its outcome comes back as
// the standard's response.
func TestCallControl(t *testing.T) {
	one := func(tag string) string {
		return "<" + tag + "><callID>1</callID><deviceID>1000</deviceID></" + tag + ">"
	}
	two := func(tag string) string {
		return "<" + tag + "><callID>2</callID><deviceID>1000</deviceID></" + tag + ">"
	}
	first, second := &fsmpb.Conn{Call: 1, Device: "1000"}, &fsmpb.Conn{Call: 2, Device: "1000"}
	list := []*fsmpb.ListItem{{NewConnection: swConn("78", "2000"), OldConnection: swConn("77", "2000"), Endpoint: party("2000")}}
	listXML := "<connections><connectionListItem><newConnection><callID>2</callID><deviceID>2000</deviceID></newConnection><oldConnection><callID>1</callID><deviceID>2000</deviceID></oldConnection><endpoint><deviceID>2000</deviceID></endpoint></connectionListItem></connections>"
	for _, x := range []struct {
		request string
		want    *fsmpb.Request
		outcome *fsmpb.Outcome
		answer  string
		secret  secret.Secret
	}{
		{"<MakeCall><callingDevice>1000</callingDevice><calledDirectoryNumber>2002</calledDirectoryNumber><accountCode>31 32</accountCode><authCode>39</authCode><autoOriginate>doNotPrompt</autoOriginate><correlatorData><string>0102</string></correlatorData><userData><string>03</string></userData></MakeCall>",
			&fsmpb.Request{Service: fsmpb.Service_MAKE_CALL, Device: "1000", Destination: "2002", Option: "doNotPrompt", Secret: true,
				Data: &fsmpb.CallData{AccountCode: []byte("12"), Correlator: []byte{1, 2}, UserData: []byte{3}}},
			&fsmpb.Outcome{Connection: swConn("79", "1000")},
			"<MakeCallResponse><callingDevice><callID>3</callID><deviceID>1000</deviceID></callingDevice></MakeCallResponse>",
			secret.Secret{AuthCode: []byte("9")}},
		{"<AnswerCall>" + one("callToBeAnswered") + "</AnswerCall>",
			&fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL, First: first}, nil, "<AnswerCallResponse/>", secret.Secret{}},
		{"<ClearConnection>" + one("connectionToBeCleared") + "<reason>busy</reason></ClearConnection>",
			&fsmpb.Request{Service: fsmpb.Service_CLEAR_CONNECTION, First: first, Reason: "busy"}, nil, "<ClearConnectionResponse/>", secret.Secret{}},
		{"<ClearCall>" + one("callToBeCleared") + "</ClearCall>",
			&fsmpb.Request{Service: fsmpb.Service_CLEAR_CALL, First: first}, nil, "<ClearCallResponse/>", secret.Secret{}},
		{"<HoldCall>" + two("callToBeHeld") + "</HoldCall>",
			&fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: second}, nil, "<HoldCallResponse/>", secret.Secret{}},
		{"<RetrieveCall>" + one("callToBeRetrieved") + "</RetrieveCall>",
			&fsmpb.Request{Service: fsmpb.Service_RETRIEVE_CALL, First: first}, nil, "<RetrieveCallResponse/>", secret.Secret{}},
		{"<AlternateCall>" + one("heldCall") + two("activeCall") + "</AlternateCall>",
			&fsmpb.Request{Service: fsmpb.Service_ALTERNATE_CALL, First: second, Second: first}, nil, "<AlternateCallResponse/>", secret.Secret{}},
		{"<ReconnectCall>" + two("activeCall") + one("heldCall") + "</ReconnectCall>",
			&fsmpb.Request{Service: fsmpb.Service_RECONNECT_CALL, First: second, Second: first}, nil, "<ReconnectCallResponse/>", secret.Secret{}},
		{"<ConsultationCall>" + two("existingCall") + "<consultedDevice>2002</consultedDevice><consultOptions>transferOnly</consultOptions></ConsultationCall>",
			&fsmpb.Request{Service: fsmpb.Service_CONSULTATION_CALL, First: second, Destination: "2002", Option: "transferOnly"},
			&fsmpb.Outcome{Connection: swConn("80", "1000")},
			"<ConsultationCallResponse><initiatedCall><callID>3</callID><deviceID>1000</deviceID></initiatedCall></ConsultationCallResponse>", secret.Secret{}},
		{"<TransferCall>" + one("heldCall") + two("activeCall") + "</TransferCall>",
			&fsmpb.Request{Service: fsmpb.Service_TRANSFER_CALL, First: second, Second: first},
			&fsmpb.Outcome{Connection: swConn("78", "2001"), Connections: list},
			"<TransferCallResponse><transferredCall><callID>2</callID><deviceID>2001</deviceID></transferredCall>" + listXML + "</TransferCallResponse>", secret.Secret{}},
		{"<ConferenceCall>" + one("heldCall") + two("activeCall") + "</ConferenceCall>",
			&fsmpb.Request{Service: fsmpb.Service_CONFERENCE_CALL, First: second, Second: first},
			&fsmpb.Outcome{Connection: swConn("78", "1000"), Connections: list},
			"<ConferenceCallResponse><conferenceCall><callID>2</callID><deviceID>1000</deviceID></conferenceCall>" + listXML + "</ConferenceCallResponse>", secret.Secret{}},
		{"<SingleStepTransferCall>" + two("activeCall") + "<transferredTo>2002</transferredTo><authCode>3132</authCode></SingleStepTransferCall>",
			&fsmpb.Request{Service: fsmpb.Service_SINGLE_STEP_TRANSFER, First: second, Destination: "2002", Secret: true},
			&fsmpb.Outcome{Connection: swConn("78", "2002"), Connections: list},
			"<SingleStepTransferCallResponse><transferredCall><callID>2</callID><deviceID>2002</deviceID></transferredCall>" + listXML + "</SingleStepTransferCallResponse>",
			secret.Secret{AuthCode: []byte("12")}},
		{"<SingleStepConferenceCall>" + two("activeCall") + "<deviceToJoin>2002</deviceToJoin><participationType>silent</participationType></SingleStepConferenceCall>",
			&fsmpb.Request{Service: fsmpb.Service_SINGLE_STEP_CONFERENCE, First: second, Destination: "2002", Option: "silent"},
			&fsmpb.Outcome{Connection: swConn("78", "2002")},
			"<SingleStepConferenceCallResponse><conferencedCall><callID>2</callID><deviceID>2002</deviceID></conferencedCall></SingleStepConferenceCallResponse>", secret.Secret{}},
		{"<DeflectCall>" + two("callToBeDiverted") + "<newDestination><device>2002</device></newDestination></DeflectCall>",
			&fsmpb.Request{Service: fsmpb.Service_DEFLECT_CALL, First: second, Destination: "2002"}, nil, "<DeflectCallResponse/>", secret.Secret{}},
		{"<DeflectCall>" + two("callToBeDiverted") + "<newDestination>2002</newDestination></DeflectCall>",
			&fsmpb.Request{Service: fsmpb.Service_DEFLECT_CALL, First: second, Destination: "2002"}, nil, "<DeflectCallResponse/>", secret.Secret{}},
		{"<GenerateDigits>" + two("connectionToSendDigits") + "<digitMode>dTMF</digitMode><charactersToSend>4711#</charactersToSend></GenerateDigits>",
			&fsmpb.Request{Service: fsmpb.Service_GENERATE_DIGITS, First: second, Option: "dTMF", Secret: true}, nil, "<GenerateDigitsResponse/>",
			secret.Secret{Digits: []byte("4711#")}},
		{"<SetAgentState><device>1000</device><requestedAgentState>loggedOn</requestedAgentState><agentID>4711</agentID><password>31323334</password><group>7000</group></SetAgentState>",
			&fsmpb.Request{Service: fsmpb.Service_SET_AGENT_STATE, Device: "1000", Option: "loggedOn", AgentId: "4711", Group: "7000", Secret: true},
			&fsmpb.Outcome{Option: "agentNotReady"},
			"<SetAgentStateResponse><pendingAgentState>agentNotReady</pendingAgentState></SetAgentStateResponse>", secret.Secret{Password: []byte("1234")}},
		{"<SetDoNotDisturb><device>1000</device><doNotDisturbOn>true</doNotDisturbOn></SetDoNotDisturb>",
			&fsmpb.Request{Service: fsmpb.Service_SET_DO_NOT_DISTURB, Device: "1000", On: true}, nil, "<SetDoNotDisturbResponse/>", secret.Secret{}},
		{"<SetForwarding><device>1000</device><forwardingType>forwardBusy</forwardingType><activateForward>true</activateForward><forwardDN>2002</forwardDN></SetForwarding>",
			&fsmpb.Request{Service: fsmpb.Service_SET_FORWARDING, Device: "1000", On: true, Option: "forwardBusy", Destination: "2002"}, nil, "<SetForwardingResponse/>", secret.Secret{}},
		{"<Escape><privateData><string>CAFE</string></privateData></Escape>",
			&fsmpb.Request{Service: fsmpb.Service_ESCAPE, Private: []byte("\x12\x02\xca\xfe")}, nil, "<EscapeResponse/>", secret.Secret{}},
	} {
		name, _, _ := strings.Cut(strings.TrimPrefix(x.request, "<"), ">")
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, c := twoCalls(t, Options{}, 6)
				c.send("0042", x.request)
				o := x.outcome
				if o == nil {
					o = &fsmpb.Outcome{}
				}
				o.Result = fsmpb.OutcomeResult_DONE
				got := n.cl.done(o)
				if d := cmp.Diff(x.want, got, protocmp.Transform()); d != "" {
					t.Errorf("request (-want +got):\n%s", d)
				}
				c.expect("0042 " + x.answer)
				var secrets [][]byte
				if !x.secret.IsZero() {
					secrets = append(secrets, x.secret.Append(nil))
				}
				if d := cmp.Diff(secrets, n.cl.secrets); d != "" {
					t.Errorf("secrets (-want +got):\n%s", d)
				}
				for _, s := range []string{"4711#", "1234"} {
					if strings.Contains(n.log.String(), s) {
						t.Errorf("%s is in the log file", s)
					}
				}
			})
		})
	}
}

func TestCallControlIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c := twoCalls(t, Options{}, 4)
		for _, x := range []struct{ request, answer string }{
			{"<AnswerCall><callToBeAnswered><callID>ABCD</callID><deviceID>1000</deviceID></callToBeAnswered></AnswerCall>", "<operation>invalidConnectionID</operation>"},
			{"<AnswerCall><callToBeAnswered><callID>99</callID><deviceID>1000</deviceID></callToBeAnswered></AnswerCall>", "<operation>invalidCallID</operation>"},
			{"<HoldCall><callToBeHeld><callID>1</callID><deviceID>4000</deviceID></callToBeHeld></HoldCall>", "<operation>invalidConnectionID</operation>"},
			{"<MakeCall><callingDevice>1000</callingDevice></MakeCall>", "<operation>atLeastOneConditionalParameterNotProvided</operation>"},
		} {
			c.send("0042", x.request)
			c.expect("0042 <CSTAErrorCode>" + x.answer + "</CSTAErrorCode>")
		}
		c.send("0043", "<HoldCall><callToBeHeld><callID>2</callID><deviceID>1000</deviceID></callToBeHeld></HoldCall>")
		n.cl.done(&fsmpb.Outcome{Result: fsmpb.OutcomeResult_REFUSED, Category: "stateIncompatibility", Value: "invalidConnectionState"})
		c.expect("0043 <CSTAErrorCode><stateIncompatibility>invalidConnectionState</stateIncompatibility></CSTAErrorCode>")
		n.cl.must(&fsmpb.Command{Kind: &fsmpb.Command_LinkReport{LinkReport: &fsmpb.LinkReport{Link: testLink, Epoch: n.cl.epoch, Reason: "gone", Closed: true}}})
		c.expect("9000 " + status("partiallyDisabled"))
		c.send("0044", "<HoldCall><callToBeHeld><callID>2</callID><deviceID>1000</deviceID></callToBeHeld></HoldCall>")
		c.expect("0044 <CSTAErrorCode><systemResourceAvailibility>networkOutOfService</systemResourceAvailibility></CSTAErrorCode>")
		if s := n.listener.Stats(); s.Errors["operation"] != 4 || s.Errors["systemResourceAvailibility"] != 1 || s.Requests["HoldCall"] != 3 {
			t.Errorf("%+v", s)
		}
	})
}

func TestTooManyRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := twoCalls(t, Options{MaxRequests: 2}, 4)
		hold := "<HoldCall><callToBeHeld><callID>2</callID><deviceID>1000</deviceID></callToBeHeld></HoldCall>"
		c.send("0001", hold)
		c.send("0002", hold)
		synctest.Wait()
		c.send("0003", hold)
		c.expect("0003 <CSTAErrorCode><subscribedResourceAvailability>outstandingReqLimitExceeded</subscribedResourceAvailability></CSTAErrorCode>")
	})
}

func TestSnapshotDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := twoCalls(t, Options{}, 6)
		c.send("0042", "<SnapshotDevice><snapshotObject>1000</snapshotObject></SnapshotDevice>")
		info := func(call, far, states string) string {
			return "<snapshotDeviceResponseInfo><connectionIdentifier><callID>" + call + "</callID><deviceID>1000</deviceID></connectionIdentifier><endpointDevice><deviceIdentifier>" + far + "</deviceIdentifier></endpointDevice><localCallState><compoundCallState>" + states + "</compoundCallState></localCallState></snapshotDeviceResponseInfo>"
		}
		connected, hold := "<localConnectionState>connected</localConnectionState>", "<localConnectionState>hold</localConnectionState>"
		c.expect("0042 <SnapshotDeviceResponse><crossRefIDorSnapshotData><snapshotData>" +
			info("1", "2000", hold+connected) + info("2", "2001", connected+connected) +
			"</snapshotData></crossRefIDorSnapshotData></SnapshotDeviceResponse>")
		c.send("0043", "<SnapshotDevice><snapshotObject><deviceIdentifier>9999</deviceIdentifier></snapshotObject></SnapshotDevice>")
		c.expect("0043 <CSTAErrorCode><operation>invalidDeviceID</operation></CSTAErrorCode>")
		c.send("0044", "<SnapshotCall><snapshotObject><callID>1</callID></snapshotObject></SnapshotCall>")
		party := func(device, state string) string {
			return "<snapshotCallResponseInfo><deviceOnCall><deviceIdentifier>" + device + "</deviceIdentifier></deviceOnCall><callIdentifier><callID>1</callID><deviceID>" + device + "</deviceID></callIdentifier><localConnectionInfo>" + state + "</localConnectionInfo></snapshotCallResponseInfo>"
		}
		f := c.next()
		want := "0044 " + declaration + c.full("<SnapshotCallResponse><crossRefIDorSnapshotData><snapshotData>"+
			party("2000", "connected")+party("1000", "hold")+
			"</snapshotData></crossRefIDorSnapshotData><callingDevice><deviceIdentifier>2000</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1000</deviceIdentifier></calledDevice></SnapshotCallResponse>")
		if f.String() != want {
			t.Errorf("got  %v\nwant %v", f, want)
		}
		c.send("0045", "<SnapshotCall><snapshotObject><callID>77</callID></snapshotObject></SnapshotCall>")
		c.expect("0045 <CSTAErrorCode><operation>invalidConnectionID</operation></CSTAErrorCode>")
	})
}

// An unverified device is asked about first; what that brings to light is told
// before the answer.
func TestSnapshotOfAnUnverifiedDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c := twoCalls(t, Options{}, 4)
		cl := n.cl
		cl.must(&fsmpb.Command{Kind: &fsmpb.Command_RequestResync{RequestResync: &fsmpb.RequestResync{Switch: testSwitch, Device: "1000"}}})
		c.send("0042", "<SnapshotDevice><snapshotObject>1000</snapshotObject></SnapshotDevice>")
		synctest.Wait()
		c.quiet()
		cl.snapshot("1000", &fsmpb.SnapshotCall{Call: "78", State: fsmpb.ConnectionState_CONNECTED, Far: party("2001")})
		cleared := c.next() // call 1 was stuck
		if got := tell(cleared); got != "ConnectionClearedEvent xref 1 call 1 device 1000" || !strings.Contains(cleared.xml, "switchingFunctionTerminated") {
			t.Fatal(cleared)
		}
		for {
			f := c.next()
			if f.invoke == "0042" {
				if strings.Contains(f.xml, "<callID>1<") || !strings.Contains(f.xml, "<callID>2</callID>") {
					t.Fatal(f)
				}
				break
			}
		}
		// A switch that doesn't say is waited for a second.
		cl.must(&fsmpb.Command{Kind: &fsmpb.Command_RequestResync{RequestResync: &fsmpb.RequestResync{Switch: testSwitch, Device: "1000"}}})
		begun := time.Now()
		c.send("0043", "<SnapshotDevice><snapshotObject>1000</snapshotObject></SnapshotDevice>")
		if f := c.next(); f.invoke != "0043" {
			t.Fatal(f)
		}
		if d := time.Since(begun); d != time.Second {
			t.Errorf("answered after %v", d)
		}
	})
}

// A BroadWorks may lose calls without a word: it is asked each time, however well the
// device is known, and what comes to light is told before the answer.
func TestSnapshotOfABroadWorksDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c := twoCalls(t, Options{}, 4)
		cl := n.cl
		cl.must(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: testSwitch, Protocol: "broadworks"}}}})
		c.send("0042", "<SnapshotDevice><snapshotObject>1000</snapshotObject></SnapshotDevice>")
		synctest.Wait()
		c.quiet()
		cl.snapshot("1000", &fsmpb.SnapshotCall{Call: "78", State: fsmpb.ConnectionState_CONNECTED, Far: party("2001")})
		if got := tell(c.next()); got != "ConnectionClearedEvent xref 1 call 1 device 1000" {
			t.Fatal(got)
		}
	})
}

// A long answer comes in segments.
func TestLongSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "7000")
		n := start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "7000")
		var calls []*fsmpb.SnapshotCall
		for i := range 200 {
			calls = append(calls, &fsmpb.SnapshotCall{Call: "q" + decimal(uint64(i)), State: fsmpb.ConnectionState_QUEUED_STATE, Far: party("2000")})
		}
		cl.must(&fsmpb.Command{Kind: &fsmpb.Command_RequestResync{RequestResync: &fsmpb.RequestResync{Switch: testSwitch, Device: "7000"}}})
		cl.snapshot("7000", calls...)
		c.hear()
		c.send("0042", "<SnapshotDevice><snapshotObject>7000</snapshotObject></SnapshotDevice>")
		c.expect("0042 <SnapshotDeviceResponse><crossRefIDorSnapshotData><serviceCrossRefID>1</serviceCrossRefID></crossRefIDorSnapshotData></SnapshotDeviceResponse>")
		got := 0
		for i := 1; ; i++ {
			f := c.next()
			if !strings.Contains(f.xml, "<serviceCrossRefID>1</serviceCrossRefID><segmentID>"+decimal(uint64(i))+"</segmentID>") || len(f.xml)+8 > 32767 {
				t.Fatal(f)
			}
			got += strings.Count(f.xml, "<snapshotDeviceResponseInfo>")
			if strings.Contains(f.xml, "<lastSegment>true</lastSegment>") {
				break
			}
		}
		if got != 200 {
			t.Errorf("%d connections", got)
		}
	})
}

func TestFeaturesAndAgents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(6)
		n.monitored(c, "1000")
		dev := "<device><deviceIdentifier>1000</deviceIdentifier></device>"
		agent := func(typ fsmpb.EventType) {
			cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Agent{Agent: &fsmpb.AgentEvent{Type: typ, Via: "1000", Device: "1000", AgentId: "4711", Group: "7000"}}})
		}
		agent(fsmpb.EventType_AGENT_LOGGED_ON)
		c.expect("9999 <AgentLoggedOnEvent><monitorCrossRefID>1</monitorCrossRefID><agentDevice><deviceIdentifier>1000</deviceIdentifier></agentDevice><agentID>4711</agentID><acdGroup>7000</acdGroup></AgentLoggedOnEvent>")
		agent(fsmpb.EventType_AGENT_READY_EVENT)
		c.expect("9999 <AgentReadyEvent><monitorCrossRefID>1</monitorCrossRefID><agentDevice><deviceIdentifier>1000</deviceIdentifier></agentDevice><agentID>4711</agentID><acdGroup>7000</acdGroup></AgentReadyEvent>")
		c.send("0001", "<GetAgentState><device>1000</device></GetAgentState>")
		c.expect("0001 <GetAgentStateResponse><agentStateList><agentStateEntry><agentID>4711</agentID><loggedOnState>true</loggedOnState><agentInfo><agentInfoItem><acdGroup>7000</acdGroup><agentState>agentReady</agentState></agentInfoItem></agentInfo></agentStateEntry></agentStateList></GetAgentStateResponse>")
		c.send("0002", "<GetAgentState><acdGroup>7001</acdGroup></GetAgentState>")
		c.expect("0002 <GetAgentStateResponse><agentStateList></agentStateList></GetAgentStateResponse>")
		feature := func(f *fsmpb.FeatureEvent) {
			f.Via, f.Device = "1000", "1000"
			cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Feature{Feature: f}})
		}
		feature(&fsmpb.FeatureEvent{Type: fsmpb.EventType_DO_NOT_DISTURB, On: true})
		c.expect("9999 <DoNotDisturbEvent><monitorCrossRefID>1</monitorCrossRefID>" + dev + "<doNotDisturbOn>true</doNotDisturbOn></DoNotDisturbEvent>")
		feature(&fsmpb.FeatureEvent{Type: fsmpb.EventType_FORWARDING, Forward: &fsmpb.Forward{Type: "forwardBusy", On: true, Destination: "2000"}})
		c.expect("9999 <ForwardingEvent><monitorCrossRefID>1</monitorCrossRefID>" + dev + "<forwardingType>forwardBusy</forwardingType><forwardStatus>true</forwardStatus><forwardTo>2000</forwardTo></ForwardingEvent>")
		feature(&fsmpb.FeatureEvent{Type: fsmpb.EventType_OUT_OF_SERVICE, Cause: "maintenance"})
		c.expect("9999 <OutOfServiceEvent><monitorCrossRefID>1</monitorCrossRefID>" + dev + "<cause>maintenance</cause></OutOfServiceEvent>")
		c.send("0003", "<GetDoNotDisturb><device>1000</device></GetDoNotDisturb>")
		c.expect("0003 <GetDoNotDisturbResponse><doNotDisturbOn>true</doNotDisturbOn></GetDoNotDisturbResponse>")
		c.send("0004", "<GetForwarding><device>1000</device></GetForwarding>")
		c.expect("0004 <GetForwardingResponse><forwardingList><forwardListItem><forwardingType>forwardBusy</forwardingType><forwardStatus>true</forwardStatus><forwardDN>2000</forwardDN></forwardListItem></forwardingList></GetForwardingResponse>")
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Private{Private: &fsmpb.PrivateEvent{Via: "1000", Private: []byte("\x0a\x04<v/>")}}})
		c.expect("9999 <PrivateEvent><monitorCrossRefID>1</monitorCrossRefID><privateData><private><v/></private></privateData></PrivateEvent>")
	})
}

func TestRouting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "7000")
		n := start(t, cl, Options{})
		c := n.client(4)
		c.send("0001", "<RouteRegister><routeingDevice>7000</routeingDevice></RouteRegister>")
		synctest.Wait()
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouterUp{RouterUp: &fsmpb.RouterUp{Device: "7000", Up: true}}})
		c.expect("0001 <RouteRegisterResponse><routeRegisterReqID>1</routeRegisterReqID></RouteRegisterResponse>")
		ask := func(name, ref, invoke string) {
			cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouteRequested{RouteRequested: &fsmpb.RouteRequested{
				SwitchRoute: name, Device: "7000", Calling: party("1000"), Current: party("7000"), ReplyTimeoutMs: 4000,
			}}})
			c.expect(invoke + " <RouteRequest><crossRefIdentifier>" + ref + "</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID><currentRoute><deviceIdentifier>7000</deviceIdentifier></currentRoute><callingDevice><deviceIdentifier>1000</deviceIdentifier></callingDevice><routeingDevice><deviceIdentifier>7000</deviceIdentifier></routeingDevice><replyTimeout>2000</replyTimeout></RouteRequest>")
		}
		ask("r1", "1", "9000")
		c.send("0002", "<RouteSelect><crossRefIdentifier>1</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID><routeSelected>1002</routeSelected><routeUsedReq>true</routeUsedReq></RouteSelect>")
		q := cl.done(&fsmpb.Outcome{Result: fsmpb.OutcomeResult_DONE})
		if q.Service != fsmpb.Service_ROUTE_SELECT || q.Destination != "1002" || q.SwitchRoute != "r1" {
			t.Errorf("%v", q)
		}
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouteEnded{RouteEnded: &fsmpb.RouteEnded{SwitchRoute: "r1", Used: party("1002"), IsUsed: true}}})
		c.expect("9001 <RouteUsed><crossRefIdentifier>1</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID><routeUsed><deviceIdentifier>1002</deviceIdentifier></routeUsed></RouteUsed>")
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouteEnded{RouteEnded: &fsmpb.RouteEnded{SwitchRoute: "r1"}}})
		c.expect("9002 <RouteEnd><crossRefIdentifier>1</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID></RouteEnd>")
		// Too late: the dialogue is over.
		c.send("0003", "<RouteSelect><crossRefIdentifier>1</crossRefIdentifier><routeSelected>1002</routeSelected></RouteSelect>")
		c.expect("0003 <CSTAErrorCode><operation>invalidRouteingCrossRefID</operation></CSTAErrorCode>")

		// The switch wants another destination, and then ends the registration.
		ask("r0", "2", "9003")
		c.send("0003", "<RouteSelect><crossRefIdentifier>2</crossRefIdentifier><routeSelected>1002</routeSelected></RouteSelect>")
		cl.done(&fsmpb.Outcome{Result: fsmpb.OutcomeResult_DONE})
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouteEnded{RouteEnded: &fsmpb.RouteEnded{SwitchRoute: "r0", Reroute: true, ReplyTimeoutMs: 3000}}})
		c.expect("9004 <ReRoute><crossRefIdentifier>2</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID><replyTimeout>1500</replyTimeout></ReRoute>")
		c.quiet()
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouteEnded{RouteEnded: &fsmpb.RouteEnded{SwitchRoute: "r0"}}})
		c.expect("9005 <RouteEnd><crossRefIdentifier>2</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID></RouteEnd>")

		ask("r2", "3", "9006")
		c.send("0004", "<RouteReject><crossRefIdentifier>3</crossRefIdentifier><rejectCause>busyOverflow</rejectCause></RouteReject>")
		c.expect("9007 <RouteEnd><crossRefIdentifier>3</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID></RouteEnd>")
		if q := cl.done(&fsmpb.Outcome{Result: fsmpb.OutcomeResult_DONE}); q.Service != fsmpb.Service_ROUTE_END {
			t.Errorf("%v", q)
		}
		ask("r3", "4", "9008")
		cl.must(&fsmpb.Command{Kind: &fsmpb.Command_Expire{Expire: dueOf(t, cl.View(), fsmpb.DeadlineKind_ROUTE)}})
		c.expect("9009 <RouteEnd><crossRefIdentifier>4</crossRefIdentifier><routeRegisterReqID>1</routeRegisterReqID><errorValue><operation>routeingTimerExpired</operation></errorValue></RouteEnd>")
		c.send("0005", "<RouteRegisterCancel><routeRegisterReqID>1</routeRegisterReqID></RouteRegisterCancel>")
		c.expect("0005 <RouteRegisterCancelResponse/>")
		c.send("0006", "<RouteRegisterCancel><routeRegisterReqID>1</routeRegisterReqID></RouteRegisterCancel>")
		c.expect("0006 <CSTAErrorCode><operation>invalidRouteRegistrationCrossRefID</operation></CSTAErrorCode>")

		c.send("0007", "<RouteRegister><routeingDevice>7000</routeingDevice></RouteRegister>")
		synctest.Wait()
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouterUp{RouterUp: &fsmpb.RouterUp{Device: "7000", Up: true}}})
		c.expect("0007 <RouteRegisterResponse><routeRegisterReqID>2</routeRegisterReqID></RouteRegisterResponse>")
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouterUp{RouterUp: &fsmpb.RouterUp{Device: "7000", Category: "operation", Value: "invalidDeviceID"}}})
		c.expect("9010 <RouteRegisterAbort><routeRegisterReqID>2</routeRegisterReqID></RouteRegisterAbort>")
	})
}

// dueOf waits for the earliest deadline, which is of a kind, and gives the
// command that says that it passed.
func dueOf(t *testing.T, v *fsm.State, kind fsmpb.DeadlineKind) *fsmpb.Expire {
	t.Helper()
	d, ok := v.NextDeadline()
	if !ok || d.Kind != kind {
		t.Fatalf("next deadline %v", d)
	}
	time.Sleep(time.Until(time.UnixMilli(d.DueMs)))
	return &fsmpb.Expire{Kind: d.Kind, Key: d.Key, DueMs: d.DueMs}
}
