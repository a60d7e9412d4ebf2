package e2e

import (
	"slices"
	"testing"
)

func (s *services) consultation(t *testing.T) {
	id := s.call(t, s.ed4, "1900", "1901")
	second := s.consult(t, s.ed6, id, "1900", "1902")

	golden(t, s.ed3.must(t, "AlternateCall", conn("heldCall", id, "1900")+conn("activeCall", second, "1900")), "<AlternateCallResponse/>")
	s.once(t, "AlternateCall")
	for _, c := range s.all() {
		if e := c.event(t, "HeldEvent", "1900"); e.conn("heldConnection") != second+"/1900" || e.at("cause").text != "alternate" {
			t.Errorf("alternate: %v", e)
		}
		if e := c.event(t, "RetrievedEvent", "1900"); e.conn("retrievedConnection") != id+"/1900" {
			t.Errorf("alternate: %v", e)
		}
	}
	golden(t, s.ed5.must(t, "ReconnectCall", conn("activeCall", id, "1900")+conn("heldCall", second, "1900")), "<ReconnectCallResponse/>")
	s.once(t, "ReconnectCall")
	for _, c := range s.all() {
		if e := c.event(t, "ConnectionClearedEvent", "1900"); e.conn("droppedConnection") != id+"/1900" {
			t.Errorf("reconnect: %v", e)
		}
		if e := c.event(t, "RetrievedEvent", "1900"); e.conn("retrievedConnection") != second+"/1900" {
			t.Errorf("reconnect: %v", e)
		}
	}
	s.clear(t, s.ed4, second, "1900", "1902")
}

// consult lets a client consult a device that answers, and gives the new call's
// ID.
func (s *services) consult(t *testing.T, c *client, id, from, to string) string {
	t.Helper()
	e := c.must(t, "ConsultationCall", conn("existingCall", id, from)+"<consultedDevice>"+to+"</consultedDevice>")
	s.once(t, "ConsultationCall")
	second := e.at("initiatedCall", "callID").text
	golden(t, e, "<ConsultationCallResponse>"+conn("initiatedCall", second, from)+"</ConsultationCallResponse>")
	for _, c := range s.all() {
		if e := c.event(t, "HeldEvent", from); e.conn("heldConnection") != id+"/"+from || e.at("cause").text != "consultation" {
			t.Errorf("consultation: %v", e)
		}
		c.event(t, "ServiceInitiatedEvent", from)
		if e := c.event(t, "OriginatedEvent", from); e.conn("originatedConnection") != second+"/"+from || e.at("cause").text != "consultation" {
			t.Errorf("consultation: %v", e)
		}
		c.event(t, "DeliveredEvent", from)
		if e := c.event(t, "DeliveredEvent", to); e.conn("connection") != second+"/"+to {
			t.Errorf("consultation: %v", e)
		}
	}
	c.must(t, "AnswerCall", conn("callToBeAnswered", second, to))
	s.once(t, "AnswerCall")
	s.each(t, "EstablishedEvent", from)
	s.each(t, "EstablishedEvent", to)
	return second
}

// merged gives the ID that lives on after a transfer or conference.
func merged(t *testing.T, call, a, b string) string {
	t.Helper()
	if call != a && call != b {
		t.Errorf("the merged call is %q, which is neither %s nor %s", call, a, b)
	}
	return call
}

