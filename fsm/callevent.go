package fsm

import "github.com/holdline/holdline/fsm/fsmpb"

// target is the state in which an event leaves its subject; false if the event
// moves no connection.
func target(e *fsmpb.CallEvent, dev string) (fsmpb.ConnectionState, bool) {
	switch e.Type {
	case fsmpb.EventType_SERVICE_INITIATED:
		return fsmpb.ConnectionState_INITIATED, true
	case fsmpb.EventType_ORIGINATED, fsmpb.EventType_ESTABLISHED, fsmpb.EventType_RETRIEVED:
		return fsmpb.ConnectionState_CONNECTED, true
	case fsmpb.EventType_DELIVERED, fsmpb.EventType_OFFERED:
		return fsmpb.ConnectionState_ALERTING, true
	case fsmpb.EventType_QUEUED:
		return fsmpb.ConnectionState_QUEUED_STATE, true
	case fsmpb.EventType_HELD:
		return fsmpb.ConnectionState_HOLD, true
	case fsmpb.EventType_FAILED:
		return fsmpb.ConnectionState_FAIL, true
	case fsmpb.EventType_CONNECTION_CLEARED, fsmpb.EventType_DIVERTED:
		return fsmpb.ConnectionState_NULL, true
	case fsmpb.EventType_NETWORK_REACHED:
		// The network interface is connected, whatever the far end does; it may
		// report nothing more, or alert next.
		return fsmpb.ConnectionState_CONNECTED, true
	case fsmpb.EventType_BRIDGED:
		// The appearance became inactive, which is the state queued (ECMA-269
		// 17.2.1). Only its own monitor may say otherwise.
		if e.HasLocal && e.Via == dev && e.Local != fsmpb.ConnectionState_NULL && e.Local != fsmpb.ConnectionState_STATE_UNKNOWN {
			return e.Local, true
		}
		return fsmpb.ConnectionState_QUEUED_STATE, true
	}
	return fsmpb.ConnectionState_NULL, false
}

// begins tells whether an event may be the first one of a call.
func begins(typ fsmpb.EventType) bool {
	switch typ {
	case fsmpb.EventType_SERVICE_INITIATED, fsmpb.EventType_ORIGINATED,
		fsmpb.EventType_DELIVERED, fsmpb.EventType_OFFERED, fsmpb.EventType_QUEUED, fsmpb.EventType_FAILED:
		return true
	}
	return false
}

// prompts tells whether an event is about the device that starts a call.
func prompts(typ fsmpb.EventType) bool {
	return typ == fsmpb.EventType_SERVICE_INITIATED || typ == fsmpb.EventType_ORIGINATED
}

// clears tells whether an event only takes parties away.
func clears(typ fsmpb.EventType) bool {
	return typ == fsmpb.EventType_CONNECTION_CLEARED || typ == fsmpb.EventType_DIVERTED || typ == fsmpb.EventType_CALL_CLEARED
}

// levelVoice is the feature level of events about recordings and treatments. While
// the cluster is below it, they are left out on every node alike.
const levelVoice = 3

func (t *txn) isCallEvent(typ fsmpb.EventType) bool {
	last := fsmpb.EventType_SUSPEND_RECORD
	if t.level < levelVoice {
		last = fsmpb.EventType_DIGITS_GENERATED // all that older nodes know
	}
	return typ >= fsmpb.EventType_BRIDGED && typ <= last
}

// callEvent applies one copy of a call event.
func (t *txn) callEvent(src *source, e *fsmpb.CallEvent) {
	if !t.isCallEvent(e.Type) || !t.resolveEvent(src, e) {
		t.counters.Illegal++
		return
	}
	var n int
	e.Data, n = cutData(e.Data, int(t.settings.CallDataBytes))
	t.counters.DataCut += uint64(n)
	if e.Type == fsmpb.EventType_TRANSFERRED || e.Type == fsmpb.EventType_CONFERENCED {
		t.joinCalls(src, e)
		return
	}
	t.renameCall(src, e.RenamedFrom, e.Subject.Call, e.Linkage)
	id, _ := t.names.get(nameKey(src.link.Name, e.Subject.Call))
	if c, ok := t.calls.get(id); ok {
		t.eventOnLive(src, c, e)
	} else if c := t.linked(src.sw, e.Linkage); c != nil {
		t.eventOnLive(src, c, e)
	} else if b, ok := t.tombstones.get(id); ok {
		t.eventOnOver(src, b, e)
	} else {
		t.eventOnUnknown(src, e)
	}
}

