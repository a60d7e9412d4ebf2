// Package fsm is the replicated state machine: calls, devices, links, sessions
// and their monitors, intents, routing dialogues, deadlines and the feed. Equal
// logs give byte-equal snapshots on every node.
//
// Apply takes one log entry and changes the state; View gives readers an
// immutable picture of it; the feed is the ordered stream of what changed.
//
// It never opens a socket, reads a clock, a random source, the environment or a
// node's configuration, starts a goroutine, uses floating point, depends on the
// order of a map, or panics on input. Time comes inside the entry. It knows no
// wire protocol.
package fsm
