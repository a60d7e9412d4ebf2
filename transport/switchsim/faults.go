package switchsim

import (
	"math/rand/v2"
	"slices"
	"time"
)

// faults are the standing faults; the momentary ones leave no trace here.
type faults struct {
	rng    *rand.Rand
	status string // what SystemStatus says
	hung   map[int]*timer
	losing map[int]*loss
	slow   []*rule
	mute   []*rule
	deny   []*rule

	denyLink int // where deny holds, 0 = on all links
}

// loss says which event copies of a link vanish.
type loss struct {
	next    int
	percent float64
}

// A rule is about the requests for some services; no services means all of them.
type rule struct {
	services []string
	delay    time.Duration
	Execute  bool       // a request that isn't answered is executed all the same
	Answer   bool       // only the answer is delayed
	count    int        // requests left, < 0 = no limit
	Error    *cstaError // what a denied request is answered with
}

func (f *faults) init(seed uint64) {
	f.rng = rand.New(rand.NewPCG(seed, 0x4641554c5453))
	f.status = "normal"
	f.hung, f.losing = map[int]*timer{}, map[int]*loss{}
}

func (f *faults) silent(l *link) bool { return f.hung[l.index] != nil }

// loses decides whether one event copy vanishes.
func (f *faults) loses(l *link) bool {
	x := f.losing[l.index]
	if x == nil {
		return false
	}
	if x.next > 0 {
		x.next--
		return true
	}
	return x.percent > 0 && f.rng.Float64()*100 < x.percent
}

func (f *faults) muted(service string) *rule { return pick(f.mute, service) }

// denied finds the rule that refuses a service on a link.
func (f *faults) denied(service string, l *link) *rule {
	if f.denyLink != 0 && f.denyLink != l.index+1 {
		return nil
	}
	return pick(f.deny, service)
}

func (f *faults) slowed(service string) *rule { return pick(f.slow, service) }

// pick finds the first rule for a service and uses it once.
func pick(rules []*rule, service string) *rule {
	for _, r := range rules {
		if r.count == 0 || len(r.services) > 0 && !slices.Contains(r.services, service) {
			continue
		}
		if r.count > 0 {
			r.count--
		}
		return r
	}
	return nil
}

// on returns the links that a fault is about: one, counted from 1, or all of them for 0.
func (s *Switch) on(number int) []*link {
	if number >= 1 && number <= len(s.links) {
		return s.links[number-1 : number]
	}
	if number == 0 {
		return s.links
	}
	return nil
}

// crash drops all associations without a word and refuses connections for a time. Calls live on, unless the whole
// switch restarts.
func (s *Switch) crash(f Fault) {
	for _, x := range s.xsps() {
		x.dropAll()
		if d := f.duration(); d > 0 {
			x.refuse(d)
		}
	}
	for _, l := range s.links {
		s.dropAll(l)
		if d := f.duration(); d > 0 {
			s.refuse(l, d)
		}
	}
	if !f.Restart {
		return
	}
	for _, c := range s.model.sorted() {
		s.model.forget(c)
	}
}

func (s *Switch) dropAll(l *link) {
	for _, a := range slices.Clone(l.associations) {
		a.end("fault: dropped", true)
	}
}

func (s *Switch) hang(l *link, d time.Duration) {
	s.faults.hung[l.index].stop()
	s.faults.hung[l.index] = s.after(d, func() { delete(s.faults.hung, l.index) })
}

// forget lets a call vanish without an event: whoever followed it is stuck with it.
func (m *model) forget(c *call) {
	m.seq++
	m.counts.Forgotten++
	for _, k := range slices.Clone(c.conns) {
		m.leave(c, k.device)
	}
	m.end(c, "forgotten")
	m.forgotten(c.id)
}

// sorted returns the live calls by ID.
func (m *model) sorted() []*call {
	var all []*call
	for _, c := range m.calls {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *call) int { return int(int64(a.id) - int64(b.id)) })
	return all
}
