package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// silence is the peer call by which nodes ask each other whether they hear the
// leader.
const silence = "silence"

// Unheard is what one node says of a leader that another one doesn't hear.
type Unheard struct {
	Leader string
	Term   uint64 // in which it leads
	Silent bool   // the node hasn't heard it either
	Report Report // what counts when the next leader is chosen
}

// listen has a silent leader replaced once a majority of the voters has heard
// nothing of it for a whole heartbeat timeout. Raft's followers decide alone, each
// after one to two timeouts, and then refuse each other while one of them still
// trusts the leader; those that ask each other needn't wait for that.
func (w *Watch) listen(ctx context.Context) {
	if w.o.Patience <= 0 {
		return
	}
	tick := time.NewTicker(w.o.Patience / 8)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if u, ok := w.unheard(); ok {
			w.inquire(ctx, u)
		}
	}
}

// unheard tells whether this node follows a leader that it hasn't heard for its
// time.
func (w *Watch) unheard() (Unheard, bool) {
	_, id := w.o.Raft.LeaderWithID()
	u := Unheard{Leader: string(id), Term: w.o.Raft.CurrentTerm()}
	silent := w.o.Raft.State() == raft.Follower && time.Since(w.o.Raft.LastContact()) >= w.o.Patience
	return u, silent && u.Leader != "" && u.Leader != w.o.Port.NodeID()
}

// inquire asks the other voters whether they hear the leader, and stands for
// election if a majority doesn't.
func (w *Watch) inquire(ctx context.Context, u Unheard) {
	all := voters(w.o.Configuration())
	reports, hearing := w.ask(ctx, u, all)
	place := rank(w.o.Port.NodeID(), reports)
	if place < 0 || len(reports) <= len(all)/2 {
		return
	}
	// Those that heard its last heartbeats a little later agree a little later: all
	// of them know then who comes first.
	if hearing && time.Since(w.o.Raft.LastContact()) < w.o.Patience*3/2 {
		return
	}
	if pause(ctx, time.Duration(place)*w.o.Patience/2); ctx.Err() != nil {
		return // the one before asks, too, within a tick, and waits for the answers
	}
	if now, still := w.unheard(); !still || now.Leader != u.Leader || now.Term != u.Term {
		return
	}
	w.count.silences.Add(1)
	w.o.Noticed(Missed, Process{Node: u.Leader})
	w.stood.Store(u.Term)
	w.elect(ctx, "standing for election: a majority has not heard the leader for its time", u.Leader, u.Term)
}

// ask collects the reports of all voters that don't hear the leader, this node's
// own among them, and tells whether another one answered that hears it.
func (w *Watch) ask(ctx context.Context, u Unheard, all []raft.Server) (reports map[string]Report, hearing bool) {
	ctx, cancel := context.WithTimeout(ctx, min(w.o.Patience/4, callLimit))
	defer cancel()
	question, err := json.Marshal(u)
	if err != nil {
		return nil, false
	}
	reports = make(map[string]Report)
	var mu sync.Mutex
	var asked sync.WaitGroup
	for _, s := range all {
		switch id := string(s.ID); id {
		case u.Leader:
		case w.o.Port.NodeID():
			mu.Lock()
			reports[id] = w.report(Process{Node: u.Leader})
			mu.Unlock()
		default:
			asked.Go(func() {
				data, err := w.o.Port.Call(ctx, string(s.Address), silence, question)
				var theirs Unheard
				if err != nil || json.Unmarshal(data, &theirs) != nil {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if theirs.Silent {
					reports[id] = theirs.Report
				} else {
					hearing = true
				}
			})
		}
	}
	asked.Wait()
	return reports, hearing
}

// answer says whether this node hears a leader that another one asks about.
func (w *Watch) answer(_ context.Context, _ string, data []byte) ([]byte, error) {
	var asked Unheard
	if err := json.Unmarshal(data, &asked); err != nil {
		return nil, fmt.Errorf("read a question about a silent leader: %w", err)
	}
	own, silent := w.unheard()
	own.Silent = silent && own.Leader == asked.Leader
	own.Report = w.report(Process{Node: asked.Leader})
	if w.o.Raft.State() == raft.Candidate && w.stood.Load() < asked.Term {
		// It gave the leader up by itself and asks for pre-votes, which the others
		// refuse. Its turn comes late; it is no hindrance to theirs.
		own.Silent, own.Report.Successor = true, true
	}
	own.Silent = own.Silent && own.Term == asked.Term
	return json.Marshal(own)
}
