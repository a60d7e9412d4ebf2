package e2e

import (
	"testing"

	"github.com/holdline/holdline/transport/switchsim"
)

// deflect sends a ringing call elsewhere, from a client of the flat form of
// newDestination and from one of edition 6.
func (s *services) deflect(t *testing.T) {
	s.ed4.must(t, "MakeCall", "<callingDevice>1900</callingDevice><calledDirectoryNumber>1901</calledDirectoryNumber>")
	s.once(t, "MakeCall")
	var id string
	for _, e := range s.each(t, "DeliveredEvent", "1901") {
		id = e.at("connection", "callID").text
	}
	s.each(t, "DeliveredEvent", "1900")
	for _, step := range []struct {
		c                     *client
		from, to, destination string
	}{
		{s.ed3, "1901", "1902", "1902"},
		{s.ed6, "1902", "1903", "<device>1903</device>"},
	} {
		golden(t, step.c.must(t, "DeflectCall", conn("callToBeDiverted", id, step.from)+"<newDestination>"+step.destination+"</newDestination>"), "<DeflectCallResponse/>")
		s.once(t, "DeflectCall")
		for _, e := range s.each(t, "DivertedEvent", step.from) {
			golden(t, e, "<DivertedEvent><monitorCrossRefID>*</monitorCrossRefID>"+conn("connection", id, step.from)+"<divertingDevice><deviceIdentifier>"+step.from+"</deviceIdentifier></divertingDevice>"+
				"<newDestination><deviceIdentifier>"+step.to+"</deviceIdentifier></newDestination><callingDevice><deviceIdentifier>1900</deviceIdentifier></callingDevice>"+
				"<calledDevice><deviceIdentifier>1901</deviceIdentifier></calledDevice><lastRedirectionDevice>*</lastRedirectionDevice><localConnectionInfo>null</localConnectionInfo>"+
				"<cause>redirected</cause><callLinkageData>*</callLinkageData></DivertedEvent>")
		}
		for _, e := range s.each(t, "DeliveredEvent", step.to) {
			if e.conn("connection") != id+"/"+step.to || e.at("lastRedirectionDevice", "numberDialed").text != step.from {
				t.Errorf("deflected: %v", e)
			}
		}
		s.each(t, "DivertedEvent", "1900")
		s.each(t, "DeliveredEvent", "1900")
	}
	s.clear(t, s.ed4, id, "1900", "1903")
}

// failed calls somebody who is busy.
func (s *services) failed(t *testing.T) {
	s.ed4.must(t, "SetDoNotDisturb", "<device>1904</device><doNotDisturbOn>true</doNotDisturbOn>")
	s.once(t, "SetDoNotDisturb")
	id := s.ed5.must(t, "MakeCall", "<callingDevice>1900</callingDevice><calledDirectoryNumber>1904</calledDirectoryNumber>").at("callingDevice", "callID").text
	s.once(t, "MakeCall")
	for _, e := range s.each(t, "FailedEvent", "1900") {
		golden(t, e, "<FailedEvent><monitorCrossRefID>*</monitorCrossRefID>"+conn("failedConnection", id, "1904")+"<failingDevice><deviceIdentifier>1904</deviceIdentifier></failingDevice>"+
			"<callingDevice><deviceIdentifier>1900</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1904</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice>"+
			"<localConnectionInfo>connected</localConnectionInfo><cause>doNotDisturb</cause><callLinkageData>*</callLinkageData></FailedEvent>")
	}
	s.ed4.must(t, "SetDoNotDisturb", "<device>1904</device><doNotDisturbOn>false</doNotDisturbOn>")
	s.once(t, "SetDoNotDisturb")
	s.clear(t, s.ed4, id, "1900")
	for _, on := range []string{"true", "false"} {
		for _, e := range s.each(t, "DoNotDisturbEvent", "1904") {
			golden(t, e, "<DoNotDisturbEvent><monitorCrossRefID>*</monitorCrossRefID><device><deviceIdentifier>1904</deviceIdentifier></device><doNotDisturbOn>"+on+"</doNotDisturbOn></DoNotDisturbEvent>")
		}
	}
}

// outside makes a call into the network, and lets one come from there into a
// queue.
func (s *services) outside(t *testing.T) {
	id := s.ed4.must(t, "MakeCall", "<callingDevice>1900</callingDevice><calledDirectoryNumber>+19005551</calledDirectoryNumber>").at("callingDevice", "callID").text
	s.once(t, "MakeCall")
	for _, e := range s.each(t, "NetworkReachedEvent", "1900") {
		golden(t, e, "<NetworkReachedEvent><monitorCrossRefID>*</monitorCrossRefID>"+conn("outboundConnection", id, "+19005551")+"<networkInterfaceUsed><deviceIdentifier>*</deviceIdentifier></networkInterfaceUsed>"+
			"<callingDevice><deviceIdentifier>1900</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>+19005551</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice>"+
			"<localConnectionInfo>connected</localConnectionInfo><cause>newCall</cause><callLinkageData>*</callLinkageData></NetworkReachedEvent>")
	}
	s.each(t, "DeliveredEvent", "1900")
	s.clear(t, s.ed4, id, "1900")

	for i := range 10 { // nobody is free
		_, _ = s.Switch.Do(switchsim.Move{Action: "agent", Device: "100" + string(rune('0'+i)), State: "notReady"})
	}
	s.do(t, switchsim.Move{Action: "inbound", Device: "+19005552", To: "7000", User: "vip"})
	for _, e := range s.each(t, "QueuedEvent", "7000") {
		id = e.at("queuedConnection", "callID").text
		golden(t, e, "<QueuedEvent><monitorCrossRefID>*</monitorCrossRefID>"+conn("queuedConnection", id, "7000")+"<queue><deviceIdentifier>7000</deviceIdentifier></queue>"+
			"<callingDevice><deviceIdentifier>+19005552</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>7000</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice>"+
			"<numberQueued>1</numberQueued><callsInFront>0</callsInFront><localConnectionInfo>queued</localConnectionInfo><userData><string>766970</string></userData>"+
			"<cause>enteringDistribution</cause><callLinkageData>*</callLinkageData></QueuedEvent>")
	}
	// A queued call is taken to somebody by a client.
	s.ed5.must(t, "DeflectCall", conn("callToBeDiverted", id, "7000")+"<newDestination>1901</newDestination>")
	s.once(t, "DeflectCall")
	s.each(t, "DivertedEvent", "7000")
	s.each(t, "DeliveredEvent", "1901")
	s.clear(t, s.ed4, id, "1901")
}
