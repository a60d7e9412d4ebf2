package fsm

import (
	"github.com/holdline/holdline/fsm/fsmpb"
)

// A switch that wants each of its events answered delivers it again if no answer
// came: after a failover, on another link. It is answered only once it is
// committed, so that nothing is lost, and the state remembers what it heard, so
// that nothing counts twice.

// maxHeard bounds the events that are remembered, over all switches: many times
// as many as can be unanswered at once.
const maxHeard = 16384

// heardBefore tells whether a fact is of an event that was applied before, and
// remembers it if not.
func (t *txn) heardBefore(src *source, f *fsmpb.Fact) bool {
	if f.Event == "" || len(f.Event) > maxName {
		return false
	}
	k := heardKey(src.sw, f.Event)
	seq, ok := t.heardBy.get(k)
	if !ok {
		t.counters.Heard++
		seq = t.counters.Heard
	}
	h, _ := t.heard.get(seq)
	if ok && f.Part <= h.GetParts() {
		t.counters.RepeatedFacts++
		return true
	}
	t.heard.put(seq, &Heard{Seq: seq, Switch: src.sw, Event: f.Event, Parts: f.Part})
	t.heardBy.put(k, seq)
	for t.heard.len() > maxHeard {
		t.forgetOldest()
	}
	return false
}

func (t *txn) forgetOldest() {
	for seq, h := range t.heard.all() {
		t.heard.delete(seq)
		t.heardBy.delete(heardKey(h.Switch, h.Event))
		return
	}
}

// comesLate tells whether a fact's event comes after later ones of its subscription:
// then what it tells is over. Otherwise it is the last one from here on.
func (t *txn) comesLate(src *source, f *fsmpb.Fact) bool {
	if f.Subscription == "" || f.Sequence == 0 || f.Sequence > maxSequence || len(f.Subscription) > maxName {
		return false
	}
	d, ok := t.Device(src.sw, f.Target)
	if !ok || d.Subscription == f.Subscription && d.Sequence == f.Sequence {
		return false
	}
	if d.Subscription == f.Subscription && !f.Restarted && Ahead(d.Sequence, f.Sequence) < 0 {
		t.counters.LateFacts++
		return true
	}
	d = copyDevice(d)
	d.Subscription, d.Sequence = f.Subscription, f.Sequence
	t.putDevice(d)
	return false
}

// maxSequence is followed by 1.
const maxSequence = 1<<31 - 1

// Ahead is how far number b of a subscription is ahead of a, which is negative if it
// is behind: the numbers are a circle from 1 to 2147483647.
func Ahead(a, b uint32) int {
	d := int(b) - int(a)
	switch {
	case d > maxSequence/2:
		d -= maxSequence
	case d < -maxSequence/2:
		d += maxSequence
	}
	return d
}

func heardKey(sw, event string) string { return sw + sep + event }

// Heard tells how many facts of an event of a switch were applied.
func (s *State) Heard(sw, event string) uint32 {
	seq, ok := s.heardBy.get(heardKey(sw, event))
	if !ok {
		return 0
	}
	h, _ := s.heard.get(seq)
	return h.GetParts()
}

// Needs is the feature level that a node must know to understand a command.
func Needs(c *fsmpb.Command) uint32 {
	f := c.GetFact()
	switch {
	case f.GetEvent() != "", f.GetCall().GetRenamedFrom() != "", f.GetLost().GetDevice() != "":
		return levelHeard
	}
	for _, s := range f.GetDeviceSnapshot().GetCalls() {
		if s.GetNoControl() || len(s.GetJoined()) > 0 {
			return levelHeard
		}
	}
	return baseLevel
}

// levelHeard is the feature level of events that come again, and of calls that
// are known by all linkage IDs that they ever had.
const levelHeard = 2
