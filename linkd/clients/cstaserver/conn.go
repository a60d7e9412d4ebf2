package cstaserver

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/linkd/clients"
	"github.com/holdline/holdline/transport/csta"
)

// conn is one client's connection. One goroutine reads, one writes, and one,
// the loop, owns everything below "The loop's".
type conn struct {
	l     *Listener
	nc    net.Conn
	addr  string
	nonce string // names this connection in the log
	born  time.Time
	log   hclog.Logger

	ctx     context.Context // ends with the connection
	cancel  context.CancelFunc
	evicted chan struct{} // closed when the listener needs its place
	tasks   sync.WaitGroup
	results chan func()  // of tasks, for the loop
	in      chan inbound // closed by the reader, which left why in readErr
	readErr error
	spoke   atomic.Bool  // the client sent a whole message
	heard   atomic.Int64 // when it last did, after born
	full    atomic.Bool  // the reader waits for the loop
	out     *outbox

	// The loop's.
	peer    clients.Peer
	encoder csta.Encoder
	buf     []byte // frames that wait for a flush
	base    uint64 // octets flushed
	marks   []mark
	sent    int                    // events since the last flush
	at      fsm.Position           // records up to here were judged
	seq     uint64                 // how many there were
	status  csta.SystemStatusValue // of the switch, at that position
	due     []answer               // wait for the end of the feed
	held    []heldAnswer           // wait for a leader
	ended   error                  // why the loop has to end
	said    bool                   // and the client was told
	asso    association
	sess    session
}

type inbound struct {
	invoke uint16
	msg    csta.Message
	info   csta.Info
}

// Reasons why a connection ends, which are the labels of the counter too.
var (
	errGone       = errors.New("closed by the client")
	errBad        = errors.New("bad input")
	errShutdown   = errors.New("the node is shutting down")
	errEvicted    = errors.New("its place was needed")
	errSilent     = errors.New("no message of the client in time")
	errNoAnswer   = errors.New("heartbeats not answered")
	errSlow       = errors.New("too slow")
	errSuperseded = errors.New("the session was attached elsewhere")
	errSessionEnd = errors.New("the session ended")
	errStopped    = errors.New("the client stopped its session")
	errTimer      = errors.New("the session timer expired")
)

func newConn(ctx context.Context, l *Listener, nc net.Conn) *conn {
	ctx, cancel := context.WithCancel(ctx)
	c := &conn{
		l: l, nc: nc, addr: nc.RemoteAddr().String(), nonce: newNonce(), born: time.Now(),
		ctx: ctx, cancel: cancel, evicted: make(chan struct{}), results: make(chan func()), in: make(chan inbound),
		out: newOutbox(nc, l.o.WriteTimeout), peer: l.peerOf(nc),
	}
	c.log = l.log.With("peer", c.addr)
	c.asso.edition = l.o.Edition
	c.sess.init()
	return c
}

func (c *conn) evict() { close(c.evicted) }

// run serves the connection until it ends, and leaves nothing behind.
func (c *conn) run() {
	defer c.cancel()
	if t, ok := c.nc.(*tls.Conn); ok {
		ctx, cancel := context.WithTimeout(c.ctx, c.l.o.HandshakeTimeout)
		err := t.HandshakeContext(ctx)
		cancel()
		if err != nil {
			c.l.bad(c.addr, "tls", err)
			_ = c.nc.Close()
			return
		}
		c.peer.Certificate = certificateOf(c.nc)
	}
	var io sync.WaitGroup
	stop := make(chan struct{}) // the loop takes no more
	io.Go(func() { c.read(stop) })
	io.Go(c.out.run)
	err := c.loop()
	close(stop)
	c.farewell(err)
	at, _ := c.out.Delivered()
	_ = c.nc.Close()
	c.cancel()
	io.Wait()
	c.tasks.Wait()
	c.leave(err, at)
	c.l.count.closed.add(label(err))
	level := hclog.Debug
	if c.sess.stream != nil {
		level = hclog.Info
	}
	c.log.Log(level, "connection ended", "client", c.sess.client.Name, "session", c.sess.id, "reason", err)
}

// label is the known reason in an error.
func label(err error) string {
	for _, known := range []error{errGone, errBad, errShutdown, errEvicted, errSilent, errNoAnswer, errSlow,
		errSuperseded, errSessionEnd, errStopped, errTimer} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "connection lost"
}

