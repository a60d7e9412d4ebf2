package fsm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"
)

// busy makes a state with something in every table.
func busy(t *testing.T) *stand {
	r := newStand(t)
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c1"}}})
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: &Node{Id: "n1", Level: 1}}}})
	r.ok(aliasOf("1000", "+491000"))
	a := r.call("A", part("1000", talking), part("1001", talking))
	r.end(r.call("B", part("1000", talking)), a)
	c := r.connect("ts1", "n")
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	c.start(&fsmpb.StartMonitor{Device: "2000"})
	r.monitored("1000")
	c.request(&fsmpb.Request{Service: fsmpb.Service_ESCAPE})
	c.register("9000")
	r.in(func(t *txn) { t.routerUp(r.link(), &fsmpb.RouterUp{Device: "9000", Up: true}) })
	r.in(func(t *txn) {
		t.routeRequested(r.link(), &fsmpb.RouteRequested{SwitchRoute: "x", Device: "9000"})
	})
	v := r.m.View()
	for what, n := range map[string]int{"switches": v.switches.len(), "links": v.links.len(), "nodes": v.nodes.len(), "devices": v.devices.len(),
		"calls": v.calls.len(), "tombstones": v.tombstones.len(), "sessions": v.sessions.len(), "monitors": v.monitors.len(), "intents": v.intents.len(),
		"registrations": v.registrations.len(), "routes": v.routes.len(), "deadlines": v.deadlines.len(), "records": v.feed.Len()} {
		if n == 0 {
			t.Fatalf("the busy state has no %s", what)
		}
	}
	return r
}

func TestRestoredMachineGoesOn(t *testing.T) {
	r := busy(t)
	n := checkRestored(t, r.m)
	// A state that held something else is replaced whole.
	other := busy(t)
	other.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &Switch{Name: "gone"}}}})
	if err := other.m.Restore(bytes.NewReader(snapshotOf(t, r.m))); err != nil {
		t.Fatal(err)
	}
	if _, ok := other.m.View().Switch("gone"); ok {
		t.Error("Restore left something of the earlier state")
	}
	// All go on alike, hashes included.
	entry, _ := proto.Marshal(&fsmpb.Entry{TimeMs: r.now + 10_000, Commands: []*fsmpb.Command{
		{Kind: &fsmpb.Command_EndSession{EndSession: &fsmpb.EndSession{Session: 1, Reason: "stopped"}}}}})
	for i := range uint64(HashEvery + 1) {
		for _, m := range []*Machine{r.m, n, other.m} {
			if _, err := m.Apply(r.index+1+i, 2, entry); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := snapshotOf(t, r.m)
	for _, m := range []*Machine{n, other.m} {
		if !bytes.Equal(snapshotOf(t, m), want) {
			t.Error("a restored machine went on differently")
		}
	}
	if h, at := n.View().Hash(); h == 0 || at == 0 {
		t.Errorf("no hash was taken: %x at %d", h, at)
	}
}

func TestRestoreRefuses(t *testing.T) {
	r := busy(t)
	good := snapshotOf(t, r.m)
	frame := func(ms ...proto.Message) []byte {
		var b bytes.Buffer
		for _, m := range ms {
			if _, err := protodelim.MarshalTo(&b, m); err != nil {
				t.Fatal(err)
			}
		}
		return b.Bytes()
	}
	flipped := bytes.Clone(good)
	at := bytes.Index(flipped, []byte("+491000"))
	flipped[at+1] = '5'
	swapped := bytes.Clone(good)
	swapped[len(swapped)-1] ^= 1
	for _, x := range []struct {
		name string
		in   []byte
		want string
	}{
		{"nothing", nil, "incomplete"},
		{"half a length", []byte{0x80}, "incomplete"},
		{"something else", []byte("BM\x00\x01" + strings.Repeat("no snapshot at all", 10) + ""), "damaged"},
		{"no format", frame(&fsmpb.Header{}), "no format"},
		{"newer format", frame(&fsmpb.Header{Format: 2}), "format is 2 and this build reads up to 1: install the newer release"},
		{"newer level", frame(&fsmpb.Header{Format: 1, Level: MaxLevel + 1}), "feature level"},
		{"unknown item", frame(&fsmpb.Header{Format: 1}, &fsmpb.Item{}), "newer release"},
		{"a huge object", []byte{0xff, 0xff, 0xff, 0xff, 0x7f, 1}, "bytes, more than"},
		{"a flipped byte", flipped, "damaged"},
		{"another sum", swapped, "damaged"},
		{"something behind", append(bytes.Clone(good), 0), "damaged"},
		{"records out of order", frame(&fsmpb.Header{Format: 1},
			&fsmpb.Item{Kind: &fsmpb.Item_Record{Record: &Record{Position: &fsmpb.Position{Index: 2}}}},
			&fsmpb.Item{Kind: &fsmpb.Item_Record{Record: &Record{Position: &fsmpb.Position{Index: 1}}}}), "damaged"},
	} {
		err := r.m.Restore(bytes.NewReader(x.in))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
	for n := 0; n < len(good); n += 7 {
		if err := r.m.Restore(bytes.NewReader(good[:n])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("a snapshot cut after %d of %d bytes: %v", n, len(good), err)
		}
	}
	if !bytes.Equal(snapshotOf(t, r.m), good) {
		t.Error("a failed Restore changed the state")
	}
}

type failing struct{ after int }

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestWriteSnapshotTellsErrors(t *testing.T) {
	r := busy(t)
	if err := r.m.View().WriteSnapshot(&failing{after: 100}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
}

// A view is a picture: what is applied later doesn't show in it.
func TestViewNeverChanges(t *testing.T) {
	r := busy(t)
	v := r.m.View()
	if v != r.m.View() {
		t.Error("two views of the same state")
	}
	var before, after bytes.Buffer
	if err := v.WriteSnapshot(&before); err != nil {
		t.Fatal(err)
	}
	c := r.connect("ts9", "n")
	r.quick = true
	for range 600 { // more than a chunk of the feed
		c.stop(c.start(&fsmpb.StartMonitor{Device: "1000"}))
	}
	r.quick = false
	r.ok(putDevices(false, &fsmpb.DeviceSetup{Id: "1000", Aliases: []string{"other"}}))
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: &fsmpb.Settings{FeedRecords: 1024}}}})
	r.wait(100_000)
	if err := v.WriteSnapshot(&after); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before.Bytes(), after.Bytes()) {
		t.Error("the view changed")
	}
	if d, ok := v.Device("pbx", "+491000"); !ok || d.Id != "1000" {
		t.Error("the view's aliases changed")
	}
}

