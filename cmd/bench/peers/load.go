package peers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/cmd/bench/measure"
)

// Running is a peer's cluster, ready for load.
type Running interface {
	// Load keeps parallel events on their way for a while; those of the time
	// before, warm, don't count.
	Load(ctx context.Context, parallel int, warm, length time.Duration) (measure.Figures, error)
	Close()
}

// Kind is a way to load a peer.
type Kind struct {
	Name  string // as flags and files say it
	Title string // as tables say it
	Start func(ctx context.Context, o Options) (Running, error)
}

// Most events in one entry or transaction, and Raft entries on their way.
const (
	batchSize   = 128
	batchFlying = 2
)

// Kinds are all peers.
var Kinds = []Kind{
	{"raft", "hashicorp/raft, one entry an event", startRaft(1)},
	{"raft-batched", "hashicorp/raft, up to 128 events an entry", startRaft(batchSize)},
	{"etcd", "etcd, one put an event", startEtcd(1)},
	{"etcd-batched", "etcd, up to 128 puts a transaction", startEtcd(batchSize)},
	{"nats", "NATS JetStream R3, sync always", startNATS},
}

type raftRunning struct {
	*cluster
	batch int
}

func startRaft(batch int) func(context.Context, Options) (Running, error) {
	return func(ctx context.Context, o Options) (Running, error) {
		c, err := start(ctx, "raft", o)
		if err != nil {
			return nil, err
		}
		return &raftRunning{c, batch}, nil
	}
}

// Load has the leader load itself.
func (r *raftRunning) Load(ctx context.Context, parallel int, warm, length time.Duration) (measure.Figures, error) {
	n, err := r.leader(ctx)
	if err != nil {
		return measure.Figures{}, err
	}
	r.mu.Lock()
	before := n.said
	r.mu.Unlock()
	err = n.order(order{Do: "load", Parallel: parallel, Batch: r.batch, Flying: batchFlying, WarmMS: warm.Milliseconds(), LengthMS: length.Milliseconds()})
	if err != nil {
		return measure.Figures{}, err
	}
	if err := n.wait(ctx, func() bool { return n.said > before }); err != nil {
		return measure.Figures{}, err
	}
	cpu := measure.StartCPU(r.pids())
	if err := n.wait(ctx, func() bool { return n.last.Said == "loaded" }); err != nil {
		return measure.Figures{}, err
	}
	used := cpu.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.last.Error != "" {
		return measure.Figures{}, errors.New(n.last.Error)
	}
	return measure.Figures{Events: n.last.Events, PerSecond: float64(n.last.Events) / n.last.Seconds, Latency: *n.last.Latency, CPU: used}, nil
}

// ourLoad loads a peer from this process.
func ourLoad(ctx context.Context, pids []int, warm, length time.Duration, keep func(w *window) error) (measure.Figures, error) {
	w := newWindow(warm, length)
	cpu := make(chan *measure.CPU, 1)
	begin := time.AfterFunc(warm, func() { cpu <- measure.StartCPU(pids) })
	defer begin.Stop()
	if err := keep(w); err != nil {
		return measure.Figures{}, err
	}
	if ctx.Err() != nil {
		return measure.Figures{}, context.Cause(ctx)
	}
	used := (<-cpu).Stop()
	events, seconds, latency := w.result()
	if events == 0 {
		return measure.Figures{}, fmt.Errorf("no event was committed in %v", length)
	}
	return measure.Figures{Events: events, PerSecond: float64(events) / seconds, Latency: latency, CPU: used}, nil
}
