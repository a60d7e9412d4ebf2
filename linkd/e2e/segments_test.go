package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/holdline/holdline/transport/switchsim"
)

// segments waits for the segments of a long answer, and gives what they hold.
func (c *client) segments(t *testing.T, name, ref, content string) []*element {
	t.Helper()
	var all []*element
	for n := 1; ; n++ {
		e := c.request(t, name)
		if e.at("serviceCrossRefID").text != ref || e.at("segmentID").text != strconv.Itoa(n) {
			t.Fatalf("segment %d of %s: %v", n, ref, e)
		}
		all = append(all, e.at(content).children...)
		if e.at("lastSegment").text == "true" {
			if n == 1 {
				t.Errorf("the only segment of %s: %v", ref, e)
			}
			return all
		}
	}
}

// manyMonitors gives a client more of them than fit into one answer.
func (s *services) manyMonitors(t *testing.T) {
	c, session := explicitly(t, s.followers()[0].CSTA["tserver1"], "127.0.0.27", "many", "", 6)
	const n = 201
	var sent []string
	for range n {
		sent = append(sent, c.send("MonitorStart", "<monitorObject><deviceObject>1904</deviceObject></monitorObject><monitorType>device</monitorType>"))
	}
	xrefs := map[string]bool{}
	for _, invoke := range sent {
		xrefs[c.answer(t, "MonitorStart", invoke).at("monitorCrossRefID").text] = true
	}
	e := c.must(t, "GetMonitors", "")
	ref := e.at("crossRefIDorRegistrationData", "serviceCrossRefID").text
	golden(t, e, "<GetMonitorsResponse><crossRefIDorRegistrationData><serviceCrossRefID>"+ref+"</serviceCrossRefID></crossRefIDorRegistrationData></GetMonitorsResponse>")
	list := c.segments(t, "MonitorInfo", ref, "monitorList")
	for _, m := range list {
		golden(t, m, "<monitorListEntry><monitorCrossRefID>*</monitorCrossRefID><monitorObject>1904</monitorObject></monitorListEntry>")
		delete(xrefs, m.at("monitorCrossRefID").text)
	}
	if len(list) != n || len(xrefs) != 0 {
		t.Errorf("%d of %d monitors are listed; not these: %v", len(list), n, xrefs)
	}
	if e := c.ask(t, "GetRegistrations", ""); e.at("operation").text != "serviceNotSupported" {
		t.Errorf("GetRegistrations: %v", e)
	}

	// The switch's monitor on a device that nobody wants any more is stopped.
	before := s.executed("MonitorStop")
	c.monitor(t, "6001")
	c.must(t, "MonitorStop", "<monitorCrossRefID>"+c.xref("6001")+"</monitorCrossRefID>")
	eventually(t, "the end of the monitor at the switch", func() bool { return s.executed("MonitorStop") > before })
	c.must354(t, "StopApplicationSession", "<sessionID>"+session+"</sessionID>")
	<-c.done
	c.clean(t)
}

