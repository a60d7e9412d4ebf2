package cstaserver

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// sink is the far end of a client that takes whatever comes, as a socket with
// room does, and counts it. What the client says is put into in.
type sink struct {
	from   net.Addr
	in     chan []byte
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex
	more    *sync.Cond
	frames  int
	writes  int
	skip    int    // octets of the frame before that are still to come
	partial []byte // of a header
}

func newSink(from string) *sink {
	s := &sink{from: net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(from), 4711)), in: make(chan []byte, 1), closed: make(chan struct{})}
	s.more = sync.NewCond(&s.mu)
	return s
}

func (s *sink) Read(b []byte) (int, error) {
	select {
	case data := <-s.in:
		return copy(b, data), nil
	case <-s.closed:
		return 0, io.EOF
	}
}

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	for n := len(b); n > 0; n = len(b) {
		if s.skip > 0 {
			took := min(s.skip, n)
			s.skip, b = s.skip-took, b[took:]
			continue
		}
		took := min(8-len(s.partial), n)
		s.partial, b = append(s.partial, b[:took]...), b[took:]
		if len(s.partial) == 8 {
			s.skip = int(binary.BigEndian.Uint16(s.partial[2:])) - 8
			s.partial = s.partial[:0]
			s.frames++
		}
	}
	s.more.Broadcast()
	return len(b), nil
}

func (s *sink) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *sink) LocalAddr() net.Addr              { return s.from }
func (s *sink) RemoteAddr() net.Addr             { return s.from }
func (s *sink) SetDeadline(time.Time) error      { return nil }
func (s *sink) SetReadDeadline(time.Time) error  { return nil }
func (s *sink) SetWriteDeadline(time.Time) error { return nil }

// wait waits until so many frames came.
func (s *sink) wait(frames int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.frames < frames {
		s.more.Wait()
	}
}

// ringing is an entry of n calls that ring at a device and end.
func (cl *cluster) ringing(device string, n int) []*fsmpb.Command {
	var cs []*fsmpb.Command
	for range n {
		cl.ordinal++
		name := strconv.FormatUint(cl.ordinal, 10)
		for _, e := range []*fsmpb.CallEvent{
			{Type: fsmpb.EventType_DELIVERED, Via: device, Subject: swConn(name, device), Device: party(device), Local: fsmpb.ConnectionState_ALERTING,
				HasLocal: true, Cause: "newCall", Calling: party("2000"), Called: party(device)},
			{Type: fsmpb.EventType_CONNECTION_CLEARED, Via: device, Subject: swConn(name, device), Device: party(device),
				Local: fsmpb.ConnectionState_NULL, HasLocal: true, Cause: "normalClearing"},
		} {
			cs = append(cs, &fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{
				Link: testLink, Epoch: cl.epoch, Ordinal: cl.ordinal, Body: &fsmpb.Fact_Call{Call: e}}}})
			cl.ordinal++
		}
		cl.ordinal--
	}
	return cs
}

// applyAll puts an entry into the log.
func (cl *cluster) applyAll(cs []*fsmpb.Command) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	cl.index++
	data, err := proto.Marshal(&fsmpb.Entry{TimeMs: time.Now().UnixMilli(), Level: 1, Commands: cs})
	if err != nil {
		cl.t.Fatal(err)
	}
	results, err := cl.machine.Apply(cl.index, 1, data)
	if err != nil {
		cl.t.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			cl.t.Fatal(r.Err)
		}
	}
	close(cl.changed)
	cl.changed = make(chan struct{})
}

// BenchmarkFanOut tells events of one device to many sessions that monitor it,
// 64 events an entry and one. Beside the time, which includes the state
// machine's, it prints for each event and session the allocations and the
// writes. "0 sessions" is the state machine alone.
func BenchmarkFanOut(b *testing.B) {
	for _, entry := range []int{64, 2} {
		for _, sessions := range []int{0, 1, 16, 64} {
			b.Run(fmt.Sprintf("%d events/%d sessions", entry, sessions), func(b *testing.B) { fanOut(b, entry, sessions) })
		}
	}
}

func fanOut(b *testing.B, entry, sessions int) {
	cl := newCluster(b, "1000")
	ln := newPipeListener()
	n := serve(b, cl, Options{MaxClients: 1000, Heartbeat: time.Hour}, ln, nil)
	defer n.stop()
	cl.watch("1000")
	sinks := make([]*sink, sessions)
	for i := range sinks {
		sinks[i] = newSink(fmt.Sprintf("192.0.2.%d", i+1))
		ln.conns <- sinks[i]
		sinks[i].in <- frameOf("0007", "<MonitorStart"+namespace(4)+"><monitorObject><deviceObject>1000</deviceObject></monitorObject></MonitorStart>")
		sinks[i].wait(1)
	}
	told := 1
	writes := func() (n int) {
		for _, s := range sinks {
			s.mu.Lock()
			n += s.writes
			s.mu.Unlock()
		}
		return n
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	wrote := writes()
	for b.Loop() {
		cl.applyAll(cl.ringing("1000", entry/2))
		told += entry
		for _, s := range sinks {
			s.wait(told)
		}
	}
	runtime.ReadMemStats(&after)
	each := float64(b.N * entry * max(1, sessions))
	b.ReportMetric(float64(b.Elapsed())/each, "ns/event")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/each, "allocs/event")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/each, "B/event")
	b.ReportMetric(float64(writes()-wrote)/each, "writes/event")
	b.ReportMetric(0, "ns/op")
}
