package crash

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/hashicorp/raft"
)

// Transport is Raft's network transport with a door through which this node can
// ask its own Raft for an election.
type Transport struct {
	*raft.NetworkTransport
	rpcs  chan raft.RPC
	asked func()
}

// NewTransport wraps a transport that keeps MaxPool connections. Run must run as long as Raft does. asked is
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

// MaxPool is how many connections to one member Raft's transport may keep: so many may
// be from before that member's process, or the way to it, was another one.
const MaxPool = 3

// RequestVote implements raft.Transport.
func (t *Transport) RequestVote(id raft.ServerID, to raft.ServerAddress, q *raft.RequestVoteRequest, a *raft.RequestVoteResponse) error {
	return retried(func() error { return t.NetworkTransport.RequestVote(id, to, q, a) })
}

// RequestPreVote implements raft.WithPreVote.
func (t *Transport) RequestPreVote(id raft.ServerID, to raft.ServerAddress, q *raft.RequestPreVoteRequest, a *raft.RequestPreVoteResponse) error {
	return retried(func() error { return t.NetworkTransport.RequestPreVote(id, to, q, a) })
}

// retried asks again at once where a connection kept from earlier proves dead: Raft
// takes a lost vote for a refused one, and would let a whole election timeout pass.
// To ask twice for one vote is to ask once (Raft paper, figure 2, RequestVote).
func retried(request func() error) error {
	err := request()
	for n := 0; n < MaxPool && stale(err); n++ {
		err = request()
	}
	return err
}

// stale tells whether an error says that the far side of a connection was gone.
func stale(err error) bool {
	// Raft's codec hides what the connection said (go-msgpack's errors don't unwrap).
	if coded, ok := err.(interface{ Cause() error }); ok {
		err = coded.Cause()
	}
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
