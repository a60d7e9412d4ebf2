package proposer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// fakeRaft applies entries in order after a delay, and fails as it is told.
type fakeRaft struct {
	mu      sync.Mutex
	state   raft.RaftState
	leader  raft.ServerAddress
	entries []int                                 // commands per entry
	applied map[uint64]uint64                     // epoch → last ordinal taken
	taken   []uint64                              // ordinals in the order in which they took effect
	fail    func(n int) (err error, applied bool) // for the n-th entry
	n       int
	last    chan struct{} // the entry before is applied
}

type fakeFuture struct {
	done     chan struct{}
	err      error
	response any
}

func (f *fakeFuture) Error() error  { <-f.done; return f.err }
func (f *fakeFuture) Response() any { <-f.done; return f.response }
func (f *fakeFuture) Index() uint64 { return 0 }

func (r *fakeRaft) State() raft.RaftState { r.mu.Lock(); defer r.mu.Unlock(); return r.state }
func (r *fakeRaft) LeaderWithID() (raft.ServerAddress, raft.ServerID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.leader, ""
}

func (r *fakeRaft) Apply(data []byte, _ time.Duration) raft.ApplyFuture {
	f := &fakeFuture{done: make(chan struct{})}
	r.mu.Lock()
	r.n++
	n, before := r.n, r.last
	r.last = f.done
	r.mu.Unlock()
	go func() {
		if before != nil {
			<-before
		}
		time.Sleep(time.Millisecond) // the disk, in virtual time
		r.mu.Lock()
		defer r.mu.Unlock()
		defer close(f.done)
		apply := true
		if r.fail != nil {
			f.err, apply = r.fail(n)
		}
		if apply {
			f.response = r.apply(data)
		}
	}()
	return f
}

// apply takes facts as the state machine does: exactly the next ordinal.
func (r *fakeRaft) apply(data []byte) []fsm.Result {
	var e fsmpb.Entry
	if err := proto.Unmarshal(data, &e); err != nil {
		panic(err)
	}
	r.entries = append(r.entries, len(e.Commands))
	results := make([]fsm.Result, len(e.Commands))
	for i, c := range e.Commands {
		f := c.GetFact()
		if f == nil {
			results[i].ID = 7
			continue
		}
		switch last := r.applied[f.Epoch]; {
		case f.Epoch == 99:
			results[i].Err = &fsm.Refusal{Value: "stale", Text: "epoch 99 is over"}
		case f.Ordinal <= last:
			results[i].ID = last
		case f.Ordinal > last+1:
			results[i] = fsm.Result{ID: last, Err: &fsm.Refusal{Category: fsm.FactGap}}
		default:
			r.applied[f.Epoch] = f.Ordinal
			r.taken = append(r.taken, f.Ordinal)
		}
	}
	return results
}

func start(t *testing.T, r *fakeRaft, forward func(context.Context, string, []byte) ([]byte, error)) (*Proposer, func()) {
	p := New(Options{Raft: r, NowMS: func() int64 { return 1 }, Forward: forward, Logger: hclog.NewNullLogger()})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { p.Run(ctx); close(done) }()
	return p, func() { cancel(); <-done }
}

func fact(epoch uint64) func(uint64) *fsmpb.Command {
	return func(ordinal uint64) *fsmpb.Command {
		return &fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{Epoch: epoch, Ordinal: ordinal}}}
	}
}

func ready() *fsmpb.Command {
	return &fsmpb.Command{Kind: &fsmpb.Command_SwitchReady{SwitchReady: &fsmpb.SwitchReady{Switch: "pbx"}}}
}

func TestStream_EveryFactTakesEffectOnceInOrder(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 1))
				r := &fakeRaft{state: raft.Leader, applied: map[uint64]uint64{}}
				// A third of the entries fail: half of these took effect all the same.
				r.fail = func(int) (error, bool) {
					switch rnd.IntN(6) {
					case 0:
						return raft.ErrLeadershipLost, true
					case 1:
						return raft.ErrLeadershipLost, false
					}
					return nil, true
				}
				p, stop := start(t, r, nil)
				s := p.Stream("link", 50)
				const facts = 1000
				for range facts {
					if err := s.Send(t.Context(), fact(1), nil); err != nil {
						t.Fatal(err)
					}
				}
				for s.Applied() < facts {
					time.Sleep(time.Millisecond)
				}
				stop()
				if len(r.taken) != facts {
					t.Fatalf("%d facts took effect, want %d", len(r.taken), facts)
				}
				for i, o := range r.taken {
					if o != uint64(i+1) {
						t.Fatalf("fact %d took effect as number %d", o, i+1)
					}
				}
			})
		})
	}
}

