package csta

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

// A line of testdata/schema.txt.
type schemaMessage struct {
	name     string
	children []schemaChild
}

type schemaChild struct {
	name, kind string
	ed6        bool
}

func loadSchema(t testing.TB) []schemaMessage {
	t.Helper()
	f, err := os.Open("testdata/schema.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []schemaMessage
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		name, rest, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		m := schemaMessage{name: name}
		for _, word := range strings.Fields(rest) {
			word, ed6 := strings.CutSuffix(word, "+6")
			child, kind, _ := strings.Cut(word, ":")
			m.children = append(m.children, schemaChild{child, kind, ed6})
		}
		all = append(all, m)
	}
	return all
}

// sample is the content of a child of some kind, made distinct by n; attrs go
// into its start tag.
func sample(t *testing.T, kind string, n int, ed Edition) string {
	conn := func(n int) string {
		return fmt.Sprintf("<callID>c%d</callID><deviceID>10%02d</deviceID>", n, n)
	}
	switch kind {
	case "text":
		return fmt.Sprintf("word%d", n)
	case "int", "dev":
		return fmt.Sprintf("10%02d", n)
	case "bool":
		return "true"
	case "hex":
		return fmt.Sprintf("3132%02X", n)
	case "raw":
		return fmt.Sprintf(`<inner n="%d">x</inner>`, n)
	case "conn":
		return conn(n)
	case "conns":
		return "<connectionListItem><newConnection>" + conn(n) + "</newConnection><oldConnection>" + conn(n+40) +
			"</oldConnection><endpoint><deviceID>1000</deviceID></endpoint><associatedNID><notKnown/></associatedNID>" +
			"<resultingConnectionInfo><flowDirection>none</flowDirection></resultingConnectionInfo></connectionListItem>" +
			"<connectionListItem><endpoint><restricted/></endpoint></connectionListItem>"
	case "subj":
		return fmt.Sprintf("<deviceIdentifier>10%02d</deviceIdentifier>", n)
	case "redir":
		return fmt.Sprintf("<numberDialed>10%02d</numberDialed>", n)
	case "data":
		return fmt.Sprintf("<string>CAFE%02X</string>", n)
	case "cc":
		if ed < Ed6 {
			return "<acdCall>true</acdCall><maintainanceCall>false</maintainanceCall>"
		}
		return "<acdCall>true</acdCall><maintainanceCall>false</maintainanceCall><encryptedCall>true</encryptedCall>"
	case "link":
		return "<globalCallData><globalCallSwitchingSubDomainName>here</globalCallSwitchingSubDomainName>" +
			"<globalCallLinkageID><subDomainCallLinkageID>0A</subDomainCallLinkageID></globalCallLinkageID>" +
			"<callLinkageIDTimestamp>20261101120000</callLinkageIDTimestamp></globalCallData>" +
			"<threadData><threadSwitchingSubDomainName>there</threadSwitchingSubDomainName>" +
			"<threadLinkageID><subDomainThreadID>0B</subDomainThreadID></threadLinkageID>" +
			"<threadIDTimeStamp>20261101120001</threadIDTimeStamp></threadData>"
	case "filter":
		return "<callcontrol><bridged>true</bridged><held>false</held><transferred>true</transferred></callcontrol>" +
			"<callAssociated><callInformation>false</callInformation></callAssociated>" +
			"<mediaAttachment></mediaAttachment>" +
			"<logicalDeviceFeature><agentBusy>true</agentBusy><routeingMode>true</routeingMode></logicalDeviceFeature>" +
			"<maintenance><partiallyInService>false</partiallyInService></maintenance>"
	case "statusFilter":
		return "<initializing>true</initializing><messageLost>false</messageLost><overloadRelieved>true</overloadRelieved>"
	case "requestTypes":
		return "<systemStatus>true</systemStatus><requestSystemStatus>false</requestSystemStatus>" +
			"<switchingFunctionCapsChanged>false</switchingFunctionCapsChanged>" +
			"<switchingFunctionDevicesChanged>true</switchingFunctionDevicesChanged>"
	case "monitorObject":
		return `<deviceObject typeOfNumber="deviceNumber">1000</deviceObject>`
	case "dest":
		if ed < Ed6 {
			return "1002"
		}
		return "<device>1002</device><device>1003</device>"
	case "security":
		return "<messageSequenceNumber>7</messageSequenceNumber><timeStamp>20261101120000</timeStamp>" +
			"<securityInfo><string>00</string></securityInfo>"
	case "private":
		return `<private><v:vendor xmlns:v="urn:v" v:a="1">x<v:b/></v:vendor></private>`
	case "error":
		return "<stateIncompatibility>noActiveCall</stateIncompatibility>"
	case "origin":
		return "<internal>true</internal><external>false</external>"
	case "retries":
		return "<retryCount>3</retryCount>"
	case "agents":
		return "<agentStateEntry><agentID>4711</agentID><loggedOnState>true</loggedOnState><agentInfo><agentInfoItem>" +
			"<acdGroup>7000</acdGroup><agentState>agentBusy</agentState><pendingAgentState>agentNotReady</pendingAgentState>" +
			"<agentStateCondition>forcedPause</agentStateCondition></agentInfoItem></agentInfo></agentStateEntry>" +
			"<agentStateEntry><loggedOnState>false</loggedOnState></agentStateEntry>"
	case "forwards":
		item := "<forwardListItem><forwardingType>forwardNoAns</forwardingType><forwardStatus>true</forwardStatus>" +
			"<forwardDN>1002</forwardDN><forwardDefault>forwardDN</forwardDefault><ringCount>3</ringCount>"
		if ed >= Ed6 {
			item += "<ringDuration>15</ringDuration>"
		}
		return item + "</forwardListItem>"
	case "serviceRef":
		return "<serviceCrossRefID>9</serviceCrossRefID>"
	case "monitors":
		return "<monitorList>" + sample(t, "monitorList", n, ed) + "</monitorList>"
	case "monitorList":
		return "<monitorListEntry><monitorCrossRefID>101</monitorCrossRefID><monitorObject>1000</monitorObject></monitorListEntry>"
	case "deviceSnapshot":
		return "<snapshotData>" + sample(t, "deviceInfos", n, ed) + "</snapshotData>"
	case "callSnapshot":
		return "<snapshotData>" + sample(t, "callInfos", n, ed) + "</snapshotData>"
	case "deviceInfos":
		info := "<snapshotDeviceResponseInfo><connectionIdentifier>" + conn(n) + "</connectionIdentifier>" +
			"<endpointDevice><notKnown/></endpointDevice><localCallState><compoundCallState>" +
			"<localConnectionState>hold</localConnectionState></compoundCallState></localCallState>" +
			"<servicesPermitted><callControlServices/></servicesPermitted><mediaServiceInfoList><m/></mediaServiceInfoList>" +
			"<mediaCallCharacteristics><mediaClass>voice</mediaClass></mediaCallCharacteristics>"
		if ed >= Ed6 {
			info += "<callLinkageData>" + sample(t, "link", n, ed) + "</callLinkageData>"
		}
		return info + "</snapshotDeviceResponseInfo><snapshotDeviceResponseInfo><connectionIdentifier>" + conn(n+1) +
			"</connectionIdentifier><localCallState><simpleCallState>callPending</simpleCallState></localCallState>" +
			"</snapshotDeviceResponseInfo><snapshotDeviceResponseInfo><connectionIdentifier>" + conn(n+2) +
			"</connectionIdentifier><localCallState><unknown/></localCallState></snapshotDeviceResponseInfo>"
	case "callInfos":
		info := "<snapshotCallResponseInfo><deviceOnCall><restricted/></deviceOnCall><callIdentifier>" + conn(n) +
			"</callIdentifier><localConnectionInfo>connected</localConnectionInfo><servicesPermitted><a/></servicesPermitted>" +
			"<mediaServiceInfoList><m/></mediaServiceInfoList>"
		if ed >= Ed6 {
			info += "<locationInfo><l/></locationInfo>"
		}
		return info + "</snapshotCallResponseInfo>"
	case "applicationInfo":
		return "<applicationID>app</applicationID><applicationSpecificInfo>" +
			`<SessionLoginInfo xmlns="http://www.avaya.com/csta"><sessionID>1</sessionID></SessionLoginInfo></applicationSpecificInfo>`
	case "versions":
		return "<protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed4</protocolVersion>" +
			"<protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed3</protocolVersion>"
	case "definedError":
		return "<definedError>invalidSessionID</definedError>"
	case "endReason":
		return "<definedEndReason>normal</definedEndReason>"
	case "termReason":
		return "<definedTermReason>sessionTimerExpired</definedTermReason>"
	}
	t.Fatalf("testdata/schema.txt has the unknown kind %q", kind)
	return ""
}

