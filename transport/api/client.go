package api

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// ClientConfig says whom a Client asks and how long it waits.
type ClientConfig struct {
	// Endpoints are the nodes' API addresses: host, host:port, or either behind
	// http:// or https://. At least one.
	Endpoints []string
	TLS       *tls.Config   // nil: plain HTTP, unless an endpoint says https://
	Timeout   time.Duration // for one request over all endpoints; 0: 10 s
}

// Client asks a cluster through whichever of its nodes answers. It may be used
// by several goroutines at once. Its errors are *Error.
type Client struct {
	secure  bool
	timeout time.Duration
	http    *http.Client

	mu        sync.Mutex
	endpoints []endpoint // the one that answered last comes first
}

// NewClient checks the endpoints; it doesn't connect yet.
func NewClient(cfg ClientConfig) (*Client, error) {
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	c := &Client{secure: cfg.TLS != nil, timeout: cfg.Timeout}
	for _, s := range cfg.Endpoints {
		e, err := parseEndpoint(s, c.secure)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(c.endpoints, e) {
			c.endpoints = append(c.endpoints, e)
		}
	}
	if len(c.endpoints) == 0 {
		return nil, errors.New("no endpoint given: name at least one node's API address as host:port")
	}
	c.http = &http.Client{
		Transport: newTransport(cfg.TLS, cfg.Timeout),
		// A redirect is no answer of a node's.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// newTransport speaks HTTP/2 only: its pings notice a node that accepts
// connections and does nothing more, even on a stream that is rightly silent.
func newTransport(conf *tls.Config, timeout time.Duration) *http.Transport {
	t := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: min(timeout, 3*time.Second)}).DialContext,
		TLSClientConfig:     conf.Clone(),
		TLSHandshakeTimeout: min(timeout, 3*time.Second),
		IdleConnTimeout:     time.Minute,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 5 * time.Second},
		Protocols:           new(http.Protocols),
	}
	t.Protocols.SetUnencryptedHTTP2(true)
	t.Protocols.SetHTTP2(true)
	return t
}

// Close drops the idle connections. Streams end with their contexts.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Endpoints lists the addresses as host:port, in the order they are asked.
func (c *Client) Endpoints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	addrs := make([]string, len(c.endpoints))
	for i, e := range c.endpoints {
		addrs[i] = e.addr
	}
	return addrs
}

func (c *Client) order() []endpoint {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.endpoints)
}

// answered moves e to the front, if it is one of ours: a leader that a node
// named is asked once more only because a node names it again.
func (c *Client) answered(e endpoint) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.endpoints, e); i > 0 {
		c.endpoints = slices.Insert(slices.Delete(c.endpoints, i, i+1), 0, e)
	}
}

func (c *Client) operator(e endpoint) apipbconnect.OperatorClient {
	return apipbconnect.NewOperatorClient(c.http, e.url(), connect.WithReadMaxBytes(64<<20))
}
