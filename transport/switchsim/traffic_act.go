package switchsim

// act is what happens after a while of talking in a traffic call.
func (m *model) act(c *call) {
	d := m.actor(c)
	if d == nil {
		m.hangUp(c)
		return
	}
	conference := len(c.conns) > 2
	switch roll := m.rng.Float64(); {
	case roll < 0.62 || conference:
		m.hangUp(c)
	case roll < 0.76:
		m.pause(c, d)
	case roll < 0.92:
		m.consult(c, d)
	case roll < 0.95:
		if to := m.idleStation(); to != nil {
			m.transferTo(c, d.id, to.id)
			return
		}
		m.hangUp(c)
	case roll < 0.97:
		if to := m.idleStation(); to != nil && !m.broadWorks {
			m.joinCall(c, d.id, to.id)
		}
		m.talks(c)
	case roll < 0.985:
		m.tell(c, event{kind: evDigitsGenerated, device: d.id, digits: "5"})
		m.talks(c)
	default:
		m.giveData(c, d.id, []byte("looked up"), nil, "")
		m.talks(c)
	}
}

// actor draws the first station of the traffic that is connected.
func (m *model) actor(c *call) *device {
	for _, k := range c.conns {
		if d := m.devices[k.device]; d != nil && d.kind == station && !d.manual && k.state == Connected {
			return d
		}
	}
	return nil
}

// hangUp lets one of the people in the call go; a manual station's never.
func (m *model) hangUp(c *call) {
	var ids []string
	for _, k := range c.conns {
		if d := m.device(k.device); !d.manual && k.state == Connected {
			ids = append(ids, k.device)
		}
	}
	if len(ids) == 0 {
		m.talks(c)
		return
	}
	m.drop(c, ids[m.rng.IntN(len(ids))], "normalClearing")
	if !c.over {
		m.talks(c)
	}
}

// pause puts the call on hold for a while.
func (m *model) pause(c *call, d *device) {
	m.hold(c, d.id, "normal")
	m.then(c, holdTime, func() { m.resume(c, d) })
}

// resume takes the held call back as soon as the station is free.
func (m *model) resume(c *call, d *device) {
	if c.state(d.id) != Hold {
		m.talks(c)
		return
	}
	if m.active(d.id) != nil {
		m.then(c, holdTime, func() { m.resume(c, d) })
		return
	}
	m.retrieve(c, d.id, "normal")
	m.talks(c)
}

// consult asks somebody else, to transfer the call to them, to take them into a conference, or just so.
func (m *model) consult(c *call, d *device) {
	to := m.outsider()
	if other := m.idleStation(); other != nil && m.chance(0.8) {
		to = other.id
	}
	second := m.startConsultation(c, d.id)
	second.script = true
	roll := m.rng.Float64()
	second.purpose = func() { m.conclude(c, second, d, roll) }
	m.then(c, 3*(ringTime+consultTime), func() { m.giveUp(c, second, d) })
	m.originate(second, d.id, to, "consultation")
	if roll < 0.35 && !second.over { // transfer while it rings
		m.then(second, ringTime/3, func() {
			if far := second.far(d.id); second.state(far) == Alerting {
				m.conclude(c, second, d, roll)
			}
		})
	}
}

// startConsultation holds a call and takes the same station off-hook again; the data goes along.
func (m *model) startConsultation(c *call, device string) *call {
	m.hold(c, device, "consultation")
	second := m.begin(device, Initiated)
	second.calling, second.correlator, second.user, second.account = device, c.correlator, c.user, c.account
	m.tell(second, event{kind: evServiceInitiated, device: device, cause: "consultation"})
	return second
}

func (m *model) conclude(first, second *call, d *device, roll float64) {
	if first.over || first.state(d.id) != Hold || second.state(d.id) != Connected || m.share(first, second, d.id) {
		m.giveUp(first, second, d)
		return
	}
	if roll >= 0.85 {
		m.giveUp(first, second, d)
		return
	}
	m.merge(first, second, d.id, roll >= 0.65)
}

// giveUp ends a consultation and returns to the first call.
func (m *model) giveUp(first, second *call, d *device) {
	if !second.over && second.at(d.id) != nil {
		m.drop(second, d.id, "normalClearing")
	}
	if !first.over {
		m.resume(first, d)
	}
}

// share reports whether another device than the given one is in both calls.
func (m *model) share(a, b *call, device string) bool {
	for _, id := range a.others(device) {
		if b.at(id) != nil {
			return true
		}
	}
	return false
}