// document is the message with all the children that the edition has.
func (m *schemaMessage) document(t *testing.T, ed Edition) string {
	ns := "http://www.ecma-international.org/standards/ecma-323/csta/" + [...]string{3: "ed3", "ed4", "ed5", "ed6"}[ed]
	if strings.Contains(m.name, "ApplicationSession") {
		ns = "http://www.ecma-international.org/standards/ecma-354/appl_session"
	}
	var b strings.Builder
	for i, c := range m.children {
		if !c.ed6 || ed == Ed6 {
			fmt.Fprintf(&b, "<%s>%s</%s>", c.name, sample(t, c.kind, i+1, ed), c.name)
		}
	}
	if m.name != "Escape" && m.name != "CSTAErrorCode" {
		b.WriteString(`<extensions><privateData><string>00FF</string></privateData></extensions>`)
	}
	return `<` + m.name + ` xmlns="` + ns + `">` + b.String() + `</` + m.name + `>`
}

// Every message, with every child, is read without a complaint and written
// back octet by octet as the schema has it; each child arrives in the field
// that has its name.
func TestSchema_EveryMessage(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range loadSchema(t) {
		seen[m.name] = true
		for ed := Ed3; ed <= Ed6; ed++ {
			doc := m.document(t, ed)
			got, info, err := Decode([]byte(doc))
			if err != nil {
				t.Errorf("%s %v: %v\n%s", m.name, ed, err, doc)
				continue
			}
			if info.Leniencies != 0 {
				t.Errorf("%s %v: leniencies %v (unknown %q, bad value %q)\n%s",
					m.name, ed, info.Leniencies, info.Unknown, info.BadValue, doc)
			}
			if got.Name() != m.name {
				t.Errorf("%s is read as %s", m.name, got.Name())
			}
			for _, c := range m.children {
				if c.ed6 && ed < Ed6 || m.name == "CSTAErrorCode" {
					continue
				}
				field := strings.ToUpper(c.name[:1]) + c.name[1:]
				v := reflect.ValueOf(got).Elem().FieldByName(field)
				if !v.IsValid() || v.IsZero() {
					t.Errorf("%s %v: %s has no value in field %s", m.name, ed, c.name, field)
				}
			}
			if Namespace(got, ed) == "" {
				if ed == Ed6 {
					t.Errorf("%s can't be sent", m.name)
				}
				continue
			}
			out, err := Append(nil, got, ed)
			if err != nil {
				t.Errorf("%s %v: %v", m.name, ed, err)
			} else if string(out) != doc {
				t.Errorf("%s %v:\n got %s\nwant %s", m.name, ed, out, doc)
			}
			if ed < Ed6 {
				continue
			}
			older, err := Append(nil, got, Ed3)
			if want := m.document(t, Ed3); Namespace(got, Ed3) != "" && (err != nil || string(older) != want) {
				t.Errorf("%s sent in ed3: %v\n got %s\nwant %s", m.name, err, older, want)
			}
		}
	}
	for name := range messageNames(t) {
		if !seen[name] {
			t.Errorf("%s is not in testdata/schema.txt", name)
		}
	}
	if len(seen) < 90 {
		t.Errorf("testdata/schema.txt has %d messages", len(seen))
	}
}

