package cstaserver

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// started: the monitor on a device whose upstream monitor the test brings up.
func (n *node) monitored(c *client, device string) string {
	n.t.Helper()
	c.send("0007", "<MonitorStart><monitorObject><deviceObject>"+device+"</deviceObject></monitorObject><monitorType>device</monitorType></MonitorStart>")
	if d, ok := n.cl.View().Device(testSwitch, device); !ok || d.MonitoredEpoch != n.cl.epoch {
		n.cl.wait("a wish to monitor "+device, func(v *fsm.State) bool {
			for d := range v.Unwatched(testSwitch) {
				if d.Id == device {
					return true
				}
			}
			return false
		})
		n.cl.watch(device)
	}
	return c.started("0007")
}

// A plain call on monitors of both sides: each event once for each monitor, with
// the monitored device's own state.
func TestPlainCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000", "1001")
		n := start(t, cl, Options{})
		c := n.client(4)
		a, b := n.monitored(c, "1000"), n.monitored(c, "1001")
		if a != "1" || b != "2" {
			t.Fatalf("cross reference IDs %s and %s", a, b)
		}

		cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_SERVICE_INITIATED, Via: "1000", Subject: swConn("77", "1000"), Device: party("1000"),
			Local: fsmpb.ConnectionState_INITIATED, HasLocal: true, Cause: "makeCall"})
		c.expect("9999 <ServiceInitiatedEvent><monitorCrossRefID>1</monitorCrossRefID><initiatedConnection><callID>1</callID><deviceID>1000</deviceID></initiatedConnection><initiatingDevice><deviceIdentifier>1000</deviceIdentifier></initiatingDevice><localConnectionInfo>initiated</localConnectionInfo><cause>makeCall</cause></ServiceInitiatedEvent>")

		cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_ORIGINATED, Via: "1000", Subject: swConn("77", "1000"), Device: party("1000"),
			Local: fsmpb.ConnectionState_CONNECTED, HasLocal: true, Cause: "newCall", Calling: party("1000"), Called: party("1001")})
		c.expect("9999 <OriginatedEvent><monitorCrossRefID>1</monitorCrossRefID><originatedConnection><callID>1</callID><deviceID>1000</deviceID></originatedConnection><callingDevice><deviceIdentifier>1000</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1001</deviceIdentifier></calledDevice><localConnectionInfo>connected</localConnectionInfo><cause>newCall</cause></OriginatedEvent>")

		cl.delivered("77", "1000", "1001", "1000", fsmpb.ConnectionState_CONNECTED)
		cl.delivered("77", "1000", "1001", "1001", fsmpb.ConnectionState_ALERTING)
		delivered := func(xref, local string) string {
			return "9999 <DeliveredEvent><monitorCrossRefID>" + xref + "</monitorCrossRefID><connection><callID>1</callID><deviceID>1001</deviceID></connection><alertingDevice><deviceIdentifier>1001</deviceIdentifier></alertingDevice><callingDevice><deviceIdentifier>1000</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1001</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice><localConnectionInfo>" + local + "</localConnectionInfo><cause>newCall</cause></DeliveredEvent>"
		}
		c.expect(delivered("1", "connected"), delivered("2", "alerting"))

		cl.established("77", "1000", "1001", "1001")
		cl.established("77", "1000", "1001", "1000")
		established := func(xref string) string {
			return "9999 <EstablishedEvent><monitorCrossRefID>" + xref + "</monitorCrossRefID><establishedConnection><callID>1</callID><deviceID>1001</deviceID></establishedConnection><answeringDevice><deviceIdentifier>1001</deviceIdentifier></answeringDevice><callingDevice><deviceIdentifier>1000</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1001</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice><localConnectionInfo>connected</localConnectionInfo><cause>normal</cause></EstablishedEvent>"
		}
		c.expect(established("1"), established("2"))

		cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_HELD, Via: "1000", Subject: swConn("77", "1000"), Device: party("1000"),
			Local: fsmpb.ConnectionState_HOLD, HasLocal: true, Cause: "normal"})
		held := func(xref, local string) string {
			return "9999 <HeldEvent><monitorCrossRefID>" + xref + "</monitorCrossRefID><heldConnection><callID>1</callID><deviceID>1000</deviceID></heldConnection><holdingDevice><deviceIdentifier>1000</deviceIdentifier></holdingDevice><localConnectionInfo>" + local + "</localConnectionInfo><cause>normal</cause></HeldEvent>"
		}
		c.expect(held("1", "hold"), held("2", "connected"))

		cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_RETRIEVED, Via: "1000", Subject: swConn("77", "1000"), Device: party("1000"),
			Local: fsmpb.ConnectionState_CONNECTED, HasLocal: true, Cause: "normal"})
		retrieved := func(xref string) string {
			return "9999 <RetrievedEvent><monitorCrossRefID>" + xref + "</monitorCrossRefID><retrievedConnection><callID>1</callID><deviceID>1000</deviceID></retrievedConnection><retrievingDevice><deviceIdentifier>1000</deviceIdentifier></retrievingDevice><localConnectionInfo>connected</localConnectionInfo><cause>normal</cause></RetrievedEvent>"
		}
		c.expect(retrieved("1"), retrieved("2"))

		cl.cleared("77", "1000", "1000", fsmpb.ConnectionState_NULL)
		cleared := func(xref, device, local string) string {
			return "9999 <ConnectionClearedEvent><monitorCrossRefID>" + xref + "</monitorCrossRefID><droppedConnection><callID>1</callID><deviceID>" + device + "</deviceID></droppedConnection><releasingDevice><deviceIdentifier>" + device + "</deviceIdentifier></releasingDevice><localConnectionInfo>" + local + "</localConnectionInfo><cause>normalClearing</cause></ConnectionClearedEvent>"
		}
		c.expect(cleared("1", "1000", "null"), cleared("2", "1000", "connected"))
		cl.cleared("77", "1001", "1001", fsmpb.ConnectionState_NULL)
		c.expect(cleared("2", "1001", "null"))
		c.quiet()
	})
}

