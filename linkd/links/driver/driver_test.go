package driver

import (
	"errors"
	"fmt"
	"testing"
)

// A request may have reached the switch if it was answered, or not in time; what
// was not written can't be obeyed.
func TestWritten(t *testing.T) {
	for err, want := range map[error]bool{
		nil:                                true,
		ErrTimeout:                         true,
		fmt.Errorf("hold: %w", ErrTimeout): true,
		ErrNotNow:                          false,
		ErrClosed:                          false,
		errors.Join(ErrNotWritten, errors.New("too long")): false,
	} {
		if got := Written(err); got != want {
			t.Errorf("Written(%v) = %v, want %v", err, got, want)
		}
	}
}

func TestDrives(t *testing.T) {
	for protocol, want := range map[string]bool{"": true, CSTA: true, "morse": false} {
		if Drives(protocol) != want {
			t.Errorf("Drives(%q) = %v, want %v", protocol, !want, want)
		}
	}
}
