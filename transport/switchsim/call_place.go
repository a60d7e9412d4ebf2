package switchsim

const maxHops = 5

// place takes a call to a destination: it rings, waits in a queue, is routed, is forwarded, or fails.
func (m *model) place(c *call, to, cause string) {
	d := m.device(to)
	switch {
	case d == nil || c.at(to) != nil || c.hops > maxHops:
		m.failCaller(c, "destNotObtainable")
	case d.service == outOfService:
		m.fail(c, to, "destOutOfOrder")
	case d.kind == station:
		m.placeAtStation(c, d, cause)
	case d.kind == acdQueue:
		m.enqueue(c, d)
	case d.kind == routePoint:
		m.placeAtRoutePoint(c, d)
	default:
		m.placeOutside(c, d, cause)
	}
}

func (m *model) failCaller(c *call, cause string) {
	for _, k := range c.conns {
		if k.state == Connected {
			m.fail(c, k.device, cause)
			return
		}
	}
	m.clearAll(c, "", cause)
}

func (m *model) placeAtStation(c *call, d *device, cause string) {
	if to, on := d.forwardTo("forwardImmediate"); on {
		m.forward(c, d, to, "callForwardImmediate")
		return
	}
	if d.dnd {
		if to, on := d.forwardTo("forwardDND"); on {
			m.forward(c, d, to, "callForward")
			return
		}
		m.fail(c, d.id, "doNotDisturb")
		return
	}
	if m.busy(d) {
		if to, on := d.forwardTo("forwardBusy"); on {
			m.forward(c, d, to, "callForwardBusy")
			return
		}
		m.fail(c, d.id, "busy")
		return
	}
	m.deliver(c, d.id, cause)
}

// forward sends a call on from a device that it never reached.
func (m *model) forward(c *call, d *device, to, cause string) {
	c.lastRedirection = d.id
	c.hops++
	m.place(c, to, cause)
}

// placeOutside sends a call into the network, where the far end rings a moment later.
func (m *model) placeOutside(c *call, d *device, cause string) {
	m.join(c, d.id, Connected)
	m.tell(c, event{kind: evNetworkReached, device: d.id, cause: cause})
	m.after(m.draw(networkTime), func() {
		if c.over || c.state(d.id) != Connected {
			return
		}
		if m.busy(d) {
			m.fail(c, d.id, "busy")
			return
		}
		m.deliver(c, d.id, "networkSignal")
	})
}

// enqueue lets a call wait for an agent.
func (m *model) enqueue(c *call, q *device) {
	m.join(c, q.id, Queued)
	n := len(m.waiting[q.id])
	m.tell(c, event{kind: evQueued, device: q.id, cause: "enteringDistribution", numberQueued: n})
	m.waits(c, q.id)
	m.kick(q.id)
}

// kick schedules a look at a queue: is there an agent for the next call?
func (m *model) kick(queue string) {
	if m.kicked[queue] || len(m.waiting[queue]) == 0 {
		return
	}
	m.kicked[queue] = true
	m.after(m.draw(distributionTime), func() {
		m.kicked[queue] = false
		m.distribute(queue)
	})
}

// distribute takes the first waiting call to the agent who has been ready longest.
func (m *model) distribute(queue string) {
	if len(m.waiting[queue]) == 0 {
		return
	}
	a := m.readyAgent(queue)
	if a == nil {
		return
	}
	c := m.waiting[queue][0]
	c.acdQueue = queue
	m.divert(c, queue, a.device, "distributed")
	c.hops = 0
	m.deliver(c, a.device, "distributed")
	m.kick(queue)
}

func (m *model) readyAgent(queue string) *agent {
	var best *agent
	var since uint64
	for _, a := range m.agents {
		g := a.in(queue)
		if g == nil || g.state != AgentReady || len(m.index[a.device]) > 0 {
			continue
		}
		if d := m.devices[a.device]; d.dnd || d.service != inService {
			continue
		}
		if best == nil || g.since < since {
			best, since = a, g.since
		}
	}
	return best
}

// placeAtRoutePoint asks the registered router, or takes the default way.
func (m *model) placeAtRoutePoint(c *call, d *device) {
	m.join(c, d.id, Queued)
	m.tell(c, event{kind: evQueued, device: d.id, cause: "enteringDistribution", numberQueued: len(m.index[d.id])})
	if m.route(c, d) {
		return
	}
	m.after(m.draw(distributionTime), func() { m.routeDefault(c, d.id) })
}

// routeDefault sends a call that still waits at a route point to the default destination: the queue of the same rank.
func (m *model) routeDefault(c *call, point string) {
	if c.over || c.at(point) == nil {
		return
	}
	to := ""
	for i, d := range m.routePoints {
		if d.id == point && len(m.queues) > 0 {
			to = m.queues[i%len(m.queues)].id
		}
	}
	m.routeTo(c, point, to)
}

// routeTo sends a call from a route point to a destination.
func (m *model) routeTo(c *call, point, to string) {
	m.divert(c, point, to, "redirected")
	m.place(c, to, "redirected")
}
