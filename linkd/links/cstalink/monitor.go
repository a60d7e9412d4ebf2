package cstalink

import (
	"errors"
	"strings"
	"sync"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/csta"
)

// maxEarly bounds the events that came before the answer to their MonitorStart.
const maxEarly = 1024

// monitors are the link's monitors, by cross reference and by device.
type monitors struct {
	*monitorTable
	starting int // MonitorStarts without an answer
	waiting  []early
	asked    map[string][]func(bool) // who waits for the answer, by device
}

// answered tells who waits what came of a MonitorStart.
func (m *monitors) answered(device string, answered bool) {
	all := m.asked[device]
	delete(m.asked, device)
	for _, done := range all {
		done(answered)
	}
}

type early struct {
	ref   string
	event csta.Message
}

// monitorTable is what others than the reader may look into.
type monitorTable struct {
	mu       sync.Mutex
	byRef    map[string]string
	byDevice map[string]string
}

func newMonitors() monitors {
	return monitors{
		monitorTable: &monitorTable{byRef: make(map[string]string), byDevice: make(map[string]string)},
		asked:        make(map[string][]func(bool)),
	}
}

func (t *monitorTable) device(ref string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, ok := t.byRef[ref]
	return d, ok
}

func (t *monitorTable) ref(device string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.byDevice[device]
	return r, ok
}

func (t *monitorTable) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.byRef)
}

func (t *monitorTable) put(ref, device string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	ref = strings.Clone(ref)
	t.byRef[ref], t.byDevice[device] = device, ref
}

func (t *monitorTable) drop(ref string) (device string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if device, ok = t.byRef[ref]; ok {
		delete(t.byRef, ref)
		delete(t.byDevice, device)
	}
	return device, ok
}

func (t *monitorTable) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.byRef)
	clear(t.byDevice)
}

// early keeps an event that came before the answer to its MonitorStart.
func (m *monitors) early(ref string, event csta.Message) bool {
	if m.starting == 0 || len(m.waiting) == maxEarly {
		return false
	}
	m.waiting = append(m.waiting, early{strings.Clone(ref), event})
	return true
}

// Watch starts a monitor on a device, unless there is one or one is being started.
// The fact says what became of it; done follows it, with false if the switch gave
// no answer.
func (c *Conn) Watch(device string, done func(answered bool)) {
	if c.watched(device) {
		done(true)
		return
	}
	c.order.Lock()
	others, starting := c.monitors.asked[device]
	c.monitors.asked[device] = append(others, done)
	c.order.Unlock()
	if starting {
		return // a second monitor would bring each event twice
	}
	c.ask(&request{
		class: watching,
		build: func() (csta.Message, error) {
			if c.watched(device) {
				return nil, errAlready
			}
			c.order.Lock()
			defer c.order.Unlock()
			c.monitors.starting++
			return &csta.MonitorStart{
				MonitorObject:          csta.MonitorObject{DeviceObject: csta.DeviceID{Value: device}},
				RequestedMonitorFilter: c.o.Filter.bits(),
				MonitorType:            csta.MonitorDevice,
			}, nil
		},
		answered: func(m csta.Message, err error) {
			switch {
			case errors.Is(err, errAlready):
				c.monitors.answered(device, true)
				return
			case errors.Is(err, driver.ErrNotNow), err != nil && !errors.Is(err, driver.ErrTimeout):
				c.monitors.answered(device, false)
				return
			}
			c.monitors.starting--
			c.monitors.answered(device, err == nil && c.monitorAnswer(device, m))
			if c.monitors.starting == 0 {
				c.monitors.waiting = nil
			}
		},
		late: func(m csta.Message) { c.monitorLate(device, m) },
	})
}

// Watches tells whether there is a monitor on a device.
func (c *Conn) Watches(device string) bool {
	_, ok := c.monitors.ref(device)
	return ok
}

// watched tells whether there is a monitor on a device, and the sink too.
func (c *Conn) watched(device string) bool {
	c.order.Lock()
	defer c.order.Unlock()
	_, ok := c.monitors.ref(device)
	if ok {
		c.fact(monitorFact(&fsmpb.UpstreamMonitor{Device: device, Up: true}))
	}
	return ok
}

var errAlready = errors.New("already so")

