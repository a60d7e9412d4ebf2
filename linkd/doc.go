// Package linkd is the daemon: the one place that knows both the state machine
// and the protocols on the wire. Its parts are packages of their own:
//
//	config     the node's file
//	node       one running node: Raft, leadership, bootstrap, hand-over
//	store      the disk
//	clock      log time
//	replica    this node's copy of the state machine
//	proposer   the way into the log, from any node
//	links      the links to the switches: facts in, requests out
//	deadlines  the leader's watch over replicated deadlines
//	clients    the listeners that T-Servers connect to
//	operator   the operators' API
//	health     liveness, readiness, metrics
//	drill      proof: breaks a cluster and compares the three truths
//
// Data takes one road: link, fact, proposer, log, state machine, feed, session,
// client; and back as intents.
//
// It never keeps call state of its own, and never decides what a message of a
// protocol means to a call: that is package fsm.
package linkd
