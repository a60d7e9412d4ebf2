package crash

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// turn is how long each candidate waits for the one before it.
const turn = 60 * time.Millisecond

// stand has this node elected once its turn has come, if it still follows the
// dead leader in the term of its report.
func (w *Watch) stand(ctx context.Context, own Report) {
	place := w.place(own)
	if place < 0 {
		return
	}
	pause(ctx, time.Duration(place)*turn)
	// An election asked for here passes by pre-vote and the check of a known
	// leader, so both are looked at again right before.
	if _, follows := w.leads(own.Process); !follows || w.o.Raft.CurrentTerm() != own.Term {
		return
	}
	w.count.elections.Add(1)
	w.o.Noticed(Standing, own.Process)
	w.log.Info("standing for election: a majority found that the leader's process has ended", "leader", own.Process.Node, "term", own.Term, "place", place+1)
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

// Transport is Raft's network transport with a door through which this node can
// ask its own Raft for an election.
type Transport struct {
	*raft.NetworkTransport
	rpcs  chan raft.RPC
	asked func()
}

// NewTransport wraps a transport. Run must run as long as Raft does. asked is
// called when a leader that hands over asks this node to lead.
func NewTransport(t *raft.NetworkTransport, asked func()) *Transport {
	return &Transport{NetworkTransport: t, rpcs: make(chan raft.RPC), asked: asked}
}

// Consumer implements raft.Transport.
func (t *Transport) Consumer() <-chan raft.RPC { return t.rpcs }

// Run hands on what comes from the network, until ctx ends.
func (t *Transport) Run(ctx context.Context) {
	in := t.NetworkTransport.Consumer()
	for {
		select {
		case rpc := <-in:
			if _, ok := rpc.Command.(*raft.TimeoutNowRequest); ok {
				t.asked()
			}
			select {
			case t.rpcs <- rpc:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// Elect asks this node's Raft to start an election at once, as a leader does that
// hands over (TimeoutNow: without pre-vote, and others vote though they know a
// leader).
func (t *Transport) Elect(ctx context.Context) error {
	answer := make(chan raft.RPCResponse, 1)
	rpc := raft.RPC{
		Command:  &raft.TimeoutNowRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax}},
		RespChan: answer,
	}
	select {
	case t.rpcs <- rpc:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			return fmt.Errorf("ask Raft for an election: %w", r.Error)
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Stats counts what a Watch saw.
type Stats struct {
	StreamEnds uint64 // Raft streams that ended at the far side, of any node
	Looks      uint64 // times that a leader was asked whether it lives
	Deaths     uint64 // processes found to have ended
	Heard      uint64 // reports of other nodes
	Elections  uint64 // started
}

type counters struct {
	streamEnds, looks, deaths, heard, elections atomic.Uint64
}

// Stats returns the counters of this moment.
func (w *Watch) Stats() Stats {
	c := &w.count
	return Stats{
		StreamEnds: c.streamEnds.Load(), Looks: c.looks.Load(), Deaths: c.deaths.Load(),
		Heard: c.heard.Load(), Elections: c.elections.Load(),
	}
}
