package raftnet

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
)

// dialRaw opens a connection that knows nothing of hellos.
func dialRaw(t *testing.T, p *Port) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// isClosed waits until the other end closes.
func isClosed(t *testing.T, c net.Conn) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, err := io.Copy(io.Discard, c)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatal("connection is still open")
	}
}

func TestRandomBytesAreClosedAndCounted(t *testing.T) {
	const seed, conns = 20261122, 200
	rnd := rand.New(rand.NewPCG(seed, 0))
	var log bytes.Buffer
	var mu sync.Mutex
	p := tcpPort(t, "n1", func(c *Config) {
		c.Logger = hclog.New(&hclog.LoggerOptions{Output: &log, Mutex: &mu})
	})
	p.Handle("echo", echo)
	for i := range conns {
		c := dialRaw(t, p)
		junk := make([]byte, 64+rnd.IntN(4000))
		for i := range junk {
			junk[i] = byte(rnd.Uint32())
		}
		switch i % 4 { // some get further than others
		case 1:
			junk[0] = kindRaft
		case 2:
			copy(junk, "PHL\x01")
			junk[4], junk[5+int(junk[4])%50] = 0, 0
		case 3:
			copy(junk, "RHL\x07")
		}
		c.Write(junk)
		c.(*net.TCPConn).CloseWrite()
		isClosed(t, c)
	}
	eventually(t, "all are counted", func() bool { s := p.Stats(); return s.Refused == conns && s.Malformed == conns })
	if _, err := tcpPort(t, "n2").Call(t.Context(), p.address(), "echo", nil); err != nil {
		t.Errorf("a peer afterwards: %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if n := strings.Count(log.String(), "connection refused on the raft port"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, log.String())
	}
}

func TestSilentConnectionsAreBounded(t *testing.T) {
	const silent, limit = 500, 16
	p := tcpPort(t, "n1", func(c *Config) { c.MaxPending = limit })
	p.Handle("echo", echo)
	var conns []net.Conn
	for range silent {
		conns = append(conns, dialRaw(t, p))
	}
	for _, c := range conns[:silent-limit] {
		isClosed(t, c)
	}
	// A peer gets through all the same.
	if _, err := tcpPort(t, "n2").Call(t.Context(), p.address(), "echo", nil); err != nil {
		t.Fatalf("a peer among silent connections: %v", err)
	}
	p.conns.mu.Lock()
	open := len(p.conns.open)
	p.conns.mu.Unlock()
	if open > limit+1 {
		t.Errorf("%d connections are open, the limit is %d and one peer", open, limit)
	}
	eventually(t, "the rest is counted", func() bool { return p.Stats().Crowded >= silent-limit })
}

func TestSilentConnectionTimesOut(t *testing.T) {
	p := tcpPort(t, "n1", func(c *Config) { c.HandshakeTimeout = 50 * time.Millisecond })
	c := dialRaw(t, p)
	c.Write([]byte("PHL")) // and no more
	isClosed(t, c)
	eventually(t, "it is counted", func() bool { return p.Stats().TimedOut == 1 })
}

func TestBadFramesEndTheConnection(t *testing.T) {
	p := tcpPort(t, "n1")
	for name, frame := range map[string]string{
		"length of 4 GiB":      "\xff\xff\xff\xff\x01\x00\x00\x00\x00\x00\x00\x00\x01",
		"unknown type":         "\x00\x00\x00\x09\x63\x00\x00\x00\x00\x00\x00\x00\x01",
		"call without method":  "\x00\x00\x00\x0a\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00",
		"method cut short":     "\x00\x00\x00\x0e\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\xff",
		"an answer, no caller": "\x00\x00\x00\x09\x02\x00\x00\x00\x00\x00\x00\x00\x01",
	} {
		t.Run(name, func(t *testing.T) {
			before := p.Stats().BadFrames
			c := dialRaw(t, p)
			c.Write([]byte("PHL\x01\x02n7\x01b" + frame))
			isClosed(t, c)
			eventually(t, "it is counted", func() bool { return p.Stats().BadFrames == before+1 })
		})
	}
}

func TestEstablishedConnectionsAreBounded(t *testing.T) {
	p := tcpPort(t, "n1", func(c *Config) { c.MaxConns = 2 })
	p.Handle("echo", echo)
	for _, id := range []string{"n2", "n3"} {
		if _, err := tcpPort(t, id).Call(t.Context(), p.address(), "echo", nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tcpPort(t, "n4").Call(t.Context(), p.address(), "echo", nil); !errors.Is(err, ErrRefused) {
		t.Errorf("third connection: %v", err)
	}
}
