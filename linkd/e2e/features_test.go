package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdline/holdline/transport/switchsim"
)

// forwarding and what else belongs to a device rather than to a call.
func (s *services) deviceFeatures(t *testing.T) {
	golden(t, s.ed4.must(t, "SetForwarding", "<device>1904</device><forwardingType>forwardBusy</forwardingType><activateForward>true</activateForward><forwardDN>1903</forwardDN>"), "<SetForwardingResponse/>")
	s.once(t, "SetForwarding")
	for _, c := range s.all() {
		golden(t, c.event(t, "ForwardingEvent", "1904"), "<ForwardingEvent><monitorCrossRefID>"+c.xref("1904")+"</monitorCrossRefID><device><deviceIdentifier>1904</deviceIdentifier></device>"+
			"<forwardingType>forwardBusy</forwardingType><forwardStatus>true</forwardStatus><forwardTo>1903</forwardTo></ForwardingEvent>")
		golden(t, c.must(t, "GetForwarding", "<device>1904</device>"), "<GetForwardingResponse><forwardingList><forwardListItem><forwardingType>forwardBusy</forwardingType>"+
			"<forwardStatus>true</forwardStatus><forwardDN>1903</forwardDN></forwardListItem></forwardingList></GetForwardingResponse>")
	}
	s.ed6.must(t, "SetForwarding", "<device>1904</device><forwardingType>forwardBusy</forwardingType><activateForward>false</activateForward>")
	s.once(t, "SetForwarding")
	for _, e := range s.each(t, "ForwardingEvent", "1904") {
		if e.at("forwardStatus").text != "false" {
			t.Errorf("forwarding off: %v", e)
		}
	}

	golden(t, s.ed3.must(t, "SetDoNotDisturb", "<device>1904</device><doNotDisturbOn>true</doNotDisturbOn>"), "<SetDoNotDisturbResponse/>")
	s.once(t, "SetDoNotDisturb")
	s.each(t, "DoNotDisturbEvent", "1904")
	for _, c := range s.all() {
		golden(t, c.must(t, "GetDoNotDisturb", "<device>1904</device>"), "<GetDoNotDisturbResponse><doNotDisturbOn>true</doNotDisturbOn></GetDoNotDisturbResponse>")
	}
	s.ed3.must(t, "SetDoNotDisturb", "<device>1904</device><doNotDisturbOn>false</doNotDisturbOn>")
	s.once(t, "SetDoNotDisturb")

	for _, step := range []struct{ state, event string }{
		{"partiallyInService", "PartiallyInServiceEvent"}, {"outOfService", "OutOfServiceEvent"}, {"inService", "BackInServiceEvent"},
	} {
		s.do(t, switchsim.Move{Action: "service", Device: "1904", State: step.state})
		for _, e := range s.each(t, step.event, "1904") {
			golden(t, e, "<"+step.event+"><monitorCrossRefID>*</monitorCrossRefID><device><deviceIdentifier>1904</deviceIdentifier></device><cause>*</cause></"+step.event+">")
		}
	}
	if e := s.ed5.ask(t, "SetForwarding", "<device>1904</device><activateForward>true</activateForward><forwardDN>1904</forwardDN>"); e.at("operation").text != "invalidForwardingDestination" {
		t.Errorf("forwarding to itself: %v", e)
	}
}

const group = "<group>7002</group>"

