package cstaserver

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const statusNormal = "<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>"

func status(s string) string {
	return "<SystemStatus><systemStatus>" + s + "</systemStatus></SystemStatus>"
}

func TestServerSpeaksFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{StatusFirst: true})
		nc := n.dial(tserver1)
		// ECMA-323 Annex J.2, as OpenScape Voice sends it: 180 octets.
		want := "\x00\x00\x00\xb40000" + `<?xml version="1.0" encoding="UTF-8"?>` +
			`<SystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><systemStatus>normal</systemStatus></SystemStatus>`
		got := make([]byte, len(want))
		if _, err := io.ReadFull(nc, got); err != nil || string(got) != want {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
		_ = nc.Close()
	})
}

func TestImplicitAssociation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{StatusFirst: true})
		c := n.client(4)
		c.expect("0000 " + statusNormal)
		c.send("0000", "<SystemStatusResponse/>")
		c.send("0000", "<SystemRegister><requestTypes><systemStatus>true</systemStatus><requestSystemStatus>false</requestSystemStatus></requestTypes></SystemRegister>")
		c.expect("0000 <SystemRegisterResponse><sysStatRegisterID>1</sysStatRegisterID></SystemRegisterResponse>")
		c.quiet()
		n.role.set(false, true, true)
		c.expect("9000 <SystemStatus><sysStatRegisterID>1</sysStatRegisterID><systemStatus>disabled</systemStatus></SystemStatus>")
		n.role.set(true, true, true)
		c.expect("9001 <SystemStatus><sysStatRegisterID>1</sysStatRegisterID><systemStatus>normal</systemStatus></SystemStatus>")
		c.send("0001", "<SystemRegisterCancel><sysStatRegisterID>7</sysStatRegisterID></SystemRegisterCancel>")
		c.expect("0001 <CSTAErrorCode><operation>invalidCrossRefID</operation></CSTAErrorCode>")
		c.send("0002", "<SystemRegisterCancel><sysStatRegisterID>1</sysStatRegisterID></SystemRegisterCancel>")
		c.expect("0002 <SystemRegisterCancelResponse/>")
	})
}

// A client that registers without having been told a status is told one right
// after the answer.
func TestRegisteringClientIsToldTheStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{})
		c := n.client(5)
		c.send("0001", "<SystemRegister/>")
		c.expect("0001 <SystemRegisterResponse><sysStatRegisterID>1</sysStatRegisterID></SystemRegisterResponse>",
			"9000 <SystemStatus><sysStatRegisterID>1</sysStatRegisterID><systemStatus>normal</systemStatus></SystemStatus>")
	})
}

func TestClientAsksForTheStatusFirst(t *testing.T) {
	for edition, namespaces := range map[int]bool{3: true, 4: true, 5: true, 6: true} {
		_ = namespaces
		synctest.Test(t, func(t *testing.T) {
			n := start(t, newCluster(t), Options{})
			c := n.client(edition)
			c.send("0001", "<RequestSystemStatus/>")
			c.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
			c.quiet()
		})
	}
}

// SystemStatusResponse of the reference, octet by octet: 139.
func TestAnswerToHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{})
		nc := n.dial(tserver1)
		if _, err := nc.Write([]byte("\x00\x00\x00\x170001<SystemStatus/>")); err != nil {
			t.Fatal(err)
		}
		want := "\x00\x00\x00\x8b0001" + `<?xml version="1.0" encoding="UTF-8"?><SystemStatusResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"/>`
		got := make([]byte, len(want))
		if _, err := io.ReadFull(nc, got); err != nil || string(got) != want {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
		_ = nc.Close()
	})
}

