package links

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/mirror"
	"github.com/holdline/holdline/linkd/proposer"
)

// outlet is where a connection's facts leave: before the claim it keeps them,
// after it each gets the next ordinal of the link's epoch and goes to the log.
type outlet struct {
	m      *Manager
	link   string
	limit  int
	hot    bool            // it stands by for as long as it may take
	ctx    context.Context // ends when the facts are of no use any more
	cancel context.CancelFunc

	mu       sync.Mutex
	mirror   *mirror.Mirror // nil: nobody else reads the switch
	unwatch  func()         // ends what the mirror is told
	kept     []*fsmpb.Fact
	taken    int // facts that were ever kept, without a mirror
	opened   chan struct{}
	overflow chan struct{} // closed when more than limit facts are kept
	epoch    uint64
	stream   proposer.Stream
	marks    marks // of facts that somebody waits for
}

func newOutlet(m *Manager, link string, s Settings) *outlet {
	o := &outlet{m: m, link: link, limit: s.HandoverEvents, unwatch: func() {}, opened: make(chan struct{}), overflow: make(chan struct{})}
	m.mu.Lock()
	o.ctx, o.cancel = context.WithCancel(m.run)
	m.mu.Unlock()
	return o
}

// Fact implements driver.Sink.
func (o *outlet) Fact(f *fsmpb.Fact) {
	o.mu.Lock()
	kept := o.keep(f)
	o.mu.Unlock()
	if kept {
		return
	}
	select {
	case <-o.opened:
	case <-o.ctx.Done():
		o.failed()
		return
	}
	o.mu.Lock()
	twin := o.mirror != nil && o.mirror.Arrive(f, false)
	o.mu.Unlock()
	if !twin {
		o.send(f)
	}
}

// keep keeps a fact if it is not yet time to send it and there is room. A hot
// standby makes room: its connection must be read on.
func (o *outlet) keep(f *fsmpb.Fact) bool {
	if o.stream != nil {
		return false
	}
	if o.mirror == nil {
		if len(o.kept) < o.limit {
			o.kept = append(o.kept, f)
			o.taken++
			return true
		}
	} else {
		if o.hot && o.mirror.Full() {
			o.mirror.Forget()
		}
		if !o.mirror.Full() {
			if via, _ := mirror.StrandOf(f); via != "" {
				o.mirror.Arrive(f, true)
			} else {
				o.mirror.Keep(f)
			}
			return true
		}
	}
	select {
	case <-o.overflow:
	default:
		close(o.overflow)
	}
	return false
}

// Last implements driver.Sink.
func (o *outlet) Last() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stream == nil {
		return 0
	}
	return o.stream.Last()
}

// mirrors begins to recognise the copies of what other connections to a switch
// bring; ours tells which links those are.
func (o *outlet) mirrors(sw string, ours func(link string) bool) {
	if o.m.o.Applied == nil {
		return
	}
	o.mu.Lock()
	already := o.mirror != nil
	if !already {
		o.mirror = mirror.New(o.link, o.limit)
	}
	o.mu.Unlock()
	if already {
		return
	}
	unwatch := o.m.o.Applied(func(f *fsmpb.Fact) { // which holds the replica's lock
		if !ours(f.Link) {
			return
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.mirror != nil && o.stream == nil {
			o.mirror.Commit(f)
		}
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unwatch = unwatch
	if o.mirror == nil {
		return
	}
	v := o.m.o.Replica.View()
	s, _ := v.Switch(sw)
	for d := range v.Devices(sw) {
		if d.MonitoredEpoch != 0 && d.MonitoredEpoch == s.GetEpoch() {
			o.mirror.Watched(d.Id)
		}
	}
}

// endMirror ends the recognition: what comes from now on is no copy.
func (o *outlet) endMirror() {
	o.mu.Lock()
	unwatch := o.unwatch
	o.mirror, o.unwatch = nil, func() {}
	o.mu.Unlock()
	unwatch()
}

// behind tells whether a copy waits since before t for what the old epoch brings.
func (o *outlet) behind(t time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mirror != nil && o.mirror.WaitsSince(t)
}

// sweep forgets what can't matter any more.
func (o *outlet) sweep() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mirror != nil && o.stream == nil {
		o.mirror.Sweep()
	}
}

// mismatches counts the calls of which the two connections did not bring the same.
func (o *outlet) mismatches() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mirror == nil {
		return 0
	}
	return o.mirror.Mismatches()
}

// open starts the epoch: first says what stands before everything kept. all says
// that the old epoch's connection was read until now.
func (o *outlet) open(epoch uint64, first *fsmpb.Fact, unapplied int, all bool) {
	o.mu.Lock()
	o.epoch = epoch
	o.stream = o.m.o.Log.Stream("facts of link "+o.link, unapplied)
	left := o.kept
	if o.mirror != nil {
		left = o.mirror.Left(all)
	}
	o.kept = nil
	o.mu.Unlock()
	o.send(first)
	for i, f := range left {
		o.send(f)
		o.sent(i + 1)
	}
	o.sent(0)
	close(o.opened)
}

// send numbers a fact and puts it on its way.
func (o *outlet) send(f *fsmpb.Fact) {
	err := o.stream.Send(o.ctx, func(ordinal uint64) *fsmpb.Command {
		f.Link, f.Epoch, f.Ordinal = o.link, o.epoch, ordinal
		return &fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: f}}
	}, nil)
	select {
	case <-o.stream.Dead():
		o.failed()
		return
	default:
	}
	if o.ctx.Err() != nil {
		o.failed()
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		o.m.log.Error("a fact can't go into the log", "link", o.link, "error", err)
	}
	o.m.metrics.fact(o.link)
}

// settled tells whether everything that was sent took effect.
func (o *outlet) settled() bool { return o.stream.Applied() >= o.stream.Last() }

// drain waits until what was sent took effect, the stream is dead, or the time
// is over. Applied moves with the state.
func (o *outlet) drain(ctx context.Context, limit time.Duration) {
	if o.stream == nil {
		return
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		changed := o.m.o.Replica.Changed()
		if o.settled() {
			return
		}
		select {
		case <-changed:
		case <-time.After(10 * time.Millisecond): // the stream hears of it after the state
		case <-timer.C:
			return
		case <-o.stream.Dead():
			return
		case <-ctx.Done():
			return
		}
	}
}

// close forgets what did not take effect.
func (o *outlet) close() {
	o.cancel()
	o.endMirror()
	if o.stream != nil {
		o.stream.Close()
	}
	o.giveUp()
}
