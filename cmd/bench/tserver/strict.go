package tserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// StrictOptions of a strict model.
type StrictOptions struct {
	Links   []string // addresses, one for each node
	Devices []string
	// ConnectTimeout bounds one round of opening links (T-Server's connect-tout);
	// default 2 s.
	ConnectTimeout time.Duration
	// Restart is the pause after a round in which no link was normal (its link
	// restart time-out).
	Restart time.Duration
	Heard   *Heard
}

// Strict is an unmodified T-Server, as strict as one can be: it opens all its
// links at once, takes the first that says normal and closes the others,
// monitors its devices there, and closes the link as soon as it isn't normal.
type Strict struct {
	o StrictOptions

	mu      sync.Mutex
	line    *Line
	lines   int    // that it had so far
	own     []span // that it waited of its own accord, since Forget
	changed chan struct{}
}

type span struct{ from, to time.Time }

// NewStrict makes a model; Run runs it.
func NewStrict(o StrictOptions) *Strict {
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = 2 * time.Second
	}
	return &Strict{o: o, changed: make(chan struct{})}
}

// Run keeps a link until ctx ends.
func (s *Strict) Run(ctx context.Context) {
	for ctx.Err() == nil {
		l, spoken := s.choose(ctx)
		if l == nil {
			pause(ctx, s.o.Restart)
			s.update(func() { s.own = append(s.own, span{spoken, time.Now()}) })
			continue
		}
		s.update(func() { s.line = l; s.lines++ })
		stop := context.AfterFunc(ctx, l.Close)
		_ = s.use(l)
		stop()
		l.Close()
		s.update(func() { s.line = nil })
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// choose is one round of opening links. spoken is when a link last said
// something: what follows until the round's end is a wait for links that say
// nothing at all.
func (s *Strict) choose(ctx context.Context) (chosen *Line, spoken time.Time) {
	ctx, cancel := context.WithTimeout(ctx, s.o.ConnectTimeout)
	defer cancel()
	type answer struct {
		line   *Line
		silent bool
	}
	answers := make(chan answer)
	for _, address := range s.o.Links {
		go func() {
			l, err := Open(ctx, address)
			answers <- answer{l, timedOut(err)}
		}()
	}
	spoken = time.Now()
	for range s.o.Links {
		a := <-answers
		switch {
		case a.line == nil:
			if !a.silent {
				spoken = time.Now()
			}
		case chosen == nil && a.line.Status == Normal:
			chosen = a.line
			cancel()
		default:
			a.line.Close()
			spoken = time.Now()
		}
	}
	return chosen, spoken
}

// timedOut tells links that said nothing from those that were refused.
func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// use monitors the devices on a link and listens until it ends.
func (s *Strict) use(l *Line) error {
	if err := errors.Join(l.Register(), l.Monitor(s.o.Devices)); err != nil {
		return err
	}
	return l.Run(Handlers{Event: s.o.Heard.Event, Status: func(status string) error {
		switch status {
		case "disabled", "initializing", "partiallyDisabled":
			return fmt.Errorf("status %s", status)
		}
		return nil
	}})
}

// Drop closes the present link: it noticed by its own keepalive that nobody is
// there any more.
func (s *Strict) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line != nil {
		s.line.Close()
	}
}

// Forget forgets its pauses so far.
func (s *Strict) Forget() { s.update(func() { s.own = nil }) }

// Own is how long it paused, or waited for links that say nothing, between two
// moments: time that nobody but it could have saved. Pauses before Forget are
// not known.
func (s *Strict) Own(from, to time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum time.Duration
	for _, p := range s.own {
		begin, end := later(p.from, from), p.to
		if end.After(to) {
			end = to
		}
		sum += max(end.Sub(begin), 0)
	}
	return sum
}

// WaitReady waits until every monitor is up on a link.
func (s *Strict) WaitReady(ctx context.Context) error {
	for {
		s.mu.Lock()
		l, changed := s.line, s.changed
		s.mu.Unlock()
		var ready <-chan struct{}
		if l != nil {
			ready = l.Ready()
		}
		select {
		case <-ready:
			return nil
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("the strict T-Server waits for its monitors: %w", context.Cause(ctx))
		}
	}
}

func (s *Strict) update(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}
