package links

import "time"

// settleEvery bounds the wait for a stream that hears of an entry after the state
// did.
const settleEvery = time.Millisecond

// marks are who waits for facts to take effect, in the order of the facts.
type marks struct {
	waiting []mark
	running bool // a goroutine looks after them
	closed  bool // nothing more takes effect
	failed  bool // a fact was not even sent: nothing that follows it may count
}

// mark waits for the facts up to an ordinal; before the epoch began, for so many
// of those that are kept.
type mark struct {
	ordinal uint64
	kept    int
	placed  bool // it has its ordinal
	tell    func(applied bool)
}

// Settled implements driver.Sink.
func (o *outlet) Settled(tell func(applied bool)) {
	o.mu.Lock()
	if o.marks.closed || o.marks.failed {
		o.mu.Unlock()
		tell(false)
		return
	}
	m := mark{kept: o.taken, tell: tell}
	select {
	case <-o.opened:
		m.ordinal, m.placed = o.stream.Last(), true
	default:
	}
	o.marks.waiting = append(o.marks.waiting, m)
	o.watchMarks()
	o.mu.Unlock()
}

// failed notes that a fact could not be sent. The stream counts no such fact, so that
// those who wait from here on would take what was sent before for theirs.
func (o *outlet) failed() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.marks.failed = true
}

// sent places the marks that wait for the first n facts that were kept; 0 means
// all of them.
func (o *outlet) sent(n int) {
	last := o.stream.Last()
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.marks.waiting {
		if m := &o.marks.waiting[i]; !m.placed && (n == 0 || m.kept <= n) {
			m.ordinal, m.placed = last, true
		}
	}
	o.watchMarks()
}

// watchMarks has a goroutine look after the marks as long as there are any. The
// caller holds mu.
func (o *outlet) watchMarks() {
	if o.marks.running || o.stream == nil || len(o.marks.waiting) == 0 || o.marks.closed {
		return
	}
	o.marks.running = true
	o.m.wg.Go(o.settle)
}

// settle tells those who wait until nobody does.
func (o *outlet) settle() {
	for {
		changed := o.m.o.Replica.Changed()
		applied := o.stream.Applied()
		o.mu.Lock()
		n := 0
		for n < len(o.marks.waiting) && o.marks.waiting[n].placed && o.marks.waiting[n].ordinal <= applied {
			n++
		}
		done := o.marks.waiting[:n:n]
		o.marks.waiting = o.marks.waiting[n:]
		over := len(o.marks.waiting) == 0
		if over {
			o.marks.running = false
		}
		o.mu.Unlock()
		for _, m := range done {
			m.tell(true)
		}
		if over {
			return
		}
		select {
		case <-changed:
		case <-time.After(settleEvery):
		case <-o.stream.Dead():
			o.giveUp()
			return
		case <-o.ctx.Done():
			o.giveUp()
			return
		}
	}
}

// giveUp tells those who still wait that it is in vain.
func (o *outlet) giveUp() {
	o.mu.Lock()
	left := o.marks.waiting
	o.marks.waiting, o.marks.closed, o.marks.running = nil, true, false
	o.mu.Unlock()
	for _, m := range left {
		m.tell(false)
	}
}
