package xsilink

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/xsi"
	"golang.org/x/time/rate"
)

var _ driver.Conn = (*Conn)(nil)

// Status of a link whose channel is open. BroadWorks has no status of its own.
const statusNormal = "normal"

// Conn is a link to one XSP. Until Lead it stands by: it holds a channel that gets
// nothing as long as another node leads.
type Conn struct {
	o       Options
	client  *xsi.Client
	limit   *rate.Limiter
	started time.Time
	ctx     context.Context // ends with the connection
	cancel  context.CancelFunc

	// order is held while an event, or the answer to a request, is dealt with, so
	// that facts leave in their order. It guards what is known of the far side.
	order   sync.Mutex
	sink    driver.Sink // nil: standing by
	views   map[string]*view
	orders  map[string]*ordering // by device
	signs   signs
	ledAt   time.Time            // when this node began to lead; zero: it doesn't
	held    []arrival            // events that came before this node led
	known   *recent              // events that were dealt with here
	asked   map[string][]*ask    // snapshots that are awaited, by device
	askedAt map[string]time.Time // when one was last asked for

	serviceTold map[serviceOf]bool // an event told of it
	after       []func()           // to be called once the facts of an event are handed on

	subs  subscriptions
	leads chan struct{} // closed once it is led and knows the server's subscriptions

	mu       sync.Mutex
	queue    [classes][]*task
	busy     int // requests without an answer
	halted   bool
	over     bool // it is being closed: nothing more is begun
	readied  bool // the application controller was set to ready
	lead     bool
	channels map[int]*slot // by priority
	rtt      time.Duration
	requests uint64
	told     uint64
	unknown  uint64
	acks     acks

	stuck  atomic.Int64 // an event is being dealt with since then, since started; 0: none
	wake   chan struct{}
	done   chan struct{}
	once   sync.Once
	err    error // once done is closed
	wg     sync.WaitGroup
	closed sync.Once
}

// Open opens a channel to stand by with.
func Open(ctx context.Context, o Options) (*Conn, error) {
	c := newConn(o)
	var err error
	c.client, err = xsi.NewClient(c.clientOptions(o.Self))
	if err != nil {
		c.cancel()
		return nil, fmt.Errorf("link %s: %w", o.Link, err)
	}
	first, err := c.openChannel(ctx, standbyPriority)
	if err != nil {
		c.fail(err)
		c.client.Close()
		return nil, fmt.Errorf("open a channel on link %s: %w", o.Link, err)
	}
	c.wg.Go(c.dispatch)
	c.wg.Go(c.mind)
	c.keep(standbyPriority, first)
	return c, nil
}

