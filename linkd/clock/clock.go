package clock

import (
	"sync"
	"time"
)

// Clock tells wall time and boottime.
type Clock interface {
	// Now is wall time. It may jump.
	Now() time.Time
	// Boottime is the time since some fixed moment, suspends of the machine
	// included where the system can tell. It never goes back.
	Boottime() time.Duration
}

// System is the machine's clock: CLOCK_BOOTTIME on Linux, the monotonic clock
// elsewhere. In a testing/synctest bubble use Monotonic.
func System() Clock { return system{Monotonic()} }

type system struct{ fallback Clock }

func (s system) Now() time.Time { return time.Now() }

func (s system) Boottime() time.Duration {
	if d, ok := boottime(); ok {
		return d
	}
	return s.fallback.Boottime()
}

// Monotonic is a clock that uses package time alone; a bubble's virtual time
// governs it. Its boottime counts from the call of Monotonic.
func Monotonic() Clock { return monotonic{time.Now()} }

type monotonic struct{ start time.Time }

func (m monotonic) Now() time.Time          { return time.Now() }
func (m monotonic) Boottime() time.Duration { return time.Since(m.start) }

// Manual is a clock that moves only when told to, for tests.
type Manual struct {
	mu   sync.Mutex
	now  time.Time
	boot time.Duration
}

// NewManual returns a clock that stands at now, with boottime 0.
func NewManual(now time.Time) *Manual { return &Manual{now: now} }

// Now implements Clock.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Boottime implements Clock.
func (m *Manual) Boottime() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.boot
}

// Advance moves wall time and boottime forward.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now, m.boot = m.now.Add(d), m.boot+d
}

// Jump moves wall time alone, as an operator or NTP may, forward or back.
func (m *Manual) Jump(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}
