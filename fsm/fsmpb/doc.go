// Package fsmpb holds the protobuf schema of the replicated log, the state and
// the feed: what a log entry may say, what a snapshot contains and what the
// state machine emits. The messages of the state are immutable once stored.
//
// It never holds behaviour: that is package fsm.
package fsmpb