func TestMonitorStartIsAnsweredWhenItsUpstreamMonitorIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(6)
		c.send("0001", `<MonitorStart><monitorObject><deviceObject typeOfNumber="dialingNumber">1000</deviceObject></monitorObject><requestedMonitorFilter><callcontrol><held>true</held></callcontrol></requestedMonitorFilter><monitorType>device</monitorType></MonitorStart>`)
		synctest.Wait()
		c.quiet()
		cl.watch("1000")
		c.expect("0001 <MonitorStartResponse><monitorCrossRefID>1</monitorCrossRefID><actualMonitorFilter><callcontrol><held>true</held></callcontrol></actualMonitorFilter><monitorExistingCalls>false</monitorExistingCalls></MonitorStartResponse>")
		c.send("0002", "<GetMonitors/>")
		c.expect("0002 <GetMonitorsResponse><crossRefIDorRegistrationData><monitorList><monitorListEntry><monitorCrossRefID>1</monitorCrossRefID><monitorObject>1000</monitorObject></monitorListEntry></monitorList></crossRefIDorRegistrationData></GetMonitorsResponse>")
		c.send("0003", "<MonitorStop><monitorCrossRefID>1</monitorCrossRefID></MonitorStop>")
		c.expect("0003 <MonitorStopResponse/>")
		c.send("0004", "<MonitorStop><monitorCrossRefID>1</monitorCrossRefID></MonitorStop>")
		c.expect("0004 <CSTAErrorCode><operation>invalidMonitorCrossRefID</operation></CSTAErrorCode>")
		cl.delivered("77", "1001", "1000", "1000", fsmpb.ConnectionState_ALERTING)
		c.quiet()
	})
}

func TestMonitorStartIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(4)
		for _, x := range []struct{ request, answer string }{
			{"<MonitorStart/>", "<operation>invalidMonitorObject</operation>"},
			{"<MonitorStart><monitorObject><callObject><callID>x</callID></callObject></monitorObject></MonitorStart>", "<operation>invalidCallID</operation>"},
			{"<MonitorStart><monitorObject><callObject><callID>99</callID></callObject></monitorObject></MonitorStart>", "<operation>invalidCallID</operation>"},
			{"<MonitorStart><monitorObject><deviceObject>1000</deviceObject></monitorObject><monitorType>both</monitorType></MonitorStart>", "<operation>invalidMonitorType</operation>"},
			{"<ChangeMonitorFilter><monitorCrossRefID>8</monitorCrossRefID></ChangeMonitorFilter>", "<operation>invalidMonitorCrossRefID</operation>"},
			{"<GetMonitors/>", "<operation>serviceNotSupported</operation>"}, // edition 6 has it
			{"<MakeCoffee/>", "<operation>serviceNotSupported</operation>"},
		} {
			c.send("0001", x.request)
			c.expect("0001 <CSTAErrorCode>" + x.answer + "</CSTAErrorCode>")
		}
		c.send("0002", "<MonitorStart><monitorObject><deviceObject>1000</deviceObject></monitorObject></MonitorStart>")
		synctest.Wait()
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Monitor{Monitor: &fsmpb.UpstreamMonitor{Device: "1000", Category: "operation", Value: "invalidDeviceID"}}})
		c.expect("0002 <CSTAErrorCode><operation>invalidDeviceID</operation></CSTAErrorCode>")
	})
}

// Each T-Server has its own monitors, filters and edition.
func TestSeveralTServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c, d := n.clientAt(tserver1, 3), n.clientAt(tserver2, 6)
		if got := n.monitored(c, "1000"); got != "1" {
			t.Fatal(got)
		}
		d.send("0001", "<MonitorStart><monitorObject><deviceObject>1000</deviceObject></monitorObject><requestedMonitorFilter><callcontrol><delivered>true</delivered></callcontrol></requestedMonitorFilter></MonitorStart>")
		if got := d.started("0001"); got != "2" {
			t.Fatal(got)
		}
		cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_DELIVERED, Via: "1000", Subject: swConn("77", "1000"), Device: party("1000"),
			Local: fsmpb.ConnectionState_ALERTING, HasLocal: true, Cause: "callInterceptionBusy", Calling: party("1001"), Called: party("1000"),
			LastRedirection: party("7000")})
		c.expect("9999 <DeliveredEvent><monitorCrossRefID>1</monitorCrossRefID><connection><callID>1</callID><deviceID>1000</deviceID></connection><alertingDevice><deviceIdentifier>1000</deviceIdentifier></alertingDevice><callingDevice><deviceIdentifier>1001</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1000</deviceIdentifier></calledDevice><lastRedirectionDevice><numberDialed>7000</numberDialed></lastRedirectionDevice><localConnectionInfo>alerting</localConnectionInfo><cause>busy</cause></DeliveredEvent>")
		cl.established("77", "1001", "1000", "1000")
		c.next()
		d.expect("9999 <EstablishedEvent><monitorCrossRefID>2</monitorCrossRefID><establishedConnection><callID>1</callID><deviceID>1000</deviceID></establishedConnection><answeringDevice><deviceIdentifier>1000</deviceIdentifier></answeringDevice><callingDevice><deviceIdentifier>1001</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1000</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice><localConnectionInfo>connected</localConnectionInfo><cause>normal</cause></EstablishedEvent>")
		d.send("0002", "<ChangeMonitorFilter><monitorCrossRefID>2</monitorCrossRefID><requestedFilterList><callcontrol><held>true</held></callcontrol></requestedFilterList></ChangeMonitorFilter>")
		d.expect("0002 <ChangeMonitorFilterResponse><actualFilterList><callcontrol><held>true</held></callcontrol></actualFilterList></ChangeMonitorFilterResponse>")
		cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_HELD, Via: "1000", Subject: swConn("77", "1000"), Device: party("1000"),
			Local: fsmpb.ConnectionState_HOLD, HasLocal: true, Cause: "normal"})
		c.next()
		d.quiet()
		// A monitor of the other T-Server is none of ours.
		d.send("0003", "<MonitorStop><monitorCrossRefID>1</monitorCrossRefID></MonitorStop>")
		d.expect("0003 <CSTAErrorCode><operation>invalidMonitorCrossRefID</operation></CSTAErrorCode>")
	})
}

