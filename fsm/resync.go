package fsm

import (
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// How the differences of a resync are worked out. A snapshot of a device is a
// fact that spans from the ordinal after which it was asked for to its own. What
// had a fact of its own inside that span is neither created nor cleared nor
// changed by it: the switch may have answered before or after. Then the device
// is asked again, and after a few tries clients are told that events may be
// lost.

// resync is the application of one device's snapshot.
type resync struct {
	*txn
	src      *source
	device   string
	began    uint64
	conflict bool            // something can't be settled by this snapshot
	detailed map[uint64]bool // calls of which every party was told; only looked up
	unsure   map[uint64]bool // calls that may be one or another of the snapshot's; only looked up
}

func (t *txn) deviceSnapshot(src *source, s *fsmpb.DeviceSnapshot) {
	d, ok := t.Device(src.sw, s.Device)
	if !ok || !t.watched(src.sw, d.Id) {
		return // nobody watches it any more
	}
	t.audit = d.Audit
	defer func() { t.audit = false }()
	r := &resync{txn: t, src: src, device: d.Id, began: s.Began, detailed: make(map[uint64]bool), unsure: make(map[uint64]bool)}
	switch {
	case s.UnknownDevice:
		r.calls(nil)
	case !s.CallsKnown || s.Error != "":
		r.conflict = true
	case d.DeferredEpoch == src.epoch && d.DeferredOrdinal > s.Began:
		// An event inside the span couldn't be applied: the snapshot may be from
		// before it.
		r.conflict = true
	default:
		r.calls(s.Calls)
	}
	if s.AgentsKnown {
		r.agents(s.Agents)
	}
	if s.DndKnown {
		r.dnd(s.Dnd)
	}
	if s.ForwardingKnown {
		r.forwarding(s.Forwarding)
	}
	r.conclude()
}

// calls makes the device's part in every call what the snapshot says.
func (r *resync) calls(list []*fsmpb.SnapshotCall) {
	if !r.join(list) {
		r.conflict = true
		return
	}
	told := r.read(list)
	ours := r.match(told)
	for _, c := range ours {
		if r.unsure[c.Id] {
			continue
		}
		r.drop(c)
	}
	for _, s := range told {
		if s.call != nil && !s.skip {
			c, ok := r.txn.calls.get(s.call.Id)
			if !ok {
				continue
			}
			d := r.change(r.src, c)
			d.rename(s.Call)
			r.reconcile(d, s)
		}
	}
	for _, s := range told {
		if s.call == nil && !s.skip {
			r.found(s)
		}
	}
}

// drop takes the device out of a call that the switch no longer has there.
func (r *resync) drop(c *Call) {
	x := connOf(c, r.device)
	if touchedSince(r.src, x, r.began) {
		r.conflict = true
		return
	}
	r.doubt(c)
	d := r.change(r.src, c)
	d.clearStuck(r.device)
	if len(d.c.Connections) > 0 && !r.observed(d.c) && mayMove(r.src, c) && r.unsettled(r.device) {
		// It may have gone on to a device that wasn't compared yet.
		d.put()
		r.callDueIn(c.Id, r.settings.TombstoneMs)
		return
	}
	d.settle(causeTerminated)
}

// doubt asks again about the other parties of a call that the switch no longer
// has here: it tells only of the device that it was asked about.
func (r *resync) doubt(c *Call) {
	if r.level < levelHeard {
		return
	}
	for _, x := range c.Connections {
		d, ok := r.devices.get(deviceKey(c.Switch, x.Device))
		if !ok || x.Device == r.device || !r.verified(d) {
			continue
		}
		d = copyDevice(d)
		d.VerifiedEpoch, d.Tries = 0, 0
		r.putDevice(d)
	}
}

// found announces a call that began unseen.
func (r *resync) found(s *toldCall) {
	if s.State == fsmpb.ConnectionState_STATE_UNKNOWN {
		r.conflict = true
		return
	}
	lingered := r.lingeredOn(r.src, s.Call, s.Linkage, r.device)
	d := r.newCall(r.src, s.Call)
	d.c.Epoch = 0 // until all of it is compared
	d.c.LinkedTo = s.continues
	if d.c.LinkedTo == 0 {
		d.c.LinkedTo = r.endedWith(s.Linkage)
	}
	if d.c.LinkedTo == 0 {
		d.c.LinkedTo = lingered
	}
	r.counters.FoundCalls++
	s.call = d.c
	r.reconcile(d, s)
}

// endedWith finds the newest call that ended with a linkage ID; 0 if none did.
func (r *resync) endedWith(linkage string) (id uint64) {
	if linkage == "" {
		return 0
	}
	for _, b := range r.tombstones.all() {
		if b.Switch == r.src.sw && b.Linkage == linkage && b.Into == 0 {
			id = b.Call
		}
	}
	return id
}

// reconcile makes a call what the snapshot says of it.
func (r *resync) reconcile(d *draft, s *toldCall) {
	c := d.c
	if !isDevice(c.Calling) {
		better(&c.Calling, s.Calling)
	}
	if !isDevice(c.Called) {
		better(&c.Called, s.Called)
	}
	d.linkAs(s.Linkage)
	d.joinTold(s.Joined)
	if s.NoControl {
		c.NoControl = true
	}
	if len(c.Connections) == 0 {
		r.farEnd(d, s)
	}
	parties := r.parties(d, s)
	if s.Detailed {
		r.detailed[c.Id] = true
		for _, x := range slices.Clone(c.Connections) {
			judged := !s.unnamed || r.watched(c.Switch, x.Device)
			if x.Device == r.device || !judged || slices.ContainsFunc(parties, func(p toldParty) bool { return p.device == x.Device }) {
				continue
			}
			if touchedSince(r.src, x, r.began) {
				r.conflict = true
				continue
			}
			d.clearStuck(x.Device)
		}
	}
	for _, p := range parties {
		r.bring(d, p)
	}
	if s.Data != nil {
		was := c.Data
		data, n := cutData(s.Data, int(r.settings.CallDataBytes))
		r.counters.DataCut += uint64(n)
		d.addData(data)
		if !sameData(was, c.Data) && len(c.Connections) > 0 {
			ch := d.rebuilt(fsmpb.EventType_CALL_INFORMATION, r.device)
			ch.Data, ch.DataPresent = data, true
			d.tell(ch, c.Connections)
		}
	}
	if len(c.Connections) > 0 || d.old {
		d.settle(causeTerminated)
	}
}

// farEnd gives a call that is new to us its other end, if the snapshot names it
// and won't list it: nothing else will tell of an outside party.
func (r *resync) farEnd(d *draft, s *toldCall) {
	if s.Detailed || s.far == "" || s.far == r.device || isParty(d.c.Calling, r.device) {
		return
	}
	switch s.State {
	case fsmpb.ConnectionState_ALERTING, fsmpb.ConnectionState_QUEUED_STATE:
		if !isDevice(d.c.Calling) {
			d.c.Calling = deviceParty(s.far)
		}
	case fsmpb.ConnectionState_CONNECTED, fsmpb.ConnectionState_HOLD:
	default:
		return
	}
	d.set(s.far, "", fsmpb.ConnectionState_CONNECTED)
}

// bring brings one party to the state that the snapshot says.
func (r *resync) bring(d *draft, p toldParty) {
	x := connOf(d.c, p.device)
	held := x.GetState()
	switch {
	case p.state == fsmpb.ConnectionState_STATE_UNKNOWN || p.state == fsmpb.ConnectionState_NULL || x != nil && held == p.state:
		return
	case touchedSince(r.src, x, r.began), x == nil && touchedSince(r.src, goneOf(d.c.Gone, p.device), r.began):
		r.conflict = true
		return
	case x == nil && len(d.c.Connections) >= maxParties:
		r.counters.Illegal++
		return
	}
	caller := isParty(d.c.Calling, p.device)
	if x == nil && caller && len(d.c.Connections) == 0 && p.device != r.device && !r.watched(d.c.Switch, p.device) {
		d.set(p.device, p.written, p.state)
		return
	}
	d.unsynced(p.device, held, p.state, false)
	for _, e := range missing(held, p.state, caller) {
		if e.typ == fsmpb.EventType_ESTABLISHED {
			d.c.Answered = true
		}
		d.step(d.rebuilt(e.typ, p.device), p.written, e.to, "", false)
	}
}

type missed struct {
	typ fsmpb.EventType
	to  fsmpb.ConnectionState
}

// missing is the shortest legal sequence of events from one state to another.
func missing(from, to fsmpb.ConnectionState, caller bool) []missed {
	switch to {
	case fsmpb.ConnectionState_INITIATED:
		return []missed{{fsmpb.EventType_SERVICE_INITIATED, to}}
	case fsmpb.ConnectionState_ALERTING:
		return []missed{{fsmpb.EventType_DELIVERED, to}}
	case fsmpb.ConnectionState_QUEUED_STATE:
		return []missed{{fsmpb.EventType_QUEUED, to}}
	case fsmpb.ConnectionState_FAIL:
		return []missed{{fsmpb.EventType_FAILED, to}}
	case fsmpb.ConnectionState_HOLD:
		var list []missed
		if from != fsmpb.ConnectionState_CONNECTED {
			list = missing(from, fsmpb.ConnectionState_CONNECTED, caller)
		}
		return append(list, missed{fsmpb.EventType_HELD, to})
	case fsmpb.ConnectionState_CONNECTED:
		switch {
		case from == fsmpb.ConnectionState_HOLD:
			return []missed{{fsmpb.EventType_RETRIEVED, to}}
		case from == fsmpb.ConnectionState_INITIATED, from == fsmpb.ConnectionState_NULL && caller:
			return []missed{{fsmpb.EventType_ORIGINATED, to}}
		case from == fsmpb.ConnectionState_NULL:
			return []missed{{fsmpb.EventType_DELIVERED, fsmpb.ConnectionState_ALERTING}, {fsmpb.EventType_ESTABLISHED, to}}
		}
		return []missed{{fsmpb.EventType_ESTABLISHED, to}}
	}
	return nil
}

// conclude notes how the snapshot left the device.
func (r *resync) conclude() {
	d, ok := r.devices.get(deviceKey(r.src.sw, r.device))
	if !ok {
		return
	}
	d = copyDevice(d)
	if r.conflict {
		d.Tries++
		if d.Tries < r.settings.SnapshotTries {
			r.putDevice(d)
			return
		}
		// It can't be proven right: say so and go on.
		r.counters.LostReports++
		if s, ok := r.switches.get(r.src.sw); ok {
			r.tellStatus(s, statusMessagesLost, "device "+d.Id+" could not be compared with the switch", d.Id)
		}
	}
	d.Tries, d.Audit = 0, false
	if r.monitoredNow(d) {
		d.VerifiedEpoch = r.src.epoch
	}
	r.putDevice(d)
	for _, id := range d.Calls {
		c, ok := r.txn.calls.get(id)
		if ok && c.Epoch != r.src.epoch && !r.unsure[id] && (r.detailed[id] || r.allVerified(c)) {
			c = copyCall(c)
			c.Epoch = r.src.epoch
			r.putCall(c)
		}
	}
	if !r.unsettled("") {
		r.endWaiting()
		r.forgetLingered(r.src.sw)
	}
	r.settleIntents(r.src.sw)
}

// allVerified tells whether each watched party of a call was compared with the
// switch in this epoch.
func (r *resync) allVerified(c *Call) bool {
	for _, x := range c.Connections {
		if d, ok := r.devices.get(deviceKey(c.Switch, x.Device)); ok && r.watched(c.Switch, d.Id) && d.VerifiedEpoch != r.src.epoch {
			return false
		}
	}
	return true
}
