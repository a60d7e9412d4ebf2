package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clock"
	"github.com/holdline/holdline/linkd/crash"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/linkd/proposer"
	"github.com/holdline/holdline/linkd/replica"
	"github.com/holdline/holdline/linkd/store"
	"github.com/holdline/holdline/transport/raftnet"
)

// Peer is a node of the first configuration.
type Peer struct {
	ID      string
	Address string // Raft port, host:port
}

// Options of a node.
type Options struct {
	ID, Site  string
	Peers     []Peer // all of the first configuration, this node included
	Listener  net.Listener
	Advertise string // this node's Raft address, as the others dial it
	Dial      func(ctx context.Context, address string) (net.Conn, error)
	TLS       *raftnet.TLSFiles
	Store     *store.Store
	Clock     clock.Clock
	Timing    Timing
	Logger    hclog.Logger
	// Self is what the node tells the cluster about itself.
	Self *fsmpb.Node
	// Seed is proposed once, to an empty cluster, after its Bootstrap.
	Seed []*fsmpb.Command
	// Settings of an empty cluster.
	Settings *fsmpb.Settings
	// EntryBytes is the largest log entry; 0: 256 KiB.
	EntryBytes int
	// Handshakes is how many connections may be in their handshake; 0: 64.
	Handshakes int
	// Standing is how many links this node could drive at once. May be nil.
	Standing func() int
	// Failover keeps the trace of a takeover.
	Failover *failover.Recorder
	// Fatal is called when the node can't go on.
	Fatal func(error)
}

// Duty is work that the leader does for as long as it leads: it returns when
// ctx ends, with everything that it started ended.
type Duty func(ctx context.Context, term uint64) error

// Node is a running node.
type Node struct {
	o        Options
	log      hclog.Logger
	port     *raftnet.Port
	raft     *raft.Raft
	replica  *replica.Replica
	proposer *proposer.Proposer
	role     *role
	duties   []Duty

	late      lateRaft
	crash     atomic.Pointer[crash.Watch] // once Raft runs
	transport *crash.Transport
	ended     context.CancelFunc
	running   sync.WaitGroup
	unplug    func() // ends the transport's work
	formed    formation
}

// New opens the port and the state machine; Start starts Raft.
func New(o Options) (*Node, error) {
	n := &Node{o: o, log: o.Logger, role: newRole()}
	known := make(map[string]bool)
	at := make(map[string]string)
	for _, p := range o.Peers {
		known[p.ID] = true
		at[p.Address] = p.ID
	}
	port, err := raftnet.New(raftnet.Config{
		NodeID: o.ID, Listener: o.Listener, Advertise: o.Advertise, Dial: o.Dial, TLS: o.TLS,
		IsPeer:     func(id string) bool { return known[id] || n.isMember(id) },
		NodeAt:     func(address string) string { return at[address] },
		MaxPending: o.Handshakes, Logger: o.Logger.Named("raftnet"),
	})
	if err != nil {
		return nil, fmt.Errorf("open the Raft port of node %s: %w", o.ID, err)
	}
	n.port = port
	n.replica = replica.New(clock.NewLogClock(o.Clock), o.Fatal)
	n.proposer = proposer.New(proposer.Options{
		Raft: &n.late, NowMS: n.replica.NowMS, Logger: o.Logger.Named("proposer"), EntryBytes: o.EntryBytes,
		Forward: func(ctx context.Context, leader string, data []byte) ([]byte, error) {
			return port.Call(ctx, leader, "propose", data)
		},
	})
	return n, nil
}

// Duty adds work of the leader. Add all before Start.
func (n *Node) Duty(d Duty) { n.duties = append(n.duties, d) }

// Replica is this node's copy of the state.
func (n *Node) Replica() *replica.Replica { return n.replica }

// Port is the node's port to the others.
func (n *Node) Port() *raftnet.Port { return n.port }

// Log is the way into the replicated log; what is proposed before Start waits.
func (n *Node) Log() *proposer.Proposer { return n.proposer }

// Role tells who leads.
func (n *Node) Role() Role { return n.role }

// Raft is there after Start.
func (n *Node) Raft() *raft.Raft { return n.raft }

