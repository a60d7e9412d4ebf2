package switchsim

import (
	"slices"
	"testing"
	"time"
)

const event6 = ` xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"><monitorCrossRefID>`

func TestCalls_PlainCallAsTheReferenceHasIt(t *testing.T) {
	withRig(t, Options{NoLinkage: true}, func(r *rig) {
		c := r.connect(1)
		caller, callee := c.monitor("1900"), c.monitor("1901")
		id := c.request("MakeCall", `<callingDevice typeOfNumber="dialingNumber">1900</callingDevice><calledDirectoryNumber>1901</calledDirectoryNumber><correlatorData><string>31323334</string></correlatorData>`)
		data := "<correlatorData><string>31323334</string></correlatorData>"
		parties := "<callingDevice><deviceIdentifier>1900</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1901</deviceIdentifier></calledDevice>"
		c.want(id, msg("MakeCallResponse", connID("callingDevice", "770001", "1900")))
		c.want(9999, "<ServiceInitiatedEvent"+event6+caller+"</monitorCrossRefID>"+connID("initiatedConnection", "770001", "1900")+
			"<initiatingDevice><deviceIdentifier>1900</deviceIdentifier></initiatingDevice><localConnectionInfo>initiated</localConnectionInfo><cause>makeCall</cause></ServiceInitiatedEvent>")
		c.want(9999, "<OriginatedEvent"+event6+caller+"</monitorCrossRefID>"+connID("originatedConnection", "770001", "1900")+parties+
			"<localConnectionInfo>connected</localConnectionInfo>"+data+"<cause>makeCall</cause></OriginatedEvent>")
		for _, copy := range []struct{ ref, local string }{{caller, "connected"}, {callee, "alerting"}} {
			c.want(9999, "<DeliveredEvent"+event6+copy.ref+"</monitorCrossRefID>"+connID("connection", "770001", "1901")+
				"<alertingDevice><deviceIdentifier>1901</deviceIdentifier></alertingDevice>"+parties+
				"<lastRedirectionDevice><notRequired/></lastRedirectionDevice><localConnectionInfo>"+copy.local+"</localConnectionInfo>"+
				data+"<cause>newCall</cause></DeliveredEvent>")
		}
		id = c.request("AnswerCall", connID("callToBeAnswered", "770001", "1901"))
		c.want(id, `<AnswerCallResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"/>`)
		for _, ref := range []string{caller, callee} {
			c.want(9999, "<EstablishedEvent"+event6+ref+"</monitorCrossRefID>"+connID("establishedConnection", "770001", "1901")+
				"<answeringDevice><deviceIdentifier>1901</deviceIdentifier></answeringDevice>"+parties+
				"<lastRedirectionDevice><notRequired/></lastRedirectionDevice><localConnectionInfo>connected</localConnectionInfo>"+
				data+"<cause>normal</cause></EstablishedEvent>")
		}
		id = c.request("HoldCall", connID("callToBeHeld", "770001", "1900"))
		c.want(id, `<HoldCallResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"/>`)
		c.want(9999, "<HeldEvent"+event6+caller+"</monitorCrossRefID>"+connID("heldConnection", "770001", "1900")+
			"<holdingDevice><deviceIdentifier>1900</deviceIdentifier></holdingDevice><localConnectionInfo>hold</localConnectionInfo>"+data+"<cause>normal</cause></HeldEvent>")
		c.take()
		c.wantAnswer("RetrieveCall", connID("callToBeRetrieved", "770001", "1900"), `<RetrieveCallResponse xmlns="`+ns(6)+`"/>`)
		c.want(9999, "<RetrievedEvent"+event6+caller+"</monitorCrossRefID>"+connID("retrievedConnection", "770001", "1900")+
			"<retrievingDevice><deviceIdentifier>1900</deviceIdentifier></retrievingDevice><localConnectionInfo>connected</localConnectionInfo>"+data+"<cause>normal</cause></RetrievedEvent>")
		c.take()
		id = c.request("ClearConnection", connID("connectionToBeCleared", "770001", "1900"))
		c.want(id, `<ClearConnectionResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"/>`)
		cleared := func(ref, device, local string) {
			c.want(9999, "<ConnectionClearedEvent"+event6+ref+"</monitorCrossRefID>"+connID("droppedConnection", "770001", device)+
				"<releasingDevice><deviceIdentifier>"+device+"</deviceIdentifier></releasingDevice><localConnectionInfo>"+local+"</localConnectionInfo>"+data+"<cause>normalClearing</cause></ConnectionClearedEvent>")
		}
		cleared(callee, "1900", "connected")
		cleared(caller, "1900", "null")
		cleared(callee, "1901", "null")
		if rest := c.take(); len(rest) != 0 || len(r.s.Truth().Calls) != 0 {
			t.Errorf("left over: %v, %v", rest, r.s.Truth().Calls)
		}
	})
}

