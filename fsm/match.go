package fsm

import (
	"bytes"
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Which call of ours is which call of a snapshot. The name decides
// in the epoch that gave it. Else the linkage ID does, else device, far party,
// direction and state, loosened step by step as long as one call of ours and one
// of the switch's single each other out. What stays ambiguous is left alone.

// toldCall is a call as a snapshot tells it.
type toldCall struct {
	*fsmpb.SnapshotCall
	far       string   // the other party's device, if there is one other and it is known
	others    []string // the other parties' devices, as far as they are known
	call      *Call    // ours
	hint      *Call    // the one that bore the name before the link was connected again
	skip      bool     // it changed inside the span, or is ambiguous
	continues uint64   // the ended call that bears the name
	unnamed   bool     // a party is not identified
}

type toldParty struct {
	device, written string
	state           fsmpb.ConnectionState
}

// read resolves the devices of a snapshot's calls.
func (r *resync) read(list []*fsmpb.SnapshotCall) []*toldCall {
	var told []*toldCall
	seen := make(map[string]bool)
	for _, s := range list {
		if s.State == fsmpb.ConnectionState_NULL || seen[s.Call] {
			continue
		}
		if !goodName(s.Call) || len(s.Linkage) > maxName {
			r.counters.Illegal++
			r.conflict = true
			continue
		}
		seen[s.Call] = true
		for _, p := range []*fsmpb.Party{s.Far, s.Calling, s.Called, s.GetData().GetOriginalCalled()} {
			r.resolveParty(r.src.sw, p)
		}
		k := &toldCall{SnapshotCall: s}
		if isDevice(s.Far) {
			k.far = s.Far.Id
		}
		for _, p := range s.Parties {
			id := r.deviceOf(r.src, nil, p.GetDevice(), nil)
			switch {
			case id == "":
				k.unnamed = true
			case id == r.device && s.State == fsmpb.ConnectionState_STATE_UNKNOWN:
				s.State = p.State
			case id != r.device && len(k.others) < maxParties:
				k.others = append(k.others, id)
			}
		}
		switch {
		case k.far == "" && len(k.others) == 1 && !k.unnamed:
			k.far = k.others[0]
		case len(k.others) == 0 && k.far != "":
			k.others = []string{k.far}
		}
		told = append(told, k)
	}
	return told
}

// parties lists who has a part in a call by the snapshot: the caller first, so
// that what is new is told in a sensible order.
func (r *resync) parties(d *draft, s *toldCall) []toldParty {
	list := []toldParty{{r.device, "", s.State}}
	if s.Detailed {
		for _, p := range s.Parties {
			id := r.deviceOf(r.src, d.c, p.GetDevice(), nil)
			if id == "" || p.State == fsmpb.ConnectionState_NULL || len(list) >= maxParties ||
				slices.ContainsFunc(list, func(q toldParty) bool { return q.device == id }) {
				continue
			}
			list = append(list, toldParty{id, p.Device, p.State})
		}
	}
	slices.SortStableFunc(list, func(a, b toldParty) int {
		switch {
		case a.device == b.device:
			return 0
		case isParty(d.c.Calling, a.device):
			return -1
		case isParty(d.c.Calling, b.device):
			return 1
		}
		return 0
	})
	return list
}

// match finds our call for each call of the snapshot and returns those of the
// device's calls that have none.
func (r *resync) match(told []*toldCall) []*Call {
	taken := make(map[uint64]bool)
	for _, s := range told {
		r.byName(s)
		if s.call != nil {
			taken[s.call.Id] = true
		}
	}
	d, ok := r.devices.get(deviceKey(r.src.sw, r.device))
	if !ok {
		return nil
	}
	var ours, open []*Call
	for _, id := range d.Calls {
		if c, ok := r.txn.calls.get(id); ok && !taken[id] && connOf(c, r.device) != nil {
			ours = append(ours, c)
			if !namedIn(c, r.src) {
				open = append(open, c)
			}
		}
	}
	for _, like := range r.likenesses() {
		for r.pair(told, &open, like) {
		}
	}
	compatible := r.likenesses()[lastLikeness]
	for _, s := range told {
		if s.call != nil || s.skip {
			continue
		}
		for _, c := range open {
			if compatible(s, c) {
				r.unsure[c.Id] = true
				s.skip = true
			}
		}
		if s.skip {
			r.counters.Ambiguous++
			r.conflict = true
			continue
		}
		r.movedHere(s, told)
	}
	return slices.DeleteFunc(ours, func(c *Call) bool {
		return slices.ContainsFunc(told, func(s *toldCall) bool { return s.call != nil && s.call.Id == c.Id })
	})
}

// byName finds the call that bears a name, as far as the name can be relied on.
func (r *resync) byName(s *toldCall) {
	link := r.src.link.Name
	id, _ := r.names.get(nameKey(link, s.Call))
	if c, ok := r.txn.calls.get(id); ok {
		n := nameOn(c, link, s.Call)
		current := n == nil || n.Epoch == r.src.epoch
		same := linkedAs(c, s.Linkage)
		has := connOf(c, r.device) != nil
		switch {
		case current && touchedSince(r.src, goneOf(c.Gone, r.device), r.began):
			s.skip, r.conflict = true, true
		case current && (has || same >= 0):
			s.call = c
		case current: // the name is another call's by now
		case has:
			s.hint = c
		case same > 0, same == 0 && s.far != "" && connOf(c, s.far) != nil && c.Epoch != r.src.epoch:
			s.call = c
		}
		return
	}
	if c := r.linkedTo(s.Linkage, s.Joined); c != nil {
		if touchedSince(r.src, goneOf(c.Gone, r.device), r.began) {
			s.skip, r.conflict = true, true
		} else {
			s.call = c
		}
		return
	}
	b, ok := r.tombstones.get(id)
	if !ok {
		return
	}
	if !slices.ContainsFunc(b.Names, func(n *fsmpb.CallName) bool {
		return n.Link == link && n.Call == s.Call && n.Epoch == r.src.epoch
	}) {
		return
	}
	if touchedSince(r.src, goneOf(b.Gone, r.device), r.began) {
		s.skip, r.conflict = true, true
		return
	}
	if b.Into == 0 {
		s.continues = b.Call
	} else if c, ok := r.txn.calls.get(r.became(id)); ok && connOf(c, r.device) != nil {
		s.call = c
	}
}

// linkedTo finds the live call that a call of the snapshot is by its linkage ID, or by
// that of a call that went into it; nil if there is none.
func (r *resync) linkedTo(linkage string, joined []string) *Call {
	if c := r.linked(r.src.sw, linkage); c != nil || r.level < levelHeard {
		return c
	}
	for _, l := range joined {
		if c := r.linked(r.src.sw, l); c != nil {
			return c
		}
	}
	return nil
}

// pair matches the calls that are alike and single each other out; false if
// there is no such pair.
func (r *resync) pair(told []*toldCall, open *[]*Call, like func(*toldCall, *Call) bool) bool {
	for _, s := range told {
		if s.call != nil || s.skip {
			continue
		}
		var only *Call
		n := 0
		for _, c := range *open {
			if like(s, c) {
				only = c
				n++
			}
		}
		if n != 1 {
			continue
		}
		rivals := 0
		for _, o := range told {
			if o.call == nil && !o.skip && like(o, only) {
				rivals++
			}
		}
		if rivals == 1 {
			s.call = only
			*open = slices.DeleteFunc(slices.Clone(*open), func(c *Call) bool { return c.Id == only.Id })
			return true
		}
	}
	return false
}

const lastLikeness = 6

// likenesses are the ways in which calls can be alike, the surest first. The
// last one is what all but the first ask for at least.
func (r *resync) likenesses() [lastLikeness + 1]func(*toldCall, *Call) bool {
	compatible := func(s *toldCall, c *Call) bool {
		return linkedAs(c, s.Linkage) >= 0 && r.farFits(s, c) >= 0 && r.sameDirection(s, c)
	}
	named := func(s *toldCall, c *Call) bool { return s.hint != nil && s.hint.Id == c.Id }
	return [...]func(*toldCall, *Call) bool{
		func(s *toldCall, c *Call) bool { return linkedAs(c, s.Linkage) > 0 },
		func(s *toldCall, c *Call) bool { return named(s, c) && compatible(s, c) && r.farFits(s, c) > 0 },
		func(s *toldCall, c *Call) bool { return compatible(s, c) && r.sameState(s, c) && r.sameDetails(s, c) },
		func(s *toldCall, c *Call) bool { return named(s, c) && compatible(s, c) && r.sameState(s, c) },
		func(s *toldCall, c *Call) bool { return compatible(s, c) && r.sameState(s, c) },
		func(s *toldCall, c *Call) bool { return named(s, c) && compatible(s, c) },
		compatible,
	}
}

// farFits compares the other parties: 1 one is the same, -1 all are others, 0 not
// known.
func (r *resync) farFits(s *toldCall, c *Call) int {
	if len(s.others) == 0 {
		return 0
	}
	for _, id := range s.others {
		if connOf(c, id) != nil || isParty(c.Calling, id) || isParty(c.Called, id) {
			return 1
		}
	}
	if bothKnown(s.Calling, c.Calling) && s.Calling.Id == c.Calling.Id && bothKnown(s.Called, c.Called) && s.Called.Id == c.Called.Id {
		return 0 // it may have gone on to another device
	}
	other := func(x *Connection) bool { return x.Device != r.device }
	if slices.ContainsFunc(c.Connections, other) || slices.ContainsFunc(c.Gone, other) ||
		isDevice(c.Calling) && c.Calling.Id != r.device || isDevice(c.Called) && c.Called.Id != r.device {
		return -1
	}
	return 0
}

func (r *resync) sameDirection(s *toldCall, c *Call) bool {
	switch {
	case len(s.Parties) > 2 || len(c.Connections) > 2:
		return true // a conference has no one direction, nor has what is left of it
	case isDevice(c.Calling) && goneOf(c.Gone, c.Calling.Id) != nil:
		return true // the switch names another caller by now
	}
	return !bothKnown(s.Calling, c.Calling) || isParty(s.Calling, r.device) == isParty(c.Calling, r.device)
}

func (r *resync) sameState(s *toldCall, c *Call) bool {
	x := connOf(c, r.device)
	return s.State == fsmpb.ConnectionState_STATE_UNKNOWN || x != nil && x.State == s.State
}

// sameDetails compares what a call's own snapshot tells, as far as both sides
// know it.
func (r *resync) sameDetails(s *toldCall, c *Call) bool {
	if r.farFits(s, c) <= 0 && len(s.others) > 0 {
		return false
	}
	if bothKnown(s.Calling, c.Calling) && s.Calling.Id != c.Calling.Id || bothKnown(s.Called, c.Called) && s.Called.Id != c.Called.Id {
		return false
	}
	a, b := s.GetData().GetCorrelator(), c.GetData().GetCorrelator()
	if len(a) > 0 && len(b) > 0 && !bytes.Equal(a, b) {
		return false
	}
	if !s.Detailed || s.unnamed {
		return true
	}
	if len(s.Parties) != len(c.Connections) {
		return false
	}
	for _, p := range s.Parties {
		if connOf(c, r.deviceOf(r.src, c, p.GetDevice(), nil)) == nil {
			return false
		}
	}
	return true
}
