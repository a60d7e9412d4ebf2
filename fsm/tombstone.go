package fsm

import (
	"slices"
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// bury ends a call. Its identifiers stay in a tombstone so that late facts find
// it and change nothing; into is the call that it became, if it did.
func (d *draft) bury(into uint64) {
	d.dropCall(d.c.Id)
	d.syncParts(d.c.Switch, d.c.Id, d.was, nil, !d.unseen && !d.lingered)
	b := &Tombstone{
		Call: d.c.Id, Switch: d.c.Switch, Names: d.c.Names, Into: into,
		DueMs: d.timeMS + d.settings.TombstoneMs, Gone: d.c.Gone, Epoch: d.src.epoch, Linkage: d.c.Linkage, Lingered: d.lingered,
	}
	if d.lingered {
		b.DueMs = d.timeMS + lingerMemory
	}
	if into != 0 {
		// Its parties go on in the other call: late facts about them under the
		// retired name are late all the same.
		b.Gone = slices.Clone(b.Gone)
		for _, x := range d.c.Connections {
			b.Gone = append(b.Gone, &Connection{Device: x.Device, Epoch: d.src.epoch, Ordinal: d.src.ordinal,
				SinceMs: d.timeMS, SwitchDevice: x.SwitchDevice})
		}
	}
	d.was = nil
	d.putTombstone(b)
	d.callOver(d.c, into)
}

// callDueIn sets when a live call that nobody watches is looked at again: one
// that is on its way to its next device, or one that an answer announced.
func (t *txn) callDueIn(id uint64, ms int64) {
	t.setDeadline(fsmpb.DeadlineKind_TOMBSTONE, strconv.FormatUint(id, 10), t.timeMS+ms)
}

// callDue is what happens at a TOMBSTONE deadline: the tombstone goes, or the
// call that nobody came to watch ends.
func (t *txn) callDue(key string) {
	id, err := strconv.ParseUint(key, 10, 64)
	if err != nil {
		return
	}
	t.dropTombstone(id)
	if c, ok := t.calls.get(id); ok && !t.observed(c) {
		t.change(t.nowhere(c.Switch), c).end(causeTerminated)
	}
}

// nowhere is the source of what no fact says, in the switch's present epoch.
func (t *txn) nowhere(sw string) *source {
	src := &source{link: new(Link), sw: sw}
	if s, ok := t.switches.get(sw); ok {
		src.epoch = s.Epoch
		if l, ok := t.links.get(s.Link); ok {
			src.link, src.ordinal = l, l.LastOrdinal
		}
	}
	return src
}

// endUnobserved ends the calls of a device in which nobody is watched any more.
func (t *txn) endUnobserved(sw, device string) {
	d, ok := t.devices.get(deviceKey(sw, device))
	if !ok || t.watched(sw, device) {
		return
	}
	for _, id := range d.Calls {
		if c, ok := t.calls.get(id); ok && !t.observed(c) {
			t.change(t.nowhere(sw), c).end(causeTerminated)
		}
	}
}
