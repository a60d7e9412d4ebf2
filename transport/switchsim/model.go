package switchsim

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	historyLimit = 20000
	endedLimit   = 5000
	firstCallID  = 770000
)

// The model is the switch without its CTI ports: devices, agents, calls, and what people do. It has no lock and no
// goroutine; Switch guards it.
type model struct {
	opt   *Options
	rng   *rand.Rand
	now   time.Time
	plan  schedule
	seq   uint64
	scale float64 // of all durations
	rate  float64 // calls per second

	devices     map[string]*device
	deviceOrder []*device
	stations    []*device
	manuals     []*device
	queues      []*device
	routePoints []*device
	agents      []*agent
	agentByID   map[string]*agent

	lastCall callID
	calls    map[callID]*call
	index    map[string][]*call // by device
	waiting  map[string][]*call // by queue, first come first served
	kicked   map[string]bool    // queues whose distribution is scheduled
	arrivals *timer

	out     []*event // not yet handed to the monitors
	history ring[*event]
	ended   ring[EndedCall]
	counts  Counters

	// route hands a call at a route point to a registered router and reports whether there is one.
	route func(c *call, point *device) bool
	// unrouted is told that a call left a route point, chosen by its router or not.
	unrouted func(c *call)
	// forgotten is told that a call vanished without an event.
	forgotten func(id callID)
	// broadWorks makes people keep BroadWorks' rules.
	broadWorks bool
	// settled is told that a move is complete: its events can go out.
	settled func()
}

func newModel(opt *Options) *model {
	m := &model{
		opt: opt, rng: rand.New(rand.NewPCG(opt.Seed, 0x5357495443480000)), now: opt.Clock.Now(),
		devices: map[string]*device{}, agentByID: map[string]*agent{},
		lastCall: firstCallID, calls: map[callID]*call{}, index: map[string][]*call{}, waiting: map[string][]*call{},
		kicked: map[string]bool{}, history: newRing[*event](historyLimit), ended: newRing[EndedCall](endedLimit),
	}
	m.route = func(*call, *device) bool { return false }
	m.unrouted = func(*call) {}
	m.forgotten = func(callID) {}
	m.settled = func() {}
	m.makeDevices()
	m.makeAgents()
	m.setRate(opt.Rate)
	m.startAgents()
	return m
}

// advance makes all moves that are due at t. Each is made at its own time, however late advance is called.
func (m *model) advance(t time.Time) {
	for next := m.plan.next(); next != nil && !next.at.After(t); next = m.plan.next() {
		m.plan.pop()
		if next.at.After(m.now) {
			m.now = next.at
		}
		next.move()
		m.settled()
	}
	if t.After(m.now) {
		m.now = t
	}
}

func (m *model) after(d time.Duration, move func()) *timer { return m.plan.add(m.now.Add(d), move) }

// begin makes a call with one connection.
func (m *model) begin(device string, s State) *call {
	m.lastCall++
	c := &call{id: m.lastCall, began: m.seq + 1}
	c.linkage = fmt.Sprintf("%08X%08X", uint32(m.opt.Seed), uint32(c.id))
	m.calls[c.id] = c
	m.counts.Calls++
	m.join(c, device, s)
	return c
}

// join gives a device a connection in a call, or changes the state of the one that it has.
func (m *model) join(c *call, device string, s State) {
	if k := c.at(device); k != nil {
		k.state = s
		return
	}
	c.conns = append(c.conns, &connection{device: device, state: s})
	m.index[device] = append(m.index[device], c)
	if d := m.devices[device]; d != nil && d.kind == acdQueue {
		m.waiting[device] = append(m.waiting[device], c)
	}
}

// leave takes a device's connection off a call without a word.
func (m *model) leave(c *call, device string) {
	c.remove(device)
	m.index[device] = without(m.index[device], c)
	if len(m.index[device]) == 0 {
		delete(m.index, device)
	}
	if d := m.devices[device]; d != nil {
		switch d.kind {
		case acdQueue:
			m.waiting[device] = without(m.waiting[device], c)
		case routePoint:
			m.unrouted(c)
		}
	}
}

func without(calls []*call, c *call) []*call {
	for i := range calls {
		if calls[i] == c {
			return append(calls[:i:i], calls[i+1:]...)
		}
	}
	return calls
}

// end forgets a call that has no connections left.
func (m *model) end(c *call, reason string) {
	for len(c.conns) > 0 {
		m.leave(c, c.conns[0].device)
	}
	c.over, c.endReason = true, reason
	delete(m.calls, c.id)
	m.counts.Ended++
	m.ended.add(EndedCall{ID: c.id.String(), Linkage: c.linkage, Seq: m.seq, Reason: reason})
}
