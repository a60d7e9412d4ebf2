package raftnet

import (
	"errors"
	"fmt"
)

var (
	// ErrClosed: the port was closed.
	ErrClosed = errors.New("raftnet: port is closed")
	// ErrRefused: the answering node does not take the connection; the error's
	// text holds its reason.
	ErrRefused = errors.New("refused by the answering node")
	// ErrNotSent: nothing of the call left this node. Calling again is safe.
	ErrNotSent = errors.New("the call was not sent")
	// ErrNoAnswer: the call was sent, at least in part, and no answer came. It
	// may or may not have been carried out.
	ErrNoAnswer = errors.New("no answer to the call")
	// ErrTooLarge: a call does not fit into a frame (MaxFrame).
	ErrTooLarge = errors.New("too large for one frame")
)

// Codes that a port itself puts into an Error.
const (
	CodeFailed        = "failed"         // the handler returned another error than *Error
	CodeUnknownMethod = "unknown_method" // no such handler there
	CodeBusy          = "busy"           // MaxCalls or MaxCallBytes reached; not carried out
	CodeTooLarge      = "too_large"      // carried out, but the result does not fit into a frame
)

// Error is the answer of a node that did not do what a call asked. A handler
// that returns one chooses the code.
type Error struct {
	Code string // up to 255 bytes
	Text string // up to 4 KiB
}

func (e *Error) Error() string { return fmt.Sprintf("%s (%s)", e.Text, e.Code) }
