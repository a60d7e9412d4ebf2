package rounds

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/holdline/holdline/cmd/bench/holdline"
	"github.com/holdline/holdline/cmd/bench/hosts"
	"github.com/holdline/holdline/cmd/bench/load"
	"github.com/holdline/holdline/cmd/bench/measure"
	"github.com/holdline/holdline/cmd/bench/peers"
)

// Holdline is the name of the subject that the others are held against.
const Holdline = "holdline"

// Options say what to measure.
type Options struct {
	Self, Linkd string // programs
	Standby     string // of Holdline's followers; empty: linkd's default
	Dir         string // for data; emptied as it goes
	Subjects    []string
	Parallel    []int
	Rounds      int
	Warm        time.Duration // before each measurement
	Length      time.Duration // of each
	// Disturbed is the share of the processors from which on other work on the
	// machine counts as a disturbance, and Tries how often a disturbed
	// measurement is made again.
	Disturbed float64
	Tries     int
	Say       func(format string, args ...any) // progress
}

// Series is one subject at one load, round by round.
type Series struct {
	Subject  string `json:"subject"`
	Title    string `json:"title"`
	Parallel int    `json:"parallel"`

	Rounds []measure.Figures `json:"rounds"`
	// Medians of the rounds.
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	Disturbed bool    `json:"disturbed"` // other work took more than was allowed in most rounds
}

// Subjects are the names of all subjects, Holdline first.
func Subjects() []string {
	names := []string{Holdline}
	for _, k := range peers.Kinds {
		names = append(names, k.Name)
	}
	return names
}

// running is a subject that runs.
type running interface {
	Load(ctx context.Context, parallel int, warm, length time.Duration) (measure.Figures, error)
	Close()
}

// Result is all that the rounds brought.
type Result struct {
	Series []Series         `json:"series"`
	Logs   []holdline.Audit `json:"logs"` // of a node of Holdline's, by round
}

// Run measures all subjects.
func Run(ctx context.Context, o Options) (Result, error) {
	var r Result
	index := map[string]int{}
	key := func(subject string, parallel int) string { return fmt.Sprintf("%s/%d", subject, parallel) }
	for _, s := range o.Subjects {
		for _, n := range o.Parallel {
			index[key(s, n)] = len(r.Series)
			r.Series = append(r.Series, Series{Subject: s, Title: title(s), Parallel: n})
		}
	}
	for round := range o.Rounds {
		order := slices.Clone(o.Subjects)
		if round%2 == 1 {
			slices.Reverse(order) // so that a drift of the machine favours nobody
		}
		for _, s := range order {
			o.Say("round %d of %d: %s", round+1, o.Rounds, title(s))
			err := o.subject(ctx, s, func(n int, f measure.Figures) {
				series := &r.Series[index[key(s, n)]]
				series.Rounds = append(series.Rounds, f)
			}, func(a holdline.Audit) { r.Logs = append(r.Logs, a) })
			if err != nil {
				return r, fmt.Errorf("%s in round %d: %w", title(s), round+1, err)
			}
		}
	}
	for i := range r.Series {
		r.Series[i].settle(o.Disturbed)
	}
	return r, nil
}

func title(subject string) string {
	for _, k := range peers.Kinds {
		if k.Name == subject {
			return k.Title
		}
	}
	return "Holdline"
}

// subject measures one subject at every load.
func (o Options) subject(ctx context.Context, name string, took func(int, measure.Figures), audit func(holdline.Audit)) (err error) {
	dir := filepath.Join(o.Dir, name)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	s, err := o.start(ctx, name, dir)
	if err != nil {
		return err
	}
	defer func() {
		s.Close()
		if err == nil {
			err = os.RemoveAll(dir) // else it may tell what went wrong
		}
	}()
	for _, n := range o.Parallel {
		f, err := o.measured(ctx, s, n)
		if err != nil {
			return fmt.Errorf("%d in parallel: %w", n, err)
		}
		took(n, f)
	}
	if rig, ok := s.(*load.Rig); ok {
		a, err := rig.Audit()
		if err != nil {
			return err
		}
		audit(a)
	}
	return nil
}

func (o Options) start(ctx context.Context, name, dir string) (running, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, k := range peers.Kinds {
		if k.Name == name {
			return k.Start(ctx, peers.Options{Self: o.Self, Dir: dir, Hosts: hosts.Loopback(3)})
		}
	}
	return load.Start(ctx, load.Options{Linkd: o.Linkd, Dir: dir, Standby: o.Standby})
}

// measured measures until nothing disturbs, or as often as is allowed; the least
// disturbed one counts.
func (o Options) measured(ctx context.Context, s running, parallel int) (best measure.Figures, err error) {
	for try := range max(o.Tries, 1) {
		f, err := s.Load(ctx, parallel, o.Warm, o.Length)
		if err != nil {
			return f, err
		}
		note := ""
		if f.CPU.Others > o.Disturbed {
			note = fmt.Sprintf(" (other work took %.0f%% of the processors)", 100*f.CPU.Others)
		}
		o.Say("  %5d in parallel: %7.0f/s, p50 %.2f ms, p99 %.2f ms%s", parallel, f.PerSecond, f.Latency.P50, f.Latency.P99, note)
		if try == 0 || f.CPU.Others < best.CPU.Others {
			best = f
		}
		if note == "" {
			break
		}
	}
	return best, nil
}

// settle takes the medians.
func (s *Series) settle(limit float64) {
	var rates, p50, p99 []float64
	disturbed := 0
	for _, f := range s.Rounds {
		rates, p50, p99 = append(rates, f.PerSecond), append(p50, float64(f.Latency.P50)), append(p99, float64(f.Latency.P99))
		if f.CPU.Others > limit {
			disturbed++
		}
	}
	s.PerSecond, s.P50, s.P99 = measure.Median(rates), measure.Median(p50), measure.Median(p99)
	s.Disturbed = 2*disturbed > len(s.Rounds)
}
