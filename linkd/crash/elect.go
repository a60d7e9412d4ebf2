package crash

import (
	"context"
	"encoding/json"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// stands is the peer call by which a node asks those before it whether they stand.
const stands = "stands"

const (
	turn    = 60 * time.Millisecond // that each candidate waits for the one before it
	longest = 8                     // turns that one takes until it is elected, or is not
)

// stand has this node elected once its turn has come, if nobody else leads by then.
func (w *Watch) stand(ctx context.Context, own Report) {
	ahead, ok := w.ahead(own)
	if !ok {
		return
	}
	pause(ctx, time.Duration(len(ahead))*turn)
	w.giveWay(ctx, ahead)
	// An election asked for here passes by pre-vote and the check of a known
	// leader, so both are looked at again right before.
	term := w.o.Raft.CurrentTerm()
	if w.leaderless() { // another one stands: it has its turn, too
		pause(ctx, turn)
		if !w.leaderless() || w.o.Raft.CurrentTerm() != term {
			return
		}
	} else if _, follows := w.leads(own.Process); !follows || term != own.Term {
		return
	}
	w.o.Noticed(Standing, own.Process)
	w.elect(ctx, "standing for election: a majority found that the leader's process has ended", own.Process.Node, own.Term)
}

// giveWay waits while one of those that come before this node is being elected: its votes are
// on their way, and two that stand at once refuse each other for an election timeout.
func (w *Watch) giveWay(ctx context.Context, ahead []string) {
	for n := 0; n < longest && w.anyStands(ctx, ahead); n++ {
		pause(ctx, turn)
	}
}

// anyStands asks nodes whether they stand for election.
func (w *Watch) anyStands(ctx context.Context, ids []string) bool {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	answers := make(chan bool, len(ids))
	asked := 0
	for _, s := range voters(w.o.Configuration()) {
		if slices.Contains(ids, string(s.ID)) {
			asked++
			w.spawn(func(context.Context) {
				data, err := w.o.Port.Call(ctx, string(s.Address), stands, nil)
				answers <- err == nil && string(data) == "true"
			})
		}
	}
	for range asked {
		select {
		case yes := <-answers:
			if yes {
				return true
			}
		case <-ctx.Done():
			return false
		}
	}
	return false
}

// standing answers whether this node stands for election, or was elected.
func (w *Watch) standing(context.Context, string, []byte) ([]byte, error) {
	state := w.o.Raft.State()
	return json.Marshal(state == raft.Candidate || state == raft.Leader)
}

// leaderless tells whether this node knows of no leader and doesn't stand itself.
func (w *Watch) leaderless() bool {
	_, leader := w.o.Raft.LeaderWithID()
	return leader == "" && w.o.Raft.State() == raft.Follower
}

// elect has this node stand for election, for a reason that is logged.
func (w *Watch) elect(ctx context.Context, why, leader string, term uint64) {
	w.count.elections.Add(1)
	w.log.Info(why, "leader", leader, "term", term)
	if err := w.o.Elect(ctx); err != nil && ctx.Err() == nil {
		w.log.Warn("could not stand for election", "error", err)
	}
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Stats counts what a Watch saw.
type Stats struct {
	StreamEnds uint64 // Raft streams that ended at the far side, of any node
	Looks      uint64 // times that a leader was asked whether it lives
	Deaths     uint64 // processes found to have ended
	Heard      uint64 // reports of other nodes
	Silences   uint64 // times that a majority didn't hear the leader for its time
	Elections  uint64 // started
}

type counters struct {
	streamEnds, looks, deaths, heard, silences, elections atomic.Uint64
}

// Stats returns the counters of this moment.
func (w *Watch) Stats() Stats {
	c := &w.count
	return Stats{
		StreamEnds: c.streamEnds.Load(), Looks: c.looks.Load(), Deaths: c.deaths.Load(),
		Heard: c.heard.Load(), Silences: c.silences.Load(), Elections: c.elections.Load(),
	}
}
