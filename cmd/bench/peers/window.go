package peers

import (
	"sync"
	"time"

	"github.com/holdline/holdline/cmd/bench/measure"
)

// window takes the times of events in the part of a run that counts.
type window struct {
	begins, ends time.Time

	mu    sync.Mutex
	times measure.Times
}

func newWindow(warm, length time.Duration) *window {
	begins := time.Now().Add(warm)
	return &window{begins: begins, ends: begins.Add(length)}
}

// over tells that nothing more is to be begun.
func (w *window) over(now time.Time) bool { return !now.Before(w.ends) }

// done takes events that were begun at a time each and all ended now.
func (w *window) done(now time.Time, begun ...time.Time) {
	if now.Before(w.begins) || !now.Before(w.ends) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, at := range begun {
		w.times = append(w.times, now.Sub(at))
	}
}

// result is what was taken; ask for it when nothing runs any more.
func (w *window) result() (events int, seconds float64, latency measure.Summary) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.times), w.ends.Sub(w.begins).Seconds(), w.times.Summary()
}

// singly keeps parallel events on their way, each by a call of one, until the
// window is over or one fails.
func singly(w *window, parallel int, one func(slot int) error) error {
	var all sync.WaitGroup
	errs := make(chan error, parallel)
	for slot := range parallel {
		all.Go(func() {
			for begun := time.Now(); !w.over(begun); begun = time.Now() {
				if err := one(slot); err != nil {
					errs <- err
					return
				}
				w.done(time.Now(), begun)
			}
		})
	}
	all.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// batched keeps parallel events on their way in entries: an entry takes what
// waits at that moment, up to size, while fewer than flying are on their way.
func batched(w *window, parallel, size, flying int, entry func(slots []int) error) error {
	type event struct {
		slot  int
		begun time.Time
	}
	waiting := make(chan event, parallel)
	free := make(chan struct{}, flying)
	failed := make(chan error, flying)
	for range flying {
		free <- struct{}{}
	}
	for slot := range parallel {
		waiting <- event{slot, time.Now()}
	}
	var entries sync.WaitGroup
	defer entries.Wait()
	stop := time.NewTimer(time.Until(w.ends))
	defer stop.Stop()
	for {
		select {
		case <-free:
		case err := <-failed:
			return err
		}
		var batch []event
		select {
		case e := <-waiting:
			batch = append(batch, e)
		case err := <-failed:
			return err
		case <-stop.C:
			return nil
		}
		for len(batch) < size && len(waiting) > 0 {
			batch = append(batch, <-waiting)
		}
		entries.Go(func() {
			slots := make([]int, len(batch))
			begun := make([]time.Time, len(batch))
			for i, e := range batch {
				slots[i], begun[i] = e.slot, e.begun
			}
			if err := entry(slots); err != nil {
				failed <- err
				return
			}
			now := time.Now()
			w.done(now, begun...)
			free <- struct{}{}
			if w.over(now) {
				return
			}
			for _, slot := range slots {
				waiting <- event{slot, now}
			}
		})
	}
}
