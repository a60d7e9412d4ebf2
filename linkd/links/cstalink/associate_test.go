package cstalink

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/linkd/links/driver"
)

func TestAssociateSwitchSpeaksFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.Register = true
		f, opened := dial(t, o)
		f.say("0000", `<?xml version="1.0" encoding="UTF-8"?><SystemStatus NS><systemStatus>normal</systemStatus></SystemStatus>`)
		if id := f.expect(`<SystemStatusResponse NS/>`); id != "0000" {
			t.Errorf("answered with invoke ID %s", id)
		}
		f.expect(`<SystemRegister NS><requestTypes><systemStatus>true</systemStatus><requestSystemStatus>false</requestSystemStatus></requestTypes></SystemRegister>`)
		r := <-opened
		if r.err != nil {
			t.Fatal(r.err)
		}
		defer r.c.Close()
		if got := r.c.Status(); got != "normal" || !r.c.Usable() {
			t.Errorf("status %q, usable %v", got, r.c.Usable())
		}
	})
}

// The edition is that of the switch's first message, if the settings don't say.
func TestAssociateTakesTheSwitchsEdition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, opened := dial(t, options())
		f.say("0000", `<SystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"><systemStatus>normal</systemStatus></SystemStatus>`)
		f.expect(`<SystemStatusResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"/>`)
		r := <-opened
		if r.err != nil {
			t.Fatal(r.err)
		}
		r.c.Close()
	})
}

func TestAssociateAsksASilentSwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, opened := dial(t, options())
		id := f.expect(`<RequestSystemStatus NS/>`)
		f.say(id, `<RequestSystemStatusResponse NS><systemStatus>enabled</systemStatus></RequestSystemStatusResponse>`)
		r := <-opened
		if r.err != nil {
			t.Fatal(r.err)
		}
		if got := r.c.Status(); got != "enabled" {
			t.Errorf("status %q", got)
		}
		r.c.Close()
	})
}

func TestAssociateGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, opened := dial(t, options())
		began := time.Now()
		f.expect(`<RequestSystemStatus NS/>`)
		r := <-opened
		if !errors.Is(r.err, errAssociation) {
			t.Errorf("error %v", r.err)
		}
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("took %v", d)
		}
	})
}

const appNS = `xmlns="http://www.ecma-international.org/standards/ecma-354/appl_session"`

func TestExplicitAssociation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.Explicit = true
		f, opened := dial(t, o)
		id := f.expect(`<StartApplicationSession ` + appNS + `><applicationInfo><applicationID>app</applicationID></applicationInfo><requestedProtocolVersions>` +
			`<protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed6</protocolVersion>` +
			`<protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed5</protocolVersion>` +
			`<protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed4</protocolVersion>` +
			`<protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed3</protocolVersion>` +
			`</requestedProtocolVersions><requestedSessionDuration>60</requestedSessionDuration></StartApplicationSession>`)
		f.say(id, `<StartApplicationSessionPosResponse `+appNS+`><sessionID>123456789</sessionID><actualProtocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed4</actualProtocolVersion><actualSessionDuration>6</actualSessionDuration></StartApplicationSessionPosResponse>`)
		f.say("0000", `<SystemStatus NS><systemStatus>normal</systemStatus></SystemStatus>`)
		f.expect(`<SystemStatusResponse NS/>`)
		r := <-opened
		if r.err != nil {
			t.Fatal(r.err)
		}
		// The timer is reset at a third of what the switch granted.
		began := time.Now()
		id = f.expect(`<ResetApplicationSessionTimer ` + appNS + `><sessionID>123456789</sessionID><requestedSessionDuration>6</requestedSessionDuration></ResetApplicationSessionTimer>`)
		if d := time.Since(began); d != 2*time.Second {
			t.Errorf("reset after %v", d)
		}
		f.say(id, `<ResetApplicationSessionTimerPosResponse `+appNS+`><actualSessionDuration>6</actualSessionDuration></ResetApplicationSessionTimerPosResponse>`)
		closed := make(chan struct{})
		go func() { r.c.Close(); close(closed) }()
		f.expect(`<StopApplicationSession ` + appNS + `><sessionID>123456789</sessionID><sessionEndReason><definedEndReason>normal</definedEndReason></sessionEndReason></StopApplicationSession>`)
		<-closed
	})
}

func TestExplicitAssociationRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.Explicit = true
		f, opened := dial(t, o)
		id, _ := f.read()
		f.say(id, `<StartApplicationSessionNegResponse `+appNS+`><errorCode><definedError>maxNumberSessions</definedError></errorCode></StartApplicationSessionNegResponse>`)
		if r := <-opened; r.err == nil || r.err.Error() != "associate on link l: the switch refused the application session: maxNumberSessions" {
			t.Errorf("error %v", r.err)
		}
	})
}

