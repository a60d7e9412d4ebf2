package clients

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/proposer"
)

// When delivered positions go into the log, for all clients of a
// node in one command.
const (
	ProgressEvery = 50 * time.Millisecond // at most so long after a client was told something
	ProgressBurst = 64                    // or after so many events of one client
	SignOfLife    = 10 * time.Second      // each session's at least, changed or not
	lifeTick      = time.Second           // between looks for signs of life that are due
	progressLimit = 5 * time.Second       // for one proposal
)

// Delivery says how far one client has been told.
type Delivery interface {
	// Delivered is the position up to which everything reached the client.
	// pending says that more is on its way.
	Delivered() (p fsm.Position, pending bool)
}

// Progress puts the delivered positions of this node's clients into the log.
type Progress struct {
	log    proposer.Log
	logger hclog.Logger
	soon   chan struct{} // something was sent
	now    chan struct{} // much was sent

	mu      sync.Mutex
	reports map[*Report]struct{}
}

// NewProgress makes a Progress. Run it.
func NewProgress(log proposer.Log, logger hclog.Logger) *Progress {
	return &Progress{
		log: log, logger: logger, reports: make(map[*Report]struct{}),
		soon: make(chan struct{}, 1), now: make(chan struct{}, 1),
	}
}

// Report is one attached session's part of the Progress.
type Report struct {
	p                   *Progress
	session, attachment uint64
	delivery            Delivery
	every               time.Duration // between signs of life

	// Guarded by p.mu.
	last  fsm.Position // in the log
	sent  int          // events since last
	alive time.Time    // last sign of life
}

// Join reports a session's deliveries until Leave. at is what the log has; the
// session ends without a sign of life for as long as life.
func (p *Progress) Join(session, attachment uint64, life time.Duration, at fsm.Position, d Delivery) *Report {
	every := min(SignOfLife-lifeTick, life/3)
	r := &Report{p: p, session: session, attachment: attachment, delivery: d, every: every, last: at, alive: time.Now()}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reports[r] = struct{}{}
	return r
}

// Leave ends the reports.
func (r *Report) Leave() {
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	delete(r.p.reports, r)
}

// Sent says that events went out to the client.
func (r *Report) Sent(events int) {
	r.p.mu.Lock()
	r.sent += events
	much := r.sent >= ProgressBurst
	r.p.mu.Unlock()
	wake := r.p.soon
	if much {
		wake = r.p.now
	}
	select {
	case wake <- struct{}{}:
	default:
	}
}

// Run proposes until ctx ends.
func (p *Progress) Run(ctx context.Context) {
	life := time.NewTicker(lifeTick)
	defer life.Stop()
	soon := time.NewTimer(0)
	<-soon.C
	defer soon.Stop()
	armed := false
	arm := func() {
		if !armed {
			armed = true
			soon.Reset(ProgressEvery)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.soon:
			arm()
			continue
		case <-p.now:
		case <-soon.C:
			armed = false
		case <-life.C:
		}
		items, more := p.items(time.Now())
		if more {
			arm()
		}
		if len(items) > 0 && p.propose(ctx, items) != nil {
			arm()
		}
	}
}

// items collects what the log doesn't have. more says that it has to be looked
// at again soon.
func (p *Progress) items(now time.Time) (items []*fsmpb.SessionProgress_Item, more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for r := range p.reports {
		life := now.Sub(r.alive) >= r.every
		if r.sent == 0 && !life {
			continue
		}
		at, pending := r.delivery.Delivered()
		if r.sent > 0 && pending {
			more = true
		}
		if !r.last.Before(at) && !life {
			if !pending {
				r.sent = 0
			}
			continue
		}
		r.last, r.alive = maxPosition(r.last, at), now
		r.sent = 0
		if pending {
			r.sent = 1
		}
		items = append(items, &fsmpb.SessionProgress_Item{Session: r.session, Attachment: r.attachment, Position: r.last.Proto()})
	}
	return items, more
}

func maxPosition(a, b fsm.Position) fsm.Position {
	if a.Before(b) {
		return b
	}
	return a
}

// propose may fail: positions go with the next proposal then, as they are kept
// by their owners.
func (p *Progress) propose(ctx context.Context, items []*fsmpb.SessionProgress_Item) error {
	ctx, cancel := context.WithTimeout(ctx, progressLimit)
	defer cancel()
	_, err := p.log.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_SessionProgress{SessionProgress: &fsmpb.SessionProgress{Items: items}}})
	if err != nil && ctx.Err() == nil {
		p.logger.Warn("delivered positions not recorded", "sessions", len(items), "error", err)
	}
	if err != nil {
		p.again(items)
	}
	return err
}

// again marks what a failed proposal carried as not reported.
func (p *Progress) again(items []*fsmpb.SessionProgress_Item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for r := range p.reports {
		for _, i := range items {
			if i.Session == r.session && i.Attachment == r.attachment {
				r.last, r.sent, r.alive = fsm.Position{}, max(r.sent, 1), time.Time{}
			}
		}
	}
}
