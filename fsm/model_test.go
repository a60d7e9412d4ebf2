package fsm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// modelRun joins a switch, a machine and a client.
type modelRun struct {
	*rig
	s      *sim
	client map[uint64]map[string]fsmpb.ConnectionState
	heard  []string
	lose   int // one of so many copies is lost; 0 = none
}

func newModelRun(t *testing.T, seed uint64) *modelRun {
	devices := []string{"A", "B", "C", "D", "E", "Q"}
	return &modelRun{
		rig:    newRig(t, devices...),
		s:      &sim{rng: rand.New(rand.NewPCG(seed, 1)), watched: devices, link: "one"},
		client: make(map[uint64]map[string]fsmpb.ConnectionState),
	}
}

// copyFor delivers the copy of an event for one device.
func (m *modelRun) copyFor(ev *simEvent, via string) {
	ev.to = slices.DeleteFunc(ev.to, func(d string) bool { return d == via })
	if m.lose > 0 && m.s.rng.IntN(m.lose) == 0 {
		return
	}
	e := &fsmpb.CallEvent{Type: ev.e.Type, Via: via, Subject: ev.e.Subject, Device: ev.e.Device, Cause: ev.e.Cause, Calling: ev.e.Calling,
		NewDestination: ev.e.NewDestination, LastRedirection: ev.e.LastRedirection, SecondaryOld: ev.e.SecondaryOld, Connections: ev.e.Connections}
	m.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: e}})
	m.follow()
}

// deliver brings each event once, in order, by the copy of some device whose
// earlier copies have come, and the other copies whenever.
func (m *modelRun) deliver(all bool) {
	started := make(map[*simEvent]bool)
	for _, ev := range m.s.events {
		if ev.e.GetSubject() != nil && !started[ev] && m.fresh(ev) {
			via := ev.to[m.s.rng.IntN(len(ev.to))]
			for _, old := range m.s.events {
				if slices.Contains(old.to, via) {
					m.copyFor(old, via)
				}
				if old == ev {
					break
				}
			}
			started[ev] = true
			ev.text = ""
		}
		for m.s.rng.IntN(3) == 0 {
			m.straggler()
		}
	}
	for all && m.straggler() {
	}
	m.s.events = slices.DeleteFunc(m.s.events, func(ev *simEvent) bool { return len(ev.to) == 0 })
}

// fresh tells whether no copy of an event came yet.
func (m *modelRun) fresh(ev *simEvent) bool { return ev.text != "" && len(ev.to) > 0 }

// straggler delivers the oldest outstanding copy of some device, of an event
// that came before.
func (m *modelRun) straggler() bool {
	var list []string
	for _, ev := range m.s.events {
		if ev.text == "" {
			for _, d := range ev.to {
				if !slices.Contains(list, d) {
					list = append(list, d)
				}
			}
		}
	}
	if len(list) == 0 {
		return false
	}
	via := list[m.s.rng.IntN(len(list))]
	for _, ev := range m.s.events {
		if slices.Contains(ev.to, via) {
			if ev.text != "" {
				return false
			}
			m.copyFor(ev, via)
			return true
		}
	}
	return false
}

// follow lets the client read the new records.
func (m *modelRun) follow() {
	for _, rec := range m.seen() {
		ch := rec.GetCall()
		if ch == nil {
			continue
		}
		if !ch.Reconstructed {
			m.heard = append(m.heard, words(ch.Type.String())+" "+ch.Device)
		}
		id := ch.Call
		if ch.ResultCall != 0 {
			delete(m.client, ch.Call)
			delete(m.client, ch.SecondaryCall)
			id = ch.ResultCall
		}
		call := make(map[string]fsmpb.ConnectionState)
		for _, h := range ch.Heard {
			if h.State != fsmpb.ConnectionState_NULL {
				call[h.Device] = h.State
			}
		}
		m.client[id] = call
		if len(call) == 0 {
			delete(m.client, id)
		}
	}
}

func (m *modelRun) compare(what string) {
	m.Helper()
	// What is on its way to a device that nobody told us of ends with its deadline.
	for c := range m.m.View().Calls() {
		if !m.txn().observed(c) {
			m.txn().callDue(fmt.Sprint(c.Id))
			m.follow()
		}
	}
	truth := m.s.truth()
	var state, client []string
	for c := range m.m.s.Calls() {
		var l []string
		for _, x := range c.Connections {
			l = append(l, x.Device+"="+stateWord(x.State))
		}
		slices.Sort(l)
		state = append(state, strings.Join(l, " "))
	}
	for _, c := range m.client {
		var l []string
		for d, st := range c {
			l = append(l, d+"="+stateWord(st))
		}
		slices.Sort(l)
		client = append(client, strings.Join(l, " "))
	}
	slices.Sort(state)
	slices.Sort(client)
	if d := cmp.Diff(truth, state); d != "" {
		m.Errorf("%s: state differs from the switch (-switch +state):\n%s", what, d)
	}
	if d := cmp.Diff(truth, client); d != "" {
		m.Errorf("%s: a client differs from the switch (-switch +client):\n%s", what, d)
	}
}

