package switchsim

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const appSession = "http://www.ecma-international.org/standards/ecma-354/appl_session"

func sessionMsg(name, body string) string {
	return "<" + name + ` xmlns="` + appSession + `">` + body + "</" + name + ">"
}

func TestSystem_FramesAsTheReferenceHasThem(t *testing.T) {
	withRig(t, Options{Edition: 4}, func(r *rig) {
		c := r.dial(1)
		synced := c.take()
		if len(synced) != 1 {
			t.Fatalf("the switch doesn't speak first: %v", synced)
		}
		conn, err := r.links[0].dial()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		want := "\x00\x00\x00\xb40000" + `<?xml version="1.0" encoding="UTF-8"?><SystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><systemStatus>normal</systemStatus></SystemStatus>`
		if got := readBytes(t, conn, 180); got != want {
			t.Errorf("\n got %q\nwant %q", got, want)
		}
		request := "<RequestSystemStatus xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed4\"/>"
		if _, err := conn.Write(raw(1, request)); err != nil {
			t.Fatal(err)
		}
		readBytes(t, conn, 8)
		status := `<SystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><systemStatus>normal</systemStatus></SystemStatus>`
		_ = readBytes(t, conn, len(`<?xml version="1.0" encoding="UTF-8"?><RequestSystemStatusResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><systemStatus>normal</systemStatus></RequestSystemStatusResponse>`))
		if _, err := conn.Write(raw(2, status)); err != nil {
			t.Fatal(err)
		}
		want = "\x00\x00\x00\x8b0002" + `<?xml version="1.0" encoding="UTF-8"?><SystemStatusResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"/>`
		if got := readBytes(t, conn, 139); got != want {
			t.Errorf("\n got %q\nwant %q", got, want)
		}
	})
}

func TestSystem_RegistrationAndStatus(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		c.wantAnswer("SystemRegister", "<requestTypes><systemStatus>true</systemStatus><requestSystemStatus>false</requestSystemStatus></requestTypes><requestedStatusFilter><overloadImminent>true</overloadImminent></requestedStatusFilter>",
			msg("SystemRegisterResponse", "<sysStatRegisterID>1</sysStatRegisterID><actualStatusFilter><overloadImminent>true</overloadImminent></actualStatusFilter>"))
		if err := r.s.Break(Fault{Kind: "status", Status: "overloadImminent"}); err != nil {
			t.Fatal(err)
		}
		if err := r.s.Break(Fault{Kind: "status", Status: "overloadReached"}); err != nil {
			t.Fatal(err)
		}
		c.want(9000, msg("SystemStatus", "<sysStatRegisterID>1</sysStatRegisterID><systemStatus>overloadReached</systemStatus>"))
		c.send(9000, `<SystemStatusResponse xmlns="`+ns(6)+`"/>`)
		c.wantAnswer("RequestSystemStatus", "", msg("RequestSystemStatusResponse", "<systemStatus>overloadReached</systemStatus>"))
		if err := r.s.Break(Fault{Kind: "status", Status: "overloadRelieved"}); err != nil {
			t.Fatal(err)
		}
		c.want(9001, msg("SystemStatus", "<sysStatRegisterID>1</sysStatRegisterID><systemStatus>overloadRelieved</systemStatus>"))
		c.wantAnswer("RequestSystemStatus", "", msg("RequestSystemStatusResponse", "<systemStatus>normal</systemStatus>"))
		c.wantAnswer("ChangeSysStatFilter", "<sysStatRegisterID>1</sysStatRegisterID><requestedStatusFilter><normal>true</normal></requestedStatusFilter>",
			msg("ChangeSysStatFilterResponse", "<actualStatusFilter><normal>true</normal></actualStatusFilter>"))
		c.wantAnswer("SystemRegisterCancel", "<sysStatRegisterID>1</sysStatRegisterID>", `<SystemRegisterCancelResponse xmlns="`+ns(6)+`"/>`)
		c.wantError("SystemRegisterCancel", "<sysStatRegisterID>1</sysStatRegisterID>", "operation", "invalidCrossRefID")
		c.wantError("ChangeSysStatFilter", "<sysStatRegisterID>1</sysStatRegisterID><requestedStatusFilter/>", "operation", "invalidCrossRefID")
		c.wantAnswer("Escape", "<privateData><private><a/><b/></private></privateData>", msg("EscapeResponse", "<extensions><privateData><string>32</string></privateData></extensions>"))
		if v := r.s.Violations(); len(v) != 0 {
			t.Errorf("violations: %+v", v)
		}
	})
}

