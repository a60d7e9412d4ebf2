package node

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clock"
	"github.com/holdline/holdline/linkd/store"
	"github.com/holdline/holdline/transport/raftnet"
	"github.com/holdline/holdline/transport/raftnet/authority"
	"github.com/holdline/holdline/transport/raftnet/pipenet"
)

// virtual is a cluster in virtual time: whole nodes on a network of pipes.
type virtual struct {
	t      *testing.T
	net    *pipenet.Network
	peers  []Peer
	stores map[string]*store.Store
	nodes  map[string]*Node
	tls    map[string]*raftnet.TLSFiles // empty: without TLS
	// refuses are dials, "from to", that a firewall answers with REJECT.
	mu      sync.Mutex
	refuses map[string]bool
}

func newVirtual(t *testing.T, size int) *virtual { return newVirtualTLS(t, size, nil) }

func newVirtualTLS(t *testing.T, size int, files map[string]*raftnet.TLSFiles) *virtual {
	v := &virtual{t: t, net: pipenet.New(), stores: map[string]*store.Store{}, nodes: map[string]*Node{}, tls: files, refuses: map[string]bool{}}
	for i := range size {
		id := fmt.Sprintf("n%d", i+1)
		v.peers = append(v.peers, Peer{ID: id, Address: id})
		v.stores[id] = store.Memory(store.Options{})
	}
	var started sync.WaitGroup
	for _, p := range v.peers {
		n := v.open(p.ID)
		started.Go(func() { v.start(n) })
	}
	started.Wait()
	return v
}

func (v *virtual) open(id string) *Node {
	v.t.Helper()
	l, err := v.net.Listen(id)
	if err != nil {
		v.t.Fatal(err)
	}
	dial := v.net.Dialer(id)
	n, err := New(Options{
		ID: id, Peers: v.peers, Listener: l, Store: v.stores[id], Clock: clock.Monotonic(), Timing: timings["metro"], TLS: v.tls[id],
		Dial: func(ctx context.Context, to string) (net.Conn, error) {
			v.mu.Lock()
			refused := v.refuses[id+" "+to]
			v.mu.Unlock()
			if refused {
				return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
			}
			return dial(ctx, to)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Name: id, Output: v.t.Output(), Level: hclog.Off}),
		Self:   &fsmpb.Node{Id: id, Level: 1, RaftAddress: id}, Settings: &fsmpb.Settings{},
		Failover: recorder(v.t),
		Fatal:    func(err error) { v.t.Errorf("node %s: %v", id, err) },
	})
	if err != nil {
		v.t.Fatal(err)
	}
	v.nodes[id] = n
	return n
}

func (v *virtual) start(n *Node) {
	if err := n.Start(v.t.Context()); err != nil {
		v.t.Errorf("start %s: %v", n.o.ID, err)
	}
}

// kill is the death of a node's process.
func (v *virtual) kill(id string) {
	v.t.Helper()
	v.net.Kill(id)
	v.clean(id)
}

// clean ends the goroutines of a node that nobody can reach any more.
func (v *virtual) clean(id string) {
	v.t.Helper()
	if err := v.nodes[id].Stop(); err != nil {
		v.t.Errorf("stop %s: %v", id, err)
	}
	delete(v.nodes, id)
}

func (v *virtual) restart(id string) {
	v.t.Helper()
	v.start(v.open(id))
}

func (v *virtual) close() {
	for id := range v.nodes {
		v.clean(id)
	}
	for id, s := range v.stores {
		if err := s.Close(); err != nil {
			v.t.Errorf("close the store of %s: %v", id, err)
		}
	}
}

// leader waits for a leader that has taken over, and returns how long it took.
func (v *virtual) leader() (*Node, time.Duration) {
	v.t.Helper()
	began := time.Now()
	for time.Since(began) < 30*time.Second {
		for _, n := range v.nodes {
			if n.Role().Leading() {
				return n, time.Since(began)
			}
		}
		time.Sleep(time.Millisecond) // virtual
	}
	v.t.Fatal("no leader within 30 s")
	return nil, 0
}

// settle lets all followers learn who leads.
func (v *virtual) settle() *Node {
	v.t.Helper()
	lead, _ := v.leader()
	time.Sleep(time.Second) // virtual
	return lead
}

func (v *virtual) elections() (n uint64) {
	for _, node := range v.nodes {
		n += node.CrashStats().Elections
	}
	return n
}

func (v *virtual) followers(lead *Node) (list []*Node) {
	for _, p := range v.peers {
		if n := v.nodes[p.ID]; n != nil && n != lead {
			list = append(list, n)
		}
	}
	return list
}

// soon is far less than the shortest heartbeat timeout of the profile.
const soon = 50 * time.Millisecond

func TestCrash_DeadLeaderIsReplacedAtOnce(t *testing.T) {
	for _, size := range []int{3, 5} {
		t.Run(fmt.Sprint(size, " nodes"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVirtual(t, size)
				defer v.close()
				for range size/2 + 1 {
					old := v.settle()
					if len(v.nodes) <= size/2+1 {
						break // no majority would be left
					}
					v.kill(old.o.ID)
					next, took := v.leader()
					if took > soon {
						t.Errorf("%s leads after %v", next.o.ID, took)
					}
				}
			})
		})
	}
}

