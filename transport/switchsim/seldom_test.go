package switchsim

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The events that traffic never makes: what is told, and in the standard's order.
func TestMoves_SeldomEvents(t *testing.T) {
	withRig(t, Options{NoLinkage: true}, func(r *rig) {
		c := r.connect(1)
		for _, d := range []string{"1900", "1901", "1902"} {
			c.monitor(d)
		}
		c.take()
		ref := func(n string) string { return "<monitorCrossRefID>" + n + "</monitorCrossRefID>" }
		only := func(want ...string) {
			t.Helper()
			got := c.take()
			for _, body := range got {
				judgeSent(t, 6, body)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		const who = "<callingDevice><deviceIdentifier>+19005550000</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1900</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice>"
		call := r.do(Move{Action: "offer", Device: "+19005550000", To: "1900", User: "A"})
		only(msg("OfferedEvent", ref("1")+connID("offeredConnection", call, "1900")+"<offeredDevice><deviceIdentifier>1900</deviceIdentifier></offeredDevice>"+who+
			"<localConnectionInfo>alerting</localConnectionInfo><userData><string>41</string></userData><cause>newCall</cause>"))
		r.do(Move{Action: "accept", Device: "1900"})
		only(msg("DeliveredEvent", ref("1")+connID("connection", call, "1900")+"<alertingDevice><deviceIdentifier>1900</deviceIdentifier></alertingDevice>"+who+
			"<localConnectionInfo>alerting</localConnectionInfo><userData><string>41</string></userData><cause>newCall</cause>"))
		for _, bad := range []Move{
			{Action: "accept", Device: "1900"}, {Action: "offer", Device: "1901", To: "1900"}, {Action: "offer", To: "7000"},
			{Action: "bridge", Device: "1900"}, {Action: "private", Device: "4242"},
		} {
			if _, err := r.s.Do(bad); err == nil {
				t.Errorf("%+v was made", bad)
			}
		}
		r.do(Move{Action: "clearcall", Call: call})
		c.take()

		call = r.do(Move{Action: "dialdigits", Device: "1900", Digits: "19"})
		dialed := func(digits string) string {
			return msg("DigitsDialedEvent", ref("1")+connID("dialingConnection", call, "1900")+"<dialingDevice><deviceIdentifier>1900</deviceIdentifier></dialingDevice><dialingSequence>"+digits+
				"</dialingSequence><localConnectionInfo>initiated</localConnectionInfo><cause>keyOperation</cause>")
		}
		if got := c.take(); len(got) != 2 || !strings.Contains(got[0], "<ServiceInitiatedEvent") || got[1] != dialed("19") {
			t.Errorf("got %v", got)
		}
		r.do(Move{Action: "dialdigits", Device: "1900", Digits: "01"})
		only(dialed("01"))
		if again := r.do(Move{Action: "dial", Device: "1900", To: "1901"}); again != call {
			t.Errorf("dialled in call %s, not in %s", again, call)
		}
		r.do(Move{Action: "answer", Device: "1901"})
		r.do(Move{Action: "join", Device: "1901", To: "1902"})
		c.take()

		r.do(Move{Action: "bridge", Device: "1902"})
		bridged := func(monitor, local string) string {
			return msg("BridgedEvent", ref(monitor)+connID("bridgedConnection", call, "1902")+"<bridgedAppearance><deviceIdentifier>1902</deviceIdentifier></bridgedAppearance><localConnectionInfo>"+
				local+"</localConnectionInfo><cause>normal</cause>")
		}
		only(bridged("1", "connected"), bridged("2", "connected"), bridged("3", "queued"))
		r.do(Move{Action: "private", Device: "1902", User: "vendor"})
		only(msg("PrivateEvent", ref("3")+"<privateData><string>76656E646F72</string></privateData>"))
		if n := r.s.Exchanged()["BridgedEvent"]; n != (Exchanged{Sent: 3}) {
			t.Errorf("counted: %+v", n)
		}
		if n := r.s.Exchanged()["MonitorStart"]; n != (Exchanged{Received: 3}) {
			t.Errorf("counted: %+v", n)
		}
	})
}

// The switch ends what clients registered for.
func TestFaults_RegistrationsEnd(t *testing.T) {
	withRig(t, Options{NoLinkage: true}, func(r *rig) {
		c := r.connect(1)
		c.ask("RouteRegister", "<routeingDevice>6000</routeingDevice>")
		c.ask("RouteRegister", "<routeingDevice>6001</routeingDevice>")
		c.ask("SystemRegister", "<requestTypes><systemStatus>true</systemStatus></requestTypes>")
		call := r.do(Move{Action: "inbound", To: "6000"})
		c.take()
		if err := r.s.Break(Fault{Kind: "stoprouter", Device: "6000"}); err != nil {
			t.Fatal(err)
		}
		if err := r.s.Break(Fault{Kind: "stopregister"}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, body := range c.take() {
			got = append(got, judgeSent(t, 6, body).name)
		}
		if diff := cmp.Diff([]string{"RouteEnd", "RouteRegisterAbort", "SystemRegisterAbort"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if r.stateOf(call, "7000") != Queued {
			t.Errorf("what waited for the router is nowhere: %+v", r.s.Truth().Calls)
		}
		c.wantError("RouteRegisterCancel", "<routeRegisterReqID>1</routeRegisterReqID>", "operation", "invalidRouteRegistrationCrossRefID")
		c.wantAnswer("RouteRegisterCancel", "<routeRegisterReqID>2</routeRegisterReqID>", `<RouteRegisterCancelResponse xmlns="`+ns(6)+`"/>`)
		c.wantError("SystemRegisterCancel", "<sysStatRegisterID>3</sysStatRegisterID>", "operation", "invalidCrossRefID")
	})
}

// The switch refuses, once each, and ends an application session.
func TestFaults_DenyAndStopSession(t *testing.T) {
	withRig(t, Options{NoLinkage: true, ClientFirst: true, NoStatusAfterSession: true}, func(r *rig) {
		c := r.dial(1)
		services := []string{"StartApplicationSession", "ResetApplicationSessionTimer", "StopApplicationSession"}
		deny := func(f Fault) {
			t.Helper()
			f.Kind, f.Count = "deny", 1
			if err := r.s.Break(f); err != nil {
				t.Fatal(err)
			}
		}
		start := sessionMsg("StartApplicationSession", "<applicationInfo><applicationID>app</applicationID></applicationInfo><requestedProtocolVersions><protocolVersion>"+ns(6)+"</protocolVersion></requestedProtocolVersions>")
		id := "<sessionID>100000001</sessionID>"
		refused := func(service, why string) string {
			return sessionMsg(service+"NegResponse", "<errorCode><definedError>"+why+"</definedError></errorCode>")
		}
		deny(Fault{Services: services})
		c.send(1, start)
		c.want(1, refused("StartApplicationSession", "serverResourcesBusy"))
		c.send(2, start)
		c.want(2, sessionMsg("StartApplicationSessionPosResponse", id+"<actualProtocolVersion>"+ns(6)+"</actualProtocolVersion><actualSessionDuration>600</actualSessionDuration>"))
		deny(Fault{Services: services})
		c.send(3, sessionMsg("ResetApplicationSessionTimer", id))
		c.want(3, refused("ResetApplicationSessionTimer", "serverCannotResetSessionTimer"))
		deny(Fault{Services: services})
		c.send(4, sessionMsg("StopApplicationSession", id))
		c.want(4, refused("StopApplicationSession", "invalidSessionID"))

		deny(Fault{Link: 2})
		c.wantError("SnapshotDevice", "<snapshotObject>4242</snapshotObject>", "operation", "invalidDeviceID")
		deny(Fault{})
		c.wantError("RouteRegister", "", "operation", "requestIncompatibleWithObject")
		deny(Fault{Services: []string{"RouteRegister"}, Error: "security/generic"})
		c.ask("SnapshotDevice", "<snapshotObject>1900</snapshotObject>")
		c.wantError("RouteRegister", "", "security", "generic")
		c.wantAnswer("RouteRegister", "", msg("RouteRegisterResponse", "<routeRegisterReqID>1</routeRegisterReqID>"))

		if err := r.s.Break(Fault{Kind: "stopsession"}); err != nil {
			t.Fatal(err)
		}
		got := c.take()
		if want := sessionMsg("ApplicationSessionTerminated", id+"<sessionTermReason><definedTermReason>resourceLimitation</definedTermReason></sessionTermReason>"); len(got) != 1 || got[0] != want || !c.isClosed() {
			t.Errorf("got %v, closed %v; want %s and the end", got, c.isClosed(), want)
		}
		judgeSent(t, 6, got[0])
	})
}