func TestCalls_MergersAsTheReferenceHasThem(t *testing.T) {
	withRig(t, Options{NoLinkage: true, MergeID: MergeSecondary}, func(r *rig) {
		c := r.connect(1)
		first := r.do(Move{Action: "dial", Device: "1900", To: "1901"})
		r.do(Move{Action: "answer", Device: "1901"})
		ref := c.monitor("1900")
		c.wantAnswer("ConsultationCall", connID("existingCall", first, "1901")+"<consultedDevice>1902</consultedDevice>",
			msg("ConsultationCallResponse", connID("initiatedCall", "770002", "1901")))
		c.take()
		list := "<connectionListItem>" + connID("newConnection", "770002", "1902") + "<endpoint><deviceID>1902</deviceID></endpoint></connectionListItem>" +
			"<connectionListItem>" + connID("newConnection", "770002", "1900") + connID("oldConnection", "770001", "1900") + "<endpoint><deviceID>1900</deviceID></endpoint></connectionListItem>"
		c.wantAnswer("TransferCall", connID("heldCall", first, "1901")+connID("activeCall", "770002", "1901"),
			msg("TransferCallResponse", connID("transferredCall", "770002", "1902")+"<connections>"+list+"</connections>"))
		c.want(9999, "<TransferedEvent"+event6+ref+"</monitorCrossRefID>"+connID("primaryOldCall", "770001", "1901")+connID("secondaryOldCall", "770002", "1901")+
			"<transferringDevice><deviceIdentifier>1901</deviceIdentifier></transferringDevice><transferredToDevice><deviceIdentifier>1902</deviceIdentifier></transferredToDevice>"+
			"<transferredConnections>"+list+"</transferredConnections><localConnectionInfo>connected</localConnectionInfo><cause>transfer</cause></TransferedEvent>")
		if r.stateOf("770002", "1902") != Alerting || r.stateOf("770002", "1900") != Connected || r.stateOf("770002", "1901") != Null {
			t.Errorf("after the transfer: %+v", r.s.Truth().Calls)
		}
		r.do(Move{Action: "answer", Device: "1902"})
		c.take()

		c.wantAnswer("ConsultationCall", connID("existingCall", "770002", "1900")+"<consultedDevice>1903</consultedDevice>",
			msg("ConsultationCallResponse", connID("initiatedCall", "770003", "1900")))
		r.do(Move{Action: "answer", Device: "1903"})
		c.take()
		list = "<connectionListItem>" + connID("newConnection", "770003", "1903") + "<endpoint><deviceID>1903</deviceID></endpoint></connectionListItem>" +
			"<connectionListItem>" + connID("newConnection", "770003", "1902") + connID("oldConnection", "770002", "1902") + "<endpoint><deviceID>1902</deviceID></endpoint></connectionListItem>" +
			"<connectionListItem>" + connID("newConnection", "770003", "1900") + connID("oldConnection", "770002", "1900") + "<endpoint><deviceID>1900</deviceID></endpoint></connectionListItem>"
		c.wantAnswer("ConferenceCall", connID("heldCall", "770002", "1900")+connID("activeCall", "770003", "1900"),
			msg("ConferenceCallResponse", connID("conferenceCall", "770003", "1900")+"<connections>"+list+"</connections>"))
		c.want(9999, "<ConferencedEvent"+event6+ref+"</monitorCrossRefID>"+connID("primaryOldCall", "770002", "1900")+connID("secondaryOldCall", "770003", "1900")+
			"<conferencingDevice><deviceIdentifier>1900</deviceIdentifier></conferencingDevice><addedParty><deviceIdentifier>1903</deviceIdentifier></addedParty>"+
			"<conferenceConnections>"+list+"</conferenceConnections><localConnectionInfo>connected</localConnectionInfo><cause>conference</cause></ConferencedEvent>")

		// The controller leaves: the other two go on.
		c.ask("ClearConnection", connID("connectionToBeCleared", "770003", "1900"))
		if truth := r.s.Truth().Calls; len(truth) != 1 || len(truth[0].Connections) != 2 || r.stateOf("770003", "1902") != Connected {
			t.Errorf("after the controller left: %+v", truth)
		}
		ended := r.s.Truth().Ended
		if len(ended) != 2 || ended[0] != (EndedCall{"770001", ended[0].Linkage, ended[0].Seq, "transferred", "770002"}) {
			t.Errorf("ended calls: %+v", ended)
		}
	})
}

