package switchsim

import (
	"fmt"
	"slices"
	"time"
)

// xsiFaults are the standing faults of Xsi; the momentary ones leave no trace here.
type xsiFaults struct {
	answers []*xsiRule // requests that are answered with a status
	lost    loss       // events that vanish, with their numbers
	doubled loss       // events that come twice
	acks    loss       // responses that go astray
}

// xsiRule answers requests with a status instead of what they ask for.
type xsiRule struct {
	xsp      int      // from 1; 0 = all
	services []string // none = all
	status   int
	after    int     // seconds, Retry-After
	percent  float64 // of the requests; 0 = all
	count    int     // left, < 0 = no limit
	until    time.Time
}

func (l *loss) hits(f *xsiFront) bool {
	if l.next > 0 {
		l.next--
		return true
	}
	return l.percent > 0 && f.rng.Float64()*100 < l.percent
}

func (f *xsiFront) loses() bool    { return f.faults.lost.hits(f) }
func (f *xsiFront) doubles() bool  { return f.faults.doubled.hits(f) }
func (f *xsiFront) losesAck() bool { return f.faults.acks.hits(f) }

// ruled returns the rule that a request falls under, or nil.
func (f *xsiFront) ruled(x *xsp, service string) *xsiRule {
	for _, r := range f.faults.answers {
		switch {
		case r.xsp != 0 && r.xsp != x.index+1, r.count == 0,
			len(r.services) > 0 && !slices.Contains(r.services, service),
			!r.until.IsZero() && f.s.model.now.After(r.until),
			r.percent > 0 && f.rng.Float64()*100 >= r.percent:
			continue
		}
		if r.count > 0 {
			r.count--
		}
		return r
	}
	return nil
}

// xsiFaultKinds are the faults that only Xsi has, and those that mean the same there.
var xsiFaultKinds = map[string]func(f *xsiFront, x Fault) error{
	"failover": (*xsiFront).failover, "silence": (*xsiFront).silenceFault, "answer": (*xsiFront).answerFault,
	"terminate": (*xsiFront).terminateFault, "forgetset": (*xsiFront).forgetSets, "forgetsubscription": (*xsiFront).forgetSubscriptions,
	"losenumbers": (*xsiFront).loseNumbers, "double": (*xsiFront).doubleFault, "loseacks": (*xsiFront).loseAcks, "cut": (*xsiFront).cutFault,
	"resync": (*xsiFront).resyncFault,
}

// cause causes a fault. done is false for one that is not only Xsi's.
func (f *xsiFront) cause(x Fault) (done bool, err error) {
	if x.Link < 0 || x.Link > max(len(f.xsps), len(f.s.links)) {
		return true, fmt.Errorf("cause fault %q: XSP %d doesn't exist, want 1 to %d, or 0 for all", x.Kind, x.Link, len(f.xsps))
	}
	if cause := xsiFaultKinds[x.Kind]; cause != nil {
		return true, cause(f, x)
	}
	switch x.Kind {
	case "drop", "refuse", "hang", "blackhole":
		if x.Seconds <= 0 && (x.Kind == "hang" || x.Kind == "refuse") {
			return true, fmt.Errorf("cause fault %q: seconds is %g, want more than 0", x.Kind, x.Seconds)
		}
		for _, p := range f.xsps {
			if x.Link == 0 || x.Link == p.index+1 {
				p.suffer(x)
			}
		}
		return len(f.s.links) == 0, nil
	case "clear":
		f.faults = xsiFaults{}
		for _, p := range f.xsps {
			p.thaw.stop()
			p.unfreeze()
			p.allow()
		}
	}
	return false, nil
}

// suffer causes a fault of one XSP.
func (x *xsp) suffer(f Fault) {
	switch f.Kind {
	case "drop":
		x.dropAll()
	case "refuse":
		x.refuse(f.duration())
	case "hang":
		x.freeze(f.duration())
	case "blackhole":
		x.freeze(0)
	}
}

// silenceFault lets channels die without a word: nothing is written any more, and heartbeats are still answered.
func (f *xsiFront) silenceFault(x Fault) error {
	for _, c := range f.sortedChannels(x.Link) {
		c.mute = true
	}
	return nil
}

func (f *xsiFront) answerFault(x Fault) error {
	if x.HTTPStatus == 0 {
		f.faults.answers = nil
		return nil
	}
	if x.HTTPStatus < 300 || x.HTTPStatus > 599 {
		return fmt.Errorf("answer requests: status is %d, want 300 to 599, or 0 to end it", x.HTTPStatus)
	}
	r := &xsiRule{
		xsp: x.Link, services: x.Services, status: x.HTTPStatus, after: x.RetryAfter, percent: x.Percent, count: x.Count,
	}
	if r.count == 0 {
		r.count = -1
	}
	if d := x.duration(); d > 0 {
		r.until = f.s.model.now.Add(d)
	}
	f.faults.answers = append(f.faults.answers, r)
	return nil
}

// xsiReasons are the reasons of ChannelTerminatedEvent.
var xsiReasons = []string{"DuplicateChannelSet", "UserDeleted", "NonResponsiveChannel", "ExplicitDelete", "Expired", "UnknownChannel"}

func (f *xsiFront) terminateFault(x Fault) error {
	if !slices.Contains(xsiReasons, x.Reason) {
		return fmt.Errorf("terminate channels: there is no reason %q, want one of %q", x.Reason, xsiReasons)
	}
	for _, c := range f.sortedChannels(x.Link) {
		f.terminate(c, x.Reason)
	}
	return nil
}

// forgetSets lets channel sets vanish, with their subscriptions; the streams stay open for nothing.
func (f *xsiFront) forgetSets(Fault) error {
	for _, set := range f.sortedSets() {
		for _, c := range set.channels {
			c.mute = true
			delete(f.channels, c.id)
		}
		delete(f.sets, set.id)
		for _, s := range f.sortedSubscriptions() {
			if s.set == set {
				f.removeSubscription(s)
			}
		}
	}
	return nil
}

func (f *xsiFront) forgetSubscriptions(x Fault) error {
	for i, s := range f.sortedSubscriptions() {
		if x.Count > 0 && i >= x.Count {
			break
		}
		if x.Device == "" || s.user != nil && s.user.device.id == x.Device {
			f.removeSubscription(s)
		}
	}
	return nil
}

func (x Fault) loss() (loss, error) {
	if x.Percent < 0 || x.Percent > 100 || x.Next < 0 {
		return loss{}, fmt.Errorf("cause fault %q: percent is %g and next %d, want 0 to 100 and 0 or more", x.Kind, x.Percent, x.Next)
	}
	return loss{x.Next, x.Percent}, nil
}

func (f *xsiFront) loseNumbers(x Fault) (err error) {
	f.faults.lost, err = x.loss()
	return err
}

func (f *xsiFront) doubleFault(x Fault) (err error) {
	f.faults.doubled, err = x.loss()
	return err
}

func (f *xsiFront) loseAcks(x Fault) (err error) {
	f.faults.acks, err = x.loss()
	return err
}

func (f *xsiFront) cutFault(x Fault) error {
	if !x.Cut.valid() {
		return fmt.Errorf("cut the stream: %q is none of whole, anywhere", x.Cut)
	}
	f.opt.Cut = x.Cut
	return nil
}

// sortedChannels are the channels of one XSP, or of all.
func (f *xsiFront) sortedChannels(link int) []*xsiChannel {
	var all []*xsiChannel
	for _, set := range f.sortedSets() {
		for _, c := range set.channels {
			if link == 0 || c.xsp.index+1 == link {
				all = append(all, c)
			}
		}
	}
	return all
}
