package operator

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"connectrpc.com/connect"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/transport/api/apipb"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// ask is how long another node may take to answer.
const ask = 2 * time.Second

// Status implements the call of this name.
func (s *Service) Status(ctx context.Context, req *connect.Request[apipb.StatusRequest]) (*connect.Response[apipb.StatusResponse], error) {
	v := s.o.Replica.View()
	_, leader := s.o.Raft.LeaderWithID()
	r := &apipb.StatusResponse{
		Applied: s.applied(v), Leader: string(leader), Calls: uint64(v.CallCount()), Level: v.Level(), Version: s.o.Version,
		Switches: switches(v), Counters: counters(v), NotReady: s.o.Ready(),
	}
	r.Ready = len(r.NotReady) == 0
	for range v.Sessions() {
		r.Sessions++
	}
	for range v.Monitors() {
		r.Monitors++
	}
	for range v.Intents() {
		r.Intents++
	}
	if n, ok := v.Node(string(leader)); ok {
		r.LeaderAddress = n.ApiAddress
	}
	members, err := s.members(v)
	if err != nil {
		return nil, err
	}
	r.Members = members
	if !req.Msg.Local {
		s.askOthers(ctx, r)
	}
	return connect.NewResponse(r), nil
}

// members lists the configuration, with what this node knows of each.
func (s *Service) members(v *fsm.State) ([]*apipb.Member, error) {
	f := s.o.Raft.GetConfiguration()
	if err := f.Error(); err != nil {
		return nil, connect.NewError(connect.CodeUnavailable, fmt.Errorf("read the membership: %w", err))
	}
	var members []*apipb.Member
	for _, server := range f.Configuration().Servers {
		m := &apipb.Member{Id: string(server.ID), Address: string(server.Address), Voter: server.Suffrage == raft.Voter}
		if n, ok := v.Node(m.Id); ok {
			m.Site, m.ApiAddress, m.HttpAddress, m.Version, m.BootId = n.Site, n.ApiAddress, n.HttpAddress, n.Version, n.BootId
		}
		if m.Id == s.o.NodeID {
			hash, index := v.Hash()
			m.State, m.Applied, m.LastIndex = state(s.o.Raft.State()), v.Index(), s.o.Raft.LastIndex()
			m.Hash, m.HashIndex, m.Version, m.BootId = fmt.Sprintf("%016x", hash), index, s.o.Version, s.o.BootID
		}
		members = append(members, m)
	}
	return members, nil
}

// askOthers fills in what only the other members know of themselves.
func (s *Service) askOthers(ctx context.Context, r *apipb.StatusResponse) {
	ctx, cancel := context.WithTimeout(ctx, ask)
	defer cancel()
	var asked sync.WaitGroup
	for i, m := range r.Members {
		if m.Id == s.o.NodeID {
			continue
		}
		asked.Go(func() {
			if m.ApiAddress == "" {
				m.State, m.Error = "unknown", "it has not registered yet"
				return
			}
			answer, err := s.o.Dial(m.ApiAddress).Status(ctx, connect.NewRequest(&apipb.StatusRequest{Local: true}))
			if err != nil {
				m.State, m.Error = "unreachable", err.Error()
				return
			}
			for _, own := range answer.Msg.Members {
				if own.Id == m.Id {
					own.Address, own.Voter = m.Address, m.Voter
					r.Members[i] = own
				}
			}
		})
	}
	asked.Wait()
	var last uint64
	for _, m := range r.Members {
		last = max(last, m.LastIndex)
	}
	for _, m := range r.Members {
		if m.LastIndex > 0 {
			m.Behind = last - min(m.Applied, last)
		}
	}
}

func state(s raft.RaftState) string {
	switch s {
	case raft.Leader:
		return "leader"
	case raft.Candidate:
		return "candidate"
	case raft.Follower:
		return "follower"
	default:
		return "stopped"
	}
}

func switches(v *fsm.State) []*apipb.SwitchStatus {
	calls := make(map[string]uint64)
	for c := range v.Calls() {
		calls[c.Switch]++
	}
	var out []*apipb.SwitchStatus
	for sw := range v.Switches() {
		st := &apipb.SwitchStatus{Name: sw.Name, Protocol: sw.Protocol, Status: sw.Status, Link: sw.Link, Epoch: sw.Epoch, Reason: sw.DownReason, SinceMs: sw.SinceMs, Calls: calls[sw.Name]}
		if l, ok := v.Link(sw.Link); ok {
			st.Node = l.Node
		}
		for d := range v.Devices(sw.Name) {
			st.Devices++
			if sw.Epoch != 0 && d.MonitoredEpoch == sw.Epoch {
				st.Monitored++
			}
		}
		for range v.Unverified(sw.Name) {
			st.Unverified++
		}
		out = append(out, st)
	}
	return out
}

// counters gives every counter by its name in the schema.
func counters(v *fsm.State) []*apipb.Counter {
	var out []*apipb.Counter
	c := v.Counters().ProtoReflect()
	fields := c.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.Kind() == protoreflect.Uint64Kind {
			out = append(out, &apipb.Counter{Name: string(f.Name()), Value: c.Get(f).Uint()})
		}
	}
	return out
}

// TransferLeader implements the call of this name.
func (s *Service) TransferLeader(ctx context.Context, req *connect.Request[apipb.TransferLeaderRequest]) (*connect.Response[apipb.TransferLeaderResponse], error) {
	leader, err := s.leader()
	if err != nil {
		return nil, err
	}
	if leader != nil {
		return leader.TransferLeader(ctx, connect.NewRequest(req.Msg))
	}
	to := req.Msg.To
	if to == s.o.NodeID {
		return connect.NewResponse(&apipb.TransferLeaderResponse{From: to, To: to, Already: true}), nil
	}
	var transfer raft.Future
	if to == "" {
		transfer = s.o.Raft.LeadershipTransfer()
	} else {
		address, err := s.voter(to)
		if err != nil {
			return nil, err
		}
		transfer = s.o.Raft.LeadershipTransferToServer(raft.ServerID(to), address)
	}
	if err := transfer.Error(); err != nil {
		return nil, connect.NewError(connect.CodeAborted, fmt.Errorf("hand leadership over: %w; try again", err))
	}
	id, err := s.waitForOther(ctx)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&apipb.TransferLeaderResponse{From: s.o.NodeID, To: id}), nil
}

func (s *Service) voter(id string) (raft.ServerAddress, error) {
	f := s.o.Raft.GetConfiguration()
	if err := f.Error(); err != nil {
		return "", connect.NewError(connect.CodeUnavailable, fmt.Errorf("read the membership: %w", err))
	}
	for _, server := range f.Configuration().Servers {
		if string(server.ID) == id && server.Suffrage == raft.Voter {
			return server.Address, nil
		}
	}
	return "", connect.NewError(connect.CodeInvalidArgument, fmt.Errorf("node %q is no voter of this cluster: see `linkctl members`", id))
}

func (s *Service) waitForOther(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, ask)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, id := s.o.Raft.LeaderWithID(); id != "" && string(id) != s.o.NodeID {
			return string(id), nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", connect.NewError(connect.CodeDeadlineExceeded, errors.New("leadership left this node, and no new leader is known here yet: look with `linkctl status`"))
		}
	}
}
