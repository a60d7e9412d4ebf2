package raftnet

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
)

// Stats counts what happened on a port since it was opened.
type Stats struct {
	Accepted    uint64 // connections accepted by the listener
	Refused     uint64 // closed before or instead of a welcome, for any reason
	Crowded     uint64 // of these, pushed out of a full handshake queue, or one too many
	TimedOut    uint64 // of these, silent for the handshake's time limit
	Malformed   uint64 // of these, no valid hello
	Untrusted   uint64 // of these, TLS failed, no peer, or the certificate names another node
	BadFrames   uint64 // peer connections closed for a malformed frame
	StreamEnds  uint64 // accepted Raft streams that the other side ended
	CallsServed uint64
	CallsBusy   uint64 // calls answered "busy"
	CallsSent   uint64
	CallsFailed uint64 // sent or not, that brought no result
	RaftStreams int    // accepted ones, open now
	PeerConns   int    // accepted ones, open now
	Tunnels     int    // accepted ones, open now
}

type counters struct {
	accepted, refused, crowded, timedOut, malformed, untrusted atomic.Uint64
	badFrames, streamEnds                                      atomic.Uint64
	callsServed, callsBusy, callsSent, callsFailed             atomic.Uint64
	raftStreams, peerConns, tunnels, established               atomic.Int64
}

// Stats returns the counters of this moment.
func (p *Port) Stats() Stats {
	c := &p.count
	return Stats{
		Accepted: c.accepted.Load(), Refused: c.refused.Load(), Crowded: c.crowded.Load(),
		TimedOut: c.timedOut.Load(), Malformed: c.malformed.Load(), Untrusted: c.untrusted.Load(),
		BadFrames: c.badFrames.Load(), StreamEnds: c.streamEnds.Load(),
		CallsServed: c.callsServed.Load(), CallsBusy: c.callsBusy.Load(),
		CallsSent: c.callsSent.Load(), CallsFailed: c.callsFailed.Load(),
		RaftStreams: int(c.raftStreams.Load()), PeerConns: int(c.peerConns.Load()), Tunnels: int(c.tunnels.Load()),
	}
}

// reason is why a connection was refused.
type reason string

const (
	reasonCrowded   reason = "too many connections wait for their handshake"
	reasonFull      reason = "too many connections"
	reasonSilent    reason = "handshake took too long"
	reasonMalformed reason = "no valid hello"
	reasonUntrusted reason = "not trusted"
	reasonNoRaft    reason = "raft is not running"
)

// refuse counts a refused connection and logs it once per far end and reason.
func (p *Port) refuse(c net.Conn, why reason, err error) {
	p.count.refused.Add(1)
	switch why {
	case reasonCrowded, reasonFull:
		p.count.crowded.Add(1)
	case reasonSilent:
		p.count.timedOut.Add(1)
	case reasonMalformed:
		p.count.malformed.Add(1)
	case reasonUntrusted:
		p.count.untrusted.Add(1)
	}
	if host := farHost(c); p.refused.first(host, string(why)) {
		p.cfg.Logger.Warn("connection refused on the raft port; further ones like it are only counted",
			"from", host, "reason", string(why), "error", err)
	}
}

func farHost(c net.Conn) string {
	host, _, err := net.SplitHostPort(c.RemoteAddr().String())
	if err != nil {
		return c.RemoteAddr().String()
	}
	return host
}

// refusals remembers what was logged, within bounds.
type refusals struct {
	mu     sync.Mutex
	logged map[[2]string]struct{}
}

func (r *refusals) first(host, why string) bool {
	const limit = 1024
	r.mu.Lock()
	defer r.mu.Unlock()
	key := [2]string{host, why}
	if _, seen := r.logged[key]; seen {
		return false
	}
	if r.logged == nil || len(r.logged) >= limit {
		r.logged = make(map[[2]string]struct{})
	}
	r.logged[key] = struct{}{}
	return true
}

// silent tells a time limit from a wrong or broken hello.
func silent(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