// A crashed follower is nobody's business.
func TestCrash_FollowerDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVirtual(t, 3)
		defer v.close()
		lead := v.settle()
		term := lead.raft.CurrentTerm()
		v.kill(v.followers(lead)[0].o.ID)
		time.Sleep(5 * time.Second)
		if got, _ := v.leader(); got != lead || lead.raft.CurrentTerm() != term {
			t.Errorf("%s leads in term %d, before %s in %d", got.o.ID, got.raft.CurrentTerm(), lead.o.ID, term)
		}
	})
}

// Lost connections alone never start an election, however many.
func TestCrash_LostConnections(t *testing.T) {
	losses := uint64(1000)
	if os.Getenv("HOLDLINE_SOAK") != "" {
		losses = 10000
	}
	synctest.Test(t, func(t *testing.T) {
		v := newVirtual(t, 3)
		defer v.close()
		lead := v.settle()
		term := lead.raft.CurrentTerm()
		lost := func() (n uint64) {
			for _, f := range v.followers(lead) {
				n += f.CrashStats().StreamEnds
			}
			return n
		}
		for i := 0; lost() < losses; i++ {
			v.net.Reset(lead.o.ID, v.followers(lead)[i%2].o.ID)
			time.Sleep(time.Duration(10+i%17) * time.Millisecond) // for new ones to be made
		}
		if got, _ := v.leader(); got != lead || lead.raft.CurrentTerm() != term || v.elections() != 0 {
			t.Errorf("%s leads in term %d, before %s in %d; %d elections", got.o.ID, got.raft.CurrentTerm(), lead.o.ID, term, v.elections())
		}
	})
}

// A firewall at one follower answers its dials with REJECT: the leader lives.
func TestCrash_RejectAtOneFollower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVirtual(t, 3)
		defer v.close()
		lead := v.settle()
		term := lead.raft.CurrentTerm()
		cut := v.followers(lead)[0]
		v.mu.Lock()
		v.refuses[cut.o.ID+" "+lead.o.ID] = true
		v.mu.Unlock()
		for range 50 {
			v.net.Reset(lead.o.ID, cut.o.ID)
			time.Sleep(20 * time.Millisecond)
		}
		if cut.CrashStats().Deaths == 0 {
			t.Error("the follower found no evidence: nothing was tested")
		}
		if got, _ := v.leader(); got != lead || lead.raft.CurrentTerm() != term || v.elections() != 0 {
			t.Errorf("%s leads in term %d, before %s in %d; %d elections", got.o.ID, got.raft.CurrentTerm(), lead.o.ID, term, v.elections())
		}
	})
}

// A leader that is back before it was missed has another boot ID.
func TestCrash_RestartWithinATenth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVirtual(t, 3)
		defer v.close()
		old := v.settle()
		id := old.o.ID
		// The port is open again before anybody could ask.
		v.net.Kill(id)
		v.clean(id)
		v.restart(id)
		if _, took := v.leader(); took > soon {
			t.Errorf("a leader after %v", took)
		}
		if v.elections() == 0 {
			t.Error("nobody stood for election")
		}
	})
}

// The follower that is left and the restarted leader are a majority.
func TestCrash_RestartWithOneFollowerDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVirtual(t, 3)
		defer v.close()
		old := v.settle()
		id := old.o.ID
		v.kill(v.followers(old)[0].o.ID)
		time.Sleep(time.Second)
		v.kill(id)
		v.restart(id)
		if _, took := v.leader(); took > soon {
			t.Errorf("a leader after %v", took)
		}
	})
}

// All die and come back one by one: a leader is there as soon as two are.
func TestCrash_AllDieAndReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVirtual(t, 3)
		defer v.close()
		for range 5 {
			old := v.settle()
			order := []string{old.o.ID}
			for _, n := range v.followers(old) {
				order = append(order, n.o.ID)
			}
			for _, id := range order {
				v.net.Kill(id)
			}
			for _, id := range order {
				v.clean(id)
			}
			for _, id := range order {
				time.Sleep(700 * time.Millisecond)
				v.restart(id)
			}
			if _, took := v.leader(); took > 10*time.Second {
				t.Errorf("a leader after %v", took)
			}
		}
	})
}

// Nodes that started from a snapshot know the others: the state machine hears nothing
// of a membership that comes with one.
func TestCrash_StartedFromASnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVirtual(t, 3)
		defer v.close()
		for _, p := range v.peers {
			old := v.settle()
			for range 3 {
				if _, err := old.Log().Propose(t.Context(), &fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: &fsmpb.Node{Id: "x" + p.ID}}}}); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Second)
			n := v.nodes[p.ID]
			if err := n.Raft().Snapshot().Error(); err != nil {
				t.Fatal(err)
			}
			v.kill(p.ID)
			v.restart(p.ID)
		}
		old := v.settle()
		v.kill(old.o.ID)
		if next, took := v.leader(); took > soon {
			t.Errorf("%s leads after %v", next.o.ID, took)
		}
		lead := v.settle()
		if n := len(lead.Configuration().Servers); n != 3 {
			t.Errorf("%d members are known", n)
		}
	})
}

