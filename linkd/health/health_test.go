package health

import (
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/linkd/store"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start answers on loopback; get fetches a path from it.
func start(t *testing.T, cfg Config) (get func(path string) (int, string)) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listener = l
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return func(path string) (int, string) {
		t.Helper()
		resp, err := client.Get("http://" + s.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
}

func TestReadyAndLive(t *testing.T) {
	var mu sync.Mutex
	var notReady, notLive []string
	ask := func(p *[]string) func() []string {
		return func() []string {
			mu.Lock()
			defer mu.Unlock()
			return *p
		}
	}
	set := func(ready, live []string) {
		mu.Lock()
		defer mu.Unlock()
		notReady, notLive = ready, live
	}
	get := start(t, Config{Ready: ask(&notReady), Live: ask(&notLive), Gatherer: prometheus.NewRegistry()})
	expect := func(path string, status int, body string) {
		t.Helper()
		if s, b := get(path); s != status || b != body {
			t.Errorf("%s: %d %q, want %d %q", path, s, b, status, body)
		}
	}
	const fine = `{"ok":true,"reasons":[]}` + "\n"
	expect("/readyz", 200, fine)
	expect("/livez", 200, fine)
	set([]string{"no leader is known", `link "a" is down`}, nil)
	expect("/readyz", 503, `{"ok":false,"reasons":["no leader is known","link \"a\" is down"]}`+"\n")
	expect("/livez", 200, fine)
	set(nil, []string{"the disk hangs"})
	expect("/livez", 503, `{"ok":false,"reasons":["the disk hangs"]}`+"\n")
	if s, _ := get("/elsewhere"); s != 404 {
		t.Errorf("/elsewhere: %d", s)
	}
}

func TestNothingCanBePosted(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(Config{Listener: l, Ready: func() []string { return nil }, Gatherer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, path := range []string{"/readyz", "/livez", "/metrics"} {
		resp, err := client.Post("http://"+s.Addr().String()+path, "text/plain", strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", path, resp.StatusCode)
		}
	}
}

func TestStartWantsItsParts(t *testing.T) {
	if _, err := Start(Config{}); err == nil {
		t.Error("started without a listener")
	}
}

type nothing struct{}

func (nothing) Apply(*raft.Log) any                 { return nil }
func (nothing) Snapshot() (raft.FSMSnapshot, error) { return nothing{}, nil }
func (nothing) Restore(io.ReadCloser) error         { return nil }
func (nothing) Persist(s raft.SnapshotSink) error   { return s.Close() }
func (nothing) Release()                            {}

// A real node's Raft and log store show up without a build tag.
func TestRaftSeriesAppear(t *testing.T) {
	reg, err := NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	get := start(t, Config{Ready: func() []string { return nil }, Gatherer: reg})

	s, err := store.Open(t.TempDir(), store.Options{Metrics: reg})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { s.RunMetrics(ctx, time.Second) })

	cfg := raft.DefaultConfig()
	cfg.LocalID, cfg.Logger, cfg.NoLegacyTelemetry = "n1", hclog.NewNullLogger(), true
	_, trans := raft.NewInmemTransport("n1")
	servers := raft.Configuration{Servers: []raft.Server{{ID: "n1", Address: "n1"}}}
	if err := raft.BootstrapCluster(cfg, s.Logs, s.Stable, s.Snapshots, trans, servers); err != nil {
		t.Fatal(err)
	}
	r, err := raft.NewRaft(cfg, nothing{}, s.Logs, s.Stable, s.Snapshots, trans)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { r.Shutdown().Error() }()
	<-r.LeaderCh()
	for range 5 {
		if err := r.Apply([]byte("x"), 0).Error(); err != nil {
			t.Fatal(err)
		}
	}

	status, body := get("/metrics")
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	for _, series := range []string{
		`raft_state_leader 1`,
		`raft_apply 5`,
		`raft_commitTime_count [1-9]\d*`,
		`holdline_store_write_seconds_count [1-9]\d*`,
		`raft_boltdb_freelistBytes \d+`,
		`process_start_time_seconds \S+`,
		`go_goroutines \d+`,
	} {
		if !regexp.MustCompile(`(?m)^` + series + `$`).MatchString(body) {
			t.Errorf("no series %s", series)
		}
	}
	if m := regexp.MustCompile(`(?m)^raft_(net|fsm_applyBatch|leader_dispatch)\S*`).FindString(body); m != "" {
		t.Errorf("%s is reported for each entry", m)
	}
	if t.Failed() {
		for line := range strings.Lines(body) {
			if strings.HasPrefix(line, "raft_") {
				t.Log(strings.TrimSpace(line))
			}
		}
	}
}
