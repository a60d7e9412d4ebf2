package links

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/proposer"
	"google.golang.org/protobuf/proto"
)

// Stream implements proposer.Log.
func (n *rigNode) Stream(string, int) proposer.Stream {
	s := &rigStream{n: n, dead: make(chan struct{}), queue: make(chan sentCommand, 100000)}
	n.work.Go(s.run)
	return s
}

// rigStream proposes in order, each command a little after it was sent.
type rigStream struct {
	n     *rigNode
	queue chan sentCommand
	dead  chan struct{}

	mu            sync.Mutex
	last, applied uint64
	err           error
}

type sentCommand struct {
	command *fsmpb.Command
	at      time.Time
}

func (s *rigStream) run() {
	for {
		select {
		case c := <-s.queue:
			s.n.mu.Lock()
			lag, frozen := s.n.lag, s.n.frozen
			s.n.mu.Unlock()
			if d := time.Until(c.at.Add(lag)); d > 0 {
				time.Sleep(d)
			}
			if frozen {
				continue
			}
			res := s.n.apply(c.command)
			s.mu.Lock()
			switch {
			case s.err != nil:
			case res.Err != nil:
				s.err = res.Err
				close(s.dead)
			default:
				s.applied++
			}
			s.mu.Unlock()
		case <-s.dead:
			return
		case <-s.n.ctx.Done():
			return
		}
	}
}

func (s *rigStream) Send(ctx context.Context, build func(uint64) *fsmpb.Command, _ []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.last++
	s.queue <- sentCommand{proto.CloneOf(build(s.last)), time.Now()}
	return nil
}
func (s *rigStream) Last() uint64          { s.mu.Lock(); defer s.mu.Unlock(); return s.last }
func (s *rigStream) Applied() uint64       { s.mu.Lock(); defer s.mu.Unlock(); return s.applied }
func (s *rigStream) Dead() <-chan struct{} { return s.dead }
func (s *rigStream) Err() error            { s.mu.Lock(); defer s.mu.Unlock(); return s.err }
func (s *rigStream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = errors.New("closed")
		close(s.dead)
	}
}

type noSecrets struct{}

func (noSecrets) Take(uint64, uint64, uint64) ([]byte, bool) { return nil, false }

// history is what the feed still has of a call.
func (r *rig) history(call uint64) string {
	var out []string
	v := r.state()
	_ = v.Feed().After(v.Feed().Floor(), func(rec *fsm.Record) bool {
		if c := rec.GetCall(); c.GetCall() == call || c.GetResultCall() == call {
			out = append(out, fmt.Sprintf("%d %s %s %s, reconstructed %v, cause %s: %v", rec.TimeMs, c.Type, c.Device, c.State, c.Reconstructed, c.Cause, c.Heard))
		}
		if u := rec.GetUnsynced(); u.GetCall() == call {
			out = append(out, fmt.Sprintf("%d unsynced %v", rec.TimeMs, u))
		}
		return true
	})
	return strings.Join(out, "\n")
}
