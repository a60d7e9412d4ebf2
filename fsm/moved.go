package fsm

import (
	"slices"
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// A call may go on to another device while nobody listens: it left the queue
// and an agent has it now. The agent's snapshot has a call that none of the
// agent's was; the queue's lacks one. It is the same call if its linkage ID says
// so, or if the caller is the same and no other call can be meant. To know that,
// the devices where our call was are compared first.

// mayMove tells whether a call could turn up under a name that is not known yet.
func mayMove(src *source, c *Call) bool { return c.Epoch != src.epoch && !namedIn(c, src) }

// unsettled tells whether a device of the switch other than but still waits for
// its monitor or its snapshot.
func (r *resync) unsettled(but string) bool {
	for d := range r.Unverified(r.src.sw) {
		if d.Id != but {
			return true
		}
	}
	for d := range r.Unwatched(r.src.sw) {
		if d.Id != but && d.Monitors > 0 {
			return true
		}
	}
	return false
}

// movedHere finds the call that went on to this device.
func (r *resync) movedHere(s *toldCall, told []*toldCall) {
	var found []*Call
	for _, c := range r.elsewhere(r.src, r.device, &Call{Switch: r.src.sw, Calling: s.Calling, Linkage: s.Linkage}) {
		if r.sameCaller(s, c) {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return
	}
	open := slices.ContainsFunc(found, func(c *Call) bool { return !r.allVerified(c) })
	if d, ok := r.devices.get(deviceKey(r.src.sw, r.device)); ok && open && d.Tries+1 < r.settings.SnapshotTries {
		s.skip, r.conflict = true, true
		return
	}
	rival := slices.ContainsFunc(told, func(o *toldCall) bool { return o != s && o.call == nil && r.sameCaller(o, found[0]) })
	if len(found) == 1 && !open && !rival {
		s.call = found[0]
	}
}

// elsewhere lists the calls without a part of a device that have the same
// caller or linkage ID and no name in this epoch yet, by ID.
func (t *txn) elsewhere(src *source, device string, like *Call) []*Call {
	ids := append(t.withTrait(callerTrait(like)), t.withTrait(linkageTrait(like.Switch, like.Linkage))...)
	slices.Sort(ids)
	var out []*Call
	for _, id := range slices.Compact(ids) {
		if c, ok := t.calls.get(id); ok && mayMove(src, c) && connOf(c, device) == nil {
			out = append(out, c)
		}
	}
	return out
}

// onTheirWay lists the live calls of the switch that nobody watches and that
// have a deadline.
func (r *resync) onTheirWay() (ids []uint64) {
	prefix := deadlineKey(fsmpb.DeadlineKind_TOMBSTONE, "")
	for k, d := range r.deadlines.from(prefix) {
		if len(k) < len(prefix) || k[:len(prefix)] != prefix {
			break
		}
		id, _ := strconv.ParseUint(d.Key, 10, 64)
		if c, ok := r.txn.calls.get(id); ok && c.Switch == r.src.sw && !r.observed(c) {
			ids = append(ids, id)
		}
	}
	return ids
}

// endWaiting ends the calls that turned up nowhere, now that every device was
// compared.
func (r *resync) endWaiting() {
	for _, id := range r.onTheirWay() {
		if c, ok := r.txn.calls.get(id); ok && mayMove(r.src, c) {
			r.change(r.src, c).end(causeTerminated)
		}
	}
}

// sameCaller tells whether a call of the snapshot may be one that was elsewhere.
func (r *resync) sameCaller(s *toldCall, c *Call) bool {
	if a := linkedAs(c, s.Linkage); a != 0 {
		return a > 0
	}
	if !bothKnown(s.Calling, c.Calling) || s.Calling.Id != c.Calling.Id || s.Calling.Id == r.device || connOf(c, s.Calling.Id) == nil {
		return false
	}
	return !bothKnown(s.Called, c.Called) || s.Called.Id == c.Called.Id
}
