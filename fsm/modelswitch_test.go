package fsm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// A small switch with a truth of its own. It makes calls at random and sends one
// copy of each event for each watched device of the call; the test delivers,
// delays, loses and snapshots, and compares three truths at the end: the
// switch's, the state's, and what a client knows that saw only the records.

type simParty struct {
	device string
	state  fsmpb.ConnectionState
}

type simCall struct {
	id      int
	parties []simParty
	calling string
	moved   bool // it was joined with another call
}

func (c *simCall) party(dev string) *simParty {
	for i := range c.parties {
		if c.parties[i].device == dev {
			return &c.parties[i]
		}
	}
	return nil
}

type simEvent struct {
	e    *fsmpb.CallEvent
	text string
	to   []string // watched devices that hear it, and haven't yet
}

type sim struct {
	rng      *rand.Rand
	watched  []string
	link     string
	calls    []*simCall
	minted   int
	outside  int
	events   []*simEvent // not wholly delivered, oldest first
	expected []string    // events that somebody hears, in order
}

func (s *sim) name(c *simCall) string { return fmt.Sprintf("%s-%d", s.link, c.id) }

func (s *sim) isWatched(dev string) bool { return slices.Contains(s.watched, dev) }

func (s *sim) hearing(calls ...*simCall) []string {
	var to []string
	for _, c := range calls {
		for _, p := range c.parties {
			if s.isWatched(p.device) && !slices.Contains(to, p.device) {
				to = append(to, p.device)
			}
		}
	}
	return to
}

func (s *sim) emit(typ fsmpb.EventType, c *simCall, dev string, to []string, more func(*fsmpb.CallEvent)) {
	if len(to) == 0 {
		return
	}
	e := &fsmpb.CallEvent{Type: typ, Subject: &fsmpb.SwitchConn{Call: s.name(c), Device: dev}, Device: deviceParty(dev), Cause: "normal"}
	switch typ {
	case fsmpb.EventType_ORIGINATED, fsmpb.EventType_DELIVERED, fsmpb.EventType_QUEUED, fsmpb.EventType_ESTABLISHED:
		e.Calling = party(c.calling)
	}
	if more != nil {
		more(e)
	}
	s.expected = append(s.expected, words(typ.String())+" "+dev)
	s.events = append(s.events, &simEvent{e: e, text: words(typ.String()) + " " + dev, to: slices.Clone(to)})
}

// set changes a party and tells who had or has a part.
func (s *sim) set(typ fsmpb.EventType, c *simCall, dev string, st fsmpb.ConnectionState, more func(*fsmpb.CallEvent)) {
	to := s.hearing(c)
	if p := c.party(dev); p != nil {
		p.state = st
	} else {
		c.parties = append(c.parties, simParty{dev, st})
	}
	for _, d := range s.hearing(c) {
		if !slices.Contains(to, d) {
			to = append(to, d)
		}
	}
	if st == fsmpb.ConnectionState_NULL {
		c.parties = slices.DeleteFunc(c.parties, func(p simParty) bool { return p.device == dev })
	}
	s.emit(typ, c, dev, to, more)
}

func (s *sim) begin() *simCall {
	s.minted++
	c := &simCall{id: s.minted}
	s.calls = append(s.calls, c)
	return c
}

func (s *sim) newOutside() string {
	s.outside++
	return fmt.Sprintf("e%d", s.outside)
}

func (s *sim) callsOf(dev string) []*simCall {
	var out []*simCall
	for _, c := range s.calls {
		if c.party(dev) != nil {
			out = append(out, c)
		}
	}
	return out
}

