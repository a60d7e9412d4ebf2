package tserver

import (
	"fmt"
	"slices"
)

// heard is one event as it came on one monitor.
type heard struct {
	event, call, subject, local string
}

// monitor is what the model knows of one of its devices.
type monitor struct {
	device string
	xref   string
	parts  map[string]string // call → state of the device's own part in it
	over   map[string]bool   // calls that the device's part ended in
	past   []heard           // newest last, bounded
	synced bool              // a snapshot or its own beginning told all parts

	// The replay window. The replay may begin anywhere in what was heard, and
	// cycles of hold and retrieve look alike: at holds every place in past that
	// may come next.
	window bool
	at     []int // nil: nothing was repeated yet
}

const pastEvents = 512

func newMonitor(device string) *monitor {
	return &monitor{device: device, parts: map[string]string{}, over: map[string]bool{}}
}

// resume opens the replay window: events already heard may come once more, in
// their order and without a gap, before new ones.
func (m *monitor) resume() { m.window, m.at = true, nil }

// hear takes one event. It says whether it was a repetition, and what is wrong.
func (m *monitor) hear(h heard) (repeat bool, fault string) {
	if m.window {
		repeat, fault = m.repeated(h)
		if repeat {
			return true, ""
		}
		m.window, m.at = false, nil
	}
	m.past = append(m.past, h)
	if len(m.past) > 2*pastEvents {
		m.past = slices.Clone(m.past[pastEvents:])
	}
	if f := m.apply(h); f != "" && m.synced {
		fault = f
	}
	return false, fault
}

// repeated tells whether h is the next event of a replay. If it isn't, the
// replay must have come to the end of what was heard.
func (m *monitor) repeated(h heard) (bool, string) {
	var next []int
	ended := m.at == nil
	for i := range m.past {
		if m.past[i] == h && (m.at == nil || slices.Contains(m.at, i)) {
			next = append(next, i+1)
		}
	}
	if len(next) > 0 {
		m.at = next
		return true, ""
	}
	if ended || slices.Contains(m.at, len(m.past)) {
		return false, ""
	}
	return false, fmt.Sprintf("gap in the replay on %s: %v came before all that was heard was repeated", m.device, h)
}

// comesFrom says which states of its own part an event about that part can
// follow (ECMA-269, connection state transitions); "" is no part yet.
var comesFrom = map[string][]string{
	"ServiceInitiatedEvent": {""},
	"OriginatedEvent":       {"", "initiated"},
	"DeliveredEvent":        {"", "queued"},
	"EstablishedEvent":      {"", "alerting", "initiated", "connected", "queued"},
	"HeldEvent":             {"connected"},
	"RetrievedEvent":        {"hold"},
	"QueuedEvent":           {"", "alerting"},
}

func (m *monitor) apply(h heard) (fault string) {
	had := m.parts[h.call]
	// A device may come back into a call that it left: a queue, after nobody
	// answered. It is then told that it joins.
	joins := h.subject == m.device && (h.event == "DeliveredEvent" || h.event == "QueuedEvent" || merges(h.event))
	if had == "" && m.over[h.call] && h.local != "null" && h.local != "" && !joins {
		return fmt.Sprintf("resurrected: %s on %s for call %s, which was over there", h.event, m.device, h.call)
	}
	if from, ok := comesFrom[h.event]; ok && h.subject == m.device && !slices.Contains(from, had) {
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
	m.over[call] = true
}
