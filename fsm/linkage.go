package fsm

import "slices"

// A linkage ID says which call this is, whatever link and epoch it comes from. A
// call has one at a time; it keeps those that it had before, and those of the
// calls that went into it, because parties may go on being told under them.

// maxJoined bounds the linkage IDs that a call keeps.
const maxJoined = 64

// agree compares two linkage IDs: 1 the same, -1 different, 0 not known.
func agree(a, b string) int {
	switch {
	case a == "" || b == "":
		return 0
	case a == b:
		return 1
	}
	return -1
}

// linkedAs compares a linkage ID with those of a call: 1 it is one of them, -1 it
// is none, 0 not known.
func linkedAs(c *Call, linkage string) int {
	if a := agree(c.GetLinkage(), linkage); a >= 0 {
		return a
	}
	if _, ok := slices.BinarySearch(c.Joined, linkage); ok {
		return 1
	}
	return -1
}

// linkAs gives a call a linkage ID, unless it has that among others.
func (d *draft) linkAs(linkage string) {
	switch {
	case linkage == "" || d.c.Linkage == linkage:
		return
	case d.level >= levelHeard && d.c.Linkage != "":
		if linkedAs(d.c, linkage) > 0 {
			return
		}
		d.c.Joined = withLinkage(d.c.Joined, d.c.Linkage)
	}
	d.c.Linkage = linkage
}

// withLinkage adds to a sorted list of linkage IDs.
func withLinkage(list []string, linkage string) []string {
	i, ok := slices.BinarySearch(list, linkage)
	if ok || linkage == "" || len(list) >= maxJoined {
		return list
	}
	return slices.Insert(slices.Clone(list), i, linkage)
}

// joinLinkages gives a call the linkage IDs of one that goes into it.
func (d *draft) joinLinkages(c *Call) {
	if d.level < levelHeard {
		return
	}
	for _, l := range append([]string{c.GetLinkage()}, c.GetJoined()...) {
		if l != d.c.Linkage {
			d.c.Joined = withLinkage(d.c.Joined, l)
		}
	}
}

// joinTold gives a call the linkage IDs of calls that went into it while nobody
// listened, as far as no live call has them.
func (d *draft) joinTold(joined []string) {
	if d.level < levelHeard {
		return
	}
	for _, l := range joined {
		if l != d.c.Linkage && len(l) <= maxName && len(d.withTrait(linkageTrait(d.c.Switch, l))) == 0 {
			d.c.Joined = withLinkage(d.c.Joined, l)
		}
	}
}

// linked finds the one live call of a switch with a linkage ID; nil if there is
// none, or no telling which.
func (t *txn) linked(sw, linkage string) *Call {
	if t.level < levelHeard || linkage == "" || len(linkage) > maxName {
		return nil
	}
	ids := t.withTrait(linkageTrait(sw, linkage))
	if len(ids) != 1 {
		return nil
	}
	c, _ := t.calls.get(ids[0])
	return c
}

// renameCall notes that the switch calls a call otherwise from this event on. It
// does nothing if that is known already, or if the new name is another live
// call's: how calls become one is told by events of their own.
func (t *txn) renameCall(src *source, from, to, linkage string) {
	if from == "" || !goodName(to) {
		return
	}
	link := src.link.Name
	if id, _ := t.names.get(nameKey(link, to)); t.isLive(id) {
		return
	}
	id, _ := t.names.get(nameKey(link, from))
	c, ok := t.calls.get(id)
	if !ok {
		c = t.linked(src.sw, from)
	}
	if c == nil || t.linked(src.sw, linkage) != nil && linkedAs(c, linkage) <= 0 {
		return
	}
	d := t.change(src, c)
	d.rename(to)
	d.linkAs(linkage)
	d.put()
}

func (t *txn) isLive(id uint64) bool {
	_, ok := t.calls.get(id)
	return ok
}