// messageNames returns the names that newMessage has a case for.
func messageNames(t *testing.T) map[string]bool {
	t.Helper()
	src, err := os.ReadFile("catalogue.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for line := range strings.Lines(string(src)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), `case "`); ok {
			name := strings.TrimSuffix(rest, `":`)
			names[name] = true
			if got := newMessage(name).Name(); got != name {
				t.Errorf("newMessage(%q) is a %s", name, got)
			}
		}
	}
	return names
}

// A message whose children stand in the opposite order gives the same value.
func TestSchema_AnyOrder(t *testing.T) {
	for _, m := range loadSchema(t) {
		if len(m.children) < 2 {
			continue
		}
		want, _, err := Decode([]byte(m.document(t, Ed6)))
		if err != nil {
			t.Fatal(err)
		}
		backwards := m
		backwards.children = make([]schemaChild, len(m.children))
		for i, c := range m.children {
			backwards.children[len(m.children)-1-i] = c
		}
		var b strings.Builder
		fmt.Fprintf(&b, "<%s>", m.name)
		if m.name != "Escape" {
			b.WriteString(`<extensions><privateData><string>00FF</string></privateData></extensions>`)
		}
		for i, c := range backwards.children {
			fmt.Fprintf(&b, "\n  <%s>%s</%s>", c.name, sample(t, c.kind, len(m.children)-i, Ed6), c.name)
		}
		fmt.Fprintf(&b, "</%s>", m.name)
		got, info, err := Decode([]byte(b.String()))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", m.name, err, got, want)
		}
		if info.Leniencies&LenientOrder == 0 {
			t.Errorf("%s: the order is not noted", m.name)
		}
	}
}
