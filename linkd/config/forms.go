package config

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"time"

	"github.com/holdline/holdline/fsm"
)

// form is a shape that a text must have.
type form struct {
	says string
	fits func(string) bool
}

var forms = map[string]form{
	"name": {
		"1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit",
		regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`).MatchString,
	},
	"listen": {"host:port or :port", func(s string) bool { return isAddress(s, true) }},
	"dial":   {"host:port", func(s string) bool { return isAddress(s, false) }},
	"prefix": {
		"an IP address or a prefix like 10.1.0.0/16",
		func(s string) bool {
			_, addrErr := netip.ParseAddr(s)
			_, prefixErr := netip.ParsePrefix(s)
			return addrErr == nil || prefixErr == nil
		},
	},
	"dn": {
		"1 to 64 printable ASCII characters without space",
		regexp.MustCompile(`^[!-~]{1,64}$`).MatchString,
	},
	"digits": {"1 to 18 digits", regexp.MustCompile(`^[0-9]{1,18}$`).MatchString},
	"linger": {"a length of time in whole units up to 168h like 90s or 1m30s, 0, or forever", func(s string) bool {
		_, ok := fsm.ParseLinger(s)
		return ok
	}},
	"keepalive": {"0s (off) or 1s..10m", func(s string) bool {
		d, err := time.ParseDuration(s)
		return err == nil && (d == 0 || d >= time.Second && d <= 10*time.Minute)
	}},
	"text": {"1 to 255 bytes", func(s string) bool { return s != "" && len(s) <= 255 }},
}

// isAddress: a listener may leave the host out and take port 0, any free one.
func isAddress(s string, listen bool) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && (listen || host != "" && n > 0)
}
