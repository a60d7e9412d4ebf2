package crash

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/transport/raftnet"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stand-ins for Raft and the port of node n2, which follows n1.
type fake struct {
	mu      sync.Mutex
	probes  []func() (string, string, error) // answers; the last one stays
	asked   int
	answers map[string]any  // of other nodes, by address
	stands  map[string]bool // for election
	handler map[string]raftnet.Handler
	ended   func(raftnet.Peer)
	elected int
	peers   []raftnet.Peer
	state   raft.RaftState
	term    uint64
	index   uint64
	heard   time.Time
	leader  raft.ServerID // n1 if empty and not nobody
	nobody  bool          // no leader is known
}

func (f *fake) NodeID() string { return "n2" }
func (f *fake) BootID() string { return "b2" }
func (f *fake) Handle(method string, h raftnet.Handler) {
	f.change(func() {
		if f.handler == nil {
			f.handler = make(map[string]raftnet.Handler)
		}
		f.handler[method] = h
	})
}
func (f *fake) OnRaftStreamEnd(g func(raftnet.Peer)) { f.ended = g }
func (f *fake) LeaderWithID() (raft.ServerAddress, raft.ServerID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.nobody:
		return "", ""
	case f.leader != "":
		return raft.ServerAddress("at " + f.leader), f.leader
	}
	return "a1", "n1"
}
func (f *fake) State() raft.RaftState    { f.mu.Lock(); defer f.mu.Unlock(); return f.state }
func (f *fake) CurrentTerm() uint64      { f.mu.Lock(); defer f.mu.Unlock(); return f.term }
func (f *fake) LastContact() time.Time   { f.mu.Lock(); defer f.mu.Unlock(); return f.heard }
func (f *fake) LastIndex() uint64        { return f.index }
func (f *fake) Stats() map[string]string { return map[string]string{"last_log_term": "3"} }
func (f *fake) elect(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.elected++
	return nil
}
func (f *fake) elections() int            { f.mu.Lock(); defer f.mu.Unlock(); return f.elected }
func (f *fake) change(to func())          { f.mu.Lock(); defer f.mu.Unlock(); to() }
func (f *fake) RaftPeers() []raftnet.Peer { f.mu.Lock(); defer f.mu.Unlock(); return f.peers }
func (f *fake) configuration() raft.Configuration {
	var c raft.Configuration
	for i, s := range []raft.ServerSuffrage{raft.Voter, raft.Voter, raft.Voter, raft.Nonvoter} {
		c.Servers = append(c.Servers, raft.Server{ID: raft.ServerID(fmt.Sprint("n", i+1)), Address: raft.ServerAddress(fmt.Sprint("a", i+1)), Suffrage: s})
	}
	return c
}

func (f *fake) Probe(context.Context, string) (string, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	answer := f.probes[0]
	if len(f.probes) > 1 {
		f.probes = f.probes[1:]
	}
	return answer()
}

func (f *fake) Call(_ context.Context, address, method string, _ []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if method == stands {
		return json.Marshal(f.stands[address])
	}
	r, ok := f.answers[address]
	if !ok {
		return nil, errors.New("can't be reached")
	}
	return json.Marshal(r)
}

func lives() (string, string, error)     { return "n1", "b1", nil }
func restarted() (string, string, error) { return "n1", "b1'", nil }
func refused() (string, string, error) {
	return "", "", fmt.Errorf("dial: %w", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})
}
func expired() (string, string, error) {
	return "", "", x509.CertificateInvalidError{Reason: x509.Expired}
}
func silent() (string, string, error) { return "", "", context.DeadlineExceeded }

var n1 = Process{"n1", "b1"}

