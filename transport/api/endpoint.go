package api

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// endpoint is one node's API address.
type endpoint struct {
	addr   string // host:port, as shown to people
	secure bool
}

func (e endpoint) url() string {
	if e.secure {
		return "https://" + e.addr
	}
	return "http://" + e.addr
}

// parseEndpoint takes host, host:port, or either behind http:// or https://.
// Without a scheme, secure decides.
func parseEndpoint(s string, secure bool) (endpoint, error) {
	text := strings.TrimSpace(s)
	if !strings.Contains(text, "://") {
		scheme := "http://"
		if secure {
			scheme = "https://"
		}
		text = scheme + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return endpoint{}, fmt.Errorf("endpoint %q: not an address: write host:port", s)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return endpoint{}, fmt.Errorf("endpoint %q: scheme %q: write http:// or https://, or none", s, u.Scheme)
	case u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return endpoint{}, fmt.Errorf("endpoint %q: not an address: write host:port", s)
	}
	if strings.Contains(u.Hostname(), ":") && !strings.HasPrefix(u.Host, "[") {
		return endpoint{}, fmt.Errorf("endpoint %q: put an IPv6 address into brackets: [::1]:%s", s, DefaultPort)
	}
	port := u.Port()
	if port == "" {
		port = DefaultPort
	}
	return endpoint{addr: net.JoinHostPort(u.Hostname(), port), secure: u.Scheme == "https"}, nil
}
