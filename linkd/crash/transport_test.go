package crash

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
)

// TestTransport_VoteOverStaleConnection: connections that Raft kept die, with an
// orderly end or a reset; the next request for a vote or a pre-vote must reach the
// voter all the same.
func TestTransport_VoteOverStaleConnection(t *testing.T) {
	for name, linger := range map[string]int{"ended": -1, "reset": 0} {
		t.Run(name, func(t *testing.T) {
			l := &accepted{Listener: listening(t)}
			voter := network(t, l)
			go vote(t, voter)
			own := NewTransport(network(t, &accepted{Listener: listening(t)}), func() {})
			to := raft.ServerAddress(l.Addr().String())
			for _, term := range []uint64{1, 2} {
				var granted raft.RequestVoteResponse
				if err := own.RequestVote("n3", to, &raft.RequestVoteRequest{Term: term}, &granted); err != nil || !granted.Granted {
					t.Fatalf("vote in term %d: granted %t, %v", term, granted.Granted, err)
				}
				l.cut(t, linger)
				var agreed raft.RequestPreVoteResponse
				if err := own.RequestPreVote("n3", to, &raft.RequestPreVoteRequest{Term: term}, &agreed); err != nil || !agreed.Granted {
					t.Fatalf("pre-vote in term %d: granted %t, %v", term, agreed.Granted, err)
				}
				l.cut(t, linger)
			}
			if l.made() != 4 {
				t.Errorf("%d connections were made, not 4: those before were not stale", l.made())
			}
		})
	}
}

// vote grants whatever a transport is asked for.
func vote(t *testing.T, n *raft.NetworkTransport) {
	for {
		select {
		case rpc := <-n.Consumer():
			switch rpc.Command.(type) {
			case *raft.RequestVoteRequest:
				rpc.Respond(&raft.RequestVoteResponse{Granted: true}, nil)
			case *raft.RequestPreVoteRequest:
				rpc.Respond(&raft.RequestPreVoteResponse{Granted: true}, nil)
			}
		case <-t.Context().Done():
			return
		}
	}
}

// accepted is a stream layer on TCP that keeps the connections made to it.
type accepted struct {
	net.Listener
	mu  sync.Mutex
	all []net.Conn
}

func (a *accepted) Dial(to raft.ServerAddress, limit time.Duration) (net.Conn, error) {
	return net.DialTimeout("tcp", string(to), limit)
}

func (a *accepted) Accept() (net.Conn, error) {
	c, err := a.Listener.Accept()
	if err == nil {
		a.mu.Lock()
		a.all = append(a.all, c)
		a.mu.Unlock()
	}
	return c, err
}

func (a *accepted) made() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.all)
}

// cut closes the last connection, with a reset if linger is 0.
func (a *accepted) cut(t *testing.T, linger int) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.all[len(a.all)-1].(*net.TCPConn)
	if err := c.SetLinger(linger); err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func listening(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func network(t *testing.T, l *accepted) *raft.NetworkTransport {
	n := raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream: l, MaxPool: MaxPool, MaxRPCsInFlight: 1, Timeout: time.Minute, Logger: hclog.NewNullLogger(),
	})
	t.Cleanup(func() {
		n.CloseStreams()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}
