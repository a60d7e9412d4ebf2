package peers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/holdline/holdline/cmd/bench/hosts"
	"github.com/holdline/holdline/cmd/bench/process"
)

// Options say where to run a peer.
type Options struct {
	Self  string // this program
	Dir   string // data and logs
	Hosts []*hosts.Host
}

// cluster are the node processes of a peer.
type cluster struct {
	nodes []*node

	mu      sync.Mutex
	changed chan struct{} // closed at the next report
}

// node is one node process.
type node struct {
	NodeConfig
	*process.Process
	host *hosts.Host
	c    *cluster

	// Guarded by the cluster's mutex.
	up, leading bool
	last        report                    // other than of its role
	said        uint64                    // reports so far
	committed   func(begun, at time.Time) // told of each commit
}

// start starts three nodes of a kind and waits until all are up.
func start(ctx context.Context, kind string, o Options) (_ *cluster, err error) {
	free, err := hosts.Ports(2 * len(o.Hosts))
	if err != nil {
		return nil, err
	}
	c := &cluster{changed: make(chan struct{})}
	raft := map[string]string{}
	for i, h := range o.Hosts {
		name := fmt.Sprintf("n%d", i+1)
		raft[name] = net.JoinHostPort(h.Address, free[2*i])
		c.nodes = append(c.nodes, &node{host: h, c: c, NodeConfig: NodeConfig{
			Kind: kind, Name: name, Dir: filepath.Join(o.Dir, name), Raft: raft, Serve: net.JoinHostPort(h.Address, free[2*i+1]),
		}})
	}
	for _, n := range c.nodes {
		if err := os.MkdirAll(n.Dir, 0o700); err != nil {
			return nil, err
		}
		config, err := json.Marshal(n.NodeConfig)
		if err != nil {
			return nil, err
		}
		n.Process = process.New(process.Spec{
			Name: kind + " " + n.Name, Program: o.Self, Args: []string{"node", string(config)}, Host: n.host,
			Log: filepath.Join(o.Dir, n.Name+".log"), Out: n.hear, Pipe: true,
		})
	}
	defer func() {
		if err != nil {
			c.Close()
			err = fmt.Errorf("%w; the nodes' logs are in %s", err, o.Dir)
		}
	}()
	for _, n := range c.nodes {
		if err := n.start(); err != nil {
			return nil, err
		}
	}
	for _, n := range c.nodes {
		if err := n.wait(ctx, func() bool { return n.up }); err != nil {
			return nil, fmt.Errorf("start %s %s: %w", kind, n.Name, err)
		}
	}
	return c, nil
}

// start starts the node's process, or starts it again.
func (n *node) start() error {
	n.c.mu.Lock()
	n.up, n.leading = false, false
	n.c.mu.Unlock()
	return n.Process.Start()
}

// hear takes a report of the node.
func (n *node) hear(line []byte) {
	at := time.Now()
	var r report
	if json.Unmarshal(line, &r) != nil {
		return
	}
	n.c.mu.Lock()
	defer n.c.mu.Unlock()
	switch r.Said {
	case "up":
		n.up = true
	case "leading", "following":
		n.leading = r.Said == "leading"
	case "committed":
		if n.committed != nil {
			n.committed(at.Add(-time.Duration(r.Seconds*float64(time.Second))), at)
		}
		return // too many to wake anybody
	default:
		n.last = r
		n.said++
	}
	close(n.c.changed)
	n.c.changed = make(chan struct{})
}

// wait waits until something is so; ok is called with the mutex held.
func (n *node) wait(ctx context.Context, ok func() bool) error {
	for {
		n.c.mu.Lock()
		yes, changed := ok(), n.c.changed
		n.c.mu.Unlock()
		if yes {
			return nil
		}
		select {
		case <-changed:
		case <-n.Ended():
			return errors.New("the process ended")
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// order tells the node what to do.
func (n *node) order(o order) error {
	line, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return n.Write(append(line, '\n'))
}

// leader waits for the node that leads, as the nodes say themselves.
func (c *cluster) leader(ctx context.Context) (*node, error) {
	for {
		c.mu.Lock()
		changed := c.changed
		for _, n := range c.nodes {
			if n.leading && n.Running() {
				c.mu.Unlock()
				return n, nil
			}
		}
		c.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a leader: %w", context.Cause(ctx))
		}
	}
}

func (c *cluster) pids() []int {
	var out []int
	for _, n := range c.nodes {
		out = append(out, n.PID())
	}
	return out
}

// Close ends all nodes.
func (c *cluster) Close() {
	var all []*process.Process
	for _, n := range c.nodes {
		if n.Process != nil {
			all = append(all, n.Process)
		}
	}
	process.Stop(context.Background(), time.Second, all...)
}
