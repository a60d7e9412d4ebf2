package api_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"go.uber.org/goleak"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// node is a service whose answers a test sets.
type node struct {
	apipbconnect.UnimplementedOperatorHandler
	status   func(context.Context) (*apipb.StatusResponse, error)
	transfer func(context.Context) (*apipb.TransferLeaderResponse, error)
	watch    func(context.Context, *apipb.WatchRequest, func(*apipb.WatchEvent) error) error

	mu    sync.Mutex
	asked int
}

func (n *node) count() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
}

func (n *node) times() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

func (n *node) Status(ctx context.Context, _ *connect.Request[apipb.StatusRequest]) (*connect.Response[apipb.StatusResponse], error) {
	n.count()
	r, err := n.status(ctx)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(r), nil
}

func (n *node) TransferLeader(ctx context.Context, _ *connect.Request[apipb.TransferLeaderRequest]) (*connect.Response[apipb.TransferLeaderResponse], error) {
	n.count()
	r, err := n.transfer(ctx)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(r), nil
}

func (n *node) Watch(ctx context.Context, q *connect.Request[apipb.WatchRequest], s *connect.ServerStream[apipb.WatchEvent]) error {
	n.count()
	return n.watch(ctx, q.Msg, s.Send)
}

// serve runs svc on a loopback port until the test ends; stop ends it early and
// waits.
func serve(t *testing.T, svc api.Service, cfg api.ServerConfig) (addr string, stop func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- api.Serve(ctx, ln, svc, cfg) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(stop)
	return ln.Addr().String(), stop
}

func client(t *testing.T, cfg api.ClientConfig) *api.Client {
	t.Helper()
	c, err := api.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// closedPort is an address at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func says(version string) func(context.Context) (*apipb.StatusResponse, error) {
	return func(context.Context) (*apipb.StatusResponse, error) {
		return &apipb.StatusResponse{Version: version}, nil
	}
}

func failsWith(err error) func(context.Context) (*apipb.StatusResponse, error) {
	return func(context.Context) (*apipb.StatusResponse, error) { return nil, err }
}
