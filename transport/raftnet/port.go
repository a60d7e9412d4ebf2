package raftnet

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/semaphore"
)

// Config says who a Port is and what it stands on. Zero values of limits and
// time limits mean their defaults.
type Config struct {
	NodeID string // 1..255 bytes
	BootID string // 1..255 bytes; empty: drawn at random

	// Listener accepts plain connections; the Port owns it and closes it.
	Listener net.Listener
	// Advertise is the address by which other nodes reach this one, host:port.
	// Empty: the listener's.
	Advertise string
	// Dial opens a plain connection. Nil: TCP.
	Dial func(ctx context.Context, address string) (net.Conn, error)

	// TLS, if set, is required of every connection in both directions.
	TLS *TLSFiles
	// IsPeer says whether a node may connect and be connected to. Nil: any
	// node that passes TLS (or any at all without TLS).
	IsPeer func(nodeID string) bool
	// NodeAt names the node that must answer at an address; empty if any peer
	// may. Nil: any peer may.
	NodeAt func(address string) string

	HandshakeTimeout time.Duration // TLS and hello together; default 5 s
	IdleTimeout      time.Duration // a peer connection without a frame for so long is closed; pinged at a third of it; default 10 s
	MaxPending       int           // connections within their handshake; beyond, the oldest is closed; default 64
	MaxConns         int           // accepted connections past their handshake; default 256
	MaxCalls         int           // unanswered calls on one accepted connection; beyond, answered "busy"; default 1,024
	MaxCallBytes     int64         // bytes of calls in progress on all accepted connections; beyond, answered "busy"; default 64 MiB

	Logger hclog.Logger // nil: none
}

func (c *Config) setDefaults() error {
	if c.Listener == nil {
		return errors.New("raftnet: no listener: set Config.Listener")
	}
	if c.BootID == "" {
		b := make([]byte, 8)
		if _, err := rand.Read(b); err != nil {
			return fmt.Errorf("raftnet: draw a boot ID: %w", err)
		}
		c.BootID = hex.EncodeToString(b)
	}
	for _, name := range []string{c.NodeID, c.BootID} {
		if len(name) < 1 || len(name) > maxName {
			return fmt.Errorf("raftnet: node ID %q and boot ID %q must have 1 to %d bytes", c.NodeID, c.BootID, maxName)
		}
	}
	if c.Dial == nil {
		c.Dial = func(ctx context.Context, address string) (net.Conn, error) {
			d := net.Dialer{KeepAliveConfig: keepAlive}
			return d.DialContext(ctx, "tcp", address)
		}
	}
	if c.IsPeer == nil {
		c.IsPeer = func(string) bool { return true }
	}
	if c.NodeAt == nil {
		c.NodeAt = func(string) string { return "" }
	}
	if c.Logger == nil {
		c.Logger = hclog.NewNullLogger()
	}
	c.HandshakeTimeout = orDefault(c.HandshakeTimeout, 5*time.Second)
	c.IdleTimeout = orDefault(c.IdleTimeout, 10*time.Second)
	c.MaxPending = orDefault(c.MaxPending, 64)
	c.MaxConns = orDefault(c.MaxConns, 256)
	c.MaxCalls = orDefault(c.MaxCalls, 1024)
	c.MaxCallBytes = orDefault(c.MaxCallBytes, 64<<20)
	return nil
}

// keepAlive ends Raft streams of a host that is gone without a word: Raft's
// transport reads the streams that it accepted without a deadline.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3}