func TestSystem_KeepaliveDropsTheSilent(t *testing.T) {
	withRig(t, Options{Keepalive: 30 * time.Second}, func(r *rig) {
		silent, alive := r.connect(1), r.connect(2)
		for id := range 4 {
			time.Sleep(30 * time.Second)
			alive.want(9000+id, msg("SystemStatus", "<systemStatus>normal</systemStatus>"))
			alive.send(9000+id, `<SystemStatusResponse xmlns="`+ns(6)+`"/>`)
		}
		if diff := cmp.Diff([]string{"SystemStatus", "SystemStatus"}, names(silent.take())); diff != "" || !silent.isClosed() || alive.isClosed() {
			t.Errorf("silent closed %v, alive closed %v (-want +got):\n%s", silent.isClosed(), alive.isClosed(), diff)
		}
	})
}

func TestSession_StartResetStop(t *testing.T) {
	withRig(t, Options{ClientFirst: true}, func(r *rig) {
		c := r.dial(1)
		if spoke := c.take(); len(spoke) != 0 {
			t.Fatalf("the switch spoke first: %v", spoke)
		}
		start := func(version string) string {
			return sessionMsg("StartApplicationSession", "<applicationInfo><applicationID>app</applicationID></applicationInfo><requestedProtocolVersions><protocolVersion>"+version+"</protocolVersion></requestedProtocolVersions><requestedSessionDuration>60</requestedSessionDuration>")
		}
		c.send(1, start("http://example.org/other"))
		c.want(1, sessionMsg("StartApplicationSessionNegResponse", "<errorCode><definedError>requestedProtocolVersionNotSupported</definedError></errorCode>"))
		c.send(2, start(ns(4)))
		c.want(2, sessionMsg("StartApplicationSessionPosResponse", "<sessionID>100000001</sessionID><actualProtocolVersion>"+ns(4)+"</actualProtocolVersion><actualSessionDuration>60</actualSessionDuration>"))
		c.want(9000, `<SystemStatus xmlns="`+ns(4)+`"><systemStatus>normal</systemStatus></SystemStatus>`)
		c.send(9000, `<SystemStatusResponse xmlns="`+ns(4)+`"/>`)
		c.send(3, start(ns(4)))
		c.want(3, sessionMsg("StartApplicationSessionNegResponse", "<errorCode><definedError>maxNumberSessions</definedError></errorCode>"))
		time.Sleep(50 * time.Second)
		c.send(4, sessionMsg("ResetApplicationSessionTimer", "<sessionID>100000001</sessionID><requestedSessionDuration>90</requestedSessionDuration>"))
		c.want(4, sessionMsg("ResetApplicationSessionTimerPosResponse", "<actualSessionDuration>90</actualSessionDuration>"))
		c.send(5, sessionMsg("ResetApplicationSessionTimer", "<sessionID>1</sessionID>"))
		c.want(5, sessionMsg("ResetApplicationSessionTimerNegResponse", "<errorCode><definedError>invalidSessionID</definedError></errorCode>"))
		time.Sleep(80 * time.Second)
		if c.isClosed() {
			t.Fatal("closed in spite of the reset")
		}
		other := r.dial(1)
		other.send(1, start(ns(6)))
		other.take()
		other.send(2, sessionMsg("StopApplicationSession", "<sessionID>1</sessionID>"))
		other.want(2, sessionMsg("StopApplicationSessionNegResponse", "<errorCode><definedError>invalidSessionID</definedError></errorCode>"))
		other.send(3, sessionMsg("StopApplicationSession", "<sessionID>100000002</sessionID><sessionEndReason><definedEndReason>normal</definedEndReason></sessionEndReason>"))
		other.want(3, `<StopApplicationSessionPosResponse xmlns="`+appSession+`"></StopApplicationSessionPosResponse>`)
		if !other.isClosed() {
			t.Error("still open after StopApplicationSession")
		}
		time.Sleep(20 * time.Second)
		c.want(9001, sessionMsg("ApplicationSessionTerminated", "<sessionID>100000001</sessionID><sessionTermReason><definedTermReason>sessionTimerExpired</definedTermReason></sessionTermReason>"))
		if !c.isClosed() || len(r.s.Violations()) != 0 {
			t.Errorf("closed %v after expiry, violations %+v", c.isClosed(), r.s.Violations())
		}
	})
}

