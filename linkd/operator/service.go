package operator

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/linkd/proposer"
	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// Replica is the node's copy of the state.
type Replica interface {
	View() *fsm.State
	Changed() <-chan struct{}
	WaitFor(ctx context.Context, ok func(*fsm.State) bool) (*fsm.State, error)
}

// Raft is the part of *raft.Raft that operators' questions need.
type Raft interface {
	State() raft.RaftState
	LeaderWithID() (raft.ServerAddress, raft.ServerID)
	GetConfiguration() raft.ConfigurationFuture
	LastIndex() uint64
	AppliedIndex() uint64
	CurrentTerm() uint64
	LeadershipTransfer() raft.Future
	LeadershipTransferToServer(id raft.ServerID, address raft.ServerAddress) raft.Future
	Barrier(timeout time.Duration) raft.Future
}

// Options of the service.
type Options struct {
	NodeID  string
	Version string
	BootID  string
	Replica Replica
	Log     proposer.Log
	Raft    Raft
	// Ready says whether the node is ready and, if not, why.
	Ready func() []string
	// Links are the node's own links as they are now.
	Links func() []*apipb.LinkInfo
	// SwitchLink has a link of its switch driven, RestartLink opens its connection on
	// this node anew.
	SwitchLink, RestartLink func(link string) error
	// Failover is the trace of the node's last takeover. May be nil.
	Failover func() (failover.Trace, bool)
	// Dial gives a client for another node's operators' API.
	Dial   func(address string) apipbconnect.OperatorClient
	Logger hclog.Logger
}

// Service implements apipbconnect.OperatorHandler.
type Service struct{ o Options }

// New makes the service.
func New(o Options) *Service {
	if o.Failover == nil {
		o.Failover = noFailover
	}
	return &Service{o: o}
}

var _ apipbconnect.OperatorHandler = (*Service)(nil)

// leader returns a client for the leading node, or nil where this node leads.
func (s *Service) leader() (apipbconnect.OperatorClient, error) {
	_, id := s.o.Raft.LeaderWithID()
	if string(id) == s.o.NodeID {
		return nil, nil
	}
	if id == "" {
		return nil, api.NotLeader("", "")
	}
	n, ok := s.o.Replica.View().Node(string(id))
	if !ok || n.ApiAddress == "" {
		return nil, connect.NewError(connect.CodeUnavailable, fmt.Errorf("node %s leads, but its API address is not known here yet: try again", id))
	}
	return s.o.Dial(n.ApiAddress), nil
}

// read takes the view that a read is answered from: on the leader after all
// that was committed before, elsewhere as far as this node is.
func (s *Service) read(ctx context.Context, r *apipb.Read) (*fsm.State, error) {
	if !r.GetLeader() {
		return s.o.Replica.View(), nil
	}
	if s.o.Raft.State() != raft.Leader {
		return nil, s.notLeader()
	}
	timeout := 5 * time.Second
	if d, ok := ctx.Deadline(); ok {
		timeout = time.Until(d)
	}
	if err := s.o.Raft.Barrier(timeout).Error(); err != nil {
		return nil, connect.NewError(connect.CodeUnavailable, fmt.Errorf("read at the leader: %w; try again", err))
	}
	return s.o.Replica.View(), nil
}

// notLeader sends the asker on to the leader.
func (s *Service) notLeader() error {
	_, id := s.o.Raft.LeaderWithID()
	n, _ := s.o.Replica.View().Node(string(id))
	return api.NotLeader(string(id), n.GetApiAddress())
}

func (s *Service) applied(v *fsm.State) *apipb.Applied {
	return &apipb.Applied{
		Node: s.o.NodeID, Index: v.Index(), Term: v.Term(), TimeMs: v.TimeMS(), Position: v.Feed().Last().String(),
		ClusterId: v.ClusterID(), IsLeader: s.o.Raft.State() == raft.Leader,
	}
}
