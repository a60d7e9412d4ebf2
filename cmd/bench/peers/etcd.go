package peers

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/holdline/holdline/cmd/bench/measure"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

type etcdRunning struct {
	*cluster
	client *clientv3.Client // of the leader
	batch  int
}

func startEtcd(batch int) func(context.Context, Options) (Running, error) {
	return func(ctx context.Context, o Options) (Running, error) {
		c, err := start(ctx, "etcd", o)
		if err != nil {
			return nil, err
		}
		leader, err := c.etcdLeader(ctx)
		if err == nil {
			var client *clientv3.Client
			if client, err = etcdClient(leader.Serve); err == nil {
				return &etcdRunning{c, client, batch}, nil
			}
		}
		c.Close()
		return nil, err
	}
}

func etcdClient(at string) (*clientv3.Client, error) {
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{"http://" + at}, DialTimeout: 5 * time.Second, Logger: zap.NewNop()})
	if err != nil {
		return nil, fmt.Errorf("connect to etcd: %w", err)
	}
	return c, nil
}

// etcdLeader waits for the member that says itself that it leads.
func (c *cluster) etcdLeader(ctx context.Context) (*node, error) {
	var clients []*clientv3.Client
	defer func() {
		for _, k := range clients {
			k.Close()
		}
	}()
	for _, n := range c.nodes {
		k, err := etcdClient(n.Serve)
		if err != nil {
			return nil, err
		}
		clients = append(clients, k)
	}
	for {
		for i, n := range c.nodes {
			if !n.Running() {
				continue
			}
			one, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
			s, err := clients[i].Status(one, "http://"+n.Serve)
			cancel()
			if err == nil && s.Leader != 0 && s.Leader == s.Header.MemberId {
				return n, nil
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for etcd's leader: %w", context.Cause(ctx))
		}
	}
}

// Load puts keys, a slot each.
func (e *etcdRunning) Load(ctx context.Context, parallel int, warm, length time.Duration) (measure.Figures, error) {
	value := strings.Repeat("x", Payload)
	key := func(slot int) string { return "call/" + strconv.Itoa(slot) }
	return ourLoad(ctx, e.pids(), warm, length, func(w *window) error {
		if e.batch == 1 {
			return singly(w, parallel, func(slot int) error {
				_, err := e.client.Put(ctx, key(slot), value)
				return err
			})
		}
		// As many transactions as there are events to fill them, and two at least.
		return batched(w, parallel, e.batch, max(batchFlying, parallel/e.batch), func(slots []int) error {
			ops := make([]clientv3.Op, len(slots))
			for i, slot := range slots {
				ops[i] = clientv3.OpPut(key(slot), value)
			}
			_, err := e.client.Txn(ctx).Then(ops...).Commit()
			return err
		})
	})
}

// Close ends the client and the nodes.
func (e *etcdRunning) Close() {
	e.client.Close()
	e.cluster.Close()
}
