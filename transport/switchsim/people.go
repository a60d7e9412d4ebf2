package switchsim

import "time"

// The mean lengths of what people do, at speed 1. Each is drawn between half and one and a half times its mean.
const (
	networkTime      = 500 * time.Millisecond
	distributionTime = 200 * time.Millisecond
	ringTime         = 2 * time.Second
	talkTime         = 10 * time.Second
	holdTime         = 3 * time.Second
	consultTime      = 3 * time.Second
	wrapUpTime       = 4 * time.Second
	patienceTime     = 20 * time.Second
	hangUpTime       = 1 * time.Second
	breakTime        = 10 * time.Second
	workTime         = 2 * time.Minute // between two breaks of an agent

	// agentTimePerCall is about what a call of the traffic costs in agents' time; it sets the speed if none is given.
	agentTimePerCall = 25 * time.Second
	occupancy        = 0.6
)

func (m *model) draw(mean time.Duration) time.Duration {
	return time.Duration(float64(mean) * m.scale * (0.5 + m.rng.Float64()))
}

// chance returns true with the given probability.
func (m *model) chance(p float64) bool { return m.rng.Float64() < p }

// then replaces what happens next in a call.
func (m *model) then(c *call, mean time.Duration, move func()) {
	c.next.stop()
	c.next = m.after(m.draw(mean), func() {
		if !c.over {
			move()
		}
	})
}

// rings lets the person at a device react to a ringing phone.
func (m *model) rings(c *call, device string) {
	d := m.device(device)
	if to, on := d.forwardTo("forwardNoAns"); on {
		m.after(m.draw(2*ringTime), func() { m.redirect(c, device, to, "callForwardNoAnswer") })
		return
	}
	if d.manual {
		return
	}
	if c.script && m.chance(0.06) {
		m.after(m.draw(ringTime/2), func() { m.abandon(c, device, Alerting) })
		return
	}
	if c.script && c.acdQueue != "" && m.chance(0.03) {
		m.after(m.draw(2*ringTime), func() { m.missed(c, device) })
		return
	}
	m.after(m.draw(ringTime), func() { m.pickUp(c, device) })
}

// pickUp answers, as soon as the person is free.
func (m *model) pickUp(c *call, device string) {
	if c.over || c.state(device) != Alerting {
		return
	}
	for _, other := range m.callsAt(device) {
		if s := other.state(device); other != c && (s == Connected || s == Initiated) {
			m.after(m.draw(ringTime), func() { m.pickUp(c, device) })
			return
		}
	}
	m.answer(c, device, "normal")
}

func (m *model) redirect(c *call, device, to, cause string) {
	if c.over || c.state(device) != Alerting {
		return
	}
	m.divert(c, device, to, cause)
	m.place(c, to, cause)
}

// missed takes a call from an agent who doesn't answer back to its queue, and the agent out of it.
func (m *model) missed(c *call, device string) {
	if c.over || c.state(device) != Alerting {
		return
	}
	queue := c.acdQueue
	if a := m.devices[device].agent; a != nil {
		m.setAgentState(a, queue, AgentNotReady)
	}
	m.redirect(c, device, queue, "callNotAnswered")
}

// abandon lets the caller of a traffic call hang up before an answer.
func (m *model) abandon(c *call, device string, was State) {
	if c.over || c.state(device) != was || c.at(c.calling) == nil {
		return
	}
	m.counts.Abandoned++
	m.drop(c, c.calling, "callCancelled")
}

func (m *model) waits(c *call, queue string) {
	if c.script {
		m.after(m.draw(patienceTime), func() { m.abandon(c, queue, Queued) })
	}
}

// hearsFailure lets the caller of a traffic call hang up on a failed call.
func (m *model) hearsFailure(c *call) {
	if !c.script {
		return
	}
	m.then(c, hangUpTime, func() { m.clearAll(c, "", "normalClearing") })
}

// talks schedules what comes next in a traffic call that was just answered.
func (m *model) talks(c *call) {
	if !c.script {
		return
	}
	if c.purpose != nil {
		m.then(c, consultTime, c.purpose)
		return
	}
	m.then(c, talkTime, func() { m.act(c) })
}
