// Package store opens a node's data directory: the Raft log in segment files
// (raft-wal) or in bbolt (raft-boltdb), the vote in bbolt, snapshots in files, a
// lock against a second process, and a watchdog that notices when the disk hangs.
//
// A leader whose log write hangs stays leader for ever, because its heartbeats
// come from other goroutines. The watchdog reports such a call; the process must
// then end. It never answers a hung call with an error of its own: a write that
// "failed" and arrives later makes a log that is not monotonic.
//
// The package never looks into log entries or snapshots and never decides
// whether a node may bootstrap; it says whether the directory is empty.
package store