func (s *services) transfer(t *testing.T) {
	follow := s.callMonitor(t, "1900")
	id := s.call(t, s.ed4, "1900", "1901")
	second := s.consult(t, s.ed5, id, "1900", "1902")
	e := s.ed6.must(t, "TransferCall", conn("heldCall", id, "1900")+conn("activeCall", second, "1900"))
	s.once(t, "TransferCall")
	call := merged(t, e.at("transferredCall", "callID").text, id, second)
	golden(t, e, "<TransferCallResponse><transferredCall>*</transferredCall><connections><connectionListItem>*</connectionListItem><connectionListItem>*</connectionListItem></connections></TransferCallResponse>")
	for _, c := range s.all() {
		for d, local := range map[string]string{"1900": "null", "1901": "connected", "1902": "connected"} {
			got := c.event(t, "TransferedEvent", d)
			golden(t, got, "<TransferedEvent><monitorCrossRefID>"+c.xref(d)+"</monitorCrossRefID>"+conn("primaryOldCall", id, "1900")+conn("secondaryOldCall", second, "1900")+
				"<transferringDevice><deviceIdentifier>1900</deviceIdentifier></transferringDevice><transferredToDevice><deviceIdentifier>1902</deviceIdentifier></transferredToDevice>"+
				"<transferredConnections>*</transferredConnections><localConnectionInfo>"+local+"</localConnectionInfo><cause>transfer</cause></TransferedEvent>")
			s.listed(t, got.at("transferredConnections"), call, map[string]string{"1901": id, "1902": second})
		}
	}
	// The device's part is over; the call-type monitor follows the call.
	s.ed5.must(t, "HoldCall", conn("callToBeHeld", call, "1902"))
	s.once(t, "HoldCall")
	for _, c := range s.all() {
		c.event(t, "HeldEvent", "1901")
		c.event(t, "HeldEvent", "1902")
	}
	s.clear(t, s.ed4, call, "1901", "1902")
	want := []string{"ServiceInitiated", "Originated", "Delivered", "Established", "Held", "ServiceInitiated", "Originated", "Delivered", "Established",
		"Transfered", "Held", "ConnectionCleared", "ConnectionCleared", "CallCleared"}
	eventually(t, "the end of the call on its monitor", func() bool { return len(s.ed6.sequence(follow)) >= len(want) })
	if got := s.ed6.sequence(follow); !slices.Equal(got, want) {
		t.Errorf("on the call-type monitor came %v, want %v", got, want)
	}
	golden(t, s.ed6.eventOf(t, "CallClearedEvent", follow), "<CallClearedEvent><monitorCrossRefID>"+follow+"</monitorCrossRefID><clearedCall><callID>"+call+"</callID></clearedCall>"+
		"<cause>normalClearing</cause><callLinkageData>*</callLinkageData></CallClearedEvent>")
	s.ed6.must(t, "MonitorStop", "<monitorCrossRefID>"+follow+"</monitorCrossRefID>")
}

// listed checks the connections of a transfer or conference: each party's new
// one, and its old one where the call ID changed.
func (s *services) listed(t *testing.T, list *element, call string, old map[string]string) {
	t.Helper()
	if len(list.children) != len(old) {
		t.Errorf("%d parties are listed, not %d: %v", len(list.children), len(old), list)
	}
	for _, item := range list.children {
		device := item.at("newConnection", "deviceID").text
		was, ok := old[device]
		if !ok || item.at("newConnection", "callID").text != call || item.at("endpoint", "deviceID").text != device ||
			was != call && item.conn("oldConnection") != was+"/"+device {
			t.Errorf("listed: %v, was in call %s", item, was)
		}
	}
}

// callMonitor starts a call-type monitor on a device.
func (s *services) callMonitor(t *testing.T, device string) string {
	t.Helper()
	e := s.ed6.must(t, "MonitorStart", "<monitorObject><deviceObject>"+device+"</deviceObject></monitorObject><monitorType>call</monitorType>")
	return e.at("monitorCrossRefID").text
}

