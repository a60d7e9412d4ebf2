package fsm

import (
	"fmt"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// BenchmarkCall is a plain call between two watched devices with the copies of
// its events: 14 facts, one an entry.
func BenchmarkCall(b *testing.B) {
	t := new(testing.T)
	var devices []string
	for i := range 100 {
		devices = append(devices, fmt.Sprint(1000+i))
	}
	r := newRig(t, devices...)
	call := func(n int) []*fsmpb.CallEvent {
		a, c, x := devices[n%50], devices[50+n%50], fmt.Sprintf("call-%d", n)
		var out []*fsmpb.CallEvent
		for _, l := range []string{
			"%[1]s: ServiceInitiated %[3]s/%[1]s", "%[1]s: Originated %[3]s/%[1]s calling=%[1]s called=%[2]s",
			"%[1]s: Delivered %[3]s/%[2]s calling=%[1]s called=%[2]s", "%[2]s: Delivered %[3]s/%[2]s calling=%[1]s called=%[2]s",
			"%[1]s: Established %[3]s/%[2]s calling=%[1]s", "%[2]s: Established %[3]s/%[2]s calling=%[1]s",
			"%[1]s: Held %[3]s/%[1]s", "%[2]s: Held %[3]s/%[1]s", "%[1]s: Retrieved %[3]s/%[1]s", "%[2]s: Retrieved %[3]s/%[1]s",
			"%[1]s: ConnectionCleared %[3]s/%[1]s", "%[2]s: ConnectionCleared %[3]s/%[1]s", "%[2]s: ConnectionCleared %[3]s/%[2]s",
		} {
			out = append(out, r.parse(fmt.Sprintf(l, a, c, x)))
		}
		return out
	}
	var entries [][]byte
	facts := 0
	for n := range b.N {
		for _, e := range call(n) {
			facts++
			data, err := proto.Marshal(&fsmpb.Entry{TimeMs: r.now + int64(n), Level: 1, Commands: []*fsmpb.Command{{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{
				Link: "one", Epoch: r.epoch, Ordinal: uint64(facts), Body: &fsmpb.Fact_Call{Call: e}}}}}})
			if err != nil {
				b.Fatal(err)
			}
			entries = append(entries, data)
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
	b.ReportMetric(float64(facts)/b.Elapsed().Seconds(), "facts/s")
	if r.m.s.counters.Call != uint64(b.N) {
		b.Fatalf("%d calls of %d", r.m.s.counters.Call, b.N)
	}
}
