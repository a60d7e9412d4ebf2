package switchsim

func moveInbound(m *model, v Move) (*call, error) {
	if v.Device == "" {
		v.Device = m.outsider()
	}
	if from := m.device(v.Device); from == nil || from.kind != external {
		return nil, operation("invalidCallingDeviceID")
	}
	if m.device(v.To) == nil {
		return nil, operation("invalidCalledDeviceID")
	}
	c := m.arrive(v.Device, v.To)
	v.give(c)
	m.place(c, v.To, "newCall")
	return c, nil
}

// moveOffer brings a call from outside to a station that is asked before it rings.
func moveOffer(m *model, v Move) (*call, error) {
	if v.Device == "" {
		v.Device = m.outsider()
	}
	if from := m.device(v.Device); from == nil || from.kind != external {
		return nil, operation("invalidCallingDeviceID")
	}
	if d := m.devices[v.To]; d == nil || d.kind != station {
		return nil, operation("invalidCalledDeviceID")
	}
	c := m.arrive(v.Device, v.To)
	v.give(c)
	m.offer(c, v.To, "newCall")
	return c, nil
}

// moveAccept lets an offered call ring.
func moveAccept(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Alerting)
	if err != nil {
		return nil, err
	}
	if !c.at(v.Device).offered {
		return nil, errState
	}
	m.deliver(c, v.Device, "newCall")
	return c, nil
}

// moveBridge makes the device's appearance in a call inactive, which is for stations in a call of others.
func moveBridge(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Alerting, Connected, Hold)
	if err != nil {
		return nil, err
	}
	if d := m.devices[v.Device]; d == nil || d.kind != station || len(c.conns) < 3 {
		return nil, errState
	}
	m.bridge(c, v.Device)
	return c, nil
}

func moveOffhook(m *model, v Move) (*call, error) {
	d := m.devices[v.Device]
	if d == nil || d.kind != station {
		return nil, operation("invalidCallingDeviceID")
	}
	if m.active(d.id) != nil && !d.manual {
		return nil, wrongState("invalidCallingDeviceState")
	}
	if err := m.mayTalk(nil, d.id); err != nil {
		return nil, err
	}
	c := m.initiate(d, "normal")
	v.give(c)
	return c, nil
}

// moveDialDigits dials a part of a number, from a station that was or now goes off-hook. The rest follows with more of
// them, and at last with dial.
func moveDialDigits(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Initiated)
	if err != nil {
		if c, err = moveOffhook(m, v); err != nil {
			return nil, err
		}
	}
	m.tell(c, event{kind: evDigitsDialed, device: v.Device, digits: v.Digits, cause: "keyOperation"})
	return c, nil
}

func moveDial(m *model, v Move) (*call, error) {
	if m.device(v.To) == nil || v.To == v.Device {
		return nil, operation("invalidCalledDeviceID")
	}
	c, err := m.pickCall(v.Call, v.Device, Initiated)
	if err != nil {
		if c, err = moveOffhook(m, v); err != nil {
			return nil, err
		}
	}
	v.give(c)
	m.originate(c, v.Device, v.To, "newCall")
	return c, nil
}

func moveAnswer(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Alerting)
	if err != nil {
		return nil, err
	}
	if err := m.mayAnswer(c, v.Device); err != nil {
		return nil, err
	}
	m.answer(c, v.Device, "normal")
	return c, nil
}

func moveHold(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Connected)
	if err != nil {
		return nil, err
	}
	if err := m.mayHold(c, v.Device); err != nil {
		return nil, err
	}
	m.hold(c, v.Device, "normal")
	return c, nil
}

func moveRetrieve(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Hold)
	if err != nil {
		return nil, err
	}
	if err := m.mayTalk(c, v.Device); err != nil {
		return nil, err
	}
	m.retrieve(c, v.Device, "normal")
	return c, nil
}

func moveConsult(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Connected)
	if err != nil {
		return nil, err
	}
	if err := m.mayHold(c, v.Device); err != nil {
		return nil, err
	}
	if m.device(v.To) == nil || v.To == v.Device {
		return nil, operation("invalidDestination")
	}
	second := m.startConsultation(c, v.Device)
	v.give(second)
	m.originate(second, v.Device, v.To, "consultation")
	return second, nil
}

// moveTwo makes the moves that need a held and an active call.
func moveTwo(m *model, v Move) (*call, error) {
	held, err := m.pickCall(v.Call, v.Device, Hold)
	if err != nil {
		return nil, err
	}
	active, err := m.pickCall(v.Other, v.Device, Connected)
	if err != nil {
		return nil, err
	}
	switch v.Action {
	case "alternate":
		m.hold(active, v.Device, "alternate")
		m.retrieve(held, v.Device, "alternate")
		return held, nil
	case "reconnect":
		m.drop(active, v.Device, "normalClearing")
		m.retrieve(held, v.Device, "normal")
		return held, nil
	}
	if err := m.mayMerge(held, active, v.Device); err != nil {
		return nil, err
	}
	return m.merge(held, active, v.Device, v.Action == "conference"), nil
}

func moveTransferTo(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Connected)
	if err != nil {
		return nil, err
	}
	if m.device(v.To) == nil || c.at(v.To) != nil {
		return nil, operation("invalidDestination")
	}
	if !reachable(c, v.Device) {
		return nil, errState
	}
	m.transferTo(c, v.Device, v.To)
	return c, nil
}

func moveJoin(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Connected)
	if err != nil {
		return nil, err
	}
	if d := m.devices[v.To]; d == nil || d.kind != station || c.at(v.To) != nil || m.active(v.To) != nil {
		return nil, operation("invalidDestination")
	}
	m.joinCall(c, v.Device, v.To)
	return c, nil
}

func moveDeflect(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Alerting, Queued)
	if err != nil {
		return nil, err
	}
	if m.device(v.To) == nil || c.at(v.To) != nil {
		return nil, operation("invalidDestination")
	}
	m.divert(c, v.Device, v.To, "redirected")
	m.place(c, v.To, "redirected")
	return c, nil
}

func moveClear(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device)
	if err != nil {
		return nil, err
	}
	m.drop(c, v.Device, "normalClearing")
	return c, nil
}

func moveClearCall(m *model, v Move) (*call, error) {
	c := m.calls[RenameOff.callNamed(0, v.Call)]
	if c == nil {
		return nil, errCall
	}
	m.clearAll(c, "", "normalClearing")
	return c, nil
}

func moveDigits(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Connected)
	if err != nil {
		return nil, err
	}
	m.tell(c, event{kind: evDigitsGenerated, device: v.Device, digits: v.Digits})
	return c, nil
}

func moveRecord(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Connected)
	if err != nil {
		return nil, err
	}
	if !m.record(c, v.Device, v.State) {
		return nil, errState
	}
	return c, nil
}

func moveData(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device)
	if err != nil {
		return nil, err
	}
	v.give(c)
	m.giveData(c, v.Device, nil, nil, "")
	return c, nil
}
