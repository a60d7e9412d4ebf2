package config

import "time"

// Duration is a time.Duration, written as text in the file.
type Duration = time.Duration

// Timing names how soon nodes give up a silent leader. A leader whose process
// dies is found out much sooner, whatever the timing.
type Timing string

const (
	LAN   Timing = "lan"
	Metro Timing = "metro"
	WAN   Timing = "wan"
)

// RaftTiming are Raft's time limits. The lease stays at half the heartbeat: a
// deposed leader must step down before the next one can be elected.
type RaftTiming struct {
	Heartbeat time.Duration // and election
	Lease     time.Duration
	Transport time.Duration // one answer between nodes
}

// Raft returns a timing's limits; those of Metro for one that doesn't exist.
func (t Timing) Raft() RaftTiming {
	switch t {
	case LAN:
		return RaftTiming{Heartbeat: 150 * time.Millisecond, Lease: 75 * time.Millisecond, Transport: 2 * time.Second}
	case WAN:
		return RaftTiming{Heartbeat: 2500 * time.Millisecond, Lease: 1200 * time.Millisecond, Transport: 10 * time.Second}
	default:
		return RaftTiming{Heartbeat: 500 * time.Millisecond, Lease: 250 * time.Millisecond, Transport: 2 * time.Second}
	}
}