// read hands frames to the loop; once that stopped, it waits for the client to
// close.
func (c *conn) read(stop <-chan struct{}) {
	defer close(c.in)
	r := bufio.NewReader(c.nc)
	var body []byte
	var decoder csta.Decoder
	for {
		f, err := csta.ReadFrame(r, body[:0], c.l.o.MaxFrame)
		if err != nil {
			c.readErr = c.readFailure(err)
			break
		}
		body = f.Body
		m, info, err := decoder.Decode(f.Body)
		if err != nil {
			c.l.bad(c.addr, "not well-formed", err)
			c.readErr = fmt.Errorf("%w: %w", errBad, err)
			break
		}
		c.heard.Store(int64(time.Since(c.born)))
		c.spoke.Store(true)
		c.full.Store(true)
		select {
		case c.in <- inbound{f.InvokeID, m, info}:
			c.full.Store(false)
			continue
		case <-stop:
		}
		break
	}
	select {
	case <-stop:
		_, _ = io.Copy(io.Discard, r)
	default:
	}
}

// readFailure sorts why no frame came.
func (c *conn) readFailure(err error) error {
	var bad *csta.FrameError
	switch {
	case errors.As(err, &bad):
		reason := map[csta.FrameReason]string{
			csta.FrameFormat: "format indicator", csta.FrameShort: "short length", csta.FrameLong: "long frame",
			csta.FrameInvokeID: "invoke ID", csta.FrameNotXML: "not XML",
		}[bad.Reason]
		c.l.bad(c.addr, reason, err)
		return fmt.Errorf("%w: %w", errBad, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		c.l.bad(c.addr, "half a frame", err)
		return errGone
	case errors.Is(err, io.EOF):
		return errGone
	}
	return err
}

// loop is the connection's life.
func (c *conn) loop() error {
	c.begin()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		changed, role, pressure := c.l.d.Replica.Changed(), c.l.d.Role.Changed(), c.l.d.Pressure.Changed()
		c.pump()
		c.settle(time.Now())
		c.flush()
		if c.ended != nil {
			return c.ended
		}
		timer.Reset(time.Until(c.nextDeadline()))
		in := c.in
		if c.sess.busy() {
			in = nil
		}
		select {
		case m, ok := <-in:
			if !ok {
				return c.readErr
			}
			c.pump() // what was committed before is told before the answer
			c.message(m)
		case f := <-c.results:
			f()
		case <-changed:
		case <-role:
		case <-pressure:
		case <-c.out.drained:
		case <-timer.C:
		case <-c.dead():
			return fmt.Errorf("%w: %w", errSuperseded, c.sess.stream.Err())
		case <-c.out.ended:
			return c.writeFailure()
		case <-c.evicted:
			return errEvicted
		case <-c.ctx.Done():
			return errShutdown
		}
	}
}

func (c *conn) writeFailure() error {
	err := c.out.failure()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return c.tooSlow(fmt.Sprintf("a write made no progress for %v", c.l.o.WriteTimeout))
	}
	return fmt.Errorf("write: %w", err)
}

// tooSlow cuts a client off that can't keep up.
func (c *conn) tooSlow(why string) error {
	c.log.Warn("client cut off: it does not keep up", "client", c.sess.client.Name, "reason", why, "waiting_octets", c.out.pending())
	return fmt.Errorf("%w: %s", errSlow, why)
}

// end makes the loop end.
func (c *conn) end(err error) {
	if c.ended == nil {
		c.ended = err
	}
}

// task does f apart from the loop; what f returns is called by the loop.
func (c *conn) task(f func(ctx context.Context) func()) {
	c.tasks.Go(func() {
		done := f(c.ctx)
		select {
		case c.results <- done:
		case <-c.ctx.Done():
		}
	})
}

// farewell says why, writes what waits, shuts the connection down and waits
// for the client to close, all within a second.
func (c *conn) farewell(err error) {
	if !errors.Is(err, errGone) && !c.said {
		c.sayGoodbye(err)
	}
	c.flush()
	c.out.close()
	limit := time.Now().Add(farewell)
	_ = c.nc.SetDeadline(limit)
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	select {
	case <-c.out.ended:
	case <-timer.C:
		return
	}
	if errors.Is(err, errGone) || c.out.failure() != nil {
		return
	}
	if w, ok := c.nc.(interface{ CloseWrite() error }); ok && w.CloseWrite() == nil {
		select {
		case <-c.drainIn():
		case <-timer.C:
		}
	}
}

// drainIn is closed when the reader has ended.
func (c *conn) drainIn() <-chan struct{} {
	done := make(chan struct{})
	c.tasks.Go(func() {
		defer close(done)
		for range c.in {
		}
	})
	return done
}

// leave tells the log how far the client got, unless it was still being told
// what it had missed, and that it is gone.
func (c *conn) leave(err error, at fsm.Position) {
	s := &c.sess
	if s.stream == nil {
		return
	}
	s.stream.Close()
	if s.report != nil {
		s.report.Leave()
		c.l.remember(s.id, at)
	}
	c.l.settleSession(s.id, s.attachment, at, s.report != nil, err)
}
