package operator

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/transport/api/apipb"
)

// Links implements the call of this name: every link on every node.
func (s *Service) Links(ctx context.Context, req *connect.Request[apipb.LinksRequest]) (*connect.Response[apipb.LinksResponse], error) {
	v := s.o.Replica.View()
	r := &apipb.LinksResponse{Applied: s.applied(v), Links: s.o.Links()}
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
			answer, err := s.o.Dial(n.ApiAddress).Links(ctx, connect.NewRequest(&apipb.LinksRequest{Local: true}))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				r.Links = append(r.Links, answer.Msg.Links...)
				return
			}
			for l := range v.Links() {
				r.Links = append(r.Links, &apipb.LinkInfo{Name: l.Name, Switch: l.Switch, Address: l.Address, Priority: l.Priority, Node: n.Id, State: "unreachable node", LastError: err.Error()})
			}
		})
	}
	asked.Wait()
	slices.SortFunc(r.Links, func(a, b *apipb.LinkInfo) int {
		return cmp.Or(cmp.Compare(a.Switch, b.Switch), cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Node, b.Node))
	})
	return connect.NewResponse(r), nil
}
