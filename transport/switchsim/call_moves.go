package switchsim

// The moves of one call. Each changes the model and emits the events that ECMA-269 asks for; whether the move is allowed
// is checked by whoever makes it.

// initiate takes a station off-hook.
func (m *model) initiate(d *device, cause string) *call {
	c := m.begin(d.id, Initiated)
	c.calling = d.id
	m.tell(c, event{kind: evServiceInitiated, device: d.id, cause: cause})
	return c
}

// originate dials from a station that is off-hook in c.
func (m *model) originate(c *call, from, to, cause string) {
	c.called = to
	m.join(c, from, Connected)
	m.tell(c, event{kind: evOriginated, device: from, cause: cause})
	if cause == "makeCall" {
		cause = "newCall"
	}
	m.place(c, to, cause)
}

// arrive begins a call from outside.
func (m *model) arrive(from, to string) *call {
	c := m.begin(from, Connected)
	c.calling, c.called = from, to
	return c
}

// deliver lets a device ring.
func (m *model) deliver(c *call, device, cause string) {
	m.join(c, device, Alerting)
	c.at(device).offered = false
	m.tell(c, event{kind: evDelivered, device: device, cause: cause})
	m.rings(c, device)
}

// offer asks a device whether the call may ring there. Its connection is alerting from here on (ECMA-269 6.1.5).
func (m *model) offer(c *call, device, cause string) {
	m.join(c, device, Alerting)
	c.at(device).offered = true
	m.tell(c, event{kind: evOffered, device: device, cause: cause})
}

// bridge makes a device's appearance in a call inactive, which is the state queued (ECMA-269 17.2.1): the call goes on
// without it.
func (m *model) bridge(c *call, device string) {
	m.join(c, device, Queued)
	m.tell(c, event{kind: evBridged, device: device, cause: "normal"})
}

// answer connects a device that rings.
func (m *model) answer(c *call, device, cause string) {
	m.join(c, device, Connected)
	m.tell(c, event{kind: evEstablished, device: device, cause: cause})
	m.agentTook(c, device)
	m.talks(c)
}

func (m *model) hold(c *call, device, cause string) {
	m.join(c, device, Hold)
	m.tell(c, event{kind: evHeld, device: device, cause: cause})
}

func (m *model) retrieve(c *call, device, cause string) {
	m.join(c, device, Connected)
	m.tell(c, event{kind: evRetrieved, device: device, cause: cause})
}

// fail marks the connection of a destination that can't be reached, or the caller's own if there is no such device.
func (m *model) fail(c *call, device, cause string) {
	m.join(c, device, Fail)
	m.tell(c, event{kind: evFailed, device: device, cause: cause})
	m.counts.Failed++
	m.hearsFailure(c)
}

// divert takes a call away from a device on its way to another one.
func (m *model) divert(c *call, from, to, cause string) {
	m.leave(c, from)
	c.hops++
	m.tell(c, event{kind: evDiverted, device: from, newDestination: to, cause: cause}, from)
	c.lastRedirection = from
	m.agentLeft(from)
}

// drop takes a device out of a call, and the others too if nobody is left to talk to.
func (m *model) drop(c *call, device, cause string) {
	if m.broadWorks && device == c.controller {
		m.clearAll(c, device, cause)
		return
	}
	m.clear(c, device, device, cause)
	if c.over {
		return
	}
	if len(c.conns) < 2 || !c.talking() {
		for len(c.conns) > 0 {
			m.clear(c, c.conns[0].device, c.conns[0].device, "normalClearing")
		}
	}
}

// clear takes one connection out of a call; the last one ends it.
func (m *model) clear(c *call, device, releasing, cause string) {
	m.leave(c, device)
	m.tell(c, event{kind: evConnectionCleared, conn: connRef{c.id, device}, device: releasing, cause: cause}, device)
	if len(c.conns) == 0 {
		m.tell(c, event{kind: evCallCleared, conn: connRef{c.id, ""}, cause: cause})
		m.end(c, cause)
	}
	m.agentLeft(device)
}

// clearAll ends a call.
func (m *model) clearAll(c *call, releasing, cause string) {
	for !c.over {
		device := c.conns[0].device
		by := releasing
		if by == "" {
			by = device
		}
		m.clear(c, device, by, cause)
	}
}

// giveData attaches new data to a call.
func (m *model) giveData(c *call, device string, correlator, user []byte, account string) {
	if correlator != nil {
		c.correlator = correlator
	}
	if user != nil {
		c.user = user
	}
	if account != "" {
		c.account = account
	}
	m.tell(c, event{kind: evCallInformation, device: device})
}
