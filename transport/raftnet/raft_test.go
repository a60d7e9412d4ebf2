package raftnet

import (
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/transport/raftnet/pipenet"
)

// journal is an FSM that keeps what was applied.
type journal struct {
	mu   sync.Mutex
	said []string
}

func (j *journal) Apply(l *raft.Log) any {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.said = append(j.said, string(l.Data))
	return nil
}
func (j *journal) Snapshot() (raft.FSMSnapshot, error) { return nil, fmt.Errorf("not in this test") }
func (j *journal) Restore(io.ReadCloser) error         { return fmt.Errorf("not in this test") }

func (j *journal) all() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.said)
}

type member struct {
	*journal
	port  *Port
	trans *raft.NetworkTransport
	raft  *raft.Raft
}

func startRaft(t *testing.T, p *Port, addresses map[string]string) *member {
	t.Helper()
	m := &member{journal: &journal{}, port: p}
	m.trans = raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream: p.Raft(), MaxPool: 3, Timeout: 2 * time.Second, MaxRPCsInFlight: 1, Logger: hclog.NewNullLogger(),
	})
	cfg := raft.DefaultConfig()
	cfg.LocalID = raft.ServerID(p.NodeID())
	cfg.HeartbeatTimeout, cfg.ElectionTimeout, cfg.LeaderLeaseTimeout = 500*time.Millisecond, 500*time.Millisecond, 250*time.Millisecond
	cfg.NoLegacyTelemetry = true
	cfg.Logger = hclog.NewNullLogger()
	store := raft.NewInmemStore()
	snaps := raft.NewInmemSnapshotStore()
	var servers []raft.Server
	for id, address := range addresses {
		servers = append(servers, raft.Server{ID: raft.ServerID(id), Address: raft.ServerAddress(address)})
	}
	if err := raft.BootstrapCluster(cfg, store, store, snaps, m.trans, raft.Configuration{Servers: servers}); err != nil {
		t.Fatal(err)
	}
	r, err := raft.NewRaft(cfg, m.journal, store, store, snaps, m.trans)
	if err != nil {
		t.Fatal(err)
	}
	m.raft = r
	return m
}

// stop is what a node does at its end: port first, then Raft.
func (m *member) stop(t *testing.T) {
	t.Helper()
	m.port.Close()
	m.raft.Shutdown().Error()
	m.trans.Close()
	m.trans.CloseStreams()
}

func leaderOf(t *testing.T, members []*member) *member {
	t.Helper()
	for range 200 {
		time.Sleep(50 * time.Millisecond) // virtual
		for _, m := range members {
			if m.raft.State() == raft.Leader && m.raft.VerifyLeader().Error() == nil {
				return m
			}
		}
	}
	t.Fatal("no leader within 10 s")
	return nil
}

func TestRaftElectsReplicatesAndFailsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		addresses := map[string]string{"n1": "n1", "n2": "n2", "n3": "n3"}
		var members []*member
		ended := make(chan Peer, 100)
		for _, id := range []string{"n1", "n2", "n3"} {
			p := pipePort(t, n, id)
			p.OnRaftStreamEnd(func(who Peer) { ended <- who })
			members = append(members, startRaft(t, p, addresses))
		}
		defer func() {
			for _, m := range members {
				m.stop(t)
			}
		}()

		lead := leaderOf(t, members)
		var want []string
		for i := range 50 {
			want = append(want, fmt.Sprint("before ", i))
			if err := lead.raft.Apply([]byte(want[i]), time.Second).Error(); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		for _, m := range members {
			if !slices.Equal(m.all(), want) {
				t.Fatalf("%s holds %d of %d entries", m.port.NodeID(), len(m.all()), len(want))
			}
		}
		if len(ended) != 0 {
			t.Fatalf("a stream ended while all was well: %+v", <-ended)
		}

		// The leader's process dies.
		n.Kill(lead.port.NodeID())
		died := time.Now()
		synctest.Wait()
		heard := map[Peer]bool{}
		for len(ended) > 0 {
			who := <-ended
			who.Address = ""
			heard[who] = true
		}
		if !heard[Peer{NodeID: lead.port.NodeID(), BootID: lead.port.BootID()}] {
			t.Errorf("nobody was told that the leader's streams ended: %v", heard)
		}
		lead.stop(t)
		rest := slices.DeleteFunc(slices.Clone(members), func(m *member) bool { return m == lead })
		next := leaderOf(t, rest)
		if gap := time.Since(died); gap > 5*time.Second {
			t.Errorf("failover took %v", gap)
		}
		if err := next.raft.Apply([]byte("after"), time.Second).Error(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		for _, m := range rest {
			if !slices.Equal(m.all(), append(want, "after")) {
				t.Errorf("%s holds %q", m.port.NodeID(), m.all())
			}
		}
	})
}

