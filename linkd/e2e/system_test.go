package e2e

import (
	"slices"
	"testing"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/transport/api/apipb"
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

	s.overload(t, c)
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

// overload goes through one. It is told as long as it lasts, to those who come
// meanwhile, too, and requests go on; c hears of it only what its filter lets
// through.
func (s *services) overload(t *testing.T, c *client) {
	says := func(status string) {
		t.Helper()
		if err := s.Switch.Break(switchsim.Fault{Kind: "status", Status: status}); err != nil {
			t.Fatal(err)
		}
		for _, c := range s.all() {
			c.wait(t, "status "+status, func() bool { return c.status[len(c.status)-1] == status })
		}
	}
	told := func(c *client) int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.status)
	}
	says("overloadImminent")
	c.wait(t, "status overloadImminent", func() bool { return c.status[len(c.status)-1] == "overloadImminent" })
	before := told(c)
	says("overloadReached")
	for _, n := range s.Cluster.Nodes {
		late := dial(t, n.CSTA["tserver1"], "127.0.0.25", 4)
		late.wait(t, "the first SystemStatus", func() bool { return len(late.status) > 0 })
		golden(t, late.must(t, "RequestSystemStatus", ""), "<RequestSystemStatusResponse><systemStatus>overloadReached</systemStatus></RequestSystemStatusResponse>")
		if late.status[0] != "overloadReached" {
			t.Errorf("at accept %s said %v", n.ID, late.status)
		}
		late.clean(t)
		late.close()
	}
	call := s.call(t, s.ed4, "1900", "1901")
	s.clear(t, s.ed5, call, "1900", "1901")
	for _, c := range s.all() {
		c.mu.Lock()
		if last := c.status[len(c.status)-1]; last != "overloadReached" {
			t.Errorf("%s while the switch is overloaded: %v", last, c.status)
		}
		c.mu.Unlock()
	}
	if told(c) != before {
		t.Errorf("through the status filter came %v", c.status)
	}
	says("overloadRelieved")
	c.wait(t, "status overloadRelieved", func() bool { return c.status[len(c.status)-1] == "overloadRelieved" })
	for _, c := range s.all() {
		golden(t, c.must(t, "RequestSystemStatus", ""), "<RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
	}
	says("normal")
}

// overloadOutlivesTheLeader kills the leader of an overloaded switch. Until the
// switch says otherwise its clients hear nothing else, and their requests go on.
func (s *services) overloadOutlivesTheLeader(t *testing.T) {
	says := func(status string) {
		t.Helper()
		if err := s.Switch.Break(switchsim.Fault{Kind: "status", Status: status}); err != nil {
			t.Fatal(err)
		}
		s.ed3.wait(t, "status "+status, func() bool { return s.ed3.status[len(s.ed3.status)-1] == status })
	}
	call := s.call(t, s.ed3, "1900", "1901")
	says("overloadReached")
	s.ed3.mu.Lock()
	before := len(s.ed3.status)
	s.ed3.mu.Unlock()

	s.leader.Kill()
	s.findLeader(t)
	operator := s.Cluster.Operators()[s.leader.ID]
	eventually(t, "the end of the takeover", func() bool {
		r, err := operator.Status(t.Context(), connect.NewRequest(&apipb.StatusRequest{Local: true}))
		return err == nil && r.Msg.Switches[0].Node == s.leader.ID && r.Msg.Switches[0].Status == "overloadReached"
	})
	late := dial(t, s.leader.CSTA["tserver1"], "127.0.0.26", 4)
	late.wait(t, "status overloadReached", func() bool { return len(late.status) > 0 && late.status[len(late.status)-1] == "overloadReached" })
	golden(t, s.ed3.must(t, "HoldCall", conn("callToBeHeld", call, "1900")), "<HoldCallResponse/>")
	s.ed3.event(t, "HeldEvent", "1900")
	for c, from := range map[*client]int{s.ed3: before, late: 0} {
		c.mu.Lock()
		if slices.ContainsFunc(c.status[from:], func(told string) bool { return told != "overloadReached" && told != "initializing" }) {
			t.Errorf("while the switch is overloaded a client was told %v", c.status[from:])
		}
		c.mu.Unlock()
	}
	says("overloadRelieved")
	late.clean(t)
	s.ed3.clean(t)
	s.noViolations(t)
	s.do(t, switchsim.Move{Action: "clearcall", Call: s.Switch.Truth().Calls[0].ID})
	for _, x := range s.TServers { // links that aren't normal are not for them
		if err := x.WaitReady(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
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
	golden(t, s.brief.request(t, "ApplicationSessionTerminated"), "<ApplicationSessionTerminated><sessionID>*</sessionID>"+
		"<sessionTermReason><definedTermReason>sessionTimerExpired</definedTermReason></sessionTermReason></ApplicationSessionTerminated>")
	<-s.brief.done
	s.brief.clean(t)
	<-s.deaf.done
	s.deaf.mu.Lock()
	defer s.deaf.mu.Unlock()
	if n := len(s.deaf.status); n < 3 {
		t.Errorf("given up after %d messages", n)
	}
}
