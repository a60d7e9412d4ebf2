package fsm

import (
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// A switch sends one copy of an event for each monitored device of the call. The
// first copy changes the call; the others are its twins. Each device hears the
// events of its call in their order, so a copy is the twin of the oldest
// transition of its kind that its device hasn't heard yet, and everything older
// than that won't come any more.

// maxRecent bounds the transitions that a call remembers.
const maxRecent = 24

// note remembers a transition. It came for the device via, if seen.
func (d *draft) note(typ fsmpb.EventType, device, via string, seen bool) {
	horizon := d.timeMS - d.settings.TwinMs
	recent := make([]*fsmpb.Transition, 0, len(d.c.Recent)+1)
	for _, tr := range d.c.Recent {
		if tr.TimeMs >= horizon && tr.Epoch == d.src.epoch {
			if seen {
				tr = sawBy(tr, via)
			}
			recent = append(recent, tr)
		}
	}
	if len(recent) >= maxRecent {
		recent = recent[len(recent)-maxRecent+1:]
	}
	tr := &fsmpb.Transition{Type: typ, Device: device, TimeMs: d.timeMS, Epoch: d.src.epoch}
	if seen {
		tr.Seen = []string{via}
	}
	d.c.Recent = append(recent, tr)
}

// missed notes that a device that joins now hears nothing of what was before.
func (d *draft) missed(device string) {
	if len(d.c.Recent) == 0 {
		return
	}
	recent := slices.Clone(d.c.Recent)
	for i, tr := range recent {
		recent[i] = sawBy(tr, device)
	}
	d.c.Recent = recent
}

func sawBy(tr *fsmpb.Transition, device string) *fsmpb.Transition {
	if slices.Contains(tr.Seen, device) || len(tr.Seen) > maxParties {
		return tr
	}
	seen := append(make([]string, 0, len(tr.Seen)+1), tr.Seen...)
	return &fsmpb.Transition{Type: tr.Type, Device: tr.Device, Seen: append(seen, device), TimeMs: tr.TimeMs, Epoch: tr.Epoch}
}

// isTwin recognises a copy of an event that is applied already, and takes from
// it what the first copy lacked.
func (t *txn) isTwin(src *source, c *Call, e *fsmpb.CallEvent, dev string) bool {
	i := t.twinOf(src, c, e.Type, dev, e.Via)
	if i < 0 {
		return false
	}
	t.counters.Twins++
	d := t.change(src, c)
	d.c.Recent = slices.Clone(d.c.Recent)
	for j := 0; j <= i; j++ {
		d.c.Recent[j] = sawBy(d.c.Recent[j], e.Via)
	}
	d.fillIn(e)
	d.put()
	return true
}

func (t *txn) twinOf(src *source, c *Call, typ fsmpb.EventType, dev, via string) int {
	horizon := t.timeMS - t.settings.TwinMs
	// A party outside is connected as soon as the network is reached, and may ring
	// after that: no copy of a ringing that a snapshot let us assume before.
	rings := typ == fsmpb.EventType_DELIVERED && !t.watched(c.Switch, dev) && connOf(c, dev).GetState() == fsmpb.ConnectionState_CONNECTED
	return slices.IndexFunc(c.Recent, func(tr *fsmpb.Transition) bool {
		if rings && len(tr.Seen) == 0 {
			return false
		}
		return tr.Type == typ && tr.Device == dev && tr.Epoch == src.epoch && tr.TimeMs >= horizon && !slices.Contains(tr.Seen, via)
	})
}

// toldSince tells whether an event of this kind told of the device since the
// call last became another: what Transferred or Conferenced lists comes again
// as an event of its own.
func (t *txn) toldSince(c *Call, typ fsmpb.EventType, dev string) bool {
	for i := len(c.Recent) - 1; i >= 0; i-- {
		switch tr := c.Recent[i]; {
		case tr.Device == dev && tr.Type == typ:
			return true
		case tr.Type == fsmpb.EventType_TRANSFERRED || tr.Type == fsmpb.EventType_CONFERENCED:
			return false
		}
	}
	return true
}
