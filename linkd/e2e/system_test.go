package e2e

import (
	"slices"
	"testing"

	"github.com/holdline/holdline/transport/switchsim"
)

// system asks for the status, registers for it, and sees it change.
func (s *services) system(t *testing.T) {
	for _, c := range s.all() {
		golden(t, c.must(t, "SystemStatus", ""), "<SystemStatusResponse/>") // the field's heartbeat has no status in it
		golden(t, c.must(t, "SystemStatus", "<systemStatus>normal</systemStatus>"), "<SystemStatusResponse/>")
		golden(t, c.must(t, "RequestSystemStatus", ""), "<RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		if e := c.ask(t, "SwitchOffTheLights", ""); e.at("operation").text != "serviceNotSupported" {
			t.Errorf("an unknown request: %v", e)
		}
	}
	c := open(t, s.followers()[0].CSTA["tserver2"], "127.0.0.24", 5)
	e := c.must(t, "SystemRegister", "<requestTypes><systemStatus>true</systemStatus></requestTypes><requestedStatusFilter><overloadReached>true</overloadReached></requestedStatusFilter>")
	id := e.at("sysStatRegisterID").text
	golden(t, e, "<SystemRegisterResponse><sysStatRegisterID>"+id+"</sysStatRegisterID><actualStatusFilter><overloadReached>true</overloadReached></actualStatusFilter></SystemRegisterResponse>")
	golden(t, c.must(t, "SystemRegisterCancel", "<sysStatRegisterID>1</sysStatRegisterID>"), "<SystemRegisterCancelResponse/>") // the one of open

	for _, status := range []string{"overloadReached", "overloadRelieved"} {
		if err := s.Switch.Break(switchsim.Fault{Kind: "status", Status: status}); err != nil {
			t.Fatal(err)
		}
		for _, c := range s.all() {
			c.wait(t, "status "+status, func() bool { return slices.Contains(c.status, status) })
		}
	}
	c.wait(t, "status normal", func() bool {
		return slices.Contains(c.status, "overloadRelieved") && c.status[len(c.status)-1] == "normal"
	})
	c.mu.Lock()
	if slices.Contains(c.status, "overloadReached") {
		t.Errorf("through the status filter came %v", c.status)
	}
	c.mu.Unlock()
	// What the switch lost is made good by comparing everything with it.
	before := s.executed("SnapshotDevice")
	if err := s.Switch.Break(switchsim.Fault{Kind: "status", Status: "messagesLost"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "snapshots of all devices", func() bool { return s.executed("SnapshotDevice") >= before+len(s.Devices) })

	golden(t, c.must(t, "ChangeSysStatFilter", "<sysStatRegisterID>"+id+"</sysStatRegisterID><requestedStatusFilter><normal>true</normal></requestedStatusFilter>"),
		"<ChangeSysStatFilterResponse><actualStatusFilter><normal>true</normal></actualStatusFilter></ChangeSysStatFilterResponse>")
	if e := c.ask(t, "SystemRegisterCancel", "<sysStatRegisterID>77</sysStatRegisterID>"); e.at("operation").text != "invalidCrossRefID" {
		t.Errorf("an unknown registration: %v", e)
	}
	c.clean(t)
}

// heartbeats waits until the server has sent some into the clients' silence, and
// has given a client up that answers none.
func (s *services) heartbeats(t *testing.T) {
	for _, c := range append(s.all(), s.deaf) {
		c.mu.Lock()
		n := len(c.status)
		c.mu.Unlock()
		if c != s.deaf {
			c.wait(t, "a heartbeat", func() bool { return len(c.status) > n })
		}
	}
	<-s.deaf.done
	s.deaf.mu.Lock()
	defer s.deaf.mu.Unlock()
	if n := len(s.deaf.status); n < 3 {
		t.Errorf("given up after %d messages", n)
	}
}
