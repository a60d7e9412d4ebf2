package switchsim

import "slices"

func (m *model) stationOf(v Move) (*device, error) {
	if d := m.devices[v.Device]; d != nil && d.kind == station {
		return d, nil
	}
	return nil, errDevice
}

func moveAgent(m *model, v Move) (*call, error) {
	d, err := m.stationOf(v)
	if err != nil {
		return nil, err
	}
	a := d.agent
	if v.Agent != "" {
		a = m.agentByID[v.Agent]
	} else if a == nil {
		a = m.agentByID["4"+d.id]
	}
	if !slices.Contains([]string{"loggedOn", "loggedOff", "ready", "notReady", "workingAfterCall"}, v.State) {
		return nil, operation("invalidAgentState")
	}
	_, refused := m.agentRequest(a, d, v.Group, v.State)
	return nil, plain(refused)
}

func moveDND(m *model, v Move) (*call, error) {
	d, err := m.stationOf(v)
	if err != nil {
		return nil, err
	}
	m.setDND(d, v.On)
	return nil, nil
}

func moveForward(m *model, v Move) (*call, error) {
	d, err := m.stationOf(v)
	if err != nil {
		return nil, err
	}
	if v.State == "" {
		v.State = "forwardImmediate"
	}
	if !slices.Contains(forwardingTypes, v.State) {
		return nil, operation("invalidForwardingType")
	}
	if v.On && (m.device(v.To) == nil || v.To == v.Device) {
		return nil, operation("invalidForwardingDestination")
	}
	m.setForwarding(d, v.State, v.To, v.On)
	return nil, nil
}

func movePrivate(m *model, v Move) (*call, error) {
	d := m.devices[v.Device]
	if d == nil {
		return nil, errDevice
	}
	m.tellDevice(d, event{kind: evPrivate, user: []byte(v.User)})
	return nil, nil
}

func moveService(m *model, v Move) (*call, error) {
	d := m.devices[v.Device]
	if d == nil {
		return nil, errDevice
	}
	s := service(v.State)
	if s != inService && s != outOfService && s != partiallyInService {
		return nil, errParameter
	}
	m.setService(d, s)
	return nil, nil
}
