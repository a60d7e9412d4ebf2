package fsm

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/btree"
)

// traits finds live calls by what a link's name can't change: the caller and the
// linkage ID. It is worked out from the calls when it is first needed.
type traits struct {
	m btree.Map[string, struct{}] // by traitKey
}

func callerTrait(c *Call) string {
	if !isDevice(c.GetCalling()) {
		return ""
	}
	return c.Switch + sep + "c" + c.Calling.Id
}

func linkageTrait(sw, linkage string) string {
	if linkage == "" {
		return ""
	}
	return sw + sep + "l" + linkage
}

// traitsList lists what a call can be found by.
func traitsList(c *Call) []string {
	if c == nil {
		return nil
	}
	list := make([]string, 0, 2+len(c.Joined))
	for _, t := range []string{callerTrait(c), linkageTrait(c.Switch, c.Linkage)} {
		if t != "" {
			list = append(list, t)
		}
	}
	for _, l := range c.Joined {
		list = append(list, linkageTrait(c.Switch, l))
	}
	return list
}

// sameCallerTrait tells whether two calls have the same callerTrait.
func sameCallerTrait(a, b *Call) bool {
	has := isDevice(a.Calling)
	return has == isDevice(b.Calling) && (!has || a.Switch == b.Switch && a.Calling.Id == b.Calling.Id)
}

func traitKey(trait string, id uint64) string {
	var b [64]byte
	return string(padded(append(append(b[:0], trait...), sep...), id, idDigits))
}

// traitsOf keeps the traits in step with a call that changes from old to c;
// either may be nil.
func (s *State) traitsOf(old, c *Call) { s.allTraits().change(old, c) }

func (s *State) allTraits() *traits {
	if s.traits == nil {
		s.traits = new(traits)
		for c := range s.Calls() {
			s.traits.change(nil, c)
		}
	}
	return s.traits
}

func (x *traits) change(old, c *Call) {
	if old != nil && c != nil && sameCallerTrait(old, c) && old.Linkage == c.Linkage && slices.Equal(old.Joined, c.Joined) {
		return
	}
	for _, t := range traitsList(old) {
		x.m.Delete(traitKey(t, old.Id))
	}
	for _, t := range traitsList(c) {
		x.m.Set(traitKey(t, c.Id), struct{}{})
	}
}

// withTrait lists the live calls that have a trait, ascending.
func (s *State) withTrait(trait string) (ids []uint64) {
	if trait == "" {
		return nil
	}
	prefix := trait + sep
	s.allTraits().m.Ascend(prefix, func(k string, _ struct{}) bool {
		if !strings.HasPrefix(k, prefix) {
			return false
		}
		if id, err := strconv.ParseUint(k[len(prefix):], 10, 64); err == nil {
			ids = append(ids, id)
		}
		return true
	})
	return ids
}
