package load

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdline/holdline/cmd/bench/loadswitch"
	"github.com/holdline/holdline/cmd/bench/wire"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// relay stands in for a cluster: it monitors every station at the switch and
// hands each event on to its only client; spoil may do something else with it.
type relay struct {
	t        *testing.T
	link     net.Conn
	listener net.Listener
	spoil    func(n int, frame []byte) [][]byte
	work     sync.WaitGroup
}

func newRelay(t *testing.T, r *Rig, spoil func(n int, frame []byte) [][]byte) *relay {
	t.Helper()
	link, err := net.Dial("tcp", r.sw.Address())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &relay{t: t, link: link, listener: l, spoil: spoil}
	var monitors []byte
	for slot := range r.stations {
		monitors = wire.Message(monitors, "0001", "MonitorStart", "<monitorObject><deviceObject>"+loadswitch.Number(slot)+"</deviceObject></monitorObject>")
	}
	if _, err := link.Write(monitors); err != nil {
		t.Fatal(err)
	}
	p.work.Go(func() {
		client, err := l.Accept()
		if err != nil {
			return
		}
		defer client.Close()
		_, _ = client.Write(wire.Message(nil, "0000", "SystemStatus", "<systemStatus>normal</systemStatus>"))
		p.work.Go(func() { p.answer(client) })
		p.pass(client)
	})
	t.Cleanup(func() {
		link.Close()
		l.Close()
		p.work.Wait()
	})
	return p
}

// frames calls each with every frame that comes.
func frames(conn net.Conn, each func(wire.Frame)) {
	var buf []byte
	chunk := make([]byte, 64<<10)
	for {
		n, err := conn.Read(chunk)
		if err != nil {
			return
		}
		buf = append(buf, chunk[:n]...)
		for {
			f, rest, ok, err := wire.Next(buf)
			if err != nil || !ok {
				break
			}
			each(f)
			buf = rest
		}
	}
}

func (p *relay) answer(client net.Conn) {
	frames(client, func(f wire.Frame) {
		if string(wire.Root(f.Body)) == "MonitorStart" {
			_, _ = client.Write(wire.Message(nil, f.Invoke, "MonitorStartResponse", "<monitorCrossRefID>1</monitorCrossRefID>"))
		}
	})
}

func (p *relay) pass(client net.Conn) {
	n := 0
	frames(p.link, func(f wire.Frame) {
		if !f.IsEvent() {
			return
		}
		n++
		out, at := wire.Begin(nil, wire.EventInvoke)
		out = wire.End(append(out, f.Body...), at)
		for _, frame := range p.spoil(n, out) {
			_, _ = client.Write(frame)
		}
	})
}

func honest(_ int, frame []byte) [][]byte { return [][]byte{frame} }

func rig(t *testing.T, spoil func(int, []byte) [][]byte) *Rig {
	t.Helper()
	r, err := newRig(16)
	if err != nil {
		t.Fatal(err)
	}
	p := newRelay(t, r, spoil)
	t.Cleanup(r.Close)
	if err := r.connect(t.Context(), p.listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	for r.sw.Monitored(1) < r.stations {
		if err := r.pause(t.Context(), time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestEveryLoadCountsEachEventOnce(t *testing.T) {
	r := rig(t, honest)
	f, err := r.Closed(t.Context(), 4, 10*time.Millisecond, 100*time.Millisecond)
	if err != nil || f.Events == 0 || f.Latency.N != f.Events || f.PerSecond <= 0 || f.Latency.P50 <= 0 || f.Latency.Max > 60000 {
		t.Fatalf("closed: %+v %v", f, err)
	}
	sum := uint32(0)
	for slot, n := range r.seen {
		sum += n
		if slot >= 4 && n != 0 {
			t.Errorf("closed: slot %d had %d events, 4 are in parallel", slot, n)
		}
	}
	if uint64(sum) != r.delivered.Load() {
		t.Errorf("closed: %d events were counted, %d came", r.delivered.Load(), sum)
	}
	o, err := r.Open(t.Context(), 1000, 200*time.Millisecond, time.Second, nil)
	if err != nil || o.Latency.N != o.Events || o.Events < 150 || float64(o.Events) > 1000*o.Seconds+1 {
		t.Errorf("open: %+v %v", o, err)
	}
	took, latency, err := r.Burst(t.Context(), 300)
	if err != nil || latency.N != 300 || took <= 0 || float64(latency.Max) > 1000*took.Seconds() {
		t.Errorf("burst: %v %+v %v", took, latency, err)
	}
}

func TestALoadFailsOnAnyFault(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(int, []byte) [][]byte
		want  string
	}{
		"an event twice": {func(n int, frame []byte) [][]byte {
			if n == 20 {
				return [][]byte{frame, frame}
			}
			return [][]byte{frame}
		}, "twice"},
		"two events in the wrong order": {func() func(int, []byte) [][]byte {
			var kept []byte
			return func(n int, frame []byte) [][]byte {
				switch n {
				case 20:
					kept = frame
					return nil
				case 36:
					return [][]byte{frame, kept}
				}
				return [][]byte{frame}
			}
		}(), "twice"},
		"an event that is lost": {func(n int, frame []byte) [][]byte {
			if n == 20 {
				return nil
			}
			return [][]byte{frame}
		}, "not in their turn"},
		"not normal any more": {func(n int, frame []byte) [][]byte {
			if n == 20 {
				return [][]byte{wire.Message(nil, "9000", "SystemStatus", "<systemStatus>disabled</systemStatus>")}
			}
			return [][]byte{frame}
		}, "disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig(t, c.spoil)
			// In the order of the slots: event 20 and event 36 are of the same one.
			_, _, err := r.Burst(t.Context(), 64)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", fmt.Sprint(err), c.want)
			}
		})
	}
}
