package cstalink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/csta"
)

// class orders the requests: the first class that has one is served.
type class int

const (
	urgent     class = iota // of the association: neither paced nor held back
	traffic                 // clients' requests
	watching                // monitors, routers
	background              // snapshots
	classes
)

// Our requests' invoke IDs. 0000 stays the switch's: it opens with it.
const (
	firstInvoke = 1
	lastInvoke  = 8999
)

// maxControl bounds the answers that wait to be written.
const maxControl = 1024

// request is one request of ours. Its callbacks run with order held, in the
// place of the answer among the switch's frames.
type request struct {
	class class
	// build makes the message, just before it is written. An error drops it.
	build func() (csta.Message, error)
	// answered gets the answer, negative or not, or the error that came of it:
	// the request was not written, or it was and ErrTimeout passed. Once.
	answered func(m csta.Message, err error)
	// late gets an answer that came after ErrTimeout. May be nil.
	late func(m csta.Message)
	// oneWay: there is no answer; answered gets nil, nil once it is written.
	oneWay bool

	service string
	at      time.Time
	timer   *timer
	expired bool
}

// outgoing is a frame that answers the switch.
type outgoing struct {
	invoke  uint16
	message csta.Message
	last    bool // the connection is closed after it
}

// ask queues a request.
func (c *Conn) ask(r *request) {
	c.mu.Lock()
	c.queue[r.class] = append(c.queue[r.class], r)
	c.mu.Unlock()
	c.poke()
}

// reply queues an answer to a request of the switch's.
func (c *Conn) reply(o outgoing) {
	c.mu.Lock()
	full := len(c.control) >= maxControl
	if !full {
		c.control = append(c.control, o)
	}
	c.mu.Unlock()
	if full {
		c.fail(fmt.Errorf("the switch reads no answers: %d wait", maxControl))
	}
	c.poke()
}

// call asks and waits for the answer. It is for the association, before
// anything else is asked.
func (c *Conn) call(ctx context.Context, m csta.Message) (csta.Message, error) {
	type answer struct {
		m   csta.Message
		err error
	}
	got := make(chan answer, 1)
	c.ask(&request{
		class:    urgent,
		build:    func() (csta.Message, error) { return m, nil },
		answered: func(m csta.Message, err error) { got <- answer{m, err} },
	})
	select {
	case a := <-got:
		return a.m, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", m.Name(), context.Cause(ctx))
	case <-c.done:
		return nil, c.err
	}
}

// send writes what waits, until the connection is over. Then it tells the
// requests that were never written.
func (c *Conn) send() {
	for {
		o, r, wait := c.next()
		switch {
		case o != nil:
			c.write(o.invoke, o.message)
			if o.last {
				c.fail(driver.ErrClosed)
			}
			continue
		case r != nil:
			c.sendRequest(r)
			continue
		}
		var timer <-chan time.Time
		if wait > 0 {
			timer = time.After(wait)
		}
		select {
		case <-c.wake:
		case <-timer:
		case <-c.done:
			c.abandon(driver.ErrNotWritten)
			return
		}
	}
}

// next takes what is to be written now; else it says how long to wait, 0 for
// until something changes.
func (c *Conn) next() (*outgoing, *request, time.Duration) {
	select {
	case <-c.done:
		return nil, nil, 0
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.control) > 0 {
		o := c.control[0]
		c.control = c.control[1:]
		return &o, nil, 0
	}
	for k := range c.queue {
		if len(c.queue[k]) == 0 {
			continue
		}
		r := c.queue[k][0]
		if class(k) != urgent {
			if c.halted {
				r.build = func() (csta.Message, error) { return nil, driver.ErrNotNow }
			} else if c.outstanding >= c.o.MaxOutstanding {
				return nil, nil, 0
			} else if c.overloaded && class(k) == background && c.outstanding > 0 {
				return nil, nil, 0
			} else if d := c.reserve(); d > 0 {
				return nil, nil, d
			}
		}
		c.queue[k] = c.queue[k][1:]
		return nil, r, 0
	}
	return nil, nil, 0
}

