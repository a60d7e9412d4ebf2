package linkd

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/hashicorp/raft"
)

// methodReach asks a node which switches it has a working link to: their names, one
// a line.
const methodReach = "reach"

// offerReach lets other nodes use this one's ways to the switches.
func (d *Daemon) offerReach() {
	port := d.node.Port()
	port.HandleTunnels(d.links.Passage)
	port.Handle(methodReach, func(context.Context, string, []byte) ([]byte, error) {
		return []byte(strings.Join(d.links.Reachable(), "\n")), nil
	})
}

// raftAddress is where another node's port is.
func (d *Daemon) raftAddress(node string) (string, error) {
	n, ok := d.node.Replica().View().Node(node)
	if !ok || n.RaftAddress == "" {
		return "", fmt.Errorf("the address of node %s is not known yet", node)
	}
	return n.RaftAddress, nil
}

// relay connects to a link's switch through another node.
func (d *Daemon) relay(ctx context.Context, node, link string) (net.Conn, error) {
	address, err := d.raftAddress(node)
	if err != nil {
		return nil, err
	}
	return d.node.Port().Tunnel(ctx, address, link)
}

func (d *Daemon) reach(ctx context.Context, node string) ([]string, error) {
	address, err := d.raftAddress(node)
	if err != nil {
		return nil, err
	}
	answer, err := d.node.Port().Call(ctx, address, methodReach, nil)
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(answer)), nil
}

// handOver gives leadership to another node.
func (d *Daemon) handOver(_ context.Context, node string) error {
	for _, s := range d.node.Configuration().Servers {
		if string(s.ID) == node && s.Suffrage == raft.Voter {
			if err := d.node.Raft().LeadershipTransferToServer(s.ID, s.Address).Error(); err != nil {
				return fmt.Errorf("hand leadership to %s: %w", node, err)
			}
			return nil
		}
	}
	return fmt.Errorf("node %s is no voter", node)
}
