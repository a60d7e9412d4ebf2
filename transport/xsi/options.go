package xsi

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says how to speak to one server: an XSP, an Application Server, or
// a name that stands for several.
type Options struct {
	// URL has the scheme http or https, a host and perhaps a port, and what
	// stands before "/com.broadsoft…", usually nothing.
	URL string
	// Credentials authorise each request. nil means none.
	Credentials Credentials
	// Dial opens connections. nil means a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is for https; nil means Go's defaults. The name in the URL is verified
	// even where a connection goes to a remembered address.
	TLS *tls.Config
	// ProtocolVersion is sent as X-BroadWorks-Protocol-Version, such as "20.0"
	// or "19.sp5". It fixes the format of events. "" leaves it to the server.
	ProtocolVersion string
	// Timeout is for one request with its redirects, and for the opening of a
	// channel up to its first document. Default 10 s.
	Timeout time.Duration
	// Conns limits the connections to the server, and those of each channel
	// beside its stream. Default 8.
	Conns int
	// MaxDocument limits one document in octets. Default MaxDocument.
	MaxDocument int
}

// Credentials returns the value of a request's Authorization header. It is
// asked for each request, so that tokens can change.
type Credentials func(ctx context.Context) (string, error)

// Basic authenticates with a user's name and password (RFC 7617).
func Basic(user, password string) Credentials {
	value := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	return func(context.Context) (string, error) { return value, nil }
}

// Bearer authenticates with a token (RFC 6750).
func Bearer(token string) Credentials {
	return func(context.Context) (string, error) { return "Bearer " + token, nil }
}

func (o *Options) setDefaults() (*url.URL, error) {
	base, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("xsi server: %w", err)
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("xsi server %q: want http:// or https:// with a host, and no user, query or fragment", base.Redacted())
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Conns <= 0 {
		o.Conns = 8
	}
	if o.MaxDocument <= 0 {
		o.MaxDocument = MaxDocument
	}
	return base, nil
}

// transport makes connections with dial. No proxy stands between: the peer's
// address has to be the server's. HTTP/1.1 only: one channel is one connection.
func (o *Options) transport(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        o.TLS.Clone(),
		TLSHandshakeTimeout:    o.Timeout,
		DisableCompression:     true,
		MaxConnsPerHost:        o.Conns,
		MaxIdleConnsPerHost:    o.Conns,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
}