func (t *txn) eventOnLive(src *source, c *Call, e *fsmpb.CallEvent) {
	dev := t.subjectDevice(src, c, e)
	switch {
	case t.isTwin(src, c, e, dev):
	case !t.trusted(src, c, e, dev):
		t.eventOnUnknown(src, e)
	case begins(e.Type) && t.startsAfresh(c, e, dev):
		// The switch uses the name again: the old call is over, and its end was lost.
		d := t.change(src, c)
		for len(d.c.Connections) > 0 {
			d.clearStuck(d.c.Connections[0].Device)
		}
		d.end(causeTerminated)
		t.applyEvent(t.begun(src, e.Subject.Call), e, dev)
	default:
		d := t.change(src, c)
		d.rename(e.Subject.Call)
		t.applyEvent(d, e, dev)
	}
}

// begun mints a call that an event began. One that began before clients were served
// is late: it was told by what a standby had heard, or by a switch that delivers
// events again.
func (t *txn) begun(src *source, name string) *draft {
	d := t.newCall(src, name)
	s, ok := t.switches.get(src.sw)
	d.c.Late = ok && !s.Ready
	return d
}

// startsAfresh tells whether the beginning of a call under the name of a live
// call can only be that of another call. A call proceeds to further devices, so
// Delivered for one more party isn't.
func (t *txn) startsAfresh(c *Call, e *fsmpb.CallEvent, dev string) bool {
	if len(c.Connections) == 0 {
		return false
	}
	if linkedAs(c, e.Linkage) < 0 {
		return true
	}
	// Soon after its beginning, copies and devices written otherwise are more
	// likely than a name that is used again.
	if t.timeMS-c.BeganMs <= t.settings.TwinMs {
		return false
	}
	x := connOf(c, dev)
	switch e.Type {
	case fsmpb.EventType_SERVICE_INITIATED:
		if x == nil {
			return !t.lately(goneOf(c.Gone, dev))
		}
		return x.State != fsmpb.ConnectionState_INITIATED
	case fsmpb.EventType_ORIGINATED:
		switch {
		case x == nil:
			return !t.lately(goneOf(c.Gone, dev)) && !isParty(c.Calling, dev)
		case x.State == fsmpb.ConnectionState_INITIATED, len(c.Connections) == 1:
			return false // being prompted, the device may have been alerted first
		}
		return true
	}
	if !bothKnown(e.Calling, c.Calling) || e.Calling.Id == c.Calling.Id ||
		connOf(c, e.Calling.Id) != nil || goneOf(c.Gone, e.Calling.Id) != nil {
		return false
	}
	return x != nil || e.Cause == causeNewCall
}

// lately tells whether a connection was cleared within the time that copies of
// an event may take.
func (t *txn) lately(gone *Connection) bool {
	return gone != nil && t.timeMS-gone.SinceMs <= t.settings.TwinMs
}

// eventOnOver applies an event about a call that is over. Only the beginning of
// another call under that name changes anything.
func (t *txn) eventOnOver(src *source, b *Tombstone, e *fsmpb.CallEvent) {
	for _, n := range b.Names {
		if n.Link == src.link.Name && n.Call == e.Subject.Call && n.Epoch != src.epoch {
			// A name from before the reconnect: it may mean another call now.
			t.eventOnUnknown(src, e)
			return
		}
	}
	dev := t.subjectDevice(src, nil, e)
	gone := goneOf(b.Gone, dev)
	if begins(e.Type) && !t.lately(gone) {
		if goodName(dev) && (gone == nil || prompts(e.Type)) {
			d := t.begun(src, e.Subject.Call)
			if b.Into == 0 && !prompts(e.Type) {
				d.c.LinkedTo = b.Call
			}
			t.applyEvent(d, e, dev)
			return
		}
	}
	t.counters.LateFacts++
	if t.lately(gone) || clears(e.Type) || b.DueMs-t.settings.TombstoneMs > t.timeMS-t.settings.TwinMs {
		return
	}
	// Too late to be a copy: perhaps the call is alive after all.
	t.await(src, dev, e.Via)
}