// agents logs an agent on, works and logs them off.
func (s *services) agents(t *testing.T) {
	for i := range 10 { // nobody else is free
		_, _ = s.Switch.Do(switchsim.Move{Action: "agent", Device: fmt.Sprint(1000 + i), State: "notReady"})
	}
	set := func(c *client, state, more string) *element {
		t.Helper()
		e := c.must(t, "SetAgentState", "<device>1902</device><requestedAgentState>"+state+"</requestedAgentState><agentID>41902</agentID>"+more)
		s.once(t, "SetAgentState")
		return e
	}
	event := func(name, pending string) {
		t.Helper()
		for _, e := range s.each(t, name, "1902") {
			golden(t, e, "<"+name+"><monitorCrossRefID>*</monitorCrossRefID><agentDevice><deviceIdentifier>1902</deviceIdentifier></agentDevice><agentID>41902</agentID><acdGroup>7002</acdGroup>"+pending+"</"+name+">")
		}
	}
	state := func(c *client, want string) {
		t.Helper()
		golden(t, c.must(t, "GetAgentState", "<device>1902</device>"), "<GetAgentStateResponse><agentStateList><agentStateEntry><agentID>41902</agentID><loggedOnState>true</loggedOnState>"+
			"<agentInfo><agentInfoItem><acdGroup>7002</acdGroup><agentState>"+want+"</agentInfoItem></agentInfo></agentStateEntry></agentStateList></GetAgentStateResponse>")
	}
	if e := s.ed4.ask(t, "SetAgentState", "<device>1902</device><requestedAgentState>loggedOn</requestedAgentState><agentID>41902</agentID><password>"+secretHex+"</password>"+group); e.at("operation").text != "invalidAgentPassword" {
		t.Errorf("wrong password: %v", e)
	}
	golden(t, set(s.ed4, "loggedOn", "<password>31323334</password>"+group), "<SetAgentStateResponse/>")
	event("AgentLoggedOnEvent", "")
	event("AgentNotReadyEvent", "")
	state(s.ed3, "agentNotReady</agentState>")
	set(s.ed5, "ready", group)
	event("AgentReadyEvent", "")
	state(s.ed6, "agentReady</agentState>")

	s.distributed(t)
	event("AgentBusyEvent", "")
	golden(t, set(s.ed6, "notReady", group), "<SetAgentStateResponse><pendingAgentState>agentNotReady</pendingAgentState></SetAgentStateResponse>")
	event("AgentBusyEvent", "<pendingAgentState>agentNotReady</pendingAgentState>")
	state(s.ed5, "agentBusy</agentState><pendingAgentState>agentNotReady</pendingAgentState>")
	s.do(t, switchsim.Move{Action: "clear", Device: "1902"})
	event("AgentNotReadyEvent", "")

	set(s.ed3, "ready", group)
	event("AgentReadyEvent", "")
	s.distributed(t)
	event("AgentBusyEvent", "")
	s.do(t, switchsim.Move{Action: "clear", Device: "1902"})
	event("AgentWorkingAfterCallEvent", "")
	set(s.ed4, "loggedOff", group)
	event("AgentLoggedOffEvent", "")
	golden(t, s.ed4.must(t, "GetAgentState", "<device>1902</device>"), "<GetAgentStateResponse><agentStateList/></GetAgentStateResponse>")
}

// distributed lets the queue give a call to the agent, who answers.
func (s *services) distributed(t *testing.T) {
	t.Helper()
	s.do(t, switchsim.Move{Action: "inbound", Device: "+19005553", To: "7002"})
	for _, e := range s.each(t, "DeliveredEvent", "1902") {
		if e.at("cause").text != "distributed" || e.at("lastRedirectionDevice", "numberDialed").text != "7002" {
			t.Errorf("distributed: %v", e)
		}
	}
	s.do(t, switchsim.Move{Action: "answer", Device: "1902"})
}

// What is nobody's business: a password, and what is dialled in a call.
const (
	secretHex    = "676568656D2D34373131" // of secretText
	secretText   = "gehem-4711"
	secretDigits = "8765309#4711"
)

// secrets looks for what must not be kept in everything that the nodes wrote.
func (s *services) secrets(t *testing.T) {
	id := s.call(t, s.ed4, "1900", "1901")
	s.ed6.must(t, "GenerateDigits", conn("connectionToSendDigits", id, "1900")+"<charactersToSend>"+secretDigits+"</charactersToSend>")
	s.once(t, "GenerateDigits")
	if e := s.ed6.event(t, "DigitsGeneratedEvent", "1900"); e.at("digitGeneratedList").text != "" {
		t.Errorf("digits told: %v", e)
	}
	dir, public := filepath.Dir(s.leader.Data), false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		public = public || bytes.Contains(text, []byte("41902")) // who logged on is no secret
		for _, secret := range []string{secretHex, secretText, secretDigits} {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s holds %q", path, secret)
			}
		}
		return nil
	})
	if err != nil || !public {
		t.Fatalf("nothing was looked at in %s: %v", dir, err)
	}
}

// escape passes something of the switch's own through.
func (s *services) escape(t *testing.T) {
	e := s.ed4.must(t, "Escape", `<privateData><private><a xmlns="urn:example">1</a><b xmlns="urn:example"/></private></privateData>`)
	s.once(t, "Escape")
	// The simulated switch answers with the number of elements, "2".
	golden(t, e, "<EscapeResponse><extensions><privateData><string>32</string></privateData></extensions></EscapeResponse>")
}
