// Package operator serves the operators' API on a node: reads from the node's
// own copy of the state, changes through the log, and questions that only the
// other nodes can answer by asking them.
//
// It never reads a disk and never talks to a switch.
package operator
