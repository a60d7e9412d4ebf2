package loadswitch

import (
	"net"
	"sync"
	"time"

	"github.com/holdline/holdline/cmd/bench/wire"
)

// association is one link that is connected.
type association struct {
	s    *Switch
	conn net.Conn
	wake chan struct{} // one slot: something is to be written
	done chan struct{} // closed when the reader ended

	mu    sync.Mutex
	out   []byte
	stamp []stamp // events in out whose time is that of the writing
}

type stamp struct {
	st *station
	n  uint32
}

func newAssociation(s *Switch, conn net.Conn) *association {
	a := &association{s: s, conn: conn, wake: make(chan struct{}, 1), done: make(chan struct{})}
	// The switch speaks first, with the invoke ID 0000.
	a.say("0000", "SystemStatus", "<systemStatus>normal</systemStatus>")
	return a
}

func (a *association) say(invoke, name, inside string) {
	a.mu.Lock()
	a.out = wire.Message(a.out, invoke, name, inside)
	a.mu.Unlock()
	a.poke()
}

// event queues a monitor's copy of an event. The caller holds the switch's mutex.
func (a *association) event(st *station, step wire.Step, id wire.ID, ref string, stampIt bool) {
	a.mu.Lock()
	a.out = wire.AppendEvent(a.out, st.call, step, id, ref)
	if stampIt {
		a.stamp = append(a.stamp, stamp{st, id.N()})
	}
	a.mu.Unlock()
	a.poke()
}

func (a *association) poke() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// write writes what waits, all at once, and notes the time just before.
func (a *association) write() {
	var out []byte
	var stamps []stamp
	for {
		select {
		case <-a.wake:
		case <-a.done:
			return
		}
		a.mu.Lock()
		out, a.out = a.out, out[:0]
		stamps, a.stamp = a.stamp, stamps[:0]
		a.mu.Unlock()
		if len(out) == 0 {
			continue
		}
		now := int64(time.Since(a.s.began))
		for _, e := range stamps {
			e.st.sent[e.n%kept].CompareAndSwap(0, now) // on the first link
		}
		if _, err := a.conn.Write(out); err != nil {
			a.conn.Close()
			<-a.done
			return
		}
	}
}

// read answers requests until the connection ends.
func (a *association) read() {
	defer close(a.done)
	defer a.s.left(a)
	defer a.conn.Close()
	buf := make([]byte, 0, 2*wire.MaxFrame)
	for {
		n, err := a.conn.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		rest := buf
		for {
			f, r, ok, bad := wire.Next(rest)
			if bad != nil {
				return
			}
			if !ok {
				break
			}
			rest = r
			a.answer(f)
		}
		buf = append(buf[:0], rest...)
		if err != nil {
			return
		}
	}
}
