package tserver

import (
	"fmt"
	"slices"
	"time"
)

// heard is one event as it came on one monitor.
type heard struct {
	event, call, subject, local string
}

// monitor is what the model knows of one of its devices.
type monitor struct {
	device    string
	perDevice bool // the order of other devices' events says nothing
	xref      string
	parts     map[string]string // call → state of the device's own part in it
	offers    map[string]bool   // calls that were offered, and don't ring yet
	over      map[string]bool   // calls that the device's part ended in
	past      []heard           // newest last, bounded
	when      []time.Time       // each of past was heard
	synced    bool              // a snapshot or its own beginning told all parts
	up        bool              // it was asked for again on the present link
	lost      time.Time         // when the last link was lost on which it was up

	// The replay window. The replay may begin anywhere in what was heard shortly
	// before the link was lost, and cycles of hold and retrieve look alike: at
	// holds every place in past that may come next, and doubt what was taken for
	// a repetition so far.
	window bool
	since  time.Time
	at     []int // nil: nothing was repeated yet
	doubt  []heard
	ended  int       // so many of doubt brought the replay to the end of what was heard
	oldest time.Time // when the first repetition was heard before
}

// replayWindow is how long before the loss of a link an event can have been
// heard and be told again: what was delivered is known every 50 ms or 64 events,
// and that knowledge is some commits old on a busy machine.
const replayWindow = 5 * time.Second

const pastEvents = 512

func newMonitor(device string) *monitor {
	return &monitor{device: device, parts: map[string]string{}, offers: map[string]bool{}, over: map[string]bool{}}
}

// resume opens the replay window: events heard shortly before the link was lost
// may come once more, in their order and without a gap, before new ones.
func (m *monitor) resume(lost time.Time) (repeats int, faults []string) {
	// What a replay that was cut short left in doubt comes first.
	repeats, faults = m.settled()
	m.window, m.at, m.doubt, m.ended, m.since = true, nil, nil, 0, lost.Add(-replayWindow)
	return repeats, faults
}

// hear takes one event. It says how many repetitions came to light, and what is
// wrong.
func (m *monitor) hear(h heard) (repeats int, faults []string) {
	var news []heard
	if m.window {
		if m.repeated(h) {
			m.doubt = append(m.doubt, h)
			if slices.Contains(m.at, len(m.past)) {
				m.ended = len(m.doubt)
			}
			return 0, nil
		}
		// What came after the replay's end, or if it never reached the end of what
		// was heard, all that looked like a repetition, was new.
		repeats, news = m.ended, m.doubt[m.ended:]
		m.window, m.at, m.doubt = false, nil, nil
	}
	news = append(slices.Clone(news), h)
	for _, h := range news {
		m.past, m.when = append(m.past, h), append(m.when, time.Now())
		if f := m.apply(h); f != "" && m.synced {
			faults = append(faults, f)
		}
	}
	if len(m.past) > 2*pastEvents {
		m.past, m.when = slices.Clone(m.past[pastEvents:]), slices.Clone(m.when[pastEvents:])
	}
	return repeats, faults
}

// settled ends the replay window when nothing new came to end it: what looked
// like a repetition and stopped early was new.
func (m *monitor) settled() (repeats int, faults []string) {
	if !m.window || len(m.doubt) == 0 {
		return 0, nil
	}
	repeats = m.ended
	news := m.doubt[m.ended:]
	m.window, m.at, m.doubt = false, nil, nil
	for _, h := range news {
		_, f := m.hear(h)
		faults = append(faults, f...)
	}
	return repeats, faults
}

// repeated tells whether h can be the next event of a replay.
func (m *monitor) repeated(h heard) bool {
	var next []int
	for i := range m.past {
		if m.past[i] == h && m.when[i].After(m.since) && (m.at == nil || slices.Contains(m.at, i)) {
			next = append(next, i+1)
		}
	}
	if len(next) == 0 {
		return false
	}
	if m.at == nil {
		m.oldest = m.when[next[len(next)-1]-1]
	}
	m.at = next
	return true
}

// comesFrom says which states of its own part an event about that part can
// follow (ECMA-269, connection state transitions); "" is no part yet.
var comesFrom = map[string][]string{
	"ServiceInitiatedEvent": {""},
	"OriginatedEvent":       {"", "initiated"},
	"OfferedEvent":          {"", "queued"},
	"DeliveredEvent":        {"", "queued"}, // or alerting, if it was offered
	"BridgedEvent":          {"alerting", "connected", "hold"},
	"EstablishedEvent":      {"", "alerting", "initiated", "connected", "queued"},
	"HeldEvent":             {"connected"},
	"RetrievedEvent":        {"hold"},
	"QueuedEvent":           {"", "alerting"},
}

func (m *monitor) apply(h heard) (fault string) {
	had := m.parts[h.call]
	// A device may come back into a call that it left: a queue, after nobody
	// answered; an agent, by another transfer. It is then told that it joins, or that
	// it was tried again and is busy.
	joins := merges(h.event) || h.subject == m.device && slices.Contains([]string{"OfferedEvent", "DeliveredEvent", "QueuedEvent", "FailedEvent"}, h.event)
	if had == "" && m.over[h.call] && h.local != "null" && h.local != "" && !joins {
		return fmt.Sprintf("resurrected: %s on %s for call %s, which was over there", h.event, m.device, h.call)
	}
	accepted := h.event == "DeliveredEvent" && had == "alerting" && m.offers[h.call]
	if h.subject == m.device {
		m.offers[h.call] = h.event == "OfferedEvent"
	}
	late := m.perDevice && h.event == "OriginatedEvent" && had == "connected"
	if from, ok := comesFrom[h.event]; ok && h.subject == m.device && !slices.Contains(from, had) && !accepted && !late {
		fault = fmt.Sprintf("order: %s on %s for call %s while its part was %q", h.event, m.device, h.call, had)
	}
	switch h.local {
	case "":
	case "null":
		if had == "" && h.event == "ConnectionClearedEvent" && h.subject == m.device {
			fault = fmt.Sprintf("twice or never begun: %s on %s for call %s", h.event, m.device, h.call)
		}
		m.end(h.call)
	default:
		m.parts[h.call] = h.local
	}
	return fault
}

func (m *monitor) end(call string) {
	delete(m.parts, call)
	delete(m.offers, call)
	m.over[call] = true
}
