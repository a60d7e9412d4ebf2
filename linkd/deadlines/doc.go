// Package deadlines is the leader's watch over the deadlines in the replicated
// state: when one has passed by log time it proposes so. Apply decides whether it
// is unchanged and due.
//
// It never keeps a deadline of its own and never decides what one is for.
package deadlines
