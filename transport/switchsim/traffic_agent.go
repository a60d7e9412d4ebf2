package switchsim

// startAgents gives every agent of the traffic a life.
func (m *model) startAgents() {
	for _, d := range m.stations {
		if d.agent != nil {
			m.worksOn(d.agent)
		}
	}
}

func (m *model) worksOn(a *agent) {
	a.moved = m.after(m.draw(workTime), func() { m.takesBreak(a) })
}

// takesBreak lets an agent do something other than calls, if there is traffic at all.
func (m *model) takesBreak(a *agent) {
	if m.rate == 0 || a.device == "" || len(a.groups) == 0 {
		m.worksOn(a)
		return
	}
	d, group := m.devices[a.device], a.groups[0].group
	switch roll := m.rng.Float64(); {
	case roll < 0.6:
		m.requestAgentState(a, group, AgentNotReady)
	case roll < 0.75 && len(m.index[d.id]) == 0:
		m.logOff(a, group)
	case roll < 0.9:
		m.setDND(d, true)
	default:
		m.setForwarding(d, "forwardNoAns", m.someStation(d), true)
	}
	a.moved = m.after(m.draw(breakTime), func() { m.comesBack(a, group) })
}

func (m *model) comesBack(a *agent, group string) {
	d := m.devices[a.home]
	if d.dnd {
		m.setDND(d, false)
	}
	if to, on := d.forwardTo("forwardNoAns"); on {
		m.setForwarding(d, "forwardNoAns", to, false)
	}
	if a.in(group) == nil && (a.device == d.id || a.device == "" && d.agent == nil) {
		m.logOn(a, d, group)
	}
	if g := a.in(group); g != nil && (g.state == AgentNotReady || g.state == AgentWrapUp || g.pending == AgentNotReady) {
		m.requestAgentState(a, group, AgentReady)
	}
	m.worksOn(a)
}