func TestCalls_SingleStepsAlternateReconnectDeflectDigits(t *testing.T) {
	withRig(t, Options{NoLinkage: true}, func(r *rig) {
		c := r.connect(1)
		c.monitor("1900")
		c.monitor("1901")
		empty := func(name string) string { return "<" + name + ` xmlns="` + ns(6) + `"/>` }
		first := r.do(Move{Action: "inbound", Device: "+15551234567", To: "1900"})
		c.wantAnswer("DeflectCall", connID("callToBeDiverted", first, "1900")+"<newDestination><device>1901</device></newDestination>", empty("DeflectCallResponse"))
		if r.stateOf(first, "1901") != Alerting || r.stateOf(first, "1900") != Null {
			t.Errorf("after DeflectCall: %+v", r.s.Truth().Calls)
		}
		r.do(Move{Action: "answer", Device: "1901"})
		c.wantAnswer("GenerateDigits", connID("connectionToSendDigits", first, "1901")+"<charactersToSend>12#</charactersToSend>", empty("GenerateDigitsResponse"))
		c.wantAnswer("SingleStepTransferCall", connID("activeCall", first, "1901")+"<transferredTo>1900</transferredTo>",
			msg("SingleStepTransferCallResponse", connID("transferredCall", first, "1900")))
		r.do(Move{Action: "answer", Device: "1900"})
		c.wantAnswer("SingleStepConferenceCall", connID("activeCall", first, "1900")+"<deviceToJoin>1902</deviceToJoin><participationType>active</participationType>",
			msg("SingleStepConferenceCallResponse", connID("conferencedCall", first, "1902")))
		if r.stateOf(first, "1902") != Connected {
			t.Errorf("after SingleStepConferenceCall: %+v", r.s.Truth().Calls)
		}
		second := r.do(Move{Action: "consult", Device: "1900", To: "1903"})
		r.do(Move{Action: "answer", Device: "1903"})
		both := connID("heldCall", first, "1900") + connID("activeCall", second, "1900")
		c.wantAnswer("AlternateCall", both, empty("AlternateCallResponse"))
		if r.stateOf(first, "1900") != Connected || r.stateOf(second, "1900") != Hold {
			t.Errorf("after AlternateCall: %+v", r.s.Truth().Calls)
		}
		c.wantAnswer("ReconnectCall", connID("activeCall", first, "1900")+connID("heldCall", second, "1900"), empty("ReconnectCallResponse"))
		if r.stateOf(first, "1900") != Null || r.stateOf(second, "1900") != Connected {
			t.Errorf("after ReconnectCall: %+v", r.s.Truth().Calls)
		}
		c.wantAnswer("ClearCall", connID("callToBeCleared", second, "1900"), empty("ClearCallResponse"))
		if r.stateOf(second, "1903") != Null {
			t.Errorf("after ClearCall: %+v", r.s.Truth().Calls)
		}
		heard := names(c.take())
		for _, name := range []string{"DivertedEvent", "TransferedEvent", "ConferencedEvent", "HeldEvent", "RetrievedEvent", "ConnectionClearedEvent"} {
			if !slices.Contains(heard, name) {
				t.Errorf("no %s among %v", name, heard)
			}
		}
		if v := r.s.Violations(); len(v) != 0 {
			t.Errorf("violations: %+v", v)
		}
	})
}

