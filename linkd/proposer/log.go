package proposer

import (
	"context"
	"errors"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// Log is the way into the replicated log, from any node.
type Log interface {
	// Propose puts one idempotent command into the log and says what became of
	// it. It tries again, through whichever node leads, until ctx ends: then the
	// outcome is unknown. A command that the state machine refused returns a
	// *fsm.Refusal as error, with the result.
	Propose(ctx context.Context, c *fsmpb.Command) (fsm.Result, error)

	// Stream opens a numbered stream that holds up to limit commands that are
	// not yet applied. name is for logs. Close it.
	Stream(name string, limit int) Stream
}

// Stream is an ordered sequence of commands, numbered from 1, that are proposed
// until they are applied.
type Stream interface {
	// Send numbers a command and queues it. build gets its ordinal. It waits
	// while the stream is full; it fails when ctx ends or the stream is dead.
	// A secret travels beside the log.
	Send(ctx context.Context, build func(ordinal uint64) *fsmpb.Command, secret []byte) error
	// Last is the ordinal of the last command sent, 0 if none.
	Last() uint64
	// Applied is the ordinal up to which the state machine took the commands.
	Applied() uint64
	// Dead is closed when the state machine refused the stream: its epoch or
	// attachment is no longer the present one. Err then says why.
	Dead() <-chan struct{}
	Err() error
	// Close forgets what is not yet applied.
	Close()
}

// ErrClosed is returned by a stream or a proposer that was closed.
var ErrClosed = errors.New("closed")

// Secrets hands out what travelled beside the log. Only the leader that a
// command passed through has it, once.
type Secrets interface {
	Take(session, attachment, ordinal uint64) ([]byte, bool)
}