func TestExplicitAssociation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{StatusFirst: true})
		c := n.client(5)
		c.ns = namespace(4)
		c.expect("0000 " + statusNormal) // in the listener's edition
		c.ns = namespace(5)
		c.send("0000", "<SystemStatusResponse/>")
		c.send("0001", "<StartApplicationSession><applicationInfo><applicationID>router</applicationID></applicationInfo><requestedProtocolVersions><protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed9</protocolVersion><protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed5</protocolVersion></requestedProtocolVersions><requestedSessionDuration>60</requestedSessionDuration></StartApplicationSession>")
		c.expect("0001 <StartApplicationSessionPosResponse><sessionID>1</sessionID><actualProtocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed5</actualProtocolVersion><actualSessionDuration>60</actualSessionDuration></StartApplicationSessionPosResponse>",
			"9000 "+statusNormal)
		c.send("0002", "<ResetApplicationSessionTimer><sessionID>9</sessionID><requestedSessionDuration>30</requestedSessionDuration></ResetApplicationSessionTimer>")
		c.expect("0002 <ResetApplicationSessionTimerNegResponse><errorCode><definedError>invalidSessionID</definedError></errorCode></ResetApplicationSessionTimerNegResponse>")
		c.send("0003", "<ResetApplicationSessionTimer><sessionID>1</sessionID><requestedSessionDuration>30</requestedSessionDuration></ResetApplicationSessionTimer>")
		c.expect("0003 <ResetApplicationSessionTimerPosResponse><actualSessionDuration>30</actualSessionDuration></ResetApplicationSessionTimerPosResponse>")
		c.send("0004", "<StopApplicationSession><sessionID>1</sessionID><sessionEndReason><definedEndReason>normal</definedEndReason></sessionEndReason></StopApplicationSession>")
		c.expect("0004 <StopApplicationSessionPosResponse/>")
		if rest := c.closed(); len(rest) > 0 {
			t.Errorf("after the stop: %v", rest)
		}
		if _, ok := n.cl.View().Session(1); ok {
			t.Error("the session lives on")
		}
	})
}

func TestExplicitAssociationIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{})
		c := n.client(4)
		c.send("0001", "<StartApplicationSession><requestedProtocolVersions><protocolVersion>urn:other</protocolVersion></requestedProtocolVersions></StartApplicationSession>")
		c.expect("0001 <StartApplicationSessionNegResponse><errorCode><definedError>requestedProtocolVersionNotSupported</definedError></errorCode></StartApplicationSessionNegResponse>")
		c.send("0002", "<StopApplicationSession><sessionID>1</sessionID></StopApplicationSession>")
		c.expect("0002 <StopApplicationSessionNegResponse><errorCode><definedError>invalidSessionID</definedError></errorCode></StopApplicationSessionNegResponse>")
	})
}

func TestSessionTimerExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{})
		c := n.client(4)
		c.send("0001", "<StartApplicationSession><applicationInfo><applicationID>ts</applicationID></applicationInfo><requestedSessionDuration>20</requestedSessionDuration></StartApplicationSession>")
		c.expect("0001 <StartApplicationSessionPosResponse><sessionID>1</sessionID><actualProtocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed4</actualProtocolVersion><actualSessionDuration>20</actualSessionDuration></StartApplicationSessionPosResponse>",
			"9000 "+statusNormal)
		begun := time.Now()
		time.Sleep(19 * time.Second) // of the bubble's clock
		c.quiet()
		c.expect("9001 <ApplicationSessionTerminated><sessionID>1</sessionID><sessionTermReason><definedTermReason>sessionTimerExpired</definedTermReason></sessionTermReason></ApplicationSessionTerminated>")
		if d := time.Since(begun); d != 20*time.Second {
			t.Errorf("terminated after %v", d)
		}
		c.closed()
	})
}

// While no leader is known an association's answer is held, up to a second.
func TestAnswerWaitsForALeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{})
		n.role.set(false, false, true)
		c := n.client(4)
		begun := time.Now()
		c.send("0001", "<RequestSystemStatus/>")
		time.Sleep(400 * time.Millisecond)
		n.role.set(true, true, true)
		c.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		if d := time.Since(begun); d != 400*time.Millisecond {
			t.Errorf("answered after %v", d)
		}
		n.role.set(false, false, false)
		c.expect("9000 " + status("disabled"))

		late := n.client(4)
		begun = time.Now()
		late.send("0001", "<RequestSystemStatus/>")
		late.expect("0001 <RequestSystemStatusResponse><systemStatus>disabled</systemStatus></RequestSystemStatusResponse>")
		if d := time.Since(begun); d != time.Second {
			t.Errorf("answered after %v", d)
		}
	})
}

// A takeover behind a client that was told normal passes unseen, unless it lasts:
// then the client is told after a second, on a quiet switch too.
func TestTakeoverBehindAClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t)
		n := start(t, cl, Options{})
		c := n.client(4)
		c.send("0001", "<RequestSystemStatus/>")
		c.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		cl.claim()
		synctest.Wait()
		cl.ready()
		c.quiet()
		time.Sleep(5 * time.Second) // the next one has a second of its own

		begun := time.Now()
		cl.claim()
		c.expect("9000 " + status("initializing"))
		if d := time.Since(begun); d != time.Second {
			t.Errorf("told after %v", d)
		}
		cl.ready()
		c.expect("9001 " + status("normal"))
	})
}

// While a takeover runs too.
func TestAnswerWaitsForTheTakeover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t)
		cl.claim()
		n := start(t, cl, Options{StatusFirst: true})
		c := n.client(4)
		time.Sleep(300 * time.Millisecond)
		cl.ready()
		c.expect("0000 " + statusNormal)
	})
}

