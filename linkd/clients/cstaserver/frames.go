package cstaserver

import (
	"errors"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/transport/csta"
)

// Invoke IDs of our own requests. Some clients look an incoming message up by
// its ID among their own requests first; none of those uses 9000 and above.
const (
	firstInvoke  = 9000
	lastInvoke   = 9998
	invokeAccept = 0 // of a SystemStatus that is sent before the client speaks
)

const (
	flushAt = 32 << 10  // octets
	pauseAt = 256 << 10 // octets that wait: the feed waits too, or at half the queue's limit
)

// send answers a request: what it appends is flushed next. What can't be sent
// becomes an error.
func (c *conn) send(invoke uint16, m csta.Message) {
	err := c.put(invoke, m)
	if err == nil {
		return
	}
	var long *csta.FrameError
	if errors.As(err, &long) {
		c.fail(invoke, csta.ErrorSystemResource, csta.ResourceResourceLimitExceeded)
	} else {
		c.fail(invoke, csta.ErrorOperation, csta.OpGeneric)
	}
}

// put appends a message's frame.
func (c *conn) put(invoke uint16, m csta.Message) error {
	buf, err := c.encoder.AppendMessage(c.buf, invoke, csta.Declaration, m, c.asso.edition)
	if err != nil {
		c.log.Error("message not sent", "message", m.Name(), "error", err)
		return err
	}
	c.buf = buf
	return nil
}

// sendAlone sends a handshake's message in a write of its own: some clients
// take one read for one message then.
func (c *conn) sendAlone(invoke uint16, m csta.Message) {
	c.flush()
	c.out.cut()
	c.send(invoke, m)
	c.flush()
	c.out.cut()
}

// request sends a request of ours.
func (c *conn) request(m csta.Message) {
	if c.asso.invoke < firstInvoke || c.asso.invoke >= lastInvoke {
		c.asso.invoke = firstInvoke - 1
	}
	c.asso.invoke++
	_ = c.put(c.asso.invoke, m)
}

// fail answers a request negatively.
func (c *conn) fail(invoke uint16, category csta.ErrorCategory, value csta.ErrorValue) {
	c.l.count.errors.add(string(category))
	if c.put(invoke, csta.NewError(category, value)) != nil { // not one of the standard's
		_ = c.put(invoke, csta.NewError(csta.ErrorOperation, csta.OpGeneric))
	}
}

// mark notes that everything of the feed up to at is in front of what is sent
// from now on.
func (c *conn) mark(at fsm.Position) {
	if c.asso.leaving {
		return
	}
	off := c.base + uint64(len(c.buf))
	if n := len(c.marks); n > 0 && c.marks[n-1].off == off {
		c.marks[n-1].at = at
		return
	}
	if len(c.buf) > 0 {
		c.marks = append(c.marks, mark{off, at})
	}
}

// flush hands what was sent to the writer.
func (c *conn) flush() {
	s := &c.sess
	if s.gap == nil {
		if !c.asso.leaving {
			s.told = c.at
		}
		if s.met && s.report == nil {
			s.report = c.l.d.Progress.Join(s.id, s.attachment, c.sessionLife(), c.at, c.out)
		}
	}
	c.out.push(c.buf, c.marks, s.told)
	c.base += uint64(len(c.buf))
	c.buf, c.marks = c.buf[:0], c.marks[:0]
	if cap(c.buf) > bufferKept {
		c.buf = nil
	}
	if c.sent > 0 {
		c.l.count.events.add(c.sent)
		if s.report != nil {
			s.report.Sent(c.sent)
		}
		c.sent = 0
	}
}

// waiting is what the client has still to take, in octets.
func (c *conn) waiting() int { return len(c.buf) + c.out.pending() }

// paused tells whether the client has to take some of it before it gets more.
func (c *conn) paused() bool { return c.waiting() > min(pauseAt, c.l.o.QueueBytes/2) }
