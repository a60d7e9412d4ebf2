package switchsim

import "time"

// Clock is where the simulator gets its time from. Inside testing/synctest the system clock is already virtual.
type Clock interface {
	// Now returns the present time.
	Now() time.Time
	// After returns a channel that receives once d has passed.
	After(d time.Duration) <-chan time.Time
}

type systemClock struct{}

func (systemClock) Now() time.Time                         { return time.Now() }
func (systemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
