// Package replica holds this node's copy of the state machine and feeds it from
// the Raft log: it is the raft.FSM of a node.
//
// It never proposes anything and never talks to a switch or a client.
package replica
