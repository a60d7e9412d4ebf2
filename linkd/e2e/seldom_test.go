package e2e

import (
	"testing"

	"github.com/holdline/holdline/transport/switchsim"
)

// offered brings a call that is offered before it rings.
func (s *services) offered(t *testing.T) {
	s.do(t, switchsim.Move{Action: "offer", Device: "+19005560", To: "1901", Correlator: "A", User: "B"})
	rest := func(call, local string) string {
		return "<callingDevice><deviceIdentifier>+19005560</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1901</deviceIdentifier></calledDevice>" +
			"<lastRedirectionDevice><notRequired/></lastRedirectionDevice><localConnectionInfo>" + local + "</localConnectionInfo><correlatorData><string>41</string></correlatorData>" +
			"<userData><string>42</string></userData><cause>newCall</cause><callLinkageData>*</callLinkageData>"
	}
	var call string
	for _, c := range s.all() {
		e := c.event(t, "OfferedEvent", "1901")
		call = e.at("offeredConnection", "callID").text
		golden(t, e, "<OfferedEvent><monitorCrossRefID>"+c.xref("1901")+"</monitorCrossRefID>"+conn("offeredConnection", call, "1901")+
			"<offeredDevice><deviceIdentifier>1901</deviceIdentifier></offeredDevice>"+rest(call, "alerting")+"</OfferedEvent>")
	}
	s.do(t, switchsim.Move{Action: "accept", Device: "1901"})
	for _, c := range s.all() {
		golden(t, c.event(t, "DeliveredEvent", "1901"), "<DeliveredEvent><monitorCrossRefID>"+c.xref("1901")+"</monitorCrossRefID>"+conn("connection", call, "1901")+
			"<alertingDevice><deviceIdentifier>1901</deviceIdentifier></alertingDevice>"+rest(call, "alerting")+"</DeliveredEvent>")
	}
	s.ed5.must(t, "AnswerCall", conn("callToBeAnswered", call, "1901"))
	s.each(t, "EstablishedEvent", "1901")
	s.clear(t, s.ed4, call, "1901")

	// One that is offered is sent elsewhere before it ever rang.
	s.do(t, switchsim.Move{Action: "offer", Device: "+19005561", To: "1901"})
	for _, e := range s.each(t, "OfferedEvent", "1901") {
		call = e.at("offeredConnection", "callID").text
	}
	s.ed6.must(t, "DeflectCall", conn("callToBeDiverted", call, "1901")+"<newDestination><device>1902</device></newDestination>")
	s.each(t, "DivertedEvent", "1901")
	s.each(t, "DeliveredEvent", "1902")
}

// dialled takes a phone off the hook and dials in parts.
func (s *services) dialled(t *testing.T) {
	s.do(t, switchsim.Move{Action: "dialdigits", Device: "1900", Digits: "19"})
	s.do(t, switchsim.Move{Action: "dialdigits", Device: "1900", Digits: "01"})
	s.do(t, switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
	for _, c := range s.all() {
		call := c.event(t, "ServiceInitiatedEvent", "1900").at("initiatedConnection", "callID").text
		for _, digits := range []string{"19", "01"} {
			golden(t, c.event(t, "DigitsDialedEvent", "1900"), "<DigitsDialedEvent><monitorCrossRefID>"+c.xref("1900")+"</monitorCrossRefID>"+conn("dialingConnection", call, "1900")+
				"<dialingDevice><deviceIdentifier>1900</deviceIdentifier></dialingDevice><dialingSequence>"+digits+"</dialingSequence><localConnectionInfo>initiated</localConnectionInfo>"+
				"<cause>keyOperation</cause><callLinkageData>*</callLinkageData></DigitsDialedEvent>")
		}
		if e := c.event(t, "OriginatedEvent", "1900"); e.at("originatedConnection", "callID").text != call {
			t.Errorf("dialled in call %s: %v", call, e)
		}
	}
	s.each(t, "DeliveredEvent", "1901")
}

// bridged makes an appearance inactive in a call that goes on.
func (s *services) bridged(t *testing.T) {
	call := s.call(t, s.ed4, "1900", "1901")
	s.do(t, switchsim.Move{Action: "join", Device: "1901", To: "1903"})
	s.each(t, "ConferencedEvent", "1903")
	s.do(t, switchsim.Move{Action: "bridge", Device: "1903"})
	for _, c := range s.all() {
		for device, local := range map[string]string{"1900": "connected", "1901": "connected", "1903": "queued"} {
			golden(t, c.event(t, "BridgedEvent", device), "<BridgedEvent><monitorCrossRefID>"+c.xref(device)+"</monitorCrossRefID>"+conn("bridgedConnection", call, "1903")+
				"<bridgedAppearance><deviceIdentifier>1903</deviceIdentifier></bridgedAppearance><localConnectionInfo>"+local+"</localConnectionInfo>"+
				"<cause>normal</cause><callLinkageData>*</callLinkageData></BridgedEvent>")
		}
		if e := c.must(t, "SnapshotCall", conn("snapshotObject", call, "1900")); e.at("crossRefIDorSnapshotData", "snapshotData").children[2].at("localConnectionInfo").text != "queued" {
			t.Errorf("after Bridged: %v", e)
		}
	}
	s.clear(t, s.ed4, call, "1900", "1901", "1903")
}

// recorded records a call: its parties hear of it, and nothing else changes.
func (s *services) recorded(t *testing.T) {
	call := s.call(t, s.ed4, "1900", "1901")
	for _, step := range []struct{ action, element string }{
		{"Record", "RecordEvent"}, {"PauseRecording", "SuspendRecordEvent"}, {"ResumeRecording", "RecordEvent"}, {"StopRecording", "StopEvent"},
	} {
		s.do(t, switchsim.Move{Action: "record", Device: "1900", State: step.action})
		for _, c := range s.all() {
			for _, device := range []string{"1900", "1901"} {
				golden(t, c.event(t, step.element, device), "<"+step.element+"><monitorCrossRefID>"+c.xref(device)+"</monitorCrossRefID>"+
					conn("connection", call, "1900")+"<message>*</message><cause>normal</cause></"+step.element+">")
			}
		}
	}
	s.clear(t, s.ed4, call, "1900", "1901")
}

// private is what the switch says beyond the standard.
func (s *services) private(t *testing.T) {
	s.do(t, switchsim.Move{Action: "private", Device: "1904", User: "vendor"})
	for _, c := range s.all() {
		golden(t, c.event(t, "PrivateEvent", "1904"), "<PrivateEvent><monitorCrossRefID>"+c.xref("1904")+"</monitorCrossRefID>"+
			"<privateData><string>76656E646F72</string></privateData></PrivateEvent>")
	}
}
