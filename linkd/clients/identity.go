package clients

import (
	"net/netip"
	"slices"
)

// Peer is what is known of the other end of a connection.
type Peer struct {
	Listener    string
	Switch      string
	Address     netip.Addr
	Certificate string // name in its verified certificate, empty without
	Application string // ECMA-354 applicationID, empty without
}

// Client is who a peer is. Equal identities on one switch share a session.
type Client struct {
	Identity string
	Name     string // for people
}

// Identify says who a peer is.
type Identify func(Peer) Client

// Known is a client that the configuration names.
type Known struct {
	Name         string
	Certificates []string
	Applications []string
	Addresses    []netip.Prefix
}

func (k *Known) is(p Peer) bool {
	switch {
	case p.Certificate != "" && slices.Contains(k.Certificates, p.Certificate):
		return true
	case p.Application != "" && slices.Contains(k.Applications, p.Application):
		return true
	}
	return slices.ContainsFunc(k.Addresses, func(a netip.Prefix) bool { return a.Contains(p.Address) })
}

// Identifier names clients in this order: the certificate's name, else the
// first of known that fits, else the ECMA-354 application ID, else listener and
// source address. The last one needs listeners of one name on all nodes, and
// one client for each address.
func Identifier(known []Known) Identify {
	return func(p Peer) Client {
		if p.Certificate != "" {
			return Client{Identity: "certificate:" + p.Certificate, Name: p.Certificate}
		}
		for i := range known {
			if known[i].is(p) {
				return Client{Identity: "client:" + known[i].Name, Name: known[i].Name}
			}
		}
		if p.Application != "" {
			return Client{Identity: "application:" + p.Application, Name: p.Application}
		}
		a := p.Address.Unmap().String()
		return Client{Identity: "address:" + p.Listener + "/" + a, Name: a}
	}
}
