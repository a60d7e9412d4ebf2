// Package deadlines is the leader's watch over replicated deadlines: it proposes
// that the earliest one has passed when log time says so. The state machine
// fires it only if it is unchanged and due.
//
// It never decides what a deadline means.
package deadlines
