package cstaserver

import (
	"net"
	"slices"
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
	queue   []byte       // for the writer
	cuts    []int        // in queue: where a write has to end
	waiting int          // octets in queue and being written
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

// Sizes of what is written and kept, in octets.
const (
	writeLimit = 64 << 10  // of one write
	bufferKept = 256 << 10 // of a buffer that is used again
)

// push hands over octets to be written, together with those that wait, and the
// marks of the records in them. told is the position that the session has come
// to with them.
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
		o.queue = append(o.queue, chunk...)
		o.waiting += len(chunk)
		signal(o.wake)
	}
}

// cut makes what is pushed next begin a write of its own.
func (o *outbox) cut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(o.queue)
	if n > 0 && (len(o.cuts) == 0 || o.cuts[len(o.cuts)-1] < n) {
		o.cuts = append(o.cuts, n)
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
// when the connection is closed. What waits is written at once; meanwhile the
// queue is another buffer.
func (o *outbox) run() {
	defer close(o.ended)
	var spare []byte
	for {
		o.mu.Lock()
		queue, cuts, closed := o.queue, o.cuts, o.closed
		o.queue, o.cuts = spare[:0], nil
		o.mu.Unlock()
		for from := 0; from < len(queue); {
			to := min(from+writeLimit, len(queue))
			if len(cuts) > 0 && cuts[0] <= to {
				to, cuts = cuts[0], cuts[1:]
			}
			if !o.write(queue[from:to]) {
				return
			}
			from = to
		}
		spare = queue
		if cap(spare) > bufferKept {
			spare = nil
		}
		if len(queue) > 0 {
			continue
		}
		if closed {
			return
		}
		<-o.wake
	}
}

// write reports whether all went out.
func (o *outbox) write(octets []byte) bool {
	_ = o.nc.SetWriteDeadline(time.Now().Add(o.timeout))
	n, err := o.nc.Write(octets)
	o.mu.Lock()
	o.written += uint64(n)
	o.waiting -= len(octets)
	o.err = err
	o.mu.Unlock()
	signal(o.drained)
	return err == nil
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
	o.marks = slices.Delete(o.marks, 0, i)
	return o.acked, len(o.marks) > 0
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