func TestCalls_PromptedCallWaitsForTheCaller(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		c.ask("MakeCall", "<callingDevice>1900</callingDevice><calledDirectoryNumber>1901</calledDirectoryNumber><autoOriginate>prompt</autoOriginate>")
		c.ask("MakeCall", "<callingDevice>1000</callingDevice><calledDirectoryNumber>1001</calledDirectoryNumber><autoOriginate>prompt</autoOriginate>")
		time.Sleep(time.Minute)
		if r.stateOf("770001", "1900") != Initiated || r.stateOf("770002", "1001") != Connected {
			t.Errorf("a manual caller picks up by themselves, or another one doesn't: %+v", r.s.Truth().Calls)
		}
		r.do(Move{Action: "dial", Device: "1900", To: "1901"})
		if r.stateOf("770001", "1901") != Alerting {
			t.Errorf("after dialling: %+v", r.s.Truth().Calls)
		}
	})
}

func TestCalls_WrongStatesAreRefused(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		ringing := r.do(Move{Action: "inbound", To: "1900"})
		talking := r.do(Move{Action: "dial", Device: "1901", To: "1902"})
		r.do(Move{Action: "answer", Device: "1902"})
		held := r.do(Move{Action: "inbound", To: "1903"})
		r.do(Move{Action: "answer", Device: "1903"})
		r.do(Move{Action: "hold", Device: "1903"})
		again := r.do(Move{Action: "inbound", To: "1902"})
		r.do(Move{Action: "service", Device: "1905", State: "outOfService"})
		queued := r.do(Move{Action: "inbound", To: "6000"})
		before := r.s.Truth()
		const op, state, resource = "operation", "stateIncompatibility", "systemResourceAvailibility"
		for _, tt := range []struct{ service, body, category, value string }{
			{"MakeCall", "<callingDevice>1901</callingDevice><calledDirectoryNumber>1904</calledDirectoryNumber>", state, "invalidCallingDeviceState"},
			{"MakeCall", "<callingDevice>4242</callingDevice><calledDirectoryNumber>1904</calledDirectoryNumber>", op, "invalidCallingDeviceID"},
			{"MakeCall", "<callingDevice>7000</callingDevice><calledDirectoryNumber>1904</calledDirectoryNumber>", op, "invalidCallingDeviceID"},
			{"MakeCall", "<callingDevice>1904</callingDevice><calledDirectoryNumber>4242</calledDirectoryNumber>", op, "invalidCalledDeviceID"},
			{"MakeCall", "<callingDevice>1905</callingDevice><calledDirectoryNumber>1904</calledDirectoryNumber>", resource, "callingDeviceOutOfService"},
			{"AnswerCall", connID("callToBeAnswered", talking, "1902"), state, "noCallToAnswer"},
			{"AnswerCall", connID("callToBeAnswered", again, "1902"), state, "connectedCallExists"},
			{"AnswerCall", connID("callToBeAnswered", "1", "1902"), op, "invalidCallID"},
			{"AnswerCall", connID("callToBeAnswered", "0"+talking, "1902"), op, "invalidCallID"},
			{"AnswerCall", connID("callToBeAnswered", ringing, "1902"), op, "invalidConnectionID"},
			{"ClearConnection", connID("connectionToBeCleared", ringing, "1901"), op, "invalidConnectionID"},
			{"ClearConnection", connID("connectionToBeCleared", queued, "6000"), state, "invalidConnectionState"},
			{"ClearCall", connID("callToBeCleared", "1", "1901"), op, "invalidCallID"},
			{"HoldCall", connID("callToBeHeld", ringing, "1900"), state, "invalidConnectionState"},
			{"HoldCall", connID("callToBeHeld", held, "1903"), state, "invalidConnectionState"},
			{"RetrieveCall", connID("callToBeRetrieved", talking, "1901"), state, "invalidConnectionState"},
			{"ConsultationCall", connID("existingCall", ringing, "1900") + "<consultedDevice>1904</consultedDevice>", state, "invalidConnectionState"},
			{"ConsultationCall", connID("existingCall", talking, "1901") + "<consultedDevice>4242</consultedDevice>", op, "invalidDestination"},
			{"TransferCall", connID("heldCall", talking, "1901") + connID("activeCall", talking, "1901"), state, "invalidHeldConnectionState"},
			{"TransferCall", connID("heldCall", "1", "1901") + connID("activeCall", talking, "1901"), op, "invalidHeldCallID"},
			{"ConferenceCall", connID("heldCall", held, "1903") + connID("activeCall", talking, "1901"), op, "invalidActiveCallID"},
			{"AlternateCall", connID("heldCall", held, "1903") + connID("activeCall", held, "1903"), state, "invalidActiveConnectionState"},
			{"ReconnectCall", connID("activeCall", talking, "1901") + connID("heldCall", "1", "1901"), op, "invalidHeldCallID"},
			{"SingleStepTransferCall", connID("activeCall", talking, "1901") + "<transferredTo>1902</transferredTo>", op, "invalidDestination"},
			{"SingleStepTransferCall", connID("activeCall", ringing, "1900") + "<transferredTo>1904</transferredTo>", state, "invalidConnectionState"},
			{"SingleStepConferenceCall", connID("activeCall", talking, "1901") + "<deviceToJoin>1900</deviceToJoin><participationType>active</participationType>", state, "invalidDestinationDeviceState"},
			{"SingleStepConferenceCall", connID("activeCall", talking, "1901") + "<deviceToJoin>1905</deviceToJoin><participationType>active</participationType>", resource, "destinationDeviceOutOfService"},
			{"DeflectCall", connID("callToBeDiverted", talking, "1901") + "<newDestination><device>1904</device></newDestination>", state, "invalidConnectionState"},
			{"DeflectCall", connID("callToBeDiverted", ringing, "1900") + "<newDestination><device>4242</device></newDestination>", op, "invalidDestination"},
			{"GenerateDigits", connID("connectionToSendDigits", talking, "1901"), op, "atLeastOneConditionalParameterNotProvided"},
			{"GetMonitors", "", op, "serviceNotSupported"},
		} {
			c.wantError(tt.service, tt.body, tt.category, tt.value)
		}
		after := r.s.Truth()
		if before.Seq != after.Seq || after.Counters.Refused != 31 || after.Counters.Violations != 0 {
			t.Errorf("seq went from %d to %d, %d refused, violations %v", before.Seq, after.Seq, after.Counters.Refused, r.s.Violations())
		}
	})
}

