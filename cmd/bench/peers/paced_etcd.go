package peers

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// pacedEtcd is etcd, written to through every member, so that whichever commits
// first is seen.
type pacedEtcd struct {
	*cluster
	clients []*clientv3.Client // by node
	stop    context.CancelFunc
	writing sync.WaitGroup
}

// writeLimit is how long a write is waited for: one that a leader takes with it
// never comes back.
const writeLimit = 2 * time.Second

// PacedEtcd starts etcd with its default timeouts.
func PacedEtcd(ctx context.Context, o Options, rate float64, committed Committed) (Paced, error) {
	c, err := start(ctx, "etcd", o)
	if err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &pacedEtcd{cluster: c, stop: stop}
	for _, n := range c.nodes {
		k, err := etcdClient(n.Serve)
		if err != nil {
			p.Close()
			return nil, err
		}
		p.clients = append(p.clients, k)
	}
	for i, k := range p.clients {
		p.writing.Go(func() { p.write(run, k, fmt.Sprintf("call/%d", i), rate/float64(len(p.clients)), committed) })
	}
	return p, nil
}

// write begins a write at every tick, whatever became of those before.
func (p *pacedEtcd) write(ctx context.Context, k *clientv3.Client, key string, rate float64, committed Committed) {
	value := strings.Repeat("x", Payload)
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		p.writing.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, writeLimit)
			defer cancel()
			begun := time.Now()
			if _, err := k.Put(ctx, key, value); err == nil {
				committed(begun, time.Now())
			}
		})
	}
}

func (p *pacedEtcd) Leader(ctx context.Context) (int, error) {
	n, err := p.etcdLeader(ctx)
	return p.place(n), err
}

func (p *pacedEtcd) Settle(ctx context.Context) error {
	leader, err := p.Leader(ctx)
	if err != nil {
		return err
	}
	want, err := p.applied(ctx, leader, 0)
	for i := range p.nodes {
		if err == nil {
			_, err = p.applied(ctx, i, want)
		}
	}
	return err
}

// applied waits until a member knows a leader and has applied so much of the
// log, and gives how much it has.
func (p *pacedEtcd) applied(ctx context.Context, i int, want uint64) (uint64, error) {
	for {
		one, cancel := context.WithTimeout(ctx, time.Second)
		s, err := p.clients[i].Status(one, "http://"+p.nodes[i].Serve)
		cancel()
		if err == nil && s.Leader != 0 && s.RaftAppliedIndex >= want {
			return s.RaftAppliedIndex, nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return 0, fmt.Errorf("etcd's %s is behind: %w", p.nodes[i].Name, context.Cause(ctx))
		}
	}
}

func (p *pacedEtcd) Transfer(ctx context.Context, leader int) error {
	to := p.clients[(leader+1)%len(p.clients)]
	s, err := to.Status(ctx, "http://"+p.nodes[(leader+1)%len(p.nodes)].Serve)
	if err != nil {
		return err
	}
	if _, err := p.clients[leader].MoveLeader(ctx, s.Header.MemberId); err != nil {
		return fmt.Errorf("move etcd's leader: %w", err)
	}
	return nil
}

func (p *pacedEtcd) Restart(ctx context.Context, i int) error {
	_, err := p.restart(ctx, i)
	return err
}

// Close ends the writing and the nodes.
func (p *pacedEtcd) Close() {
	p.stop()
	p.writing.Wait()
	for _, k := range p.clients {
		k.Close()
	}
	p.cluster.Close()
}