// A leader that stands still keeps its sockets: it is replaced once a majority has
// not heard it for a heartbeat timeout, and not before.
func TestCrash_SilentLeader(t *testing.T) {
	for _, size := range []int{3, 5} {
		t.Run(fmt.Sprint(size, " nodes"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVirtual(t, size)
				defer v.close()
				patience := timings["metro"].Heartbeat
				for range 10 {
					old := v.settle()
					others := v.followers(old)
					for _, n := range others {
						v.net.Cut(old.o.ID, n.o.ID)
					}
					began := time.Now()
					led := func() bool {
						return slices.ContainsFunc(others, func(n *Node) bool { return n.Role().Leading() })
					}
					for !led() && time.Since(began) < 10*time.Second {
						time.Sleep(time.Millisecond)
					}
					// The last heartbeat came at most a fifth of the timeout before.
					if took := time.Since(began); took < patience*4/5 || took > patience*5/4+soon {
						t.Errorf("a leader after %v", took)
					}
					for _, n := range others {
						if s := n.CrashStats(); s.Deaths != 0 {
							t.Errorf("%s found it dead", n.o.ID)
						}
						v.net.Heal(old.o.ID, n.o.ID)
					}
					time.Sleep(3 * time.Second)
				}
			})
		})
	}
}

// A follower that doesn't hear the leader while the others do changes nothing.
func TestCrash_SilentToOneFollower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVirtual(t, 3)
		defer v.close()
		lead := v.settle()
		term := lead.raft.CurrentTerm()
		deaf := v.followers(lead)[0]
		v.net.Cut(lead.o.ID, deaf.o.ID)
		time.Sleep(20 * time.Second)
		if v.elections() != 0 || lead.raft.CurrentTerm() != term || !lead.Role().Leading() {
			t.Errorf("%d elections, term %d, before %d", v.elections(), lead.raft.CurrentTerm(), term)
		}
		v.net.Heal(lead.o.ID, deaf.o.ID)
		time.Sleep(3 * time.Second)
	})
}

// The one with the longer log leads.
func TestCrash_LongestLogLeads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVirtual(t, 3)
		defer v.close()
		for round := range 6 {
			old := v.settle()
			behind := v.followers(old)[round%2]
			ahead := v.followers(old)[1-round%2]
			v.net.Cut(old.o.ID, behind.o.ID)
			if err := old.raft.Barrier(time.Second).Error(); err != nil {
				t.Fatal(err)
			}
			v.net.Heal(old.o.ID, behind.o.ID)
			v.kill(old.o.ID)
			next, took := v.leader()
			if next != ahead || took > soon {
				t.Errorf("round %d: %s leads after %v, want %s", round, next.o.ID, took, ahead.o.ID)
			}
			v.restart(old.o.ID)
		}
	})
}

// certificates are good for a day, but for one node's.
func certificates(t *testing.T, short string, life time.Duration) map[string]*raftnet.TLSFiles {
	t.Helper()
	ca, err := authority.New(24 * time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*raftnet.TLSFiles{}
	for _, id := range []string{"n1", "n2", "n3"} {
		good := 24 * time.Hour
		if id == short {
			good = life
		}
		files, err := ca.Issue(t.TempDir(), id, good)
		if err != nil {
			t.Fatal(err)
		}
		all[id] = (*raftnet.TLSFiles)(&files)
	}
	return all
}

func TestCrash_UnderTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVirtualTLS(t, 3, certificates(t, "", 0))
		defer v.close()
		old := v.settle()
		v.kill(old.o.ID)
		if next, took := v.leader(); took > soon {
			t.Errorf("%s leads after %v", next.o.ID, took)
		}
	})
}

// A node whose certificate has expired can't come back once its connections are
// lost. It is no reason to change the leader, be it the leader's own or not.
func TestCrash_ExpiredCertificate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const life = time.Minute
		v := newVirtualTLS(t, 3, certificates(t, "n2", life))
		defer v.close()
		lead := v.settle()
		if lead.o.ID == "n2" {
			if err := lead.raft.LeadershipTransfer().Error(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			lead = v.settle()
		}
		term := lead.raft.CurrentTerm()
		time.Sleep(life)
		for range 10 {
			for _, f := range v.followers(lead) {
				v.net.Reset(lead.o.ID, f.o.ID)
				time.Sleep(100 * time.Millisecond)
			}
		}
		time.Sleep(10 * time.Second)
		if got, _ := v.leader(); got != lead || lead.raft.CurrentTerm() != term || v.elections() != 0 {
			t.Errorf("%s leads in term %d, before %s in %d; %d elections", got.o.ID, got.raft.CurrentTerm(), lead.o.ID, term, v.elections())
		}
	})
}
