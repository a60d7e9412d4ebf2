package raftnet

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// Raft returns the port's Raft streams, for raft.NewNetworkTransportWithConfig.
// Closing it ends Raft streams only; the port goes on serving peer calls.
func (p *Port) Raft() raft.StreamLayer { return p.raft }

// OnRaftStreamEnd sets the function that is called each time the far end closes
// or loses a Raft stream that it had opened to this node: a leader that dies
// ends all of its streams at once, so expect several calls. It is not called for
// streams that this node closes. It runs on Raft's own goroutine and must return
// at once.
func (p *Port) OnRaftStreamEnd(f func(Peer)) { p.streamEnd.Store(&f) }

// RaftPeers are the far ends of the Raft streams that others have open to this
// node.
func (p *Port) RaftPeers() []Peer {
	p.raft.mu.Lock()
	defer p.raft.mu.Unlock()
	var peers []Peer
	for s := range p.raft.open {
		if s.accepted {
			peers = append(peers, s.peer)
		}
	}
	return peers
}

// streamLayer implements raft.StreamLayer on a port.
type streamLayer struct {
	port   *Port
	ready  chan *stream
	mu     sync.Mutex
	open   map[*stream]struct{}
	closed chan struct{}
	once   sync.Once
}

func newStreamLayer(p *Port) *streamLayer {
	return &streamLayer{port: p, ready: make(chan *stream), open: make(map[*stream]struct{}), closed: make(chan struct{})}
}

func (l *streamLayer) isClosed() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// serve hands an accepted stream to Raft and waits for its end.
func (l *streamLayer) serve(c *conn) {
	s := l.track(c, true)
	if s == nil {
		return
	}
	l.port.count.raftStreams.Add(1)
	defer l.port.count.raftStreams.Add(-1)
	defer s.Close()
	limit := time.NewTimer(l.port.cfg.HandshakeTimeout)
	defer limit.Stop()
	select {
	case l.ready <- s:
		<-s.gone
	case <-limit.C: // Raft's transport isn't accepting
	case <-l.closed:
	}
}

// track makes a stream of a connection; nil if the layer is closed.
func (l *streamLayer) track(c *conn, accepted bool) *stream {
	s := &stream{Conn: c.Conn, layer: l, peer: c.peer, accepted: accepted, forget: c.forget, gone: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isClosed() {
		c.Close()
		c.forget()
		return nil
	}
	l.open[s] = struct{}{}
	return s
}

// Accept implements net.Listener.
func (l *streamLayer) Accept() (net.Conn, error) {
	select {
	case s := <-l.ready:
		return s, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends all Raft streams in both directions.
func (l *streamLayer) Close() error {
	l.once.Do(func() {
		l.mu.Lock()
		close(l.closed)
		open := make([]*stream, 0, len(l.open))
		for s := range l.open {
			open = append(open, s)
		}
		l.mu.Unlock()
		for _, s := range open {
			s.Close()
		}
	})
	return nil
}

// Addr is the address that other nodes use.
func (l *streamLayer) Addr() net.Addr {
	own := l.port.cfg.Listener.Addr()
	if l.port.cfg.Advertise == "" {
		return own
	}
	return advertised{own.Network(), l.port.cfg.Advertise}
}

type advertised struct{ network, address string }

func (a advertised) Network() string { return a.network }
func (a advertised) String() string  { return a.address }

// Dial implements raft.StreamLayer.
func (l *streamLayer) Dial(address raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	ctx := l.port.ctx
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	c, err := l.port.dial(ctx, kindRaft, string(address))
	if err != nil {
		return nil, err
	}
	if s := l.track(c, false); s != nil {
		return s, nil
	}
	return nil, ErrClosed
}

// stream is one Raft stream.
type stream struct {
	net.Conn
	layer    *streamLayer
	peer     Peer
	accepted bool
	forget   func()
	once     sync.Once
	ended    sync.Once
	gone     chan struct{} // closed by Close
}

func (s *stream) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if err != nil && s.accepted && !errors.Is(err, os.ErrDeadlineExceeded) {
		select {
		case <-s.gone: // closed by us
		default:
			s.ended.Do(s.reportEnd)
		}
	}
	return n, err
}

func (s *stream) reportEnd() {
	p := s.layer.port
	if p.ctx.Err() != nil || s.layer.isClosed() {
		return
	}
	p.count.streamEnds.Add(1)
	if f := p.streamEnd.Load(); f != nil {
		(*f)(s.peer)
	}
}

func (s *stream) Close() (err error) {
	s.once.Do(func() {
		close(s.gone)
		err = s.Conn.Close()
		s.forget()
		s.layer.mu.Lock()
		delete(s.layer.open, s)
		s.layer.mu.Unlock()
	})
	return err
}
