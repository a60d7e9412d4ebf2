package links

import (
	"context"
	"sync"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/linkd/links/driver"
)

// shadow keeps a hot standby's monitors what the state wants, while another
// connection is driven: what they bring stays here, until it is known to have
// taken effect or this node takes over.
type shadow struct {
	k    *keeper
	conn driver.Conn
	out  *outlet

	cancel context.CancelFunc
	done   chan struct{}

	counted uint64 // mismatches that were reported; the keeper's lock guards it

	mu     sync.Mutex
	posted []func()
	wake   chan struct{} // one slot
}

// How the monitors of a hot standby are looked after.
const (
	shadowTries = 10 * time.Second // pause before a monitor that was refused is tried again
	shadowSweep = time.Second
	shadowGap   = 100 * time.Millisecond // least time between two looks at the state
)

// follow begins to follow the switch on a connection.
func (k *keeper) follow(ctx context.Context, conn driver.Conn, s Settings) *shadow {
	h := &shadow{k: k, conn: conn, out: newOutlet(k.m, k.name, s), done: make(chan struct{}), wake: make(chan struct{}, 1)}
	h.out.hot = true
	h.out.mirrors(k.sw.GetName(), k.sibling)
	conn.Lead(h.out)
	ctx, h.cancel = context.WithCancel(ctx)
	go func() {
		defer close(h.done)
		h.run(ctx)
	}()
	return h
}

// stop ends the work on the monitors; those that are up stay.
func (h *shadow) stop() {
	h.cancel()
	<-h.done
}

// end stops it and forgets what it kept.
func (h *shadow) end() {
	h.stop()
	h.conn.Lead(nil)
	h.out.close()
}

// watched is what is known of the monitor on one device.
type watched struct {
	open  bool // asked, not answered
	up    bool
	again time.Time // not before
}

// post has f run by run's goroutine. It never waits: the connection's goroutines
// call it.
func (h *shadow) post(f func()) {
	h.mu.Lock()
	h.posted = append(h.posted, f)
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// run starts and stops monitors until ctx ends.
func (h *shadow) run(ctx context.Context) {
	devices := make(map[string]*watched)
	sweep := time.NewTicker(shadowSweep)
	defer sweep.Stop()
	for {
		changed := h.k.m.o.Replica.Changed()
		h.mu.Lock()
		posted := h.posted
		h.posted = nil
		h.mu.Unlock()
		for _, f := range posted {
			f()
		}
		h.step(h.k.m.o.Replica.View(), devices)
		select { // the state changes a thousand times a second, its monitors seldom
		case <-time.After(shadowGap):
		case <-h.wake:
			continue
		case <-h.conn.Done():
			return
		case <-ctx.Done():
			return
		}
		select {
		case <-changed:
		case <-h.wake:
		case <-sweep.C:
			h.out.sweep()
			h.count()
		case <-h.conn.Done():
			return
		case <-ctx.Done():
			return
		}
	}
}

// count puts new mismatches into the metrics and the log.
func (h *shadow) count() {
	n := h.out.mismatches()
	k := h.k
	k.mu.Lock()
	more := n - h.counted
	h.counted = n
	k.mismatches += more
	k.mu.Unlock()
	if more > 0 {
		k.m.metrics.mismatched(k.name, more)
		k.m.log.Warn("the hot standby did not hear what the driven link brought: these calls would be taken from snapshots", "link", k.name, "calls", more)
	}
}

// step starts the monitors that clients want and stops those that nobody wants.
func (h *shadow) step(v *fsm.State, devices map[string]*watched) {
	sw := h.k.switchName()
	wanted := make(map[string]bool)
	now := time.Now()
	for d := range v.Devices(sw) {
		if d.Monitors == 0 && (d.ReleaseMs == 0 || devices[d.Id] == nil) {
			continue
		}
		wanted[d.Id] = true
		w := devices[d.Id]
		if w == nil {
			w = new(watched)
			devices[d.Id] = w
		}
		if w.open || w.up && h.conn.Watches(d.Id) || now.Before(w.again) {
			continue
		}
		w.open = true
		h.conn.Watch(d.Id, func(bool) {
			up := h.conn.Watches(d.Id)
			h.post(func() {
				w.open, w.up = false, up
				if !up {
					w.again = time.Now().Add(shadowTries)
				}
			})
		})
	}
	for id, w := range devices {
		if wanted[id] || w.open {
			continue
		}
		w.open = true
		h.conn.Unwatch(id, func() {
			h.post(func() { delete(devices, id) })
		})
	}
}

// sibling tells whether a link leads to the same switch.
func (k *keeper) sibling(link string) bool {
	s := k.siblings.Load()
	return s != nil && (*s)[link]
}

func (k *keeper) switchName() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sw.GetName()
}