func newConn(o Options) *Conn {
	c := &Conn{
		o: o, started: time.Now(), limit: rate.NewLimiter(perSecond(o.PerSecond), max(4, int(o.PerSecond/4))),
		views: make(map[string]*view), orders: make(map[string]*ordering), known: newRecent(), asked: make(map[string][]*ask), askedAt: make(map[string]time.Time),
		serviceTold: make(map[serviceOf]bool),
		subs:        newSubscriptions(), leads: make(chan struct{}), channels: make(map[int]*slot),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// clientOptions are those of a client of one of the servers.
func (c *Conn) clientOptions(server int) xsi.Options {
	return xsi.Options{
		URL: c.o.Servers[server], Credentials: xsi.Basic(c.o.User, c.o.Password), ProtocolVersion: c.o.Version,
		Dial:    func(ctx context.Context, _, address string) (net.Conn, error) { return c.o.Dial(ctx, address) },
		Timeout: c.o.RequestTimeout, Conns: c.o.MaxOutstanding, MaxDocument: maxDocument,
	}
}

func perSecond(n float64) rate.Limit {
	if n == 0 {
		return rate.Inf
	}
	return rate.Limit(n)
}

// Lead implements driver.Conn.
func (c *Conn) Lead(sink driver.Sink) {
	c.order.Lock()
	if c.sink = sink; c.ledAt.IsZero() && sink != nil {
		c.ledAt = time.Now()
	}
	c.releaseHeld()
	c.order.Unlock()
	c.mu.Lock()
	starts := sink != nil && !c.lead
	c.lead = c.lead || starts
	c.mu.Unlock()
	if starts {
		c.spawn(c.takeLead)
	}
}

// Halt implements driver.Conn.
func (c *Conn) Halt() {
	c.mu.Lock()
	c.halted = true
	c.mu.Unlock()
	c.poke()
}

// Resume implements driver.Conn.
func (c *Conn) Resume() {
	c.mu.Lock()
	c.halted = false
	c.mu.Unlock()
	c.poke()
}

// Redelivers implements driver.Conn.
func (c *Conn) Redelivers() bool { return true }

// Done implements driver.Conn.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err implements driver.Conn.
func (c *Conn) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// goodbye bounds what is still said on a connection that is closed.
const goodbye = time.Second

// Close ends the connection. BroadWorks is told that the channels end, so that it
// delivers elsewhere what was not answered here.
func (c *Conn) Close() {
	c.closed.Do(func() {
		if c.Err() == nil {
			ctx, cancel := context.WithTimeout(context.Background(), goodbye)
			defer cancel()
			c.flushAcks(ctx)
			c.deleteChannels(ctx)
		}
	})
	c.fail(driver.ErrClosed)
	c.mu.Lock()
	c.over, c.acks.over = true, true
	c.mu.Unlock()
	c.wg.Wait()
	c.client.Close()
}

// spawn runs f until the connection is closed, which waits for it. It does nothing
// once that has begun.
func (c *Conn) spawn(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.wg.Go(f)
	}
}

// fail ends the connection for a reason; the first one counts.
func (c *Conn) fail(err error) {
	c.once.Do(func() {
		c.err = err
		close(c.done)
		c.cancel()
	})
}

// Status implements driver.Conn.
func (c *Conn) Status() string { return statusNormal }

// StatusChanged implements driver.Conn: the status never changes.
func (c *Conn) StatusChanged() <-chan struct{} { return nil }

// Usable implements driver.Conn.
func (c *Conn) Usable() bool { return c.Err() == nil }

// AskStatus implements driver.Conn: BroadWorks has no status to ask for. passed is
// called once this node leads: then the channel is open, the channels of leaders
// before it are ended and the server's subscriptions are known.
func (c *Conn) AskStatus(passed func()) {
	if passed == nil {
		return
	}
	c.spawn(func() {
		select {
		case <-c.leads:
			c.settle(passed)
		case <-c.done:
		}
	})
}

// Info implements driver.Conn.
func (c *Conn) Info() driver.Info {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := driver.Info{
		Status: statusNormal, Edition: c.o.Version, Outstanding: c.busy, RTT: c.rtt, Requests: c.requests, Facts: c.told,
		Monitors: c.subs.count(), Unknown: c.unknown,
	}
	for _, q := range c.queue {
		n.Waiting += len(q)
	}
	return n
}

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

// settle runs f in its place among what BroadWorks says.
func (c *Conn) settle(f func()) {
	c.order.Lock()
	defer c.order.Unlock()
	f()
}

// odd counts what was forgiven or skipped.
func (c *Conn) odd(what string) {
	c.mu.Lock()
	c.unknown++
	c.mu.Unlock()
	if c.o.Odd != nil {
		c.o.Odd(what)
	}
}

// mind gives up when facts can't leave.
func (c *Conn) mind() {
	if c.o.Stall <= 0 {
		return
	}
	stall := time.NewTimer(c.o.Stall)
	defer stall.Stop()
	for {
		select {
		case <-stall.C:
			stuck := time.Duration(0)
			if since := c.stuck.Load(); since != 0 {
				stuck = time.Since(c.started) - time.Duration(since)
			}
			if stuck >= c.o.Stall {
				c.fail(driver.ErrStalled)
				return
			}
			stall.Reset(c.o.Stall - stuck)
		case <-c.done:
			return
		}
	}
}

func (c *Conn) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// maxDocument bounds one document, in octets: the list of 20,000 subscriptions.
const maxDocument = 16 << 20
