package xsilink

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/holdline/holdline/transport/xsi"
)

// arrival is an event that came on a channel.
type arrival struct {
	channel *xsi.EventChannel
	event   *xsi.SubscriptionEvent
	at      time.Time
	claim   uint64 // of the switch when it came
}

// Limits of what is kept of events.
const (
	maxHeld  = 8192  // that came while this node doesn't lead
	maxKnown = 16384 // that were dealt with here, to know them when they come again
)

// How often held events are looked at, and how long they are kept at least: it takes
// a moment until it is known that the leader is dead.
const (
	heldEvery = 10 * time.Millisecond
	heldLeast = 250 * time.Millisecond
)

// deliver takes what came on a channel.
func (c *Conn) deliver(channel *xsi.EventChannel, d xsi.Delivery) {
	switch doc := d.Document.(type) {
	case *xsi.SubscriptionEvent:
		if d.Info.Leniencies != 0 {
			c.odd("lenient")
		}
		claim, _ := c.o.Led()
		c.take(arrival{channel: channel, event: doc, at: time.Now(), claim: claim})
	case *xsi.ErrorEvent:
		c.odd("error event")
		c.o.Logger.Warn("the switch can't read what it got", "link", c.o.Link, "code", doc.ErrorCode, "message", doc.ErrorMessage)
	case nil:
		c.odd("xml")
		bad, ok := errors.AsType[*xsi.SyntaxError](d.Err)
		if ok && bad.EventID != "" {
			c.answer(ack{channel, strings.Clone(bad.EventID), xsi.StatusDropEvent})
		}
		c.o.Logger.Warn("an event can't be read", "link", c.o.Link, "error", d.Err)
	}
}

// take deals with an event now, or keeps it while another node leads.
func (c *Conn) take(a arrival) {
	c.stuck.Store(max(int64(time.Since(c.started)), 1))
	c.order.Lock()
	defer func() {
		c.order.Unlock()
		c.stuck.Store(0)
	}()
	switch {
	case c.sink != nil:
		c.enter(a)
	case len(c.held) < maxHeld:
		c.held = append(c.held, a)
		if len(c.held) == 1 {
			c.spawn(c.watchHeld)
		}
	default:
		c.answer(ack{a.channel, a.event.EventID, xsi.StatusTryNext})
	}
}

// releaseHeld deals with the events that were kept. The caller holds order.
func (c *Conn) releaseHeld() {
	if c.sink == nil {
		return
	}
	held := c.held
	c.held = nil
	for _, a := range held {
		c.enter(a)
	}
}

// watchHeld sends on what is kept for another node, until nothing is kept.
func (c *Conn) watchHeld() {
	tick := time.NewTicker(heldEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-c.done:
			return
		}
		c.order.Lock()
		claim, others := c.o.Led()
		now := time.Now()
		for len(c.held) > 0 {
			a := c.held[0]
			age := now.Sub(a.at)
			if age < c.o.Hold && !(others && (claim != a.claim || age >= heldLeast)) {
				break
			}
			c.held = c.held[1:]
			c.answer(ack{a.channel, strings.Clone(a.event.EventID), xsi.StatusTryNext})
		}
		empty := len(c.held) == 0
		c.order.Unlock()
		if empty {
			return
		}
	}
}

// eventState is what is known of an event.
type eventState uint8

const (
	eventNew eventState = iota
	eventPending
	eventDone
)

// recent remembers events that were dealt with, the last maxKnown of them.
type recent struct {
	mu     sync.Mutex
	states map[string]eventState
	order  []string
}

func newRecent() *recent { return &recent{states: make(map[string]eventState)} }

func (r *recent) state(id string) eventState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.states[id]
}

func (r *recent) set(id string, s eventState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.states[id]; !ok {
		r.order = append(r.order, id)
		if len(r.order) > maxKnown {
			delete(r.states, r.order[0])
			r.order = r.order[1:]
		}
	}
	r.states[id] = s
}
