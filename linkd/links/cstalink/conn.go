package cstalink

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/csta"
	"golang.org/x/time/rate"
)

var _ driver.Conn = (*Conn)(nil)

// Conn is an associated connection to a switch. Until Lead it stands by: it
// keeps the association alive and knows the switch's status.
type Conn struct {
	o       Options
	nc      net.Conn
	limit   *rate.Limiter
	started time.Time

	// order is held while a frame, or the time limit of a request, is dealt
	// with, so that facts leave in the order of the frames. It guards what is
	// known of the far side.
	order    sync.Mutex
	sink     driver.Sink // nil: standing by
	monitors monitors
	routers  routers
	segments map[string]func(csta.Message) // by serviceCrossRefID
	deaf     map[string]bool               // services that the switch doesn't support
	detailed map[string]time.Time          // calls of which a SnapshotCall was taken
	again    bool                          // SystemRegister is due again

	mu          sync.Mutex
	timers      timers
	edition     csta.Edition
	queue       [classes][]*request
	control     []outgoing
	pending     map[uint16]*request
	outstanding int
	invoke      uint16
	status      string
	news        chan struct{} // closed when status changes
	session     string        // sessionID of an explicit association
	overloaded  bool
	halted      bool
	rtt         time.Duration
	asked       uint64
	told        uint64
	unknown     uint64

	heard  atomic.Int64 // last frame, since started
	busy   atomic.Int64 // a frame is being dealt with since then; 0: none
	wake   chan struct{}
	first  chan struct{} // closed at the first status
	once   sync.Once
	done   chan struct{}
	err    error // once done is closed
	wg     sync.WaitGroup
	closed sync.Once
}

// Open associates on a fresh connection and returns when the switch told its
// status. It owns nc from here on, and closes it if it fails.
func Open(ctx context.Context, nc net.Conn, o Options) (*Conn, error) {
	c := &Conn{
		o: o, nc: nc, started: time.Now(), edition: o.Edition,
		limit:    rate.NewLimiter(perSecond(o.PerSecond), max(4, int(o.PerSecond/4))),
		monitors: newMonitors(), routers: newRouters(),
		segments: make(map[string]func(csta.Message)), deaf: make(map[string]bool), detailed: make(map[string]time.Time),
		pending: make(map[uint16]*request), timers: timers{running: make(map[*timer]struct{})},
		news: make(chan struct{}), wake: make(chan struct{}, 1), first: make(chan struct{}), done: make(chan struct{}),
	}
	c.wg.Go(c.read)
	c.wg.Go(c.send)
	ctx, cancel := context.WithTimeoutCause(ctx, o.Associate, errAssociation)
	defer cancel()
	if err := c.associate(ctx); err != nil {
		c.fail(err)
		c.wg.Wait()
		return nil, fmt.Errorf("associate on link %s: %w", o.Link, c.err)
	}
	c.wg.Go(c.mind)
	return c, nil
}

func perSecond(n float64) rate.Limit {
	if n == 0 {
		return rate.Inf
	}
	return rate.Limit(n)
}

// Lead makes the link carry facts and requests: from here on everything that
// the switch says goes to sink.
func (c *Conn) Lead(sink driver.Sink) {
	c.order.Lock()
	defer c.order.Unlock()
	c.sink = sink
}

// Halt stops requests: those that were not written never will be. Facts go on.
func (c *Conn) Halt() {
	c.mu.Lock()
	c.halted = true
	c.mu.Unlock()
	c.poke()
}

// Resume permits requests again after Halt.
func (c *Conn) Resume() {
	c.mu.Lock()
	c.halted = false
	c.mu.Unlock()
}

// Done is closed when the connection is over; Err then says why.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err says why the connection is over.
func (c *Conn) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Close ends the connection and waits for its goroutines. An explicit
// association is ended with StopApplicationSession.
func (c *Conn) Close() {
	c.closed.Do(func() {
		c.mu.Lock()
		session := c.session
		c.mu.Unlock()
		if session != "" && c.Err() == nil {
			c.farewell(session)
		}
	})
	c.fail(driver.ErrClosed)
	c.wg.Wait()
}

// fail ends the connection for a reason; the first one counts.
func (c *Conn) fail(err error) {
	c.once.Do(func() {
		c.err = err
		close(c.done)
		_ = c.nc.Close()
	})
}

// Info returns what operators see.
func (c *Conn) Info() driver.Info {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := driver.Info{
		Status: c.status, Edition: c.edition.String(), Outstanding: c.outstanding, RTT: c.rtt,
		Requests: c.asked, Facts: c.told, Monitors: c.monitors.count(), Unknown: c.unknown,
	}
	for _, q := range c.queue {
		n.Waiting += len(q)
	}
	return n
}

// Status is the systemStatus that the switch last told.
func (c *Conn) Status() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// StatusChanged is closed when the status next changes.
func (c *Conn) StatusChanged() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.news
}

// Usable tells whether the switch does its work as it says itself.
func (c *Conn) Usable() bool {
	if c.Err() != nil {
		return false
	}
	switch csta.SystemStatusValue(c.Status()) {
	case csta.StatusDisabled, csta.StatusInitializing:
		return false
	}
	return true
}

// Redelivers implements driver.Conn: what a connection didn't read is lost with it.
func (c *Conn) Redelivers() bool { return false }

// fact hands a fact to the sink. The caller holds order.
func (c *Conn) fact(f *fsmpb.Fact) {
	if c.sink == nil || f == nil {
		return
	}
	c.mu.Lock()
	c.told++
	c.mu.Unlock()
	c.sink.Fact(f)
}

func (c *Conn) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// speak is the edition that is sent in.
func (c *Conn) speak() csta.Edition {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.edition == 0 {
		return sendEdition
	}
	return c.edition
}
