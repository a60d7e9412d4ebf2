package switchsim

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Switch is a simulated switch. Make one with New, let it live with Run.
type Switch struct {
	opt   Options
	log   hclog.Logger
	clock Clock
	wake  chan struct{} // tells the scheduler that the plan has changed

	mu         sync.Mutex // guards all below
	model      *model
	links      []*link
	ended      bool
	lastID     int // of an association
	requests   ring[*Request]
	violations ring[Violation]
	faults     faults
	routers    routers
	exchanged  map[string]*Exchanged // by root element
	xsi        *xsiFront             // nil if Xsi isn't spoken

	work sync.WaitGroup // accept loops, readers, writers, HTTP
}

const (
	requestLimit   = 20000
	violationLimit = 1000
)

// New makes a switch. Its listeners are already open; nothing moves before Run.
func New(opt Options) (*Switch, error) {
	if err := opt.setDefaults(); err != nil {
		return nil, err
	}
	s := &Switch{
		opt: opt, log: opt.Logger, clock: opt.Clock, wake: make(chan struct{}, 1),
		requests: newRing[*Request](requestLimit), violations: newRing[Violation](violationLimit),
		exchanged: map[string]*Exchanged{},
	}
	s.model = newModel(&s.opt)
	s.model.route = s.askRouter
	s.model.unrouted = s.routers.forget
	s.model.settled = s.flush
	if len(opt.Xsi.XSPs) > 0 {
		s.xsi = newXsiFront(s)
		s.model.forgotten = s.xsi.forget
		s.model.broadWorks = true
	}
	s.faults.init(opt.Seed)
	for i, l := range opt.Links {
		s.links = append(s.links, &link{index: i, listener: l})
	}
	return s, nil
}

// Run lets the switch live until ctx ends or Close is called, and closes everything that it was given. It returns once
// nothing of it is left, with an error only if the HTTP server failed.
func (s *Switch) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.locked(func() {
		for _, l := range s.links {
			s.work.Go(func() { s.accept(l, l.listener) })
		}
		for _, x := range s.xsps() {
			s.work.Go(func() { x.serve(x.listener) })
		}
	})
	var failed error
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	if s.opt.Control != nil {
		s.work.Go(func() {
			if err := server.Serve(s.opt.Control); !errors.Is(err, http.ErrServerClosed) {
				failed = err
				cancel()
			}
		})
	}
	for !s.isEnded() && ctx.Err() == nil {
		s.step(ctx)
	}
	s.Close()
	s.stopServer(server)
	s.work.Wait()
	for _, x := range s.xsps() {
		x.handlers.Wait()
	}
	return failed
}

// stopServer lets the requests in progress end, but not for long.
func (s *Switch) stopServer(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), closingTime)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		server.Close()
	}
}

// step waits for the next move of the model and makes it.
func (s *Switch) step(ctx context.Context) {
	wait := time.Hour
	s.locked(func() {
		if next := s.model.plan.next(); next != nil {
			wait = next.at.Sub(s.clock.Now())
		}
	})
	if wait <= 0 {
		return
	}
	select {
	case <-s.clock.After(wait):
	case <-s.wake:
	case <-ctx.Done():
	}
}

// Close ends the switch: links close, associations end. Run returns soon after.
func (s *Switch) Close() {
	s.mu.Lock()
	if !s.ended {
		s.ended = true
		for _, l := range s.links {
			l.closeListener()
			for len(l.associations) > 0 {
				l.associations[0].end("the switch ends", false)
			}
		}
	}
	s.mu.Unlock()
	for _, x := range s.xsps() {
		x.close()
	}
	s.poke()
}

// xsps are the HTTP servers of Xsi, if that is spoken.
func (s *Switch) xsps() []*xsp {
	if s.xsi == nil {
		return nil
	}
	return s.xsi.xsps
}

func (s *Switch) isEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// locked runs f alone, after all moves that are due, and hands the events to the associations.
func (s *Switch) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.model.plan.next()
	s.model.advance(s.clock.Now())
	s.flush()
	f()
	s.flush()
	if s.model.plan.next() != before {
		s.poke()
	}
}

func (s *Switch) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// after schedules something that isn't a move of the model, such as the end of a fault.
func (s *Switch) after(d time.Duration, f func()) *timer { return s.model.after(d, f) }

// SetRate changes the traffic, in calls per second; 0 stops it. Calls in progress go on.
func (s *Switch) SetRate(rate float64) {
	s.locked(func() {
		s.opt.Rate = rate
		s.model.setRate(rate)
	})
}

// Truth returns what is so at the switch now.
func (s *Switch) Truth() Truth {
	var t Truth
	s.locked(func() {
		t = s.model.truth()
		if s.opt.Rename == RenameOff {
			return
		}
		t.Names = make(map[string][]string, len(t.Calls))
		for id := range s.model.calls {
			for _, l := range s.links {
				t.Names[id.String()] = append(t.Names[id.String()], s.opt.Rename.callName(l.index, id))
			}
		}
	})
	return t
}