// Each case is what n2 sees of its leader after a lost stream, and what n3 and
// the non-voter n4 say; want is whether n2 stands for election.
func TestEvidence(t *testing.T) {
	type answer = func() (string, string, error)
	says := func(index uint64) Report { return Report{Process: n1, Term: 3, LastTerm: 3, LastIndex: index} }
	for name, c := range map[string]struct {
		probes  []answer
		reports map[string]Report // n3's and n4's, by node
		change  func(*fake)
		early   bool // the change comes before all else
		want    int
	}{
		"refused, and n3 says so":   {probes: []answer{refused}, reports: map[string]Report{"n3": says(5)}, want: 1},
		"restarted, and n3 says so": {probes: []answer{restarted}, reports: map[string]Report{"n3": says(5)}, want: 1},
		"accepts while it dies":     {probes: []answer{lives, lives, lives, refused}, reports: map[string]Report{"n3": says(5)}, want: 1},
		"lives":                     {probes: []answer{lives}, reports: map[string]Report{"n3": says(5)}},
		"certificate expired":       {probes: []answer{expired}, reports: map[string]Report{"n3": says(5)}},
		"silent":                    {probes: []answer{silent}, reports: map[string]Report{"n3": says(5)}},
		"nobody else says so":       {probes: []answer{refused}},
		"only a non-voter says so":  {probes: []answer{refused}, reports: map[string]Report{"n4": says(5)}},
		"n3 speaks of an earlier life": {
			probes: []answer{lives}, reports: map[string]Report{"n3": {Process: Process{"n1", "b0"}, Term: 3, LastTerm: 3, LastIndex: 5}},
			change: func(f *fake) { f.peers = []raftnet.Peer{{NodeID: "n1", BootID: "b1"}} }, early: true,
		},
		"n3 has more, and never leads": {probes: []answer{refused}, reports: map[string]Report{"n3": says(8)}, want: 1},
		"n3 has more, and leads": {
			probes: []answer{refused}, reports: map[string]Report{"n3": says(8)},
			change: func(f *fake) { f.term = 4 },
		},
		"n3 has more, and stands in vain": {
			probes: []answer{refused}, reports: map[string]Report{"n3": says(8)},
			change: func(f *fake) { f.nobody, f.term = true, 4 }, want: 1,
		},
		"n3 has more, and is elected after a while": {
			probes: []answer{refused}, reports: map[string]Report{"n3": says(8)},
			change: func(f *fake) {
				f.nobody, f.term = true, 4
				time.AfterFunc(turn+turn/2, func() { f.change(func() { f.nobody, f.leader = false, "n3" }) })
			},
		},
		"n3 has more, and its votes are slow": {
			probes: []answer{refused}, reports: map[string]Report{"n3": says(8)},
			change: func(f *fake) {
				f.stands = map[string]bool{"a3": true}
				time.AfterFunc(4*turn, func() { f.change(func() { f.leader, f.term = "n3", 4 }) })
			},
		},
		"n3 has more, and stands for ever": {
			probes: []answer{refused}, reports: map[string]Report{"n3": says(8)},
			change: func(f *fake) { f.stands = map[string]bool{"a3": true} }, want: 1,
		},
		"n3 has less, and stands": {
			probes: []answer{refused}, reports: map[string]Report{"n3": says(4)},
			change: func(f *fake) { f.stands = map[string]bool{"a3": true} }, want: 1,
		},
		"n3 speaks of another term": {probes: []answer{refused}, reports: map[string]Report{"n3": {Process: n1, Term: 2, LastTerm: 3, LastIndex: 5}}},
		"its next life leads": {
			probes: []answer{restarted}, reports: map[string]Report{"n3": says(5)},
			change: func(f *fake) { f.peers = []raftnet.Peer{{NodeID: "n1", BootID: "b1'"}} }, early: true,
		},
		"this node stands already": {
			probes: []answer{refused}, reports: map[string]Report{"n3": says(8)},
			change: func(f *fake) { f.state = raft.Candidate },
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{probes: c.probes, term: 3, index: 6, state: raft.Follower}
				w := New(Options{Port: f, Raft: f, Configuration: f.configuration, Elect: f.elect, Logger: hclog.NewNullLogger()})
				ctx, cancel := context.WithCancel(t.Context())
				var run sync.WaitGroup
				run.Go(func() { w.Run(ctx) })
				defer run.Wait()
				defer cancel()
				synctest.Wait()
				if c.early {
					f.change(func() { c.change(f) })
				}
				f.ended(raftnet.Peer{NodeID: "n1", BootID: "b1"})
				time.Sleep(20 * time.Millisecond)
				for from, r := range c.reports {
					data, err := json.Marshal(r)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := f.handler[method](ctx, from, data); err != nil {
						t.Fatal(err)
					}
				}
				synctest.Wait()
				if c.change != nil && !c.early {
					f.change(func() { c.change(f) })
				}
				time.Sleep(time.Second)
				if f.elections() != c.want {
					t.Errorf("stood %d times, want %d; %+v", f.elections(), c.want, w.Stats())
				}
				if f.asked == 0 && !c.early {
					t.Error("nobody asked the leader")
				}
			})
		})
	}
}

