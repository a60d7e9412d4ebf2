package switchsim

import (
	"testing"
	"time"
)

func agentEntry(body string) string {
	return msg("GetAgentStateResponse", "<agentStateList><agentStateEntry>"+body+"</agentStateEntry></agentStateList>")
}

func TestAgents_LogOnWorkAndLogOff(t *testing.T) {
	withRig(t, Options{NoLinkage: true, Agents: 1}, func(r *rig) {
		c := r.connect(1)
		ref := c.monitor("1900")
		heard := func(name, more string) {
			t.Helper()
			c.want(9999, "<"+name+event6+ref+"</monitorCrossRefID><agentDevice><deviceIdentifier>1900</deviceIdentifier></agentDevice><agentID>41900</agentID><acdGroup>7001</acdGroup>"+more+"</"+name+">")
		}
		ok := `<SetAgentStateResponse xmlns="` + ns(6) + `"></SetAgentStateResponse>`
		c.wantAnswer("GetAgentState", "<device>1900</device>", agentEntry("<loggedOnState>false</loggedOnState>"))
		c.wantAnswer("SetAgentState", "<device>1900</device><requestedAgentState>loggedOn</requestedAgentState><agentID>41900</agentID><password>31323334</password><group>7001</group>", ok)
		heard("AgentLoggedOnEvent", "")
		heard("AgentNotReadyEvent", "")
		c.wantAnswer("SetAgentState", "<device>1900</device><requestedAgentState>ready</requestedAgentState>", ok)
		heard("AgentReadyEvent", "")

		call := r.do(Move{Action: "inbound", To: "7001"})
		time.Sleep(10 * time.Second)
		if r.stateOf(call, "1900") != Alerting {
			t.Fatalf("not distributed: %+v", r.s.Truth().Calls)
		}
		c.take()
		r.do(Move{Action: "answer", Device: "1900"})
		c.mu.Lock()
		c.frames = c.frames[1:] // EstablishedEvent
		c.mu.Unlock()
		heard("AgentBusyEvent", "")
		c.wantAnswer("SetAgentState", "<device>1900</device><requestedAgentState>notReady</requestedAgentState>",
			msg("SetAgentStateResponse", "<pendingAgentState>agentNotReady</pendingAgentState>"))
		heard("AgentBusyEvent", "<pendingAgentState>agentNotReady</pendingAgentState>")
		c.wantAnswer("GetAgentState", "<acdGroup>7001</acdGroup>", agentEntry("<agentID>41900</agentID><loggedOnState>true</loggedOnState><agentInfo><agentInfoItem><acdGroup>7001</acdGroup><agentState>agentBusy</agentState><pendingAgentState>agentNotReady</pendingAgentState></agentInfoItem></agentInfo>"))
		c.wantError("SetAgentState", "<device>1900</device><requestedAgentState>loggedOff</requestedAgentState>", "stateIncompatibility", "invalidDeviceState")
		r.do(Move{Action: "clear", Device: "1900"})
		bodies := c.take()
		if n := judgeSent(t, 6, bodies[len(bodies)-1]); n.name != "AgentNotReadyEvent" {
			t.Errorf("the pending state didn't come: %v", names(bodies))
		}
		c.wantAnswer("SetAgentState", "<device>1900</device><requestedAgentState>loggedOff</requestedAgentState>", ok)
		heard("AgentLoggedOffEvent", "")

		for _, tt := range []struct{ body, value string }{
			{"<device>4242</device><requestedAgentState>ready</requestedAgentState>", "invalidDeviceID"},
			{"<device>1900</device><requestedAgentState>ready</requestedAgentState>", "invalidAgentState"},
			{"<device>1900</device><requestedAgentState>loggedOn</requestedAgentState>", "invalidAgentIdentifier"},
			{"<device>1900</device><requestedAgentState>loggedOn</requestedAgentState><agentID>7</agentID>", "invalidAgentIdentifier"},
			{"<device>1900</device><requestedAgentState>loggedOn</requestedAgentState><agentID>41900</agentID><password>30</password>", "invalidAgentPassword"},
			{"<device>1900</device><requestedAgentState>loggedOn</requestedAgentState><agentID>41900</agentID><group>1900</group>", "invalidAgentGroup"},
			{"<device>1000</device><requestedAgentState>loggedOn</requestedAgentState><agentID>41000</agentID><group>7000</group>", "invalidAgentState"},
		} {
			c.wantError("SetAgentState", tt.body, "operation", tt.value)
		}
		c.wantError("SetAgentState", "<device>1900</device><requestedAgentState>loggedOn</requestedAgentState><agentID>41000</agentID>", "stateIncompatibility", "invalidDeviceState")
		c.wantError("GetAgentState", "<device>7000</device>", "operation", "invalidDeviceID")
		c.wantError("GetAgentState", "", "operation", "invalidAgentGroup")
	})
}

