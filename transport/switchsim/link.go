package switchsim

import (
	"net"
	"slices"
	"time"
)

// A link is one CTI port.
type link struct {
	index        int
	listener     net.Listener
	associations []*association
	refused      bool // until the end of a fault
}

func (l *link) closeListener() {
	if l.listener != nil {
		l.listener.Close()
	}
}

// accept takes connections from one listener until that is closed.
func (s *Switch) accept(l *link, listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		s.locked(func() { s.welcome(l, conn) })
	}
}

// welcome makes an association of a new connection.
func (s *Switch) welcome(l *link, conn net.Conn) {
	if l.refused || s.ended {
		reset(conn)
		return
	}
	s.model.counts.Accepted++
	s.lastID++
	a := &association{
		s: s, link: l, id: s.lastID, conn: conn, peer: conn.RemoteAddr().String(), out: make(chan []byte, s.opt.QueueFrames),
		gate:     make(chan struct{}),
		monitors: map[string]*monitor{}, byDevice: map[string][]*monitor{}, byCall: map[callID][]*monitor{},
		pending: map[int]string{}, lastOwn: firstOwnID - 1, heard: s.model.now, since: s.model.now,
	}
	if s.opt.MaxAssociations > 0 && len(l.associations) >= s.opt.MaxAssociations {
		a.surplus = true
	}
	l.associations = append(l.associations, a)
	s.work.Go(a.read)
	s.work.Go(a.write)
	s.log.Info("association accepted", "link", l.index+1, "association", a.id, "peer", a.peer)
	if !s.opt.ClientFirst {
		status := s.faults.status
		if a.surplus {
			status = "disabled"
		}
		a.edition = s.opt.Edition
		a.assumed = true
		a.request(0, "SystemStatus", a.systemStatus(status))
		if a.surplus {
			a.end("too many associations", false)
			return
		}
	}
	if s.opt.Keepalive > 0 {
		a.watch()
	}
}

func (l *link) remove(a *association) {
	l.associations = slices.DeleteFunc(l.associations, func(other *association) bool { return other == a })
}

// reset closes a connection so that the peer sees it as refused, not as ended in order.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // the connection is closed either way
	}
	conn.Close()
}

// refuse makes a link refuse connections for a time.
func (s *Switch) refuse(l *link, d time.Duration) {
	if l.refused {
		return
	}
	l.refused = true
	if s.opt.Relisten != nil {
		l.closeListener()
	}
	s.after(d, func() { s.allow(l) })
}

func (s *Switch) allow(l *link) {
	if s.ended || !l.refused {
		return
	}
	if s.opt.Relisten != nil {
		listener, err := s.opt.Relisten(l.index)
		if err != nil {
			s.log.Warn("link can't be opened again, trying once more in a second", "link", l.index+1, "error", err)
			s.after(time.Second, func() { s.allow(l) })
			return
		}
		l.listener = listener
		s.work.Go(func() { s.accept(l, listener) })
	}
	l.refused = false
}