// A call-type monitor follows the call through a transfer, a device-type one
// ends its interest with the device's part.
func TestMonitorsInATransfer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000", "1001", "1002")
		n := start(t, cl, Options{})
		c := n.client(6)
		n.monitored(n.clientAt(tserver2, 6), "1002") // so that the call stays in sight
		dev := n.monitored(c, "1001")
		c.send("0001", "<MonitorStart><monitorObject><deviceObject>1001</deviceObject></monitorObject><monitorType>call</monitorType></MonitorStart>")
		call := c.started("0001")
		if dev != "2" || call != "3" {
			t.Fatal(dev, call)
		}
		// 1000 calls 1001, which holds and consults 1002.
		cl.delivered("77", "1000", "1001", "1001", fsmpb.ConnectionState_ALERTING)
		cl.established("77", "1000", "1001", "1001")
		cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_HELD, Via: "1001", Subject: swConn("77", "1001"), Device: party("1001"),
			Local: fsmpb.ConnectionState_HOLD, HasLocal: true, Cause: "consultation"})
		cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_ORIGINATED, Via: "1001", Subject: swConn("78", "1001"), Device: party("1001"),
			Local: fsmpb.ConnectionState_CONNECTED, HasLocal: true, Cause: "consultation", Calling: party("1001"), Called: party("1002")})
		cl.delivered("78", "1001", "1002", "1001", fsmpb.ConnectionState_CONNECTED)
		cl.established("78", "1001", "1002", "1001")
		for range 2 * 6 {
			c.next()
		}
		cl.call(&fsmpb.CallEvent{Type: fsmpb.EventType_TRANSFERRED, Via: "1001", Subject: swConn("77", "1001"), SecondaryOld: swConn("78", "1001"),
			Device: party("1001"), Other: party("1002"), Local: fsmpb.ConnectionState_NULL, HasLocal: true, Cause: "transfer",
			Connections: []*fsmpb.ListItem{
				{NewConnection: swConn("78", "1000"), OldConnection: swConn("77", "1000"), Endpoint: party("1000")},
				{NewConnection: swConn("78", "1002"), OldConnection: swConn("78", "1002"), Endpoint: party("1002")},
			}})
		first, second := c.next(), c.next()
		transferred := func(xref string) string {
			return "9999 " + declaration + c.full("<TransferedEvent><monitorCrossRefID>"+xref+"</monitorCrossRefID><primaryOldCall><callID>1</callID><deviceID>1001</deviceID></primaryOldCall><secondaryOldCall><callID>2</callID><deviceID>1001</deviceID></secondaryOldCall><transferringDevice><deviceIdentifier>1001</deviceIdentifier></transferringDevice><transferredToDevice><deviceIdentifier>1002</deviceIdentifier></transferredToDevice><transferredConnections><connectionListItem><newConnection><callID>2</callID><deviceID>1000</deviceID></newConnection><oldConnection><callID>1</callID><deviceID>1000</deviceID></oldConnection><endpoint><deviceID>1000</deviceID></endpoint></connectionListItem><connectionListItem><newConnection><callID>2</callID><deviceID>1002</deviceID></newConnection><oldConnection><callID>2</callID><deviceID>1002</deviceID></oldConnection><endpoint><deviceID>1002</deviceID></endpoint></connectionListItem></transferredConnections><localConnectionInfo>null</localConnectionInfo><cause>transfer</cause></TransferedEvent>")
		}
		if first.String() != transferred("2") || second.String() != transferred("3") {
			t.Fatalf("got\n%v\n%v\nwant\n%s\n%s", first, second, transferred("2"), transferred("3"))
		}
		c.quiet()
		// The call goes on without 1001: only the call-type monitor hears it.
		cl.cleared("78", "1002", "1002", fsmpb.ConnectionState_NULL)
		c.expect("9999 <ConnectionClearedEvent><monitorCrossRefID>3</monitorCrossRefID><droppedConnection><callID>2</callID><deviceID>1002</deviceID></droppedConnection><releasingDevice><deviceIdentifier>1002</deviceIdentifier></releasingDevice><cause>normalClearing</cause></ConnectionClearedEvent>",
			"9999 <ConnectionClearedEvent><monitorCrossRefID>3</monitorCrossRefID><droppedConnection><callID>2</callID><deviceID>1000</deviceID></droppedConnection><releasingDevice><deviceIdentifier>1000</deviceIdentifier></releasingDevice><cause>normalClearing</cause></ConnectionClearedEvent>",
			"9999 <CallClearedEvent><monitorCrossRefID>3</monitorCrossRefID><clearedCall><callID>2</callID></clearedCall><cause>normalClearing</cause></CallClearedEvent>")
		c.quiet()
	})
}