func TestAgents_WrapUpAfterAQueuedCall(t *testing.T) {
	withRig(t, Options{NoLinkage: true, Agents: 1, Queues: 1}, func(r *rig) {
		c := r.connect(1)
		ref := c.monitor("7000")
		call := r.do(Move{Action: "inbound", Device: "+15551112222", To: "7000"})
		parties := "<callingDevice><deviceIdentifier>+15551112222</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>7000</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice>"
		c.want(9999, "<QueuedEvent"+event6+ref+"</monitorCrossRefID>"+connID("queuedConnection", call, "7000")+"<queue><deviceIdentifier>7000</deviceIdentifier></queue>"+parties+
			"<numberQueued>1</numberQueued><callsInFront>0</callsInFront><localConnectionInfo>queued</localConnectionInfo><cause>enteringDistribution</cause></QueuedEvent>")
		time.Sleep(time.Minute)
		c.want(9999, "<DivertedEvent"+event6+ref+"</monitorCrossRefID>"+connID("connection", call, "7000")+"<divertingDevice><deviceIdentifier>7000</deviceIdentifier></divertingDevice><newDestination><deviceIdentifier>1000</deviceIdentifier></newDestination>"+parties+
			"<localConnectionInfo>null</localConnectionInfo><cause>distributed</cause></DivertedEvent>")
		state := func() AgentState { return r.s.Truth().Agents[0].Groups[0].State }
		if state() != AgentBusy {
			t.Errorf("in the call the agent is %s", state())
		}
		r.do(Move{Action: "clear", Device: "1000"})
		if state() != AgentWrapUp {
			t.Errorf("right after the call the agent is %s", state())
		}
		time.Sleep(time.Minute)
		if state() != AgentReady {
			t.Errorf("a minute later the agent is %s", state())
		}
	})
}

func TestFeatures_DoNotDisturbAndService(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		c := r.connect(1)
		ref := c.monitor("1900")
		c.wantAnswer("SetDoNotDisturb", "<device>1900</device><doNotDisturbOn>true</doNotDisturbOn>", `<SetDoNotDisturbResponse xmlns="`+ns(6)+`"/>`)
		c.want(9999, "<DoNotDisturbEvent"+event6+ref+"</monitorCrossRefID><device><deviceIdentifier>1900</deviceIdentifier></device><doNotDisturbOn>true</doNotDisturbOn></DoNotDisturbEvent>")
		c.ask("SetDoNotDisturb", "<device>1900</device><doNotDisturbOn>true</doNotDisturbOn>")
		if again := c.take(); len(again) != 0 {
			t.Errorf("an event without a change: %v", again)
		}
		c.wantAnswer("GetDoNotDisturb", "<device>1900</device>", msg("GetDoNotDisturbResponse", "<doNotDisturbOn>true</doNotDisturbOn>"))
		r.do(Move{Action: "service", Device: "1900", State: "outOfService"})
		r.do(Move{Action: "service", Device: "1900", State: "inService"})
		c.want(9999, "<OutOfServiceEvent"+event6+ref+"</monitorCrossRefID><device><deviceIdentifier>1900</deviceIdentifier></device><cause>maintenance</cause></OutOfServiceEvent>")
		c.want(9999, "<BackInServiceEvent"+event6+ref+"</monitorCrossRefID><device><deviceIdentifier>1900</deviceIdentifier></device><cause>maintenance</cause></BackInServiceEvent>")
		r.do(Move{Action: "forward", Device: "1900", State: "forwardBusy", To: "1901", On: true})
		c.want(9999, "<ForwardingEvent"+event6+ref+"</monitorCrossRefID><device><deviceIdentifier>1900</deviceIdentifier></device><forwardingType>forwardBusy</forwardingType><forwardStatus>true</forwardStatus><forwardTo>1901</forwardTo></ForwardingEvent>")
		c.wantError("SetDoNotDisturb", "<device>4242</device><doNotDisturbOn>true</doNotDisturbOn>", "operation", "invalidDeviceID")
		c.wantError("GetDoNotDisturb", "<device>6000</device>", "operation", "requestIncompatibleWithObject")
	})
}
