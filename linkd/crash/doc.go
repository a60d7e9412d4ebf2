// Package crash has a dead leader replaced at once, without waiting for its
// heartbeats to be missed.
//
// A process that ends closes its sockets. A follower that sees a Raft stream of
// its leader end asks who listens at the leader's Raft address. A refused dial,
// or an answer with another boot ID, is evidence that the leader's process has
// ended; a dying process may accept for a moment, so it is asked again for a
// while. Those that found evidence tell each other. Once a majority of the voters
// has it of the same process (the same boot ID), the one with the longest log
// elects itself; among equals the one with the most links standing by, then the
// first by ID. The next one waits a little and steps in if nobody leads by then.
//
// Evidence of one node alone never starts an election: its firewall may refuse
// what the others can reach. Neither does a lost connection, a slow leader or a
// leader that can't be reached: there the heartbeats decide. Followers that have
// heard none for their time ask each other, and a majority needn't wait any longer.
//
// Files: watch.go finds evidence, witness.go counts it, elect.go acts on it;
// silence.go is about leaders that live or may live, and aren't heard.
//
// It never speaks to switches or clients, and it changes neither who may vote
// nor how votes are counted: an election that it starts is won or lost as any
// other.
package crash