// monitorAnswer takes the answer to MonitorStart, and then the events that were
// faster than it.
func (c *Conn) monitorAnswer(device string, m csta.Message) bool {
	switch m := m.(type) {
	case *csta.MonitorStartResponse:
		c.monitors.put(m.MonitorCrossRefID, device)
		c.fact(monitorFact(&fsmpb.UpstreamMonitor{
			Device: device, Up: true, Existing: m.MonitorExistingCalls != nil && *m.MonitorExistingCalls,
		}))
		kept := c.monitors.waiting
		c.monitors.waiting = nil
		for _, e := range kept {
			if e.ref == m.MonitorCrossRefID {
				c.fact(eventFact(e.event, device))
			} else {
				c.monitors.waiting = append(c.monitors.waiting, e)
			}
		}
	case *csta.CSTAErrorCode:
		c.fact(monitorFact(&fsmpb.UpstreamMonitor{
			Device: device, Category: strings.Clone(string(m.Category)), Value: strings.Clone(string(m.Value)),
		}))
	default:
		return false
	}
	return true
}

// monitorLate takes the answer to a MonitorStart that nobody waits for any more:
// a monitor that the switch started must not be forgotten.
func (c *Conn) monitorLate(device string, m csta.Message) {
	r, ok := m.(*csta.MonitorStartResponse)
	if !ok {
		return
	}
	if _, twice := c.monitors.ref(device); !twice {
		c.monitorAnswer(device, m)
		return
	}
	ref := strings.Clone(r.MonitorCrossRefID)
	c.ask(&request{
		class:    watching,
		build:    func() (csta.Message, error) { return &csta.MonitorStop{MonitorCrossRefID: ref}, nil },
		answered: func(csta.Message, error) {},
	})
}

// Unwatch stops the monitor on a device, if there is one. The fact says that it
// is down; done follows it.
func (c *Conn) Unwatch(device string, done func()) {
	c.ask(&request{
		class: watching,
		build: func() (csta.Message, error) {
			ref, ok := c.monitors.ref(device)
			if !ok {
				return nil, errAlready
			}
			return &csta.MonitorStop{MonitorCrossRefID: ref}, nil
		},
		answered: func(_ csta.Message, err error) {
			if err == nil || errors.Is(err, errAlready) || errors.Is(err, driver.ErrTimeout) {
				// Whatever it answered, the switch was told, and what it still sends is dropped.
				if ref, ok := c.monitors.ref(device); ok {
					c.monitors.drop(ref)
				}
				c.fact(monitorFact(&fsmpb.UpstreamMonitor{Device: device}))
			}
			done()
		},
	})
}

// monitorEnded deals with a MonitorStop of the switch's.
func (c *Conn) monitorEnded(invoke uint16, m *csta.MonitorStop) {
	device, ok := c.monitors.drop(m.MonitorCrossRefID)
	if !ok {
		c.reply(outgoing{invoke: invoke, message: csta.NewError(csta.ErrorOperation, csta.OpInvalidMonitorCrossRefID)})
		return
	}
	c.reply(outgoing{invoke: invoke, message: new(csta.MonitorStopResponse)})
	c.fact(monitorFact(&fsmpb.UpstreamMonitor{Device: device, Ended: true}))
}

func monitorFact(m *fsmpb.UpstreamMonitor) *fsmpb.Fact {
	return &fsmpb.Fact{Body: &fsmpb.Fact_Monitor{Monitor: m}}
}

// known are the events that facts can say.
const known = csta.FilterBridged | csta.FilterCallCleared | csta.FilterConferenced | csta.FilterConnectionCleared |
	csta.FilterDelivered | csta.FilterDigitsDialed | csta.FilterDiverted | csta.FilterEstablished | csta.FilterFailed |
	csta.FilterHeld | csta.FilterNetworkReached | csta.FilterOffered | csta.FilterOriginated | csta.FilterQueued |
	csta.FilterRetrieved | csta.FilterServiceInitiated | csta.FilterTransferred |
	csta.FilterCallInformation | csta.FilterDigitsGenerated |
	csta.FilterAgentBusy | csta.FilterAgentLoggedOn | csta.FilterAgentLoggedOff | csta.FilterAgentNotReady |
	csta.FilterAgentReady | csta.FilterAgentWorkingAfterCall | csta.FilterDoNotDisturb | csta.FilterForwarding |
	csta.FilterBackInService | csta.FilterOutOfService | csta.FilterPartiallyInService

func (f Filter) bits() csta.MonitorFilter {
	switch f {
	case FilterFilteredOut:
		return csta.MonitorFilter{Present: known}
	case FilterWanted:
		return csta.MonitorFilter{Present: known, Set: known}
	}
	return csta.MonitorFilter{}
}
