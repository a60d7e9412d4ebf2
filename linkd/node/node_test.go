package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clock"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/linkd/store"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func recorder(t *testing.T) *failover.Recorder {
	t.Helper()
	r, err := failover.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// cluster is three nodes on loopback.
type cluster struct {
	t         *testing.T
	listeners []net.Listener
	peers     []Peer
	stores    []*store.Store
	nodes     []*Node
	duties    chan string
}

func newCluster(t *testing.T) *cluster {
	c := &cluster{t: t, duties: make(chan string, 100)}
	for i := range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		c.listeners = append(c.listeners, l)
		c.peers = append(c.peers, Peer{ID: fmt.Sprintf("n%d", i+1), Address: l.Addr().String()})
		c.stores = append(c.stores, store.Memory(store.Options{}))
		c.nodes = append(c.nodes, nil)
	}
	return c
}

func (c *cluster) open(i int) *Node {
	c.t.Helper()
	id := c.peers[i].ID
	n, err := New(Options{
		ID: id, Peers: c.peers, Listener: c.listeners[i], Store: c.stores[i], Clock: clock.System(), Timing: timings["metro"],
		Logger: hclog.New(&hclog.LoggerOptions{Name: id, Output: c.t.Output(), Level: hclog.Info}),
		Self:   &fsmpb.Node{Id: id, Level: 1}, Settings: &fsmpb.Settings{},
		Seed:     []*fsmpb.Command{{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Seed: true, Switch: &fsmpb.Switch{Name: "pbx", Protocol: "csta"}}}}},
		Failover: recorder(c.t),
		Fatal:    func(err error) { c.t.Errorf("node %s: %v", id, err) },
	})
	if err != nil {
		c.t.Fatal(err)
	}
	n.Duty(func(ctx context.Context, term uint64) error {
		c.duties <- "gained " + id
		<-ctx.Done()
		c.duties <- "lost " + id
		return nil
	})
	c.nodes[i] = n
	return n
}

// startAll starts the nodes together: an empty cluster forms only when all are there.
func (c *cluster) startAll() {
	c.t.Helper()
	var started sync.WaitGroup
	for i := range c.nodes {
		n := c.open(i)
		started.Go(func() {
			if err := n.Start(c.t.Context()); err != nil {
				c.t.Errorf("start %s: %v", n.o.ID, err)
			}
		})
	}
	started.Wait()
}

func (c *cluster) stopAll() {
	for i, n := range c.nodes {
		if n != nil {
			if err := n.Stop(); err != nil {
				c.t.Errorf("stop: %v", err)
			}
		}
		if err := c.stores[i].Close(); err != nil {
			c.t.Errorf("close the store: %v", err)
		}
	}
}

func (c *cluster) leader() *Node {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	for {
		for _, n := range c.nodes {
			if n != nil && n.Role().Leading() {
				return n
			}
		}
		select {
		case <-c.nodes[0].Role().Changed():
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			c.t.Fatal("no leader")
		}
	}
}

func TestCluster_FormsSeedsAndHandsOver(t *testing.T) {
	c := newCluster(t)
	c.startAll()
	defer c.stopAll()
	leader := c.leader()
	for _, n := range c.nodes {
		if err := n.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range c.nodes {
		v, err := n.Replica().WaitFor(t.Context(), func(s *fsm.State) bool {
			_, seeded := s.Switch("pbx")
			_, known := s.Node("n3")
			return seeded && known && s.ClusterID() != "" && s.Level() == 1
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := v.ClusterID(), c.nodes[0].Replica().View().ClusterID(); got != want {
			t.Errorf("cluster ID %q, at n1 %q", got, want)
		}
	}
	if got := <-c.duties; got != "gained "+leader.o.ID {
		t.Errorf("first duty %q", got)
	}
	// A follower's proposal goes through the leader.
	for _, n := range c.nodes {
		if n != leader {
			if _, err := n.Log().Propose(t.Context(), &fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: n.o.ID, Protocol: "csta"}}}}); err != nil {
				t.Error(err)
			}
		}
	}
	if err := leader.Leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-c.duties; got != "lost "+leader.o.ID {
		t.Errorf("after handing over: %q", got)
	}
	if next := c.leader(); next == leader {
		t.Error("the node that left leads again")
	}
}

func TestCluster_AnEmptyDiskNeverVotesAgain(t *testing.T) {
	c := newCluster(t)
	c.startAll()
	defer c.stopAll()
	c.leader()
	victim := 0
	if c.nodes[0].Role().Leading() {
		victim = 1
	}
	address := c.peers[victim].Address
	if err := c.nodes[victim].Stop(); err != nil {
		t.Fatal(err)
	}
	if err := c.stores[victim].Close(); err != nil {
		t.Fatal(err)
	}
	c.nodes[victim] = nil
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c.listeners[victim], c.stores[victim] = l, store.Memory(store.Options{})
	n := c.open(victim)
	if err := n.Start(t.Context()); !errors.Is(err, ErrWiped) {
		t.Errorf("a node that lost its disk started: %v", err)
	}
}

func TestStart_WaitsForEveryPeer(t *testing.T) {
	c := newCluster(t)
	n := c.open(0)
	defer c.stopAll()
	for _, l := range c.listeners[1:] {
		l.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := n.Start(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one of three empty nodes started alone: %v", err)
	}
}
