package ctl

import (
	"bytes"
	"context"
	"flag"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/holdline/holdline/transport/api"
)

var update = flag.Bool("update", false, "write the golden files and the outputs in the docs anew")

// TestMain makes the test program linkctl itself where a test starts it as one.
func TestMain(m *testing.M) {
	time.Local = time.UTC // as the golden files have it
	if os.Getenv("BE_LINKCTL") != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := Run(ctx, Std{os.Stdin, os.Stdout, os.Stderr}, append([]string{"linkctl"}, os.Args[1:]...))
		stop()
		os.Exit(code)
	}
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "LINKCTL_") || name == "NO_COLOR" {
			os.Unsetenv(name)
		}
	}
	goleak.VerifyTestMain(m)
}

// serve runs svc on a loopback port until the test ends.
func serve(t *testing.T, svc api.Service) (addr string) {
	t.Helper()
	addr, stop := serveUntil(t, svc)
	t.Cleanup(stop)
	return addr
}

func serveUntil(t *testing.T, svc api.Service) (addr string, stop func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- api.Serve(ctx, ln, svc, api.ServerConfig{}) }()
	return ln.Addr().String(), sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
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

// ran is what a command line came to.
type ran struct {
	code     int
	out, err string
}

// run runs one command line against the endpoints. Their addresses, which differ
// from run to run, appear as 127.0.0.1:7500, :7501 and so on.
func run(t *testing.T, endpoints []string, args ...string) ran {
	t.Helper()
	return runWith(t, t.Context(), "", endpoints, args...)
}

func runWith(t *testing.T, ctx context.Context, stdin string, endpoints []string, args ...string) ran {
	t.Helper()
	var out, err bytes.Buffer
	t.Setenv("LINKCTL_ENDPOINTS", strings.Join(endpoints, ","))
	code := Run(ctx, Std{strings.NewReader(stdin), &out, &err}, append([]string{"linkctl"}, args...))
	name := func(s string) string {
		for i, e := range endpoints {
			s = strings.ReplaceAll(s, e, "127.0.0.1:750"+string(rune('0'+i)))
		}
		return s
	}
	return ran{code, name(out.String()), name(err.String())}
}

func (r ran) want(t *testing.T, code int, stderr string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit status %d, want %d; stderr: %s", r.code, code, r.err)
	}
	if stderr == "" && r.err != "" {
		t.Errorf("stderr should be empty: %s", r.err)
	}
	if !strings.Contains(r.err, stderr) {
		t.Errorf("stderr %q, want %q in it", r.err, stderr)
	}
}

// golden compares got with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