// many is a machine with that many live calls.
func many(t testing.TB, calls int) *Machine {
	m := New()
	x := m.begin(1, 1, 1_000_000)
	x.switches.put("pbx", &Switch{Name: "pbx", Epoch: 1, Link: "l1", LinkUp: true})
	x.links.put("l1", &Link{Name: "l1", Switch: "pbx", Epoch: 1, Term: 1})
	for i := range calls {
		a, b := fmt.Sprint(10_000+i), fmt.Sprint(1_000_000+i)
		x.counters.Call++
		x.putCall(&Call{Id: x.counters.Call, Switch: "pbx", Epoch: 1, BeganMs: 1_000_000,
			Names:       []*fsmpb.CallName{{Link: "l1", Call: fmt.Sprintf("%032x", i), Epoch: 1}},
			Connections: []*Connection{part(a, talking), part(b, talking)},
			Calling:     &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: b}, Called: &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: a},
			Data: &fsmpb.CallData{Correlator: bytes.Repeat([]byte{1}, 40)},
		})
	}
	x.end()
	return m
}

// blocked is a writer that stands still until it is let go.
type blocked struct {
	at, free chan struct{}
	n        int
}

func (b *blocked) Write(p []byte) (int, error) {
	if b.n == 0 {
		close(b.at)
		<-b.free
	}
	b.n += len(p)
	return len(p), nil
}

// While a snapshot of 200,000 calls is stuck half-way, entries are applied.
func TestApplyGoesOnDuringASnapshot(t *testing.T) {
	const calls = 200_000
	m := many(t, calls)
	w := &blocked{at: make(chan struct{}), free: make(chan struct{})}
	v := m.View()
	done := make(chan error)
	go func() { done <- v.WriteSnapshot(w) }()
	<-w.at
	const entries = 5000
	for i := range uint64(entries) {
		x := m.begin(2+i, 1, 1_000_000)
		c, _ := x.calls.get(1 + i*37%calls)
		c = proto.CloneOf(c)
		c.Data = &fsmpb.CallData{UserData: []byte("changed")}
		x.putCall(c)
		x.end()
		m.view = nil
	}
	if got := m.View().Index(); got != entries+1 {
		t.Fatalf("applied up to %d", got)
	}
	close(w.free)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if v.Index() != 1 || v.CallCount() != calls {
		t.Errorf("the snapshot is of entry %d with %d calls", v.Index(), v.CallCount())
	}
	for c := range v.Calls() {
		if c.Version != 1 {
			t.Fatalf("call %d in the snapshot is of entry %d", c.Id, c.Version)
		}
	}
	if w.n < calls*100 {
		t.Errorf("the snapshot has only %d bytes", w.n)
	}
}

// Taking the picture for a snapshot costs the same however many calls are live.
func TestViewDoesNotCopyCalls(t *testing.T) {
	few, lots := many(t, 100), many(t, 100_000)
	cost := func(m *Machine) float64 {
		return testing.AllocsPerRun(10, func() {
			m.view = nil
			m.View()
		})
	}
	if a, b := cost(few), cost(lots); b > a {
		t.Errorf("a view of 100 calls allocates %v objects, of 100,000 calls %v", a, b)
	}
}

func BenchmarkView(b *testing.B) {
	m := many(b, 200_000)
	b.ReportAllocs()
	for b.Loop() {
		m.view = nil
		m.View()
	}
}

func BenchmarkWriteSnapshot(b *testing.B) {
	v := many(b, 200_000).View()
	b.ReportAllocs()
	for b.Loop() {
		if err := v.WriteSnapshot(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
