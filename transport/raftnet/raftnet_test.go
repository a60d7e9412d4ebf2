package raftnet

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/holdline/holdline/transport/raftnet/pipenet"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipePort opens a port on a pipe network under its node ID as address.
func pipePort(t *testing.T, n *pipenet.Network, id string, change ...func(*Config)) *Port {
	t.Helper()
	l, err := n.Listen(id)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{NodeID: id, Listener: l, Dial: n.Dialer(id)}
	return openPort(t, cfg, change...)
}

// tcpPort opens a port on loopback.
func tcpPort(t *testing.T, id string, change ...func(*Config)) *Port {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return openPort(t, Config{NodeID: id, Listener: l}, change...)
}

func openPort(t *testing.T, cfg Config, change ...func(*Config)) *Port {
	t.Helper()
	for _, f := range change {
		f(&cfg)
	}
	p, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close %s: %v", cfg.NodeID, err)
		}
	})
	return p
}

func (p *Port) address() string { return p.cfg.Listener.Addr().String() }

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// eventually polls a condition that another goroutine makes true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx := within(t, 20*time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func echo(_ context.Context, from string, payload []byte) ([]byte, error) {
	return fmt.Appendf(nil, "%s said %s", from, payload), nil
}
