package api

import (
	"context"
	"errors"
	"net/http"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// DefaultPort is the API's port where an address names none.
const DefaultPort = "7500"

// maxMessage bounds one request, in bytes: the largest is a batch of devices.
const maxMessage = 4 << 20

// Service is what a node answers. Its errors are what the client gets: a
// connect.Error with the code that fits, NotLeader, or Refused. A code of
// Unavailable promises that nothing was done.
type Service = apipbconnect.OperatorHandler

// NewHandler serves svc under the Operator's paths.
func NewHandler(svc Service, opts ...connect.HandlerOption) http.Handler {
	opts = append([]connect.HandlerOption{connect.WithReadMaxBytes(maxMessage), connect.WithCompressMinBytes(1 << 10)}, opts...)
	mux := http.NewServeMux()
	mux.Handle(apipbconnect.NewOperatorHandler(svc, opts...))
	return mux
}

// leaving ends streams when the server is told to stop, so that their readers
// go on at another node at once, while other requests may still finish.
type leaving struct{ stop context.Context }

var errLeaving = errors.New("the node is shutting down")

func (l leaving) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc { return next }

func (l leaving) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

func (l leaving) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(l.stop, cancel)()
		err := next(ctx, conn)
		if err != nil && l.stop.Err() != nil {
			return connect.NewError(connect.CodeUnavailable, errLeaving)
		}
		return err
	}
}
