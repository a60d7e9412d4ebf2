package switchsim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// xsiFront is the switch as BroadWorks: what its users have, its channel sets and subscriptions, and the XSPs that
// clients connect to. Switch's lock guards all of it.
type xsiFront struct {
	s   *Switch
	opt *XsiOptions
	rng *rand.Rand

	users  map[string]*xsiUser // by device
	order  []*xsiUser
	queues []*xsiUser

	sessions    map[callID]string // tracking IDs
	began       ring[XsiSessionTruth]
	lastHalf    int
	lastSession int

	xsps       []*xsp
	channels   map[string]*xsiChannel
	sets       map[string]*xsiSet
	subs       map[string]*xsiSubscription
	about      map[*xsiUser][]*xsiSubscription // subscriptions to one user
	collective []*xsiSubscription              // to all users
	messages   map[string]*xsiMessage          // not yet answered, by event ID
	answered   ring[string]                    // event IDs
	isAnswered map[string]bool
	controller map[string]string // states of application controllers
	routesFail bool              // the route points' policy is in force
	tokens     float64           // of the rate limit
	spent      time.Time         // when the tokens were counted last
	counts     XsiCounters
	faults     xsiFaults
}

// answeredLimit is how many event IDs are remembered, to know a second response from a wrong one.
const answeredLimit = 20000

func newXsiFront(s *Switch) *xsiFront {
	f := &xsiFront{
		s: s, opt: &s.opt.Xsi, rng: rand.New(rand.NewPCG(s.opt.Seed, 0x587369)),
		users: map[string]*xsiUser{}, sessions: map[callID]string{}, began: newRing[XsiSessionTruth](endedLimit), channels: map[string]*xsiChannel{},
		sets: map[string]*xsiSet{}, subs: map[string]*xsiSubscription{}, about: map[*xsiUser][]*xsiSubscription{},
		messages: map[string]*xsiMessage{}, answered: newRing[string](answeredLimit), isAnswered: map[string]bool{},
		controller: map[string]string{}, tokens: s.opt.Xsi.Rate, spent: s.model.now,
	}
	for i, d := range s.model.deviceOrder {
		u := &xsiUser{device: d, server: i % 2, groups: map[string]AgentState{}, agentSince: s.model.now}
		f.users[d.id] = u
		f.order = append(f.order, u)
		switch d.kind {
		case acdQueue:
			f.queues = append(f.queues, u)
		case station:
			u.agent = "Sign-Out"
			if d.agent != nil {
				for _, g := range d.agent.groups {
					u.groups[g.group] = g.state
				}
				u.agent = agentState(u.groups)
			}
		}
	}
	for i, l := range s.opt.Xsi.XSPs {
		f.xsps = append(f.xsps, newXSP(f, i, l))
	}
	return f
}

// forget drops a call that the switch has lost, without a word to anybody.
func (f *xsiFront) forget(c callID) {
	delete(f.sessions, c)
	for _, u := range f.order {
		u.halves = slices.DeleteFunc(u.halves, func(h *xsiHalf) bool { return h.call == c })
		u.entries = slices.DeleteFunc(u.entries, func(e *xsiEntry) bool { return e.call == c })
		if u.conference != nil && u.conference.call == c {
			u.conference = nil
		}
		u.offHook = u.busyPhone()
	}
}

// uuid makes an ID as BroadWorks does.
func (f *xsiFront) uuid() string {
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", f.rng.Uint32(), f.rng.Uint32()&0xFFFF, f.rng.Uint32()&0xFFF,
		f.rng.Uint32()&0xFFF, f.rng.Uint64()&0xFFFFFFFFFFFF)
}
