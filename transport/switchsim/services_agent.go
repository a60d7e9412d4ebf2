package switchsim

const agentPassword = "1234" // of every agent; a request may leave it out

func serveSetAgentState(a *association, n *node, _ *Request) (answer, *cstaError) {
	m := a.s.model
	d := m.devices[n.value("device")]
	if d == nil || d.kind != station {
		return nil, errDevice
	}
	if n.has("password") && string(n.hex("password")) != agentPassword {
		return nil, operation("invalidAgentPassword")
	}
	who := d.agent
	if id := n.value("agentID"); id != "" {
		if who = m.agentByID[id]; who == nil {
			return nil, operation("invalidAgentIdentifier")
		}
	}
	group := n.value("group")
	if q := m.devices[group]; group != "" && (q == nil || q.kind != acdQueue) {
		return nil, operation("invalidAgentGroup")
	}
	pending, err := m.agentRequest(who, d, group, n.value("requestedAgentState"))
	if err != nil {
		return nil, err
	}
	return func(w *writer) {
		w.root("SetAgentStateResponse")
		if pending != "" {
			w.text("pendingAgentState", string(pending))
		}
		w.close("SetAgentStateResponse")
	}, nil
}

// agentRequest changes an agent's state as requestedAgentState says, in one group or in all.
func (m *model) agentRequest(a *agent, d *device, group, state string) (AgentState, *cstaError) {
	if state == "loggedOn" {
		switch {
		case a == nil:
			return "", operation("invalidAgentIdentifier")
		case a.device != "" && a.device != d.id || d.agent != nil && d.agent != a:
			return "", wrongState("invalidDeviceState")
		}
		if group == "" {
			group = m.defaultGroup(a)
		}
		if group == "" || a.in(group) != nil {
			return "", operation("invalidAgentState")
		}
		m.logOn(a, d, group)
		return "", nil
	}
	if a == nil || a.device != d.id || group != "" && a.in(group) == nil {
		return "", operation("invalidAgentState")
	}
	groups := []string{group}
	if group == "" {
		groups = nil
		for _, g := range a.groups {
			groups = append(groups, g.group)
		}
	}
	want := map[string]AgentState{"ready": AgentReady, "notReady": AgentNotReady, "workingAfterCall": AgentWrapUp}[state]
	var pending AgentState
	for _, g := range groups {
		if state == "loggedOff" && a.in(g).state == AgentBusy {
			return "", wrongState("invalidDeviceState")
		}
	}
	for _, g := range groups {
		if state == "loggedOff" {
			m.logOff(a, g)
			continue
		}
		if p := m.requestAgentState(a, g, want); p != "" {
			pending = p
		}
	}
	return pending, nil
}

func serveGetAgentState(a *association, n *node, _ *Request) (answer, *cstaError) {
	m, group := a.s.model, n.value("acdGroup")
	agents := m.agents
	if n.has("device") {
		d := m.devices[n.value("device")]
		if d == nil || d.kind != station {
			return nil, errDevice
		}
		agents = []*agent{d.agent}
	} else if q := m.devices[group]; q == nil || q.kind != acdQueue {
		return nil, operation("invalidAgentGroup")
	}
	all := n.has("device")
	return func(w *writer) {
		w.root("GetAgentStateResponse")
		w.within("agentStateList", func() {
			for _, who := range agents {
				if all || who.in(group) != nil {
					w.within("agentStateEntry", func() { writeAgent(w, who, group) })
				}
			}
		})
		w.close("GetAgentStateResponse")
	}, nil
}

func writeAgent(w *writer, a *agent, group string) {
	if a == nil {
		w.boolean("loggedOnState", false)
		return
	}
	w.text("agentID", a.id)
	w.boolean("loggedOnState", true)
	w.within("agentInfo", func() { writeGroups(w, a, group) })
}

func writeGroups(w *writer, a *agent, only string) {
	for _, g := range a.groups {
		if only != "" && only != g.group {
			continue
		}
		w.within("agentInfoItem", func() {
			w.text("acdGroup", g.group)
			w.text("agentState", string(g.state))
			if g.pending != "" {
				w.text("pendingAgentState", string(g.pending))
			}
		})
	}
}
