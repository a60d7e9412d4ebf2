package cstaserver

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/linkd/clients"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/linkd/proposer"
)

// Deps is what a Listener needs of its node. All are required.
type Deps struct {
	Node     string // this node's ID
	Log      proposer.Log
	Replica  clients.Replica
	Role     clients.Role
	Identify clients.Identify
	Progress *clients.Progress
	Events   *Events       // of all listeners of the node
	Strange  *clients.Once // peers that were logged
	Metrics  *Metrics
	Pressure *clients.Pressure  // may be nil: then nothing is refused
	Failover *failover.Recorder // keeps the trace of a takeover
	Logger   hclog.Logger
}

// Listener serves the clients of one switch at one address.
type Listener struct {
	o     Options
	d     Deps
	log   hclog.Logger
	count *tally
	tasks sync.WaitGroup // connections, and what is proposed after they ended

	mu        sync.Mutex
	conns     map[*conn]struct{}
	delivered map[uint64]fsm.Position // by session: what this node delivered
}

// maxDelivered bounds Listener.delivered.
const maxDelivered = 4096

// New makes a Listener. Serve it.
func New(o Options, d Deps) (*Listener, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	return &Listener{
		o: o, d: d, log: d.Logger.With("listener", o.Name, "switch", o.Switch), count: newTally(d.Metrics, o.Name),
		conns: make(map[*conn]struct{}), delivered: make(map[uint64]fsm.Position),
	}, nil
}

// Stats is what the listener counted.
func (l *Listener) Stats() Stats {
	l.mu.Lock()
	open := len(l.conns)
	l.mu.Unlock()
	return l.count.stats(open)
}

// Serve accepts clients until ctx ends, then tells them, closes their
// connections and waits for all that it started. It closes ln.
func (l *Listener) Serve(ctx context.Context, ln net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
	defer l.tasks.Wait()
	conns, cancel := context.WithCancel(ctx)
	defer cancel()
	for delay := time.Duration(0); ; {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			delay = 0
			l.accept(conns, nc)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("csta listener %s: %w", l.o.Name, err)
		default: // out of descriptors, say: others go on
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			l.log.Warn("connection not accepted", "error", err, "again_in", delay)
			select {
			case <-time.After(delay):
			case <-ctx.Done():
			}
		}
	}
}

// accept starts a connection. At the limit the oldest one whose client said
// nothing yet makes room; without such a one the new one is turned away.
func (l *Listener) accept(ctx context.Context, nc net.Conn) {
	l.count.connections.add(1)
	c := newConn(ctx, l, nc)
	l.mu.Lock()
	if len(l.conns) >= l.o.MaxClients {
		old := l.oldestSilent()
		if old == nil {
			l.mu.Unlock()
			c.cancel()
			l.bad(c.addr, "too many clients", fmt.Errorf("the limit of %d connections is reached", l.o.MaxClients))
			_ = nc.Close()
			return
		}
		old.evict()
		delete(l.conns, old)
	}
	l.conns[c] = struct{}{}
	l.mu.Unlock()
	l.count.open.Inc()
	l.tasks.Go(func() {
		c.run()
		l.mu.Lock()
		delete(l.conns, c)
		l.mu.Unlock()
		l.count.open.Dec()
	})
}

func (l *Listener) oldestSilent() *conn {
	var oldest *conn
	for c := range l.conns {
		if !c.spoke.Load() && (oldest == nil || c.born.Before(oldest.born)) {
			oldest = c
		}
	}
	return oldest
}

// bad counts input that was refused and logs it once per peer and reason.
func (l *Listener) bad(peer, reason string, err error) {
	l.count.bad.add(reason)
	host, _, splitErr := net.SplitHostPort(peer)
	if splitErr != nil {
		host = peer
	}
	if l.d.Strange.First(host, reason) {
		l.log.Warn("input refused; further ones of this peer are counted only", "peer", peer, "reason", reason, "error", err)
	}
}

// remember keeps what this node delivered of a session, to count what is
// repeated when its client comes back here.
func (l *Listener) remember(session uint64, at fsm.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.delivered) >= maxDelivered {
		clear(l.delivered)
	}
	l.delivered[session] = at
}

func (l *Listener) remembered(session uint64) fsm.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.delivered[session]
}

// peerOf says what is known of the other end before it speaks.
func (l *Listener) peerOf(nc net.Conn) clients.Peer {
	p := clients.Peer{Listener: l.o.Name, Switch: l.o.Switch}
	if a, err := netip.ParseAddrPort(nc.RemoteAddr().String()); err == nil {
		p.Address = a.Addr().Unmap()
	}
	return p
}

// certificateOf is the name in a peer's verified certificate.
func certificateOf(nc net.Conn) string {
	t, ok := nc.(*tls.Conn)
	if !ok {
		return ""
	}
	s := t.ConnectionState()
	if len(s.VerifiedChains) == 0 {
		return ""
	}
	leaf := s.VerifiedChains[0][0]
	if len(leaf.DNSNames) > 0 {
		return leaf.DNSNames[0]
	}
	return leaf.Subject.CommonName
}

func newNonce() string { return rand.Text() }