// A monitor on a call ends with it; its client is told, last of all, and of
// CallCleared before unless its filter keeps that out.
func TestMonitorOnACallEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "1000")
		cl.delivered("77", "1001", "1000", "1000", fsmpb.ConnectionState_ALERTING)
		c.next()
		const object = "<MonitorStart><monitorObject><callObject><callID>1</callID></callObject></monitorObject>"
		c.send("0001", object+"<monitorType>call</monitorType></MonitorStart>")
		c.expect("0001 <MonitorStartResponse><monitorCrossRefID>2</monitorCrossRefID><monitorExistingCalls>true</monitorExistingCalls></MonitorStartResponse>")
		const filter = "<callcontrol><callCleared>true</callCleared></callcontrol>"
		c.send("0002", object+"<requestedMonitorFilter>"+filter+"</requestedMonitorFilter><monitorType>call</monitorType></MonitorStart>")
		c.expect("0002 <MonitorStartResponse><monitorCrossRefID>3</monitorCrossRefID><actualMonitorFilter>" + filter + "</actualMonitorFilter><monitorExistingCalls>true</monitorExistingCalls></MonitorStartResponse>")

		cl.cleared("77", "1000", "1000", fsmpb.ConnectionState_NULL)
		event := func(xref, device, local string) string {
			return "9999 <ConnectionClearedEvent><monitorCrossRefID>" + xref + "</monitorCrossRefID><droppedConnection><callID>1</callID><deviceID>" + device + "</deviceID></droppedConnection><releasingDevice><deviceIdentifier>" + device + "</deviceIdentifier></releasingDevice>" + local + "<cause>normalClearing</cause></ConnectionClearedEvent>"
		}
		c.expect(event("1", "1000", "<localConnectionInfo>null</localConnectionInfo>"), event("2", "1000", ""), event("3", "1000", ""),
			event("2", "1001", ""), event("3", "1001", ""), // nobody watches 1001
			"9999 <CallClearedEvent><monitorCrossRefID>2</monitorCrossRefID><clearedCall><callID>1</callID></clearedCall><cause>normalClearing</cause></CallClearedEvent>",
			"9000 <MonitorStop><monitorCrossRefID>2</monitorCrossRefID></MonitorStop>", "9001 <MonitorStop><monitorCrossRefID>3</monitorCrossRefID></MonitorStop>")
		c.quiet()
	})
}

// Delivered positions go into the log within 50 ms, and not when nothing was
// told.
func TestProgressIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "1000")
		cl.delivered("77", "1001", "1000", "1000", fsmpb.ConnectionState_ALERTING)
		at := cl.View().Feed().Last()
		c.next()
		time.Sleep(60 * time.Millisecond)
		s, _ := cl.View().Session(1)
		if got := fsm.PositionOf(s.Delivered); got != at {
			t.Errorf("delivered %v, want %v", got, at)
		}
		index := cl.View().Index()
		time.Sleep(5 * time.Second)
		if got := cl.View().Index(); got != index {
			t.Errorf("%d entries were proposed in silence", got-index)
		}
		time.Sleep(6 * time.Second)
		if got := cl.View().Index(); got != index+1 {
			t.Errorf("%d signs of life in 11 s", got-index)
		}
	})
}
