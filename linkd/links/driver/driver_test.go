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
	for _, c := range []struct {
		protocol string
		level    uint32
		want     bool
	}{{"", 1, true}, {CSTA, 1, true}, {BroadWorks, 1, false}, {BroadWorks, 2, true}, {"morse", 9, false}} {
		if Drives(c.protocol, c.level) != c.want {
			t.Errorf("Drives(%q, %d) = %v, want %v", c.protocol, c.level, !c.want, c.want)
		}
	}
}

func TestForgets(t *testing.T) {
	if Forgets("") || Forgets(CSTA) || !Forgets(BroadWorks) {
		t.Error("a BroadWorks forgets, and no other switch")
	}
}
