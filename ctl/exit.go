package ctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/holdline/holdline/transport/api"
)

// What linkctl exits with.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitNoLeader    = 4
	exitUnhealthy   = 5
	exitRefused     = 6
	exitInterrupted = 130
)

const exitTable = `Exit status:
  0    done
  1    failed
  2    the command line is wrong
  3    no node could answer
  4    no leader
  5    unhealthy or degraded
  6    refused for safety
  130  interrupted`

// usageError is a command line that can't be meant.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// statusError ends a command whose answer is complete and isn't good.
type statusError struct {
	code int
	text string
}

func (e statusError) Error() string { return e.text }

// exit says on w what went wrong and gives the status to exit with.
func exit(ctx context.Context, w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		said := "interrupted"
		if err != ctx.Err() {
			said += ": " + told(err) // how far it got
		}
		fmt.Fprintln(w, "linkctl:", said)
		return exitInterrupted
	}
	fmt.Fprintln(w, "linkctl:", told(err))
	var (
		usage  usageError
		status statusError
	)
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &status):
		return status.code
	case errors.Is(err, api.ErrInvalid):
		return exitUsage
	case errors.Is(err, api.ErrUnreachable):
		return exitUnreachable
	case errors.Is(err, api.ErrNoLeader):
		return exitNoLeader
	case errors.Is(err, api.ErrRefused):
		return exitRefused
	}
	return exitFailed
}

// told is err on one line that does no harm to a terminal.
func told(err error) string { return clean(strings.ReplaceAll(err.Error(), "\n", "; ")) }
