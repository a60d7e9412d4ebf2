// Package loadswitch is a lean switch at the far end of CTI links: as many
// stations as are asked for, one call after the other at each, and an event
// whenever the load says so. It answers what a link driver asks (monitors,
// snapshots, states) truthfully, and remembers when each event was written.
//
// Unlike transport/switchsim it has no people, no faults and no schema: what it
// costs must not be felt beside what it loads. It never waits for a slow reader
// but in the writing of its sockets, and never drops or joins events.
package loadswitch
