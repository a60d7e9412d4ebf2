package switchsim

import (
	"fmt"
	"math"
	"time"
)

// setRate changes the traffic at once. Without an explicit speed the length of what people do follows the rate, so that
// the agents can carry it.
func (m *model) setRate(rate float64) {
	m.rate = rate
	speed := m.opt.Speed
	if speed == 0 {
		speed = max(1, rate*agentTimePerCall.Seconds()/(occupancy*float64(max(1, len(m.stations)))))
	}
	m.scale = 1 / speed
	m.arrivals.stop()
	m.arrivals = nil
	if rate > 0 {
		m.nextArrival()
	}
}

func (m *model) nextArrival() {
	gap := -math.Log(1-m.rng.Float64()) / m.rate
	m.arrivals = m.after(time.Duration(gap*float64(time.Second)), func() {
		m.nextArrival()
		m.newCall()
	})
}

// newCall begins one call of the traffic.
func (m *model) newCall() {
	switch roll := m.rng.Float64(); {
	case roll < 0.12:
		m.callOut(m.idleStation(), m.outsider())
	case roll < 0.25:
		from := m.idleStation()
		m.callOut(from, m.someStation(from))
	case roll < 0.35:
		m.callIn(m.someStation(nil))
	case roll < 0.45 && len(m.routePoints) > 0:
		m.callIn(m.routePoints[m.rng.IntN(len(m.routePoints))].id)
	case len(m.queues) > 0:
		m.callIn(m.queues[m.rng.IntN(len(m.queues))].id)
	}
}

func (m *model) callIn(to string) {
	if to == "" {
		return
	}
	from := m.outsider()
	if len(m.index[from]) > 0 {
		return
	}
	c := m.arrive(from, to)
	c.script = true
	m.someData(c)
	m.place(c, to, "newCall")
}

func (m *model) callOut(from *device, to string) {
	if from == nil || to == "" {
		return
	}
	c := m.initiate(from, "normal")
	c.script = true
	m.someData(c)
	m.then(c, distributionTime, func() {
		if c.state(from.id) == Initiated {
			m.originate(c, from.id, to, "newCall")
		}
	})
}

// someData gives one call in three data of its own.
func (m *model) someData(c *call) {
	if m.chance(0.33) {
		c.correlator = fmt.Appendf(nil, "cid%d", c.id)
	}
	if m.chance(0.1) {
		c.user = fmt.Appendf(nil, "uui%d", c.id)
	}
}

func (m *model) outsider() string {
	if m.chance(0.01) {
		return fmt.Sprintf("%s%04d", busyPrefix, m.rng.IntN(10000))
	}
	return fmt.Sprintf("+1555%07d", 1000000+m.rng.IntN(8999999))
}

// idleStation draws a station of the traffic that has no call.
func (m *model) idleStation() *device {
	for range 8 {
		if len(m.stations) == 0 {
			return nil
		}
		d := m.stations[m.rng.IntN(len(m.stations))]
		if len(m.index[d.id]) == 0 && d.service == inService {
			return d
		}
	}
	return nil
}

// someStation draws a station that may be busy.
func (m *model) someStation(not *device) string {
	if len(m.stations) < 2 {
		return ""
	}
	for {
		if d := m.stations[m.rng.IntN(len(m.stations))]; d != not {
			return d.id
		}
	}
}
