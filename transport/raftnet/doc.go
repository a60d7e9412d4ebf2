// Package raftnet carries everything that nodes of one cluster say to each
// other over one listening port per node: Raft streams, peer calls, and tunnels to
// what only one of them can reach.
//
// A connection starts with a hello: one byte for its kind ('R' for a Raft
// stream, 'P' for peer calls, 'T' for a tunnel), then who is calling; the answer
// says who is answering. Both sides name their node ID and their boot ID, which is drawn at
// random each time a process starts: a dialer learns that a node has restarted
// since it last spoke to it. With TLS both sides show a certificate of the same
// authority, and its name must be the node ID that the hello gives.
//
// Listener, dialer and identities come in from outside, so that a whole cluster
// runs over real TCP, over TLS or, in a testing/synctest bubble, over package
// pipenet.
//
// It never looks into what it carries, never decides that a node is dead (it
// reports ended streams and answers probes), and never knows a cluster's
// members but through Config.
package raftnet
