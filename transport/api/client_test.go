package api_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
)

func TestNextEndpointAnswers(t *testing.T) {
	up := &node{status: says("v1")}
	dead := closedPort(t)
	addr, _ := serve(t, up, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{dead, addr}})
	for range 2 {
		r, err := c.Status(t.Context(), &apipb.StatusRequest{})
		if err != nil || r.Version != "v1" {
			t.Fatalf("Status = %v, %v", r, err)
		}
	}
	if diff := cmp.Diff([]string{addr, dead}, c.Endpoints()); diff != "" {
		t.Errorf("the endpoint that answered should be asked first (-want +got):\n%s", diff)
	}
}

func TestNobodyAnswers(t *testing.T) {
	a, b := closedPort(t), closedPort(t)
	c := client(t, api.ClientConfig{Endpoints: []string{a, b}})
	_, err := c.Status(t.Context(), &apipb.StatusRequest{})
	if !errors.Is(err, api.ErrUnreachable) {
		t.Fatalf("err = %v, want ErrUnreachable", err)
	}
	want := "ask for the status: no node could answer: " + a + ": connection refused; " + b + ": connection refused. " +
		"Check that linkd runs there and that the endpoints name its API port (7500 if none is given)"
	if err.Error() != want {
		t.Errorf("err = %s\nwant  %s", err, want)
	}
}

func TestFollowsTheLeader(t *testing.T) {
	leader := &node{transfer: func(context.Context) (*apipb.TransferLeaderResponse, error) {
		return &apipb.TransferLeaderResponse{From: "n1", To: "n2"}, nil
	}}
	leaderAddr, _ := serve(t, leader, api.ServerConfig{})
	follower := &node{transfer: func(context.Context) (*apipb.TransferLeaderResponse, error) {
		return nil, api.NotLeader("n1", leaderAddr)
	}}
	addr, _ := serve(t, follower, api.ServerConfig{})
	other := &node{transfer: leader.transfer}
	otherAddr, _ := serve(t, other, api.ServerConfig{})

	// The leader isn't among the endpoints, and comes before the next of them.
	c := client(t, api.ClientConfig{Endpoints: []string{addr, otherAddr}})
	r, err := c.TransferLeader(t.Context(), &apipb.TransferLeaderRequest{})
	if err != nil || r.To != "n2" {
		t.Fatalf("TransferLeader = %v, %v", r, err)
	}
	if follower.times() != 1 || leader.times() != 1 || other.times() != 0 {
		t.Errorf("asked follower %d, leader %d, other %d times; want 1, 1, 0", follower.times(), leader.times(), other.times())
	}
}

func TestTwoNodesNameEachOther(t *testing.T) {
	var a, b node
	addrA, _ := serve(t, &a, api.ServerConfig{})
	addrB, _ := serve(t, &b, api.ServerConfig{})
	a.status = failsWith(api.NotLeader("b", addrB))
	b.status = failsWith(api.NotLeader("a", addrA))
	c := client(t, api.ClientConfig{Endpoints: []string{addrA}, Timeout: 500 * time.Millisecond})
	_, err := c.Status(t.Context(), &apipb.StatusRequest{})
	if !errors.Is(err, api.ErrNoLeader) {
		t.Fatalf("err = %v, want ErrNoLeader", err)
	}
}

func TestWaitsForAnElection(t *testing.T) {
	n := &node{}
	n.status = func(context.Context) (*apipb.StatusResponse, error) {
		if n.times() < 3 {
			return nil, api.NotLeader("", "")
		}
		return &apipb.StatusResponse{Leader: "n1"}, nil
	}
	addr, _ := serve(t, n, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{addr}})
	r, err := c.Status(t.Context(), &apipb.StatusRequest{})
	if err != nil || r.Leader != "n1" || n.times() != 3 {
		t.Fatalf("Status = %v, %v after %d requests", r, err, n.times())
	}
}

// The node that knew no leader hangs when it is asked again: what it said counts.
func TestNoLeaderAndThenSilence(t *testing.T) {
	n := &node{}
	n.status = func(ctx context.Context) (*apipb.StatusResponse, error) {
		if n.times() == 1 {
			return nil, api.NotLeader("", "")
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	addr, _ := serve(t, n, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{addr}, Timeout: 700 * time.Millisecond})
	if _, err := c.Status(t.Context(), &apipb.StatusRequest{}); !errors.Is(err, api.ErrNoLeader) {
		t.Errorf("err = %v, want ErrNoLeader", err)
	}
}

func TestNoLeaderInTime(t *testing.T) {
	n := &node{status: failsWith(api.NotLeader("", ""))}
	addr, _ := serve(t, n, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{closedPort(t), addr}, Timeout: 700 * time.Millisecond})
	_, err := c.Status(t.Context(), &apipb.StatusRequest{})
	if !errors.Is(err, api.ErrNoLeader) {
		t.Fatalf("err = %v, want ErrNoLeader", err)
	}
	if !strings.Contains(err.Error(), addr+": this node doesn't lead, and no leader is known") {
		t.Errorf("err = %v: should say what %s said", err, addr)
	}
}

// A node that is cut off doesn't speak for the cluster.
func TestStatusOfANodeThatIsCutOff(t *testing.T) {
	cutOff := &node{status: says("cut off")}
	healthy := &node{status: func(context.Context) (*apipb.StatusResponse, error) {
		return &apipb.StatusResponse{Leader: "n2", Version: "healthy"}, nil
	}}
	cutOffAddr, _ := serve(t, cutOff, api.ServerConfig{})
	addr, _ := serve(t, healthy, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{cutOffAddr, closedPort(t), addr}})
	r, err := c.Status(t.Context(), &apipb.StatusRequest{})
	if err != nil || r.Version != "healthy" || c.Endpoints()[0] != addr {
		t.Errorf("%v, %v; asked first from now on: %s", r, err, c.Endpoints()[0])
	}

	// If nobody knows better, its answer is what there is.
	c = client(t, api.ClientConfig{Endpoints: []string{cutOffAddr, closedPort(t)}})
	if r, err := c.Status(t.Context(), &apipb.StatusRequest{}); err != nil || r.Version != "cut off" {
		t.Errorf("%v, %v", r, err)
	}
}

