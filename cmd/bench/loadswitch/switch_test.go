package loadswitch

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdline/holdline/cmd/bench/wire"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// link is the far end of a link.
type link struct {
	t    *testing.T
	conn net.Conn
	buf  []byte
}

func rig(t *testing.T, stations int) (*Switch, *link) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := Start(l, stations)
	t.Cleanup(s.Close)
	conn, err := net.Dial("tcp", s.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	k := &link{t: t, conn: conn}
	if f := k.next(); f.Invoke != "0000" || string(wire.Root(f.Body)) != "SystemStatus" || string(wire.Value(f.Body, "systemStatus")) != "normal" {
		t.Fatalf("the switch began with %s %s", f.Invoke, f.Body)
	}
	return s, k
}

func (k *link) next() wire.Frame {
	k.t.Helper()
	_ = k.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		f, rest, ok, err := wire.Next(k.buf)
		if err != nil {
			k.t.Fatal(err)
		}
		if ok {
			k.buf = rest
			return f
		}
		chunk := make([]byte, 4096)
		n, err := k.conn.Read(chunk)
		if err != nil {
			k.t.Fatal(err)
		}
		k.buf = append(k.buf, chunk[:n]...)
	}
}

func (k *link) ask(name, inside string) string {
	k.t.Helper()
	if _, err := k.conn.Write(wire.Message(nil, "0007", name, inside)); err != nil {
		k.t.Fatal(err)
	}
	f := k.next()
	if f.Invoke != "0007" {
		k.t.Fatalf("%s was answered with the invoke ID %s: %s", name, f.Invoke, f.Body)
	}
	return strings.TrimPrefix(string(f.Body), wire.Declaration)
}

const monitorStart = "<monitorObject><deviceObject>20001</deviceObject></monitorObject><monitorType>device</monitorType>"

func TestEventsComeOnlyToMonitorsAndInOrder(t *testing.T) {
	s, k := rig(t, 3)
	s.Next(1, 0) // nobody hears it
	if got := k.ask("MonitorStart", monitorStart); !strings.Contains(got, "<monitorCrossRefID>1</monitorCrossRefID>") {
		t.Fatalf("MonitorStart: %s", got)
	}
	if n := s.Monitored(1); n != 1 {
		t.Errorf("%d stations are monitored", n)
	}
	s.Next(0, 0) // has no monitor
	want := []string{"EstablishedEvent", "HeldEvent", "RetrievedEvent", "HeldEvent", "RetrievedEvent", "ConnectionClearedEvent", "ConnectionClearedEvent", "DeliveredEvent"}
	for i, event := range want {
		before := s.Now()
		id := s.Next(1, 0)
		f := k.next()
		got, ok := wire.EventID(f.Body)
		if string(wire.Root(f.Body)) != event || !ok || got != id || id.N() != uint32(i+2) || !f.IsEvent() {
			t.Fatalf("event %d: got %s with ID %x, want %s with %x", i, wire.Root(f.Body), got, event, id)
		}
		if at, ok := s.Sent(id); !ok || at < before || at > s.Now() {
			t.Errorf("event %d was written at %v, known %v; it is between %v and %v", i, at, ok, before, s.Now())
		}
	}
	id := s.Next(1, 77)
	k.next()
	if at, ok := s.Sent(id); !ok || at != 77 {
		t.Errorf("an event with a time of its own has %v", at)
	}
	k.ask("MonitorStop", "<monitorCrossRefID>1</monitorCrossRefID>")
	s.Next(1, 0)
	if got := k.ask("RequestSystemStatus", ""); !strings.Contains(got, "normal") {
		t.Errorf("after MonitorStop: %s", got)
	}
	if at, ok := s.Sent(wire.NewID(9, 1)); ok {
		t.Errorf("an event of no station was sent at %v", at)
	}
}

func TestSnapshotsTellTheCall(t *testing.T) {
	s, k := rig(t, 3)
	ask := func() string { return k.ask("SnapshotDevice", "<snapshotObject>20001</snapshotObject>") }
	if got := ask(); strings.Contains(got, "callID") {
		t.Errorf("a call is told that isn't there: %s", got)
	}
	for step, want := range []string{"alerting connected", "connected connected", "hold connected", "connected connected", "hold connected", "connected connected", "connected", ""} {
		s.Next(1, 0)
		var states []string
		for part := range strings.SplitSeq(ask(), "<localConnectionState>") {
			if state, _, ok := strings.Cut(part, "</localConnectionState>"); ok {
				states = append(states, state)
			}
		}
		if got := strings.Join(states, " "); got != want {
			t.Errorf("after step %d: states %q, want %q", step, got, want)
		}
	}
	s.Next(1, 0)
	call := k.ask("SnapshotCall", "<snapshotObject><callID>2</callID><deviceID>20001</deviceID></snapshotObject>")
	if !strings.Contains(call, "<localConnectionInfo>alerting</localConnectionInfo>") || !strings.Contains(call, "+4930555010001") {
		t.Errorf("SnapshotCall: %s", call)
	}
	if got := k.ask("SnapshotCall", "<snapshotObject><callID>1</callID><deviceID>20001</deviceID></snapshotObject>"); !strings.Contains(got, "invalidCallID") {
		t.Errorf("a call that is over is told: %s", got)
	}
	if got := k.ask("SnapshotDevice", "<snapshotObject>1</snapshotObject>"); !strings.Contains(got, "invalidDeviceID") {
		t.Errorf("a device that isn't there is told: %s", got)
	}
	for _, name := range []string{"GetAgentState", "GetDoNotDisturb", "GetForwarding"} {
		if got := k.ask(name, "<device>20001</device>"); !strings.Contains(got, name+"Response") {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := k.ask("MakeCall", ""); !strings.Contains(got, "serviceNotSupported") {
		t.Errorf("MakeCall: %s", got)
	}
}

func TestLostLinkTakesItsMonitors(t *testing.T) {
	s, k := rig(t, 3)
	k.ask("MonitorStart", monitorStart)
	k.conn.Close()
	deadline := time.Now().Add(10 * time.Second)
	for s.Monitored(1) != 0 {
		if time.Now().After(deadline) {
			t.Fatal("a monitor of a link that is gone is still there")
		}
	}
}
