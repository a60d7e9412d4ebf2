package switchsim

import "slices"

// AgentState is an agent's state in one group, as ECMA-323 reports it.
type AgentState string

// The reported agent states.
const (
	AgentNull     AgentState = "agentNull"
	AgentNotReady AgentState = "agentNotReady"
	AgentReady    AgentState = "agentReady"
	AgentBusy     AgentState = "agentBusy"
	AgentWrapUp   AgentState = "agentWorkingAfterCall"
)

// An agent has a state in each ACD group that they are logged on to.
type agent struct {
	id      string
	home    string // the station where the traffic logs them on
	device  string // where they are logged on, "" if nowhere
	groups  []agentGroup
	version uint64
	moved   *timer // what they do next on their own
}

type agentGroup struct {
	group   string
	state   AgentState
	pending AgentState // "" = none
	since   uint64
}

func (a *agent) in(group string) *agentGroup {
	for i := range a.groups {
		if a.groups[i].group == group {
			return &a.groups[i]
		}
	}
	return nil
}

func (m *model) makeAgents() {
	for i, d := range append(slices.Clone(m.stations), m.manuals...) {
		a := &agent{id: "4" + d.id, home: d.id}
		m.agents = append(m.agents, a)
		m.agentByID[a.id] = a
		if d.manual || len(m.queues) == 0 {
			continue
		}
		a.device, d.agent = d.id, a
		a.groups = []agentGroup{{group: m.queues[i%len(m.queues)].id, state: AgentReady}}
		if second := m.queues[(i+1)%len(m.queues)].id; i%5 == 4 && a.in(second) == nil {
			a.groups = append(a.groups, agentGroup{group: second, state: AgentReady})
		}
	}
}

// defaultGroup is where an agent logs on without naming a group.
func (m *model) defaultGroup(a *agent) string {
	if len(m.queues) == 0 {
		return ""
	}
	return m.queues[slices.Index(m.agents, a)%len(m.queues)].id
}

func (m *model) logOn(a *agent, d *device, group string) {
	a.device, d.agent = d.id, a
	a.groups = append(a.groups, agentGroup{group: group, state: AgentNotReady})
	m.tellAgent(a, group, event{kind: evAgentLoggedOn})
	m.tellAgent(a, group, event{kind: evAgentNotReady})
}

func (m *model) logOff(a *agent, group string) {
	a.groups = slices.DeleteFunc(a.groups, func(g agentGroup) bool { return g.group == group })
	m.tellAgent(a, group, event{kind: evAgentLoggedOff})
	if len(a.groups) == 0 {
		if d := m.devices[a.device]; d != nil && d.agent == a {
			d.agent = nil
		}
		a.device = ""
	}
}

// setAgentState puts the agent into a state in one group at once.
func (m *model) setAgentState(a *agent, group string, s AgentState) {
	g := a.in(group)
	if g == nil || g.state == s && g.pending == "" {
		return
	}
	g.state, g.pending = s, ""
	kind := map[AgentState]eventKind{AgentNotReady: evAgentNotReady, AgentReady: evAgentReady, AgentBusy: evAgentBusy, AgentWrapUp: evAgentWrapUp}[s]
	m.tellAgent(a, group, event{kind: kind})
	if s == AgentReady {
		m.kick(group)
	}
}

// requestAgentState is what an agent or a client asks for; a busy agent gets there after the call.
func (m *model) requestAgentState(a *agent, group string, s AgentState) (pending AgentState) {
	g := a.in(group)
	if g.state == AgentBusy {
		g.pending = s
		m.tellAgent(a, group, event{kind: evAgentBusy, pending: s})
		return s
	}
	m.setAgentState(a, group, s)
	return ""
}

// agentTook notes that an agent answered a call that a queue distributed.
func (m *model) agentTook(c *call, device string) {
	if d := m.devices[device]; d != nil && d.agent != nil && c.acdQueue != "" && d.agent.in(c.acdQueue) != nil {
		m.setAgentState(d.agent, c.acdQueue, AgentBusy)
	}
}

// agentLeft notes that a station has no active call any more: its agent wraps up.
func (m *model) agentLeft(device string) {
	d := m.devices[device]
	if d == nil || d.agent == nil || len(m.index[device]) > 0 {
		return
	}
	for _, g := range slices.Clone(d.agent.groups) {
		switch {
		case g.state == AgentBusy && g.pending != "":
			m.setAgentState(d.agent, g.group, g.pending)
		case g.state == AgentBusy:
			m.setAgentState(d.agent, g.group, AgentWrapUp)
			m.wrapUpLater(d, d.agent, g.group)
		default:
			m.kick(g.group)
		}
	}
}

// wrapUpLater makes an agent ready again, unless the station never acts on its own.
func (m *model) wrapUpLater(d *device, a *agent, group string) {
	if d.manual {
		return
	}
	m.after(m.draw(wrapUpTime), func() {
		if g := a.in(group); g != nil && g.state == AgentWrapUp {
			m.setAgentState(a, group, AgentReady)
		}
	})
}
