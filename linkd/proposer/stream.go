package proposer

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// stream implements Stream. Its fields are guarded by the proposer's mutex.
type stream struct {
	p     *Proposer
	name  string
	limit int

	items []*item // not yet applied, ascending
	base  uint64  // ordinal of items[0]
	next  int     // index of the first that is not on its way

	room chan struct{} // closed when there is room again; nil if nobody waits
	dead chan struct{}
	err  error
}

// Stream implements Log.
func (p *Proposer) Stream(name string, limit int) Stream {
	s := &stream{p: p, name: name, limit: max(limit, 1), base: 1, dead: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		s.die(ErrClosed)
		return s
	}
	p.streams = append(p.streams, s)
	return s
}

func (s *stream) Send(ctx context.Context, build func(ordinal uint64) *fsmpb.Command, secret []byte) error {
	for {
		s.p.mu.Lock()
		if s.err != nil {
			s.p.mu.Unlock()
			return s.err
		}
		if len(s.items) < s.limit {
			break
		}
		if s.room == nil {
			s.room = make(chan struct{})
		}
		room := s.room
		s.p.mu.Unlock()
		select {
		case <-room:
		case <-s.dead:
		case <-ctx.Done():
			return fmt.Errorf("send on %s: %w", s.name, context.Cause(ctx))
		}
	}
	ordinal := s.base + uint64(len(s.items))
	it, err := s.p.newItem(build(ordinal), secret)
	if err != nil {
		s.p.mu.Unlock()
		return fmt.Errorf("send on %s: %w", s.name, err)
	}
	it.stream, it.ordinal = s, ordinal
	s.items = append(s.items, it)
	s.p.mu.Unlock()
	s.p.poke()
	return nil
}

func (s *stream) Last() uint64 {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.base + uint64(len(s.items)) - 1
}

func (s *stream) Applied() uint64 {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.base - 1
}

func (s *stream) Dead() <-chan struct{} { return s.dead }

func (s *stream) Err() error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.err
}

func (s *stream) Close() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.die(ErrClosed)
	for i, o := range s.p.streams {
		if o == s {
			s.p.streams = append(s.p.streams[:i:i], s.p.streams[i+1:]...)
			return
		}
	}
}

// peek is the next command that is not on its way.
func (s *stream) peek() *item {
	if s.err != nil || s.next >= len(s.items) {
		return nil
	}
	return s.items[s.next]
}

// landed settles one command by its result.
func (s *stream) landed(ordinal uint64, r fsm.Result) {
	switch {
	case s.err != nil:
	case r.Err == nil:
		s.applied(ordinal)
	case r.Err.Gap():
		s.applied(r.ID)
		s.rewind(r.ID + 1)
	default:
		s.die(fmt.Errorf("%s: refused at %d: %w", s.name, ordinal, r.Err))
	}
}

// applied forgets the commands up to ordinal.
func (s *stream) applied(ordinal uint64) {
	if ordinal < s.base {
		return
	}
	n := min(int(ordinal-s.base)+1, len(s.items))
	clear(s.items[:n])
	s.items = s.items[n:]
	s.base += uint64(n)
	s.next = max(s.next-n, 0)
	if n > 0 && s.room != nil {
		close(s.room)
		s.room = nil
	}
}

// rewind has the commands from ordinal on proposed again.
func (s *stream) rewind(ordinal uint64) {
	if ordinal < s.base {
		ordinal = s.base
	}
	s.next = min(s.next, int(ordinal-s.base))
}

func (s *stream) die(err error) {
	if s.err != nil {
		return
	}
	if err == nil {
		err = errors.New("dead")
	}
	s.err = err
	s.items, s.next = nil, 0
	close(s.dead)
}
