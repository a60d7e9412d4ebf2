package links

import (
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// Limits of what is remembered of a handover.
const (
	creditLife = 2 * time.Second // the two connections' copies of an event come within it
	maxCredits = 256             // for one device
)

// twins recognises, during a handover, the copies that two connections bring of
// the same event: see the package's documentation. The zero of *twins recognises
// nothing.
type twins struct {
	waiting map[string][]*keptFact // by device, in the order in which they came
	credits map[string][]credit    // by device, in the order in which they took effect
	to      map[string]string      // the old connection's name of a call → the new one's
	from    map[string]string
	oneLink bool // both connections are of the same link

	skipped int // copies that the old connection never brought
}

type credit struct {
	fact *fsmpb.Fact
	at   time.Time
}

func newTwins(oneLink bool) *twins {
	return &twins{
		oneLink: oneLink,
		waiting: make(map[string][]*keptFact), credits: make(map[string][]credit),
		to: make(map[string]string), from: make(map[string]string),
	}
}

// commit takes a fact of the old epoch that took effect: it cancels its copy, or
// leaves a credit.
func (t *twins) commit(old *fsmpb.Fact) {
	via := viaOf(old)
	if t == nil || via == "" {
		return
	}
	waiting := t.waiting[via]
	for i, k := range waiting {
		if !t.same(old, k.fact) {
			continue
		}
		for _, passed := range waiting[:i+1] {
			passed.void = true
		}
		t.skipped += i
		t.waiting[via] = waiting[i+1:]
		delete(t.credits, via) // the copies of what was before don't come any more
		return
	}
	if c := t.credits[via]; len(c) < maxCredits {
		t.credits[via] = append(c, credit{old, time.Now()})
	}
}

// arrive takes a fact of the new connection. It says true if it is the copy of
// one that took effect. Otherwise k, if not nil, waits for that.
func (t *twins) arrive(f *fsmpb.Fact, k *keptFact) bool {
	if t == nil {
		return false
	}
	via := viaOf(f)
	if via == "" {
		return false
	}
	for i, c := range t.credits[via] {
		if time.Since(c.at) > creditLife || !t.same(c.fact, f) {
			continue
		}
		t.credits[via] = t.credits[via][i+1:]
		return true
	}
	delete(t.credits, via) // it is later than all of them
	if k != nil {
		t.waiting[via] = append(t.waiting[via], k)
	}
	return false
}

// waitsSince tells whether a copy that came before at still waits.
func (t *twins) waitsSince(at time.Time) bool {
	if t == nil {
		return false
	}
	for _, w := range t.waiting {
		if len(w) > 0 && w[0].at.Before(at) {
			return true
		}
	}
	return false
}

// viaOf is the monitored device whose copy of an event a fact is; empty if it is
// no event.
func viaOf(f *fsmpb.Fact) string {
	switch b := f.Body.(type) {
	case *fsmpb.Fact_Call:
		return b.Call.Via
	case *fsmpb.Fact_Agent:
		return b.Agent.Via
	case *fsmpb.Fact_Feature:
		return b.Feature.Via
	case *fsmpb.Fact_Private:
		return b.Private.Via
	}
	return ""
}

// same tells whether two facts that came for one device are copies of one event,
// and learns the names of its call.
func (t *twins) same(old, new *fsmpb.Fact) bool {
	switch o := old.Body.(type) {
	case *fsmpb.Fact_Call:
		n, ok := new.Body.(*fsmpb.Fact_Call)
		return ok && o.Call.Type == n.Call.Type && o.Call.Cause == n.Call.Cause &&
			o.Call.HasLocal == n.Call.HasLocal && o.Call.Local == n.Call.Local &&
			o.Call.Subject.GetDevice() == n.Call.Subject.GetDevice() &&
			proto.Equal(o.Call.Calling, n.Call.Calling) && proto.Equal(o.Call.Called, n.Call.Called) &&
			t.sameCall(o.Call, n.Call)
	case *fsmpb.Fact_Agent:
		n, ok := new.Body.(*fsmpb.Fact_Agent)
		return ok && proto.Equal(o.Agent, n.Agent)
	case *fsmpb.Fact_Feature:
		n, ok := new.Body.(*fsmpb.Fact_Feature)
		return ok && proto.Equal(o.Feature, n.Feature)
	case *fsmpb.Fact_Private:
		n, ok := new.Body.(*fsmpb.Fact_Private)
		return ok && proto.Equal(o.Private, n.Private)
	}
	return false
}

// sameCall tells whether two events that agree in everything else are about one
// call. Names that were found to mean one call stay together. A pair of new names
// means one call if the linkage ID says so; without it, if the names are equal on
// one link; on two links, where nothing else can tell, it does.
func (t *twins) sameCall(old, new *fsmpb.CallEvent) bool {
	a, b := old.Subject.GetCall(), new.Subject.GetCall()
	to, known := t.to[a]
	from, taken := t.from[b]
	switch {
	case known || taken:
		return to == b && from == a
	case old.Linkage != "" && new.Linkage != "":
		if old.Linkage != new.Linkage {
			return false
		}
	case t.oneLink && a != b:
		return false
	}
	t.to[a], t.from[b] = b, a
	return true
}
