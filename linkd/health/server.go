package health

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Config says what a Server answers.
type Config struct {
	Listener net.Listener // owned by the server
	// Ready gives the reasons why the node is not ready; none: it is. It is
	// called for each request and must return at once.
	Ready func() []string
	// Live gives the reasons why the process should be restarted; none: it is
	// alive. Nil: it is while it answers.
	Live     func() []string
	Gatherer prometheus.Gatherer
	Logger   hclog.Logger // nil: none
}

// Server answers health requests on one address.
type Server struct {
	http *http.Server
	addr net.Addr
	wg   sync.WaitGroup
}

// Answer is the body of /livez and /readyz.
type Answer struct {
	OK      bool     `json:"ok"`
	Reasons []string `json:"reasons"` // why not; empty if OK
}

// Start begins to answer. Close ends it.
func Start(cfg Config) (*Server, error) {
	if cfg.Listener == nil || cfg.Ready == nil || cfg.Gatherer == nil {
		return nil, errors.New("health: set Listener, Ready and Gatherer")
	}
	if cfg.Live == nil {
		cfg.Live = func() []string { return nil }
	}
	if cfg.Logger == nil {
		cfg.Logger = hclog.NewNullLogger()
	}
	s := &Server{
		addr: cfg.Listener.Addr(),
		http: &http.Server{
			Handler:           Handler(cfg),
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       10 * time.Second,
			WriteTimeout:      30 * time.Second,
			IdleTimeout:       time.Minute,
			MaxHeaderBytes:    16 << 10,
			ErrorLog:          cfg.Logger.StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Debug}),
		},
	}
	s.wg.Go(func() {
		if err := s.http.Serve(cfg.Listener); !errors.Is(err, http.ErrServerClosed) {
			cfg.Logger.Error("health is not answered any more", "address", s.addr, "error", err)
		}
	})
	return s, nil
}

// Addr is the address that is listened on.
func (s *Server) Addr() net.Addr { return s.addr }

// Close finishes requests in progress, for up to 2 s, and stops listening.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	s.wg.Wait()
	if err != nil {
		return fmt.Errorf("close health at %s: %w", s.addr, err)
	}
	return nil
}

// Handler is what a Server answers with, for a node that has an HTTP server
// already; Listener is not used.
func Handler(cfg Config) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /livez", judge(cfg.Live))
	mux.Handle("GET /readyz", judge(cfg.Ready))
	mux.Handle("GET /metrics", promhttp.HandlerFor(cfg.Gatherer, promhttp.HandlerOpts{
		ErrorHandling:       promhttp.ContinueOnError, // one bad series doesn't hide the others
		MaxRequestsInFlight: 4,
	}))
	return mux
}

// judge answers 200 without reasons and 503 with them.
func judge(ask func() []string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var reasons []string
		if ask != nil {
			reasons = ask()
		}
		if reasons == nil {
			reasons = []string{} // [] in JSON, not null
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if len(reasons) > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(Answer{OK: len(reasons) == 0, Reasons: reasons}) // fails only if the client is gone
	}
}
