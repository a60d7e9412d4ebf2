package fsm

import (
	"fmt"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// BenchmarkCall is a plain call between two watched devices with the copies of
// its events: 13 facts, one an entry.
func BenchmarkCall(b *testing.B) {
	t := new(testing.T)
	var devices []string
	for i := range 100 {
		devices = append(devices, fmt.Sprint(1000+i))
	}
	r := newRig(t, devices...)
	var entries [][]byte
	for n := range b.N {
		a, c, x := devices[n%50], devices[50+n%50], fmt.Sprintf("call-%d", n)
		for _, l := range []string{
			"%[1]s: ServiceInitiated %[3]s/%[1]s", "%[1]s: Originated %[3]s/%[1]s calling=%[1]s called=%[2]s",
			"%[1]s: Delivered %[3]s/%[2]s calling=%[1]s called=%[2]s", "%[2]s: Delivered %[3]s/%[2]s calling=%[1]s called=%[2]s",
			"%[1]s: Established %[3]s/%[2]s calling=%[1]s", "%[2]s: Established %[3]s/%[2]s calling=%[1]s",
			"%[1]s: Held %[3]s/%[1]s", "%[2]s: Held %[3]s/%[1]s", "%[1]s: Retrieved %[3]s/%[1]s", "%[2]s: Retrieved %[3]s/%[1]s",
			"%[1]s: ConnectionCleared %[3]s/%[1]s", "%[2]s: ConnectionCleared %[3]s/%[1]s", "%[2]s: ConnectionCleared %[3]s/%[2]s",
		} {
			entries = append(entries, r.entry(b, r.parse(fmt.Sprintf(l, a, c, x))))
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, data := range entries {
		r.index++
		if _, err := r.m.Apply(r.index, 1, data); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(entries))/b.Elapsed().Seconds(), "facts/s")
	if r.m.s.counters.Call != uint64(b.N) {
		b.Fatalf("%d calls of %d", r.m.s.counters.Call, b.N)
	}
}

// entry encodes the next entry, of one fact an event.
func (r *rig) entry(b *testing.B, events ...*fsmpb.CallEvent) []byte {
	e := &fsmpb.Entry{TimeMs: r.now, Level: 1}
	for _, v := range events {
		r.ordinal++
		e.Commands = append(e.Commands, &fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{
			Link: r.link, Epoch: r.epoch, Ordinal: r.ordinal, Body: &fsmpb.Fact_Call{Call: v}}}})
	}
	data, err := proto.Marshal(e)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// load is a switch with 1,024 calls at once, each from outside at a device of its
// own, with eight events one after the other.
type load struct {
	devices []string
	n       int // events so far
}

const (
	loadCalls = 1024
	loadSteps = 8
	loadBatch = 100   // events in an entry
	loadRate  = 13000 // events/s
)

// next is the next event.
func (l *load) next() *fsmpb.CallEvent {
	i, step, round := l.n%loadCalls, l.n/loadCalls%loadSteps, l.n/loadCalls/loadSteps
	l.n++
	device, far, call := l.devices[i], fmt.Sprint("0699", 100000+i), fmt.Sprint(round*loadCalls+i)
	e := &fsmpb.CallEvent{Via: device, HasLocal: true, Cause: "normal", Linkage: call, DataPresent: true,
		Data: &fsmpb.CallData{Correlator: fmt.Appendf(nil, "%016x", l.n)}}
	subject := device
	switch step {
	case 0:
		e.Type, e.Local = fsmpb.EventType_DELIVERED, fsmpb.ConnectionState_ALERTING
	case 1:
		e.Type, e.Local = fsmpb.EventType_ESTABLISHED, fsmpb.ConnectionState_CONNECTED
	case 2, 4:
		e.Type, e.Local = fsmpb.EventType_HELD, fsmpb.ConnectionState_HOLD
	case 3, 5:
		e.Type, e.Local = fsmpb.EventType_RETRIEVED, fsmpb.ConnectionState_CONNECTED
	case 6:
		e.Type, e.Local, subject = fsmpb.EventType_CONNECTION_CLEARED, fsmpb.ConnectionState_CONNECTED, far
	case 7:
		e.Type = fsmpb.EventType_CONNECTION_CLEARED
	}
	if step < 2 {
		e.Calling, e.Called = deviceParty(far), deviceParty(device)
		e.LastRedirection = &fsmpb.Party{Kind: fsmpb.Party_NOT_REQUIRED}
	}
	e.Subject, e.Device = &fsmpb.SwitchConn{Call: call, Device: subject}, deviceParty(subject)
	return e
}

// BenchmarkEvents is a node under load: entries are read and applied, tombstones
// end, and after each entry a reader takes a view and the new records. Everything
// is per event.
func BenchmarkEvents(b *testing.B) {
	l := new(load)
	for i := range loadCalls {
		l.devices = append(l.devices, fmt.Sprint(4000+i))
	}
	r := newRig(new(testing.T), l.devices...)
	r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: &fsmpb.Settings{TombstoneMs: 5000}}}})
	apply := func(data []byte) {
		r.index++
		if _, err := r.m.Apply(r.index, 1, data); err != nil {
			b.Fatal(err)
		}
		f := r.m.View().Feed()
		if err := f.After(r.told, func(rec *Record) bool { return rec.Position != nil }); err != nil {
			b.Fatal(err)
		}
		r.told = f.Last()
	}
	run := func(events int) {
		for events > 0 {
			b.StopTimer()
			entries := [][]byte{r.due(b)}
			for ; events > 0 && len(entries) < 32; events -= loadBatch {
				r.now += loadBatch * 1000 / loadRate
				var list []*fsmpb.CallEvent
				for range min(events, loadBatch) {
					list = append(list, l.next())
				}
				entries = append(entries, r.entry(b, list...))
			}
			b.StartTimer()
			for _, data := range entries {
				apply(data)
			}
		}
	}
	run(20 * loadCalls * loadSteps) // tombstones come and go from here on
	b.ReportAllocs()
	b.ResetTimer()
	run(b.N)
	if c := r.m.s.counters; c.Call < uint64(l.n/loadSteps) || c.Illegal+c.Twins+c.LateFacts+c.StaleFacts+c.GapFacts > 0 {
		b.Fatalf("%d events: %v", l.n, c)
	}
}

// due encodes an entry that lets pass what is due.
func (r *rig) due(b *testing.B) []byte {
	e := &fsmpb.Entry{TimeMs: r.now, Level: 1}
	s := r.m.s
	for k := range values(s.due.all()) {
		d, _ := s.deadlines.get(k)
		if d.DueMs > r.now {
			break
		}
		e.Commands = append(e.Commands, &fsmpb.Command{Kind: &fsmpb.Command_Expire{Expire: &fsmpb.Expire{Kind: d.Kind, Key: d.Key, DueMs: d.DueMs}}})
	}
	data, err := proto.Marshal(e)
	if err != nil {
		b.Fatal(err)
	}
	return data
}
