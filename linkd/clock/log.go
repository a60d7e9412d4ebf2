package clock

import (
	"sync"
	"time"
)

// maxAhead is how far log time may run ahead of the entry that is applied. What
// lies within it is the way through the log: a leader that set its clock back to
// each entry when it is applied would lose every commit's latency. What lies
// beyond it is a wrong start or a clock that drifted, and is taken back.
const maxAhead = 500 * time.Millisecond

// LogClock is log time: the time that goes into log entries. It continues from
// the last entry's time by the boottime that has elapsed since that entry was
// received, so a new leader goes on where the old one stopped, whatever its own
// wall clock says. On an empty log it starts from wall time.
type LogClock struct {
	clock Clock

	mu      sync.Mutex
	base    int64         // ms since the Unix epoch
	at      time.Duration // boottime at which it was base
	entries bool          // an entry has been observed
	latest  int64         // entry's time
	told    int64         // by NowMS, since the first entry
}

// NewLogClock returns log time for an empty log.
func NewLogClock(c Clock) *LogClock {
	return &LogClock{clock: c, base: c.Now().UnixMilli(), at: c.Boottime()}
}

// Observe takes the time of an entry (or of a restored snapshot) when it is
// applied, in milliseconds since the Unix epoch.
func (l *LogClock) Observe(entryMS int64) {
	boot := l.clock.Boottime()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.entries {
		l.entries, l.told = true, 0 // what was told before no entry depends on
	}
	l.latest = max(l.latest, entryMS)
	here := l.estimate(boot)
	if l.latest > here || here-l.latest > maxAhead.Milliseconds() {
		l.base, l.at = l.latest, boot
	}
}

// NowMS is the time for the next entry, in milliseconds since the Unix epoch.
// It is never below the time of an entry observed or a time told before.
func (l *LogClock) NowMS() int64 {
	boot := l.clock.Boottime()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = max(l.told, l.latest, l.estimate(boot))
	return l.told
}

func (l *LogClock) estimate(boot time.Duration) int64 {
	return l.base + (boot - l.at).Milliseconds()
}