func (s *services) singleStepTransfer(t *testing.T) {
	id := s.call(t, s.ed4, "1900", "1901")
	e := s.ed5.must(t, "SingleStepTransferCall", conn("activeCall", id, "1901")+"<transferredTo>1902</transferredTo>")
	s.once(t, "SingleStepTransferCall")
	golden(t, e, "<SingleStepTransferCallResponse>"+conn("transferredCall", id, "1902")+"</SingleStepTransferCallResponse>")
	for _, c := range s.all() {
		for d, local := range map[string]string{"1900": "connected", "1901": "null"} {
			golden(t, c.event(t, "TransferedEvent", d), "<TransferedEvent><monitorCrossRefID>"+c.xref(d)+"</monitorCrossRefID>"+conn("primaryOldCall", id, "1901")+
				"<transferringDevice><deviceIdentifier>1901</deviceIdentifier></transferringDevice><transferredToDevice><deviceIdentifier>1902</deviceIdentifier></transferredToDevice>"+
				"<transferredConnections>*</transferredConnections><localConnectionInfo>"+local+"</localConnectionInfo><cause>singleStepTransfer</cause></TransferedEvent>")
		}
		c.event(t, "DeliveredEvent", "1900")
		if e := c.event(t, "DeliveredEvent", "1902"); e.conn("connection") != id+"/1902" || e.at("lastRedirectionDevice", "numberDialed").text != "1901" {
			t.Errorf("single-step transfer: %v", e)
		}
	}
	s.clear(t, s.ed4, id, "1900", "1902")
}

func (s *services) conference(t *testing.T) {
	id := s.call(t, s.ed4, "1900", "1901")
	second := s.consult(t, s.ed5, id, "1900", "1902")
	e := s.ed6.must(t, "ConferenceCall", conn("heldCall", id, "1900")+conn("activeCall", second, "1900"))
	s.once(t, "ConferenceCall")
	call := merged(t, e.at("conferenceCall", "callID").text, id, second)
	for _, c := range s.all() {
		for _, d := range []string{"1900", "1901", "1902"} {
			got := c.event(t, "ConferencedEvent", d)
			golden(t, got, "<ConferencedEvent><monitorCrossRefID>"+c.xref(d)+"</monitorCrossRefID>"+conn("primaryOldCall", id, "1900")+conn("secondaryOldCall", second, "1900")+
				"<conferencingDevice><deviceIdentifier>1900</deviceIdentifier></conferencingDevice><addedParty><deviceIdentifier>1902</deviceIdentifier></addedParty>"+
				"<conferenceConnections>*</conferenceConnections><localConnectionInfo>connected</localConnectionInfo><cause>conference</cause></ConferencedEvent>")
			controller := id // whichever of its two connections went into the other
			if call == id {
				controller = second
			}
			s.listed(t, got.at("conferenceConnections"), call, map[string]string{"1900": controller, "1901": id, "1902": second})
		}
	}
	s.ed3.must(t, "ClearConnection", conn("connectionToBeCleared", call, "1900")) // the controller leaves
	s.once(t, "ClearConnection")
	for _, d := range []string{"1900", "1901", "1902"} {
		for _, e := range s.each(t, "ConnectionClearedEvent", d) {
			if e.conn("droppedConnection") != call+"/1900" || d != "1900" && e.at("localConnectionInfo").text != "connected" {
				t.Errorf("the controller leaves: %v", e)
			}
		}
	}
	s.clear(t, s.ed4, call, "1901", "1902")
}

func (s *services) singleStepConference(t *testing.T) {
	id := s.call(t, s.ed4, "1900", "1901")
	e := s.ed6.must(t, "SingleStepConferenceCall", conn("activeCall", id, "1901")+"<deviceToJoin>1903</deviceToJoin><participationType>active</participationType>")
	s.once(t, "SingleStepConferenceCall")
	golden(t, e, "<SingleStepConferenceCallResponse>"+conn("conferencedCall", id, "1903")+"</SingleStepConferenceCallResponse>")
	for _, c := range s.all() {
		for _, d := range []string{"1900", "1901", "1903"} {
			golden(t, c.event(t, "ConferencedEvent", d), "<ConferencedEvent><monitorCrossRefID>"+c.xref(d)+"</monitorCrossRefID>"+conn("primaryOldCall", id, "1901")+
				"<conferencingDevice><deviceIdentifier>1901</deviceIdentifier></conferencingDevice><addedParty><deviceIdentifier>1903</deviceIdentifier></addedParty>"+
				"<conferenceConnections>*</conferenceConnections><localConnectionInfo>connected</localConnectionInfo><cause>singleStepConference</cause></ConferencedEvent>")
		}
	}
	s.clear(t, s.ed4, id, "1900", "1901", "1903")
}