func orDefault[T int | int64 | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

// Peer is the node at the other end of a connection, as its hello and, with
// TLS, its certificate say.
type Peer struct {
	NodeID  string
	BootID  string
	Address string // of the connection's far end
}

// Port is one node's listening port for all traffic between nodes.
type Port struct {
	cfg Config
	ids *identity // nil without TLS

	ctx     context.Context
	stop    context.CancelFunc
	wg      sync.WaitGroup
	conns   connSet
	waiting pending

	raft      *streamLayer
	streamEnd atomic.Pointer[func(Peer)]

	reacher   atomic.Pointer[Reacher]
	handlers  handlers
	callBytes *semaphore.Weighted
	dialed    dialed

	count   counters
	refused refusals
}

// New starts to accept connections on cfg.Listener. Close ends it.
func New(cfg Config) (*Port, error) {
	if err := cfg.setDefaults(); err != nil {
		return nil, err
	}
	p := &Port{cfg: cfg, callBytes: semaphore.NewWeighted(cfg.MaxCallBytes)}
	if cfg.TLS != nil {
		ids, err := newIdentity(*cfg.TLS, cfg.Logger)
		if err != nil {
			return nil, err
		}
		p.ids = ids
	}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.raft = newStreamLayer(p)
	p.wg.Go(p.accept)
	return p, nil
}

// NodeID is the ID that this port gives in its hellos.
func (p *Port) NodeID() string { return p.cfg.NodeID }

// BootID is the boot ID that this port gives in its hellos.
func (p *Port) BootID() string { return p.cfg.BootID }

// Close closes the listener and every connection, ends the contexts of running
// handlers and waits for all goroutines of the port. Close it before
// raft.Shutdown: Raft's transport reads its streams without a deadline.
func (p *Port) Close() error {
	p.stop()
	err := p.cfg.Listener.Close()
	p.conns.closeAll() // before the streams: a TLS goodbye may block
	p.raft.Close()
	p.wg.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("raftnet: close the listener: %w", err)
	}
	return nil
}

// accept never shakes hands itself: one slow client would keep all others out.
func (p *Port) accept() {
	var delay time.Duration
	for {
		raw, err := p.cfg.Listener.Accept()
		if err != nil {
			if p.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			p.cfg.Logger.Error("can't accept a node's connection", "error", err, "again_in", delay)
			select {
			case <-time.After(delay):
				continue
			case <-p.ctx.Done():
				return
			}
		}
		delay = 0
		if tcp, ok := raw.(*net.TCPConn); ok {
			tcp.SetKeepAliveConfig(keepAlive) // best effort
		}
		p.count.accepted.Add(1)
		if !p.conns.add(raw) {
			raw.Close()
			return
		}
		if oldest := p.waiting.add(raw, p.cfg.MaxPending); oldest != nil {
			oldest.Close()
			p.refuse(oldest, reasonCrowded, nil)
		}
		p.wg.Go(func() { p.greet(raw) })
	}
}

// connSet holds every open connection, so that Close can end them all.
type connSet struct {
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed bool
}

// add reports false if the set is closed already.
func (s *connSet) add(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.open == nil {
		s.open = make(map[net.Conn]struct{})
	}
	s.open[c] = struct{}{}
	return true
}

func (s *connSet) remove(c net.Conn) {
	s.mu.Lock()
	delete(s.open, c)
	s.mu.Unlock()
}

func (s *connSet) closeAll() {
	s.mu.Lock()
	s.closed = true
	open := s.open
	s.open = nil
	s.mu.Unlock()
	for c := range open {
		c.Close()
	}
}

// pending holds accepted connections within their handshake, oldest first.
type pending struct {
	mu    sync.Mutex
	conns []net.Conn
}

// add returns the oldest connection if there are now more than limit; the
// caller closes it. A silent connection thereby gives way to a speaking one.
func (w *pending) add(c net.Conn, limit int) (oldest net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, c)
	if len(w.conns) > limit {
		oldest = w.conns[0]
		w.conns = w.conns[1:]
	}
	return oldest
}

// remove reports false if c had been pushed out.
func (w *pending) remove(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, have := range w.conns {
		if have == c {
			w.conns = append(w.conns[:i], w.conns[i+1:]...)
			return true
		}
	}
	return false
}
