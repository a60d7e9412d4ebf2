package links

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/proposer"
)

// outlet is where a connection's facts leave: before the claim it keeps them,
// after it each gets the next ordinal of the link's epoch and goes to the log.
type outlet struct {
	m      *Manager
	link   string
	limit  int
	ctx    context.Context // ends when the facts are of no use any more
	cancel context.CancelFunc

	mu       sync.Mutex
	kept     []*keptFact
	twins    *twins // nil: nobody else reads the switch
	opened   chan struct{}
	overflow chan struct{} // closed when more than limit facts are kept
	epoch    uint64
	stream   proposer.Stream
}

// keptFact is a fact that waits for the claim.
type keptFact struct {
	fact *fsmpb.Fact
	at   time.Time
	void bool // it took effect through the old epoch, or the old epoch passed over it
}

func newOutlet(m *Manager, link string, s Settings) *outlet {
	o := &outlet{m: m, link: link, limit: s.HandoverEvents, opened: make(chan struct{}), overflow: make(chan struct{})}
	m.mu.Lock()
	o.ctx, o.cancel = context.WithCancel(m.run)
	m.mu.Unlock()
	return o
}

// Fact implements cstalink.Sink.
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
		return
	}
	o.mu.Lock()
	twin := o.twins.arrive(f, nil)
	o.mu.Unlock()
	if !twin {
		o.send(f)
	}
}

// keep keeps a fact if it is not yet time to send it and there is room.
func (o *outlet) keep(f *fsmpb.Fact) bool {
	if o.stream != nil {
		return false
	}
	if len(o.kept) >= o.limit {
		select {
		case <-o.overflow:
		default:
			close(o.overflow)
		}
		return false
	}
	k := &keptFact{fact: f, at: time.Now()}
	if !o.twins.arrive(f, k) {
		o.kept = append(o.kept, k)
	}
	return true
}

// Last implements cstalink.Sink.
func (o *outlet) Last() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stream == nil {
		return 0
	}
	return o.stream.Last()
}

// watchTwins begins to recognise the copies of what the old epoch of a link
// brings.
func (o *outlet) watchTwins(link string, epoch uint64) (stop func()) {
	if o.m.o.Applied == nil {
		return func() {}
	}
	o.mu.Lock()
	o.twins = newTwins(link == o.link)
	o.mu.Unlock()
	return o.m.o.Applied(func(f *fsmpb.Fact) {
		if f.Link == link && f.Epoch == epoch {
			o.mu.Lock()
			o.twins.commit(f)
			o.mu.Unlock()
		}
	})
}

// watched tells whether copies of an old epoch's facts are recognised.
func (o *outlet) watched() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.twins != nil
}

// endTwins ends the recognition: what comes from now on is no copy.
func (o *outlet) endTwins() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.twins = nil
}

// behind tells whether a copy waits since before t for what the old epoch brings.
func (o *outlet) behind(t time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.twins.waitsSince(t)
}

// open starts the epoch: first says what stands before everything kept.
func (o *outlet) open(epoch uint64, first *fsmpb.Fact, unapplied int) {
	o.mu.Lock()
	o.epoch = epoch
	o.stream = o.m.o.Log.Stream("facts of link "+o.link, unapplied)
	kept := o.kept
	o.kept = nil
	o.mu.Unlock()
	o.send(first)
	for _, k := range kept {
		if !k.void {
			o.send(k.fact)
		}
	}
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
		return
	default:
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
	if o.stream != nil {
		o.stream.Close()
	}
}
