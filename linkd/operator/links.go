package operator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"slices"
	"sync"
	"time"

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

// ChangeLink implements the call of this name.
func (s *Service) ChangeLink(ctx context.Context, req *connect.Request[apipb.ChangeLinkRequest]) (*connect.Response[apipb.ChangeLinkResponse], error) {
	q := req.Msg
	l, ok := s.o.Replica.View().Link(q.Link)
	if !ok {
		return nil, connect.NewError(connect.CodeNotFound, fmt.Errorf("there is no link %q: see `linkctl links`", q.Link))
	}
	if q.Action == apipb.ChangeLinkRequest_RESTART && q.Node != "" && q.Node != s.o.NodeID {
		n, ok := s.o.Replica.View().Node(q.Node)
		if !ok || n.ApiAddress == "" {
			return nil, connect.NewError(connect.CodeNotFound, fmt.Errorf("there is no node %q: see `linkctl members`", q.Node))
		}
		return s.o.Dial(n.ApiAddress).ChangeLink(ctx, connect.NewRequest(q))
	}
	if q.Node == "" {
		switch leader, err := s.leader(); {
		case err != nil:
			return nil, err
		case leader != nil:
			return leader.ChangeLink(ctx, connect.NewRequest(q))
		}
	}
	r := &apipb.ChangeLinkResponse{Link: l.Name, Switch: l.Switch, Node: s.o.NodeID}
	var err error
	switch q.Action {
	case apipb.ChangeLinkRequest_ENABLE, apipb.ChangeLinkRequest_DISABLE:
		err = s.enableLink(ctx, l, q.Action == apipb.ChangeLinkRequest_ENABLE, r)
	case apipb.ChangeLinkRequest_SWITCH:
		err = s.switchLink(ctx, l, r)
	case apipb.ChangeLinkRequest_RESTART:
		if err = s.o.RestartLink(l.Name); err != nil {
			err = connect.NewError(connect.CodeFailedPrecondition, err)
		}
	default:
		err = connect.NewError(connect.CodeInvalidArgument, errors.New("name an action: enable, disable, switch or restart"))
	}
	if err != nil {
		return nil, err
	}
	if sw, ok := s.o.Replica.View().Switch(l.Switch); ok && sw.LinkUp {
		r.Active = sw.Link
	}
	return connect.NewResponse(r), nil
}

// enableLink changes the provisioning of a link. One that is driven is left for
// another one first, if there is one.
func (s *Service) enableLink(ctx context.Context, l *fsm.Link, on bool, r *apipb.ChangeLinkResponse) error {
	if l.Disabled != on {
		r.Already = true
		return nil
	}
	if _, err := s.o.Log.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &fsmpb.Link{
		Name: l.Name, Switch: l.Switch, Address: l.Address, Priority: l.Priority, Disabled: !on, Settings: l.Settings,
	}}}}); err != nil {
		return connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf("change link %s: %w", l.Name, err))
	}
	if on {
		return nil
	}
	return s.await(ctx, func(v *fsm.State) bool {
		sw, ok := v.Switch(l.Switch)
		return !ok || sw.Link != l.Name || !sw.LinkUp
	}, fmt.Errorf("link %s is disabled, and still driven: look with `linkctl links`", l.Name))
}

func (s *Service) switchLink(ctx context.Context, l *fsm.Link, r *apipb.ChangeLinkResponse) error {
	if sw, ok := s.o.Replica.View().Switch(l.Switch); ok && sw.Link == l.Name && sw.LinkUp {
		r.Already = true
	}
	if err := s.o.SwitchLink(l.Name); err != nil {
		return connect.NewError(connect.CodeFailedPrecondition, err)
	}
	return s.await(ctx, func(v *fsm.State) bool {
		sw, ok := v.Switch(l.Switch)
		return !ok || sw.Link == l.Name && sw.LinkUp
	}, fmt.Errorf("link %s doesn't work yet: it will be driven as soon as it does; look with `linkctl links`", l.Name))
}

// changing is how long the change of a link is waited for.
const changing = 8 * time.Second

// await waits until the state is as it should be, for as long as an operator does.
func (s *Service) await(ctx context.Context, ok func(*fsm.State) bool, late error) error {
	ctx, cancel := context.WithTimeout(ctx, changing)
	defer cancel()
	if _, err := s.o.Replica.WaitFor(ctx, ok); err != nil {
		return connect.NewError(connect.CodeDeadlineExceeded, late)
	}
	return nil
}