const modelSeeds = 150

// Nothing is lost: whatever copies overtake, the records are the switch's events,
// each once, in order.
func TestModelCopies(t *testing.T) {
	events, twins := 0, uint64(0)
	for seed := range uint64(modelSeeds) {
		m := newModelRun(t, seed)
		for range 40 {
			for range 1 + m.s.rng.IntN(3) {
				m.s.act()
			}
			m.deliver(m.s.rng.IntN(4) == 0)
			m.now += int64(m.s.rng.IntN(100))
		}
		m.deliver(true)
		if d := cmp.Diff(m.s.expected, m.heard); d != "" {
			t.Fatalf("seed %d: records differ from the events (-switch +records):\n%s", seed, d)
		}
		m.compare(fmt.Sprintf("seed %d", seed))
		if c := m.m.s.counters; c.Illegal != 0 {
			t.Errorf("seed %d: counters %v", seed, c)
		}
		twins += m.m.s.counters.Twins
		events += len(m.heard)
		if t.Failed() {
			return
		}
	}
	if events == 0 || twins == 0 {
		t.Errorf("%d events, %d twins: nothing was tested", events, twins)
	}
}

// Copies are lost; snapshots, asked for at any time and answered from somewhere
// inside their span, bring state and clients right in the end.
func TestModelLosses(t *testing.T) {
	var stuck, found, unsynced uint64
	for seed := range uint64(modelSeeds) {
		m := newModelRun(t, 1000+seed)
		m.lose = 3
		for range 40 {
			m.s.act()
			if m.s.rng.IntN(3) == 0 {
				m.spanned(m.s.watched[m.s.rng.IntN(len(m.s.watched))])
			}
			m.deliver(m.s.rng.IntN(2) == 0)
			m.now += int64(m.s.rng.IntN(3000))
		}
		m.deliver(true)
		m.settleAll()
		m.compare(fmt.Sprintf("seed %d", seed))
		c := m.m.s.counters
		stuck, found, unsynced = stuck+c.StuckCleared, found+c.FoundCalls, unsynced+c.Unsynced
		if t.Failed() {
			return
		}
	}
	if stuck == 0 || found == 0 || unsynced == 0 {
		t.Errorf("stuck %d, found %d, unsynced %d: nothing was tested", stuck, found, unsynced)
	}
}

// spanned asks for a snapshot, lets the switch go on, takes its answer, lets it
// go on, and brings the answer.
func (m *modelRun) spanned(dev string) {
	began := m.ordinal
	m.s.act()
	m.deliver(false)
	s := m.s.snapshotOf(dev, began)
	m.s.act()
	m.deliver(false)
	m.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: s}})
	m.follow()
}

// settleAll takes a snapshot of each device in peace.
func (m *modelRun) settleAll() {
	for _, dev := range m.s.watched {
		m.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: m.s.snapshotOf(dev, m.ordinal)}})
		m.follow()
	}
}

// A link dies with all that it had not delivered; the other one calls everything
// otherwise. Calls that live on keep their IDs.
func TestModelTakeover(t *testing.T) {
	kept := 0
	for seed := range uint64(modelSeeds) {
		m := newModelRun(t, 2000+seed)
		for range 3 {
			for range 20 {
				m.s.act()
				m.deliver(m.s.rng.IntN(3) == 0)
			}
			m.deliver(true)
			was := make(map[*simCall]uint64)
			for _, c := range m.s.calls {
				c.moved = false
				if id := m.txn().ourCall(m.s.link, m.s.name(c)); id != 0 {
					was[c] = id
				}
			}
			for range m.s.rng.IntN(3) {
				m.s.act()
			}
			m.s.events = nil // never read
			m.s.link = map[string]string{"one": "two", "two": "one"}[m.s.link]
			m.claim(m.s.link)
			for _, dev := range m.s.rng.Perm(len(m.s.watched)) {
				m.spanned(m.s.watched[dev])
			}
			m.deliver(true)
			for range 3 {
				m.settleAll()
			}
			m.compare(fmt.Sprintf("seed %d", seed))
			for _, c := range m.s.calls {
				if id := was[c]; id != 0 && !c.moved {
					kept++
					if got := m.txn().ourCall(m.s.link, m.s.name(c)); got != id {
						t.Errorf("seed %d: call %s was %d and is %d", seed, m.s.name(c), id, got)
					}
				}
			}
			if t.Failed() {
				return
			}
		}
	}
	if kept == 0 {
		t.Error("no call lived on")
	}
}
