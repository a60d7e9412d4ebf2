package tserver

import (
	"sync"
	"time"

	"github.com/holdline/holdline/cmd/bench/wire"
)

// Heard is what one client was told, on whichever of its lines came first.
type Heard struct {
	// sent tells when the switch wrote an event.
	sent func(wire.ID) (time.Duration, bool)

	mu      sync.Mutex
	latest  map[int]uint32 // by slot: the last event that was new
	last    time.Time      // when it came
	events  uint64
	repeats uint64
	gap     span // the longest since Watch
	watched time.Time
	after   time.Duration // the switch's time; what was sent after it is waited for
	first   chan time.Time
}

// NewHeard makes one for the events of a switch.
func NewHeard(sent func(wire.ID) (time.Duration, bool)) *Heard {
	return &Heard{sent: sent, latest: make(map[int]uint32)}
}

// Event takes an event that came on one of the client's lines.
func (h *Heard) Event(id wire.ID, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if id.N() <= h.latest[id.Slot()] {
		h.repeats++
		return
	}
	h.latest[id.Slot()] = id.N()
	h.events++
	if from := later(h.last, h.watched); !h.watched.IsZero() && at.Sub(from) > h.gap.to.Sub(h.gap.from) {
		h.gap = span{from, at}
	}
	h.last = at
	if h.first == nil {
		return
	}
	if sent, ok := h.sent(id); ok && sent > h.after {
		h.first <- at
		h.first = nil
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// After gives the time at which the first event came that the switch wrote
// after a moment of its own time.
func (h *Heard) After(moment time.Duration) <-chan time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	first := make(chan time.Time, 1)
	h.after, h.first = moment, first
	return first
}

// Watch begins to look for the longest time without a new event.
func (h *Heard) Watch() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watched, h.gap = time.Now(), span{}
}

// Gap is the longest time without a new event since Watch.
func (h *Heard) Gap() (from, to time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.gap.from, h.gap.to
}

// Last is when the last new event came.
func (h *Heard) Last() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// Counts are how many events were new, and how many were told again.
func (h *Heard) Counts() (events, repeats uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.events, h.repeats
}
