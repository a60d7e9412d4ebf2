package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// check looks at what concerns more than one setting.
func (d *decoder) check(c *Config) {
	d.checkPeers(c)
	d.checkAddresses(c)
	d.checkClients(c)
	for i := range c.Switches {
		d.checkSwitch(&c.Switches[i])
	}
	d.checkLinkNames(c)
}

func (d *decoder) checkPeers(c *Config) {
	peers := c.Cluster.Peers
	switch len(peers) {
	case 1, 3, 5, 7:
	default:
		d.errorf(d.at[&c.Cluster], "cluster has %d peers: allowed are 1, 3, 5 or 7, an even number survives no more failures than one fewer", len(peers))
	}
	member := false
	addresses := make(map[string]string)
	for i := range peers {
		p := &peers[i]
		if p.ID == c.Node.ID {
			member = true
			if own := c.Node.RaftAdvertise; own != "" && own != p.Address {
				d.errorf(d.at[&c.Node.RaftAdvertise], "raft_advertise is %s, but the other nodes dial %s, the address of peer %q: make them equal or leave raft_advertise out", own, p.Address, p.ID)
			}
		}
		if other, ok := addresses[p.Address]; ok {
			d.errorf(d.at[&p.Address], "peer %q has the address %s of peer %q: each needs its own", p.ID, p.Address, other)
		}
		addresses[p.Address] = p.ID
	}
	if !member && c.Node.RaftAdvertise == "" {
		d.errorf(d.at[&c.Node.ID], "node %q is not among the peers of cluster: add peer %q { ... }, or set raft_advertise if it shall join later", c.Node.ID, c.Node.ID)
	}
}

// checkAddresses: two listeners of a node can't share an address.
func (d *decoder) checkAddresses(c *Config) {
	used := make(map[string]string)
	take := func(what string, address *string) {
		if strings.HasSuffix(*address, ":0") {
			return // any free port
		}
		if other, ok := used[*address]; ok {
			d.errorf(d.at[address], "%s %s is taken by %s: each needs its own", what, *address, other)
			return
		}
		used[*address] = what
	}
	take("raft_listen", &c.Node.RaftListen)
	take("api_listen", &c.Node.APIListen)
	take("http_listen", &c.Node.HTTPListen)
	for i := range c.Listeners {
		take(fmt.Sprintf("address of csta_listener %q", c.Listeners[i].Name), &c.Listeners[i].Address)
	}
}

// checkClients: an identity must lead to one client.
func (d *decoder) checkClients(c *Config) {
	owners := make(map[string]string)
	for i := range c.Clients {
		cl := &c.Clients[i]
		if len(cl.Addresses)+len(cl.Applications) == 0 {
			d.errorf(d.at[cl], "client %q can't be told apart: set addresses, applications or both", cl.Name)
		}
		claim := func(what string, identities []string, at hcl.Range) {
			for _, id := range identities {
				if other, ok := owners[what+id]; ok {
					d.errorf(at, "client %q has the %s %q of client %q: it must lead to one client", cl.Name, what, id, other)
				}
				owners[what+id] = cl.Name
			}
		}
		claim("application ", cl.Applications, d.at[&cl.Applications])
		if len(cl.Applications) == 0 { // else addresses only narrow it down
			claim("address ", cl.Addresses, d.at[&cl.Addresses])
		}
	}
}

// checkLinkNames: a link's name is unique in the cluster.
func (d *decoder) checkLinkNames(c *Config) {
	owners := make(map[string]string)
	for i := range c.Switches {
		for j := range c.Switches[i].Links {
			l := &c.Switches[i].Links[j]
			if other, ok := owners[l.Name]; ok && other != c.Switches[i].Name {
				d.errorf(d.at[&l.Name], "link %q exists in switch %q: link names are unique in the cluster", l.Name, other)
			}
			owners[l.Name] = c.Switches[i].Name
		}
	}
}

// maxRange bounds how many numbers one dn_range may hold.
const maxRange = 100_000

func (d *decoder) checkSwitch(s *Switch) {
	d.checkBroadWorks(s)
	if len(s.Links) == 0 {
		d.errorf(d.at[s], "switch %q has no link: add link \"a\" { address = \"host:port\" }", s.Name)
	}
	names := make(map[string]string)
	for i := range s.DNs {
		dn := &s.DNs[i]
		if dn.DefaultRoute != "" && dn.Kind != "route_point" {
			d.errorf(d.at[&dn.DefaultRoute], "dn %q is a %s: default_route is for kind = \"route_point\"", dn.Number, dn.Kind)
		}
		if len(dn.OwnerClients) > 0 && dn.ServiceFrom != "client" {
			d.errorf(d.at[&dn.OwnerClients], "dn %q takes its service from %q: owner_clients is for service_from = \"client\"", dn.Number, dn.ServiceFrom)
		}
		claim := func(name string, at hcl.Range) {
			if other, ok := names[name]; ok {
				d.errorf(at, "dn %q: %q already names dn %q", dn.Number, name, other)
			}
			names[name] = dn.Number
		}
		claim(dn.Number, d.at[&dn.Number])
		for _, a := range dn.Aliases {
			claim(a, d.at[&dn.Aliases])
		}
	}
	for i := range s.Ranges {
		r := &s.Ranges[i]
		switch {
		case len(r.From) != len(r.To):
			d.errorf(d.at[&r.To], "dn_range from %s to %s: both need the same number of digits", r.From, r.To)
		case r.From > r.To:
			d.errorf(d.at[&r.To], "dn_range from %s to %s runs backwards: exchange them", r.From, r.To)
		case r.Size() > maxRange:
			d.errorf(d.at[&r.To], "dn_range from %s to %s holds %d numbers: at most %d are allowed", r.From, r.To, r.Size(), maxRange)
		}
		for j := range i {
			o := &s.Ranges[j]
			if len(o.From) == len(r.From) && o.From <= r.To && r.From <= o.To {
				d.errorf(d.at[&r.From], "dn_range from %s to %s overlaps the one from %s to %s in line %d", r.From, r.To, o.From, o.To, d.at[o].Start.Line)
			}
		}
	}
}
