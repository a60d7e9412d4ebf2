package cstaserver

import (
	"net"
	"sync"
	"time"

	"github.com/holdline/holdline/fsm"
)

// outbox is what waits to be written to one client, and how much of what was
// written reached it.
type outbox struct {
	nc      net.Conn
	timeout time.Duration
	wake    chan struct{}                   // for the writer
	drained chan struct{}                   // for the session: less waits than did
	ended   chan struct{}                   // closed when the writer ends
	unacked func() (octets int, known bool) // written and not acknowledged by the peer's TCP

	mu      sync.Mutex
	chunks  [][]byte
	waiting int          // octets in chunks and being written
	total   uint64       // octets ever pushed
	written uint64       // octets handed to TCP
	marks   []mark       // that haven't arrived, ascending
	acked   fsm.Position // everything up to here reached the client
	closed  bool
	err     error
}

// mark says that what the feed holds up to position is told once the octets up
// to off have arrived.
type mark struct {
	off uint64
	at  fsm.Position
}

func newOutbox(nc net.Conn, timeout time.Duration) *outbox {
	return &outbox{
		nc: nc, timeout: timeout, unacked: unackedOf(nc),
		wake: make(chan struct{}, 1), drained: make(chan struct{}, 1), ended: make(chan struct{}),
	}
}

// push hands over a chunk that is written at once, with the marks of the
// records in it. told is the position that the session has come to with it.
func (o *outbox) push(chunk []byte, marks []mark, told fsm.Position) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	o.marks = append(o.marks, marks...)
	o.total += uint64(len(chunk))
	if n := len(o.marks); n > 0 && o.marks[n-1].off == o.total {
		o.marks[n-1].at = told
	} else {
		o.marks = append(o.marks, mark{o.total, told})
	}
	if len(chunk) > 0 {
		o.chunks = append(o.chunks, chunk)
		o.waiting += len(chunk)
		signal(o.wake)
	}
}

// close makes the writer end when everything is written.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	signal(o.wake)
}

// pending is the number of octets that wait for TCP to take them.
func (o *outbox) pending() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.waiting
}

func (o *outbox) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// run writes until the outbox is closed and empty or a write fails, as it does
// when the connection is closed.
func (o *outbox) run() {
	defer close(o.ended)
	for {
		o.mu.Lock()
		chunks, closed := o.chunks, o.closed
		o.chunks = nil
		o.mu.Unlock()
		for _, c := range chunks {
			_ = o.nc.SetWriteDeadline(time.Now().Add(o.timeout))
			n, err := o.nc.Write(c)
			o.mu.Lock()
			o.written += uint64(n)
			o.waiting -= len(c)
			o.err = err
			o.mu.Unlock()
			if err != nil {
				return
			}
			signal(o.drained)
		}
		if len(chunks) > 0 {
			continue
		}
		if closed {
			return
		}
		<-o.wake
	}
}

// Delivered implements clients.Delivery.
func (o *outbox) Delivered() (fsm.Position, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	// written is read before the kernel is asked: what it takes meanwhile counts
	// as not arrived.
	off := o.written
	open, known := o.unacked()
	if !known {
		return o.acked, len(o.marks) > 0
	}
	off -= min(off, uint64(open))
	i := 0
	for i < len(o.marks) && o.marks[i].off <= off {
		o.acked = o.marks[i].at
		i++
	}
	o.marks = o.marks[i:]
	return o.acked, len(o.marks) > 0
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
