package xsi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// What went wrong, for errors.Is.
var (
	// ErrUnauthorized: the credentials are not good (401).
	ErrUnauthorized = errors.New("not authorised")
	// ErrNotFound: there is no such channel, call or user (404).
	ErrNotFound = errors.New("not found")
	// ErrOverload: the server has no time (503, 429). See RetryAfter.
	ErrOverload = errors.New("overload")
	// ErrChannelSetGone: the server doesn't know the channel set any more, and
	// with it its subscriptions (error code 110842).
	ErrChannelSetGone = errors.New("channel set is gone")
	// ErrSubscriptionGone: the server doesn't know the subscription any more
	// (error code 110862).
	ErrSubscriptionGone = errors.New("subscription is gone")
	// ErrSilent: nothing came on a channel for so long that it has to be dead.
	ErrSilent = errors.New("nothing came on the event channel, not even heartbeats")
	// ErrStreamEnded: the server ended a channel's stream without a word.
	ErrStreamEnded = errors.New("the event channel's stream ended")
	// ErrRedirect: a redirect that is not followed.
	ErrRedirect = errors.New("redirect refused")
)

// StatusError is a request that the server refused, or failed to carry out.
type StatusError struct {
	Method string
	Path   string // without the query, which may hold what is secret
	Status int
	Info   *ErrorInfo // nil if the answer held none
	// RetryAfter is what the server asked for, 0 if it didn't.
	RetryAfter time.Duration
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Status, http.StatusText(e.Status))
	if e.Info != nil {
		text += fmt.Sprintf(": %s (%d)", e.Info.SummaryEnglish, e.Info.ErrorCode)
	}
	return text
}

// Is makes errors.Is work with this package's errors.
func (e *StatusError) Is(target error) bool {
	switch target {
	case ErrUnauthorized:
		return e.Status == http.StatusUnauthorized
	case ErrNotFound:
		return e.Status == http.StatusNotFound
	case ErrOverload:
		return e.Status == http.StatusServiceUnavailable || e.Status == http.StatusTooManyRequests
	case ErrChannelSetGone:
		return e.Info != nil && e.Info.ErrorCode == CodeChannelSetGone
	case ErrSubscriptionGone:
		return e.Info != nil && e.Info.ErrorCode == CodeSubscriptionGone
	}
	return false
}

// RequestError is a request whose answer can't be told.
type RequestError struct {
	Method string
	Path   string // without the query, which may hold what is secret
	// Sent is whether the request may have reached the server. If it did, the
	// server may have obeyed it.
	Sent bool
	Err  error
}

func (e *RequestError) Error() string { return fmt.Sprintf("%s %s: %v", e.Method, e.Path, e.Err) }

// Unwrap returns e.Err.
func (e *RequestError) Unwrap() error { return e.Err }

// NotObeyed reports whether a request that failed surely had no effect: it
// wasn't sent, or the server refused it. Otherwise it may have been obeyed.
func NotObeyed(err error) bool {
	if status, ok := errors.AsType[*StatusError](err); ok {
		return status.Status >= 300 && status.Status < 500 || status.Is(ErrOverload)
	}
	if request, ok := errors.AsType[*RequestError](err); ok {
		return !request.Sent
	}
	return false
}

const (
	retryDefault = 5 * time.Second
	retryMost    = 5 * time.Minute
)

// RetryAfter reports whether it makes sense to ask again what failed with err,
// and when: after what the server said in Retry-After, at most 5 minutes, and
// after 5 s if it said nothing. Nothing is asked again that was refused for
// what it is: 401, 403, 404 and other errors of the 400s.
//
// Whether a request may be sent again at all is another question: NotObeyed.
func RetryAfter(err error) (wait time.Duration, again bool) {
	if err == nil || errors.Is(err, context.Canceled) {
		return 0, false
	}
	if status, ok := errors.AsType[*StatusError](err); ok {
		if status.Status < 500 && !status.Is(ErrOverload) {
			return 0, false
		}
		if status.RetryAfter > 0 {
			return min(status.RetryAfter, retryMost), true
		}
	}
	return retryDefault, true
}

// TerminatedError is a channel that the server ended with a word.
type TerminatedError struct{ Reason TerminatedReason }

func (e *TerminatedError) Error() string {
	return fmt.Sprintf("the event channel was terminated: %s", e.Reason)
}

// UnexpectedError is an answer with another document than the one that was
// asked for.
type UnexpectedError struct {
	Method, Path string
	Want, Got    string // roots; Got is "" for an empty answer
}

func (e *UnexpectedError) Error() string {
	if e.Got == "" {
		return fmt.Sprintf("%s %s: the answer is empty, want a %s", e.Method, e.Path, e.Want)
	}
	return fmt.Sprintf("%s %s: the answer is a %s, want a %s", e.Method, e.Path, e.Got, e.Want)
}
