package fsm

import (
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// maxGone bounds what a call remembers of connections that it lost.
const maxGone = 64

// draft is a call while one fact changes it. Each step emits its record; put
// stores the call.
type draft struct {
	*txn
	src      *source
	c        *Call
	was      []*Connection // as the tables have them
	old      bool          // the call was there before the fact
	unseen   bool          // parties of it end, and nobody saw them end
	lingered bool          // it ends because no link came back in time
}

// change drafts a change of a live call.
func (t *txn) change(src *source, c *Call) *draft {
	return &draft{txn: t, src: src, c: copyCall(c), was: c.Connections, old: true}
}

// newCall mints a call for a name of the fact's link. It has no parties yet.
func (t *txn) newCall(src *source, name string) *draft {
	t.counters.Call++
	d := &draft{txn: t, src: src, c: &Call{Id: t.counters.Call, Switch: src.sw, BeganMs: t.timeMS, Epoch: src.epoch}}
	d.rename(name)
	return d
}

// put stores the call as it is now.
func (d *draft) put() {
	d.putCall(d.c)
	d.syncParts(d.c.Switch, d.c.Id, d.was, d.c.Connections, !d.unseen)
	d.was = d.c.Connections
}

// step gives the connection of ch.Device its next state and emits ch. The
// monitored device whose copy of the event came is via, if seen.
func (d *draft) step(ch *fsmpb.CallChange, written string, to fsmpb.ConnectionState, via string, seen bool) {
	before := d.c.Connections
	d.set(ch.Device, written, to)
	if x := connOf(d.c, ch.Device); x != nil { // set made it
		x.Offered = ch.Type == fsmpb.EventType_OFFERED
	}
	d.note(ch.Type, ch.Device, via, seen)
	d.tell(ch, before)
}

// tell emits a record of the call's change. before are its connections before
// the change.
func (d *draft) tell(ch *fsmpb.CallChange, before []*Connection) {
	ch.Call = d.c.Id
	if x := connOf(d.c, ch.Device); x != nil {
		ch.State = x.State
	}
	ch.Heard = hearers(before, d.c.Connections)
	ch.Followers = d.c.Followers
	r := new(callRecord)
	r.kind.Call = ch
	r.record.Switch, r.record.Kind = d.c.Switch, &r.kind
	d.emitAt(&r.record, &r.at)
}

// callRecord is most of the feed, and so made at once.
type callRecord struct {
	record Record
	kind   fsmpb.Record_Call
	at     fsmpb.Position
}

// hearers lists who had a part before or has one now, in order of joining, with
// their states now.
func hearers(before, now []*Connection) []*fsmpb.Hearer {
	n := len(before)
	for _, y := range now {
		if !hasDevice(before, y.Device) {
			n++
		}
	}
	list, each := make([]*fsmpb.Hearer, 0, n), make([]fsmpb.Hearer, n)
	add := func(device string, state fsmpb.ConnectionState) {
		h := &each[len(list)]
		h.Device, h.State = device, state
		list = append(list, h)
	}
	for _, x := range before {
		add(x.Device, goneOf(now, x.Device).GetState())
	}
	for _, y := range now {
		if !hasDevice(before, y.Device) {
			add(y.Device, y.State)
		}
	}
	return list
}

// set gives a device's connection a state: NULL takes it out of the call, and a
// device that has no part in the call joins it.
func (d *draft) set(device, written string, to fsmpb.ConnectionState) {
	is := d.c.Connections
	i := slices.IndexFunc(is, func(x *Connection) bool { return x.Device == device })
	next := &Connection{Device: device, State: to, Epoch: d.src.epoch, Ordinal: d.src.ordinal, SinceMs: d.timeMS,
		SwitchDevice: writtenAs(written, device)}
	if i >= 0 && next.SwitchDevice == "" && written == "" {
		next.SwitchDevice = is[i].SwitchDevice
	}
	if i >= 0 {
		longest(next, is[i], d.timeMS)
	}
	switch {
	case to == fsmpb.ConnectionState_NULL:
		if i >= 0 {
			d.c.Connections = slices.Concat(is[:i], is[i+1:])
		}
		d.lose(next)
	case i >= 0:
		if old := is[i]; old.State == to {
			next.SinceMs, next.Offered = old.SinceMs, old.Offered
		}
		d.c.Connections = slices.Clone(is)
		d.c.Connections[i] = next
	default:
		d.c.Connections = append(is[:len(is):len(is)], next)
		d.c.Gone = slices.DeleteFunc(slices.Clone(d.c.Gone), func(x *Connection) bool { return x.Device == device })
		d.c.Followers = d.followers(d.c, []string{device})
		d.missed(device)
	}
}

// lose remembers a connection that left the call, for the tombstone time.
func (d *draft) lose(x *Connection) {
	gone := make([]*Connection, 0, len(d.c.Gone)+1)
	for _, y := range d.c.Gone {
		if y.Device != x.Device && y.SinceMs > d.timeMS-d.settings.TombstoneMs {
			gone = append(gone, y)
		}
	}
	if len(gone) >= maxGone {
		gone = gone[len(gone)-maxGone+1:]
	}
	d.c.Gone = append(gone, x)
}

// clear takes a device out of the call without an event of the switch.
func (d *draft) clear(device, cause string) {
	ch := d.rebuilt(fsmpb.EventType_CONNECTION_CLEARED, device)
	ch.Cause = cause
	d.step(ch, "", fsmpb.ConnectionState_NULL, "", false)
}

// clearStuck takes a device out of the call because the switch knows nothing
// of its part: clients hear ConnectionCleared, operators 37205.
func (d *draft) clearStuck(device string) {
	if x := connOf(d.c, device); x != nil {
		d.counters.StuckCleared++
		if d.audit {
			d.counters.AuditCleared++
		}
		d.unseen = true
		d.unsynced(device, x.State, fsmpb.ConnectionState_NULL, true)
		d.clear(device, causeTerminated)
	}
}

// Causes of events that no switch sent (ECMA-269 EventCause).
const (
	causeTerminated = "switchingFunctionTerminated"
	causeNormal     = "normal"
	causeNewCall    = "newCall"
)

// unsynced is log record 37205 for one party.
func (d *draft) unsynced(device string, held, told fsmpb.ConnectionState, absent bool) {
	d.counters.Unsynced++
	d.emit(&Record{Switch: d.c.Switch, Kind: &fsmpb.Record_Unsynced{Unsynced: &fsmpb.Unsynced{
		Call: d.c.Id, Device: device, Held: held, Switch: told, Absent: absent, Names: nameList(d.c), Audit: d.audit,
	}}})
}

// rebuilt makes the record of an event that the switch didn't send.
func (d *draft) rebuilt(typ fsmpb.EventType, device string) *fsmpb.CallChange {
	ch := &fsmpb.CallChange{
		Type: typ, Device: device, Subject: deviceParty(device), Cause: causeNormal, Reconstructed: true,
		Calling: d.c.Calling, Called: d.c.Called, LastRedirection: d.c.LastRedirection, Linkage: d.c.Linkage,
	}
	switch typ {
	case fsmpb.EventType_SERVICE_INITIATED, fsmpb.EventType_ORIGINATED, fsmpb.EventType_DELIVERED, fsmpb.EventType_QUEUED:
		ch.Cause = causeNewCall
	}
	return ch
}

// settle stores the call, or ends it if nothing is left that the switch would
// report on: parties that nobody watches can't keep a call alive, because
// nobody would ever hear that they left.
func (d *draft) settle(cause string) {
	if d.observed(d.c) {
		d.put()
		return
	}
	d.end(cause)
}

// end clears what is left of the call, and then it is over.
func (d *draft) end(cause string) {
	for len(d.c.Connections) > 0 {
		d.clear(d.c.Connections[0].Device, cause)
	}
	ch := &fsmpb.CallChange{Type: fsmpb.EventType_CALL_CLEARED, Cause: cause, Linkage: d.c.Linkage}
	if x := d.c.Data; x.GetCorrelator() != nil || x.GetUserData() != nil {
		ch.Data, ch.DataPresent = &fsmpb.CallData{Correlator: x.Correlator, UserData: x.UserData}, true
	}
	d.over(ch)
}

// over buries a call without parties that became no other one. CallCleared is
// for call-type monitors only, and comes after ConnectionCleared for each of
// its devices (ECMA-269 17.2.2); we monitor devices, so that no switch sends it.
func (d *draft) over(ch *fsmpb.CallChange) {
	if d.c.Followers = d.followers(d.c, nil); len(d.c.Followers) > 0 {
		d.tell(ch, nil)
	}
	d.bury(0)
}