func TestFollowerServes(t *testing.T) {
	for serve, want := range map[Serve]string{ServeLeader: "disabled", ServeAny: "normal"} {
		synctest.Test(t, func(t *testing.T) {
			n := start(t, newCluster(t), Options{Serve: serve})
			n.role.set(false, true, true)
			c := n.client(4)
			c.send("0001", "<RequestSystemStatus/>")
			c.expect("0001 <RequestSystemStatusResponse><systemStatus>" + want + "</systemStatus></RequestSystemStatusResponse>")
			if serve == ServeLeader {
				c.send("0002", "<MonitorStart><monitorObject><deviceObject>1000</deviceObject></monitorObject></MonitorStart>")
				c.expect("0002 <CSTAErrorCode><systemResourceAvailibility>networkOutOfService</systemResourceAvailibility></CSTAErrorCode>")
			}
		})
	}
}

func TestStatusFilter(t *testing.T) {
	for polarity, hears := range map[Polarity]string{FilteredOut: "normal", Wanted: "disabled"} {
		synctest.Test(t, func(t *testing.T) {
			n := start(t, newCluster(t), Options{FilterPolarity: polarity})
			c := n.client(4)
			c.send("0001", "<SystemRegister><requestedStatusFilter><disabled>true</disabled></requestedStatusFilter></SystemRegister>")
			c.expect("0001 <SystemRegisterResponse><sysStatRegisterID>1</sysStatRegisterID><actualStatusFilter><disabled>true</disabled></actualStatusFilter></SystemRegisterResponse>")
			told := "<SystemStatus><sysStatRegisterID>1</sysStatRegisterID><systemStatus>"
			n9000 := "9000 " + told
			if hears == "normal" {
				c.expect(n9000 + "normal</systemStatus></SystemStatus>")
			}
			n.role.set(false, true, true)
			if hears == "disabled" {
				c.expect(n9000 + "disabled</systemStatus></SystemStatus>")
			}
			c.quiet()
			c.send("0002", "<ChangeSysStatFilter><sysStatRegisterID>1</sysStatRegisterID><requestedStatusFilter><normal>true</normal></requestedStatusFilter></ChangeSysStatFilter>")
			c.expect("0002 <ChangeSysStatFilterResponse><actualStatusFilter><normal>true</normal></actualStatusFilter></ChangeSysStatFilterResponse>")
		})
	}
}

func TestHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{Heartbeat: 30 * time.Second, Misses: 2})
		c := n.client(4)
		c.send("0001", "<RequestSystemStatus/>")
		c.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		begun := time.Now()
		c.expect("9000 " + statusNormal)
		if d := time.Since(begun); d != 30*time.Second {
			t.Errorf("heartbeat after %v", d)
		}
		c.send("9000", "<SystemStatusResponse/>")
		answered := time.Now()
		synctest.Wait()
		c.expect("9001 "+statusNormal, "9002 "+statusNormal)
		if got := c.closed(); len(got) != 1 || !strings.Contains(got[0].xml, "disabled") {
			t.Errorf("before the end: %v", got)
		}
		if d := time.Since(answered); d < 90*time.Second || d > 92*time.Second {
			t.Errorf("dropped after %v", d)
		}
		synctest.Wait()
		if got := n.listener.Stats().Closed["heartbeats not answered"]; got != 1 {
			t.Errorf("%d counted", got)
		}
	})
}

// A client that answers nothing but sends something stays.
func TestTrafficIsAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{Heartbeat: 30 * time.Second, Misses: 1})
		c := n.client(4)
		for range 20 {
			c.send("0001", "<SystemStatus/>")
			c.expect("0001 <SystemStatusResponse/>")
			time.Sleep(29 * time.Second)
		}
	})
}

func TestSilentClientIsDropped(t *testing.T) {
	for _, first := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			n := start(t, newCluster(t), Options{StatusFirst: first, HandshakeTimeout: 5 * time.Second})
			c := n.client(4)
			begun := time.Now()
			c.closed()
			if d := time.Since(begun); d < 5*time.Second || d > 7*time.Second {
				t.Errorf("dropped after %v", d)
			}
			if got := n.listener.Stats().BadInput["silent"]; got != 1 {
				t.Errorf("%d counted", got)
			}
		})
	}
}

// The node says that it goes, and closes.
func TestShutdownTellsClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{})
		c := n.client(4)
		c.send("0001", "<RequestSystemStatus/>")
		c.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		go n.stop()
		c.expect("9000 " + status("disabled"))
		c.closed()
		n.stop()
	})
}
