package xsilink

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// BroadWorks numbers the events of a subscription. What it delivers again after a
// channel died comes on other channels, some of it by way of nodes that sent it on, so
// that newer events may be faster. They wait here until the older ones have come, or
// until those have had time enough and count as lost. Where a leader before left off is
// in the state.

const (
	gapWait    = 1500 * time.Millisecond // for events that are missing: longer than a node keeps what isn't its own
	maxWaiting = 1024                    // events that wait for older ones, of one device
	restartGap = 64                      // a number that is so far behind the last one, or 1, is of a new count
	maxSkipped = 256                     // lost events that are remembered, in case that they come after all
)

// ordering is the order of the events of one device.
type ordering struct {
	subscription string
	last         uint32             // number of the last event that was dealt with
	waiting      map[uint32]arrival // newer ones
	lower        map[uint32]arrival // that may be the first of a new count, or were given up by a leader before
	skipped      map[uint32]bool    // older ones that were given up
	timed        bool               // a goroutine waits for what is missing
}

// Place is where a device's events stood when they were last applied.
type Place struct {
	Subscription string
	Sequence     uint32
}

// enter deals with an event if it is its turn. The caller holds order.
func (c *Conn) enter(a arrival) {
	id := strings.Clone(a.event.EventID)
	switch c.known.state(id) {
	case eventDone:
		c.answer(ack{a.channel, id, xsi.StatusDelivered})
		return
	case eventPending:
		return // answered with the first one
	}
	device := c.device(a.event.Target())
	n := uint32(max(a.event.SequenceNumber, 0))
	o := c.orderOf(device, a.event.SubscriptionID, n)
	if n == 0 {
		c.event(device, a, false)
		return
	}
	switch ahead := fsm.Ahead(o.last, n); {
	case ahead == 1:
		c.event(device, a, false)
		o.last = n
		c.drain(device, o)
	case ahead > 1 && len(o.waiting) < maxWaiting:
		o.waiting[n] = a
		c.awaitGap(device, o)
	case ahead > 1:
		c.answer(ack{a.channel, id, xsi.StatusTryNext})
	case o.skipped[n]:
		delete(o.skipped, n)
		c.known.set(id, eventDone)
		c.answer(ack{a.channel, id, xsi.StatusDelivered}) // a snapshot was asked for instead
	case c.o.Heard(id):
		c.repeat(device, a)
	case n != 1 && fsm.Ahead(n, o.last) < restartGap && len(o.lower) < maxWaiting:
		o.lower[n] = a
		c.awaitGap(device, o)
	default:
		for len(o.waiting) > 0 {
			c.skip(device, o)
		}
		o.last, o.skipped = n, make(map[uint32]bool)
		c.event(device, a, true)
		o.waiting, o.lower = o.lower, make(map[uint32]arrival)
		c.drain(device, o)
		if len(o.waiting) > 0 {
			c.awaitGap(device, o)
		}
	}
}

// orderOf finds the order of a device's events. It begins where a leader before left
// off, or with the first event that comes.
func (c *Conn) orderOf(device, subscription string, n uint32) *ordering {
	if o := c.orders[device]; o != nil && o.subscription == subscription {
		return o
	}
	o := &ordering{subscription: strings.Clone(subscription), waiting: make(map[uint32]arrival), lower: make(map[uint32]arrival), skipped: make(map[uint32]bool)}
	if p := c.o.Last(device); p.Subscription == subscription && p.Sequence > 0 {
		o.last = p.Sequence
	} else {
		o.last = before(n)
	}
	c.orders[device] = o
	return o
}

// before is the number before n.
func before(n uint32) uint32 {
	if n <= 1 {
		return 1<<31 - 1
	}
	return n - 1
}

// drain deals with what waited for this turn.
func (c *Conn) drain(device string, o *ordering) {
	for {
		next := o.last + 1
		if o.last == 1<<31-1 {
			next = 1
		}
		a, ok := o.waiting[next]
		if !ok {
			return
		}
		delete(o.waiting, next)
		c.event(device, a, false)
		o.last = next
	}
}

