package rounds

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/holdline/holdline/cmd/bench/load"
	"github.com/holdline/holdline/cmd/bench/measure"
)

// scripted gives figures that were written before.
type scripted struct {
	figures []measure.Figures
	asked   int
}

func (s *scripted) Load(context.Context, int, time.Duration, time.Duration) (measure.Figures, error) {
	s.asked++
	return s.figures[s.asked-1], nil
}
func (s *scripted) Close() {}

func figures(rate, p50, others float64) measure.Figures {
	return measure.Figures{Events: int(rate), PerSecond: rate, Latency: measure.Summary{P50: measure.MS(p50), P99: measure.MS(10 * p50)}, CPU: measure.Used{Others: others}}
}

func TestADisturbedMeasurementIsMadeAgain(t *testing.T) {
	for _, c := range []struct {
		name   string
		others []float64
		asked  int
		rate   float64
	}{
		{"calm", []float64{0.02, 0, 0}, 1, 0},
		{"disturbed once", []float64{0.5, 0.05, 0}, 2, 1},
		{"never calm", []float64{0.5, 0.2, 0.3}, 3, 1},
	} {
		var s scripted
		for i, o := range c.others {
			s.figures = append(s.figures, figures(float64(i), 1, o))
		}
		o := Options{Disturbed: 0.1, Tries: 3, Say: func(string, ...any) {}}
		got, err := o.measured(t.Context(), &s, 1)
		if err != nil || s.asked != c.asked || got.PerSecond != c.rate {
			t.Errorf("%s: measured %d times, took the one with %v/s, %v", c.name, s.asked, got.PerSecond, err)
		}
	}
}

func TestReport(t *testing.T) {
	series := func(subject string, parallel int, rounds ...measure.Figures) Series {
		s := Series{Subject: subject, Title: title(subject), Parallel: parallel, Rounds: rounds}
		s.settle(0.1)
		return s
	}
	r := Report{Rounds: 3, Payload: 256, Result: Result{Series: []Series{
		series(Holdline, 1, figures(900, 1.2, 0), figures(800, 1.3, 0), figures(1000, 1.1, 0.9)),
		series(Holdline, 1024, figures(20000, 40, 0.5), figures(24000, 40, 0.5), figures(30000, 40, 0)),
		series("raft", 1, figures(1000, 1, 0)), series("raft", 1024, figures(12000, 80, 0)),
		series("raft-batched", 1, figures(1000, 1, 0)), series("raft-batched", 1024, figures(50000, 20, 0)),
		series("etcd", 1, figures(800, 1.2, 0)), series("etcd", 1024, figures(4000, 200, 0)),
		series("nats", 1, figures(1200, 0.8, 0)), series("nats", 1024, figures(20000, 50, 0)),
	}}, Felt: &Felt{
		Steady: load.OpenFigures{Figures: figures(6000, 2, 0), Seconds: 200}, Absorbed: 400, Bursts: []Burst{{Events: 10000, Absorbed: 400}},
	}}
	r.Felt.Steady.Latency.P999 = 60
	r.Finish()
	if h := r.of(Holdline, 1024); h.PerSecond != 24000 || !h.Disturbed {
		t.Errorf("Holdline at 1,024: %+v", h)
	}
	if h := r.of(Holdline, 1); h.PerSecond != 900 || h.P50 != 1.2 || h.Disturbed {
		t.Errorf("Holdline at 1: %+v", h)
	}
	got := map[string]bool{}
	for _, g := range r.Targets {
		got[g.What] = g.Reached
	}
	for what, want := range map[string]bool{
		"events/s at 1,024 to raft, batched":          false, // 0.48
		"events/s at 1,024 to etcd, one put an event": true,
		"events/s at 1,024 to NATS":                   true,
		"p50 at 1 to raft, one entry an event":        true,
		"p99 at 6000 events/s":                        false, // 20 ms
		"p99.9 of the same, through snapshots":        false,
		"a burst of 10000 events absorbed":            true,
	} {
		if reached, ok := got[what]; !ok || reached != want {
			t.Errorf("%s: there %v, reached %v, want %v", what, ok, reached, want)
		}
	}
	if len(got) != 7 {
		t.Errorf("%d targets, want 7", len(got))
	}
	var text strings.Builder
	for _, table := range r.Tables() {
		table.Print(&text)
	}
	for _, line := range []string{
		"| Holdline | 900 | 1.20 | 12 | 24000 ~ | 40 | 400 |",
		"| etcd, one put an event | 1.12 × | 1 × | 1 × | 6 × | 0.20 × | 0.20 × |",
	} {
		if squeeze(line) == "" || !strings.Contains(squeeze(text.String()), squeeze(line)) {
			t.Errorf("the tables lack\n%s\n%s", line, text.String())
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
