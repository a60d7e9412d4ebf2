package holdline

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/cmd/bench/hosts"
	"github.com/holdline/holdline/cmd/bench/process"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// Cluster is a running cluster.
type Cluster struct {
	Nodes []*Node
	hot   bool // standbys monitor what the leader does
	http  *http.Client
}

// Node is one node, and the process that it is at the moment.
type Node struct {
	ID                    string
	Host                  *hosts.Host
	Raft, API, HTTP       string
	TServer, Any, Profile string
	Data, Log             string
	*process.Process

	config   string
	operator apipbconnect.OperatorClient
}

// Start starts a cluster and waits until all nodes are ready.
func Start(ctx context.Context, o Options) (_ *Cluster, err error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	nodes, err := layOut(o)
	if err != nil {
		return nil, err
	}
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	c := &Cluster{Nodes: nodes, hot: o.Standby == "" || o.Standby == "hot", http: &http.Client{Transport: &http.Transport{Protocols: &protocols}}}
	for _, n := range nodes {
		args := []string{"run", "--config", n.config}
		if o.Profile {
			args = []string{n.config, n.Profile}
		}
		n.Process = process.New(process.Spec{Name: n.ID, Program: o.Linkd, Args: args, Host: n.Host, Log: n.Log})
		n.operator = apipbconnect.NewOperatorClient(c.http, "http://"+n.API, connect.WithGRPC())
	}
	defer func() {
		if err != nil {
			c.Close()
			err = fmt.Errorf("%w; the nodes' logs are in %s", err, o.Dir)
		}
	}()
	for _, n := range nodes {
		if err := n.Process.Start(); err != nil {
			return nil, err
		}
	}
	for _, n := range nodes {
		if err := c.Ready(ctx, n); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// PIDs are those of the processes that run.
func (c *Cluster) PIDs() []int {
	var out []int
	for _, n := range c.Nodes {
		out = append(out, n.PID())
	}
	return out
}

// Close ends the nodes. Leadership that is handed on while all leave is of no
// use to anybody: they get little time.
func (c *Cluster) Close() {
	var all []*process.Process
	for _, n := range c.Nodes {
		if n.Process != nil {
			all = append(all, n.Process)
		}
	}
	process.Stop(context.Background(), time.Second, all...)
	c.http.CloseIdleConnections()
}

// Ready waits until a node says that it is ready.
func (c *Cluster) Ready(ctx context.Context, n *Node) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.HTTP+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		if !n.Running() {
			return fmt.Errorf("node %s ended: see %s", n.ID, n.Log)
		}
		if err := wait(ctx, 10*time.Millisecond); err != nil {
			return fmt.Errorf("node %s isn't ready: %w", n.ID, err)
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Leader is the node that leads and drives the switch's link, as it says itself.
func (c *Cluster) Leader(ctx context.Context) (*Node, error) {
	for {
		for _, n := range c.Nodes {
			if s := n.status(ctx); s != nil && s.Applied.IsLeader && s.Leader == n.ID && len(s.Switches) == 1 && s.Switches[0].Node == n.ID {
				return n, nil
			}
		}
		if err := wait(ctx, 10*time.Millisecond); err != nil {
			return nil, fmt.Errorf("find the leader: %w", err)
		}
	}
}

func (n *Node) status(ctx context.Context) *apipb.StatusResponse {
	if !n.Running() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	r, err := n.operator.Status(ctx, connect.NewRequest(&apipb.StatusRequest{Local: true}))
	if err != nil {
		return nil
	}
	return r.Msg
}

// Settled waits until nothing is left of what happened before: every node is
// ready and follows the leader, the switch is normal with every device verified,
// and each follower has its standby link, with every monitor if it is hot. It gives the leader. slow is told what
// is missing when it takes long; it may be nil.
func (c *Cluster) Settled(ctx context.Context, slow func(missing string)) (*Node, error) {
	told := time.Now()
	for _, n := range c.Nodes {
		if err := c.Ready(ctx, n); err != nil {
			return nil, err
		}
	}
	for {
		leader, err := c.Leader(ctx)
		if err != nil {
			return nil, err
		}
		missing := c.unsettled(ctx, leader)
		if missing == "" {
			return leader, nil
		}
		if slow != nil && time.Since(told) > 5*time.Second {
			told = time.Now()
			slow(missing)
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return nil, fmt.Errorf("the cluster isn't settled, %s: %w", missing, err)
		}
	}
}

// unsettled says what is missing; empty if nothing is.
func (c *Cluster) unsettled(ctx context.Context, leader *Node) string {
	s := leader.status(ctx)
	if s == nil {
		return "the leader doesn't answer"
	}
	if sw := s.Switches[0]; sw.Status != "normal" || sw.Unverified != 0 {
		return fmt.Sprintf("the switch is %s, %d devices are unverified", sw.Status, sw.Unverified)
	}
	for _, n := range c.Nodes {
		state, monitors := n.link(ctx)
		want := "standby"
		if n == leader {
			want = "active"
		} else if all := s.Switches[0].Monitored; c.hot && uint64(monitors) < all {
			return fmt.Sprintf("%d of %d monitors are up on the standby link of node %s", monitors, all, n.ID)
		}
		if state != want {
			return fmt.Sprintf("the link of node %s is %s, not %s", n.ID, state, want)
		}
		if other := n.status(ctx); other == nil || other.Leader != leader.ID {
			return "node " + n.ID + " doesn't follow the leader"
		}
	}
	return ""
}

// link is the state of the node's own link, and how many monitors are up on it.
func (n *Node) link(ctx context.Context) (state string, monitors uint32) {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	r, err := n.operator.Links(ctx, connect.NewRequest(&apipb.LinksRequest{Local: true}))
	if err != nil {
		return "unknown", 0
	}
	for _, l := range r.Msg.Links {
		if l.Node == n.ID {
			return l.State, l.Monitors
		}
	}
	return "missing", 0
}

// Transfer hands leadership to another node, as linkctl does.
func (c *Cluster) Transfer(ctx context.Context, leader *Node) error {
	_, err := leader.operator.TransferLeader(ctx, connect.NewRequest(&apipb.TransferLeaderRequest{}))
	if err != nil {
		return fmt.Errorf("hand leadership over: %w", err)
	}
	return nil
}

// Step of a takeover, and when it came.
type Step struct {
	Name string
	At   time.Time
}

// Steps are those of the newest takeover, as the node that took over tells them.
func (n *Node) Steps(ctx context.Context) ([]Step, error) {
	r, err := n.operator.Failover(ctx, connect.NewRequest(&apipb.FailoverRequest{Local: true}))
	if err != nil {
		return nil, fmt.Errorf("ask node %s for the steps of its takeover: %w", n.ID, err)
	}
	var out []Step
	began := time.UnixMilli(r.Msg.GetFailover().GetBeganMs())
	for _, s := range r.Msg.GetFailover().GetSteps() {
		out = append(out, Step{s.Step, began.Add(time.Duration(s.AfterUs) * time.Microsecond)})
	}
	return out, nil
}
