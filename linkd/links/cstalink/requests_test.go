package cstalink

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/linkd/secret"
	"github.com/holdline/holdline/transport/csta"
)

const (
	active = `<callID>77</callID><deviceID>1000</deviceID>`
	onHold = `<callID>78</callID><deviceID>1000</deviceID>`
)

// Each service in the standard's element order (ECMA-323), edition 4.
func TestRequestMessages(t *testing.T) {
	data := &fsmpb.CallData{Correlator: []byte("12"), UserData: []byte("z"), AccountCode: []byte("99")}
	for name, c := range map[string]struct {
		r    *fsmpb.Request
		s    secret.Secret
		ed   csta.Edition
		want string
	}{
		"MakeCall": {
			r: &fsmpb.Request{Service: fsmpb.Service_MAKE_CALL, Device: "1000", Destination: "1001", Data: data, Option: "doNotPrompt"},
			s: secret.Secret{AuthCode: []byte("1234")},
			want: `<MakeCall NS><callingDevice>1000</callingDevice><calledDirectoryNumber>1001</calledDirectoryNumber><accountCode>3939</accountCode><authCode>31323334</authCode><autoOriginate>doNotPrompt</autoOriginate>` +
				`<correlatorData><string>3132</string></correlatorData><userData><string>7A</string></userData></MakeCall>`,
		},
		"AnswerCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL},
			want: `<AnswerCall NS><callToBeAnswered>` + active + `</callToBeAnswered></AnswerCall>`,
		},
		"ClearConnection": {
			r:    &fsmpb.Request{Service: fsmpb.Service_CLEAR_CONNECTION, Data: data},
			want: `<ClearConnection NS><connectionToBeCleared>` + active + `</connectionToBeCleared><correlatorData><string>3132</string></correlatorData><userData><string>7A</string></userData></ClearConnection>`,
		},
		"ClearCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_CLEAR_CALL},
			want: `<ClearCall NS><callToBeCleared>` + active + `</callToBeCleared></ClearCall>`,
		},
		"HoldCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_HOLD_CALL},
			want: `<HoldCall NS><callToBeHeld>` + active + `</callToBeHeld></HoldCall>`,
		},
		"RetrieveCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_RETRIEVE_CALL},
			want: `<RetrieveCall NS><callToBeRetrieved>` + active + `</callToBeRetrieved></RetrieveCall>`,
		},
		"AlternateCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_ALTERNATE_CALL},
			want: `<AlternateCall NS><heldCall>` + onHold + `</heldCall><activeCall>` + active + `</activeCall></AlternateCall>`,
		},
		"ConsultationCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_CONSULTATION_CALL, Destination: "1002", Option: "transferOnly"},
			want: `<ConsultationCall NS><existingCall>` + active + `</existingCall><consultedDevice>1002</consultedDevice><consultOptions>transferOnly</consultOptions></ConsultationCall>`,
		},
		"ReconnectCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_RECONNECT_CALL},
			want: `<ReconnectCall NS><activeCall>` + active + `</activeCall><heldCall>` + onHold + `</heldCall></ReconnectCall>`,
		},
		"TransferCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_TRANSFER_CALL},
			want: `<TransferCall NS><heldCall>` + onHold + `</heldCall><activeCall>` + active + `</activeCall></TransferCall>`,
		},
		"ConferenceCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_CONFERENCE_CALL},
			want: `<ConferenceCall NS><heldCall>` + onHold + `</heldCall><activeCall>` + active + `</activeCall></ConferenceCall>`,
		},
		"SingleStepTransferCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_SINGLE_STEP_TRANSFER, Destination: "1002"},
			want: `<SingleStepTransferCall NS><activeCall>` + active + `</activeCall><transferredTo>1002</transferredTo></SingleStepTransferCall>`,
		},
		"SingleStepConferenceCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_SINGLE_STEP_CONFERENCE, Destination: "1002"},
			want: `<SingleStepConferenceCall NS><activeCall>` + active + `</activeCall><deviceToJoin>1002</deviceToJoin><participationType>active</participationType></SingleStepConferenceCall>`,
		},
		"DeflectCall": {
			r:    &fsmpb.Request{Service: fsmpb.Service_DEFLECT_CALL, Destination: "1002"},
			want: `<DeflectCall NS><callToBeDiverted>` + active + `</callToBeDiverted><newDestination>1002</newDestination></DeflectCall>`,
		},
		"DeflectCall in edition 6": {
			r: &fsmpb.Request{Service: fsmpb.Service_DEFLECT_CALL, Destination: "1002"}, ed: csta.Ed6,
			want: `<DeflectCall NS><callToBeDiverted>` + active + `</callToBeDiverted><newDestination><device>1002</device></newDestination></DeflectCall>`,
		},
		"GenerateDigits": {
			r: &fsmpb.Request{Service: fsmpb.Service_GENERATE_DIGITS, Option: "dTMF", Secret: true}, s: secret.Secret{Digits: []byte("12#")},
			want: `<GenerateDigits NS><connectionToSendDigits>` + active + `</connectionToSendDigits><digitMode>dTMF</digitMode><charactersToSend>12#</charactersToSend></GenerateDigits>`,
		},
		"SetAgentState": {
			r: &fsmpb.Request{Service: fsmpb.Service_SET_AGENT_STATE, Device: "1000", Option: "loggedOn", AgentId: "41000", Group: "7000"}, s: secret.Secret{Password: []byte("1234")},
			want: `<SetAgentState NS><device>1000</device><requestedAgentState>loggedOn</requestedAgentState><agentID>41000</agentID><password>31323334</password><group>7000</group></SetAgentState>`,
		},
		"SetDoNotDisturb": {
			r:    &fsmpb.Request{Service: fsmpb.Service_SET_DO_NOT_DISTURB, Device: "1000", On: true},
			want: `<SetDoNotDisturb NS><device>1000</device><doNotDisturbOn>true</doNotDisturbOn></SetDoNotDisturb>`,
		},
		"SetForwarding": {
			r:    &fsmpb.Request{Service: fsmpb.Service_SET_FORWARDING, Device: "1000", Option: "forwardBusy", On: true, Destination: "1009"},
			want: `<SetForwarding NS><device>1000</device><forwardingType>forwardBusy</forwardingType><activateForward>true</activateForward><forwardDN>1009</forwardDN></SetForwarding>`,
		},
		"RouteSelect": {
			r:    &fsmpb.Request{Service: fsmpb.Service_ROUTE_SELECT, SwitchRoute: "9", Destination: "7000", Data: &fsmpb.CallData{Correlator: []byte("12")}},
			want: `<RouteSelect NS><crossRefIdentifier>9</crossRefIdentifier><routeSelected>7000</routeSelected><correlatorData><string>3132</string></correlatorData></RouteSelect>`,
		},
		"RouteReject": {
			r:    &fsmpb.Request{Service: fsmpb.Service_ROUTE_REJECT, SwitchRoute: "9", Reason: "busyOverflow"},
			want: `<RouteReject NS><crossRefIdentifier>9</crossRefIdentifier><rejectCause>busyOverflow</rejectCause></RouteReject>`,
		},
		"RouteEnd": {
			r:    &fsmpb.Request{Service: fsmpb.Service_ROUTE_END, SwitchRoute: "9", Reason: "systemResourceAvailibility/networkOutOfService"},
			want: `<RouteEnd NS><crossRefIdentifier>9</crossRefIdentifier><errorValue><systemResourceAvailibility>networkOutOfService</systemResourceAvailibility></errorValue></RouteEnd>`,
		},
		"Escape": {
			r:    &fsmpb.Request{Service: fsmpb.Service_ESCAPE, Private: []byte("\x12\x01\xff")},
			want: `<Escape NS><privateData><string>FF</string></privateData></Escape>`,
		},
		"private data of any request": {
			r:    &fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, Private: []byte("\x12\x01\xff")},
			want: `<HoldCall NS><callToBeHeld>` + active + `</callToBeHeld><extensions><privateData><string>FF</string></privateData></extensions></HoldCall>`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := &driver.Order{Request: c.r, Secret: c.s, First: &fsmpb.SwitchConn{Call: "77", Device: "1000"}, Second: &fsmpb.SwitchConn{Call: "78", Device: "1000"}}
			m, err := message(o)
			if err != nil {
				t.Fatal(err)
			}
			ed := c.ed
			if ed == 0 {
				ed = csta.Ed4
			}
			got, err := csta.Append(nil, m, ed)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(c.want, "NS", `xmlns="`+ed.Namespace()+`"`)
			if d := cmp.Diff(want, string(got)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// Every service that clients may ask for has a message.
func TestEveryServiceIsMapped(t *testing.T) {
	for n, name := range fsmpb.Service_name {
		_, err := message(&driver.Order{Request: &fsmpb.Request{Service: fsmpb.Service(n)}})
		if (err != nil) != (n == 0) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for name, c := range map[string]struct{ xml, want string }{
		"MakeCall": {
			`<MakeCallResponse NS><callingDevice>` + active + `</callingDevice></MakeCallResponse>`,
			`outcome:{intent:3 result:DONE connection:{call:"77" device:"1000"}}`,
		},
		"ConsultationCall": {
			`<ConsultationCallResponse NS><initiatedCall>` + active + `</initiatedCall></ConsultationCallResponse>`,
			`outcome:{intent:3 result:DONE connection:{call:"77" device:"1000"}}`,
		},
		"TransferCall": {
			`<TransferCallResponse NS><transferredCall>` + active + `</transferredCall><connections><connectionListItem><newConnection>` + onHold + `</newConnection></connectionListItem></connections></TransferCallResponse>`,
			`outcome:{intent:3 result:DONE connection:{call:"77" device:"1000"} connections:{new_connection:{call:"78" device:"1000"}}}`,
		},
		"ConferenceCall": {
			`<ConferenceCallResponse NS><conferenceCall>` + active + `</conferenceCall></ConferenceCallResponse>`,
			`outcome:{intent:3 result:DONE connection:{call:"77" device:"1000"}}`,
		},
		"SingleStepTransferCall": {
			`<SingleStepTransferCallResponse NS><transferredCall>` + active + `</transferredCall></SingleStepTransferCallResponse>`,
			`outcome:{intent:3 result:DONE connection:{call:"77" device:"1000"}}`,
		},
		"SingleStepConferenceCall": {
			`<SingleStepConferenceCallResponse NS><conferencedCall>` + active + `</conferencedCall></SingleStepConferenceCallResponse>`,
			`outcome:{intent:3 result:DONE connection:{call:"77" device:"1000"}}`,
		},
		"Hold":             {`<HoldCallResponse NS/>`, `outcome:{intent:3 result:DONE}`},
		"Escape":           {`<EscapeResponse NS/>`, `outcome:{intent:3 result:DONE}`},
		"SetAgentState":    {`<SetAgentStateResponse NS><pendingAgentState>agentReady</pendingAgentState></SetAgentStateResponse>`, `outcome:{intent:3 result:DONE option:"agentReady"}`},
		"refused":          {`<CSTAErrorCode NS><operation>invalidCallID</operation></CSTAErrorCode>`, `outcome:{intent:3 result:REFUSED category:"operation" value:"invalidCallID"}`},
		"refused, no word": {`<CSTAErrorCode NS/>`, `outcome:{intent:3 result:REFUSED category:"unspecified"}`},
	} {
		t.Run(name, func(t *testing.T) {
			m, _, err := csta.Decode([]byte(strings.ReplaceAll(c.xml, "NS", `xmlns="`+csta.Ed4.Namespace()+`"`)))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, text(outcomeFact(outcome(3, m)))); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	if o := outcome(3, new(csta.SystemStatusResponse)); o != nil {
		t.Errorf("an answer to something else is %v", o)
	}
}
