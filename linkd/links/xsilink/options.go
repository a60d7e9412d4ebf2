package xsilink

import (
	"context"
	"net"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/transport/xsi"
)

// Kind is what sort of device has to be subscribed to.
type Kind int

// The kinds of devices.
const (
	Person     Kind = iota // a user
	Queue                  // the virtual user that is a call center
	RoutePoint             // the virtual user that is a route point
)

// Options of a link. Every field must be set, but for those that say otherwise.
type Options struct {
	Link string // its name, for logs

	// Servers are the URLs of the switch's links, the same on all nodes; this link's
	// is Servers[Self].
	Servers []string
	Self    int
	Dial    func(ctx context.Context, address string) (net.Conn, error)
	TLS     bool   // the servers speak https; said in their URLs already
	User    string // whose channels and subscriptions these are
	// Password of User. It is never logged.
	Password string
	Version  string // X-BroadWorks-Protocol-Version; empty: the server's release

	SetID         string // channel set, the same on all nodes and for ever
	ApplicationID string
	Domain        string        // of user IDs, without "@"; what follows a device's number
	Packages      []xsi.Package // that people are subscribed to, calls first
	Controller    string        // application controller that is set to ready; empty: none
	Expires       int           // seconds that are asked for, of channels and subscriptions

	Heartbeat      time.Duration // between two heartbeats of a channel
	RequestTimeout time.Duration // an answer is waited for so long
	MaxOutstanding int           // requests without an answer at once
	PerSecond      float64       // requests per second, heartbeats and answers to events apart; 0: no limit
	Hold           time.Duration // an event that comes while this node doesn't lead is kept so long
	Audit          time.Duration // between two looks at the server's lists; 0: never
	Stall          time.Duration // facts may wait so long for the log before the connection is closed

	// Kind tells what a device is.
	Kind func(device string) Kind
	// Wanted tells whether somebody wants a device watched.
	Wanted func(device string) bool
	// Led counts the claims of the switch and tells whether the last one was made for
	// another link than this node's of that name, and may hold still: then events that
	// come here are sent on to it.
	Led func() (claim uint64, others bool)
	// Last tells where a device's events stood when they were last applied.
	Last func(device string) Place
	// Heard tells whether facts of an event were applied.
	Heard func(event string) bool

	Logger hclog.Logger
	// Odd, if set, counts what was forgiven or skipped, by what it was.
	Odd func(what string)
}
