package node

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// ErrWiped says that this node's disk is empty while its cluster exists: it may
// have voted before, so it must not vote again under its old ID.
var ErrWiped = errors.New("this node's data directory is empty but its cluster exists: give the node a new ID and add it to the cluster; an empty disk must not vote under an old ID")

// formation is what this node tells others about the forming of the cluster.
type formation struct {
	mu    sync.Mutex
	empty bool
	// met holds the boot IDs that reported empty when this node bootstrapped.
	met map[string]string
}

// emptiness is the answer to the peer call "formation".
type emptiness struct {
	Empty  bool
	BootID string
	Met    map[string]string // by node ID, once this node has bootstrapped
}

func (f *formation) start(n *Node) {
	f.empty = n.o.Store.Empty()
	n.port.Handle("formation", func(context.Context, string, []byte) ([]byte, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		return json.Marshal(emptiness{Empty: f.empty, BootID: n.port.BootID(), Met: f.met})
	})
}

// form bootstraps, once every peer has reported an empty disk. All peers do so
// with the same configuration. A peer that has bootstrapped already counts as
// empty only if it met this very process when it did. Until then Raft doesn't
// run here: a Raft without a configuration would vote for anybody.
func (n *Node) form(ctx context.Context) error {
	if !n.o.Store.Empty() || !n.isFounder() {
		return nil
	}
	n.log.Info("empty disk: waiting until every peer reports an empty one", "peers", len(n.o.Peers))
	for {
		met, err := n.meet(ctx)
		if errors.Is(err, ErrWiped) {
			return err
		}
		if err == nil {
			return n.bootstrap(met)
		}
		n.log.Debug("cluster not formed yet", "reason", err)
		wait(ctx, 100*time.Millisecond)
		if ctx.Err() != nil {
			return fmt.Errorf("wait for the peers of an empty cluster: %w", context.Cause(ctx))
		}
	}
}

// isFounder tells whether this node belongs to the first configuration. Another
// node waits until it is added.
func (n *Node) isFounder() bool {
	for _, p := range n.o.Peers {
		if p.ID == n.o.ID {
			return true
		}
	}
	return false
}

// meet asks every peer whether its disk is empty.
func (n *Node) meet(ctx context.Context) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	met := map[string]string{n.o.ID: n.port.BootID()}
	for _, p := range n.o.Peers {
		if p.ID == n.o.ID {
			continue
		}
		data, err := n.port.Call(ctx, p.Address, "formation", nil)
		if err != nil {
			return nil, fmt.Errorf("ask node %s at %s: %w", p.ID, p.Address, err)
		}
		var e emptiness
		if err := json.Unmarshal(data, &e); err != nil {
			return nil, fmt.Errorf("read the answer of node %s: %w", p.ID, err)
		}
		if !e.Empty && e.Met[n.o.ID] != n.port.BootID() {
			return nil, ErrWiped
		}
		met[p.ID] = e.BootID
	}
	return met, nil
}

func (n *Node) bootstrap(met map[string]string) error {
	var c raft.Configuration
	for _, p := range n.o.Peers {
		c.Servers = append(c.Servers, raft.Server{ID: raft.ServerID(p.ID), Address: raft.ServerAddress(p.Address), Suffrage: raft.Voter})
	}
	n.formed.mu.Lock()
	n.formed.empty, n.formed.met = false, met
	n.formed.mu.Unlock()
	config := raftConfig(n.o.ID, n.o.Timing)
	config.Logger = n.log.Named("raft")
	if err := raft.BootstrapCluster(config, n.o.Store.Logs, n.o.Store.Stable, n.o.Store.Snapshots, n.transport, c); err != nil {
		return fmt.Errorf("bootstrap the cluster: %w", err)
	}
	n.log.Info("cluster bootstrapped", "peers", len(c.Servers))
	return nil
}

// found gives an empty cluster its identity, its settings and its seed, and
// tells the cluster about this node.
func (n *Node) found(ctx context.Context) error {
	propose := func(what string, c *fsmpb.Command) error {
		if _, err := n.proposer.Propose(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	}
	if n.replica.View().ClusterID() == "" {
		if err := propose("found the cluster", &fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: rand.Text(), Settings: n.o.Settings}}}); err != nil {
			return err
		}
		for _, c := range n.o.Seed {
			if err := propose("seed the cluster", c); err != nil {
				n.log.Error("part of the configuration was not seeded", "error", err)
			}
		}
	}
	return nil
}

// Register tells the cluster about this node, once it is heard.
func (n *Node) Register(ctx context.Context) error {
	self := proto.CloneOf(n.o.Self)
	self.BootId = n.port.BootID()
	_, err := n.proposer.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: self}}})
	if err != nil {
		return fmt.Errorf("register node %s with the cluster: %w", n.o.ID, err)
	}
	return nil
}