func TestCalls_FailuresBusyDNDOutOfServiceUnknown(t *testing.T) {
	withRig(t, Options{NoLinkage: true}, func(r *rig) {
		c := r.connect(1)
		c.monitor("1900")
		r.do(Move{Action: "dnd", Device: "1001", On: true})
		r.do(Move{Action: "service", Device: "1002", State: "outOfService"})
		r.do(Move{Action: "dial", Device: "1000", To: "1901"})
		for _, tt := range []struct{ to, failing, cause string }{
			{"1000", "1000", "busy"}, {"1001", "1001", "doNotDisturb"}, {"1002", "1002", "destOutOfOrder"},
		} {
			c.take()
			call := r.do(Move{Action: "dial", Device: "1900", To: tt.to})
			bodies := c.take()
			n := judgeSent(t, 6, bodies[len(bodies)-1])
			if n.name != "FailedEvent" || n.value("failedConnection", "deviceID") != tt.failing || n.value("cause") != tt.cause {
				t.Errorf("calling %s ends with %s", tt.to, bodies[len(bodies)-1])
			}
			r.do(Move{Action: "clear", Device: "1900", Call: call})
		}
		call := r.do(Move{Action: "dial", Device: "1900", To: "+15550000001"})
		time.Sleep(time.Minute)
		bodies := c.take()
		if n := judgeSent(t, 6, bodies[len(bodies)-1]); n.value("failedConnection", "deviceID") != "+15550000001" || r.stateOf(call, "+15550000001") != Fail {
			t.Errorf("calling a busy party outside ends with %s", bodies[len(bodies)-1])
		}
	})
}

