package node

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// probeLimit is how long a node may take to show that it lives.
const probeLimit = 100 * time.Millisecond

// Dead tells whether a node's process is known to have ended: nobody listens at
// its Raft address, or another process than the registered one answers there. A
// node that merely can't be reached is not known to be dead.
func (n *Node) Dead(id string) bool {
	if id == n.o.ID {
		return false
	}
	known, ok := n.replica.View().Node(id)
	if !ok || known.RaftAddress == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeLimit)
	defer cancel()
	_, boot, err := n.port.Probe(ctx, known.RaftAddress)
	if err != nil {
		return errors.Is(err, syscall.ECONNREFUSED)
	}
	return known.BootId != "" && boot != known.BootId
}
