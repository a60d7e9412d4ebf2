package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

func TestAgentEvents(t *testing.T) {
	r := newRig(t, "A")
	r.agent("agentloggedon", "7", "g2").agent("agentloggedon", "7", "g1")
	r.agent("agentworkingaftercall", "7", "g1").agent("agentnotready", "7", "").agent("agentloggedoff", "7", "g2")
	r.agent("agentloggedoff", "7", "g2").agent("agentready", "8", "")
	r.want(`agent agentloggedon 7@g2 A
		agent agentloggedon 7@g1 A
		agent agentworkingaftercallevent 7@g1 A
		agent agentnotreadyevent 7@ A
		agent agentloggedoff 7@g2 A
		agent agentreadyevent 8@ A`)
	d, _ := r.m.s.Device("pbx", "A")
	if len(d.Agents) != 2 || d.Agents[0].AgentId != "8" || d.Agents[1].Group != "g1" || d.Agents[1].State != fsmpb.AgentState_AGENT_NOT_READY {
		t.Errorf("agents %v", d.Agents)
	}
	// What is pending stays with the state.
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Agent{Agent: &fsmpb.AgentEvent{Type: fsmpb.EventType_AGENT_BUSY_EVENT, Via: "A", AgentId: "7", Group: "g1",
		Pending: fsmpb.AgentState_AGENT_NOT_READY}}})
	d, _ = r.m.s.Device("pbx", "A")
	if d.Agents[1].Pending != fsmpb.AgentState_AGENT_NOT_READY {
		t.Errorf("agents %v", d.Agents)
	}
}

func TestFeatureEvents(t *testing.T) {
	r := newRig(t, "A", "B")
	r.change("B", func(d *Device) { d.ServiceFrom = fsmpb.ServiceFrom_FROM_REGISTER })
	feature := func(typ, dev string, on bool, f *fsmpb.Forward) {
		r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Feature{Feature: &fsmpb.FeatureEvent{Type: eventType(r, typ), Via: dev, Device: dev, On: on, Forward: f}}})
	}
	for range 2 {
		feature("donotdisturb", "A", true, nil)
	}
	for range 2 {
		feature("forwarding", "A", false, &fsmpb.Forward{Type: "forwardBusy", On: true, Destination: "9"})
	}
	feature("forwarding", "A", false, &fsmpb.Forward{Type: "forwardBusy"})
	feature("outofservice", "A", false, nil)
	feature("outofservice", "B", false, nil) // registration decides there
	feature("backinservice", "A", false, nil)
	feature("donotdisturb", "Z", true, nil)
	r.want(`feature donotdisturb A true
		feature forwarding A false forwardBusy>9
		feature forwarding A false forwardBusy>
		feature outofservice A false
		feature backinservice A false`)
	if d, _ := r.m.s.Device("pbx", "A"); !d.Dnd || len(d.Forwarding) != 0 || d.Service != fsmpb.ServiceState_IN_SERVICE {
		t.Errorf("device %v", d)
	}
}

func TestPrivateEvent(t *testing.T) {
	r := newRig(t, "A")
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Private{Private: &fsmpb.PrivateEvent{Via: "A", Private: []byte("x")}}})
	if recs := r.seen(); len(recs) != 1 || string(recs[0].GetPrivate().GetPrivate()) != "x" {
		t.Errorf("records %v", recs)
	}
}
