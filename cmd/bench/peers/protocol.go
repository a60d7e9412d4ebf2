package peers

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/holdline/holdline/cmd/bench/measure"
)

// Payload is the length of an event of the peers, in octets.
const Payload = 256

// NodeConfig is what a node process is told on its command line.
type NodeConfig struct {
	Kind  string // raft, etcd or nats
	Name  string
	Dir   string
	Raft  map[string]string // by name: where the nodes speak to each other, host:port
	Serve string            // where clients connect, host:port; none for raft
}

// Node runs a node until its standard input ends or ctx does.
func Node(config string) error {
	var c NodeConfig
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		return fmt.Errorf("read the node's configuration: %w", err)
	}
	switch c.Kind {
	case "raft":
		return raftNode(c)
	case "etcd":
		return etcdNode(c)
	case "nats":
		return natsNode(c)
	}
	return fmt.Errorf("node of kind %q: use raft, etcd or nats", c.Kind)
}

// order is one line to a node: what it is to do.
type order struct {
	Do       string  // load, pace, index, transfer
	Parallel int     // load
	Batch    int     // load: events in one entry at most
	Flying   int     // load: entries on their way at once
	WarmMS   int64   // load
	LengthMS int64   // load
	Rate     float64 // pace: entries a second
}

// report is one line from a node.
type report struct {
	Said    string           // up, leading, following, begun, loaded, committed, index, failed
	Error   string           `json:",omitempty"`
	Events  int              `json:",omitempty"`
	Seconds float64          `json:",omitempty"` // of a load, or that a commit took
	Index   uint64           `json:",omitempty"` // of the last entry applied
	Latency *measure.Summary `json:",omitempty"`
}

// reporter writes reports to standard output.
type reporter struct {
	mu  sync.Mutex
	out io.Writer
}

func (r *reporter) say(p report) {
	line, err := json.Marshal(p)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = r.out.Write(append(line, '\n'))
}

// orders hands out what comes on standard input until that ends, as it does
// when the driver is gone.
func orders(each func(order)) error {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var o order
		if err := json.Unmarshal(in.Bytes(), &o); err != nil {
			return fmt.Errorf("read an order: %w", err)
		}
		each(o)
	}
	return in.Err()
}