// segmentsOfTheSwitch has everything compared while the switch's answers are too
// long for one message: it sends two connections in each.
func (s *services) segmentsOfTheSwitch(t *testing.T) {
	call := s.call(t, s.ed4, "1900", "1901")
	s.do(t, switchsim.Move{Action: "join", Device: "1901", To: "1903"})
	s.each(t, "ConferencedEvent", "1903")
	for i := range 5 {
		s.do(t, switchsim.Move{Action: "inbound", Device: fmt.Sprintf("+1900556%d", i), To: "1902"})
		s.each(t, "DeliveredEvent", "1902")
	}
	sent := func(name string) uint64 { return s.Switch.Exchanged()[name].Sent }
	devices, calls, asked := sent("SnapshotDeviceData"), sent("SnapshotCallData"), s.executed("SnapshotDevice")
	s.ed4.mu.Lock()
	told := len(s.ed4.events)
	s.ed4.mu.Unlock()
	if err := s.Switch.Break(switchsim.Fault{Kind: "status", Status: "messagesLost"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "snapshots of all devices", func() bool { return s.executed("SnapshotDevice") >= asked+len(s.Devices) })
	eventually(t, "segments", func() bool { return sent("SnapshotDeviceData") >= devices+3 && sent("SnapshotCallData") >= calls+2 })
	for _, c := range s.all() {
		list := c.must(t, "SnapshotDevice", "<snapshotObject>1902</snapshotObject>").at("crossRefIDorSnapshotData", "snapshotData").children
		parties := c.must(t, "SnapshotCall", conn("snapshotObject", call, "1900")).at("crossRefIDorSnapshotData", "snapshotData").children
		if len(list) != 5 || len(parties) != 3 {
			t.Errorf("edition %d: %d calls at 1902, %d parties in the conference; want 5 and 3", c.edition, len(list), len(parties))
		}
	}
	s.ed4.mu.Lock()
	for _, e := range s.ed4.events[told:] {
		t.Errorf("nothing was lost, and yet came %v", e.element)
	}
	s.ed4.mu.Unlock()
}

// segmentsForAClient asks for what is too long for one frame: a device with many
// calls, and a call of many parties, who all have long numbers.
func (s *services) segmentsForAClient(t *testing.T) {
	const device, parties = "1905", 62
	number := func(i int) string { return "+1900" + strings.Repeat("5", 132) + fmt.Sprintf("%03d", i) }
	var calls []string
	for _, c := range []*client{s.ed3, s.ed6} {
		c.monitor(t, device)
	}
	for i := range parties {
		calls = append(calls, s.do(t, switchsim.Move{Action: "inbound", Device: number(i), To: device}))
	}
	for _, c := range []*client{s.ed3, s.ed6} {
		for range calls {
			c.event(t, "DeliveredEvent", device)
		}
		e := c.must(t, "SnapshotDevice", "<snapshotObject>"+device+"</snapshotObject>")
		ref := e.at("crossRefIDorSnapshotData", "serviceCrossRefID").text
		golden(t, e, "<SnapshotDeviceResponse><crossRefIDorSnapshotData><serviceCrossRefID>"+ref+"</serviceCrossRefID></crossRefIDorSnapshotData></SnapshotDeviceResponse>")
		linkage := ""
		if c == s.ed6 {
			linkage = "<callLinkageData>*</callLinkageData>"
		}
		list := c.segments(t, "SnapshotDeviceData", ref, "snapshotData")
		for i, info := range list {
			golden(t, info, "<snapshotDeviceResponseInfo><connectionIdentifier>*</connectionIdentifier><endpointDevice><deviceIdentifier>"+number(i)+"</deviceIdentifier></endpointDevice>"+
				"<localCallState><compoundCallState><localConnectionState>alerting</localConnectionState><localConnectionState>connected</localConnectionState></compoundCallState></localCallState>"+
				linkage+"</snapshotDeviceResponseInfo>")
		}
		if len(list) != parties {
			t.Errorf("edition %d: %d of %d calls", c.edition, len(list), parties)
		}
	}

	// One conference of all of them. The call whose ID the switch keeps is the
	// one with the even ID that is held.
	big := 0
	if n, _ := strconv.Atoi(calls[0]); n%2 == 1 {
		big = 1
	}
	s.do(t, switchsim.Move{Action: "answer", Device: device, Call: calls[big]})
	for i, call := range calls {
		if i == big {
			continue
		}
		s.do(t, switchsim.Move{Action: "hold", Device: device, Call: calls[big]})
		s.do(t, switchsim.Move{Action: "answer", Device: device, Call: call})
		if kept := s.do(t, switchsim.Move{Action: "conference", Device: device, Call: calls[big], Other: call}); kept != calls[big] {
			t.Fatalf("call %s lives on, not %s", kept, calls[big])
		}
	}
	for _, c := range []*client{s.ed3, s.ed6} {
		var id string
		for range parties - 1 {
			e := c.event(t, "ConferencedEvent", device)
			id = e.at("conferenceConnections").children[0].at("newConnection", "callID").text
		}
		e := c.must(t, "SnapshotCall", conn("snapshotObject", id, device))
		ref := e.at("crossRefIDorSnapshotData", "serviceCrossRefID").text
		golden(t, e, "<SnapshotCallResponse><crossRefIDorSnapshotData><serviceCrossRefID>"+ref+"</serviceCrossRefID></crossRefIDorSnapshotData>"+
			"<callingDevice>*</callingDevice><calledDevice>*</calledDevice><callLinkageData>*</callLinkageData></SnapshotCallResponse>")
		seen := map[string]bool{}
		for _, info := range c.segments(t, "SnapshotCallData", ref, "snapshotData") {
			who := info.at("deviceOnCall", "deviceIdentifier").text
			golden(t, info, "<snapshotCallResponseInfo><deviceOnCall><deviceIdentifier>"+who+"</deviceIdentifier></deviceOnCall>"+conn("callIdentifier", id, who)+
				"<localConnectionInfo>connected</localConnectionInfo></snapshotCallResponseInfo>")
			seen[who] = true
		}
		if len(seen) != parties+1 {
			t.Errorf("edition %d: %d of %d parties", c.edition, len(seen), parties+1)
		}
	}
}
