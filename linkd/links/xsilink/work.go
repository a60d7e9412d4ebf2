package xsilink

import (
	"context"
	"time"

	"github.com/holdline/holdline/linkd/links/driver"
)

// class orders the requests: the first class that has one is served.
type class int

const (
	urgent     class = iota // of the association: neither paced nor held back
	traffic                 // clients' requests
	watching                // subscriptions
	background              // snapshots, renewals
	idle                    // what can wait for all of these
	classes
)

// task is one or several requests that are made one after the other.
type task struct {
	class class
	run   func(ctx context.Context)
	drop  func(err error) // it will not be run. May be nil.
}

// ask queues a task.
func (c *Conn) ask(t *task) {
	c.mu.Lock()
	c.queue[t.class] = append(c.queue[t.class], t)
	c.mu.Unlock()
	c.poke()
}

// dispatch runs the tasks, as many at once and a second as permitted, until the
// connection is over. Then it tells those that were never run.
func (c *Conn) dispatch() {
	for {
		t, wait := c.next()
		if t != nil {
			c.spawn(func() {
				t.run(c.ctx)
				c.mu.Lock()
				if t.class != urgent {
					c.busy--
				}
				c.mu.Unlock()
				c.poke()
			})
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
			c.abandon()
			return
		}
	}
}

// next takes what is to be run now; else it says how long to wait, 0 for until
// something changes.
func (c *Conn) next() (*task, time.Duration) {
	select {
	case <-c.done:
		return nil, 0
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.queue {
		if len(c.queue[k]) == 0 {
			continue
		}
		t := c.queue[k][0]
		switch {
		case class(k) == urgent:
		case c.halted:
			c.queue[k] = c.queue[k][1:]
			c.busy++
			return &task{class: t.class, run: func(context.Context) { c.dropped(t, driver.ErrNotNow) }}, 0
		case c.busy >= c.o.MaxOutstanding:
			return nil, 0
		default:
			if d := c.reserve(); d > 0 {
				return nil, d
			}
		}
		c.queue[k] = c.queue[k][1:]
		if class(k) != urgent {
			c.busy++
		}
		return t, 0
	}
	return nil, 0
}

// reserve takes one request out of the permitted rate, or says how long it will
// take until there is one.
func (c *Conn) reserve() time.Duration {
	now := time.Now()
	v := c.limit.ReserveN(now, 1)
	d := v.DelayFrom(now)
	if d > 0 {
		v.CancelAt(now)
	}
	return d
}

func (c *Conn) dropped(t *task, err error) {
	if t.drop != nil {
		c.settle(func() { t.drop(err) })
	}
}

// abandon tells the tasks that were never run, once the connection is over.
func (c *Conn) abandon() {
	c.mu.Lock()
	var rest []*task
	for k := range c.queue {
		rest = append(rest, c.queue[k]...)
		c.queue[k] = nil
	}
	c.mu.Unlock()
	for _, t := range rest {
		c.dropped(t, driver.ErrNotWritten)
	}
}

// timed makes one request and measures it.
func (c *Conn) timed(request func() error) error {
	began := time.Now()
	err := request()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	if d := time.Since(began); c.rtt == 0 {
		c.rtt = d
	} else {
		c.rtt += (d - c.rtt) / 8
	}
	return err
}
