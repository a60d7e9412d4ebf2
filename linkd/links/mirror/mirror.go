package mirror

import (
	"cmp"
	"slices"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// Limits of what a mirror remembers.
const (
	// Quiet is longer than the two connections' copies of an event can be apart. A
	// strand on which nothing came for so long holds nothing that is under way.
	Quiet = 5 * time.Second
	// creditLife bounds a credit on a strand that isn't aligned.
	creditLife = 2 * time.Second
	maxCredits = 256 // on one strand
	maxNames   = 1 << 16
)

// Mirror recognises which events of a connection of our own took effect already,
// as the copies that another connection to the switch brought. Its owner locks it.
type Mirror struct {
	link  string
	limit int // of events that wait

	// strands are those of our connection, by monitored device and our name of the
	// call; unmet are those of the other one, by its name, as long as nothing tells
	// which of ours they belong to.
	strands, unmet map[string]map[string]*strand
	to, from       map[string]string // the other connection's name of a call → ours, and back
	up             map[string]upstream
	// theirs are the other one's monitors that are up, and since when; before are
	// those of the epoch before.
	theirs, before map[string]time.Time
	other          []*keptFact // facts that have no copy

	epoch      uint64 // of the facts that took effect last
	seq        uint64 // counts what came
	waiting    int
	lastCommit time.Time
	lastCame   time.Time

	mismatches uint64 // calls on which the two connections disagreed
}

// strand is what one monitored device hears of one call, or of its agents, in
// order.
type strand struct {
	// aligned: all that both connections bring of it is compared one by one. It
	// isn't if it may have begun before our monitor did, or after a disagreement;
	// it is again once it was quiet, or nothing was left over of it for as long.
	aligned bool
	over    time.Time   // when something was left over: it was given up without its copy
	waiting []*keptFact // of ours, that did not take effect yet
	credits []credit    // that took effect, and that ours did not bring yet
	last    time.Time
}

type credit struct {
	fact *fsmpb.Fact
	at   time.Time
}

// keptFact is a fact of our own connection that did not take effect yet.
type keptFact struct {
	fact *fsmpb.Fact
	at   time.Time
	seq  uint64
}

// upstream is a monitor of our own connection.
type upstream struct {
	fact  *fsmpb.Fact
	since time.Time
}

// New makes a mirror for a connection of a link, which keeps at most limit events.
func New(link string, limit int) *Mirror {
	return &Mirror{
		link: link, limit: limit, strands: make(map[string]map[string]*strand), unmet: make(map[string]map[string]*strand),
		to: make(map[string]string), from: make(map[string]string), up: make(map[string]upstream), theirs: make(map[string]time.Time),
	}
}

// Commit takes a fact that took effect: it cancels its copy, or leaves a credit.
func (m *Mirror) Commit(f *fsmpb.Fact) {
	now := time.Now()
	m.lastCommit = now
	if f.Epoch != m.epoch {
		m.newEpoch(f.Epoch)
	}
	if u := f.GetMonitor(); u != nil {
		m.theirMonitor(u, now)
	}
	via, name := StrandOf(f)
	if via == "" {
		return
	}
	own, met := m.ownName(f, name)
	if !met {
		if own = m.candidate(m.strands[via], func(s *strand) bool { return s.holds(f) }, m.from); own == "" {
			s := m.strand(m.unmet, via, name, nil, now)
			s.last = now
			s.credit(f, now)
			return
		}
		m.pair(name, own)
	}
	s := m.strand(m.strands, via, own, nil, now)
	s.last = now
	switch i := s.find(f); {
	case i == 0:
		ours := s.waiting[0].fact
		m.drop(s, 1)
		m.learn(f, ours)
	case i > 0 && !s.aligned: // the other one passed over those before
		m.drop(s, i+1)
		s.giveUp()
	case len(s.waiting) > 0 && s.aligned:
		m.disagree(via, own)
		s.credit(f, now)
	default:
		if s.aligned && isCall(f) && f.Link != m.link {
			if renamed := m.candidate(m.strands[via], func(s *strand) bool { return s.holds(f) }, m.from); renamed != "" {
				m.rename(via, name, own, renamed)
				m.drop(m.strands[via][renamed], 1)
				return
			}
		}
		s.credit(f, now)
	}
}

// Arrive takes an event of our own connection. It says true if it is the copy of
// one that took effect; otherwise it waits for that, if keep says so.
func (m *Mirror) Arrive(f *fsmpb.Fact, keep bool) (twin bool) {
	via, name := StrandOf(f)
	if via == "" {
		return false
	}
	now := time.Now()
	m.lastCame = now
	s := m.strand(m.strands, via, name, f, now)
	s.last = now
	if len(s.credits) == 0 && isCall(f) && m.from[name] == "" {
		owes := func(s *strand) bool { return s.owes(f, now) }
		if theirs := m.candidate(m.unmet[via], owes, m.to); theirs != "" {
			m.pair(theirs, name)
		} else if len(m.from) == 0 {
			// Both connections are of one link.
		} else if before := m.candidate(m.strands[via], owes, nil); before != "" && m.from[before] != "" {
			m.rename(via, m.from[before], before, name)
			m.strands[via][before].giveUp()
			return true
		}
	}
	if i := s.owed(f, now); i == 0 || i > 0 && !s.aligned {
		took := s.credits[i].fact
		if s.credits = s.credits[i+1:]; i > 0 {
			s.over = now
		}
		m.learn(took, f)
		return true
	} else if len(s.credits) > 0 {
		if s.aligned {
			m.disagree(via, name)
		}
		s.giveUp() // it is later than all of them
	}
	if keep {
		m.seq++
		s.waiting = append(s.waiting, &keptFact{f, now, m.seq})
		m.waiting++
	}
	return false
}

// newEpoch begins with another connection on the other side.
func (m *Mirror) newEpoch(epoch uint64) {
	if m.epoch != 0 {
		m.before, m.theirs = m.theirs, make(map[string]time.Time)
		clear(m.unmet)
		clear(m.to) // names are good on one connection
		clear(m.from)
	}
	m.epoch = epoch
}

// Watched says that the other connection's monitor on a device has been up for nobody
// knows how long.
func (m *Mirror) Watched(device string) {
	if _, known := m.theirs[device]; !known {
		m.theirs[device] = time.Time{}
	}
}

// Mismatches counts the calls on which the two connections disagreed.
func (m *Mirror) Mismatches() uint64 { return m.mismatches }

// theirMonitor notes a monitor of the other connection.
func (m *Mirror) theirMonitor(u *fsmpb.UpstreamMonitor, now time.Time) {
	if !u.Up {
		delete(m.theirs, u.Device)
	} else if _, up := m.theirs[u.Device]; !up {
		if m.theirs[u.Device] = now; u.Stood {
			m.theirs[u.Device] = m.before[u.Device]
		}
	}
}

// Keep takes what has no copy: it stands in its place among the events.
func (m *Mirror) Keep(f *fsmpb.Fact) {
	now := time.Now()
	switch b := f.Body.(type) {
	case *fsmpb.Fact_Monitor:
		if !b.Monitor.Up {
			delete(m.up, b.Monitor.Device)
		} else if m.up[b.Monitor.Device].fact == nil {
			m.up[b.Monitor.Device] = upstream{f, now}
		}
	case *fsmpb.Fact_Status: // the present one is told at the claim
		switch csta.SystemStatusValue(b.Status.Status) {
		case csta.StatusEnabled, csta.StatusDisabled: // our monitors are gone with it
			clear(m.up)
			m.Forget()
		}
	case *fsmpb.Fact_Lost:
		m.Forget()
	default:
		m.seq++
		m.other = append(m.other, &keptFact{f, now, m.seq})
	}
}

// Forget drops all that waits: nothing is aligned any more.
func (m *Mirror) Forget() {
	m.mismatches++
	clear(m.strands)
	clear(m.unmet)
	m.waiting, m.other = 0, nil
	for d, u := range m.up {
		u.since = time.Now()
		m.up[d] = u
	}
}

// Full tells whether no more may wait.
func (m *Mirror) Full() bool { return m.waiting+len(m.other) >= m.limit }

// Left is what is to be put into a new epoch, in its order: our monitors, then
// what did not take effect. all says that the other connection is known to have
// been read until now: then also what isn't aligned counts.
func (m *Mirror) Left(all bool) []*fsmpb.Fact {
	var out []*fsmpb.Fact
	for _, u := range m.up {
		u.fact.GetMonitor().Stood = true
		out = append(out, u.fact)
	}
	slices.SortFunc(out, func(a, b *fsmpb.Fact) int {
		return cmp.Compare(a.GetMonitor().Device, b.GetMonitor().Device)
	})
	kept := slices.Clone(m.other)
	for _, calls := range m.strands {
		for _, s := range calls {
			if s.aligned || all {
				kept = append(kept, s.waiting...)
			}
		}
	}
	slices.SortFunc(kept, func(a, b *keptFact) int { return cmp.Compare(a.seq, b.seq) })
	for _, k := range kept {
		out = append(out, k.fact)
	}
	return out
}

// WaitsSince tells whether a copy that came before at still waits.
func (m *Mirror) WaitsSince(at time.Time) bool {
	for _, calls := range m.strands {
		for _, s := range calls {
			if len(s.waiting) > 0 && s.waiting[0].at.Before(at) {
				return true
			}
		}
	}
	return false
}

// Sweep forgets strands on which nothing came for long, though other events did.
// What still waits on one shows that the two connections disagree.
func (m *Mirror) Sweep() {
	now := time.Now()
	over := func(s *strand) bool { return now.Sub(s.last) > Quiet }
	for via, calls := range m.strands {
		for name, s := range calls {
			switch {
			case !over(s):
			case m.up[via].fact == nil && len(s.waiting) == 0: // ours doesn't bring it
				delete(calls, name)
			case len(s.waiting) > 0 && m.lastCommit.Sub(s.last) > Quiet,
				len(s.credits) > 0 && m.lastCame.Sub(s.last) > Quiet:
				if s.aligned {
					m.disagree(via, name)
				}
				fallthrough
			case len(s.waiting) == 0 && len(s.credits) == 0:
				m.waiting -= len(s.waiting)
				delete(calls, name)
			}
		}
		if len(calls) == 0 {
			delete(m.strands, via)
		}
	}
	for via, calls := range m.unmet {
		for name, s := range calls {
			if over(s) {
				delete(calls, name)
			}
		}
		if len(calls) == 0 {
			delete(m.unmet, via)
		}
	}
	if len(m.to) > maxNames {
		clear(m.to)
		clear(m.from)
	}
}
