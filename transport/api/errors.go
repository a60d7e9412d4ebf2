package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"

	"connectrpc.com/connect"
)

// What became of a request; errors.Is finds one of them in each *Error.
var (
	// ErrUnreachable: no endpoint answered, or each that did can't at the moment.
	ErrUnreachable = errors.New("no node could answer")
	// ErrNoLeader: nodes answered, none leads, and none knows a leader that does.
	ErrNoLeader = errors.New("no leader")
	// ErrRefused: it could be done and isn't safe.
	ErrRefused = errors.New("refused for safety")
	// ErrInvalid: what was asked makes no sense to the node.
	ErrInvalid = errors.New("invalid request")
	// ErrNotFound: what was asked about isn't there.
	ErrNotFound = errors.New("not found")
	// ErrOutcomeUnknown: the node got a change and didn't say what became of it.
	ErrOutcomeUnknown = errors.New("outcome unknown")
	// ErrFailed: the node tried and failed.
	ErrFailed = errors.New("failed")
)

// Attempt is one endpoint's part in a failure.
type Attempt struct {
	Endpoint string // host:port
	Err      error
	secure   bool // over TLS
}

// Reason is Err in few words, without the layers it came through.
func (a Attempt) Reason() string {
	var (
		ce     *connect.Error
		op     *net.OpError
		record tls.RecordHeaderError
		ca     x509.UnknownAuthorityError
		host   x509.HostnameError
	)
	switch {
	case errors.As(a.Err, &record), errors.Is(a.Err, http.ErrSchemeMismatch):
		return "it speaks plain HTTP, not TLS"
	case errors.As(a.Err, &ca):
		return "its certificate is signed by a CA that isn't trusted here"
	case errors.As(a.Err, &host):
		return "its certificate is for other names: " + host.Error()
	case connect.IsWireError(a.Err) && connect.CodeOf(a.Err) == connect.CodeUnimplemented:
		return "it isn't a linkd API port, or an older linkd: " + message(a.Err)
	case connect.IsWireError(a.Err):
		return message(a.Err)
	case errors.Is(a.Err, context.DeadlineExceeded), errors.Is(a.Err, os.ErrDeadlineExceeded):
		return "no answer in time"
	case errors.Is(a.Err, io.EOF), errors.Is(a.Err, io.ErrUnexpectedEOF), errors.Is(a.Err, syscall.EPIPE), errors.Is(a.Err, syscall.ECONNRESET):
		return a.closed()
	case errors.As(a.Err, &op):
		var call *os.SyscallError
		if errors.As(op.Err, &call) {
			return call.Err.Error()
		}
		return op.Err.Error()
	case errors.As(a.Err, &ce) && strings.HasPrefix(ce.Message(), "http2: "):
		return a.closed() + " (" + ce.Message() + ")"
	case errors.As(a.Err, &ce):
		return ce.Message()
	}
	return a.Err.Error()
}

// closed is all that a client sees of a node that wants TLS, or a certificate
// (TLS 1.3 refuses a client only after its handshake).
func (a Attempt) closed() string {
	if a.secure {
		return "it closed the connection; it may want a client certificate"
	}
	return "it closed the connection; if it speaks TLS, a CA certificate is needed here"
}

func message(err error) string {
	var ce *connect.Error
	if errors.As(err, &ce) && ce.Message() != "" {
		return ce.Message()
	}
	return connect.CodeOf(err).String()
}

// Error says what couldn't be done, what each endpoint said, and what to do.
type Error struct {
	Op       string    // what was being done
	Kind     error     // one of the errors above
	Attempts []Attempt // in the order they were made; the last one decided
}

// Error names the endpoints in the order they were asked.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %v", e.Op, e.Kind)
	for i, a := range e.Attempts {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		fmt.Fprintf(&b, "%s%s: %s", sep, a.Endpoint, a.Reason())
	}
	if next := e.next(); next != "" {
		b.WriteString(". " + next)
	}
	return b.String()
}

func (e *Error) next() string {
	switch e.Kind {
	case ErrUnreachable:
		return "Check that linkd runs there and that the endpoints name its API port (" + DefaultPort + " if none is given)"
	case ErrNoLeader:
		return "Changes and current reads need a leader, which needs a majority of the voters: start the missing nodes, or read without the leader"
	case ErrOutcomeUnknown:
		return "Look at the state before you ask again"
	}
	return ""
}

// Unwrap gives the kind and the last attempt's error.
func (e *Error) Unwrap() []error {
	errs := []error{e.Kind}
	if n := len(e.Attempts); n > 0 {
		errs = append(errs, e.Attempts[n-1].Err)
	}
	return errs
}

// verdict sums up a round in which no endpoint settled the request.
func (e *Error) verdict() error {
	for _, a := range e.Attempts {
		if _, ok := leaderOf(a.Err); ok {
			return ErrNoLeader
		}
	}
	return ErrUnreachable
}

// kindOf sorts a node's answer that settled the request.
func kindOf(c connect.Code, change bool) error {
	switch c {
	case connect.CodeInvalidArgument, connect.CodeOutOfRange:
		return ErrInvalid
	case connect.CodeNotFound:
		return ErrNotFound
	case connect.CodeFailedPrecondition:
		return ErrRefused
	case connect.CodeDeadlineExceeded, connect.CodeCanceled:
		if change {
			return ErrOutcomeUnknown
		}
	}
	return ErrFailed
}
