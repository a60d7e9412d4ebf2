package clock

import (
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ms(t time.Time) int64 { return t.UnixMilli() }

func TestSystemBoottimeMovesForward(t *testing.T) {
	c := System()
	a := c.Boottime()
	for c.Boottime() == a { // nanoseconds
	}
	if b := c.Boottime(); b < a {
		t.Fatalf("boottime went from %v to %v", a, b)
	}
	if d := time.Since(c.Now()); d < 0 || d > time.Minute {
		t.Fatalf("wall time is off by %v", d)
	}
}

func TestMonotonicFollowsTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Monotonic()
		time.Sleep(time.Hour)
		if got := c.Boottime(); got != time.Hour {
			t.Fatalf("boottime %v after an hour", got)
		}
	})
}

func TestLogTimeStartsFromWallTime(t *testing.T) {
	c := NewManual(noon)
	l := NewLogClock(c)
	c.Advance(1500 * time.Millisecond)
	if got, want := l.NowMS(), ms(noon)+1500; got != want {
		t.Fatalf("%d, want %d", got, want)
	}
}

// Wall clocks disagree and jump; log time goes on from the last entry.
func TestLogTimeContinuesFromTheLastEntry(t *testing.T) {
	for name, entry := range map[string]time.Time{
		"entry from a clock that is late":  noon.Add(-3 * time.Hour),
		"entry from a clock that is early": noon.Add(3 * time.Hour),
	} {
		c := NewManual(noon)
		l := NewLogClock(c)
		l.Observe(ms(entry))
		c.Advance(2 * time.Second)
		c.Jump(-24 * time.Hour)
		if got, want := l.NowMS(), ms(entry)+2000; got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}

func TestLogTimeNeverGoesBack(t *testing.T) {
	c := NewManual(noon)
	l := NewLogClock(c)
	l.Observe(ms(noon))
	c.Advance(10 * time.Second)
	told := l.NowMS()
	l.Observe(ms(noon) + 1) // an entry of a leader whose clock is slower
	if got := l.NowMS(); got < told {
		t.Fatalf("went back from %d to %d", told, got)
	}
	l.Observe(ms(noon) - 5000) // no entry may be older than the one before; still
	if got := l.NowMS(); got < told {
		t.Fatalf("went back from %d to %d", told, got)
	}
	l.Observe(told + 7)
	if got := l.NowMS(); got < told+7 {
		t.Fatalf("%d is below the last entry's time %d", got, told+7)
	}
}

// Entries that a node reads from its own log after a restart are old; the clock
// follows them although wall time was asked for before.
func TestLogTimeAfterReplay(t *testing.T) {
	c := NewManual(noon)
	l := NewLogClock(c)
	l.NowMS()
	for i := range 100 {
		l.Observe(ms(noon.Add(-time.Hour)) + int64(i)*1000)
		c.Advance(time.Millisecond)
	}
	c.Advance(5 * time.Second)
	if got, want := l.NowMS(), ms(noon.Add(-time.Hour))+99*1000+5001; got != want {
		t.Fatalf("%d, want %d", got, want)
	}
}

// A leader that commits one entry after another, 20 ms each, keeps pace with
// real time.
func TestLogTimeDoesNotLoseCommitLatency(t *testing.T) {
	c := NewManual(noon)
	l := NewLogClock(c)
	for range 1000 {
		entry := l.NowMS()
		c.Advance(20 * time.Millisecond)
		l.Observe(entry)
	}
	if got, want := l.NowMS()-ms(noon), int64(20_000); got != want {
		t.Fatalf("%d ms passed on the log, %d ms in truth", got, want)
	}
}

// A follower whose clock runs 10 % fast stays near its leader's time.
func TestLogTimeDriftIsBounded(t *testing.T) {
	c := NewManual(noon)
	l := NewLogClock(c)
	leader := ms(noon)
	for range 10_000 {
		leader += 100
		c.Advance(110 * time.Millisecond)
		l.Observe(leader)
	}
	if ahead := l.NowMS() - leader; ahead < 0 || ahead > maxAhead.Milliseconds()+110 {
		t.Fatalf("%d ms ahead of the leader", ahead)
	}
}

// A machine that was suspended or a process that was stopped counts that time.
func TestLogTimeCountsSuspends(t *testing.T) {
	c := NewManual(noon)
	l := NewLogClock(c)
	l.Observe(ms(noon))
	c.Advance(10 * time.Minute)
	if got, want := l.NowMS(), ms(noon)+600_000; got != want {
		t.Fatalf("%d, want %d", got, want)
	}
}
