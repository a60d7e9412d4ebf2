package fsm

import (
	"slices"
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Which call is this: a switch's name for a call is good on one link in one
// epoch. What another epoch of the link left is a hint, and other links' names
// say nothing.

// namesPerLink bounds the names that a call keeps on one link.
const namesPerLink = 2

// ourCall finds the call that a link names so: a live one, or one that ended
// lately; 0 if there is none. A call that became another by transfer or
// conference leads to that one.
func (t *txn) ourCall(link, switchCall string) uint64 {
	id, _ := t.names.get(nameKey(link, switchCall))
	return t.became(id)
}

// became follows a retired call to the one that it became.
func (t *txn) became(id uint64) uint64 {
	for range 16 {
		b, ok := t.tombstones.get(id)
		if !ok || b.Into == 0 {
			return id
		}
		id = b.Into
	}
	return id
}

// expectCall finds the call that a link names so, and mints one without parties
// if there is none: a switch may answer a request before the call's first event.
// The call ends by itself if no event follows.
func (t *txn) expectCall(l *Link, switchCall string) uint64 {
	if id := t.ourCall(l.Name, switchCall); id != 0 || !goodName(switchCall) {
		return id
	}
	src := &source{link: l, sw: l.Switch, epoch: l.Epoch, ordinal: l.LastOrdinal}
	d := t.newCall(src, switchCall)
	d.put()
	t.callDueIn(d.c.Id, t.settings.TombstoneMs)
	return d.c.Id
}

// nameOn finds the entry of a call's name on a link; nil if it has no such name.
func nameOn(c *Call, link, name string) *fsmpb.CallName {
	for _, n := range c.Names {
		if n.Link == link && n.Call == name {
			return n
		}
	}
	return nil
}

// namedIn tells whether a link named a call in this epoch.
func namedIn(c *Call, src *source) bool {
	return slices.ContainsFunc(c.Names, func(n *fsmpb.CallName) bool {
		return n.Link == src.link.Name && n.Epoch == src.epoch
	})
}

// rename makes name the newest of the call on the fact's link, takes it from
// whatever call had it, and tells of the change.
func (d *draft) rename(name string) {
	link, epoch := d.src.link.Name, d.src.epoch
	if len(d.c.Names) > 0 && d.c.Names[0].Link == link && d.c.Names[0].Call == name && d.c.Names[0].Epoch == epoch {
		return
	}
	d.stealName(name)
	fresh := &fsmpb.CallName{Link: link, Call: name, Epoch: epoch}
	names := []*fsmpb.CallName{fresh}
	from, had := "", false
	onLink := 1
	for _, n := range d.c.Names {
		if n.Link != link {
			names = append(names, n)
			continue
		}
		if n.Call == name {
			had = true
			continue
		}
		if from == "" {
			from = n.Call
		}
		// After a reconnect the switch may give the old name to another call.
		if n.Epoch == epoch && onLink < namesPerLink {
			names = append(names, n)
			onLink++
		}
	}
	if from == "" && len(d.c.Names) > 0 {
		from = d.c.Names[0].Call // on another link
	}
	d.c.Names = names
	if !had && d.old {
		d.counters.Renamed++
		d.emit(&Record{Switch: d.src.sw, Kind: &fsmpb.Record_Renamed{Renamed: &fsmpb.CallsRenamed{
			Call: d.c.Id, Link: link, From: from, To: name,
		}}})
	}
}

// stealName takes a name from another live call.
func (d *draft) stealName(name string) {
	k := nameKey(d.src.link.Name, name)
	id, ok := d.names.get(k)
	if !ok || id == d.c.Id {
		return
	}
	if c, ok := d.calls.get(id); ok {
		c = copyCall(c)
		c.Names = slices.DeleteFunc(slices.Clone(c.Names), func(n *fsmpb.CallName) bool {
			return n.Link == d.src.link.Name && n.Call == name
		})
		d.putCall(c)
	}
}

// trusted tells whether the name under which an event came means this call. In
// the epoch that gave the name it does. A name from before the link was
// connected again must be borne out by the linkage ID, or by the device if no
// other call of that device could be meant.
func (t *txn) trusted(src *source, c *Call, e *fsmpb.CallEvent, dev string) bool {
	n := nameOn(c, src.link.Name, e.Subject.Call)
	if n == nil || n.Epoch == src.epoch || len(c.Connections) == 0 {
		return true
	}
	if a := linkedAs(c, e.Linkage); a != 0 {
		return a > 0
	}
	if bothKnown(c.Calling, e.Calling) && c.Calling.Id == e.Calling.Id {
		return true
	}
	if connOf(c, dev) == nil && goneOf(c.Gone, dev) == nil {
		return false
	}
	if bothKnown(c.Calling, e.Calling) {
		return false
	}
	return !slices.ContainsFunc(t.nameless(src, dev, e.Via), func(o *Call) bool { return o.Id != c.Id })
}

// nameless lists the calls with a part of one of the devices that have no name
// in this epoch yet, so that a name not seen before may mean them; by ID.
func (t *txn) nameless(src *source, devices ...string) []*Call {
	var ids []uint64
	for _, id := range devices {
		if d, ok := t.devices.get(deviceKey(src.sw, id)); ok {
			ids = append(ids, d.Calls...)
		}
	}
	slices.Sort(ids)
	var out []*Call
	for _, id := range slices.Compact(ids) {
		if c, ok := t.calls.get(id); ok && c.Epoch != src.epoch && !namedIn(c, src) {
			out = append(out, c)
		}
	}
	return out
}

// adopt looks for the unverified call that the beginning of a call under a name
// not seen before goes on with. The second result tells that there may be one,
// but only a snapshot can say which.
func (t *txn) adopt(src *source, e *fsmpb.CallEvent, dev string) (*Call, bool) {
	var others []string
	for _, p := range []*fsmpb.Party{e.Calling, e.LastRedirection} {
		if isDevice(p) {
			others = append(others, p.Id)
		}
	}
	var sure, maybe []*Call
	list := t.nameless(src, append(others, dev, e.Via)...)
	for _, c := range t.elsewhere(src, dev, &Call{Switch: src.sw, Calling: e.Calling, Linkage: e.Linkage}) {
		if !slices.ContainsFunc(list, func(o *Call) bool { return o.Id == c.Id }) {
			list = append(list, c)
		}
	}
	for _, c := range list {
		switch fits(c, e, dev) {
		case 1:
			sure = append(sure, c)
		case 0:
			maybe = append(maybe, c)
		}
	}
	if len(sure) == 1 {
		return sure[0], false
	}
	return nil, len(sure)+len(maybe) > 0
}

// fits tells whether a beginning goes on with a call: 1 yes, -1 no, 0 perhaps.
func fits(c *Call, e *fsmpb.CallEvent, dev string) int {
	if a := linkedAs(c, e.Linkage); a != 0 {
		return a
	}
	x := connOf(c, dev)
	if e.Type == fsmpb.EventType_SERVICE_INITIATED || e.Type == fsmpb.EventType_ORIGINATED {
		if x != nil && x.State == fsmpb.ConnectionState_INITIATED {
			return 1
		}
		return -1
	}
	sameCaller := bothKnown(c.Calling, e.Calling) && c.Calling.Id == e.Calling.Id
	if bothKnown(c.Calling, e.Calling) && !sameCaller && connOf(c, e.Calling.Id) == nil {
		return -1
	}
	passedOn := isDevice(e.LastRedirection) && (connOf(c, e.LastRedirection.Id) != nil || goneOf(c.Gone, e.LastRedirection.Id) != nil)
	switch {
	case x != nil && (x.State == fsmpb.ConnectionState_ALERTING || x.State == fsmpb.ConnectionState_QUEUED_STATE):
		if sameCaller {
			return 1
		}
		return 0
	case x != nil:
		return -1
	case passedOn && sameCaller:
		return 1
	case passedOn:
		return 0
	case sameCaller && connOf(c, e.Calling.Id) != nil && (!bothKnown(c.Called, e.Called) || c.Called.Id == e.Called.Id):
		return 0 // it may have gone on more than once
	}
	return -1
}

// nameList is how log record 37205 names a call: each link's newest name.
func nameList(c *Call) string {
	var s string
	seen := ""
	for _, n := range c.Names {
		if n.Link != seen {
			if s != "" {
				s += " "
			}
			s += n.Link + ":" + strconv.Quote(n.Call)
			seen = n.Link
		}
	}
	return s
}
