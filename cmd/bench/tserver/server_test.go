package tserver

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/holdline/holdline/cmd/bench/wire"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a CSTA listener that says what a test wants.
type server struct {
	t        *testing.T
	listener net.Listener
	work     sync.WaitGroup

	mu       sync.Mutex
	status   string // "" says nothing at all
	conns    []net.Conn
	monitors []string // devices, of all connections
}

func serve(t *testing.T, status string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, listener: l, status: status}
	s.work.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, conn)
			status := s.status
			s.mu.Unlock()
			s.work.Go(func() { s.talk(conn, status) })
		}
	})
	t.Cleanup(s.close)
	return s
}

func (s *server) close() {
	s.listener.Close()
	s.drop()
	s.work.Wait()
}

// drop ends all connections.
func (s *server) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Close()
	}
	s.conns = nil
}

func (s *server) say(status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

func (s *server) talk(conn net.Conn, status string) {
	if status != "" {
		_, _ = conn.Write(wire.Message(nil, "0000", "SystemStatus", "<systemStatus>"+status+"</systemStatus>"))
	}
	var buf []byte
	chunk := make([]byte, 4096)
	for {
		n, err := conn.Read(chunk)
		if err != nil {
			return
		}
		buf = append(buf, chunk[:n]...)
		for {
			f, rest, ok, err := wire.Next(buf)
			if err != nil {
				s.t.Error(err)
				return
			}
			if !ok {
				break
			}
			if string(wire.Root(f.Body)) == "MonitorStart" {
				s.mu.Lock()
				s.monitors = append(s.monitors, string(wire.Value(f.Body, "deviceObject")))
				s.mu.Unlock()
				_, _ = conn.Write(wire.Message(nil, f.Invoke, "MonitorStartResponse", "<monitorCrossRefID>1</monitorCrossRefID>"))
			}
			buf = rest
		}
	}
}

// tell sends an event, or a status, on every connection.
func (s *server) tell(frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_, _ = c.Write(frame)
	}
}

func event(id wire.ID) []byte {
	return wire.AppendEvent(nil, wire.Call{ID: 1, Device: "20000", Far: "+49"}, 2, id, "1")
}

func status(s string) []byte {
	return wire.Message(nil, "9000", "SystemStatus", "<systemStatus>"+s+"</systemStatus>")
}

// sent says that every event was written at a time of its number in ms.
func sent(id wire.ID) (time.Duration, bool) { return time.Duration(id.N()) * time.Millisecond, true }

