package store

import (
	"container/list"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/linkd/clock"
)

// watchdog stamps the begin and end of calls and reports those that take too
// long.
type watchdog struct {
	limit, step time.Duration
	clock       clock.Clock
	onStuck     func(string, time.Duration)
	log         hclog.Logger

	mu      sync.Mutex
	watched time.Duration // that the watchdog itself has been awake
	calls   list.List     // of *call, oldest first

	stop chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

type call struct {
	op       string
	began    time.Duration // in watched time
	reported bool
}

func newWatchdog(opts Options) *watchdog {
	w := &watchdog{
		limit: opts.StuckAfter, step: max(opts.StuckAfter/10, time.Millisecond),
		clock: opts.Clock, onStuck: opts.OnStuck, log: opts.Logger, stop: make(chan struct{}),
	}
	w.wg.Go(w.run)
	return w
}

// begin stamps a call's begin; what it returns stamps its end.
func (w *watchdog) begin(op string) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.calls.PushBack(&call{op: op, began: w.watched})
	return func() {
		w.mu.Lock()
		w.calls.Remove(e)
		w.mu.Unlock()
	}
}

func (w *watchdog) run() {
	tick := time.NewTicker(w.step)
	defer tick.Stop()
	last := w.clock.Boottime()
	for {
		select {
		case <-tick.C:
			now := w.clock.Boottime()
			w.look(now - last)
			last = now
		case <-w.stop:
			return
		}
	}
}

// look counts the time since it last looked, but two steps at most: while the
// whole process was frozen, the disk had no chance to be quick.
func (w *watchdog) look(elapsed time.Duration) {
	var stuck []call
	w.mu.Lock()
	w.watched += min(elapsed, 2*w.step)
	for e := w.calls.Front(); e != nil; e = e.Next() {
		c := e.Value.(*call)
		if w.watched-c.began <= w.limit {
			break
		}
		if !c.reported {
			c.reported = true
			stuck = append(stuck, *c)
		}
	}
	watched := w.watched
	w.mu.Unlock()
	for _, c := range stuck {
		w.log.Error("the disk hangs: a call to the store does not return", "op", c.op, "elapsed", watched-c.began)
		if w.onStuck != nil {
			w.onStuck(c.op, watched-c.began)
		}
	}
}

func (w *watchdog) Close() error {
	w.once.Do(func() { close(w.stop) })
	w.wg.Wait()
	return nil
}
