package csta

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The two messages that the reference shows in full.
func TestAppend_FullShape(t *testing.T) {
	for _, c := range []struct {
		m    Message
		ed   Edition
		want string
	}{
		{&DeliveredEvent{MonitorCrossRefID: "101", Connection: Connection("77", "1001"), AlertingDevice: Subject("1001"),
			CallingDevice: Subject("1000"), CalledDevice: Subject("1001"),
			LastRedirectionDevice: RedirectionDeviceID{Kind: DeviceNotRequired}, LocalConnectionInfo: StateAlerting, Cause: CauseNewCall}, Ed4,
			`<DeliveredEvent xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><monitorCrossRefID>101</monitorCrossRefID><connection><callID>77</callID><deviceID>1001</deviceID></connection><alertingDevice><deviceIdentifier>1001</deviceIdentifier></alertingDevice><callingDevice><deviceIdentifier>1000</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1001</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice><localConnectionInfo>alerting</localConnectionInfo><cause>newCall</cause></DeliveredEvent>`},
		{&ConnectionClearedEvent{MonitorCrossRefID: "101", DroppedConnection: Connection("77", "1000"),
			ReleasingDevice: SubjectDeviceID{Kind: DeviceNotKnown}, LocalConnectionInfo: StateNull, Cause: CauseSwitchingFunctionTerminated}, Ed6,
			`<ConnectionClearedEvent xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"><monitorCrossRefID>101</monitorCrossRefID><droppedConnection><callID>77</callID><deviceID>1000</deviceID></droppedConnection><releasingDevice><notKnown/></releasingDevice><localConnectionInfo>null</localConnectionInfo><cause>switchingFunctionTerminated</cause></ConnectionClearedEvent>`},
		{&StartApplicationSessionPosResponse{SessionID: "123456789", ActualProtocolVersion: Ed4.Namespace(), ActualSessionDuration: new(600)}, Ed4,
			`<StartApplicationSessionPosResponse xmlns="http://www.ecma-international.org/standards/ecma-354/appl_session"><sessionID>123456789</sessionID><actualProtocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed4</actualProtocolVersion><actualSessionDuration>600</actualSessionDuration></StartApplicationSessionPosResponse>`},
		{&TransferCall{HeldCall: Connection("1", "a"), ActiveCall: Connection("2", "b")}, Ed3,
			`<TransferCall xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3"><heldCall><callID>1</callID><deviceID>a</deviceID></heldCall><activeCall><callID>2</callID><deviceID>b</deviceID></activeCall></TransferCall>`},
		{&ReconnectCall{HeldCall: Connection("1", "a"), ActiveCall: Connection("2", "b")}, Ed5,
			`<ReconnectCall xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed5"><activeCall><callID>2</callID><deviceID>b</deviceID></activeCall><heldCall><callID>1</callID><deviceID>a</deviceID></heldCall></ReconnectCall>`},
		{&SystemRegisterResponse{SysStatRegisterID: "1", ActualStatusFilter: StatusFilter{Present: StatusBitMessageLost}}, Ed4,
			`<SystemRegisterResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><sysStatRegisterID>1</sysStatRegisterID><actualStatusFilter><messageLost>false</messageLost></actualStatusFilter></SystemRegisterResponse>`},
		{&SystemStatus{SystemStatus: StatusMessagesLost}, Ed4,
			`<SystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><systemStatus>messagesLost</systemStatus></SystemStatus>`},
		{&SnapshotDeviceResponse{}, Ed4,
			`<SnapshotDeviceResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><crossRefIDorSnapshotData><snapshotData></snapshotData></crossRefIDorSnapshotData></SnapshotDeviceResponse>`},
		{&Escape{PrivateData: &PrivateData{String: []byte{0xca, 0xfe}}}, Ed4,
			`<Escape xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><privateData><string>CAFE</string></privateData></Escape>`},
		{NewError(ErrorUnspecified, ""), Ed4,
			`<CSTAErrorCode xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><unspecified/></CSTAErrorCode>`},
		{NewError(ErrorPrivateCode, "a<b"), Ed4,
			`<CSTAErrorCode xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><privateErrorCode>a&lt;b</privateErrorCode></CSTAErrorCode>`},
	} {
		if got := encode(t, c.m, c.ed); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// Text leaves in ASCII, and comes back as it was.
func TestAppend_Text(t *testing.T) {
	for text, want := range map[string]string{
		`1000`:                      `1000`,
		`N<1000>"A & B'`:            `N&lt;1000&gt;&quot;A &amp; B'`,
		`Müller`:                    `M&#252;ller`,
		`日本`:                        `&#26085;&#26412;`,
		"\U0001F4DE":                `&#128222;`,
		" two  words ":              `&#32;two  words&#32;`,
		" ":                         `&#32;`,
		"a\r\nb\tc":                 `a&#13;&#10;b&#9;c`,
		"\u007f\u0085\ufffd":        `&#127;&#133;&#65533;`,
		"]]>":                       `]]&gt;`,
		"sip:1000@pbx.example;x=y%": `sip:1000@pbx.example;x=y%`,
	} {
		m := &SnapshotDevice{SnapshotObject: DeviceID{Value: text, TypeOfNumber: text}}
		out := encode(t, m, Ed4)
		if !strings.Contains(out, `<snapshotObject typeOfNumber="`+want+`">`+want+`</snapshotObject>`) {
			t.Errorf("%q: %s", text, out)
		}
		back, _ := decode(t, out)
		if diff := cmp.Diff(Message(m), back); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	// What XML can't hold.
	for _, text := range []string{"a\x00b", "a\xffb", "a\x1fb", "a\ufffeb"} {
		out := encode(t, &SnapshotDevice{SnapshotObject: DeviceID{Value: text}}, Ed4)
		if !strings.Contains(out, `>a&#65533;b<`) {
			t.Errorf("%q: %s", text, out)
		}
	}
}

func TestAppend_Missing(t *testing.T) {
	full := func() *DeliveredEvent {
		return &DeliveredEvent{MonitorCrossRefID: "1", Connection: Connection("77", "1001"), Cause: CauseNormal}
	}
	for element, spoil := range map[string]func(*DeliveredEvent){
		"":                  func(*DeliveredEvent) {},
		"monitorCrossRefID": func(e *DeliveredEvent) { e.MonitorCrossRefID = "" },
		"connection":        func(e *DeliveredEvent) { e.Connection = ConnectionID{} },
		"cause":             func(e *DeliveredEvent) { e.Cause = "" },
	} {
		m := full()
		spoil(m)
		out, err := Append([]byte("before"), m, Ed4)
		var missing *MissingError
		if element == "" {
			// A device that the schema requires and nobody knows is notKnown.
			for _, name := range []string{"alertingDevice", "callingDevice", "calledDevice", "lastRedirectionDevice"} {
				if !strings.Contains(string(out), "<"+name+"><notKnown/></"+name+">") {
					t.Errorf("%s is not notKnown: %s", name, out)
				}
			}
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if !errors.As(err, &missing) || missing.Element != element || missing.Message != "DeliveredEvent" || string(out) != "before" {
			t.Errorf("without %s: %v, %q", element, err, out)
		}
		if Check(m, Ed4) == nil {
			t.Errorf("without %s: Check finds nothing", element)
		}
	}
	for element, m := range map[string]Message{
		"sessionID":          &StopApplicationSession{},
		"callObject":         &MonitorStart{},
		"systemStatus":       &SystemStatus{},
		"newDestination":     &DeflectCall{CallToBeDiverted: Connection("1", "2")},
		"snapshotObject":     &SnapshotCall{},
		"error category":     &CSTAErrorCode{},
		"operation":          NewError(ErrorOperation, ""),
		"heldCall":           &TransferCall{},
		"activeCall":         &ReconnectCall{},
		"crossRefIdentifier": &RouteEnd{},
		"transferredConnections": &TransferedEvent{MonitorCrossRefID: "1", PrimaryOldCall: Connection("1", "2"),
			Cause: CauseTransfer},
	} {
		var missing *MissingError
		if err := Check(m, Ed6); !errors.As(err, &missing) || missing.Element != element {
			t.Errorf("%s without %s: %v", m.Name(), element, err)
		}
	}
}

func TestAppend_Device(t *testing.T) {
	d := DeviceID{Value: "1000", TypeOfNumber: ExplicitPrivate + "localNumber", Attributes: &DeviceAttributes{
		MediaClass: "voice im", ConnectionRate: "64", BitRate: "constant", DelayTolerance: "5",
		SwitchingSubDomainCCIEType: "isdn", SwitchingSubDomainInformationElements: "00", PrivateNumber: "true", PrivateName: "false"}}
	m := &GetForwarding{Device: d}
	const head = `<GetForwarding ` + ns6 + `><device typeOfNumber="explicitPrivate:localNumber" mediaClass="voice im" connectionRate="64" ` +
		`bitRate="constant" delayTolerance="5" switchingSubDomainCCIEType="isdn" switchingSubDomainInformationElements="00"`
	want := head + ` privateNumber="true" privateName="false">1000</device></GetForwarding>`
	if got := encode(t, m, Ed6); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	back, info := decode(t, want)
	if diff := cmp.Diff(Message(m), back); diff != "" || info.Leniencies != 0 {
		t.Errorf("%v %s", info.Leniencies, diff)
	}
	want = strings.ReplaceAll(head, "ed6", "ed4") + `>1000</device></GetForwarding>`
	if got := encode(t, m, Ed4); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Each alternative of a device, read and written.
func TestDevice_Alternatives(t *testing.T) {
	for element, kind := range map[string]DeviceKind{"notKnown": DeviceNotKnown, "restricted": DeviceRestricted,
		"notRequired": DeviceNotRequired, "notSpecified": DeviceNotSpecified} {
		if kind.String() != element {
			t.Errorf("%d is called %s", kind, kind)
		}
		if kind <= DeviceRestricted {
			body := `<RouteRequest ` + ns4 + `><crossRefIdentifier>1</crossRefIdentifier><currentRoute><` + element + `/></currentRoute></RouteRequest>`
			m, _ := decode(t, body)
			if got := m.(*RouteRequest).CurrentRoute; got != (SubjectDeviceID{Kind: kind}) {
				t.Errorf("%s: %+v", element, got)
			}
			if got := encode(t, m, Ed4); got != body {
				t.Errorf("got %s", got)
			}
		}
		body := `<DivertedEvent ` + ns4 + `><monitorCrossRefID>1</monitorCrossRefID><lastRedirectionDevice><` + element + `></` + element +
			`></lastRedirectionDevice></DivertedEvent>`
		m, _ := decode(t, body)
		if got := m.(*DivertedEvent).LastRedirectionDevice; got != (RedirectionDeviceID{Kind: kind}) {
			t.Errorf("%s: %+v", element, got)
		}
	}
	if got := Redirection("1"); got.Kind.String() != "deviceIdentifier" || DeviceAbsent.String() != "" {
		t.Errorf("%+v", got)
	}
}

// Choices write one alternative, the first that is set.
func TestAppend_Choices(t *testing.T) {
	for want, m := range map[string]Message{
		`<monitorObject><deviceObject>1</deviceObject></monitorObject>`: &MonitorStart{MonitorObject: MonitorObject{
			DeviceObject: DeviceID{Value: "1"}, CallObject: Connection("2", "3")}},
		`<monitorObject><callObject><callID>2</callID><deviceID>3</deviceID></callObject></monitorObject>`: &MonitorStart{
			MonitorObject: MonitorObject{CallObject: Connection("2", "3")}},
		`<crossRefIDorSnapshotData><serviceCrossRefID>4</serviceCrossRefID></crossRefIDorSnapshotData>`: &SnapshotDeviceResponse{
			CrossRefIDorSnapshotData: DeviceSnapshot{ServiceCrossRefID: "4", SnapshotData: []SnapshotDeviceResponseInfo{{}}}},
		`<crossRefIDorRegistrationData><monitorList></monitorList></crossRefIDorRegistrationData>`: &GetMonitorsResponse{},
		`<crossRefIDorRegistrationData><serviceCrossRefID>4</serviceCrossRefID></crossRefIDorRegistrationData>`: &GetMonitorsResponse{
			CrossRefIDorRegistrationData: MonitorData{ServiceCrossRefID: "4", MonitorList: []MonitorListEntry{{}}}},
		`<errorCode><applError>x</applError></errorCode>`: &StartApplicationSessionNegResponse{ErrorCode: &SessionError{ApplError: "x"}},
		`<errorCode><definedError>serverResourcesBusy</definedError></errorCode>`: &StartApplicationSessionNegResponse{
			ErrorCode: &SessionError{DefinedError: SessionServerResourcesBusy, ApplError: "x"}},
		`<sessionEndReason><appEndReason>x</appEndReason></sessionEndReason>`: &StopApplicationSession{SessionID: "1",
			SessionEndReason: &SessionEndReason{AppEndReason: "x"}},
		`<sessionTermReason><serverTermReason>x</serverTermReason></sessionTermReason>`: &ApplicationSessionTerminated{SessionID: "1",
			SessionTermReason: &SessionTermReason{ServerTermReason: "x"}},
		`<remainRetries><noListAvailable/></remainRetries>`: &RouteSelect{CrossRefIdentifier: "1", RouteSelected: DeviceID{Value: "2"},
			RemainRetries: &RemainRetries{NoListAvailable: true}},
		`<remainRetries><retryCount>0</retryCount></remainRetries>`: &RouteSelect{CrossRefIdentifier: "1", RouteSelected: DeviceID{Value: "2"},
			RemainRetries: &RemainRetries{RetryCount: new(0), NoCountAvailable: true}},
		`<privateData><private><a/></private></privateData>`: &Escape{PrivateData: &PrivateData{Private: "<a/>", String: []byte("x")}},
	} {
		if got := encode(t, m, Ed6); !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
