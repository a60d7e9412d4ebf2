package switchsim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMonitors_FilterAndStop(t *testing.T) {
	for _, invert := range []bool{false, true} {
		withRig(t, Options{InvertFilter: invert}, func(r *rig) {
			c := r.connect(1)
			filter := fmt.Sprintf("<callcontrol><delivered>%v</delivered></callcontrol>", !invert)
			c.wantAnswer("MonitorStart", "<monitorObject><deviceObject>1900</deviceObject></monitorObject><requestedMonitorFilter>"+filter+"</requestedMonitorFilter><monitorType>device</monitorType>",
				msg("MonitorStartResponse", "<monitorCrossRefID>1</monitorCrossRefID><actualMonitorFilter>"+filter+"</actualMonitorFilter><monitorExistingCalls>true</monitorExistingCalls>"))
			r.do(Move{Action: "inbound", To: "1900"})
			if got := names(c.take()); len(got) != 0 {
				t.Errorf("invert %v: a filtered event came: %v", invert, got)
			}
			filter = fmt.Sprintf("<callcontrol><established>%v</established></callcontrol>", !invert)
			c.wantAnswer("ChangeMonitorFilter", "<monitorCrossRefID>1</monitorCrossRefID><requestedFilterList>"+filter+"</requestedFilterList>",
				msg("ChangeMonitorFilterResponse", "<actualFilterList>"+filter+"</actualFilterList>"))
			r.do(Move{Action: "answer", Device: "1900"})
			r.do(Move{Action: "inbound", To: "1900"})
			if diff := cmp.Diff([]string{"DeliveredEvent"}, names(c.take())); diff != "" {
				t.Errorf("invert %v after the change (-want +got):\n%s", invert, diff)
			}
			c.wantAnswer("MonitorStop", "<monitorCrossRefID>1</monitorCrossRefID>", `<MonitorStopResponse xmlns="`+ns(6)+`"/>`)
			r.do(Move{Action: "clear", Device: "1900"})
			if got := names(c.take()); len(got) != 0 {
				t.Errorf("events after MonitorStop: %v", got)
			}
			for _, name := range []string{"MonitorStop", "ChangeMonitorFilter"} {
				body := "<monitorCrossRefID>1</monitorCrossRefID>"
				if name == "ChangeMonitorFilter" {
					body += "<requestedFilterList/>"
				}
				c.wantError(name, body, "operation", "invalidMonitorCrossRefID")
			}
		})
	}
}

func TestMonitors_Objects(t *testing.T) {
	withRig(t, Options{MaxMonitors: 2}, func(r *rig) {
		c := r.connect(1)
		call := r.do(Move{Action: "inbound", To: "1900"})
		c.wantError("MonitorStart", "<monitorObject><deviceObject>4242</deviceObject></monitorObject>", "operation", "invalidMonitorObject")
		c.wantError("MonitorStart", "<monitorObject><callObject><callID>1</callID></callObject></monitorObject>", "operation", "invalidMonitorObject")
		c.wantError("MonitorStart", "<monitorObject>"+connID("callObject", call, "1900")+"</monitorObject><monitorType>device</monitorType>", "operation", "invalidMonitorType")
		c.monitor("1900")
		c.monitor("1900")
		c.wantError("MonitorStart", "<monitorObject><deviceObject>1901</deviceObject></monitorObject>", "systemResourceAvailibility", "overallMonitorLimitExceeded")
		r.do(Move{Action: "answer", Device: "1900"})
		if got := names(c.take()); len(got) != 2 {
			t.Errorf("two monitors on one device got %v", got)
		}
		other := r.connect(2)
		if got := other.take(); len(got) != 0 {
			t.Errorf("an association without monitors got %v", got)
		}
	})
}

