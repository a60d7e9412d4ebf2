package proposer

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

var (
	errNoLeader   = errors.New("no leader known")
	errSuperseded = errors.New("another node leads now")
)

// handOver gives a batch to the leader and returns its results.
func (p *Proposer) handOver(ctx context.Context, batch []*item) ([]fsm.Result, error) {
	ctx, recall := context.WithCancelCause(ctx)
	defer recall(nil)
	addr := p.handTo(recall)
	if addr == "" {
		return nil, errNoLeader
	}
	data, err := proposalOf(batch)
	if err != nil {
		return nil, fmt.Errorf("marshal proposal: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, p.o.ForwardTimeout)
	defer cancel()
	data, err = p.o.Forward(ctx, string(addr), data)
	if err != nil {
		return nil, fmt.Errorf("hand %d commands to the leader at %s: %w", len(batch), addr, err)
	}
	var answer fsmpb.ProposalResult
	if err := proto.Unmarshal(data, &answer); err != nil {
		return nil, fmt.Errorf("read the leader's answer: %w", err)
	}
	p.mu.Lock()
	p.forwards++
	p.mu.Unlock()
	results := make([]fsm.Result, len(answer.Results))
	for i, r := range answer.Results {
		results[i].ID = r.Id
		if r.Value != "" || r.Category != "" || r.Text != "" {
			results[i].Err = &fsm.Refusal{Category: r.Category, Value: r.Value, Text: r.Text}
		}
	}
	return results, nil
}

// handTo is the leader that a hand-over goes to; recall ends it once another one
// leads.
func (p *Proposer) handTo(recall context.CancelCauseFunc) raft.ServerAddress {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handed, _ = p.o.Raft.LeaderWithID()
	p.recall = recall
	return p.handed
}

// Hand takes a marshalled fsmpb.Proposal from another node, on the leader, and
// returns the marshalled fsmpb.ProposalResult. It fails where this node doesn't
// lead: the other then asks again, elsewhere.
func (p *Proposer) Hand(ctx context.Context, data []byte) ([]byte, error) {
	if p.o.Raft.State() != raft.Leader {
		return nil, raft.ErrNotLeader
	}
	var proposal fsmpb.Proposal
	if err := proto.Unmarshal(data, &proposal); err != nil {
		return nil, fmt.Errorf("read a proposal: %w", err)
	}
	for _, s := range proposal.Secrets {
		p.secrets.put(secretKey{s.Session, s.Attachment, s.Ordinal}, s.Value)
	}
	items := make([]*item, len(proposal.Commands))
	for i, c := range proposal.Commands {
		it, err := p.newItem(c, nil)
		if err != nil {
			return nil, fmt.Errorf("propose for another node: %w", err)
		}
		it.local, it.ctx, it.answer = true, ctx, make(chan answer, 1)
		items[i] = it
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	p.single = append(p.single, items...)
	p.mu.Unlock()
	p.poke()
	answers := &fsmpb.ProposalResult{Results: make([]*fsmpb.ProposalResult_Result, len(items))}
	for i, it := range items {
		select {
		case a := <-it.answer:
			if a.err != nil {
				return nil, fmt.Errorf("propose for another node: %w", a.err)
			}
			r := &fsmpb.ProposalResult_Result{Id: a.result.ID}
			if e := a.result.Err; e != nil {
				r.Category, r.Value, r.Text = e.Category, e.Value, e.Text
			}
			answers.Results[i] = r
		case <-ctx.Done():
			return nil, fmt.Errorf("propose for another node: outcome unknown: %w", context.Cause(ctx))
		}
	}
	return proto.Marshal(answers)
}
