package crash

// Vital is what is known of a node's process.
type Vital int

// A node that can't be reached is Silent: it may live.
const (
	Silent Vital = iota
	Alive
	Ended // nobody listens at its Raft address, or another process answers there
)
