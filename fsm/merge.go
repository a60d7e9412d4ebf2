package fsm

import (
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Transfer and conference: two calls become one, or one gets other parties. The
// event lists every old and new connection. The call that goes on is the one
// whose name the switch keeps, or a new one if the name is new; the others are
// retired into it.

// joining is a Transferred or Conferenced event while it is applied.
type joining struct {
	*txn
	src        *source
	e          *fsmpb.CallEvent
	controller string // transferring or conferencing device
	primary    *Call  // live, or nil
	secondary  *Call  // live, or nil
	third      *Call  // the live call whose name the result has, if it is neither
	d          *draft // the call that goes on
	before     []*Connection
	list       []*fsmpb.NewConnection
	stays      map[string]bool // devices in the result; looked up, never ranged over
	rebuilt    bool            // the switch sent no event of it
}

func (t *txn) joinCalls(src *source, e *fsmpb.CallEvent) {
	j := &joining{txn: t, src: src, e: e}
	j.controller = t.controllerOf(src, e)
	if !goodName(j.controller) {
		t.counters.Illegal++
		t.await(src, e.Via)
		return
	}
	names := []string{e.Subject.Call, e.GetSecondaryOld().GetCall(), j.resultName()}
	for _, n := range names {
		if c, ok := t.calls.get(t.ourCall(src.link.Name, n)); ok && t.isTwin(src, c, e, j.controller) {
			t.renameCall(src, e.RenamedFrom, j.resultName(), e.Linkage)
			if !j.unjoined(c, names[:2]) {
				return
			}
			break
		}
	}
	j.learn(names[0])
	j.learn(names[1])
	j.primary = j.oldCall(names[0])
	j.secondary = j.oldCall(names[1])
	if j.secondary != nil && j.primary != nil && j.secondary.Id == j.primary.Id {
		t.counters.LateFacts++ // they are one already
		return
	}
	if j.primary == nil && j.secondary == nil {
		if id, _ := t.names.get(nameKey(src.link.Name, e.Subject.Call)); id != 0 {
			t.counters.LateFacts++
		} else {
			t.counters.Illegal++
		}
		if b, ok := t.tombstones.get(t.ourCall(src.link.Name, e.Subject.Call)); !ok || b.DueMs-t.settings.TombstoneMs <= t.timeMS-t.settings.TwinMs {
			t.await(src, append(j.listed(), j.controller, e.Via)...)
		}
		return
	}
	j.apply()
}

// unjoined tells whether a copy of an event names a call that the first copy didn't
// know of: the controller still has a part there. A switch may tell the other parties
// only of the call that they were in.
func (j *joining) unjoined(c *Call, names []string) bool {
	return j.level >= levelHeard && slices.ContainsFunc(names, func(n string) bool {
		o := j.oldCall(n)
		return o != nil && o.Id != c.Id && connOf(o, j.controller) != nil
	})
}

// controllerOf is the device that transferred or conferenced.
func (t *txn) controllerOf(src *source, e *fsmpb.CallEvent) string {
	if isDevice(e.Device) {
		return e.Device.Id
	}
	return t.deviceOf(src, nil, e.Subject.Device, nil)
}

func (j *joining) resultName() string {
	for _, i := range j.e.Connections {
		if n := i.GetNewConnection().GetCall(); goodName(n) {
			return n
		}
	}
	return j.e.Subject.Call
}

// oldCall finds a live call that the event says is joined. A retired name leads
// on to the call that it became only if the controller has a part there: two
// transfers may cross, and the second one still names what the first retired.
func (j *joining) oldCall(name string) *Call {
	id, ok := j.names.get(nameKey(j.src.link.Name, name))
	if !ok || name == "" {
		return j.linked(j.src.sw, name)
	}
	if c, ok := j.calls.get(id); ok {
		if n := nameOn(c, j.src.link.Name, name); n != nil && n.Epoch != j.src.epoch && connOf(c, j.controller) == nil {
			return nil
		}
		return c
	}
	if c, ok := j.calls.get(j.became(id)); ok && connOf(c, j.controller) != nil {
		return c
	}
	return j.linked(j.src.sw, name) // some switches name calls by their linkage IDs
}

// learn finds the call that a name not seen in this epoch means: the one call of
// the controller that has all the parties listed under that name.
func (j *joining) learn(name string) {
	if id, ok := j.names.get(nameKey(j.src.link.Name, name)); !goodName(name) || ok && j.knownIn(id, name) {
		return
	}
	var devices []string
	for _, i := range j.e.Connections {
		if id := j.cameFrom(i, name); id != "" && id != j.controller {
			devices = append(devices, id)
		}
	}
	if len(devices) == 0 {
		return
	}
	var found []*Call
	for _, c := range j.nameless(j.src, j.controller) {
		if !slices.ContainsFunc(devices, func(id string) bool { return connOf(c, id) == nil }) {
			found = append(found, c)
		}
	}
	if len(found) == 1 {
		d := j.change(j.src, found[0])
		d.rename(name)
		d.put()
	}
}

// cameFrom is the device of an item's connection in the old call of that name;
// empty if it is another call's. An item without an old name kept its name, or is
// the party that comes anew.
func (j *joining) cameFrom(i *fsmpb.ListItem, name string) string {
	o := i.GetOldConnection()
	if o.GetCall() == "" && o.GetDevice() == "" {
		o = i.GetNewConnection()
		if j.e.GetSecondaryOld().GetCall() == "" && isDevice(j.e.Other) && isParty(i.GetEndpoint(), j.e.Other.Id) {
			return ""
		}
	}
	if o.GetCall() != name {
		return ""
	}
	return j.deviceOf(j.src, nil, o.GetDevice(), i.GetEndpoint())
}

// knownIn tells whether a name of a call was given in this epoch.
func (j *joining) knownIn(id uint64, name string) bool {
	var names []*fsmpb.CallName
	if c, ok := j.calls.get(id); ok {
		names = c.Names
	} else if b, ok := j.tombstones.get(id); ok {
		names = b.Names
	}
	return slices.ContainsFunc(names, func(n *fsmpb.CallName) bool {
		return n.Link == j.src.link.Name && n.Call == name && n.Epoch == j.src.epoch
	})
}

// listed are the devices that the event names.
func (j *joining) listed() []string {
	var ids []string
	for _, i := range j.e.Connections {
		if id := j.deviceOf(j.src, nil, i.GetNewConnection().GetDevice(), i.GetEndpoint()); id != "" && len(ids) < maxParties {
			ids = append(ids, id)
		}
	}
	return ids
}

// old are the calls that go into the result, the primary one first.
func (j *joining) old() []*Call {
	return slices.DeleteFunc([]*Call{j.primary, j.secondary, j.third}, func(c *Call) bool { return c == nil })
}

func (j *joining) apply() {
	j.unlisted()
	j.beginResult()
	j.before = nil
	for _, c := range j.old() {
		for _, x := range c.Connections {
			if !hasDevice(j.before, x.Device) {
				j.before = append(j.before, x)
			}
		}
	}
	if x := connOf(j.primary, j.controller); j.primary != nil && x == nil {
		j.counters.Illegal++
	}
	j.parties()
	j.facts()
	j.store()
}

// beginResult finds or mints the call that goes on.
func (j *joining) beginResult() {
	name := j.resultName()
	id, _ := j.names.get(nameKey(j.src.link.Name, name))
	for _, c := range j.old() {
		// A retired name that crossed may still be the result's.
		if c.Id == id || c.Id == j.became(id) {
			j.d = j.change(j.src, c)
			j.d.rename(name)
			return
		}
	}
	if c, ok := j.calls.get(id); ok {
		if n := nameOn(c, j.src.link.Name, name); n == nil || n.Epoch == j.src.epoch {
			j.third = c
			j.d = j.change(j.src, c)
			return
		}
	}
	base := j.old()[0]
	j.d = j.newCall(j.src, name)
	j.d.c.BeganMs = base.BeganMs
	j.d.c.Epoch = base.Epoch
}

// parties works out who has which part in the result.
func (j *joining) parties() {
	type party struct {
		device, written string
		state           fsmpb.ConnectionState
	}
	var told []party
	j.stays = make(map[string]bool)
	renamed := make(map[string]string) // old device → new device
	leaves := make(map[string]bool)
	items := 0
	for _, i := range j.e.Connections {
		if len(j.list) >= maxParties {
			break
		}
		oldCall, oldDevice := j.oldEnd(i)
		written := i.GetNewConnection().GetDevice()
		beside := i.GetEndpoint()
		if !isDevice(beside) && oldDevice != "" {
			beside = deviceParty(oldDevice)
		}
		device := j.deviceOf(j.src, oldCall, written, beside)
		if device == "" {
			continue
		}
		if oldDevice == "" {
			// A switch may leave out the old connection where the name stays.
			oldCall, oldDevice = j.unchangedEnd(i, device)
		}
		state, ok := j.stateOf(i, device, oldDevice)
		if oldDevice != "" {
			leaves[oldDevice] = true // under this name, unless it stays
			renamed[oldDevice] = device
		}
		if i.GetNewConnection().GetCall() == "" && written == "" {
			continue // an old connection that became nothing
		}
		items++
		nc := &fsmpb.NewConnection{Call: j.d.c.Id, Device: device, OldDevice: oldDevice, Endpoint: i.GetEndpoint(), State: state}
		if oldCall != nil {
			nc.OldCall = oldCall.Id
		}
		j.list = append(j.list, nc)
		if ok && !j.stays[device] {
			j.stays[device] = true
			told = append(told, party{device, written, state})
		}
	}
	if j.e.Type == fsmpb.EventType_CONFERENCED && !j.stays[j.controller] && !leaves[j.controller] {
		j.stays[j.controller] = true
		told = append(told, party{j.controller, "", fsmpb.ConnectionState_CONNECTED})
	}
	// A list of fewer than two says nothing of the others.
	for _, x := range j.before {
		if items < 2 && x.Device != j.controller && !leaves[x.Device] && !j.stays[x.Device] {
			j.stays[x.Device] = true
			told = append(told, party{x.Device, "", x.State})
		}
	}
	// In order of joining: those of the old calls first.
	var order []party
	for _, x := range j.before {
		id := x.Device
		if to, ok := renamed[id]; ok {
			id = to
		}
		for _, p := range told {
			if p.device == id && !slices.ContainsFunc(order, func(q party) bool { return q.device == id }) {
				order = append(order, p)
			}
		}
	}
	for _, p := range told {
		if !slices.ContainsFunc(order, func(q party) bool { return q.device == p.device }) {
			order = append(order, p)
		}
	}
	was := j.d.c.Connections
	var added []string
	j.d.c.Connections = nil
	for _, p := range order {
		next := &Connection{Device: p.device, State: p.state, Epoch: j.src.epoch, Ordinal: j.src.ordinal, SinceMs: j.timeMS,
			SwitchDevice: writtenAs(p.written, p.device)}
		if o := goneOf(j.before, p.device); o != nil {
			if o.State == p.state {
				next.SinceMs = o.SinceMs
			}
			if p.written == "" {
				next.SwitchDevice = o.SwitchDevice
			}
		}
		j.d.c.Connections = append(j.d.c.Connections, next)
		if !hasDevice(was, p.device) {
			added = append(added, p.device)
		}
	}
	for _, x := range j.before {
		if !j.stays[x.Device] {
			j.d.lose(&Connection{Device: x.Device, Epoch: j.src.epoch, Ordinal: j.src.ordinal, SinceMs: j.timeMS, SwitchDevice: x.SwitchDevice})
		}
	}
	j.d.c.Gone = slices.DeleteFunc(slices.Clone(j.d.c.Gone), func(x *Connection) bool { return j.stays[x.Device] })
	for _, c := range j.old() {
		j.d.c.Followers = joinFollowers(j.d.c.Followers, c.Followers)
	}
	j.d.c.Followers = j.followers(j.d.c, added)
	for _, device := range added {
		j.d.missed(device)
	}
}

// oldEnd finds the connection that an item of the list continues.
func (j *joining) oldEnd(i *fsmpb.ListItem) (*Call, string) {
	o := i.GetOldConnection()
	if o.GetCall() == "" && o.GetDevice() == "" {
		return nil, ""
	}
	find := func(c *Call) string {
		id := j.DeviceID(j.src.sw, o.GetDevice())
		for _, x := range c.GetConnections() {
			if x.Device == id || x.SwitchDevice != "" && x.SwitchDevice == o.GetDevice() ||
				isDevice(i.GetEndpoint()) && x.Device == i.Endpoint.Id {
				return x.Device
			}
		}
		return ""
	}
	if c := j.oldCall(o.GetCall()); c != nil {
		return c, find(c)
	}
	for _, c := range j.old() {
		if dev := find(c); dev != "" {
			return c, dev
		}
	}
	return nil, ""
}

// unchangedEnd finds the connection of a device that an item lists without its
// old name.
func (j *joining) unchangedEnd(i *fsmpb.ListItem, device string) (*Call, string) {
	if c := j.oldCall(i.GetNewConnection().GetCall()); connOf(c, device) != nil {
		return c, device
	}
	for _, c := range j.old() {
		if connOf(c, device) != nil {
			return c, device
		}
	}
	return nil, ""
}

// stateOf is a party's state in the result; false if it has no part there yet.
func (j *joining) stateOf(i *fsmpb.ListItem, device, oldDevice string) (fsmpb.ConnectionState, bool) {
	if i.GetHasState() && i.State != fsmpb.ConnectionState_STATE_UNKNOWN {
		return i.State, i.State != fsmpb.ConnectionState_NULL
	}
	if device == j.controller {
		return fsmpb.ConnectionState_CONNECTED, j.e.Type == fsmpb.EventType_CONFERENCED
	}
	state := fsmpb.ConnectionState_NULL
	for _, c := range j.old() {
		for _, id := range []string{oldDevice, device} {
			if x := connOf(c, id); x != nil && (state == fsmpb.ConnectionState_NULL || x.State == fsmpb.ConnectionState_CONNECTED) {
				state = x.State
			}
		}
	}
	if state != fsmpb.ConnectionState_NULL {
		return state, true
	}
	if j.e.Type == fsmpb.EventType_TRANSFERRED && j.e.GetSecondaryOld().GetCall() == "" {
		// A single-step transfer's new party: Delivered or Established brings it.
		return fsmpb.ConnectionState_NULL, false
	}
	told := j.level >= levelHeard && i.GetHasState() // that nobody told of it yet
	if (j.incomplete() || told) && j.watched(j.src.sw, device) {
		// Its call began while nobody listened: it may be alerting still. The
		// snapshot that follows tells, and then clients hear of it.
		return fsmpb.ConnectionState_STATE_UNKNOWN, true
	}
	return fsmpb.ConnectionState_CONNECTED, true
}

// facts carries over what the calls know, the primary call's first.
func (j *joining) facts() {
	r := j.d.c
	var data *fsmpb.CallData
	for _, c := range slices.Backward(j.old()) {
		data = mergeData(data, c.Data)
		r.Answered = r.Answered || c.Answered
		if c.Epoch < r.Epoch {
			r.Epoch = c.Epoch
		}
	}
	r.Data = j.d.cut(mergeData(data, j.e.Data))
	p := j.old()[0]
	r.Calling, r.Called, r.LastRedirection = p.Calling, p.Called, p.LastRedirection
	if isParty(r.Calling, j.controller) && !j.stays[j.controller] {
		r.Calling = j.newCaller()
	}
	switch {
	case j.secondary != nil && isDevice(j.secondary.Called) && j.stays[j.secondary.Called.Id]:
		r.Called = j.secondary.Called
	case isParty(r.Called, j.controller) && !j.stays[j.controller] && isDevice(j.e.Other):
		r.Called = j.e.Other
	}
	if j.e.Type == fsmpb.EventType_TRANSFERRED {
		r.LastRedirection = deviceParty(j.controller)
	}
	if r.Linkage == "" {
		r.Linkage = p.Linkage
	}
	for _, c := range j.old() {
		j.d.joinLinkages(c)
		r.NoControl = r.NoControl || c.NoControl
	}
	j.d.linkAs(j.e.Linkage)
}

// newCaller is who takes the place of a caller that transferred: the primary
// call's other party. Nil if it isn't known.
func (j *joining) newCaller() *fsmpb.Party {
	for _, x := range j.primary.GetConnections() {
		if j.stays[x.Device] {
			return deviceParty(x.Device)
		}
	}
	if j.primary == nil {
		for _, i := range j.e.Connections {
			if id := j.cameFrom(i, j.e.Subject.Call); j.stays[id] {
				return deviceParty(id)
			}
		}
	}
	return nil
}

// store stores the result, retires the other calls into it and tells.
func (j *joining) store() {
	r := j.d.c
	ch := changeOf(j.e, j.controller, true)
	ch.Call, ch.Reconstructed = r.Id, j.rebuilt
	if j.primary != nil {
		ch.Call = j.primary.Id
	} else if id, _ := j.names.get(nameKey(j.src.link.Name, j.e.Subject.Call)); id != 0 {
		ch.Call = id
	}
	if j.secondary != nil {
		ch.SecondaryCall, ch.SecondaryDevice = j.secondary.Id, j.controller
	}
	ch.ResultCall, ch.Connections = r.Id, j.list
	if x := connOf(r, j.controller); x != nil {
		ch.State = x.State
	}
	ch.Heard, ch.Followers = hearers(j.before, r.Connections), r.Followers
	j.d.note(j.e.Type, j.controller, j.e.Via, true)
	retired := slices.DeleteFunc(j.old(), func(c *Call) bool { return c.Id == r.Id })
	for _, c := range retired {
		j.dropCall(c.Id) // its names are free for the result
	}
	j.d.put()
	j.emit(&Record{Switch: j.src.sw, Kind: &fsmpb.Record_Call{Call: ch}})
	for _, c := range retired {
		j.change(j.src, c).bury(r.Id)
	}
	if j.incomplete() || j.level >= levelHeard && slices.ContainsFunc(r.Connections, isUnknown) {
		j.await(j.src, append(j.listed(), j.e.Via)...)
	}
	switch {
	case j.observed(r):
	case j.goesOn(r):
		// On its way to the next device, of which only Delivered will tell.
		j.callDueIn(r.Id, j.settings.TombstoneMs)
	default:
		j.change(j.src, r).end(j.e.Cause)
	}
}

func isUnknown(x *Connection) bool { return x.State == fsmpb.ConnectionState_STATE_UNKNOWN }

// underWay tells whether a connection may still lead to another device.
func underWay(x *Connection) bool {
	return x.State != fsmpb.ConnectionState_CONNECTED && x.State != fsmpb.ConnectionState_HOLD
}

// goesOn tells whether a call that nobody watched has a part in can still come
// to a device of this switch: the one that it was transferred to in one step, or
// one where it rings or waits. Outside parties bring it back to nobody.
func (j *joining) goesOn(r *Call) bool {
	ours := func(device string) bool {
		_, ok := j.devices.get(deviceKey(r.Switch, j.DeviceID(r.Switch, device)))
		return ok
	}
	if j.e.GetSecondaryOld().GetCall() == "" && isDevice(j.e.Other) && ours(j.e.Other.Id) {
		return true
	}
	return slices.ContainsFunc(r.Connections, func(x *Connection) bool { return underWay(x) && ours(x.Device) })
}

// incomplete tells whether one of the joined calls was not known, so that
// snapshots must say more of the parties.
func (j *joining) incomplete() bool {
	return j.primary == nil || j.secondary == nil && j.e.GetSecondaryOld().GetCall() != "" &&
		j.e.SecondaryOld.Call != j.e.Subject.Call && j.ourCall(j.src.link.Name, j.e.SecondaryOld.Call) != j.primary.Id
}