func TestRank(t *testing.T) {
	reports := map[string]Report{
		"n1": {LastTerm: 2, LastIndex: 9, Links: 4},
		"n2": {LastTerm: 3, LastIndex: 5, Links: 1},
		"n3": {LastTerm: 3, LastIndex: 5, Links: 2},
		"n4": {LastTerm: 3, LastIndex: 7},
		"n5": {LastTerm: 3, LastIndex: 5, Links: 2},
		"n6": {LastTerm: 9, LastIndex: 9, Successor: true},
	}
	for place, id := range []string{"n4", "n3", "n5", "n2", "n1"} {
		if got := rank(id, reports); got != place {
			t.Errorf("%s is at place %d, want %d", id, got, place)
		}
	}
	if got := rank("n6", reports); got != -1 {
		t.Errorf("a restarted leader is at place %d", got)
	}
}

// A node says that it stands while it is being elected, and when it was.
func TestStanding(t *testing.T) {
	for state, want := range map[raft.RaftState]string{raft.Follower: "false", raft.Candidate: "true", raft.Leader: "true"} {
		f := &fake{state: state}
		w := New(Options{Port: f, Raft: f, Configuration: f.configuration, Elect: f.elect, Logger: hclog.NewNullLogger()})
		if got, err := w.standing(t.Context(), "n3", nil); err != nil || string(got) != want {
			t.Errorf("%v: %s, %v", state, got, err)
		}
	}
}

// A report about this node's own former life is answered as its successor.
func TestHear_OfItself(t *testing.T) {
	f := &fake{probes: []func() (string, string, error){lives}, term: 3, state: raft.Follower}
	w := New(Options{Port: f, Raft: f, Configuration: f.configuration, Elect: f.elect, Logger: hclog.NewNullLogger()})
	for boot, want := range map[string]Report{
		"b2": {},
		"b0": {Process: Process{"n2", "b0"}, Term: 3, LastTerm: 3, Successor: true},
	} {
		data, _ := json.Marshal(Report{Process: Process{"n2", boot}, Term: 3})
		answer, err := w.hear(t.Context(), "n3", data)
		if err != nil {
			t.Fatal(err)
		}
		var got Report
		if err := json.Unmarshal(answer, &got); err != nil || got != want {
			t.Errorf("of %s: %+v, %v; want %+v", boot, got, err, want)
		}
	}
	if _, err := w.hear(t.Context(), "n3", []byte("nonsense")); err == nil {
		t.Error("took nonsense")
	}
}

func TestEnded_IsBounded(t *testing.T) {
	e := ended{life: make(map[Process]bool)}
	for i := range 3 * maxEnded {
		if !e.add(Process{"n1", fmt.Sprint(i)}) {
			t.Fatalf("%d was there before", i)
		}
	}
	if len(e.life) != maxEnded || len(e.order) != maxEnded {
		t.Errorf("%d and %d are kept", len(e.life), len(e.order))
	}
	if last := (Process{"n1", fmt.Sprint(3*maxEnded - 1)}); !e.has(last) || e.add(last) {
		t.Error("the newest is forgotten")
	}
}
