package driver

import "errors"

// Errors that end a connection or a request. Others wrap what the network said.
var (
	ErrClosed     = errors.New("the link was closed by this node")
	ErrTimeout    = errors.New("the switch did not answer in time")
	ErrSilent     = errors.New("the switch went silent: keepalives unanswered")
	ErrStalled    = errors.New("the log takes no facts: the link was read no further")
	ErrNotWritten = errors.New("the request was not written")
	ErrNotNow     = errors.New("the link takes no requests any more")
)

// Written tells from the error that Execute gave whether the request may have
// reached the switch.
func Written(err error) bool { return err == nil || errors.Is(err, ErrTimeout) }
