package pipenet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Network is a set of addresses that can reach each other.
type Network struct {
	mu        sync.Mutex
	listeners map[string]*listener
	pairs     map[*pair]struct{}
	cuts      map[[2]string]bool
}

// New returns a network without listeners.
func New() *Network {
	return &Network{
		listeners: make(map[string]*listener),
		pairs:     make(map[*pair]struct{}),
		cuts:      make(map[[2]string]bool),
	}
}

type addr string

func (addr) Network() string  { return "pipe" }
func (a addr) String() string { return string(a) }

// Listen opens an address.
func (n *Network) Listen(address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[address] != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, syscall.EADDRINUSE)
	}
	l := &listener{net: n, at: addr(address), conns: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[address] = l
	return l, nil
}

// Dialer returns the dial function of whoever is at an address. It fails with
// syscall.ECONNREFUSED where nobody listens.
func (n *Network) Dialer(from string) func(context.Context, string) (net.Conn, error) {
	return func(ctx context.Context, to string) (net.Conn, error) {
		n.mu.Lock()
		if n.cuts[key(from, to)] {
			n.mu.Unlock()
			<-ctx.Done() // even if healed meanwhile: the caller tries again
			return nil, fmt.Errorf("dial %s from %s: %w", to, from, ctx.Err())
		}
		l := n.listeners[to]
		if l == nil {
			n.mu.Unlock()
			return nil, fmt.Errorf("dial %s from %s: %w", to, from, syscall.ECONNREFUSED)
		}
		p := n.connect(from, to)
		n.mu.Unlock()
		select {
		case l.conns <- p.ends[1]:
			return p.ends[0], nil
		case <-l.closed:
			p.reset()
			return nil, fmt.Errorf("dial %s from %s: %w", to, from, syscall.ECONNREFUSED)
		case <-ctx.Done():
			p.reset()
			return nil, fmt.Errorf("dial %s from %s: %w", to, from, ctx.Err())
		}
	}
}

// Kill is the death of the process at an address: its listener and its ends of
// all connections close.
func (n *Network) Kill(address string) {
	n.mu.Lock()
	l := n.listeners[address]
	var dead []*end
	for p := range n.pairs {
		for _, e := range p.ends {
			if e.local == addr(address) {
				dead = append(dead, e)
			}
		}
	}
	n.mu.Unlock()
	if l != nil {
		l.Close()
	}
	for _, e := range dead {
		e.Close()
	}
}

// Cut loses everything between two addresses, in silence: connections hang,
// and dials hang until their contexts end.
func (n *Network) Cut(a, b string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cuts[key(a, b)] = true
}

// Heal ends a cut. Connections that were open during it are reset.
func (n *Network) Heal(a, b string) {
	n.mu.Lock()
	delete(n.cuts, key(a, b))
	n.mu.Unlock()
	n.Reset(a, b)
}

// Reset ends every connection between two addresses at both ends, as a network
// does that loses its state. New ones can be made at once.
func (n *Network) Reset(a, b string) {
	n.mu.Lock()
	var lost []*pair
	for p := range n.pairs {
		if key(p.from, p.to) == key(a, b) {
			lost = append(lost, p)
		}
	}
	n.mu.Unlock()
	for _, p := range lost {
		p.reset()
	}
}

func key(a, b string) [2]string {
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}

type listener struct {
	net    *Network
	at     addr
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.net.mu.Lock()
		if l.net.listeners[string(l.at)] == l {
			delete(l.net.listeners, string(l.at))
		}
		l.net.mu.Unlock()
	})
	return nil
}

func (l *listener) Addr() net.Addr { return l.at }

// pair is one connection.
type pair struct {
	net      *Network
	from, to string
	ends     [2]*end
	broken   atomic.Bool // by reset
}

// connect is called with the network's lock held.
func (n *Network) connect(from, to string) *pair {
	p := &pair{net: n, from: from, to: to}
	a, b := net.Pipe()
	p.ends[0] = newEnd(p, a, addr(from), addr(to))
	p.ends[1] = newEnd(p, b, addr(to), addr(from))
	n.pairs[p] = struct{}{}
	return p
}

func (p *pair) cut() bool {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	return p.net.cuts[key(p.from, p.to)]
}

func (p *pair) forget() {
	p.net.mu.Lock()
	delete(p.net.pairs, p)
	p.net.mu.Unlock()
}

// reset ends the connection at both ends.
func (p *pair) reset() {
	p.broken.Store(true)
	p.forget()
	for _, e := range p.ends {
		e.pipe.Close()
		e.hole.Close()
	}
}

// end is one end of a connection. What is written during a cut goes into a hole
// that nobody reads, and blocks there as long as its deadline allows.
type end struct {
	pair        *pair
	pipe, hole  net.Conn
	local, peer addr
	closed      atomic.Bool // by its owner
}

func newEnd(p *pair, pipe net.Conn, local, peer addr) *end {
	hole, _ := net.Pipe()
	return &end{pair: p, pipe: pipe, hole: hole, local: local, peer: peer}
}

func (e *end) Read(b []byte) (int, error) {
	n, err := e.pipe.Read(b)
	return n, e.reason(err)
}

func (e *end) Write(b []byte) (n int, err error) {
	if e.pair.cut() {
		n, err = e.hole.Write(b)
	} else {
		n, err = e.pipe.Write(b)
	}
	return n, e.reason(err)
}

// reason makes a pipe's errors those of a socket.
func (e *end) reason(err error) error {
	switch {
	case err == nil:
		return nil
	case e.closed.Load():
		return net.ErrClosed
	case e.pair.broken.Load(), errors.Is(err, io.ErrClosedPipe):
		return syscall.ECONNRESET
	}
	return err
}

// Close tells the other end, unless the network is cut: that end hears nothing
// until it is healed.
func (e *end) Close() error {
	e.closed.Store(true)
	e.hole.Close()
	if e.pair.cut() {
		return e.pipe.SetDeadline(time.Unix(1, 0))
	}
	e.pair.forget()
	return e.pipe.Close()
}

func (e *end) LocalAddr() net.Addr  { return e.local }
func (e *end) RemoteAddr() net.Addr { return e.peer }

func (e *end) SetDeadline(t time.Time) error {
	return errors.Join(e.SetReadDeadline(t), e.SetWriteDeadline(t))
}

func (e *end) SetReadDeadline(t time.Time) error {
	if e.closed.Load() {
		return net.ErrClosed
	}
	return e.pipe.SetReadDeadline(t)
}

func (e *end) SetWriteDeadline(t time.Time) error {
	if e.closed.Load() {
		return net.ErrClosed
	}
	return errors.Join(e.pipe.SetWriteDeadline(t), e.hole.SetWriteDeadline(t))
}
