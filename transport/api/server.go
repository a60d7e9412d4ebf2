package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"github.com/hashicorp/go-hclog"
)

// ServerConfig says how the API is served. The zero value serves plain HTTP.
type ServerConfig struct {
	TLS            *tls.Config   // nil: plain HTTP/1.1 and HTTP/2 (h2c)
	MaxConnections int           // connections at once; further ones are closed; 0: 1,000
	WriteStall     time.Duration // a reader that takes nothing for so long is cut off; 0: 30 s
	Drain          time.Duration // time that requests have to finish on shutdown; 0: 5 s

	// Rejected is told of connections that were closed without an answer, with
	// the reason. It is called from the accepting goroutine; nil: nobody is told.
	Rejected func(peer net.Addr, reason string)
	Logger   hclog.Logger // nil: silent
}

func (c ServerConfig) withDefaults() ServerConfig {
	if c.MaxConnections == 0 {
		c.MaxConnections = 1000
	}
	if c.WriteStall == 0 {
		c.WriteStall = 30 * time.Second
	}
	if c.Drain == 0 {
		c.Drain = 5 * time.Second
	}
	if c.Rejected == nil {
		c.Rejected = func(net.Addr, string) {}
	}
	if c.Logger == nil {
		c.Logger = hclog.NewNullLogger()
	}
	return c
}

// Serve answers the API on ln until ctx ends; then streams end with Unavailable
// ("the node is shutting down"), other requests get Drain to finish, and Serve
// returns nil once everything has ended. It closes ln.
func Serve(ctx context.Context, ln net.Listener, svc Service, cfg ServerConfig) error {
	cfg = cfg.withDefaults()
	streams, endStreams := context.WithCancel(context.Background())
	defer endStreams()

	srv := newServer(NewHandler(svc, connect.WithInterceptors(leaving{streams})), cfg)
	ln = &boundedListener{Listener: ln, max: cfg.MaxConnections, rejected: cfg.Rejected}
	served := make(chan error, 1)
	go func() {
		if cfg.TLS != nil {
			served <- srv.ServeTLS(ln, "", "")
			return
		}
		served <- srv.Serve(ln)
	}()
	select {
	case err := <-served:
		return fmt.Errorf("serve the operators' API on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}

	endStreams()
	drain, cancel := context.WithTimeout(context.Background(), cfg.Drain)
	defer cancel()
	err := srv.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close() // requests that hang longer are cut
	}
	<-served
	return err
}

// newServer bounds what a peer can hold: headers, silence, streams.
func newServer(h http.Handler, cfg ServerConfig) *http.Server {
	srv := &http.Server{
		Handler:           cutStalled(h, cfg.WriteStall),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 100,
			SendPingTimeout:      10 * time.Second,
			PingTimeout:          10 * time.Second,
		},
		Protocols: new(http.Protocols),
		ErrorLog: cfg.Logger.StandardLogger(&hclog.StandardLoggerOptions{
			ForceLevel: hclog.Debug, // a peer's doing: it must not fill the log
		}),
	}
	srv.Protocols.SetHTTP1(true)
	if cfg.TLS == nil {
		srv.Protocols.SetUnencryptedHTTP2(true)
		return srv
	}
	srv.Protocols.SetHTTP2(true)
	srv.TLSConfig = cfg.TLS.Clone()
	return srv
}