func TestAssociations_LimitPerLink(t *testing.T) {
	withRig(t, Options{MaxAssociations: 1}, func(r *rig) {
		first := r.connect(1)
		second := r.dial(1)
		second.want(0, msg("SystemStatus", "<systemStatus>disabled</systemStatus>"))
		if !second.isClosed() || first.isClosed() {
			t.Errorf("second closed %v, first closed %v", second.isClosed(), first.isClosed())
		}
		r.connect(2)
	})
	withRig(t, Options{MaxAssociations: 1, ClientFirst: true}, func(r *rig) {
		r.dial(1)
		c := r.dial(1)
		c.send(1, msg("RequestSystemStatus", ""))
		c.want(1, msg("CSTAErrorCode", "<systemResourceAvailibility>resourceLimitExceeded</systemResourceAvailibility>"))
		c = r.dial(1)
		c.send(1, sessionMsg("StartApplicationSession", ""))
		c.want(1, sessionMsg("StartApplicationSessionNegResponse", "<errorCode><definedError>maxNumberSessions</definedError></errorCode>"))
		if !c.isClosed() {
			t.Error("one too many is still open")
		}
	})
}

func TestAssociations_SlowReadersAreDropped(t *testing.T) {
	withRig(t, Options{QueueFrames: 8, Keepalive: -1}, func(r *rig) {
		conn, err := r.links[0].dial()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		readBytes(t, conn, 180)
		fine := r.connect(1)
		fine.monitor("1900")
		start := msg("MonitorStart", "<monitorObject><deviceObject>1900</deviceObject></monitorObject>")
		if _, err := conn.Write(raw(1, start)); err != nil {
			t.Fatal(err)
		}
		for range 12 {
			r.do(Move{Action: "inbound", To: "1900"})
		}
		counts := r.s.Truth().Counters
		if counts.Overflowed != 1 || len(r.s.Associations()) != 1 {
			t.Errorf("%d overflowed, %+v left", counts.Overflowed, r.s.Associations())
		}
		if got := fine.take(); len(got) != 12 || fine.isClosed() {
			t.Errorf("the other client read %d events, closed %v", len(got), fine.isClosed())
		}
	})
}

