package mirror

import (
	"strings"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// StrandOf is the strand of an event: the monitored device whose copy it is, and
// its call, or what it is about instead. The device is empty if it is no event.
func StrandOf(f *fsmpb.Fact) (via, name string) {
	switch b := f.Body.(type) {
	case *fsmpb.Fact_Call:
		return b.Call.Via, b.Call.Subject.GetCall()
	case *fsmpb.Fact_Agent:
		return b.Agent.Via, "\x00agent"
	case *fsmpb.Fact_Feature:
		return b.Feature.Via, "\x00feature"
	case *fsmpb.Fact_Private:
		return b.Private.Via, "\x00private"
	}
	return "", ""
}

func isCall(f *fsmpb.Fact) bool { return f.GetCall() != nil }

// strand finds a strand, or begins it with a fact. It is aligned from the
// beginning if both connections' monitors on the device are up and it begins with
// our own event that begins a call, or they were up for so long that nothing of it
// can have been under way. Later it becomes so when it was quiet, or when nothing is
// Left of it at a moment, nor was for long.
func (m *Mirror) strand(in map[string]map[string]*strand, via, name string, ours *fsmpb.Fact, now time.Time) *strand {
	calls := in[via]
	if calls == nil {
		calls = make(map[string]*strand)
		in[via] = calls
	}
	s := calls[name]
	switch {
	case s == nil:
		both, long := m.monitored(via, now)
		s = &strand{aligned: long || both && ours != nil && begins(ours), over: now}
		calls[name] = s
	case len(s.waiting) > 0:
	case now.Sub(s.last) > Quiet:
		s.credits, s.aligned = nil, true
	case !s.aligned && len(s.credits) == 0 && now.Sub(s.over) > Quiet:
		_, s.aligned = m.monitored(via, now)
	}
	return s
}

// monitored tells whether both connections' monitors on a device are up, and whether
// they have been for long.
func (m *Mirror) monitored(device string, now time.Time) (both, long bool) {
	u, theirs := m.up[device], m.theirs[device]
	_, both = m.theirs[device]
	both = both && u.fact != nil
	return both, both && min(now.Sub(u.since), now.Sub(theirs)) > Quiet
}

// begins tells whether an event is one that only the beginning of a call at its
// device brings.
func begins(f *fsmpb.Fact) bool {
	switch f.GetCall().GetType() {
	case fsmpb.EventType_SERVICE_INITIATED, fsmpb.EventType_OFFERED:
		return true
	case fsmpb.EventType_DELIVERED, fsmpb.EventType_QUEUED:
		e := f.GetCall()
		return e.GetVia() == e.GetSubject().GetDevice()
	}
	return false
}

// find is the place of a fact's copy among those that wait; -1 if there is none.
func (s *strand) find(f *fsmpb.Fact) int {
	for i, k := range s.waiting {
		if same(f, k.fact) {
			return i
		}
	}
	return -1
}

// holds tells whether a fact's copy is what waits next.
func (s *strand) holds(f *fsmpb.Fact) bool {
	i := s.find(f)
	return i == 0 || i > 0 && !s.aligned
}

// owed is the place of the fact that took effect, and whose copy f is.
func (s *strand) owed(f *fsmpb.Fact, now time.Time) int {
	for i, c := range s.credits {
		if (s.aligned || now.Sub(c.at) <= creditLife) && same(c.fact, f) {
			return i
		}
	}
	return -1
}

func (s *strand) owes(f *fsmpb.Fact, now time.Time) bool {
	i := s.owed(f, now)
	return i == 0 || i > 0 && !s.aligned
}

func (s *strand) credit(f *fsmpb.Fact, now time.Time) {
	if len(s.credits) < maxCredits {
		s.credits = append(s.credits, credit{f, now})
	} else {
		s.aligned, s.over = false, now
	}
}

// giveUp forgets what took effect and will have no copy.
func (s *strand) giveUp() { s.credits, s.over = nil, time.Now() }

// first is when the oldest event of a strand came, for a choice among several.
func (s *strand) first() time.Time {
	if len(s.waiting) > 0 {
		return s.waiting[0].at
	}
	return s.credits[0].at
}

// ownName is our name of the call that a fact of the other connection is about.
// On one link both have the same.
func (m *Mirror) ownName(f *fsmpb.Fact, name string) (own string, met bool) {
	if !isCall(f) || f.Link == m.link {
		return name, true
	}
	own, met = m.to[name]
	return own, met
}

// candidate is the strand that has what a fact looks for, and whose name is not
// paired yet: the one whose event came first.
func (m *Mirror) candidate(calls map[string]*strand, has func(*strand) bool, paired map[string]string) (name string) {
	var best *strand
	for n, s := range calls {
		if _, taken := paired[n]; taken || !has(s) {
			continue
		}
		if best == nil || s.first().Before(best.first()) || s.first().Equal(best.first()) && n < name {
			best, name = s, n
		}
	}
	return name
}

// pair notes that two names mean one call, and compares what came under both.
func (m *Mirror) pair(theirs, own string) {
	m.to[theirs], m.from[own] = own, theirs
	for via, calls := range m.unmet {
		o := calls[theirs]
		if o == nil {
			continue
		}
		delete(calls, theirs)
		s := m.strand(m.strands, via, own, nil, time.Now())
		if s.last.Before(o.last) {
			s.last = o.last
		}
		for _, c := range o.credits {
			switch i := s.find(c.fact); {
			case i == 0, i > 0 && !s.aligned:
				if m.drop(s, i+1); i > 0 {
					s.over = time.Now()
				}
			case i < 0 && len(s.waiting) == 0:
				s.credits = append(s.credits, c)
			case s.aligned:
				m.disagree(via, own)
			}
		}
	}
}

// rename notes that our connection calls a call by another name now. Nobody said
// so: it may be a mistake.
func (m *Mirror) rename(via, theirs, before, now string) {
	delete(m.from, before)
	m.pair(theirs, now)
	m.disagree(via, before)
	m.disagree(via, now)
}

// drop takes the first n facts that wait off a strand: they took effect.
func (m *Mirror) drop(s *strand, n int) {
	clear(s.waiting[:n])
	s.waiting = s.waiting[n:]
	m.waiting -= n
}

// disagree notes that the two connections don't bring the same of a call, as seen
// at a device: from here on nothing of it is aligned, for a while. What is no call
// is each device's own.
func (m *Mirror) disagree(via, own string) {
	m.mismatches++
	for device, calls := range m.strands {
		if s := calls[own]; s != nil && (device == via || !strings.HasPrefix(own, "\x00")) {
			s.aligned, s.over = false, time.Now()
		}
	}
}

// same tells whether two events are copies of one, but for their calls' names.
func same(old, new *fsmpb.Fact) bool {
	switch o := old.Body.(type) {
	case *fsmpb.Fact_Call:
		n, ok := new.Body.(*fsmpb.Fact_Call)
		return ok && o.Call.Type == n.Call.Type && o.Call.Cause == n.Call.Cause &&
			o.Call.HasLocal == n.Call.HasLocal && o.Call.Local == n.Call.Local &&
			o.Call.Subject.GetDevice() == n.Call.Subject.GetDevice() &&
			sameParty(o.Call.Calling, n.Call.Calling) && sameParty(o.Call.Called, n.Call.Called) &&
			(o.Call.Linkage == "" || n.Call.Linkage == "" || o.Call.Linkage == n.Call.Linkage)
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

// sameParty is proto.Equal without reflection, which would be half of what the
// mirror does for an event.
func sameParty(a, b *fsmpb.Party) bool {
	return (a == nil) == (b == nil) && a.GetKind() == b.GetKind() && a.GetId() == b.GetId() && a.GetTypeOfNumber() == b.GetTypeOfNumber()
}

// callNames are the calls that an event names besides its own, in its order.
func callNames(f *fsmpb.Fact) (names []string) {
	e := f.GetCall()
	if e == nil {
		return nil
	}
	names = append(names, e.Subject.GetCall(), e.SecondaryOld.GetCall())
	for _, c := range e.Connections {
		names = append(names, c.NewConnection.GetCall(), c.OldConnection.GetCall())
	}
	return names
}

// learn pairs the other calls that two copies of one event name: a transfer may
// give the call a new name.
func (m *Mirror) learn(theirs, ours *fsmpb.Fact) {
	if theirs.Link == m.link {
		return
	}
	a, b := callNames(theirs), callNames(ours)
	if len(a) != len(b) {
		return
	}
	for i, name := range a {
		if _, met := m.to[name]; name != "" && b[i] != "" && !met && m.from[b[i]] == "" {
			m.pair(name, b[i])
		}
	}
}
