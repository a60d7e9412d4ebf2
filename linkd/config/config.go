package config

import (
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Config is a node's whole file. Node, TLS, Cluster, Listeners and Clients are
// the node's own; Switches, Limits and Timers seed an empty cluster, but for a few limits.
//
// Tags: hcl gives the name and whether it is a block, a label or required;
// default, range, oneof and form say what they say; off allows zero outside the
// range. Durations are written as text like "250ms" or "30s".
type Config struct {
	Node      Node           `hcl:"node,block,required"`
	TLS       *TLS           `hcl:"tls,block"`
	Cluster   Cluster        `hcl:"cluster,block,required"`
	Listeners []CSTAListener `hcl:"csta_listener,block"`
	Clients   []Client       `hcl:"client,block"`
	Switches  []Switch       `hcl:"switch,block"`
	Limits    Limits         `hcl:"limits,block"`
	Timers    Timers         `hcl:"timers,block"`
}

// Node is this node itself.
type Node struct {
	// ID names the node in Raft for ever; not its address. A node that lost its
	// disk joins under a new one.
	ID string `hcl:"id,required" form:"name"`
	// Site is the place where the node runs.
	Site string `hcl:"site" form:"name" default:"default"`
	// DataDir holds the Raft log and snapshots; made with mode 0700.
	DataDir string `hcl:"data_dir,required"`
	// LogStore is what keeps the Raft log in DataDir; changed, the log is moved at
	// the next start.
	LogStore string `hcl:"log_store" oneof:"wal|bolt" default:"wal"`
	// RaftListen is the address for all traffic between nodes.
	RaftListen string `hcl:"raft_listen" form:"listen" default:":7400"`
	// RaftAdvertise is how other nodes reach RaftListen. Empty in the file: the
	// address of the peer with this node's ID.
	RaftAdvertise string `hcl:"raft_advertise" form:"dial"`
	// APIListen is the address of the operators' API.
	APIListen string `hcl:"api_listen" form:"listen" default:":7500"`
	// HTTPListen is the address of health and metrics.
	HTTPListen string `hcl:"http_listen" form:"listen" default:":7600"`
	// Timing is how soon a silent leader is given up; the same on every node.
	Timing Timing `hcl:"timing" oneof:"lan|metro|wan" default:"metro"`
	// LogLevel is the least severe level that is logged.
	LogLevel string `hcl:"log_level" oneof:"trace|debug|info|warn|error" default:"info"`
	// LogFormat is how log lines are written.
	LogFormat string `hcl:"log_format" oneof:"json|text" default:"json"`
}

// TLS secures all traffic between nodes: every node shows a certificate of one
// authority, whose common name or DNS name is the node ID. Changed files are
// read again without a restart.
type TLS struct {
	Cert string `hcl:"cert,required"` // PEM file, for client and server use
	Key  string `hcl:"key,required"`  // PEM file
	CA   string `hcl:"ca,required"`   // PEM file
}

// Cluster is who bootstraps an empty cluster, and whom a new node asks to join.
type Cluster struct {
	Peers []Peer `hcl:"peer,block"`
}

// Peer is one node of the cluster.
type Peer struct {
	ID      string `hcl:"id,label" form:"name"`
	Address string `hcl:"address,required" form:"dial"` // its raft_advertise
}

// Limits bound everything that grows. EntryBytes and HandshakesPending are the
// node's own; the others seed an empty cluster.
type Limits struct {
	EntryBytes         int   `hcl:"entry_bytes" range:"4096..524288" default:"262144"`          // one Raft log entry
	FeedRecords        int   `hcl:"feed_records" range:"1024..4194304" default:"100000"`        // the feed's recent part
	FeedBytes          int64 `hcl:"feed_bytes" range:"1048576..4294967296" default:"134217728"` // the same, in bytes
	Sessions           int   `hcl:"sessions" range:"1..65536" default:"1000"`                   // client sessions of the cluster
	MonitorsPerSession int   `hcl:"monitors_per_session" range:"1..1000000" default:"20000"`    // of one client
	Intents            int   `hcl:"intents" range:"16..100000" default:"10000"`                 // requests in progress at once
	CallDataBytes      int   `hcl:"call_data_bytes" range:"256..65536" default:"16384"`         // correlator, user data and variables of one call
	HandshakesPending  int   `hcl:"handshakes_pending" range:"4..10000" default:"64"`           // connections on the Raft port that have not said who they are
}

// Timers are deadlines of the replicated state, in log time.
type Timers struct {
	Tombstone         Duration `hcl:"tombstone" range:"1s..1h" default:"60s"`          // a retired call ID is remembered
	UnclaimedMonitors Duration `hcl:"unclaimed_monitors" range:"1s..1h" default:"30s"` // kept after their session attached
	Request           Duration `hcl:"request" range:"500ms..5m" default:"10s"`         // from a client's request to its outcome
	StuckAlerting     Duration `hcl:"stuck_alerting" range:"1s..24h" default:"1m"`     // a connection may ring without an event until the switch is asked
	StuckQueued       Duration `hcl:"stuck_queued" range:"1s..24h" default:"10m"`      // the same in a queue
	StuckHeld         Duration `hcl:"stuck_held" range:"1s..24h" default:"10m"`        // on hold
	StuckConnected    Duration `hcl:"stuck_connected" range:"1s..168h" default:"1h"`   // talking
	RouteReply        Duration `hcl:"route_reply" range:"200ms..1m" default:"3s"`      // for a router, if the switch names no time
}

// Load reads and checks a file. Its error is of type Errors unless the file
// can't be read.
func Load(path string) (*Config, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return Parse(path, src)
}

// Parse checks a file's content; name stands in its errors.
func Parse(name string, src []byte) (*Config, error) {
	d := &decoder{at: make(map[any]hcl.Range)}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	d.syntax(diags)
	if file == nil || len(d.errs) > 0 {
		return nil, d.errs.sorted()
	}
	c := Default()
	d.top(file.Body.(*hclsyntax.Body), &c)
	if len(d.errs) == 0 {
		d.check(&c)
	}
	if len(d.errs) > 0 {
		return nil, d.errs.sorted()
	}
	c.complete()
	return &c, nil
}

// Default is a file in which nothing is set. It lacks what is required.
func Default() Config {
	var c Config
	SetDefaults(&c)
	return c
}

// complete fills in what follows from other settings.
func (c *Config) complete() {
	if c.Node.RaftAdvertise != "" {
		return
	}
	for _, p := range c.Cluster.Peers {
		if p.ID == c.Node.ID {
			c.Node.RaftAdvertise = p.Address
		}
	}
}
