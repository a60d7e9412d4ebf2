package raftnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Call asks the node at an address to carry out a method, and waits for its
// answer, the end of ctx or the end of the connection. Calls to one address
// share one connection, which is kept; any number may be in flight. The time
// left in ctx and its end are passed on to the handler.
//
// An error is *Error if the other node answered with one; ErrNotSent if nothing
// was sent; ErrNoAnswer if it is unknown whether the call was carried out.
func (p *Port) Call(ctx context.Context, address, method string, payload []byte) ([]byte, error) {
	result, err := p.call(ctx, address, method, payload)
	p.count.callsSent.Add(1)
	if err != nil {
		p.count.callsFailed.Add(1)
		return nil, fmt.Errorf("call %s at %s: %w", method, address, err)
	}
	return result, nil
}

func (p *Port) call(ctx context.Context, address, method string, payload []byte) ([]byte, error) {
	if len(method) > maxName || len(payload) > MaxFrame-frameHead-4-1-len(method) {
		return nil, fmt.Errorf("%w: %w: %d bytes, at most %d", ErrNotSent, ErrTooLarge, len(payload), MaxFrame-frameHead-5-len(method))
	}
	c, err := p.callerTo(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	return c.call(ctx, method, payload)
}

// dialed holds the connections for calls to other nodes, one per address.
type dialed struct {
	mu     sync.Mutex
	byAddr map[string]*dialing
}

// dialing is a connection to an address, or one that is being made.
type dialing struct {
	ready  chan struct{}
	caller *caller
	err    error
}

// callerTo returns the connection to an address. One that must be made first is
// made by the port: it doesn't fail with the first caller who gives up.
func (p *Port) callerTo(ctx context.Context, address string) (*caller, error) {
	if p.ctx.Err() != nil {
		return nil, ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d := &p.dialed
	d.mu.Lock()
	at := d.byAddr[address]
	if at == nil {
		at = &dialing{ready: make(chan struct{})}
		if d.byAddr == nil {
			d.byAddr = make(map[string]*dialing)
		}
		d.byAddr[address] = at
		p.wg.Go(func() { p.runCaller(address, at) })
	}
	d.mu.Unlock()
	select {
	case <-at.ready:
		return at.caller, at.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// runCaller makes a connection and serves it until it ends.
func (p *Port) runCaller(address string, at *dialing) {
	forget := func() {
		p.dialed.mu.Lock()
		if p.dialed.byAddr[address] == at {
			delete(p.dialed.byAddr, address)
		}
		p.dialed.mu.Unlock()
	}
	c, err := p.dial(p.ctx, kindPeer, address)
	if err != nil {
		forget()
		if p.ctx.Err() != nil {
			err = ErrClosed
		}
		at.err = err
		close(at.ready)
		return
	}
	defer c.forget()
	at.caller = &caller{out: newOutbox(c, p.cfg.IdleTimeout), waiting: make(map[uint64]chan answer)}
	close(at.ready)
	var wg sync.WaitGroup
	wg.Go(func() { at.caller.out.run(p.cfg.IdleTimeout / 3) })
	err = at.caller.read(p.cfg.IdleTimeout)
	forget() // first, so that whoever hears of the end gets a new connection
	at.caller.out.fail(err)
	wg.Wait()
}

// caller is the calling half of a peer connection.
type caller struct {
	out *outbox

	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan answer
}

type answer struct {
	payload []byte
	err     error
}

func (c *caller) call(ctx context.Context, method string, payload []byte) ([]byte, error) {
	reply := make(chan answer, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = reply
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
	}()
	var limit time.Duration
	if end, ok := ctx.Deadline(); ok {
		limit = max(time.Until(end), time.Millisecond)
	}
	select {
	case c.out.queue <- callFrame(id, limit, method, payload):
	case <-c.out.done:
		return nil, fmt.Errorf("%w: %w", ErrNotSent, c.out.err)
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrNotSent, ctx.Err())
	}
	select {
	case a := <-reply:
		return a.payload, a.err
	case <-ctx.Done():
		select { // best effort: the handler has the time limit as well
		case c.out.queue <- newFrame(frameCancel, id, 0):
		default:
		}
		return nil, fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
	case <-c.out.done:
		select {
		case a := <-reply: // it came just before the end
			return a.payload, a.err
		default:
		}
		return nil, fmt.Errorf("%w: %w", ErrNoAnswer, c.out.err)
	}
}

// read hands out answers until the connection ends.
func (c *caller) read(idle time.Duration) error {
	r := bufio.NewReaderSize(c.out.c, 32<<10)
	for {
		c.out.c.SetReadDeadline(time.Now().Add(idle))
		kind, id, n, err := readHead(r)
		if err != nil {
			return err
		}
		body, err := readBody(r, n)
		if err != nil {
			return err
		}
		var a answer
		switch kind {
		case framePong:
			continue
		case frameResult:
			a.payload = body
		case frameFailure:
			e, err := parseFailure(body)
			if err != nil {
				return err
			}
			a.err = e
		default:
			return fmt.Errorf("%w: type %d in an answer", errBadFrame, kind)
		}
		c.mu.Lock()
		reply := c.waiting[id]
		delete(c.waiting, id)
		c.mu.Unlock()
		if reply != nil { // else its caller gave up
			reply <- a
		}
	}
}

// asError makes what a handler returned an Error.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: CodeFailed, Text: err.Error()}
}