// eventOnUnknown applies an event under a name that no call has on this link.
func (t *txn) eventOnUnknown(src *source, e *fsmpb.CallEvent) {
	dev := t.subjectDevice(src, nil, e)
	if !begins(e.Type) || !goodName(dev) {
		if id, _ := t.names.get(nameKey(src.link.Name, e.Subject.Call)); id == 0 {
			t.counters.Illegal++
		}
		t.await(src, dev, e.Via)
		return
	}
	c, perhaps := t.adopt(src, e, dev)
	switch {
	case c != nil:
		d := t.change(src, c)
		d.rename(e.Subject.Call)
		t.applyEvent(d, e, t.subjectDevice(src, c, e))
	case perhaps:
		t.counters.Ambiguous++
		t.await(src, dev, e.Via)
	default:
		t.applyEvent(t.begun(src, e.Subject.Call), e, dev)
	}
}

// await leaves it to snapshots of the devices to say what an event did that
// can't be applied. A snapshot that was asked for before it settles nothing.
func (t *txn) await(src *source, devices ...string) {
	for _, id := range devices {
		d, ok := t.devices.get(deviceKey(src.sw, id))
		if !ok {
			continue
		}
		d = copyDevice(d)
		if d.VerifiedEpoch == src.epoch {
			d.Tries = 0
		}
		d.VerifiedEpoch, d.DeferredEpoch, d.DeferredOrdinal = 0, src.epoch, src.ordinal
		t.putDevice(d)
	}
}

// applyEvent applies an event to the call that it is about.
func (t *txn) applyEvent(d *draft, e *fsmpb.CallEvent, dev string) {
	to, moves := target(e, dev)
	x := connOf(d.c, dev)
	if e.Type == fsmpb.EventType_NETWORK_REACHED && (x != nil || !goodName(dev)) {
		moves = false
	}
	gone := goneOf(d.c.Gone, dev)
	switch {
	case e.Type == fsmpb.EventType_CALL_CLEARED:
		d.callCleared(e)
		return
	case x == nil && gone != nil && !begins(e.Type):
		t.counters.LateFacts++
		if !t.lately(gone) && !clears(e.Type) {
			t.await(d.src, dev, e.Via)
		}
		d.settleUnchanged()
		return
	case !moves:
		d.absorb(e)
		ch := changeOf(e, dev, d.c.Answered)
		d.note(e.Type, dev, e.Via, true)
		d.tell(ch, d.c.Connections)
		d.put()
		return
	case !goodName(dev), x == nil && (to == fsmpb.ConnectionState_NULL || len(d.c.Connections) >= maxParties):
		t.counters.Illegal++
		d.settleUnchanged()
		return
	case x != nil && x.State == to && !(x.Offered && e.Type == fsmpb.EventType_DELIVERED) &&
		(e.Type != fsmpb.EventType_ORIGINATED || len(d.c.Connections) > 1) && t.toldSince(d.c, e.Type, dev):
		t.counters.Twins++
		d.set(dev, e.Subject.Device, to) // a snapshot from before it says nothing of it
		d.fillIn(e)
		d.put()
		return
	case prompts(e.Type) && (x == nil && t.lately(gone) || x != nil && x.State != fsmpb.ConnectionState_INITIATED && len(d.c.Connections) > 1):
		// Its device is further already.
		t.counters.LateFacts++
		d.settleUnchanged()
		return
	}
	from := fsmpb.ConnectionState_NULL
	if x != nil {
		from = x.State
	}
	if !legal(from, to) && !x.GetOffered() {
		t.counters.Illegal++
	}
	d.joinCaller(e, dev)
	if begins(e.Type) || e.Type == fsmpb.EventType_ESTABLISHED {
		d.originate(dev)
	}
	d.absorb(e)
	if e.Cause == "consultation" && prompts(e.Type) {
		d.consult(dev)
	}
	switch e.Type {
	case fsmpb.EventType_SERVICE_INITIATED, fsmpb.EventType_ORIGINATED:
		if !isDevice(d.c.Calling) {
			d.c.Calling = deviceParty(dev)
		}
	case fsmpb.EventType_ESTABLISHED:
		d.c.Answered = true
	case fsmpb.EventType_DIVERTED:
		d.redirected(dev)
	}
	d.bridge(e, dev)
	d.step(changeOf(e, dev, d.c.Answered), e.Subject.Device, to, e.Via, true)
	switch {
	case e.Type == fsmpb.EventType_DIVERTED:
		// On its way to the next device, of which only Delivered will tell.
		d.put()
		if !d.observed(d.c) {
			d.callDueIn(d.c.Id, d.settings.TombstoneMs)
		}
	case to == fsmpb.ConnectionState_NULL:
		d.settle(e.Cause)
	default:
		d.put()
	}
}

