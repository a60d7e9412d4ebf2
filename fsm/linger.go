package fsm

import (
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// Linger: while no link of a switch is up its calls go on, for all that anybody
// knows. They are kept for a time, unverified. If a link returns within it, they
// are compared with the switch; if not, each call ends with its own events. A call
// that the switch turns out to have after that is a new one, linked to the old.

// DefaultLinger is how long a switch's calls are kept without a link if its option
// "linger" doesn't say otherwise, in ms.
const DefaultLinger int64 = 30 * second

// LingerForever keeps the calls until a link returns.
const LingerForever int64 = -1

// lingerBatch is how many calls one command ends: the rest is due at once.
const lingerBatch = 256

// Linger is how long a switch's calls are kept without a link: its option
// "linger", a length of time in whole units like 90s or 1m30s, 0, or forever. In ms.
func Linger(s *Switch) int64 {
	for _, o := range s.GetSettings() {
		if o.Name == "linger" {
			if d, ok := ParseLinger(o.Value); ok {
				return d
			}
		}
	}
	return DefaultLinger
}

// maxLinger bounds the time in which calls linger.
const maxLinger int64 = 7 * 24 * hour

// ParseLinger reads the option, into ms. It knows whole numbers of h, m, s and ms only:
// the state machine must read it to the same length everywhere.
func ParseLinger(text string) (ms int64, ok bool) {
	switch text {
	case "":
		return 0, false
	case "forever":
		return LingerForever, true
	case "0":
		return 0, true
	}
	for text != "" {
		n := 0
		for n < len(text) && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		u := n
		for u < len(text) && (text[u] < '0' || text[u] > '9') {
			u++
		}
		v, err := strconv.ParseInt(text[:n], 10, 32)
		unit := map[string]int64{"h": hour, "m": minute, "s": second, "ms": 1}[text[n:u]]
		if err != nil || unit == 0 || v > maxLinger/unit {
			return 0, false
		}
		if ms += v * unit; ms > maxLinger {
			return 0, false
		}
		text = text[u:]
	}
	return ms, true
}

// lingerMemory is how long a call that ended by lingering is remembered if its
// switch never returns, in ms.
const lingerMemory = 24 * hour

// linger starts the time of a switch that lost its link.
func (t *txn) linger(s *Switch) {
	switch d := Linger(s); {
	case d == LingerForever:
	case d == 0:
		t.lingerOver(s.Name)
	default:
		t.setDeadline(fsmpb.DeadlineKind_LINGER, s.Name, t.timeMS+d)
	}
}

// lingerOver ends the calls of a switch that no link came back to: a part of them,
// if there are many.
func (t *txn) lingerOver(sw string) {
	s, ok := t.switches.get(sw)
	if !ok || s.LinkUp {
		return
	}
	var over []*Call
	for c := range t.Calls() {
		if c.Switch != sw {
			continue
		}
		if len(over) == lingerBatch {
			t.setDeadline(fsmpb.DeadlineKind_LINGER, sw, t.timeMS)
			break
		}
		over = append(over, c)
	}
	if len(over) > 0 && !s.Lingered {
		s = proto.CloneOf(s)
		s.Lingered = true
		t.switches.put(s.Name, s)
	}
	for _, c := range over {
		d := t.change(t.nowhere(sw), c)
		d.lingered = true
		d.end(causeTerminated)
		t.counters.Lingered++
	}
}

// lingeredOn finds the newest call that ended by lingering and is, by its name or
// its linkage ID, one that the switch still has at a device; 0 if there is none.
func (t *txn) lingeredOn(src *source, name, linkage, device string) uint64 {
	id, _ := t.names.get(nameKey(src.link.Name, name))
	if b, ok := t.tombstones.get(id); ok && b.Lingered && b.Switch == src.sw &&
		agree(b.Linkage, linkage) >= 0 && goneOf(b.Gone, device) != nil {
		return b.Call
	}
	return 0
}

// forgetLingered gives the calls that ended by lingering their usual time to be
// remembered, once everything was compared with the switch again.
func (t *txn) forgetLingered(sw string) {
	s, ok := t.switches.get(sw)
	if !ok || !s.Lingered {
		return
	}
	s = proto.CloneOf(s)
	s.Lingered = false
	t.switches.put(sw, s)
	var over []*Tombstone
	for _, b := range t.tombstones.all() {
		if b.Switch == sw && b.Lingered {
			over = append(over, b)
		}
	}
	for _, b := range over {
		b = proto.CloneOf(b)
		b.Lingered = false
		b.DueMs = t.timeMS + t.settings.TombstoneMs
		t.putTombstone(b)
	}
}