func TestMonitors_CallTypeFollowsTheCall(t *testing.T) {
	withRig(t, Options{NoLinkage: true, MergeID: MergeSecondary}, func(r *rig) {
		c := r.connect(1)
		first := r.do(Move{Action: "dial", Device: "1900", To: "1901"})
		c.ask("MonitorStart", "<monitorObject>"+connID("callObject", first, "1900")+"</monitorObject>")
		c.ask("MonitorStart", "<monitorObject><deviceObject>1902</deviceObject></monitorObject><monitorType>call</monitorType>")
		r.do(Move{Action: "answer", Device: "1901"})
		second := r.do(Move{Action: "consult", Device: "1901", To: "1902"})
		r.do(Move{Action: "answer", Device: "1902"})
		r.do(Move{Action: "transfer", Device: "1901"})
		r.do(Move{Action: "hold", Device: "1900"})
		r.do(Move{Action: "clearcall", Call: second})
		got := map[string][]string{}
		for _, body := range c.take() {
			n := judgeSent(t, 6, body)
			if n.has("localConnectionInfo") {
				t.Errorf("a call-type monitor's event has localConnectionInfo: %s", body)
			}
			got[n.value("monitorCrossRefID")] = append(got[n.value("monitorCrossRefID")], strings.TrimSuffix(n.name, "Event"))
		}
		want := map[string][]string{
			"1": {"Established", "Held", "Transfered", "Held", "ConnectionCleared", "ConnectionCleared", "CallCleared"},
			"2": {"Delivered", "Established", "Transfered", "Held", "ConnectionCleared", "ConnectionCleared", "CallCleared"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		c.wantError("MonitorStop", "<monitorCrossRefID>1</monitorCrossRefID>", "operation", "invalidMonitorCrossRefID")
		c.wantAnswer("MonitorStop", "<monitorCrossRefID>2</monitorCrossRefID>", `<MonitorStopResponse xmlns="`+ns(6)+`"/>`)
	})
}

func TestSnapshots_SayWhatIsSo(t *testing.T) {
	withRig(t, Options{Seed: 1}, func(r *rig) {
		c := r.connect(1)
		linkage := "<callLinkageData><globalCallData><globalCallLinkageID><globallyUniqueCallLinkageID>00000001000BBFD1</globallyUniqueCallLinkageID></globalCallLinkageID></globalCallData></callLinkageData>"
		c.wantAnswer("SnapshotDevice", "<snapshotObject>1900</snapshotObject>", msg("SnapshotDeviceResponse", "<crossRefIDorSnapshotData><snapshotData></snapshotData></crossRefIDorSnapshotData>"))
		call := r.do(Move{Action: "inbound", Device: "+15551112222", To: "1900", Correlator: "1234"})
		c.wantAnswer("SnapshotDevice", "<snapshotObject>1900</snapshotObject>", msg("SnapshotDeviceResponse", "<crossRefIDorSnapshotData><snapshotData><snapshotDeviceResponseInfo>"+
			connID("connectionIdentifier", call, "1900")+"<endpointDevice><deviceIdentifier>+15551112222</deviceIdentifier></endpointDevice>"+
			"<localCallState><compoundCallState><localConnectionState>alerting</localConnectionState><localConnectionState>connected</localConnectionState></compoundCallState></localCallState>"+
			linkage+"</snapshotDeviceResponseInfo></snapshotData></crossRefIDorSnapshotData>"))
		info := func(device, state string) string {
			return "<snapshotCallResponseInfo><deviceOnCall><deviceIdentifier>" + device + "</deviceIdentifier></deviceOnCall>" + connID("callIdentifier", call, device) +
				"<localConnectionInfo>" + state + "</localConnectionInfo></snapshotCallResponseInfo>"
		}
		c.wantAnswer("SnapshotCall", "<snapshotObject><callID>"+call+"</callID></snapshotObject>", msg("SnapshotCallResponse",
			"<crossRefIDorSnapshotData><snapshotData>"+info("+15551112222", "connected")+info("1900", "alerting")+"</snapshotData></crossRefIDorSnapshotData>"+
				"<callingDevice><deviceIdentifier>+15551112222</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1900</deviceIdentifier></calledDevice>"+
				"<correlatorData><string>31323334</string></correlatorData>"+linkage))
		c.wantError("SnapshotDevice", "<snapshotObject>4242</snapshotObject>", "operation", "invalidDeviceID")
		c.wantError("SnapshotCall", "<snapshotObject><callID>1</callID></snapshotObject>", "operation", "invalidCallID")
	})
}

func TestSnapshots_LongOnesComeInSegments(t *testing.T) {
	withRig(t, Options{SegmentItems: 3, SegmentGap: time.Second, NoLinkage: true}, func(r *rig) {
		c := r.connect(1)
		for range 7 {
			r.do(Move{Action: "inbound", To: "1900"})
		}
		c.monitor("1900")
		c.wantAnswer("SnapshotDevice", "<snapshotObject>1900</snapshotObject>", msg("SnapshotDeviceResponse", "<crossRefIDorSnapshotData><serviceCrossRefID>2</serviceCrossRefID></crossRefIDorSnapshotData>"))
		r.do(Move{Action: "answer", Device: "1900"})
		time.Sleep(time.Minute)
		var heads []string
		items := 0
		for _, body := range c.take() {
			n := judgeSent(t, 6, body)
			if n.name == "SnapshotDeviceData" {
				items += len(n.get("snapshotData").children)
				heads = append(heads, n.value("serviceCrossRefID")+" "+n.value("segmentID")+" "+n.value("lastSegment"))
			} else {
				heads = append(heads, n.name)
			}
		}
		if diff := cmp.Diff([]string{"2 1 false", "EstablishedEvent", "2 2 false", "2 3 true"}, heads); diff != "" || items != 7 {
			t.Errorf("%d items (-want +got):\n%s", items, diff)
		}
	})
}
