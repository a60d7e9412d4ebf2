package proposer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// Raft is the part of *raft.Raft that the proposer needs.
type Raft interface {
	Apply(data []byte, timeout time.Duration) raft.ApplyFuture
	State() raft.RaftState
	LeaderWithID() (raft.ServerAddress, raft.ServerID)
}

// Options of a proposer. The zero values of the numbers mean their defaults.
type Options struct {
	Raft Raft
	// NowMS is the log time for the next entry.
	NowMS func() int64
	// Forward hands a marshalled fsmpb.Proposal to the leader at a Raft address
	// and returns the marshalled fsmpb.ProposalResult.
	Forward func(ctx context.Context, leader string, proposal []byte) ([]byte, error)
	Logger  hclog.Logger
	// EntryBytes is the largest log entry, default 256 KiB.
	EntryBytes int
	// InFlight is the number of entries on their way to a majority at once, default 2.
	InFlight int
	// Retry is the pause before trying again without a leader, default 10 ms.
	Retry time.Duration
	// ForwardTimeout bounds one hand-over to the leader, default 5 s.
	ForwardTimeout time.Duration
}

// Proposer implements Log and Secrets. Run drives it.
type Proposer struct {
	o       Options
	secrets secrets

	mu      sync.Mutex
	single  []*item   // commands of Propose and Hand, oldest first
	streams []*stream // in turn
	turn    int
	flying  int
	closed  bool
	paused  bool          // after a failure, until the pause is over
	wake    chan struct{} // one slot

	handed raft.ServerAddress      // to whom the last hand-over went
	recall context.CancelCauseFunc // ends it

	batches, commands, forwards, failures uint64
}

// New makes a proposer; it does nothing until Run.
func New(o Options) *Proposer {
	if o.EntryBytes == 0 {
		o.EntryBytes = 256 << 10
	}
	if o.InFlight == 0 {
		o.InFlight = 2
	}
	if o.Retry == 0 {
		o.Retry = 10 * time.Millisecond
	}
	if o.ForwardTimeout == 0 {
		o.ForwardTimeout = 5 * time.Second
	}
	return &Proposer{o: o, wake: make(chan struct{}, 1), secrets: newSecrets()}
}

// Take implements Secrets.
func (p *Proposer) Take(session, attachment, ordinal uint64) ([]byte, bool) {
	return p.secrets.take(secretKey{session, attachment, ordinal})
}

// Propose implements Log.
func (p *Proposer) Propose(ctx context.Context, c *fsmpb.Command) (fsm.Result, error) {
	it, err := p.newItem(c, nil)
	if err != nil {
		return fsm.Result{}, fmt.Errorf("propose: %w", err)
	}
	it.ctx, it.answer = ctx, make(chan answer, 1)
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return fsm.Result{}, ErrClosed
	}
	p.single = append(p.single, it)
	p.mu.Unlock()
	p.poke()
	select {
	case a := <-it.answer:
		if a.err == nil && a.result.Err != nil {
			a.err = a.result.Err
		}
		return a.result, a.err
	case <-ctx.Done():
		return fsm.Result{}, fmt.Errorf("propose to the log: outcome unknown: %w", context.Cause(ctx))
	}
}

func (p *Proposer) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run proposes until ctx ends, then fails what waits.
func (p *Proposer) Run(ctx context.Context) {
	var flights sync.WaitGroup
	for {
		batch := p.take()
		if len(batch) > 0 {
			p.launch(ctx, batch, &flights)
			continue
		}
		select {
		case <-p.wake:
		case <-ctx.Done():
			flights.Wait()
			p.close()
			return
		}
	}
}

// take collects what waits, up to one entry, if another may fly.
func (p *Proposer) take() []*item {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := p.o.InFlight
	leading := p.o.Raft.State() == raft.Leader
	if !leading {
		limit = 1 // hand-overs could overtake each other
	}
	if p.flying >= limit || p.paused {
		return nil
	}
	var batch []*item
	size := 0
	fits := func(it *item) bool {
		return size+it.size() <= p.o.EntryBytes || len(batch) == 0
	}
	kept := p.single[:0:0]
	for i, it := range p.single {
		if it.ctx.Err() != nil {
			continue // nobody waits for it any more
		}
		if it.local && !leading {
			it.answer <- answer{err: raft.ErrNotLeader}
			continue
		}
		if !fits(it) {
			kept = append(kept, p.single[i:]...)
			break
		}
		batch = append(batch, it)
		size += it.size()
	}
	p.single = kept
	for range p.streams {
		s := p.streams[p.turn%len(p.streams)]
		full := false
		for it := s.peek(); it != nil; it = s.peek() {
			if !fits(it) {
				full = true
				break
			}
			s.next++
			batch = append(batch, it)
			size += it.size()
		}
		if full {
			break
		}
		p.turn++
	}
	if len(batch) > 0 {
		p.flying++
	}
	return batch
}

