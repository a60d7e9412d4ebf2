package node

import (
	"fmt"
	"time"

	"github.com/hashicorp/raft"
)

// Timing is how fast silence is noticed. The lease is at most half the
// heartbeat, so that an old leader has stepped down well before a new one acts.
type Timing struct {
	Heartbeat, Election, Lease time.Duration
	Commit                     time.Duration // idle push of the commit index
	RPC                        time.Duration // time limit of a Raft call
}

// Timings are the profiles for silent loss: a crashed process is noticed sooner.
var timings = map[string]Timing{
	"lan":   {150 * time.Millisecond, 150 * time.Millisecond, 75 * time.Millisecond, 25 * time.Millisecond, time.Second},
	"metro": {500 * time.Millisecond, 500 * time.Millisecond, 250 * time.Millisecond, 50 * time.Millisecond, 2 * time.Second},
	"wan":   {2500 * time.Millisecond, 2500 * time.Millisecond, 1200 * time.Millisecond, 100 * time.Millisecond, 10 * time.Second},
}

// TimingProfile finds a profile: lan, metro or wan.
func TimingProfile(name string) (Timing, error) {
	t, ok := timings[name]
	if !ok {
		return Timing{}, fmt.Errorf("timing profile %q: use lan, metro or wan", name)
	}
	return t, nil
}

// raftConfig is the configuration that measurements settled: see
// docs/architecture.md.
func raftConfig(id string, t Timing) *raft.Config {
	c := raft.DefaultConfig()
	c.LocalID = raft.ServerID(id)
	c.HeartbeatTimeout, c.ElectionTimeout, c.LeaderLeaseTimeout, c.CommitTimeout = t.Heartbeat, t.Election, t.Lease, t.Commit
	c.MaxAppendEntries = 64
	c.SnapshotInterval, c.SnapshotThreshold, c.TrailingLogs = 15*time.Second, 8192, 10240
	c.ShutdownOnRemove = false // the node says why it stops
	c.NoLegacyTelemetry = true
	return c
}
