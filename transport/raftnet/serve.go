package raftnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Handler carries out one method for another node. ctx ends with the caller's
// time limit, when the caller gives up, with the connection, and with the port.
// from is the caller's node ID. The payload is the handler's to keep.
type Handler func(ctx context.Context, from string, payload []byte) ([]byte, error)

// Handle sets the handler of a method; a later one replaces it. Handlers run
// concurrently. Method names have 1 to 255 bytes.
func (p *Port) Handle(method string, h Handler) {
	p.handlers.mu.Lock()
	defer p.handlers.mu.Unlock()
	if p.handlers.byMethod == nil {
		p.handlers.byMethod = make(map[string]Handler)
	}
	p.handlers.byMethod[method] = h
}

type handlers struct {
	mu       sync.RWMutex
	byMethod map[string]Handler
}

func (h *handlers) get(method string) Handler {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.byMethod[method]
}

// serve answers the calls of an accepted connection until it ends.
func (p *Port) serve(c *conn) {
	p.count.peerConns.Add(1)
	defer p.count.peerConns.Add(-1)
	ctx, cancel := context.WithCancel(p.ctx)
	s := &server{port: p, peer: c.peer, out: newOutbox(c, p.cfg.IdleTimeout), running: make(map[uint64]context.CancelFunc)}
	var writer sync.WaitGroup
	writer.Go(func() { s.out.run(0) })
	err := s.read(ctx)
	if errors.Is(err, errBadFrame) {
		p.count.badFrames.Add(1)
		if p.refused.first(farHost(c), "frame") {
			p.cfg.Logger.Warn("peer connection closed", "from", c.peer.NodeID, "address", c.peer.Address, "error", err)
		}
	}
	s.out.fail(err)
	cancel()
	s.calls.Wait()
	writer.Wait()
}

// server is the answering half of a peer connection.
type server struct {
	port  *Port
	peer  Peer
	out   *outbox
	calls sync.WaitGroup

	mu      sync.Mutex
	running map[uint64]context.CancelFunc
}

// read never waits for a handler: what is too much is answered "busy".
func (s *server) read(ctx context.Context) error {
	r := bufio.NewReaderSize(s.out.c, 32<<10)
	for {
		s.out.c.SetReadDeadline(time.Now().Add(s.port.cfg.IdleTimeout))
		kind, id, n, err := readHead(r)
		if err != nil {
			return err
		}
		switch {
		case kind == frameCall:
			if err := s.readCall(ctx, r, id, n); err != nil {
				return err
			}
		case kind == frameCancel && n == 0:
			s.mu.Lock()
			if cancel := s.running[id]; cancel != nil {
				cancel()
			}
			s.mu.Unlock()
		case kind == framePing && n == 0:
			s.send(newFrame(framePong, 0, 0))
		default:
			return fmt.Errorf("%w: type %d with %d bytes from a caller", errBadFrame, kind, n)
		}
	}
}

func (s *server) readCall(ctx context.Context, r io.Reader, id uint64, n int) error {
	p := s.port
	busy := func(why string) {
		p.count.callsBusy.Add(1)
		s.send(failureFrame(id, &Error{Code: CodeBusy, Text: why}))
	}
	if !p.callBytes.TryAcquire(int64(n)) {
		if _, err := io.CopyN(io.Discard, r, int64(n)); err != nil {
			return err
		}
		busy("too many bytes of calls in progress, try again later")
		return nil
	}
	body, err := readBody(r, n)
	if err != nil {
		p.callBytes.Release(int64(n))
		return err
	}
	limit, method, payload, err := parseCall(body)
	if err != nil {
		p.callBytes.Release(int64(n))
		return err
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		return s.start(ctx, cancel, id, n, method, payload, busy)
	}
	ctx, cancel := context.WithCancel(ctx)
	return s.start(ctx, cancel, id, n, method, payload, busy)
}

// start runs one call's handler in a goroutine that the connection waits for.
func (s *server) start(ctx context.Context, cancel context.CancelFunc, id uint64, n int, method string, payload []byte, busy func(string)) error {
	release := func() {
		cancel()
		s.port.callBytes.Release(int64(n))
	}
	s.mu.Lock()
	_, twice := s.running[id]
	full := len(s.running) >= s.port.cfg.MaxCalls
	if !twice && !full {
		s.running[id] = cancel
	}
	s.mu.Unlock()
	if twice {
		release()
		return fmt.Errorf("%w: call ID %d is in use", errBadFrame, id)
	}
	if full {
		release()
		busy("too many calls in progress, try again later")
		return nil
	}
	s.calls.Go(func() {
		frame := s.carryOut(ctx, id, method, payload)
		s.mu.Lock()
		delete(s.running, id)
		s.mu.Unlock()
		release()
		s.send(frame)
	})
	return nil
}

func (s *server) carryOut(ctx context.Context, id uint64, method string, payload []byte) []byte {
	h := s.port.handlers.get(method)
	if h == nil {
		return failureFrame(id, &Error{Code: CodeUnknownMethod, Text: fmt.Sprintf("node %s has no method %q", s.port.cfg.NodeID, method)})
	}
	s.port.count.callsServed.Add(1)
	result, err := h(ctx, s.peer.NodeID, payload)
	if err != nil {
		return failureFrame(id, asError(err))
	}
	if len(result) > MaxFrame-frameHead {
		return failureFrame(id, &Error{Code: CodeTooLarge, Text: fmt.Sprintf("result of %d bytes, at most %d", len(result), MaxFrame-frameHead)})
	}
	return resultFrame(id, result)
}

// send queues a frame unless the connection ends first.
func (s *server) send(frame []byte) {
	select {
	case s.out.queue <- frame:
	case <-s.out.done:
	}
}
