package cstaserver

import (
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/transport/csta"
)

// Polarity says what a bit that is true means in a client's filter.
type Polarity string

// The polarities of monitor and status filters.
const (
	FilteredOut Polarity = "filtered-out" // true: not sent (ECMA-269)
	Wanted      Polarity = "wanted"       // true: sent
)

// Resume says what a client that comes back is told of the time between.
type Resume string

// The ways to come back.
const (
	Replay   Resume = "replay"   // the events that it missed
	Snapshot Resume = "snapshot" // nothing: it takes snapshots
)

// Serve says which nodes tell clients that the switch is usable.
type Serve string

// Who serves.
const (
	ServeLeader Serve = "leader" // the leader alone
	ServeAny    Serve = "any"    // each node whose copy of the state is live
)

// Options are one listener's settings. Zero values stand for the defaults in
// brackets.
type Options struct {
	Name   string // of the listener; the same on all nodes
	Switch string

	Edition        csta.Edition // if the client's first message doesn't tell [ed4]
	StatusFirst    bool         // send SystemStatus before the client speaks
	FilterPolarity Polarity     // [FilteredOut]
	Resume         Resume       // [Replay]
	Serve          Serve        // [ServeLeader]

	SessionLife      time.Duration // a session ends so long after its client was last there [10 min]
	Heartbeat        time.Duration // SystemStatus after so much silence; 0: never
	Misses           int           // unanswered heartbeats before the connection is dropped [2]
	HandshakeTimeout time.Duration // for the first message of a client [5 s]
	WriteTimeout     time.Duration // for one write to make progress [10 s]

	MaxClients   int // connections [256]
	MaxRequests  int // calls, features and snapshots that one connection waits for [1024]
	MaxFrame     int // octets, header included, of a frame from a client [65535]
	QueueRecords int // records of the feed that a client may lag behind [65536]
	QueueBytes   int // octets to one client that wait to be written [4 MiB]
}

func (o Options) withDefaults() Options {
	def(&o.Edition, csta.Ed4)
	def(&o.FilterPolarity, FilteredOut)
	def(&o.Resume, Replay)
	def(&o.Serve, ServeLeader)
	def(&o.SessionLife, 10*time.Minute)
	def(&o.Misses, 2)
	def(&o.HandshakeTimeout, 5*time.Second)
	def(&o.WriteTimeout, 10*time.Second)
	def(&o.MaxClients, 256)
	def(&o.MaxRequests, 1024)
	def(&o.MaxFrame, csta.MaxFrame)
	def(&o.QueueRecords, 65536)
	def(&o.QueueBytes, 4<<20)
	return o
}

func def[T comparable](v *T, d T) {
	if *v == *new(T) {
		*v = d
	}
}

func (o *Options) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("csta listener %q: "+format, append([]any{o.Name}, args...)...)
	}
	switch {
	case o.Name == "" || o.Switch == "":
		return errors.New("csta listener: name and switch are required")
	case o.Edition.Namespace() == "":
		return bad("edition %d: choose 3 to 6", o.Edition)
	case o.FilterPolarity != FilteredOut && o.FilterPolarity != Wanted:
		return bad("filter polarity %q: choose %s or %s", o.FilterPolarity, FilteredOut, Wanted)
	case o.Resume != Replay && o.Resume != Snapshot:
		return bad("resume %q: choose %s or %s", o.Resume, Replay, Snapshot)
	case o.Serve != ServeLeader && o.Serve != ServeAny:
		return bad("serve %q: choose %s or %s", o.Serve, ServeLeader, ServeAny)
	case o.MaxFrame < 1024 || o.MaxFrame > csta.MaxFrame:
		return bad("longest frame %d: choose 1024 to %d octets", o.MaxFrame, csta.MaxFrame)
	case o.QueueBytes < minQueue:
		return bad("queue of %d octets: choose %d or more", o.QueueBytes, minQueue)
	case o.SessionLife < 5*time.Second:
		return bad("session life %v: choose 5 s or more", o.SessionLife)
	case o.Heartbeat < 0 || o.HandshakeTimeout < 0 || o.WriteTimeout < 0 ||
		o.Misses < 0 || o.MaxClients < 0 || o.MaxRequests < 0 || o.QueueRecords < 0:
		return bad("a time or a limit is negative")
	}
	return nil
}

// minQueue is the smallest Options.QueueBytes: two of the longest frames that
// are sent.
const minQueue = 64 << 10

// Times that are no setting.
const (
	holdAnswers   = time.Second      // an answer waits so long for a leader or the end of a takeover
	awaitSnapshot = time.Second      // a request waits so long for an unverified device
	openLimit     = 10 * time.Second // for a session to be opened and attached
	farewell      = time.Second      // for what is still to be written, and for the client to close
	settleLimit   = 5 * time.Second  // for what is proposed after a connection ended
)