func TestKeepalive(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		for range 5 { // a switch that answers stays
			id := f.expect(`<RequestSystemStatus NS/>`)
			f.say(id, `<RequestSystemStatusResponse NS><systemStatus>normal</systemStatus></RequestSystemStatusResponse>`)
		}
		began := time.Now()
		f.expect(`<RequestSystemStatus NS/>`)
		f.expect(`<RequestSystemStatus NS/>`)
		<-c.Done()
		if !errors.Is(c.Err(), driver.ErrSilent) {
			t.Errorf("error %v", c.Err())
		}
		if d := time.Since(began); d != 30*time.Second {
			t.Errorf("given up after %v, want three times 10s", d)
		}
	})
}

func TestHeartbeatsOfTheSwitch(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		f.say("0007", `<SystemStatus/>`) // schema-invalid and usual
		if id := f.expect(`<SystemStatusResponse NS/>`); id != "0007" {
			t.Errorf("answered %s", id)
		}
		f.say("0008", `<RequestSystemStatus NS/>`)
		f.expect(`<RequestSystemStatusResponse NS><systemStatus>normal</systemStatus></RequestSystemStatusResponse>`)
		want(t, s.told())
		f.say("0009", `<SystemStatus NS><systemStatus>overloadImminent</systemStatus></SystemStatus>`)
		f.expect(`<SystemStatusResponse NS/>`)
		want(t, s.told(), `status:{status:"overloadImminent"}`)
	})
}

func TestSwitchEndsTheRegistration(t *testing.T) {
	linked(t, func(o *Options) { o.Register = true }, func(f *fake, c *Conn, s *sink) {
		const register = `<SystemRegister NS><requestTypes><systemStatus>true</systemStatus><requestSystemStatus>false</requestSystemStatus></requestTypes></SystemRegister>`
		f.say(f.expect(register), `<SystemRegisterResponse NS><sysStatRegisterID>5</sysStatRegisterID></SystemRegisterResponse>`)
		for range 3 {
			f.say("0007", `<SystemRegisterAbort NS><sysStatRegisterID>5</sysStatRegisterID></SystemRegisterAbort>`)
		}
		began := time.Now()
		id := f.expect(register)
		if d := time.Since(began); d != registerPause {
			t.Errorf("asked after %v", d)
		}
		f.say(id, `<SystemRegisterResponse NS><sysStatRegisterID>6</sysStatRegisterID></SystemRegisterResponse>`)
		id = f.expect(`<RequestSystemStatus NS/>`)
		f.say(id, `<RequestSystemStatusResponse NS><systemStatus>overloadImminent</systemStatus></RequestSystemStatusResponse>`)
		f.quiet(5 * time.Second)
		want(t, s.told(), `status:{status:"overloadImminent"}`)
	})
}

func TestBrokenInputEndsTheLink(t *testing.T) {
	for name, c := range map[string]struct{ bytes, reason string }{
		"not the format":    {"\x01\x00\x00\x0c9999<x/>", "frame"},
		"short length":      {"\x00\x00\x00\x039999<x/>", "frame"},
		"no digits":         {"\x00\x00\x00\x0c99x9<x/>", "frame"},
		"no XML":            {"\x00\x00\x00\x0c9999hello", "frame"},
		"torn XML":          {"\x00\x00\x00\x0b9999<x/", "xml"},
		"entity":            {"\x00\x00\x00\x2b9999<!DOCTYPE x [<!ENTITY a \"a\">]><x/>\n", "xml"},
		"half a frame, end": {"\x00\x00\x01\x0c9999<x/>", "half frame"},
	} {
		t.Run(name, func(t *testing.T) {
			var bad []string
			linked(t, func(o *Options) { o.BadFrame = func(r string) { bad = append(bad, r) } }, func(f *fake, conn *Conn, s *sink) {
				_, _ = f.c.Write([]byte(c.bytes))
				if c.reason == "half frame" {
					f.c.Close()
				}
				<-conn.Done()
				want(t, s.told())
				conn.Close()
			})
			if len(bad) != 1 || bad[0] != c.reason {
				t.Errorf("counted %q, want %s", bad, c.reason)
			}
		})
	}
}

func TestUnknownRequestsAreRefused(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		f.say("0003", `<MagicTrick NS><hat/></MagicTrick>`)
		f.expect(`<CSTAErrorCode NS><operation>serviceNotSupported</operation></CSTAErrorCode>`)
		f.event(`<MagicEvent NS/>`)          // nobody knows it: no answer
		f.say("0004", `<MagicResponse NS/>`) // nor asked for it
		f.quiet(time.Second)
		want(t, s.told())
		if n := c.Info().Unknown; n != 3 {
			t.Errorf("%d unknown messages counted, want 3", n)
		}
	})
}

func TestStalledLogEndsTheLink(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		watch(f, c, s, "1000", "1")
		s.block = make(chan struct{})
		f.event(`<DoNotDisturbEvent NS><monitorCrossRefID>1</monitorCrossRefID><device><deviceIdentifier>1000</deviceIdentifier></device><doNotDisturbOn>true</doNotDisturbOn></DoNotDisturbEvent>`)
		began := time.Now()
		<-c.Done()
		if !errors.Is(c.Err(), driver.ErrStalled) {
			t.Errorf("error %v", c.Err())
		}
		if d := time.Since(began); d < 10*time.Second || d > 20*time.Second {
			t.Errorf("after %v", d)
		}
		close(s.block)
	})
}