// Silent loss: the leader is cut off, the others go on without it, and it takes
// over what they did when it is back.
func TestRaftSurvivesAPartition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		ids := []string{"n1", "n2", "n3"}
		var members []*member
		for _, id := range ids {
			members = append(members, startRaft(t, pipePort(t, n, id), map[string]string{"n1": "n1", "n2": "n2", "n3": "n3"}))
		}
		defer func() {
			for _, m := range members {
				m.stop(t)
			}
		}()
		want := []string{}
		for round := range 5 {
			old := leaderOf(t, members)
			rest := slices.DeleteFunc(slices.Clone(members), func(m *member) bool { return m == old })
			for _, m := range rest {
				n.Cut(old.port.NodeID(), m.port.NodeID())
			}
			lead := leaderOf(t, rest)
			if old.raft.State() == raft.Leader {
				t.Errorf("round %d: the leader that was cut off still leads", round)
			}
			for i := range 10 {
				entry := fmt.Sprint(round, " ", i)
				if err := lead.raft.Apply([]byte(entry), time.Second).Error(); err != nil {
					t.Fatal(err)
				}
				want = append(want, entry)
			}
			for _, m := range rest {
				n.Heal(old.port.NodeID(), m.port.NodeID())
			}
			time.Sleep(15 * time.Second)
			for _, m := range members {
				if got := m.all(); !slices.Equal(got, want) {
					t.Fatalf("round %d: %s holds %d entries, want %d", round, m.port.NodeID(), len(got), len(want))
				}
			}
		}
	})
}

func TestRaftOverTCP(t *testing.T) { testRaftOverSockets(t, nil) }

// Raft and calls over mutual TLS, each node dialled by address and known by name.
func TestRaftOverTLS(t *testing.T) { testRaftOverSockets(t, newAuthority(t)) }

func testRaftOverSockets(t *testing.T, ca *signer) {
	addresses := map[string]string{}
	listeners := map[string]net.Listener{}
	names := map[string]string{}
	ids := []string{"n1", "n2", "n3"}
	for _, id := range ids {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners[id], addresses[id], names[l.Addr().String()] = l, l.Addr().String(), id
	}
	var members []*member
	for _, id := range ids {
		cfg := Config{NodeID: id, Listener: listeners[id], NodeAt: func(a string) string { return names[a] }, IsPeer: func(id string) bool { return slices.Contains(ids, id) }}
		if ca != nil {
			files := ca.issue(t, t.TempDir(), id)
			cfg.TLS = &files
		}
		p := openPort(t, cfg)
		p.Handle("echo", echo)
		members = append(members, startRaft(t, p, addresses))
	}
	defer func() {
		for _, m := range members {
			m.stop(t)
		}
	}()
	var lead *member
	eventually(t, "a leader", func() bool {
		for _, m := range members {
			if m.raft.State() == raft.Leader {
				lead = m
				return true
			}
		}
		return false
	})
	for i := range 20 {
		if err := lead.raft.Apply([]byte{byte(i)}, time.Second).Error(); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range members {
		eventually(t, "replication", func() bool { return len(m.all()) == 20 })
		for _, to := range ids {
			got, err := m.port.Call(t.Context(), addresses[to], "echo", []byte("x"))
			if want := m.port.NodeID() + " said x"; err != nil || string(got) != want {
				t.Fatalf("call from %s to %s: %q %v", m.port.NodeID(), to, got, err)
			}
		}
	}
}

// Raft's transport may go while the port goes on.
func TestClosedRaftLayerRefusesStreams(t *testing.T) {
	a, b := tcpPort(t, "n1"), tcpPort(t, "n2")
	b.Handle("echo", echo)
	b.Raft().Close()
	if c, err := a.Raft().Dial(raft.ServerAddress(b.address()), time.Second); err == nil {
		c.Close()
		t.Error("a closed Raft layer took a stream")
	}
	if _, err := b.Raft().Accept(); err == nil {
		t.Error("a closed Raft layer accepts")
	}
	if _, err := a.Call(t.Context(), b.address(), "echo", nil); err != nil {
		t.Errorf("peer calls ended with the Raft layer: %v", err)
	}
}

func TestAdvertisedAddress(t *testing.T) {
	p := tcpPort(t, "n1", func(c *Config) { c.Advertise = "node1.example:7400" })
	if got := p.Raft().Addr().String(); got != "node1.example:7400" {
		t.Errorf("address %s", got)
	}
}
