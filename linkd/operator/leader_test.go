package operator

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeRaft is a node's view of Raft.
type fakeRaft struct {
	Raft         // nothing else is asked
	self, leader raft.ServerID
}

func (f *fakeRaft) State() raft.RaftState {
	if f.self == f.leader {
		return raft.Leader
	}
	return raft.Follower
}
func (f *fakeRaft) LeaderWithID() (raft.ServerAddress, raft.ServerID) { return "", f.leader }
func (f *fakeRaft) Barrier(time.Duration) raft.Future                 { return done{} }

type done struct{}

func (done) Error() error { return nil }

// fixed is a replica whose state doesn't change.
type fixed struct{ *fsm.Machine }

func (f fixed) Changed() <-chan struct{} { return nil }
func (f fixed) WaitFor(ctx context.Context, _ func(*fsm.State) bool) (*fsm.State, error) {
	return f.View(), nil
}

// node serves a service until the test ends, and says where.
func node(t *testing.T, id, leader string, known []*fsmpb.Node, sessions ...string) string {
	t.Helper()
	m := fsm.New()
	index := uint64(0)
	apply := func(c *fsmpb.Command) {
		index++
		data, err := proto.Marshal(&fsmpb.Entry{TimeMs: 1, Level: 1, Commands: []*fsmpb.Command{c}})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := m.Apply(index, 1, data); err != nil || r[0].Err != nil {
			t.Fatalf("apply %v: %v, %v", c, r, err)
		}
	}
	apply(&fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c"}}})
	apply(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: "pbx"}}}})
	for _, n := range known {
		apply(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: n}}})
	}
	for _, s := range sessions {
		apply(&fsmpb.Command{Kind: &fsmpb.Command_OpenSession{OpenSession: &fsmpb.OpenSession{Switch: "pbx", Identity: s}}})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	service := New(Options{NodeID: id, Replica: fixed{m}, Raft: &fakeRaft{self: raft.ServerID(id), leader: raft.ServerID(leader)}})
	go func() { served <- api.Serve(ctx, l, service, api.ServerConfig{}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("node %s: %v", id, err)
		}
	})
	return l.Addr().String()
}

func sessionsAt(t *testing.T, address string) (*apipb.SessionsResponse, error) {
	t.Helper()
	c, err := api.NewClient(api.ClientConfig{Endpoints: []string{address}, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.Sessions(t.Context(), &apipb.SessionsRequest{Read: &apipb.Read{Leader: true}})
}

// A read at the leader finds the leader, whichever node is asked.
func TestFollowerNamesTheLeader(t *testing.T) {
	leader := node(t, "n1", "n1", nil, "tserver")
	follower := node(t, "n2", "n1", []*fsmpb.Node{{Id: "n1", ApiAddress: leader}})
	r, err := sessionsAt(t, follower)
	if err != nil {
		t.Fatal(err)
	}
	if r.Applied.Node != "n1" || len(r.Sessions) != 1 || r.Sessions[0].Identity != "tserver" {
		t.Errorf("answered by %s: %v", r.Applied.Node, r.Sessions)
	}
}

func TestWithoutALeader(t *testing.T) {
	if _, err := sessionsAt(t, node(t, "n2", "", nil)); !errors.Is(err, api.ErrNoLeader) {
		t.Errorf("err = %v, want ErrNoLeader", err)
	}
}
