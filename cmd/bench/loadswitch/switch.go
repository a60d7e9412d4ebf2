package loadswitch

import (
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdline/holdline/cmd/bench/wire"
)

// Switch is a running load switch.
type Switch struct {
	listener net.Listener
	began    time.Time
	stations []*station // by slot
	byNumber map[string]*station
	work     sync.WaitGroup

	mu           sync.Mutex
	associations map[*association]struct{}
	calls        uint64 // names given to calls
	refs         int    // cross references given out
	closed       bool
}

// kept is how many of a station's latest events have their time remembered.
const kept = 1024

// station is a device with its calls, one after the other.
type station struct {
	slot   int
	number string
	far    string

	// Guarded by the switch's mutex.
	call     wire.Call
	next     wire.Step // of the call; 0: no call is up
	events   uint32    // numbers given out
	monitors []monitor

	sent [kept]atomic.Int64 // by number: when it was written, since the switch began; 0: never
}

type monitor struct {
	a   *association
	ref string
}

// FirstNumber is the number of the station in slot 0.
const FirstNumber = 20000

// Number is the number of the station in a slot.
func Number(slot int) string { return strconv.Itoa(FirstNumber + slot) }

// Start serves links on the listener, with so many stations.
func Start(listener net.Listener, stations int) *Switch {
	s := &Switch{
		listener: listener, began: time.Now(), byNumber: make(map[string]*station, stations), associations: make(map[*association]struct{}),
	}
	for i := range stations {
		st := &station{slot: i, number: Number(i), far: "+49305550" + strconv.Itoa(10000+i)}
		s.stations = append(s.stations, st)
		s.byNumber[st.number] = st
	}
	s.work.Go(s.accept)
	return s
}

// Address is where links connect.
func (s *Switch) Address() string { return s.listener.Addr().String() }

// Now is the switch's time: since it began.
func (s *Switch) Now() time.Duration { return time.Since(s.began) }

// Since is a moment in the switch's time.
func (s *Switch) Since(at time.Time) time.Duration { return at.Sub(s.began) }

func (s *Switch) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			conn.Close()
			return
		}
		a := newAssociation(s, conn)
		s.associations[a] = struct{}{}
		s.mu.Unlock()
		s.work.Go(a.read)
		s.work.Go(a.write)
	}
}

// Close ends all links and waits until nothing runs any more.
func (s *Switch) Close() {
	s.mu.Lock()
	s.closed = true
	for a := range s.associations {
		a.conn.Close()
	}
	s.mu.Unlock()
	s.listener.Close()
	s.work.Wait()
}

// left forgets an association and its monitors.
func (s *Switch) left(a *association) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.associations, a)
	for _, st := range s.stations {
		st.monitors = without(st.monitors, func(m monitor) bool { return m.a == a })
	}
}

func without(list []monitor, gone func(monitor) bool) []monitor {
	out := list[:0:0]
	for _, m := range list {
		if !gone(m) {
			out = append(out, m)
		}
	}
	return out
}

// Monitored is how many stations have a monitor on so many links at least.
func (s *Switch) Monitored(links int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, st := range s.stations {
		if len(st.monitors) >= links {
			n++
		}
	}
	return n
}

// Next makes the next thing happen at a station, and tells each monitor of it.
// at is the time that counts as the event's; 0: when it is written. Nobody may
// be there to hear it: then the call goes on all the same.
func (s *Switch) Next(slot int, at time.Duration) wire.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stations[slot]
	if st.next == 0 {
		s.calls++
		st.call = wire.Call{ID: s.calls, Device: st.number, Far: st.far}
	}
	step := st.next
	st.next = (st.next + 1) % wire.Step(len(wire.Script))
	st.events++
	id := wire.NewID(slot, st.events)
	st.sent[st.events%kept].Store(int64(at))
	for _, m := range st.monitors {
		m.a.event(st, step, id, m.ref, at == 0)
	}
	return id
}

// Sent is when an event was written, on the first link if there are several;
// false if it never was, or long ago.
func (s *Switch) Sent(id wire.ID) (time.Duration, bool) {
	if id.Slot() >= len(s.stations) {
		return 0, false
	}
	at := s.stations[id.Slot()].sent[id.N()%kept].Load()
	return time.Duration(at), at != 0
}
