package load

import (
	"context"
	"sync"
	"time"

	"github.com/holdline/holdline/cmd/bench/measure"
	"github.com/holdline/holdline/cmd/bench/wire"
)

// OpenFigures are what was seen under a steady rate.
type OpenFigures struct {
	measure.Figures
	Seconds   float64 `json:"seconds"`
	Snapshots []int   `json:"snapshots"` // that each node took meanwhile
}

// Open has the stations send so many events a second in turn, whatever comes
// back, for at least as long as atLeast, and then until every node has taken a
// snapshot of its state, but no longer than atMost. progress is called now and
// then.
func (r *Rig) Open(ctx context.Context, rate int, atLeast, atMost time.Duration, progress func(time.Duration, []int)) (OpenFigures, error) {
	o := &open{r: r}
	r.phase.Store(&phase{event: o.event})
	before := r.Snapshots()
	taken := func() (out []int, all bool) {
		all = true
		for i, n := range r.Snapshots() {
			out = append(out, n-before[i])
			all = all && n > before[i]
		}
		return out, all
	}
	cpu := measure.StartCPU(r.pids())
	began := time.Now()
	told := began
	for n := 0; ; {
		passed := time.Since(began)
		snapshots, all := taken()
		if passed >= atMost || passed >= atLeast && all {
			break
		}
		if time.Since(told) >= 10*time.Second {
			told = time.Now()
			progress(passed, snapshots)
		}
		// A tenth of a second at a time: looking for snapshots costs a little.
		for end := passed + 100*time.Millisecond; passed < end; passed = time.Since(began) {
			for due := int(passed.Seconds() * float64(rate)); n < due; n++ {
				o.send(n % r.stations)
			}
			if err := r.pause(ctx, time.Millisecond); err != nil {
				return OpenFigures{}, err
			}
		}
	}
	took := time.Since(began)
	used := cpu.Stop()
	snapshots, _ := taken()
	if err := r.drained(ctx, o.left); err != nil {
		return OpenFigures{}, err
	}
	return OpenFigures{figures(o.times, took, used), took.Seconds(), snapshots}, nil
}

// Burst has the stations send so many events at once and gives the time until
// the last one has arrived, with the times of all.
func (r *Rig) Burst(ctx context.Context, events int) (time.Duration, measure.Summary, error) {
	o := &open{r: r}
	r.phase.Store(&phase{event: o.event})
	began := time.Now()
	for n := range events {
		o.send(n % r.stations)
	}
	if err := r.drained(ctx, o.left); err != nil {
		return 0, measure.Summary{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last.Sub(began), o.times.Summary(), nil
}

type open struct {
	r *Rig

	mu    sync.Mutex
	open  int
	times measure.Times
	last  time.Time
}

// send sends an event; its time runs from here, even if the switch can't write
// it at once because Holdline doesn't read.
func (o *open) send(slot int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open++
	o.r.sw.Next(slot, o.r.sw.Now())
}

func (o *open) event(id wire.ID, at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open--
	o.times = append(o.times, o.r.latency(id, at))
	o.last = at
}

func (o *open) left() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.open
}
