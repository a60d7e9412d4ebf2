// Package load puts Holdline under load: one load switch, three linkd processes
// with durable logs, one T-Server. An event counts once, when its own bytes have
// reached the T-Server's socket; its time runs from just before the write at
// the switch's socket.
//
// It never counts an event that came twice, too early or not at all as well: any
// of these makes the run fail.
package load
