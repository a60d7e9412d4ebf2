package csta

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	ns3 = `xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3"`
	ns4 = `xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"`
	ns6 = `xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"`
	nsA = `xmlns="http://www.ecma-international.org/standards/ecma-354/appl_session"`
)

// What peers in the field send, and what it is read as.
func TestDecode_Lenient(t *testing.T) {
	monitor := &MonitorStart{MonitorObject: MonitorObject{DeviceObject: DeviceID{Value: "1000"}}, MonitorType: MonitorDevice}
	const monitorBody = `<monitorObject><deviceObject>1000</deviceObject></monitorObject><monitorType>device</monitorType>`
	answer := &AnswerCall{CallToBeAnswered: Connection("77", "1001")}
	for _, c := range []struct {
		name string
		body string
		want Message
		len  Leniency
	}{
		{"no namespace", `<MonitorStart>` + monitorBody + `</MonitorStart>`, monitor, LenientNamespace},
		{"edition 2", `<MonitorStart xmlns="http://www.ecma.ch/standards/ecma-323/csta/ed2">` + monitorBody + `</MonitorStart>`, monitor, LenientNamespace},
		{"the namespace of ECMA-354", `<MonitorStart ` + nsA + `>` + monitorBody + `</MonitorStart>`, monitor, LenientNamespace},
		{"a namespace of CSTA on ECMA-354", `<StopApplicationSession ` + ns3 + `><sessionID>1</sessionID></StopApplicationSession>`,
			&StopApplicationSession{SessionID: "1"}, LenientNamespace},
		{"single quotes", `<MonitorStart xmlns='http://www.ecma-international.org/standards/ecma-323/csta/ed4' >` + monitorBody + `</MonitorStart >`, monitor, 0},
		{"bound prefix", `<c:MonitorStart xmlns:c="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><c:monitorObject><c:deviceObject>1000</c:deviceObject></c:monitorObject><c:monitorType>device</c:monitorType></c:MonitorStart>`, monitor, 0},
		{"unbound prefix", `<ns1:StartApplicationSession><ns1:applicationInfo><ns1:applicationID>a</ns1:applicationID></ns1:applicationInfo></ns1:StartApplicationSession>`,
			&StartApplicationSession{ApplicationInfo: &ApplicationInfo{ApplicationID: "a"}}, LenientNamespace | LenientPrefix},
		{"deviceID before callID", `<AnswerCall ` + ns4 + `><callToBeAnswered><deviceID>1001</deviceID><callID>77</callID></callToBeAnswered></AnswerCall>`, answer, LenientOrder},
		{"callID alone", `<AnswerCall ` + ns4 + `><callToBeAnswered><callID>77</callID></callToBeAnswered></AnswerCall>`,
			&AnswerCall{CallToBeAnswered: ConnectionID{CallID: "77"}}, 0},
		{"wrapped deviceID", `<AnswerCall ` + ns4 + `><callToBeAnswered><callID>77</callID><deviceID><deviceIdentifier>1001</deviceIdentifier></deviceID></callToBeAnswered></AnswerCall>`, answer, LenientWrapping},
		{"wrapped deviceID, indented", "<AnswerCall " + ns4 + "><callToBeAnswered><callID>\n 77\n</callID><deviceID>\n <deviceIdentifier typeOfNumber='deviceNumber'>\n1001 </deviceIdentifier>\n</deviceID></callToBeAnswered></AnswerCall>",
			&AnswerCall{CallToBeAnswered: ConnectionID{"77", DeviceID{Value: "1001", TypeOfNumber: DeviceNumber}}}, LenientWrapping},
		{"required child missing", `<MonitorStart ` + ns4 + `><monitorType>device</monitorType></MonitorStart>`, &MonitorStart{MonitorType: MonitorDevice}, 0},
		{"white space in hexBinary", "<SetAgentState " + ns4 + "><password> 31 32\n33 34 </password></SetAgentState>",
			&SetAgentState{Password: []byte("1234")}, 0},
		{"lower case hexBinary", "<SetAgentState " + ns4 + "><password>cafe</password></SetAgentState>",
			&SetAgentState{Password: []byte("\xca\xfe")}, 0},
		{"heartbeat", `<SystemStatus/>`, &SystemStatus{}, LenientNamespace | LenientEmpty},
		{"heartbeat with namespace", `<SystemStatus ` + ns4 + `></SystemStatus>`, &SystemStatus{}, LenientEmpty},
		{"cross reference 0", `<MonitorStartResponse ` + ns4 + `><monitorCrossRefID>0</monitorCrossRefID></MonitorStartResponse>`,
			&MonitorStartResponse{MonitorCrossRefID: "0"}, 0},
		{"plain snapshotObject", `<SnapshotDevice ` + ns4 + `><snapshotObject>1000</snapshotObject></SnapshotDevice>`,
			&SnapshotDevice{SnapshotObject: DeviceID{Value: "1000"}}, 0},
		{"wrapped snapshotObject", `<SnapshotDevice ` + ns4 + `><snapshotObject><deviceIdentifier>1000</deviceIdentifier></snapshotObject></SnapshotDevice>`,
			&SnapshotDevice{SnapshotObject: DeviceID{Value: "1000"}}, LenientWrapping},
		{"snapshotObject wrapped twice", `<SnapshotDevice ` + ns4 + `><snapshotObject><deviceObject><deviceIdentifier>1000</deviceIdentifier></deviceObject></snapshotObject></SnapshotDevice>`,
			&SnapshotDevice{SnapshotObject: DeviceID{Value: "1000"}}, LenientWrapping},
		{"wrapped snapshotObject of a call", `<SnapshotCall ` + ns4 + `><snapshotObject><callIdentifier><callID>77</callID><deviceID>1</deviceID></callIdentifier></snapshotObject></SnapshotCall>`,
			&SnapshotCall{SnapshotObject: Connection("77", "1")}, LenientWrapping},
		{"bare serviceCrossRefID", `<SnapshotDeviceResponse><serviceCrossRefID>5</serviceCrossRefID></SnapshotDeviceResponse>`,
			&SnapshotDeviceResponse{CrossRefIDorSnapshotData: DeviceSnapshot{ServiceCrossRefID: "5"}}, LenientNamespace | LenientWrapping},
		{"bare snapshotData", `<SnapshotCallResponse ` + ns4 + `><snapshotData/><subjectOfCall>s</subjectOfCall></SnapshotCallResponse>`,
			&SnapshotCallResponse{SubjectOfCall: "s"}, LenientWrapping},
		{"response without namespace", `<SystemRegisterResponse><sysStatRegisterID>1</sysStatRegisterID></SystemRegisterResponse>`,
			&SystemRegisterResponse{SysStatRegisterID: "1"}, LenientNamespace},
		{"TransferredEvent", `<TransferredEvent ` + ns4 + `><monitorCrossRefID>1</monitorCrossRefID></TransferredEvent>`,
			&TransferedEvent{MonitorCrossRefID: "1"}, LenientSpelling},
		{"systemResourceAvailability", `<CSTAErrorCode ` + ns4 + `><systemResourceAvailability>generic</systemResourceAvailability></CSTAErrorCode>`,
			NewError(ErrorSystemResource, ResourceGeneric), LenientSpelling},
		{"unspecified error", `<CSTAErrorCode ` + ns4 + `><unspecified/></CSTAErrorCode>`, NewError(ErrorUnspecified, ""), 0},
		{"unknown child", `<MonitorStop ` + ns4 + `><eventTime>1</eventTime><monitorCrossRefID>1</monitorCrossRefID></MonitorStop>`,
			&MonitorStop{MonitorCrossRefID: "1"}, LenientUnknown},
		{"booleans", `<HoldCall ` + ns4 + `><connectionReservation> 1 </connectionReservation></HoldCall>`,
			&HoldCall{ConnectionReservation: new(true)}, 0},
		{"a boolean that is none", `<HoldCall ` + ns4 + `><connectionReservation>yes</connectionReservation></HoldCall>`, &HoldCall{}, LenientValue},
		{"a number that is none", `<ReRoute ` + ns4 + `><replyTimeout>99999999999999999999</replyTimeout></ReRoute>`, &ReRoute{}, LenientValue},
		{"hexBinary that is none", `<MakeCall ` + ns4 + `><accountCode>123</accountCode></MakeCall>`, &MakeCall{}, LenientValue},
		{"new destination flat in edition 6", `<DeflectCall ` + ns6 + `><newDestination typeOfNumber="other">1002</newDestination></DeflectCall>`,
			&DeflectCall{NewDestination: NewDestination{[]DeviceID{{Value: "1002", TypeOfNumber: OtherNumber}}}}, 0},
		{"new destination as list in edition 3", `<DeflectCall ` + ns3 + `><newDestination> <device>1002</device><device>1003</device></newDestination></DeflectCall>`,
			&DeflectCall{NewDestination: NewDestination{[]DeviceID{{Value: "1002"}, {Value: "1003"}}}}, 0},
		{"CDATA and comments in a text", `<SystemStatus ` + ns4 + `><systemStatus>nor<!-- x --><![CDATA[ma]]>l <?pi?> </systemStatus></SystemStatus>`,
			&SystemStatus{SystemStatus: StatusNormal}, 0},
		{"references", `<SnapshotDevice ` + ns4 + `><snapshotObject typeOfNumber="&#x6F;ther">N&lt;1000&gt;&quot;M&#252;ller &amp; S&apos;&#xf6;hne&quot;</snapshotObject></SnapshotDevice>`,
			&SnapshotDevice{SnapshotObject: DeviceID{Value: `N<1000>"Müller & S'öhne"`, TypeOfNumber: OtherNumber}}, 0},
		{"UTF-8", `<SnapshotDevice ` + ns4 + `><snapshotObject>Müller</snapshotObject></SnapshotDevice>`,
			&SnapshotDevice{SnapshotObject: DeviceID{Value: "Müller"}}, 0},
		{"ISO 8859-1", "<?xml version='1.0' encoding='ISO-8859-1'?><SnapshotDevice " + ns4 + "><snapshotObject>M\xfcller</snapshotObject></SnapshotDevice>",
			&SnapshotDevice{SnapshotObject: DeviceID{Value: "Müller"}}, LenientEncoding},
		{"terminator behind the root", `<SystemStatusResponse ` + ns4 + "/>\n\x00", &SystemStatusResponse{}, 0},
		{"cross reference of the client's own", `<MonitorStop ` + ns4 + `><monitorCrossRefID>a&amp;b</monitorCrossRefID></MonitorStop>`,
			&MonitorStop{MonitorCrossRefID: "a&b"}, 0},
	} {
		m, info := decode(t, c.body)
		if diff := cmp.Diff(c.want, m); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if info.Leniencies != c.len {
			t.Errorf("%s: leniencies %q instead of %q (unknown %q, bad value %q)",
				c.name, info.Leniencies, c.len, info.Unknown, info.BadValue)
		}
	}
}

