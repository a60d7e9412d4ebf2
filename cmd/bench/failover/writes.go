package failover

import (
	"sync"
	"time"
)

// writes notes when writes are committed.
type writes struct {
	mu      sync.Mutex
	last    time.Time
	watched time.Time
	gap     time.Duration
	after   time.Time
	first   chan time.Time
}

// committed takes a write that was begun and is committed now.
func (w *writes) committed(begun, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.watched.IsZero() {
		from := w.last
		if from.Before(w.watched) {
			from = w.watched
		}
		w.gap = max(w.gap, at.Sub(from))
	}
	w.last = at
	if w.first != nil && begun.After(w.after) {
		w.first <- at
		w.first = nil
	}
}

// since gives the time of the first commit of a write begun after a moment.
func (w *writes) since(moment time.Time) <-chan time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := make(chan time.Time, 1)
	w.after, w.first = moment, first
	return first
}

// watch begins to look for the longest time without a commit.
func (w *writes) watch() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watched, w.gap = time.Now(), 0
}

// longest is the longest time without a commit since watch.
func (w *writes) longest() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gap
}
