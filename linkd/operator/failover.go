package operator

import (
	"context"
	"slices"
	"sync"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/transport/api/apipb"
)

// Failover implements the call of this name: the newest takeover that any node
// remembers.
func (s *Service) Failover(ctx context.Context, req *connect.Request[apipb.FailoverRequest]) (*connect.Response[apipb.FailoverResponse], error) {
	v := s.o.Replica.View()
	r := &apipb.FailoverResponse{Applied: s.applied(v), Failover: s.lastFailover()}
	if req.Msg.Local {
		return connect.NewResponse(r), nil
	}
	ctx, cancel := context.WithTimeout(ctx, ask)
	defer cancel()
	var (
		asked sync.WaitGroup
		mu    sync.Mutex
	)
	for n := range v.Nodes() {
		if n.Id == s.o.NodeID || n.ApiAddress == "" {
			continue
		}
		asked.Go(func() {
			answer, err := s.o.Dial(n.ApiAddress).Failover(ctx, connect.NewRequest(&apipb.FailoverRequest{Local: true}))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				r.Unreachable = append(r.Unreachable, n.Id)
			case answer.Msg.Failover.GetTerm() > r.Failover.GetTerm():
				r.Failover = answer.Msg.Failover
			}
		})
	}
	asked.Wait()
	slices.Sort(r.Unreachable)
	return connect.NewResponse(r), nil
}

// lastFailover is this node's own; nil if it never led.
func (s *Service) lastFailover() *apipb.FailoverInfo {
	t, ok := s.o.Failover()
	if !ok {
		return nil
	}
	began := t.Marks[0].At
	info := &apipb.FailoverInfo{Node: s.o.NodeID, Term: t.Term, Kind: string(t.Kind), BeganMs: began.UnixMilli()}
	for _, m := range t.Marks {
		info.Steps = append(info.Steps, &apipb.FailoverStep{Step: string(m.Step), Switch: m.Switch, AfterUs: m.At.Sub(began).Microseconds()})
	}
	return info
}

// noFailover is the answer of a node that keeps no trace.
func noFailover() (failover.Trace, bool) { return failover.Trace{}, false }