func TestPropose_PacksWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &fakeRaft{state: raft.Leader, applied: map[uint64]uint64{}}
		p, stop := start(t, r, nil)
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if res, err := p.Propose(t.Context(), ready()); err != nil || res.ID != 7 {
					t.Errorf("result %v, error %v", res, err)
				}
			})
		}
		all.Wait()
		stop()
		if len(r.entries) > 5 {
			t.Errorf("100 commands that waited at once made %d entries", len(r.entries))
		}
	})
}

func TestStream_DiesWhenRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &fakeRaft{state: raft.Leader, applied: map[uint64]uint64{}}
		p, stop := start(t, r, nil)
		defer stop()
		s := p.Stream("link", 5)
		if err := s.Send(t.Context(), fact(99), nil); err != nil {
			t.Fatal(err)
		}
		<-s.Dead()
		var refusal *fsm.Refusal
		if err := s.Send(t.Context(), fact(99), nil); !errors.As(err, &refusal) {
			t.Errorf("sending on a dead stream: %v", err)
		}
	})
}

func TestHandOver_GoesToTheLeaderWithSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leaderRaft := &fakeRaft{state: raft.Leader, applied: map[uint64]uint64{}}
		leader, stopLeader := start(t, leaderRaft, nil)
		followerRaft := &fakeRaft{state: raft.Follower, applied: map[uint64]uint64{}}
		tries := 0
		follower, stopFollower := start(t, followerRaft, func(ctx context.Context, to string, data []byte) ([]byte, error) {
			if to != "n1:1" {
				t.Errorf("handed to %q", to)
			}
			if tries++; tries == 2 {
				return nil, errors.New("connection reset")
			}
			return leader.Hand(ctx, data)
		})
		// Nobody leads yet: the command waits.
		done := make(chan error, 1)
		go func() { _, err := follower.Propose(t.Context(), ready()); done <- err }()
		synctest.Wait()
		followerRaft.mu.Lock()
		followerRaft.leader = "n1:1"
		followerRaft.mu.Unlock()
		follower.LeaderChanged()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		s := follower.Stream("client", 5)
		err := s.Send(t.Context(), func(o uint64) *fsmpb.Command {
			return &fsmpb.Command{Kind: &fsmpb.Command_Client{Client: &fsmpb.ClientCommand{Session: 3, Attachment: 4, Ordinal: o}}}
		}, []byte("1234"))
		if err != nil {
			t.Fatal(err)
		}
		for s.Applied() < 1 {
			time.Sleep(time.Millisecond)
		}
		if v, ok := leader.Take(3, 4, 1); !ok || string(v) != "1234" {
			t.Errorf("secret at the leader: %q, %v", v, ok)
		}
		if _, ok := leader.Take(3, 4, 1); ok {
			t.Error("a secret was handed out twice")
		}
		stopFollower()
		stopLeader()
	})
}

// A leader that stands still keeps what it was handed. Once another one leads, that
// one gets it, long before the hand-over's time is up; not while nobody leads.
func TestHandOver_IsRecalledFromASilentLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &fakeRaft{state: raft.Follower, leader: "n1:1", applied: map[uint64]uint64{}}
		leader, stopLeader := start(t, &fakeRaft{state: raft.Leader, applied: map[uint64]uint64{}}, nil)
		defer stopLeader()
		var tries []string
		p, stop := start(t, r, func(ctx context.Context, to string, data []byte) ([]byte, error) {
			if tries = append(tries, to); to == "n1:1" {
				<-ctx.Done()
				return nil, context.Cause(ctx)
			}
			return leader.Hand(ctx, data)
		})
		defer stop()
		done := make(chan error, 1)
		go func() { _, err := p.Propose(t.Context(), ready()); done <- err }()
		for _, next := range []raft.ServerAddress{"n1:1", "", "n2:1"} {
			synctest.Wait()
			if len(tries) != 1 {
				t.Fatalf("handed to %v before another one leads", tries)
			}
			r.mu.Lock()
			r.leader = next
			r.mu.Unlock()
			p.LeaderChanged()
		}
		began := time.Now()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > time.Second || len(tries) != 2 {
			t.Errorf("handed to %v within %v", tries, took)
		}
	})
}

func TestHand_FailsOnAFollower(t *testing.T) {
	r := &fakeRaft{state: raft.Follower}
	p := New(Options{Raft: r, Logger: hclog.NewNullLogger()})
	if _, err := p.Hand(t.Context(), nil); !errors.Is(err, raft.ErrNotLeader) {
		t.Errorf("error %v, want ErrNotLeader", err)
	}
}

func TestPropose_OutcomeUnknownWhenTimeIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &fakeRaft{state: raft.Follower}
		p, stop := start(t, r, nil)
		defer stop()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.Propose(ctx, ready()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want that the deadline passed", err)
		}
	})
}
