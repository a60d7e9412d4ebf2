package clients_test

import (
	"net/netip"
	"testing"

	"github.com/holdline/holdline/linkd/clients"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestIdentifier(t *testing.T) {
	identify := clients.Identifier([]clients.Known{
		{Name: "east", Applications: []string{"TS-East"}, Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/30")}},
		{Name: "west", Addresses: []netip.Prefix{netip.MustParsePrefix("2001:db8::1/128")}},
	})
	at := netip.MustParseAddr
	for name, x := range map[string]struct {
		peer clients.Peer
		want clients.Client
	}{
		"certificate":  {clients.Peer{Certificate: "ts1.example", Application: "TS-East", Address: at("192.0.2.1")}, clients.Client{Identity: "certificate:ts1.example", Name: "ts1.example"}},
		"by app":       {clients.Peer{Application: "TS-East", Address: at("198.51.100.1")}, clients.Client{Identity: "client:east", Name: "east"}},
		"by address":   {clients.Peer{Application: "x", Address: at("192.0.2.3")}, clients.Client{Identity: "client:east", Name: "east"}},
		"by address 6": {clients.Peer{Address: at("2001:db8::1")}, clients.Client{Identity: "client:west", Name: "west"}},
		"application":  {clients.Peer{Listener: "l", Application: "x", Address: at("198.51.100.1")}, clients.Client{Identity: "application:x", Name: "x"}},
		"nothing":      {clients.Peer{Listener: "l", Address: at("::ffff:198.51.100.1")}, clients.Client{Identity: "address:l/198.51.100.1", Name: "198.51.100.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := identify(x.peer); got != x.want {
				t.Errorf("got %v, want %v", got, x.want)
			}
		})
	}
}

func TestOnceForgetsTheOldest(t *testing.T) {
	o := clients.NewOnce(2)
	for i, x := range []struct {
		peer, reason string
		first        bool
	}{
		{"a", "x", true}, {"a", "x", false}, {"a", "y", true}, {"a", "x", false}, // y is the older one now
		{"b", "x", true}, {"a", "x", false}, {"a", "y", true}, {"b", "x", true},
	} {
		if got := o.First(x.peer, x.reason); got != x.first {
			t.Errorf("%d: %s %s: %v", i, x.peer, x.reason, got)
		}
	}
}
