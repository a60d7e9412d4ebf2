package clients

import (
	"context"
	"sync"
	"time"
)

// Pressure is how far the log is behind what is given to it on this node. Under
// pressure clients are told of an overload and refused what can wait: first reads,
// then new sessions, then requests to the switch. What a switch says and deadlines
// are never refused; a link is read no further at its limit.
type Pressure struct {
	oldest func() time.Duration
	known  func() bool

	mu      sync.Mutex
	waited  time.Duration
	level   Level
	calm    time.Time // since when little waits; zero: it does
	changed chan struct{}
}

// Level is what clients are told.
type Level int

// The levels: the status values of ECMA-269 12.2.28.
const (
	NoOverload Level = iota
	OverloadImminent
	OverloadReached
)

// What waits so long for the log makes a level, and has things refused.
const (
	imminentAfter    = 250 * time.Millisecond
	reachedAfter     = time.Second // and reads are refused
	noSessionsAfter  = 2 * time.Second
	noRequestsAfter  = 4 * time.Second
	relievedBelow    = 100 * time.Millisecond
	relievedFor      = time.Second
	pressureMeasured = 50 * time.Millisecond
)

// NewPressure makes the gauge. oldest is for how long the oldest thing has waited
// that is not in the log; known tells whether there is a leader: without one
// everything waits, and that is no overload.
func NewPressure(oldest func() time.Duration, known func() bool) *Pressure {
	return &Pressure{oldest: oldest, known: known, changed: make(chan struct{})}
}

// Run measures until ctx ends.
func (p *Pressure) Run(ctx context.Context) {
	tick := time.NewTicker(pressureMeasured)
	defer tick.Stop()
	var led time.Time // since when there is a leader; zero: there is none
	for {
		now := time.Now()
		switch {
		case !p.known():
			led = time.Time{}
		case led.IsZero():
			led = now
		}
		waited := time.Duration(0)
		if !led.IsZero() {
			waited = min(p.oldest(), now.Sub(led))
		}
		p.note(waited, now)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (p *Pressure) note(waited time.Duration, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waited = waited
	level := p.level
	switch {
	case waited >= reachedAfter:
		level = OverloadReached
	case waited >= imminentAfter:
		level = max(level, OverloadImminent)
	}
	switch {
	case waited >= relievedBelow:
		p.calm = time.Time{}
	case p.calm.IsZero():
		p.calm = now
	case now.Sub(p.calm) >= relievedFor:
		level = NoOverload
	}
	if level != p.level {
		p.level = level
		close(p.changed)
		p.changed = make(chan struct{})
	}
}

// Level is what clients are told now. A nil Pressure has none.
func (p *Pressure) Level() Level {
	if p == nil {
		return NoOverload
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.level
}

// Changed is closed when the level next changes; nil: it never does.
func (p *Pressure) Changed() <-chan struct{} {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Work is what a client can be refused under pressure.
type Work int

// The kinds of work, in the order in which they are refused.
const (
	Reading   Work = iota // of what the state holds, or the switch is asked for
	Attaching             // a session that isn't attached
	Asking                // something of the switch
)

// Refuses tells whether it is time to refuse a kind of work.
func (p *Pressure) Refuses(w Work) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waited >= [...]time.Duration{Reading: reachedAfter, Attaching: noSessionsAfter, Asking: noRequestsAfter}[w]
}
