// Package rounds measures throughput: Holdline and its peers in alternation, one
// at a time, each with fresh processes and an empty disk in every round, and the
// medians of the rounds; then what users feel, a steady rate through snapshots
// and a burst.
//
// It never leaves out a round: one that was disturbed by other work on the
// machine is measured again, and said to be disturbed if that didn't help.
package rounds
