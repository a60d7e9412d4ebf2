package load

import (
	"context"
	"sync"
	"time"

	"github.com/holdline/holdline/cmd/bench/measure"
	"github.com/holdline/holdline/cmd/bench/wire"
)

// Closed has so many calls in parallel: each has one event on its way at any
// moment, and the next one follows when that has arrived. What happens in the
// time of warm is not measured.
func (r *Rig) Closed(ctx context.Context, parallel int, warm, length time.Duration) (measure.Figures, error) {
	c := &closed{r: r}
	r.phase.Store(&phase{event: c.event})
	c.start(parallel)
	if err := r.pause(ctx, warm); err != nil {
		return measure.Figures{}, err
	}
	cpu := measure.StartCPU(r.pids())
	c.record(true)
	began := time.Now()
	if err := r.pause(ctx, length); err != nil {
		return measure.Figures{}, err
	}
	c.record(false)
	took := time.Since(began)
	used := cpu.Stop()
	c.stop()
	if err := r.drained(ctx, c.left); err != nil {
		return measure.Figures{}, err
	}
	return figures(c.times, took, used), nil
}

func figures(times measure.Times, took time.Duration, used measure.Used) measure.Figures {
	return measure.Figures{Events: len(times), PerSecond: float64(len(times)) / took.Seconds(), Latency: times.Summary(), CPU: used}
}

type closed struct {
	r *Rig

	mu    sync.Mutex
	on    bool // times are recorded
	over  bool // nothing more is sent
	open  int  // events on their way
	times measure.Times
}

func (c *closed) start(parallel int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for slot := range parallel {
		c.open++
		c.r.sw.Next(slot, 0)
	}
}

func (c *closed) event(id wire.ID, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.on {
		c.times = append(c.times, c.r.latency(id, at))
	}
	if c.over {
		c.open--
		return
	}
	c.r.sw.Next(id.Slot(), 0)
}

func (c *closed) record(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on = on
}

func (c *closed) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
}

func (c *closed) left() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}
