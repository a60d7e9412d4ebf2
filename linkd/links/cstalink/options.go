package cstalink

import (
	"errors"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/transport/csta"
)

// Filter says what a MonitorStart's filter looks like: switches differ in what
// a bit that is true means, and in what they send without a filter.
type Filter string

// The filters. Each of them asks for every event that Holdline knows.
const (
	FilterAbsent      Filter = "absent"       // none is sent
	FilterFilteredOut Filter = "filtered-out" // true means: not sent (ECMA-269)
	FilterWanted      Filter = "wanted"       // true means: sent
)

// Options of a link. Every field must be set, but for those that say otherwise.
type Options struct {
	Link string // its name, for logs

	Edition       csta.Edition  // 0: the one that the switch speaks
	Explicit      bool          // association by StartApplicationSession (ECMA-354)
	ApplicationID string        // of an explicit association
	Session       time.Duration // requested length of an explicit association
	Register      bool          // send SystemRegister for the system status
	Filter        Filter

	Associate       time.Duration // the association must be complete so long after the connection
	RequestTimeout  time.Duration // an answer is waited for so long
	WriteTimeout    time.Duration // a frame must be written within it
	MaxOutstanding  int           // requests without an answer at once
	PerSecond       float64       // requests per second; 0: no limit
	Keepalive       time.Duration // silence after which the switch is asked for its status; 0: never
	KeepaliveMisses int           // unanswered keepalives after which the connection is closed
	Stall           time.Duration // facts may wait so long for the log before the connection is closed

	Logger hclog.Logger
	// BadFrame, if set, counts what could not be read, by reason.
	BadFrame func(reason string)
}

// Errors beside those that every driver has.
var (
	ErrTerminated  = errors.New("the switch ended the application session")
	ErrOddAnswer   = errors.New("the switch's answer does not fit the request")
	errAssociation = errors.New("the switch did not complete the association in time")
)

// sendEdition is what is sent on an association whose edition nobody fixed yet.
const sendEdition = csta.Ed4
