package failover

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/holdline/holdline/cmd/bench/peers"
)

// peerStage is a peer that is written to.
type peerStage struct {
	paced  peers.Paced
	writes *writes
}

func startRaft(ctx context.Context, o peers.Options, rate float64) (stage, error) {
	return startPeer(peers.PacedRaft, ctx, o, rate)
}

func startEtcd(ctx context.Context, o peers.Options, rate float64) (stage, error) {
	return startPeer(peers.PacedEtcd, ctx, o, rate)
}

func startPeer(start func(context.Context, peers.Options, float64, peers.Committed) (peers.Paced, error), ctx context.Context, o peers.Options, rate float64) (stage, error) {
	w := new(writes)
	p, err := start(ctx, o, rate, w.committed)
	if err != nil {
		return nil, err
	}
	return &peerStage{p, w}, nil
}

func (p *peerStage) settle(ctx context.Context) error {
	if err := p.paced.Settle(ctx); err != nil {
		return err
	}
	_, err := until(ctx, p.writes.since(time.Now()), "a committed write")
	return err
}

func (p *peerStage) strike(ctx context.Context, s Scenario, r *rows) error {
	leader, err := p.paced.Leader(ctx)
	if err != nil {
		return err
	}
	if s == Planned {
		p.writes.watch()
		if err := p.paced.Transfer(ctx, leader); err != nil {
			return err
		}
		if _, err := until(ctx, p.writes.since(time.Now()), "a committed write"); err != nil {
			return err
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
		r.add(Write, p.writes.longest())
		return nil
	}
	struck := time.Now()
	switch s {
	case Crash:
		err = p.paced.Signal(leader, syscall.SIGKILL)
	case Frozen:
		err = p.paced.Freeze(leader)
	case Silent:
		err = p.paced.Cable(leader, true)
	default:
		err = fmt.Errorf("no such scenario: %s", s)
	}
	if err != nil {
		return err
	}
	first, err := until(ctx, p.writes.since(time.Now()), "a committed write")
	if err != nil {
		return err
	}
	r.add(Write, first.Sub(struck))
	switch s {
	case Frozen:
		return p.paced.Signal(leader, syscall.SIGCONT)
	case Silent:
		if err := p.paced.Signal(leader, syscall.SIGKILL); err != nil {
			return err
		}
		if err := p.paced.Cable(leader, false); err != nil {
			return err
		}
	}
	return p.paced.Restart(ctx, leader)
}

// Close ends everything.
func (p *peerStage) Close() { p.paced.Close() }
