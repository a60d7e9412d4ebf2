package api

import (
	"context"
	"net/http/httptrace"
	"slices"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// electionPause is how long a client waits before it asks again for a leader.
const electionPause = 200 * time.Millisecond

// request is one thing asked of the cluster: do is called for one endpoint after
// another until one of them settles it.
type request struct {
	op     string
	change bool // must not reach two nodes that might both do it
	stream bool // has no time limit of its own
	do     func(context.Context, apipbconnect.OperatorClient) error
}

// ask tries the endpoints in order, follows the leader that a node names, and
// while no leader is known asks again until the time is over.
func (c *Client) ask(ctx context.Context, r request) error {
	limit, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	for before := (*Error)(nil); ; {
		f := &Error{Op: r.op}
		done, err := c.round(ctx, limit, r, f)
		if !done {
			f.Kind = f.verdict()
		}
		switch {
		case f.Kind == ErrUnreachable && before != nil:
			return before // silence after "no leader" tells less than that did
		case done:
			return err
		case f.Kind != ErrNoLeader:
			return f
		}
		before = f
		select {
		case <-time.After(electionPause):
		case <-limit.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return f
		}
	}
}

// round asks each endpoint once. done says that the request is settled, one way
// or the other.
func (c *Client) round(ctx, limit context.Context, r request, f *Error) (done bool, err error) {
	queue := c.order()
	share := c.timeout / time.Duration(len(queue))
	for asked := []endpoint(nil); len(queue) > 0; {
		e := queue[0]
		queue = queue[1:]
		if slices.Contains(asked, e) {
			continue
		}
		asked = append(asked, e)

		sent, err := c.one(ctx, limit, share, r, e)
		if err == nil {
			c.answered(e)
			return true, nil
		}
		if ctx.Err() != nil {
			return true, ctx.Err()
		}
		f.Attempts = append(f.Attempts, Attempt{Endpoint: e.addr, Err: err, secure: e.secure})
		if n, ok := leaderOf(err); ok {
			if to, err := parseEndpoint(n.LeaderAddress, e.secure); err == nil {
				queue = slices.Insert(queue, 0, to)
			}
			continue
		}
		switch {
		case connect.IsWireError(err) && !askNext(connect.CodeOf(err), r.change):
			f.Kind = kindOf(connect.CodeOf(err), r.change)
			return true, f
		case r.change && sent && !connect.IsWireError(err):
			f.Kind = ErrOutcomeUnknown
			return true, f
		case limit.Err() != nil:
			f.Kind = f.verdict()
			return true, f
		}
	}
	return false, nil
}

// one asks a single endpoint; sent tells whether the node may have got it.
func (c *Client) one(ctx, limit context.Context, share time.Duration, r request, e endpoint) (sent bool, err error) {
	switch {
	case r.stream:
	case r.change:
		ctx = limit
	default:
		// A frozen node must not use up the time of those after it.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(limit, share)
		defer cancel()
	}
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	err = r.do(ctx, c.operator(e))
	return connected.Load(), err
}

// askNext: the node did nothing, or can't; another one may.
func askNext(code connect.Code, change bool) bool {
	switch code {
	case connect.CodeUnavailable, connect.CodeUnimplemented:
		return true
	case connect.CodeDeadlineExceeded, connect.CodeCanceled:
		return !change
	}
	return false
}