func TestViolations_AreJudgedKeptAndAnswered(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		ed6 := func(body string) string { return strings.ReplaceAll(body, "NS", `xmlns="`+ns(6)+`"`) }
		const transfer = "<heldCall><callID>1</callID></heldCall><activeCall><callID>2</callID></activeCall>"
		bad := []struct{ body, reason, answer string }{
			{"<TransferCall NS><activeCall><callID>2</callID></activeCall><heldCall><callID>1</callID></heldCall></TransferCall>", "TransferCall: heldCall is required here, found activeCall", "invalidParameterValue"},
			{"<ReconnectCall NS>" + transfer + "</ReconnectCall>", "ReconnectCall: activeCall is required here, found heldCall", "invalidParameterValue"},
			{"<HoldCall NS><callToBeHeld><deviceID>1</deviceID><callID>1</callID></callToBeHeld></HoldCall>", "HoldCall: callToBeHeld: callID is unknown or out of order in edition 6", "invalidParameterValue"},
			{`<HoldCall xmlns="` + ns(4) + `"><callToBeHeld><callID>1</callID></callToBeHeld></HoldCall>`, `HoldCall is in namespace "` + ns(4) + `", want "` + ns(6) + `"`, "invalidParameterValue"},
			{"<HoldCall><callToBeHeld><callID>1</callID></callToBeHeld></HoldCall>", `HoldCall is in namespace "", want "` + ns(6) + `"`, "invalidParameterValue"},
			{"<DeflectCall NS><callToBeDiverted><callID>1</callID></callToBeDiverted><newDestination>1000</newDestination></DeflectCall>", `DeflectCall: newDestination has text "1000", want elements`, "invalidParameterValue"},
			{"<RouteRegister NS><routingDevice>6000</routingDevice></RouteRegister>", "RouteRegister: routingDevice is unknown or out of order in edition 6", "invalidParameterValue"},
			{"<EscapeService NS/>", "the standard has no request EscapeService", "serviceNotSupported"},
			{"<SystemStatus NS/>", "SystemStatus: systemStatus is required here, found the end", "invalidParameterValue"},
			{"<SetAgentState NS><device>1000</device><requestedAgentState>agentReady</requestedAgentState></SetAgentState>", `SetAgentState: requestedAgentState: "agentReady" is none of loggedOn, loggedOff, notReady, ready, workingAfterCall`, "invalidParameterValue"},
			{"<MakeCall NS><callingDevice>1900</callingDevice><calledDirectoryNumber>1901</calledDirectoryNumber><accountCode>123</accountCode></MakeCall>", `MakeCall: accountCode: "123" is no hexBinary`, "invalidParameterValue"},
			{"<MonitorStart NS><monitorObject><deviceObject kind=\"x\">1900</deviceObject></monitorObject></MonitorStart>", "MonitorStart: monitorObject: deviceObject has attribute kind, which the standard doesn't know there", "invalidParameterValue"},
		}
		for _, tt := range bad {
			c.next++
			c.send(c.next, ed6(tt.body))
			if want := msg("CSTAErrorCode", "<operation>"+tt.answer+"</operation>"); c.answer(c.next) != want {
				t.Errorf("%s isn't answered with %s", tt.body, want)
			}
		}
		c.send(77, ed6("<SystemStatusResponse NS/>"))
		c.send(9999, ed6("<RequestSystemStatus NS/>"))
		c.answer(9999)
		got := r.s.Violations()
		if len(got) != len(bad)+2 {
			t.Fatalf("%d violations kept, want %d: %+v", len(got), len(bad)+2, got)
		}
		for i, tt := range bad {
			if got[i].Reason != tt.reason || got[i].Bytes != ed6(tt.body) {
				t.Errorf("violation %d\n got %s (%s)\nwant %s", i, got[i].Reason, got[i].Bytes, tt.reason)
			}
		}
		if r.s.Truth().Seq != 0 {
			t.Error("a violation changed the model")
		}
	})
}

func TestViolations_BrokenFramesAndXMLEndTheAssociation(t *testing.T) {
	for name, bytes := range map[string]string{
		"SOAP header":    "\x01\x00\x00\x0c0001",
		"short length":   "\x00\x00\x00\x080001",
		"no digits":      "\x00\x00\x00\x0c00x1",
		"no XML":         string(raw(1, "<x/<")),
		"two roots":      string(raw(1, "<x/><y/>")),
		"no root":        string(raw(1, "<!-- nothing -->")),
		"text behind":    string(raw(1, "<x/>behind")),
		"document type":  string(raw(1, `<!DOCTYPE x [<!ENTITY e "e">]><x/>`)),
		"unknown entity": string(raw(1, "<x>&e;</x>")),
		"too deep":       string(raw(1, strings.Repeat("<x>", 17)+strings.Repeat("</x>", 17))),
		"too many":       string(raw(1, "<x>"+strings.Repeat("<y/>", 2000)+"</x>")),
	} {
		t.Run(name, func(t *testing.T) {
			withRig(t, Options{}, func(r *rig) {
				c := r.connect(1)
				if _, err := c.conn.Write([]byte(bytes)); err != nil {
					t.Fatal(err)
				}
				if !c.isClosed() || len(r.s.Violations()) != 1 {
					t.Errorf("closed %v, violations %+v", c.isClosed(), r.s.Violations())
				}
			})
		})
	}
}
