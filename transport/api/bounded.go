package api

import (
	"net"
	"sync"
	"sync/atomic"
)

// boundedListener closes connections beyond max as soon as they are accepted.
type boundedListener struct {
	net.Listener
	max      int
	rejected func(net.Addr, string)
	open     atomic.Int64
}

// Accept waits for the next connection that there is room for.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= int64(l.max) {
			return &countedConn{Conn: c, done: func() { l.open.Add(-1) }}, nil
		}
		l.open.Add(-1)
		l.rejected(c.RemoteAddr(), "too many connections")
		_ = c.Close()
	}
}

type countedConn struct {
	net.Conn
	once sync.Once
	done func()
}

func (c *countedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.done)
	return err
}