func (s *sim) idle() string {
	var list []string
	for _, d := range s.watched {
		if d != "Q" && len(s.callsOf(d)) == 0 {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[s.rng.IntN(len(list))]
}

// drop takes a party away, and the call with it if it can't go on.
func (s *sim) drop(c *simCall, dev string) {
	s.set(fsmpb.EventType_CONNECTION_CLEARED, c, dev, fsmpb.ConnectionState_NULL, nil)
	if len(c.parties) >= 2 && len(s.hearing(c)) > 0 {
		return
	}
	for len(c.parties) > 0 {
		s.set(fsmpb.EventType_CONNECTION_CLEARED, c, c.parties[0].device, fsmpb.ConnectionState_NULL, nil)
	}
	s.calls = slices.DeleteFunc(s.calls, func(o *simCall) bool { return o == c })
}

const (
	alerting  = fsmpb.ConnectionState_ALERTING
	online    = fsmpb.ConnectionState_CONNECTED
	onHold    = fsmpb.ConnectionState_HOLD
	inQueue   = fsmpb.ConnectionState_QUEUED_STATE
	initiated = fsmpb.ConnectionState_INITIATED
)

func (s *sim) dial(from string, cause string) {
	to := s.idle()
	if to == "" || to == from || s.rng.IntN(4) == 0 {
		to = s.newOutside()
	}
	c := s.begin()
	c.calling = from
	s.set(fsmpb.EventType_SERVICE_INITIATED, c, from, initiated, func(e *fsmpb.CallEvent) { e.Cause = cause })
	s.set(fsmpb.EventType_ORIGINATED, c, from, online, func(e *fsmpb.CallEvent) { e.Cause = cause })
	if !s.isWatched(to) && s.rng.IntN(2) == 0 {
		s.set(fsmpb.EventType_NETWORK_REACHED, c, to, online, nil)
	}
	s.set(fsmpb.EventType_DELIVERED, c, to, alerting, nil)
}

// act does one thing at random.
func (s *sim) act() {
	switch s.rng.IntN(9) {
	case 0:
		if d := s.idle(); d != "" {
			s.dial(d, "newCall")
		}
		return
	case 1:
		c := s.begin()
		c.calling = s.newOutside()
		c.parties = []simParty{{c.calling, online}}
		if d := s.idle(); d != "" && s.rng.IntN(2) == 0 {
			s.set(fsmpb.EventType_DELIVERED, c, d, alerting, nil)
		} else {
			s.set(fsmpb.EventType_QUEUED, c, "Q", inQueue, nil)
		}
		return
	}
	if len(s.calls) == 0 {
		return
	}
	c := s.calls[s.rng.IntN(len(s.calls))]
	p := c.parties[s.rng.IntN(len(c.parties))]
	switch p.state {
	case inQueue:
		if d := s.idle(); d != "" {
			s.set(fsmpb.EventType_DIVERTED, c, "Q", fsmpb.ConnectionState_NULL, func(e *fsmpb.CallEvent) { e.NewDestination = party(d) })
			s.set(fsmpb.EventType_DELIVERED, c, d, alerting, func(e *fsmpb.CallEvent) { e.LastRedirection = party("Q") })
		} else {
			s.drop(c, c.calling)
		}
	case alerting:
		switch {
		case s.rng.IntN(4) > 0:
			s.set(fsmpb.EventType_ESTABLISHED, c, p.device, online, nil)
		case !s.isWatched(c.calling) && s.isWatched(p.device) && len(c.parties) == 2:
			s.set(fsmpb.EventType_DIVERTED, c, p.device, fsmpb.ConnectionState_NULL, func(e *fsmpb.CallEvent) { e.NewDestination = party("Q") })
			s.set(fsmpb.EventType_QUEUED, c, "Q", inQueue, func(e *fsmpb.CallEvent) { e.LastRedirection = party(p.device) })
		default:
			s.drop(c, p.device)
		}
	case onHold:
		if other := s.active(p.device); other != nil {
			s.join(c, other, p.device)
		} else {
			s.set(fsmpb.EventType_RETRIEVED, c, p.device, online, nil)
		}
	case online:
		switch n := s.rng.IntN(6); {
		case n < 2 && s.isWatched(p.device) && len(c.parties) >= 2 && len(s.callsOf(p.device)) == 1 && !s.ringing(c):
			s.set(fsmpb.EventType_HELD, c, p.device, onHold, nil)
			if n == 0 {
				s.dial(p.device, "consultation")
			}
		case n == 2:
			s.drop(c, p.device)
		}
	}
}

func (s *sim) ringing(c *simCall) bool {
	return slices.ContainsFunc(c.parties, func(p simParty) bool { return p.state != online && p.state != onHold })
}

// active is the call in which a device is connected.
func (s *sim) active(dev string) *simCall {
	for _, c := range s.callsOf(dev) {
		if c.party(dev).state == online && len(c.parties) >= 2 {
			return c
		}
	}
	return nil
}

// join transfers or conferences; the result has one of the two names, or a new one.
func (s *sim) join(primary, secondary *simCall, dev string) {
	conference := s.rng.IntN(2) == 0 && !s.ringing(secondary)
	to := s.hearing(primary, secondary)
	result := primary
	switch s.rng.IntN(3) {
	case 1:
		result = secondary
	case 2:
		result = s.begin()
	}
	var parties []simParty
	var items []*fsmpb.ListItem
	for _, c := range []*simCall{primary, secondary} {
		for _, p := range c.parties {
			if p.device == dev {
				if !conference || c == secondary {
					continue
				}
				p.state = online
			}
			if slices.ContainsFunc(parties, func(q simParty) bool { return q.device == p.device }) {
				continue
			}
			parties = append(parties, p)
			item := &fsmpb.ListItem{NewConnection: &fsmpb.SwitchConn{Call: s.name(result), Device: p.device}, Endpoint: deviceParty(p.device)}
			if c != result || s.rng.IntN(2) == 0 {
				item.OldConnection = &fsmpb.SwitchConn{Call: s.name(c), Device: p.device}
			}
			items = append(items, item)
		}
	}
	typ := fsmpb.EventType_TRANSFERRED
	if conference {
		typ = fsmpb.EventType_CONFERENCED
	}
	calling := primary.calling
	if calling == dev && !conference {
		calling = parties[0].device
	}
	s.emit(typ, primary, dev, to, func(e *fsmpb.CallEvent) {
		e.SecondaryOld = &fsmpb.SwitchConn{Call: s.name(secondary), Device: dev}
		e.Connections = items
	})
	result.parties, result.calling, result.moved = parties, calling, true
	s.calls = slices.DeleteFunc(s.calls, func(c *simCall) bool { return c != result && (c == primary || c == secondary) })
	if len(s.hearing(result)) == 0 {
		s.calls = slices.DeleteFunc(s.calls, func(c *simCall) bool { return c == result })
	}
}

// truth writes the switch's calls in an order of their own.
func (s *sim) truth() []string {
	var out []string
	for _, c := range s.calls {
		var l []string
		for _, p := range c.parties {
			l = append(l, p.device+"="+stateWord(p.state))
		}
		slices.Sort(l)
		out = append(out, strings.Join(l, " "))
	}
	slices.Sort(out)
	return out
}

// snapshotOf is what the switch says of a device now.
func (s *sim) snapshotOf(dev string, began uint64) *fsmpb.DeviceSnapshot {
	d := &fsmpb.DeviceSnapshot{Device: dev, Began: began, CallsKnown: true}
	for _, c := range s.callsOf(dev) {
		k := &fsmpb.SnapshotCall{Call: s.name(c), State: c.party(dev).state, Detailed: true, Calling: party(c.calling)}
		for _, p := range c.parties {
			k.Parties = append(k.Parties, &fsmpb.SnapshotParty{Device: p.device, State: p.state})
		}
		d.Calls = append(d.Calls, k)
	}
	return d
}