// bridge makes up for events that were lost before this one, so that it is legal
// for everybody who hears it: a call that was answered while nobody listened is
// established before it is held.
func (d *draft) bridge(e *fsmpb.CallEvent, dev string) {
	held := connOf(d.c, dev).GetState()
	var needs fsmpb.ConnectionState
	switch {
	case e.Type == fsmpb.EventType_HELD:
		needs = fsmpb.ConnectionState_CONNECTED
	case e.Type == fsmpb.EventType_RETRIEVED:
		needs = fsmpb.ConnectionState_HOLD
	case e.Type == fsmpb.EventType_ESTABLISHED && held == fsmpb.ConnectionState_HOLD:
		needs = fsmpb.ConnectionState_CONNECTED
	default:
		return
	}
	if held == needs {
		return
	}
	d.unsynced(dev, held, needs, false)
	for _, m := range missing(held, needs, isParty(d.c.Calling, dev)) {
		if m.typ == fsmpb.EventType_ESTABLISHED {
			d.c.Answered = true
		}
		d.step(d.rebuilt(m.typ, dev), e.Subject.Device, m.to, "", false)
	}
}

// settleUnchanged stores what finding the call may have changed: its names. A
// call that was minted for nothing was never there.
func (d *draft) settleUnchanged() {
	if d.old || len(d.c.Connections) > 0 {
		d.put()
	}
}

// joinCaller adds the calling party to a call that begins with the event of
// another one: nothing else will tell of an outside caller.
func (d *draft) joinCaller(e *fsmpb.CallEvent, dev string) {
	if !begins(e.Type) || !isDevice(e.Calling) || isDevice(d.c.Calling) {
		return
	}
	caller := e.Calling.Id
	if caller != dev && connOf(d.c, caller) == nil && goneOf(d.c.Gone, caller) == nil {
		d.set(caller, "", fsmpb.ConnectionState_CONNECTED)
	}
}

// originate makes up for a lost Originated: the call went on from a device that
// was only initiated.
func (d *draft) originate(dev string) {
	for _, x := range d.c.Connections {
		if x.Device != dev && x.State == fsmpb.ConnectionState_INITIATED {
			d.step(d.rebuilt(fsmpb.EventType_ORIGINATED, x.Device), "", fsmpb.ConnectionState_CONNECTED, "", false)
			return
		}
	}
}

// callCleared ends the call for everybody.
func (d *draft) callCleared(e *fsmpb.CallEvent) {
	d.absorb(e)
	for len(d.c.Connections) > 0 {
		d.clear(d.c.Connections[0].Device, e.Cause)
	}
	d.over(changeOf(e, "", d.c.Answered))
}

// changeOf makes the record of an event. Digits that are dialled after the
// answer are a secret.
func changeOf(e *fsmpb.CallEvent, dev string, answered bool) *fsmpb.CallChange {
	ch := &fsmpb.CallChange{
		Type: e.Type, Device: dev, Subject: e.Device, Cause: e.Cause,
		Calling: e.Calling, Called: e.Called, LastRedirection: e.LastRedirection, NewDestination: e.NewDestination,
		Other: e.Other, NumberQueued: e.NumberQueued, CallsInFront: e.CallsInFront,
		Data: e.Data, DataPresent: e.DataPresent, Linkage: e.Linkage, Private: e.Private,
		NetworkCalling: e.NetworkCalling, NetworkCalled: e.NetworkCalled, Originating: e.Originating, Message: e.Message,
	}
	if e.Type == fsmpb.EventType_DIGITS_DIALED && !answered {
		ch.Digits = e.Digits
	}
	return ch
}
