package csta

import (
	"bytes"
	"encoding/xml"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// encoding/xml does all the work of which its time is measured: what it reads
// and writes again is, for this package, the same message.
func TestBenchmark_Fair(t *testing.T) {
	samples := readSamples(t)
	for _, p := range peers {
		body := samples[p.sample+".xml"]
		v := p.make()
		if err := xml.Unmarshal(body, v); err != nil {
			t.Fatalf("%s: %v", p.sample, err)
		}
		out, err := xml.Marshal(v)
		if err != nil {
			t.Fatalf("%s: %v", p.sample, err)
		}
		want, _ := decode(t, string(body))
		got, info := decode(t, string(out))
		if diff := cmp.Diff(want, got); diff != "" || info.Leniencies != 0 {
			t.Errorf("%s: %v %s", p.sample, info.Leniencies, diff)
		}
	}
}

// BenchmarkDecode reads each message of a call and compares with encoding/xml:
//
//	go test ./transport/csta -run '^$' -bench 'Decode|Append'
//
// prints a table of the two. A line's ns/op and allocs are this package's,
// xml-ns and xml-allocs are encoding/xml's, and x-faster is how many times longer
// encoding/xml takes. The two take turns, a fraction of a millisecond each, for
// as long as -benchtime says. Times are medians over the turns, and x-faster is
// the median of the ratios of neighbouring turns, so that neither a machine whose
// speed changes nor a garbage collection that falls into a turn decides.
func BenchmarkDecode(b *testing.B) {
	samples := readSamples(b)
	for _, p := range peers {
		body := samples[p.sample+".xml"]
		b.Run(p.sample, func(b *testing.B) {
			var d Decoder
			compare(b, func() {
				if _, _, err := d.Decode(body); err != nil {
					b.Fatal(err)
				}
			}, func() {
				if err := xml.Unmarshal(body, p.make()); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

// BenchmarkAppend writes each message of a call and compares with encoding/xml
// as BenchmarkDecode does. Both write into a buffer that is used again;
// encoding/xml keeps its Encoder, too.
func BenchmarkAppend(b *testing.B) {
	samples := readSamples(b)
	for _, p := range peers {
		body := samples[p.sample+".xml"]
		m, _ := decode(b, string(body))
		v := p.make()
		if err := xml.Unmarshal(body, v); err != nil {
			b.Fatal(err)
		}
		b.Run(p.sample, func(b *testing.B) {
			var own []byte
			var e Encoder
			var peer bytes.Buffer
			enc := xml.NewEncoder(&peer)
			compare(b, func() {
				var err error
				if own, err = e.Append(own[:0], m, Ed6); err != nil {
					b.Fatal(err)
				}
			}, func() {
				peer.Reset()
				if err := enc.Encode(v); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

// BenchmarkEventXML writes one receiver's copy of an event.
func BenchmarkEventXML(b *testing.B) {
	m, _ := decode(b, string(readSamples(b)["QueuedEvent.xml"]))
	event, err := NewEventXML(Declaration, m, Ed4)
	if err != nil {
		b.Fatal(err)
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = event.Append(buf[:0], "4711", StateQueued)
	}
}

// compare measures own beside peer, in turns.
func compare(b *testing.B, own, peer func()) {
	ownCount, peerCount := perTurn(own), perTurn(peer)
	var ownTimes, peerTimes, ratios []float64 // times in ns a call
	for b.Loop() {
		o, p := turn(ownCount, own), turn(peerCount, peer)
		ownTimes, peerTimes, ratios = append(ownTimes, o), append(peerTimes, p), append(ratios, p/o)
	}
	b.ReportMetric(median(ownTimes), "ns/op")
	b.ReportMetric(testing.AllocsPerRun(100, own), "allocs")
	b.ReportMetric(median(peerTimes), "xml-ns")
	b.ReportMetric(testing.AllocsPerRun(100, peer), "xml-allocs")
	b.ReportMetric(median(ratios), "x-faster")
}

// turnTime is how long a turn takes: long beside the reading of the clock,
// short beside the time after which another process gets the processor.
const turnTime = 300 * time.Microsecond

// perTurn is how often f can be called in a turn.
func perTurn(f func()) int {
	turn(100, f) // warm up
	return max(1, int(float64(turnTime)/turn(1000, f)))
}

// turn calls f n times and returns the nanoseconds that one call took.
func turn(n int, f func()) float64 {
	start := time.Now()
	for range n {
		f()
	}
	return float64(time.Since(start)) / float64(n)
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
