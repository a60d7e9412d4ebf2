package csta

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readSamples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/handmade/*.xml")
	if err != nil || len(files) != 34 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	samples := map[string][]byte{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		samples[filepath.Base(file)] = bytes.TrimSpace(body)
	}
	return samples
}

func TestSamples_ReadAndWrittenBack(t *testing.T) {
	for name, body := range readSamples(t) {
		m, info := decode(t, string(body))
		if info.Leniencies != 0 || info.Edition != Ed6 || info.Root != m.Name() {
			t.Errorf("%s: %+v", name, info)
		}
		if got := encode(t, m, Ed6); got != string(body) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, body)
		}
	}
}

// The samples with the indentation that some servers send.
func TestSamples_PrettyPrinted(t *testing.T) {
	for name, body := range readSamples(t) {
		want, _ := decode(t, string(body))
		pretty := strings.ReplaceAll(string(body), "><", ">\r\n\t <!-- a > comment --> <")
		got, info := decode(t, "\xef\xbb\xbf"+Declaration+"\n<!-- x -->\n"+pretty+"\n\n")
		if diff := cmp.Diff(want, got); diff != "" || info.Leniencies != 0 {
			t.Errorf("%s: %v\n%s", name, info.Leniencies, diff)
		}
	}
}

// What the samples say, field by field.
func TestSamples_Values(t *testing.T) {
	subject := func(n string) SubjectDeviceID {
		return SubjectDeviceID{Kind: DeviceIdentifier, Device: DeviceID{Value: n}}
	}
	want := map[string]Message{
		"AgentLoggedOnEvent.xml": &AgentLoggedOnEvent{MonitorCrossRefID: "101", AgentDevice: subject("1000"),
			AgentID: "4711", AcdGroup: DeviceID{Value: "7000"}},
		"CSTAErrorCode-sys.xml": &CSTAErrorCode{ErrorCode{"systemResourceAvailibility", "networkOutOfService"}},
		"CSTAErrorCode.xml":     &CSTAErrorCode{ErrorCode{"stateIncompatibility", "invalidConnectionState"}},
		"ConnectionClearedEvent.xml": &ConnectionClearedEvent{MonitorCrossRefID: "101",
			DroppedConnection: ConnectionID{"77", DeviceID{Value: "1000"}}, ReleasingDevice: SubjectDeviceID{Kind: DeviceNotKnown},
			LocalConnectionInfo: "null", Cause: "switchingFunctionTerminated"},
		"DeflectCall.xml": &DeflectCall{CallToBeDiverted: ConnectionID{"77", DeviceID{Value: "1001"}},
			NewDestination: NewDestination{[]DeviceID{{Value: "1002"}}}},
		"DivertedEvent.xml": &DivertedEvent{MonitorCrossRefID: "103", Connection: ConnectionID{"77", DeviceID{Value: "7000"}},
			DivertingDevice: subject("7000"), NewDestination: subject("1002"), CallingDevice: subject("1000"),
			CalledDevice: subject("7000"), LastRedirectionDevice: RedirectionDeviceID{Kind: DeviceNotRequired},
			LocalConnectionInfo: "null", Cause: "distributed"},
		"GetAgentStateResponse.xml": &GetAgentStateResponse{AgentStateList: []AgentStateEntry{{AgentID: "4711",
			LoggedOnState: true, AgentInfo: []AgentInfoItem{{AcdGroup: DeviceID{Value: "7000"}, AgentState: "agentReady"}}}}},
		"HeldEvent.xml": &HeldEvent{MonitorCrossRefID: "101", HeldConnection: ConnectionID{"77", DeviceID{Value: "1000"}},
			HoldingDevice: subject("1000"), LocalConnectionInfo: "hold", Cause: "normal"},
		"MonitorStart.xml": &MonitorStart{MonitorObject: MonitorObject{DeviceObject: DeviceID{Value: "1000",
			TypeOfNumber: "dialingNumber"}}, RequestedMonitorFilter: MonitorFilter{Groups: GroupCallControl, Present: FilterHeld},
			MonitorType: "device"},
		"MonitorStartResponse.xml": &MonitorStartResponse{MonitorCrossRefID: "101", MonitorExistingCalls: new(true)},
		"QueuedEvent.xml": &QueuedEvent{MonitorCrossRefID: "103", QueuedConnection: ConnectionID{"77", DeviceID{Value: "7000"}},
			Queue: subject("7000"), CallingDevice: subject("1000"), CalledDevice: subject("7000"),
			LastRedirectionDevice: RedirectionDeviceID{Kind: DeviceNotRequired}, NumberQueued: new(1),
			LocalConnectionInfo: "queued", Cause: "noAvailableAgents"},
		"RequestSystemStatusResponse.xml": &RequestSystemStatusResponse{SystemStatus: "normal"},
		"RouteEnd.xml": &RouteEnd{CrossRefIdentifier: "5001", RouteRegisterReqID: "1",
			ErrorValue: &ErrorCode{"operation", "routeingTimerExpired"}},
		"RouteRequest.xml": &RouteRequest{CrossRefIdentifier: "5001", RouteRegisterReqID: "1", CurrentRoute: subject("7000"),
			CallingDevice: subject("1000"), RouteingDevice: subject("7000"), RoutedCall: ConnectionID{"77", DeviceID{Value: "7000"}}},
		"RouteSelect.xml": &RouteSelect{CrossRefIdentifier: "5001", RouteRegisterReqID: "1", RouteSelected: DeviceID{Value: "1002"}},
		"SetAgentState.xml": &SetAgentState{Device: DeviceID{Value: "1000"}, RequestedAgentState: "loggedOn", AgentID: "4711",
			Password: []byte("1234"), Group: DeviceID{Value: "7000"}},
		"SnapshotCallResponse.xml": &SnapshotCallResponse{CrossRefIDorSnapshotData: CallSnapshot{SnapshotData: []SnapshotCallResponseInfo{{
			DeviceOnCall: subject("1000"), CallIdentifier: ConnectionID{"77", DeviceID{Value: "1000"}}, LocalConnectionInfo: "connected"}}}},
		"SnapshotDeviceResponse.xml": &SnapshotDeviceResponse{CrossRefIDorSnapshotData: DeviceSnapshot{SnapshotData: []SnapshotDeviceResponseInfo{{
			ConnectionIdentifier: ConnectionID{"77", DeviceID{Value: "1000"}}, EndpointDevice: subject("1001"),
			LocalCallState: LocalCallState{CompoundCallState: []LocalConnectionState{"connected", "alerting"}}}}}},
		"SystemRegister.xml": &SystemRegister{RequestTypes: RequestTypes{
			Present: RegisterSystemStatus | RegisterRequestSystemStatus, Set: RegisterSystemStatus}},
		"SystemStatus.xml": &SystemStatus{SystemStatus: "normal"},
		"TransferCall.xml": &TransferCall{HeldCall: ConnectionID{"77", DeviceID{Value: "1001"}},
			ActiveCall: ConnectionID{"78", DeviceID{Value: "1001"}}},
		"TransferedEvent.xml": &TransferedEvent{MonitorCrossRefID: "101", PrimaryOldCall: ConnectionID{"77", DeviceID{Value: "1001"}},
			SecondaryOldCall: ConnectionID{"78", DeviceID{Value: "1001"}}, TransferringDevice: subject("1001"),
			TransferredToDevice: subject("1002"), TransferredConnections: []ConnectionListItem{
				{NewConnection: ConnectionID{"78", DeviceID{Value: "1000"}}, OldConnection: ConnectionID{"77", DeviceID{Value: "1000"}},
					Endpoint: Endpoint{Kind: DeviceIdentifier, Device: DeviceID{Value: "1000"}}},
				{NewConnection: ConnectionID{"78", DeviceID{Value: "1002"}}}},
			LocalConnectionInfo: "null", Cause: "transfer"},
		"ServiceInitiatedEvent.xml": &ServiceInitiatedEvent{MonitorCrossRefID: "101", InitiatedConnection: ConnectionID{"77", DeviceID{Value: "1000"}},
			InitiatingDevice: subject("1000"), LocalConnectionInfo: "initiated", Cause: "makeCall"},
		"OriginatedEvent.xml": &OriginatedEvent{MonitorCrossRefID: "101", OriginatedConnection: ConnectionID{"77", DeviceID{Value: "1000"}},
			CallingDevice: subject("1000"), CalledDevice: subject("7000"), LocalConnectionInfo: "connected", Cause: "newCall"},
		"DeliveredEvent.xml": &DeliveredEvent{MonitorCrossRefID: "102", Connection: ConnectionID{"77", DeviceID{Value: "1001"}},
			AlertingDevice: subject("1001"), CallingDevice: SubjectDeviceID{Kind: DeviceIdentifier, Device: DeviceID{Value: "+15550100",
				TypeOfNumber: "implicitPublic"}}, CalledDevice: subject("7000"),
			LastRedirectionDevice: RedirectionDeviceID{Kind: DeviceIdentifier, Device: DeviceID{Value: "7000"}}, LocalConnectionInfo: "alerting",
			CorrelatorData: []byte("Order=4711"), UserData: []byte("Kunde=0015;Sprache de\x00\xff"), Cause: "distributed",
			NetworkCallingDevice: subject("+15550100"), NetworkCalledDevice: subject("+15550170"),
			CallLinkageData: &CallLinkageData{GlobalCallData: GlobalCallData{GlobalCallSwitchingSubDomainName: "pbx.example",
				GlobalCallLinkageID: "<subDomainCallLinkageID>00A1B2C3</subDomainCallLinkageID>"}}},
		"EstablishedEvent.xml": &EstablishedEvent{MonitorCrossRefID: "102", EstablishedConnection: ConnectionID{"77", DeviceID{Value: "1001"}},
			AnsweringDevice: subject("1001"), CallingDevice: subject("1000"), CalledDevice: subject("7000"),
			LastRedirectionDevice: RedirectionDeviceID{Kind: DeviceIdentifier, Device: DeviceID{Value: "7000"}},
			LocalConnectionInfo:   "connected", Cause: "newCall"},
		"RetrievedEvent.xml": &RetrievedEvent{MonitorCrossRefID: "101", RetrievedConnection: ConnectionID{"77", DeviceID{Value: "1000"}},
			RetrievingDevice: subject("1000"), LocalConnectionInfo: "connected", Cause: "normal"},
		"MakeCall.xml": &MakeCall{CallingDevice: DeviceID{Value: "1000"}, CalledDirectoryNumber: DeviceID{Value: "7000"},
			AutoOriginate: "doNotPrompt", CorrelatorData: []byte("Order=4711")},
		"MakeCallResponse.xml":   &MakeCallResponse{CallingDevice: ConnectionID{"77", DeviceID{Value: "1000"}}},
		"AnswerCall.xml":         &AnswerCall{CallToBeAnswered: ConnectionID{"77", DeviceID{Value: "1001"}}},
		"AnswerCallResponse.xml": &AnswerCallResponse{},
		"ClearConnection.xml":    &ClearConnection{ConnectionToBeCleared: ConnectionID{"77", DeviceID{Value: "1000"}}},
		"SnapshotDevice.xml":     &SnapshotDevice{SnapshotObject: DeviceID{Value: "1000"}},
		"SnapshotDeviceResponse-calls.xml": &SnapshotDeviceResponse{CrossRefIDorSnapshotData: DeviceSnapshot{SnapshotData: []SnapshotDeviceResponseInfo{
			{ConnectionIdentifier: ConnectionID{"77", DeviceID{Value: "1000"}}, EndpointDevice: subject("1001"),
				LocalCallState: LocalCallState{CompoundCallState: []LocalConnectionState{"connected", "connected"}}},
			{ConnectionIdentifier: ConnectionID{"78", DeviceID{Value: "1000"}}, EndpointDevice: subject("1002"),
				LocalCallState: LocalCallState{CompoundCallState: []LocalConnectionState{"hold", "connected"}}},
			{ConnectionIdentifier: ConnectionID{"79", DeviceID{Value: "1000"}}, EndpointDevice: subject("+15550100"),
				LocalCallState: LocalCallState{CompoundCallState: []LocalConnectionState{"alerting", "connected"}}},
			{ConnectionIdentifier: ConnectionID{"80", DeviceID{Value: "1000"}}, EndpointDevice: subject("7000"),
				LocalCallState: LocalCallState{CompoundCallState: []LocalConnectionState{"connected", "queued"}}}}}},
	}
	for name, body := range readSamples(t) {
		got, _ := decode(t, string(body))
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
