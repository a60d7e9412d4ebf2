package api

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// Broken says that a stream began and didn't end as it should.
type Broken struct {
	Endpoint string
	Err      error
}

func (b *Broken) Error() string {
	return "the stream from " + b.Endpoint + " broke: " + Attempt{Err: b.Err}.Reason()
}

// Unwrap gives the cause.
func (b *Broken) Unwrap() error { return b.Err }

type opener[Q, R any] func(apipbconnect.OperatorClient, context.Context, *connect.Request[Q]) (*connect.ServerStreamForClient[R], error)

// stream asks the endpoints until one sends a first message, then stays with it.
func stream[Q, R any](ctx context.Context, c *Client, r request, open opener[Q, R], q *Q, fn func(*R) error) error {
	var settled error // what the stream came to, once it has begun
	r.stream = true
	r.do = func(ctx context.Context, oc apipbconnect.OperatorClient) error {
		s, err := open(oc, ctx, connect.NewRequest(q))
		if err != nil {
			return err
		}
		defer s.Close()
		if !s.Receive() {
			return s.Err()
		}
		for more := true; more; more = s.Receive() {
			if settled = fn(s.Msg()); settled != nil {
				return nil
			}
		}
		if err := s.Err(); err != nil {
			b := &Broken{Err: err}
			if conn, err := s.Conn(); err == nil {
				b.Endpoint = conn.Peer().Addr
			}
			settled = b
		}
		return nil
	}
	if err := c.ask(ctx, r); err != nil {
		return err
	}
	var b *Broken
	if errors.As(settled, &b) && ctx.Err() != nil {
		return ctx.Err()
	}
	return settled
}