func TestDecode_Info(t *testing.T) {
	for _, c := range []struct {
		body string
		want Info
	}{
		{`<MonitorStop ` + ns4 + `/>`, Info{Root: "MonitorStop", Edition: Ed4,
			Namespace: "http://www.ecma-international.org/standards/ecma-323/csta/ed4"}},
		{`<c:MonitorStop xmlns:c="http://www.ecma-international.org/standards/ecma-323/csta/ed5"/>`, Info{Root: "MonitorStop",
			Prefix: "c", Edition: Ed5, Namespace: "http://www.ecma-international.org/standards/ecma-323/csta/ed5"}},
		// A real switch declares a prefix only and uses none.
		{`<StartApplicationSessionPosResponse xmlns:csta="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><sessionID>123456789</sessionID></StartApplicationSessionPosResponse>`,
			Info{Root: "StartApplicationSessionPosResponse", Edition: Ed4, Leniencies: LenientNamespace}},
		{`<x:Nonsense><y/></x:Nonsense>`, Info{Root: "Nonsense", Prefix: "x", Leniencies: LenientNamespace | LenientPrefix}},
		{`<MonitorStop ` + ns6 + ` xmlns:o="http://www.ecma-international.org/standards/ecma-323/csta/ed3"/>`,
			Info{Root: "MonitorStop", Edition: Ed6, Namespace: "http://www.ecma-international.org/standards/ecma-323/csta/ed6"}},
		{`<MonitorStop xmlns:o="http://www.ecma-international.org/standards/ecma-323/csta/ed3" ` + ns6 + `/>`,
			Info{Root: "MonitorStop", Edition: Ed6, Namespace: "http://www.ecma-international.org/standards/ecma-323/csta/ed6"}},
		{`<MakeCall ` + ns6 + `><foo/><accountCode>x</accountCode><bar/><authCode>y</authCode></MakeCall>`, Info{Root: "MakeCall", Edition: Ed6,
			Namespace:  "http://www.ecma-international.org/standards/ecma-323/csta/ed6",
			Leniencies: LenientUnknown | LenientValue, Unknown: "foo", BadValue: "accountCode"}},
	} {
		if _, info := decode(t, c.body); info != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.body, info, c.want)
		}
	}
}