// skip gives up what is missing before the first event that waits.
func (c *Conn) skip(device string, o *ordering) {
	first := slices.MinFunc(slices.Collect(maps.Keys(o.waiting)), func(a, b uint32) int {
		return cmp.Compare(fsm.Ahead(o.last, a), fsm.Ahead(o.last, b))
	})
	missing := fsm.Ahead(o.last, first) - 1
	for n := range min(missing, maxSkipped-len(o.skipped)) {
		o.skipped[first-uint32(n)-1] = true
	}
	c.odd("gap")
	c.o.Logger.Warn("events are missing: asking for a snapshot", "link", c.o.Link, "device", device, "missing", missing)
	o.last = before(first)
	c.drain(device, o)
	c.doubt(device, "events are missing")
}

// awaitGap gives what is missing its time.
func (c *Conn) awaitGap(device string, o *ordering) {
	if o.timed {
		return
	}
	o.timed = true
	c.spawn(func() {
		for {
			limit := time.NewTimer(gapWait)
			select {
			case <-limit.C:
			case <-c.done:
				limit.Stop()
				return
			}
			c.order.Lock()
			now := time.Now()
			over := c.sink == nil || c.orders[device] != o
			if !over && late(o.waiting, now) {
				c.skip(device, o)
			}
			if !over && late(o.lower, now) {
				c.giveUp(device, o)
			}
			over = over || len(o.waiting)+len(o.lower) == 0
			o.timed = !over
			c.order.Unlock()
			if over {
				return
			}
		}
	})
}

func late(waiting map[uint32]arrival, now time.Time) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(waiting)), func(a arrival) bool { return now.Sub(a.at) >= gapWait })
}

// giveUp answers events that began no new count: a leader before gave them up, and what
// came after them took effect.
func (c *Conn) giveUp(device string, o *ordering) {
	for _, a := range o.lower {
		id := strings.Clone(a.event.EventID)
		c.known.set(id, eventDone)
		c.answer(ack{a.channel, id, xsi.StatusDelivered})
	}
	o.lower = make(map[uint32]arrival)
	c.doubt(device, "events came too late")
}

// event turns an event into facts, and answers it once they took effect. restarted
// says that BroadWorks counts anew. The caller holds order.
func (c *Conn) event(device string, a arrival, restarted bool) {
	failover := c.observe(device, a.event, restarted)
	facts := c.facts(device, a.event)
	if len(facts) == 0 {
		facts = []*fsmpb.Fact{{}} // the state has to know its number
	}
	c.commit(device, a, facts, restarted)
	switch {
	case failover != nil:
		c.markOld()
		c.fact(failover)
	case restarted && !a.event.Data.EventType().IsSnapshot():
		c.doubt(device, "events are numbered anew")
	}
	after := c.after
	c.after = nil
	for _, f := range after {
		f()
	}
}

// repeat deals with an event that a leader before may have got into the state only in
// part. What is known of the device is further already, and stays as it is.
func (c *Conn) repeat(device string, a arrival) {
	view := c.views[device]
	if a.event.Data.EventType().IsSnapshot() {
		c.commit(device, a, []*fsmpb.Fact{{}}, false)
		return
	}
	c.views[device] = view.copy()
	facts := c.facts(device, a.event)
	if c.views[device] = view; view == nil {
		delete(c.views, device)
	}
	if len(facts) == 0 {
		facts = []*fsmpb.Fact{{}}
	}
	c.commit(device, a, facts, false)
}

// commit sends the facts of an event on their way, and its answer after them.
func (c *Conn) commit(device string, a arrival, facts []*fsmpb.Fact, restarted bool) {
	id := strings.Clone(a.event.EventID)
	subscription := strings.Clone(a.event.SubscriptionID)
	for i, f := range facts {
		f.Event, f.Part, f.Target, f.Restarted = id, uint32(i+1), device, restarted
		f.Subscription, f.Sequence = subscription, uint32(max(a.event.SequenceNumber, 0))
		c.fact(f)
	}
	c.known.set(id, eventPending)
	c.sink.Settled(func(applied bool) {
		if applied {
			c.known.set(id, eventDone)
			c.answer(ack{a.channel, id, xsi.StatusDelivered})
			return
		}
		c.known.set(id, eventNew)
		c.answer(ack{a.channel, id, xsi.StatusTryNext})
	})
}
