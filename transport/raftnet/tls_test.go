package raftnet

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/transport/raftnet/authority"
)

// signer signs nodes' certificates.
type signer struct{ *authority.Authority }

func newAuthority(t *testing.T) *signer {
	t.Helper()
	a, err := authority.New(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{a}
}

func (s *signer) issue(t *testing.T, dir, nodeID string) TLSFiles {
	t.Helper()
	files, err := s.Issue(dir, nodeID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return TLSFiles(files)
}

func withTLS(files TLSFiles) func(*Config) { return func(c *Config) { c.TLS = &files } }

func TestTLSTrust(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	isPeer := func(id string) bool { return id == "n1" || id == "n2" }
	b := tcpPort(t, "n2", withTLS(ca.issue(t, t.TempDir(), "n2")), func(c *Config) { c.IsPeer = isPeer })
	b.Handle("echo", echo)
	for _, tc := range []struct {
		name string
		port *Port
		want string // part of the error; empty: works
	}{
		{"a peer", tcpPort(t, "n1", withTLS(ca.issue(t, t.TempDir(), "n1"))), ""},
		{"another node's certificate", tcpPort(t, "n1", withTLS(ca.issue(t, t.TempDir(), "n2"))), `node "n1" shows a certificate for ["n2"]`},
		{"no peer", tcpPort(t, "n9", withTLS(ca.issue(t, t.TempDir(), "n9"))), `node "n9" is not a peer of "n2"`},
		{"another authority", tcpPort(t, "n1", withTLS(stranger.issue(t, t.TempDir(), "n1"))), "unknown authority"},
		{"no TLS", tcpPort(t, "n1"), "hello"},
		{"expects another node", tcpPort(t, "n1", withTLS(ca.issue(t, t.TempDir(), "n1")), func(c *Config) {
			c.NodeAt = func(string) string { return "n3" }
		}), `expected node "n3"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := tc.port.Call(t.Context(), b.address(), "echo", nil)
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("%v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
		})
	}
	eventually(t, "three callers are not trusted", func() bool { return b.Stats().Untrusted >= 3 })
}

func TestTLSFilesAreReadAgain(t *testing.T) {
	old, next := newAuthority(t), newAuthority(t)
	dirA, dirB := t.TempDir(), t.TempDir()
	a := tcpPort(t, "n1", withTLS(old.issue(t, dirA, "n1")))
	var log bytes.Buffer
	var mu sync.Mutex
	b := tcpPort(t, "n2", withTLS(old.issue(t, dirB, "n2")), func(c *Config) {
		c.Logger = hclog.New(&hclog.LoggerOptions{Output: &log, Mutex: &mu})
	})
	probe := func() error { _, _, err := a.Probe(t.Context(), b.address()); return err }
	if err := probe(); err != nil {
		t.Fatal(err)
	}
	// A half-written certificate leaves the old one in force.
	files := *b.cfg.TLS
	good, _ := os.ReadFile(files.Cert)
	if err := os.WriteFile(files.Cert, good[:len(good)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := probe(); err != nil {
			t.Fatalf("half a certificate on disk: %v", err)
		}
	}
	mu.Lock()
	if n := strings.Count(log.String(), "can't be used"); n != 1 {
		t.Errorf("complained %d times about one change:\n%s", n, log.String())
	}
	mu.Unlock()
	// Both move to a new authority; in between they don't trust each other.
	next.issue(t, dirB, "n2")
	touch(t, files)
	if err := probe(); err == nil {
		t.Fatal("n1 trusts the new authority without having read it")
	}
	next.issue(t, dirA, "n1")
	touch(t, *a.cfg.TLS)
	if err := probe(); err != nil {
		t.Fatalf("both have the new files: %v", err)
	}
}

// touch makes sure that the files' times differ, on file systems with coarse ones too.
func touch(t *testing.T, f TLSFiles) {
	t.Helper()
	later := time.Now().Add(time.Hour)
	for _, name := range []string{f.Cert, f.Key, f.CA} {
		if err := os.Chtimes(name, later, later); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTLSFilesMustBeUsable(t *testing.T) {
	files := newAuthority(t).issue(t, t.TempDir(), "n1")
	if err := os.WriteFile(files.CA, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newIdentity(files, nil); err == nil || !strings.Contains(err.Error(), files.CA) {
		t.Errorf("%v", err)
	}
	if _, err := newIdentity(TLSFiles{"a", "b", "c"}, nil); err == nil {
		t.Error("took files that don't exist")
	}
}
