package xsilink

import (
	"context"
	"time"

	"github.com/holdline/holdline/transport/xsi"
)

// ackWorkers is how many events are answered at the same time.
const ackWorkers = 8

// ackTries is how often an answer is sent that BroadWorks may not have got. After
// that the event comes again.
const ackTries = 3

// ack is the answer to an event.
type ack struct {
	channel *xsi.EventChannel
	event   string
	status  xsi.ResponseStatus
}

// acks are the answers on their way. The connection's mu guards them.
type acks struct {
	queue   []ack
	workers int
	over    bool
	idle    chan struct{} // closed when nothing is on its way; nil if nobody waits
}

var ackReasons = map[xsi.ResponseStatus]string{
	xsi.StatusDelivered: "committed",
	xsi.StatusTryNext:   "not committed here",
	xsi.StatusDropEvent: "not readable",
}

// answer puts an answer on its way. It never waits.
func (c *Conn) answer(a ack) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.acks.over {
		return
	}
	c.acks.queue = append(c.acks.queue, a)
	if c.acks.workers < ackWorkers {
		c.acks.workers++
		c.wg.Go(c.sendAcks)
	}
}

func (c *Conn) sendAcks() {
	for {
		c.mu.Lock()
		if len(c.acks.queue) == 0 {
			if c.acks.workers--; c.acks.workers == 0 && c.acks.idle != nil {
				close(c.acks.idle)
				c.acks.idle = nil
			}
			c.mu.Unlock()
			return
		}
		a := c.acks.queue[0]
		c.acks.queue = c.acks.queue[1:]
		c.mu.Unlock()
		c.sendAck(a)
	}
}

func (c *Conn) sendAck(a ack) {
	for try := range ackTries {
		ctx, cancel := context.WithTimeout(c.ctx, c.o.RequestTimeout)
		err := a.channel.Respond(ctx, xsi.EventResponse{EventID: a.event, StatusCode: a.status, Reason: ackReasons[a.status]})
		cancel()
		wait, again := xsi.RetryAfter(err)
		if err == nil || !again || c.ctx.Err() != nil || try == ackTries-1 {
			if err != nil && c.ctx.Err() == nil {
				c.o.Logger.Debug("an event could not be answered: it will come again", "link", c.o.Link, "event", a.event, "error", err)
			}
			return
		}
		select {
		case <-time.After(min(wait, ackPause)):
		case <-c.done:
			return
		}
	}
}

// ackPause bounds the pause before an answer is sent again: the event is waiting.
const ackPause = 200 * time.Millisecond

// flushAcks waits until what is on its way is answered, and takes no more.
func (c *Conn) flushAcks(ctx context.Context) {
	c.mu.Lock()
	c.acks.over = true
	idle := make(chan struct{})
	if c.acks.workers == 0 {
		close(idle)
	} else {
		c.acks.idle = idle
	}
	c.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}
