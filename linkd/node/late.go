package node

import (
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// lateRaft is Raft as the proposer sees it before Raft runs: a follower that
// knows no leader.
type lateRaft struct{ raft atomic.Pointer[raft.Raft] }

func (l *lateRaft) State() raft.RaftState {
	if r := l.raft.Load(); r != nil {
		return r.State()
	}
	return raft.Follower
}

func (l *lateRaft) LeaderWithID() (raft.ServerAddress, raft.ServerID) {
	if r := l.raft.Load(); r != nil {
		return r.LeaderWithID()
	}
	return "", ""
}

// Apply is asked only of a leader, so Raft runs.
func (l *lateRaft) Apply(data []byte, timeout time.Duration) raft.ApplyFuture {
	return l.raft.Load().Apply(data, timeout)
}