func run(t *testing.T, f func(context.Context)) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	var running sync.WaitGroup
	running.Go(func() { f(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return ctx
}

func await(t *testing.T, ch <-chan time.Time) time.Time {
	t.Helper()
	select {
	case at := <-ch:
		return at
	case <-time.After(20 * time.Second):
		t.Fatal("no event came")
		return time.Time{}
	}
}

func TestStrictTakesTheNormalLinkAndLeavesIt(t *testing.T) {
	one, two := serve(t, "disabled"), serve(t, Normal)
	h := NewHeard(sent)
	s := NewStrict(StrictOptions{Links: []string{one.listener.Addr().String(), two.listener.Addr().String()}, Devices: []string{"1", "2", "3"}, Restart: time.Millisecond, Heard: h})
	ctx := run(t, s.Run)
	if err := s.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(two.monitors, []string{"1", "2", "3"}) || len(one.monitors) != 0 {
		t.Fatalf("monitors: %q where it is normal, %q where it isn't", two.monitors, one.monitors)
	}
	first := h.After(5 * time.Millisecond)
	two.tell(event(wire.NewID(0, 5)))
	two.tell(event(wire.NewID(0, 6)))
	await(t, first)

	one.say(Normal)
	two.say("disabled")
	first = h.After(7 * time.Millisecond)
	two.tell(status("disabled")) // it leaves
	for lines := 0; lines < 2; {
		s.mu.Lock()
		changed := s.changed
		lines = s.lines
		s.mu.Unlock()
		if lines < 2 {
			select {
			case <-changed:
			case <-ctx.Done():
				t.Fatal("it stays on a link that isn't normal")
			}
		}
	}
	if err := s.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	one.tell(event(wire.NewID(0, 7))) // written before
	one.tell(event(wire.NewID(0, 6))) // told before
	one.tell(event(wire.NewID(0, 7))) // and this one again
	one.tell(event(wire.NewID(0, 8)))
	await(t, first)
	if events, repeats := h.Counts(); events != 4 || repeats != 2 {
		t.Errorf("%d events were new and %d repeated, want 4 and 2", events, repeats)
	}
}

func TestStrictCountsItsOwnPausesApart(t *testing.T) {
	silent, busy := serve(t, ""), serve(t, "disabled")
	s := NewStrict(StrictOptions{
		Links: []string{silent.listener.Addr().String(), busy.listener.Addr().String()}, Devices: []string{"1"},
		ConnectTimeout: 300 * time.Millisecond, Restart: 50 * time.Millisecond, Heard: NewHeard(sent),
	})
	began := time.Now()
	ctx := run(t, s.Run)
	for own := time.Duration(0); own == 0; {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
			own = s.Own(began, time.Now())
		case <-ctx.Done():
			t.Fatal("it never paused")
		}
	}
	busy.say(Normal)
	if err := s.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	// What a busy machine adds is neither in nor out for certain; but the pauses
	// are, and nothing is counted that didn't pass.
	now := time.Now()
	if own, all := s.Own(began, now), now.Sub(began); own < 50*time.Millisecond || own > all {
		t.Errorf("of %v it waited %v of its own accord", all, own)
	}
	s.mu.Lock()
	s.own = []span{{began.Add(1 * time.Second), began.Add(3 * time.Second)}, {began.Add(5 * time.Second), began.Add(6 * time.Second)}}
	s.mu.Unlock()
	for _, c := range []struct{ from, to, want time.Duration }{{0, 10, 3}, {2, 10, 2}, {2, 5, 1}, {3, 5, 0}, {7, 10, 0}} {
		if got := s.Own(began.Add(c.from*time.Second), began.Add(c.to*time.Second)); got != c.want*time.Second {
			t.Errorf("between %d s and %d s it waited %v of its own accord, want %d s", c.from, c.to, got, c.want)
		}
	}
	s.Forget()
	if own := s.Own(began, now.Add(time.Hour)); own != 0 {
		t.Errorf("after it forgot them its pauses were %v", own)
	}
}

func TestAttachedHearsWhoeverIsFirst(t *testing.T) {
	one, two := serve(t, Normal), serve(t, "disabled")
	h := NewHeard(sent)
	addresses := []string{one.listener.Addr().String(), two.listener.Addr().String()}
	a := NewAttached(addresses, []string{"1"}, h)
	ctx := run(t, a.Run)
	if err := a.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	h.Watch()
	for n := range uint32(3) {
		first := h.After(0)
		one.tell(event(wire.NewID(0, 2*n+1)))
		await(t, first)
		first = h.After(0)
		two.tell(event(wire.NewID(0, 2*n+2)))
		await(t, first)
	}
	a.Drop(addresses[0])
	if err := a.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	if events, _ := h.Counts(); events != 6 {
		t.Errorf("%d events were new, want 6", events)
	}
	if from, to := h.Gap(); !to.After(from) {
		t.Errorf("the longest gap was from %v to %v", from, to)
	}
}

func TestGapIsTheLongestTimeWithoutANewEvent(t *testing.T) {
	h := NewHeard(sent)
	h.Watch()
	from := h.watched
	for n, at := range []time.Duration{10, 20, 95, 100} {
		h.Event(wire.NewID(0, uint32(n)+1), from.Add(at*time.Second))
	}
	h.Event(wire.NewID(0, 1), from.Add(300*time.Second)) // a repetition ends no gap
	if a, b := h.Gap(); a.Sub(from) != 20*time.Second || b.Sub(from) != 95*time.Second {
		t.Errorf("the longest gap is from %v to %v, want 20 s to 95 s", a.Sub(from), b.Sub(from))
	}
	if !h.Last().Equal(from.Add(100 * time.Second)) {
		t.Errorf("the last event came %v after the first look", h.Last().Sub(from))
	}
}

func TestNewcomerWaitsForNormal(t *testing.T) {
	s := serve(t, "disabled")
	served := make(chan time.Time, 1)
	run(t, func(ctx context.Context) {
		if at, err := Newcomer(ctx, []string{s.listener.Addr().String()}); err == nil {
			served <- at
		}
	})
	for dialled := 0; dialled < 3; {
		s.mu.Lock()
		dialled = len(s.conns)
		s.mu.Unlock()
	}
	select {
	case <-served:
		t.Fatal("it was served by a node that isn't normal")
	default:
	}
	s.say(Normal)
	await(t, served)
}

// TestSilenceIsNoAnswer: only a link that says nothing leaves a T-Server waiting
// of its own accord.
func TestSilenceIsNoAnswer(t *testing.T) {
	silent := serve(t, "")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Open(ctx, silent.listener.Addr().String())
	if !timedOut(err) {
		t.Errorf("a link that says nothing: %v", err)
	}
	silent.listener.Close()
	if _, err = Open(t.Context(), silent.listener.Addr().String()); err == nil || timedOut(err) {
		t.Errorf("a link that is refused: %v", err)
	}
	if timedOut(nil) {
		t.Error("a link that answered")
	}
}