func TestCalls_ForwardingTakesThemAlong(t *testing.T) {
	withRig(t, Options{NoLinkage: true}, func(r *rig) {
		c := r.connect(1)
		set := func(kind, to string) {
			c.wantAnswer("SetForwarding", "<device>1900</device><forwardingType>"+kind+"</forwardingType><activateForward>true</activateForward><forwardDN>"+to+"</forwardDN>",
				`<SetForwardingResponse xmlns="`+ns(6)+`"/>`)
		}
		set("forwardNoAns", "1902")
		call := r.do(Move{Action: "inbound", To: "1900"})
		if r.stateOf(call, "1900") != Alerting {
			t.Fatalf("not ringing: %+v", r.s.Truth().Calls)
		}
		time.Sleep(time.Minute)
		if r.stateOf(call, "1902") != Alerting {
			t.Errorf("not forwarded on no answer: %+v", r.s.Truth().Calls)
		}
		set("forwardImmediate", "1901")
		c.monitor("1901")
		call = r.do(Move{Action: "inbound", Device: "+15551112222", To: "1900"})
		want := "<DeliveredEvent" + event6 + "1</monitorCrossRefID>" + connID("connection", call, "1901") +
			"<alertingDevice><deviceIdentifier>1901</deviceIdentifier></alertingDevice><callingDevice><deviceIdentifier>+15551112222</deviceIdentifier></callingDevice>" +
			"<calledDevice><deviceIdentifier>1900</deviceIdentifier></calledDevice><lastRedirectionDevice><numberDialed>1900</numberDialed></lastRedirectionDevice>" +
			"<localConnectionInfo>alerting</localConnectionInfo><cause>callForwardImmediate</cause></DeliveredEvent>"
		c.want(9999, want)
		c.wantAnswer("GetForwarding", "<device>1900</device>", msg("GetForwardingResponse",
			"<forwardingList><forwardListItem><forwardingType>forwardImmediate</forwardingType><forwardStatus>true</forwardStatus><forwardDN>1901</forwardDN></forwardListItem>"+
				"<forwardListItem><forwardingType>forwardNoAns</forwardingType><forwardStatus>true</forwardStatus><forwardDN>1902</forwardDN></forwardListItem></forwardingList>"))
		c.wantError("SetForwarding", "<device>1900</device><activateForward>true</activateForward><forwardDN>4242</forwardDN>", "operation", "invalidForwardingDestination")
		c.wantError("SetForwarding", "<device>7000</device><activateForward>true</activateForward><forwardDN>1901</forwardDN>", "operation", "requestIncompatibleWithObject")
		c.wantError("GetForwarding", "<device>4242</device>", "operation", "invalidDeviceID")
	})
}
