package tserver

import (
	"strings"
	"testing"
	"time"
)

// A life of one call at device 1000, as events of its monitor.
var (
	rings    = heard{"DeliveredEvent", "7", "1000", "alerting"}
	answers  = heard{"EstablishedEvent", "7", "1000", "connected"}
	holds    = heard{"HeldEvent", "7", "1000", "hold"}
	takes    = heard{"RetrievedEvent", "7", "1000", "connected"}
	hangsUp  = heard{"ConnectionClearedEvent", "7", "1000", "null"}
	farLeave = heard{"ConnectionClearedEvent", "7", "+49301", "connected"}
)

// listen tells a monitor a list of events and counts what it makes of them.
func listen(m *monitor, events ...heard) (repeats int, faults []string) {
	for _, h := range events {
		n, f := m.hear(h)
		repeats, faults = repeats+n, append(faults, f...)
	}
	return repeats, faults
}

func synced() *monitor {
	m := newMonitor("1000")
	m.synced = true
	return m
}

// The model must complain: a judge that finds everything right proves nothing.
func TestWhatIsWrongIsFound(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []heard
		fault  string // empty: all is well
	}{
		{"a whole call", []heard{rings, answers, holds, takes, farLeave, hangsUp}, ""},
		{"an event lost", []heard{rings, holds}, "order"},
		{"an event twice", []heard{rings, answers, answers, holds, holds}, "order"},
		{"wrong order", []heard{rings, answers, takes, holds}, "order"},
		{"the end twice", []heard{rings, hangsUp, hangsUp}, "twice"},
		{"back from the dead", []heard{rings, answers, hangsUp, holds}, "resurrected"},
		{"back in the queue", []heard{rings, hangsUp, rings}, ""},
	} {
		_, faults := listen(synced(), c.events...)
		all := strings.Join(faults, "; ")
		if c.fault == "" && all != "" || !strings.Contains(all, c.fault) {
			t.Errorf("%s: faults %q, want %q", c.name, all, c.fault)
		}
	}
}

// After a new link the last events may come again, in order and up to the end
// of what was heard, and not otherwise.
func TestReplayWindow(t *testing.T) {
	for _, c := range []struct {
		name    string
		after   []heard
		repeats int
		faulty  bool
	}{
		{"nothing again", []heard{hangsUp}, 0, false},
		{"the last one again", []heard{takes, hangsUp}, 1, false},
		{"all again", []heard{rings, answers, holds, takes, hangsUp}, 4, false},
		{"a gap in what comes again", []heard{answers, takes, hangsUp}, 0, true},
		{"something again after something new", []heard{hangsUp, takes}, 0, true},
	} {
		m := synced()
		listen(m, rings, answers, holds, takes)
		m.resume(time.Now())
		repeats, faults := listen(m, c.after...)
		if repeats != c.repeats || len(faults) > 0 != c.faulty {
			t.Errorf("%s: %d repeats, faults %q", c.name, repeats, faults)
		}
	}
}

// A replay that is all that comes is settled without a new event.
func TestReplayAtTheEnd(t *testing.T) {
	m := synced()
	listen(m, rings, answers)
	m.resume(time.Now())
	listen(m, answers)
	if repeats, faults := m.settled(); repeats != 1 || len(faults) > 0 {
		t.Errorf("%d repeats, faults %q", repeats, faults)
	}
}
