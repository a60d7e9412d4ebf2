package raftnet

import (
	"bufio"
	"net"
	"sync"
	"time"
)

// outbox is the writing half of a peer connection: frames wait in a short
// queue, and whatever waits goes out in one write.
type outbox struct {
	c     net.Conn
	limit time.Duration // of one write
	queue chan []byte
	done  chan struct{}
	once  sync.Once
	err   error // set before done is closed
}

func newOutbox(c net.Conn, limit time.Duration) *outbox {
	return &outbox{c: c, limit: limit, queue: make(chan []byte, 32), done: make(chan struct{})}
}

// fail ends the connection; the first reason counts.
func (o *outbox) fail(err error) {
	o.once.Do(func() {
		o.err = err
		close(o.done)
		o.c.Close()
	})
}

// run writes until the connection ends. With a ping interval it sends a ping
// after each such time.
func (o *outbox) run(ping time.Duration) {
	w := bufio.NewWriterSize(o.c, 32<<10)
	var tick <-chan time.Time
	if ping > 0 {
		t := time.NewTicker(ping)
		defer t.Stop()
		tick = t.C
	}
	for {
		var frame []byte
		select {
		case frame = <-o.queue:
		case <-tick:
			frame = newFrame(framePing, 0, 0)
		case <-o.done:
			return
		}
		o.c.SetWriteDeadline(time.Now().Add(o.limit))
		for frame != nil {
			if _, err := w.Write(frame); err != nil {
				o.fail(err)
				return
			}
			select {
			case frame = <-o.queue:
			default:
				frame = nil
			}
		}
		if err := w.Flush(); err != nil {
			o.fail(err)
			return
		}
	}
}