// listen accepts connections and hands them to fn.
func listen(t *testing.T, fn func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var conns []net.Conn
		for {
			c, err := ln.Accept()
			if err != nil {
				for _, c := range conns {
					c.Close()
				}
				return
			}
			conns = append(conns, c)
			fn(c)
		}
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return ln.Addr().String()
}

func TestReadPassesAFrozenNode(t *testing.T) {
	frozen := listen(t, func(net.Conn) {})
	up := &node{status: says("v1")}
	addr, _ := serve(t, up, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{frozen, addr}, Timeout: 2 * time.Second})
	r, err := c.Status(t.Context(), &apipb.StatusRequest{})
	if err != nil || r.Version != "v1" {
		t.Fatalf("Status = %v, %v", r, err)
	}
}

// A change that a node may have got is never sent to a second one.
func TestChangeIsNotAskedTwice(t *testing.T) {
	drops := listen(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1))
		c.Close()
	})
	up := &node{transfer: func(context.Context) (*apipb.TransferLeaderResponse, error) {
		return &apipb.TransferLeaderResponse{}, nil
	}}
	addr, _ := serve(t, up, api.ServerConfig{})

	c := client(t, api.ClientConfig{Endpoints: []string{drops, addr}})
	_, err := c.TransferLeader(t.Context(), &apipb.TransferLeaderRequest{})
	if !errors.Is(err, api.ErrOutcomeUnknown) {
		t.Errorf("err = %v, want ErrOutcomeUnknown", err)
	}
	if up.times() != 0 {
		t.Errorf("the second node was asked %d times", up.times())
	}

	// One that surely got nothing is passed over.
	c = client(t, api.ClientConfig{Endpoints: []string{closedPort(t), addr}})
	if _, err := c.TransferLeader(t.Context(), &apipb.TransferLeaderRequest{}); err != nil || up.times() != 1 {
		t.Errorf("err = %v, asked %d times; want nil, 1", err, up.times())
	}
}

func TestANodesAnswerSettles(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want error
	}{
		{api.Refused("n3 is %d entries behind", 9), api.ErrRefused},
		{connect.NewError(connect.CodeInvalidArgument, errors.New("x")), api.ErrInvalid},
		{connect.NewError(connect.CodeNotFound, errors.New("x")), api.ErrNotFound},
		{connect.NewError(connect.CodeInternal, errors.New("x")), api.ErrFailed},
		{errors.New("x"), api.ErrFailed},
		{connect.NewError(connect.CodeDeadlineExceeded, errors.New("x")), api.ErrOutcomeUnknown},
	} {
		second := &node{}
		secondAddr, _ := serve(t, second, api.ServerConfig{})
		first := &node{transfer: func(context.Context) (*apipb.TransferLeaderResponse, error) { return nil, tc.err }}
		addr, _ := serve(t, first, api.ServerConfig{})
		c := client(t, api.ClientConfig{Endpoints: []string{addr, secondAddr}})
		_, err := c.TransferLeader(t.Context(), &apipb.TransferLeaderRequest{})
		if !errors.Is(err, tc.want) {
			t.Errorf("%v became %v, want %v", tc.err, err, tc.want)
		}
		if second.times() != 0 {
			t.Errorf("%v: the second node was asked too", tc.err)
		}
	}
}

func TestCallerGivesUp(t *testing.T) {
	got := make(chan struct{}, 1)
	n := &node{status: func(ctx context.Context) (*apipb.StatusResponse, error) {
		got <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	addr, _ := serve(t, n, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{addr}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := c.Status(ctx, &apipb.StatusRequest{})
		done <- err
	}()
	<-got
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
}

func TestNotAnAPIPort(t *testing.T) {
	addr, _ := serve(t, &node{}, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{addr}})
	_, err := c.Links(t.Context(), &apipb.LinksRequest{})
	if !errors.Is(err, api.ErrUnreachable) || !strings.Contains(err.Error(), "older linkd") {
		t.Errorf("err = %v", err)
	}
}

func TestEndpoints(t *testing.T) {
	for in, want := range map[string]string{
		"10.0.0.1":              "10.0.0.1:7500",
		"10.0.0.1:80":           "10.0.0.1:80",
		" node1 ":               "node1:7500",
		"https://node1:7443/":   "node1:7443",
		"http://[fe80::1]":      "[fe80::1]:7500",
		"[::1]:9":               "[::1]:9",
		"":                      "",
		"::1":                   "",
		"ftp://node1":           "",
		"node1:port":            "",
		"http://node1/path":     "",
		"http://me:pw@node1":    "",
		"node1?x=1":             "",
		"http://":               "",
		"10.0.0.1:7500 node2:1": "",
	} {
		c, err := api.NewClient(api.ClientConfig{Endpoints: []string{in}})
		switch {
		case want == "" && err == nil:
			t.Errorf("%q was taken as %v", in, c.Endpoints())
		case want != "" && (err != nil || c.Endpoints()[0] != want):
			t.Errorf("%q gave %v, want %s", in, err, want)
		}
	}
	if _, err := api.NewClient(api.ClientConfig{}); err == nil {
		t.Error("a client without endpoints was made")
	}
}
