package cstalink

import (
	"testing"
	"time"
)

const dndEvent = `<DoNotDisturbEvent NS><monitorCrossRefID>5</monitorCrossRefID><device><deviceIdentifier>1000</deviceIdentifier></device><doNotDisturbOn>true</doNotDisturbOn></DoNotDisturbEvent>`

func TestMonitorRefused(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		answered := false
		c.Watch("1000", func(a bool) { answered = a })
		id, _ := f.read()
		f.say(id, `<CSTAErrorCode NS><systemResourceAvailibility>overallMonitorLimitExceeded</systemResourceAvailibility></CSTAErrorCode>`)
		want(t, s.told(), `monitor:{device:"1000" category:"systemResourceAvailibility" value:"overallMonitorLimitExceeded"}`)
		if !answered {
			t.Error("a refusal is an answer")
		}
	})
}

// Who asks while the answer is still to come waits for it: a second monitor would
// bring each event twice.
func TestMonitorAskedForTwice(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		answered := 0
		c.Watch("1000", func(bool) { answered++ })
		id, _ := f.read()
		c.Watch("1000", func(bool) { answered++ })
		f.quiet(100 * time.Millisecond)
		f.say(id, `<MonitorStartResponse NS><monitorCrossRefID>5</monitorCrossRefID></MonitorStartResponse>`)
		want(t, s.told(), `monitor:{device:"1000" up:true}`)
		if answered != 2 {
			t.Errorf("%d of 2 were told", answered)
		}
		c.Watch("1000", func(bool) { answered++ })
		f.quiet(100 * time.Millisecond)
		want(t, s.told(), `monitor:{device:"1000" up:true}`)
		if answered != 3 {
			t.Errorf("%d of 3 were told", answered)
		}
	})
}

// Some servers send a monitor's events before they answer.
func TestEventsBeforeTheAnswer(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		c.Watch("1000", func(bool) {})
		id, _ := f.read()
		f.event(dndEvent)
		want(t, s.told())
		f.say(id, `<MonitorStartResponse NS><monitorCrossRefID>5</monitorCrossRefID><monitorExistingCalls>true</monitorExistingCalls></MonitorStartResponse>`)
		want(t, s.told(), `monitor:{device:"1000" up:true existing:true}`,
			`feature:{type:DO_NOT_DISTURB via:"1000" device:"1000" on:true}`)
	})
}

func TestEventsOfUnknownMonitorsAreCounted(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		f.event(dndEvent)
		want(t, s.told())
		if n := c.Info().Unknown; n != 1 {
			t.Errorf("counted %d", n)
		}
	})
}

func TestSwitchEndsAMonitor(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		watch(f, c, s, "1000", "5")
		f.say("0011", `<MonitorStop NS><monitorCrossRefID>5</monitorCrossRefID></MonitorStop>`)
		if id := f.expect(`<MonitorStopResponse NS/>`); id != "0011" {
			t.Errorf("answered %s", id)
		}
		want(t, s.told(), `monitor:{device:"1000" ended:true}`)
		f.say("0012", `<MonitorStop NS><monitorCrossRefID>5</monitorCrossRefID></MonitorStop>`)
		f.expect(`<CSTAErrorCode NS><operation>invalidMonitorCrossRefID</operation></CSTAErrorCode>`)
		watch(f, c, s, "1000", "6") // it can be started again
	})
}

func TestUnwatch(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		watch(f, c, s, "1000", "5")
		c.Unwatch("1000", func() {})
		id := f.expect(`<MonitorStop NS><monitorCrossRefID>5</monitorCrossRefID></MonitorStop>`)
		f.event(dndEvent)
		f.say(id, `<MonitorStopResponse NS/>`)
		f.event(dndEvent) // too late
		want(t, s.told(), `feature:{type:DO_NOT_DISTURB via:"1000" device:"1000" on:true}`, `monitor:{device:"1000"}`)
	})
}

// A monitor whose answer comes too late is taken up, not forgotten.
func TestMonitorAnswerComesLate(t *testing.T) {
	linked(t, func(o *Options) { o.Keepalive = 0 }, func(f *fake, c *Conn, s *sink) {
		answered := true
		c.Watch("1000", func(a bool) { answered = a })
		id, _ := f.read()
		time.Sleep(6 * time.Second) // virtual
		want(t, s.told())
		if answered {
			t.Error("no answer was taken for one")
		}
		f.say(id, `<MonitorStartResponse NS><monitorCrossRefID>5</monitorCrossRefID></MonitorStartResponse>`)
		f.event(dndEvent)
		want(t, s.told(), `monitor:{device:"1000" up:true}`, `feature:{type:DO_NOT_DISTURB via:"1000" device:"1000" on:true}`)
		// Another one on the same device is one too many.
		c.Watch("1000", func(bool) {})
		f.quiet(time.Second)
		want(t, s.told(), `monitor:{device:"1000" up:true}`)
	})
}

// After a restart of the switch no monitor is outstanding.
func TestEnabledForgetsMonitors(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		watch(f, c, s, "1000", "5")
		f.say("0001", `<SystemStatus NS><systemStatus>enabled</systemStatus></SystemStatus>`)
		f.expect(`<SystemStatusResponse NS/>`)
		want(t, s.told(), `status:{status:"enabled"}`)
		watch(f, c, s, "1000", "5")
	})
}

func TestFilters(t *testing.T) {
	for f, want := range map[Filter]string{
		FilterFilteredOut: `<doNotDisturb>false</doNotDisturb>`,
		FilterWanted:      `<doNotDisturb>true</doNotDisturb>`,
	} {
		linked(t, func(o *Options) { o.Filter = f }, func(f *fake, c *Conn, s *sink) {
			c.Watch("1000", func(bool) {})
			if _, body := f.read(); !contains(body, want) || !contains(body, `<transferred>`) {
				t.Errorf("no %s in %s", want, body)
			}
		})
	}
}