func TestDecode_UnknownRoot(t *testing.T) {
	m, _ := decode(t, `<c:ParkCall xmlns:c="http://www.ecma-international.org/standards/ecma-323/csta/ed6"><c:parking><c:callID>1</c:callID></c:parking></c:ParkCall>`)
	u, ok := m.(*UnknownMessage)
	if !ok || u.Root != "ParkCall" || u.Name() != "ParkCall" {
		t.Fatalf("%#v", m)
	}
	if _, err := Append(nil, m, Ed6); err == nil {
		t.Error("an unknown message can be sent")
	}
	want := `<CSTAErrorCode ` + ns6 + `><operation>serviceNotSupported</operation></CSTAErrorCode>`
	if got := encode(t, NewError(ErrorOperation, OpServiceNotSupported), Ed6); got != want {
		t.Errorf("got %s", got)
	}
}

func TestLeniency_String(t *testing.T) {
	if got := (LenientOrder | LenientSpelling | LenientEmpty).String(); got != "child order, spelling, empty status" {
		t.Error(got)
	}
	if got := Leniency(0).String(); got != "" {
		t.Error(got)
	}
	if n := strings.Count((LenientEmpty<<1 - 1).String(), ","); n != 8 {
		t.Errorf("%d of 9 leniencies have a name", n+1)
	}
}