// reserve takes one request out of the permitted rate, or says how long it will
// take until there is one. While the switch reports overload the rate is a
// quarter, and snapshots are asked for one at a time.
func (c *Conn) reserve() time.Duration {
	n := 1
	if c.overloaded {
		n = min(4, c.limit.Burst())
	}
	now := time.Now()
	v := c.limit.ReserveN(now, n)
	d := v.DelayFrom(now)
	if d > 0 {
		v.CancelAt(now)
	}
	return d
}

func (c *Conn) sendRequest(r *request) {
	m, err := r.build()
	if err != nil {
		c.settle(r, nil, err)
		return
	}
	if r.service = m.Name(); r.oneWay {
		if err := c.write(0, m); err != nil {
			c.settle(r, nil, errors.Join(driver.ErrNotWritten, err))
			return
		}
		c.settle(r, nil, nil)
		return
	}
	c.mu.Lock()
	c.invoke++
	for c.invoke < firstInvoke || c.invoke > lastInvoke || c.pending[c.invoke] != nil && !c.pending[c.invoke].expired {
		if c.invoke >= lastInvoke {
			c.invoke = firstInvoke - 1
		}
		c.invoke++
	}
	id := c.invoke
	c.pending[id] = r
	c.asked++
	if r.class != urgent {
		c.outstanding++
	}
	r.at = time.Now()
	r.timer = c.afterLocked(c.o.RequestTimeout, func() { c.expire(id, r) })
	c.mu.Unlock()
	if err := c.write(id, m); err != nil {
		if c.take(id) == r {
			c.settle(r, nil, errors.Join(driver.ErrNotWritten, err))
		}
	}
}

// write encodes and writes one frame. A message that can't be encoded is the
// only error; if the network fails, the connection is over.
func (c *Conn) write(invoke uint16, m csta.Message) error {
	frame, err := csta.AppendMessage(nil, invoke, "", m, c.speak())
	if err != nil {
		c.o.Logger.Warn("can't send a message", "link", c.o.Link, "message", m.Name(), "error", err)
		return err
	}
	_ = c.nc.SetWriteDeadline(time.Now().Add(c.o.WriteTimeout))
	if _, err := c.nc.Write(frame); err != nil {
		c.fail(fmt.Errorf("write %s: %w", m.Name(), err))
	}
	return nil
}

// take finds the request that an answer is for.
func (c *Conn) take(id uint16) *request {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.pending[id]
	if r == nil {
		return nil
	}
	delete(c.pending, id)
	if r.expired {
		return r
	}
	if r.class != urgent {
		c.outstanding--
	}
	r.timer.stopLocked()
	if d := time.Since(r.at); c.rtt == 0 {
		c.rtt = d
	} else {
		c.rtt += (d - c.rtt) / 8
	}
	c.poke()
	return r
}

// expire ends the wait for an answer. The request stays known, in case the
// answer comes late.
func (c *Conn) expire(id uint16, r *request) {
	c.mu.Lock()
	live := c.pending[id] == r
	if live {
		r.expired = true
		if r.class != urgent {
			c.outstanding--
		}
	}
	c.mu.Unlock()
	if !live {
		return
	}
	c.poke()
	c.o.Logger.Warn("the switch did not answer in time", "link", c.o.Link, "service", r.service, "limit", c.o.RequestTimeout)
	c.settle(r, nil, driver.ErrTimeout)
}

// settle tells a request what came of it, outside the switch's frames.
func (c *Conn) settle(r *request, m csta.Message, err error) {
	c.order.Lock()
	defer c.order.Unlock()
	r.answered(m, err)
}

// abandon tells the requests that were never written, once the connection is
// over, and stops the clocks of the others.
func (c *Conn) abandon(err error) {
	c.mu.Lock()
	var rest []*request
	for k := range c.queue {
		rest = append(rest, c.queue[k]...)
		c.queue[k] = nil
	}
	clear(c.pending)
	c.stopTimers()
	c.mu.Unlock()
	for _, r := range rest {
		c.settle(r, nil, err)
	}
}