// Start starts Raft. On an empty disk it first waits until every peer is known
// to be empty too; it fails with ErrWiped if the cluster exists without it.
func (n *Node) Start(ctx context.Context) error {
	n.formed.start(n)
	n.transport = crash.NewTransport(raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream:          n.port.Raft(),
		MaxPool:         crash.MaxPool,
		MaxRPCsInFlight: 1, // the default of 2 can stop replication to a follower for ever
		Timeout:         n.o.Timing.RPC,
		Logger:          n.log.Named("raft-net"),
	}), func() { n.o.Failover.Sign(failover.Asked, failover.Planned, time.Now()) })
	if err := n.form(ctx); err != nil {
		return errors.Join(err, n.transport.Close())
	}
	c := raftConfig(n.o.ID, n.o.Timing)
	c.Logger = n.log.Named("raft")
	ctx, n.ended = context.WithCancel(context.WithoutCancel(ctx))
	r, err := raft.NewRaft(c, n.replica, n.o.Store.Logs, n.o.Store.Stable, n.o.Store.Snapshots, n.transport)
	if err != nil {
		n.ended()
		return fmt.Errorf("start Raft on node %s: %w", n.o.ID, err)
	}
	n.raft = r
	n.late.raft.Store(r)
	n.plug()
	watch := crash.New(crash.Options{
		Port: n.port, Raft: r, Configuration: n.Configuration, Elect: n.transport.Elect, Links: n.o.Standing, Patience: n.o.Timing.Heartbeat,
		Logger: n.log.Named("crash"), Noticed: n.noticed,
	})
	n.crash.Store(watch)
	n.running.Go(func() { watch.Run(ctx) })
	n.port.Handle("propose", func(ctx context.Context, _ string, data []byte) ([]byte, error) { return n.proposer.Hand(ctx, data) })
	n.running.Go(func() { n.proposer.Run(ctx) })
	n.running.Go(func() { n.watchLeader(ctx) })
	n.running.Go(func() { n.lead(ctx) })
	return nil
}

// Leave hands leadership over, if this node has it, so that nothing is lost
// when it stops. It tries three times.
func (n *Node) Leave(ctx context.Context) error {
	var err error
	for range 3 {
		if n.raft.State() != raft.Leader || len(n.Configuration().Servers) < 2 {
			return nil
		}
		if err = n.raft.LeadershipTransfer().Error(); err == nil {
			return n.role.wait(ctx, func(s roleState) bool { return !s.leading && s.leader != "" && s.leader != n.o.ID })
		}
		n.log.Warn("leadership was not taken over, trying again", "error", err)
	}
	return fmt.Errorf("hand leadership over: %w", err)
}

// Stop ends the node. Call Leave before, where there is time.
func (n *Node) Stop() error {
	if n.ended == nil {
		return n.port.Close()
	}
	n.ended()
	n.running.Wait()
	// The port first: Raft's transport reads its streams without a deadline.
	err := n.port.Close()
	err = errors.Join(err, n.raft.Shutdown().Error())
	n.unplug()
	return errors.Join(err, n.transport.Close())
}

// noticed puts the steps of the crash detection into the trace of a takeover.
func (n *Node) noticed(s crash.Step, _ crash.Process) {
	switch s {
	case crash.StreamEnded:
		n.o.Failover.Sign(failover.StreamEnded, "", time.Now())
	case crash.FoundDead:
		n.o.Failover.Sign(failover.FoundDead, "", time.Now())
	case crash.Standing:
		n.o.Failover.Sign(failover.Standing, failover.Crash, time.Now())
	case crash.Missed:
		n.o.Failover.Sign(failover.Standing, failover.Silence, time.Now())
	}
}

// plug has Raft hear what comes from the network, until unplug.
func (n *Node) plug() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.transport.Run(ctx)
	}()
	n.unplug = func() { cancel(); <-done }
}

// Configuration is the newest membership that this node knows: Raft's own, for the
// state machine hears nothing of one that comes with a snapshot. Empty before Start.
func (n *Node) Configuration() raft.Configuration {
	r := n.late.raft.Load()
	if r == nil {
		return raft.Configuration{}
	}
	return r.GetConfiguration().Configuration()
}

func (n *Node) isMember(id string) bool {
	for _, s := range n.Configuration().Servers {
		if string(s.ID) == id {
			return true
		}
	}
	return false
}

// settle is the time that the cluster may take to agree on something at start.
const settle = 10 * time.Second