// launch starts one batch; its end is handled by a goroutine of flights.
func (p *Proposer) launch(ctx context.Context, batch []*item, flights *sync.WaitGroup) {
	if p.o.Raft.State() == raft.Leader {
		for _, it := range batch {
			if it.secret != nil {
				p.secrets.put(it.key, it.secret)
			}
		}
		future := p.o.Raft.Apply(entryOf(p.o.NowMS(), batch), 0)
		flights.Go(func() {
			if err := future.Error(); err != nil {
				p.land(ctx, batch, nil, err)
				return
			}
			switch r := future.Response().(type) {
			case []fsm.Result:
				p.land(ctx, batch, r, nil)
			case error:
				p.land(ctx, batch, nil, r)
			default:
				p.land(ctx, batch, nil, fmt.Errorf("unexpected answer %T of the state machine", r))
			}
		})
		return
	}
	flights.Go(func() {
		results, err := p.handOver(ctx, batch)
		p.land(ctx, batch, results, err)
	})
}

// land settles a batch: answers on success, another try on failure.
func (p *Proposer) land(ctx context.Context, batch []*item, results []fsm.Result, err error) {
	if err == nil && len(results) != len(batch) {
		err = fmt.Errorf("%d results for %d commands", len(results), len(batch))
	}
	p.mu.Lock()
	p.flying--
	p.batches++
	p.commands += uint64(len(batch))
	if err != nil {
		p.failures++
		p.returnLocked(batch, err)
		p.pauseLocked(ctx)
	} else {
		for i, it := range batch {
			if it.stream != nil {
				it.stream.landed(it.ordinal, results[i])
			} else {
				it.answer <- answer{result: results[i]}
			}
		}
	}
	p.mu.Unlock()
	if err != nil && !errors.Is(err, raft.ErrNotLeader) && !errors.Is(err, errNoLeader) {
		p.o.Logger.Debug("proposal failed, trying again", "commands", len(batch), "error", err)
	}
	p.poke()
}

// returnLocked puts the commands of a failed batch back in their order.
func (p *Proposer) returnLocked(batch []*item, err error) {
	var again []*item
	for _, it := range batch {
		switch {
		case it.stream != nil:
			it.stream.rewind(it.ordinal)
		case it.local:
			it.answer <- answer{err: err}
		default:
			again = append(again, it)
		}
	}
	p.single = append(again, p.single...)
}

// pauseLocked waits a moment before the next try, so that an election is not a
// busy loop.
func (p *Proposer) pauseLocked(ctx context.Context) {
	if p.paused || ctx.Err() != nil {
		return
	}
	p.paused = true
	time.AfterFunc(p.o.Retry, func() {
		p.mu.Lock()
		p.paused = false
		p.mu.Unlock()
		p.poke()
	})
}

// LeaderChanged ends a pause at once: somebody leads. What was handed to another node,
// and has no answer, is handed over again: a leader that stands still gives none.
func (p *Proposer) LeaderChanged() {
	p.mu.Lock()
	p.paused = false
	if leader, _ := p.o.Raft.LeaderWithID(); p.recall != nil && leader != "" && leader != p.handed {
		p.recall(errSuperseded)
		p.recall = nil
	}
	p.mu.Unlock()
	p.poke()
}

func (p *Proposer) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, it := range p.single {
		it.answer <- answer{err: ErrClosed}
	}
	p.single = nil
	for _, s := range p.streams {
		s.die(ErrClosed)
	}
	p.streams = nil
}

// Oldest is for how long the oldest command has waited that isn't on its way to the
// log, or of a stream's that has not taken effect.
func (p *Proposer) Oldest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := time.Now()
	now := first
	if len(p.single) > 0 {
		first = p.single[0].at
	}
	for _, s := range p.streams {
		if len(s.items) > 0 && s.items[0].at.Before(first) {
			first = s.items[0].at
		}
	}
	return now.Sub(first)
}

// Stats counts what the proposer did.
type Stats struct {
	Batches  uint64 // log entries that were proposed
	Commands uint64 // in them
	Forwards uint64 // batches handed to the leader
	Failures uint64 // batches that were not committed, or perhaps not
	Waiting  int    // commands that are not on their way
}

// Stats are the counts since the start.
func (p *Proposer) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := len(p.single)
	for _, s := range p.streams {
		waiting += len(s.items) - s.next
	}
	return Stats{p.batches, p.commands, p.forwards, p.failures, waiting}
}
