package drill

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// lease is that of the profile metro, which scenes run with: a leader that nobody
// answers for so long steps down.
const lease = 250 * time.Millisecond

// Under load nobody stands for election without a cause: an election that nobody
// asked for must have a stall of the machine beside it, longer than the lease,
// that somebody else saw who has nothing to do with the cluster.
func TestNoNeedlessElection(t *testing.T) {
	length, rate := 20*time.Second, 50.0
	if soak() {
		length, rate = 30*time.Minute, 200
	}
	s := newStage(t, SceneOptions{Rate: rate, Seed: 31})
	ctx, cancel := context.WithTimeout(s.ctx, length)
	defer cancel()
	stalls := watchStalls(ctx, t, s.o.Dir)
	term, looks, elections := uint64(0), 0, 0
	for ctx.Err() == nil {
		if leader, err := s.Cluster.Leader(ctx); err == nil {
			st, err := leader.status(ctx)
			if err == nil && st.Applied.Term != term {
				if longest := stalls.longest(time.Now().Add(-3 * time.Second)); term != 0 && longest < lease {
					t.Errorf("%s leads in term %d after %d, and the machine stood still for no longer than %v", leader.ID, st.Applied.Term, term, longest)
				}
				if term != 0 {
					elections++
				}
				term = st.Applied.Term
			}
			looks++
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			break
		}
	}
	t.Logf("%v at %v calls/s, %d looks: term %d, %d elections, longest stall of the machine %v", length, rate, looks, term, elections, stalls.longest(time.Time{}))
	if looks < int(length/time.Second) {
		t.Errorf("the leader's term was seen %d times only", looks)
	}
	placed := s.place() // calls that stay as they are while the truths are read
	defer s.clear(placed)
	s.judge("after " + length.String())
}

// stalls are times at which the machine stood still.
type stalls struct {
	mu  sync.Mutex
	all []stall
}

type stall struct {
	end  time.Time
	took time.Duration
}

// watchStalls notes how much later than asked for a goroutine is woken, and how long
// a write to the nodes' disk takes until it is synced.
func watchStalls(ctx context.Context, t *testing.T, dir string) *stalls {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "stalls"))
	if err != nil {
		t.Fatal(err)
	}
	s := new(stalls)
	var watching sync.WaitGroup
	for _, step := range []func() error{
		func() error { return nil },
		func() error {
			if _, err := f.WriteAt([]byte("synced"), 0); err != nil {
				return err
			}
			return f.Sync()
		},
	} {
		watching.Go(func() {
			const pause = 20 * time.Millisecond
			for begun := time.Now(); sleep(ctx, pause) == nil; begun = time.Now() {
				if err := step(); err != nil {
					t.Errorf("the watch over stalls: %v", err)
					return
				}
				if took := time.Since(begun) - pause; took > pause {
					s.mu.Lock()
					s.all = append(s.all, stall{time.Now(), took})
					s.mu.Unlock()
				}
			}
		})
	}
	t.Cleanup(func() {
		watching.Wait()
		f.Close()
	})
	return s
}

// longest is the longest stall that ended after a moment.
func (s *stalls) longest(since time.Time) (took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.all {
		if x.end.After(since) {
			took = max(took, x.took)
		}
	}
	return took
}
