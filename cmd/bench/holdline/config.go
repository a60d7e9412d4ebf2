package holdline

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"text/template"

	"github.com/holdline/holdline/cmd/bench/hosts"
	"github.com/holdline/holdline/cmd/bench/loadswitch"
)

// Options say what cluster to run.
type Options struct {
	Linkd    string // the program
	Dir      string // data, configuration and logs of the nodes
	Hosts    []*hosts.Host
	Link     string // address of the switch
	Stations int    // of the switch
	// What is zero is left to linkd's defaults.
	Timing            string // profile
	Standby           string // hot, warm or cold
	RequestsPerSecond int    // that the switch permits
	ResyncRate        int    // devices a second of a resync
	// Profile serves each node's profiles at its address in Node.Profile: Linkd
	// must be the program in ../linkdprofile.
	Profile bool
}

// Listeners that each node has: one for the T-Server that wants the leader, and
// one for clients of every node, whose name differs from node to node so that
// their sessions are different ones.
const listeners = 2

var configuration = template.Must(template.New("linkd.hcl").Parse(`node {
  id          = "{{.Node.ID}}"
  data_dir    = "{{.Node.Data}}"
  raft_listen = "{{.Node.Raft}}"
  api_listen  = "{{.Node.API}}"
  http_listen = "{{.Node.HTTP}}"
  {{- with .Timing}}
  timing      = "{{.}}"
  {{- end}}
  log_format  = "text"
}

cluster {
{{- range .Nodes}}
  peer "{{.ID}}" {
    address = "{{.Raft}}"
  }
{{- end}}
}

csta_listener "tserver" {
  address = "{{.Node.TServer}}"
  switch  = "pbx"
}

csta_listener "any-{{.Node.ID}}" {
  address = "{{.Node.Any}}"
  switch  = "pbx"
  serve   = "any"
}

switch "pbx" {
  edition = 6
  {{- with .Standby}}
  standby = "{{.}}"
  {{- end}}
  {{- with .RequestsPerSecond}}
  requests_per_second = {{.}}
  {{- end}}
  {{- with .ResyncRate}}
  resync_rate = {{.}}
  {{- end}}
  link "a" {
    address = "{{.Link}}"
  }
  dn_range {
    from = "{{.First}}"
    to   = "{{.Last}}"
  }
}
`))

// layOut finds ports for the nodes and writes their configurations.
func layOut(o Options) ([]*Node, error) {
	const ports = 4 + listeners
	free, err := hosts.Ports(ports * len(o.Hosts))
	if err != nil {
		return nil, err
	}
	var nodes []*Node
	for i, h := range o.Hosts {
		id := fmt.Sprintf("n%d", i+1)
		at := func(n int) string { return net.JoinHostPort(h.Address, free[i*ports+n]) }
		nodes = append(nodes, &Node{
			ID: id, Host: h, Raft: at(0), API: at(1), HTTP: at(2), TServer: at(3), Any: at(4), Profile: at(5),
			Data: filepath.Join(o.Dir, id), Log: filepath.Join(o.Dir, id+".log"), config: filepath.Join(o.Dir, id+".hcl"),
		})
	}
	for _, n := range nodes {
		var file bytes.Buffer
		err := configuration.Execute(&file, map[string]any{
			"Node": n, "Nodes": nodes, "Timing": o.Timing, "Standby": o.Standby, "Link": o.Link, "RequestsPerSecond": o.RequestsPerSecond, "ResyncRate": o.ResyncRate,
			"First": loadswitch.Number(0), "Last": loadswitch.Number(o.Stations - 1),
		})
		if err != nil {
			return nil, fmt.Errorf("write the configuration of %s: %w", n.ID, err)
		}
		if err := os.WriteFile(n.config, file.Bytes(), 0o600); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}
