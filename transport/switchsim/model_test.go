package switchsim

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// stillClock stands still: a model of its own is advanced by hand.
type stillClock struct{}

func (stillClock) Now() time.Time                       { return epoch }
func (stillClock) After(time.Duration) <-chan time.Time { return nil }

func testModel(t *testing.T, opt Options) *model {
	t.Helper()
	opt.Links, opt.Clock = []net.Listener{newPipeListener()}, stillClock{}
	if err := opt.setDefaults(); err != nil {
		t.Fatal(err)
	}
	return newModel(&opt)
}

// legal are the states that a connection may go to from each state, by one event (ECMA-269 6.1.5; connected to alerting
// and to fail is a far end outside, which is connected from NetworkReached on).
var legal = map[State][]State{
	Null:      {Initiated, Alerting, Connected, Queued, Fail},
	Initiated: {Connected, Null},
	Alerting:  {Connected, Null},
	Connected: {Hold, Fail, Alerting, Null, Connected},
	Hold:      {Connected, Null},
	Queued:    {Null},
	Fail:      {Null},
}

func TestModel_LongRunKeepsItsInvariants(t *testing.T) {
	for _, merge := range []MergeID{MergeAlternate, MergePrimary, MergeSecondary} {
		t.Run(string(merge), func(t *testing.T) {
			m := testModel(t, Options{Seed: 11, Agents: 60, Rate: 20, MergeID: merge})
			m.setForwarding(m.stations[3], "forwardBusy", "1004", true)
			m.setForwarding(m.stations[5], "forwardImmediate", "7001", true)
			states := map[connRef]State{}
			kinds := map[eventKind]int{}
			for i := range 4000 {
				m.advance(epoch.Add(time.Duration(i) * 100 * time.Millisecond))
				for _, ev := range m.out {
					kinds[ev.kind]++
					checkTransitions(t, states, ev)
				}
				m.out = nil
				if i%20 == 0 {
					checkModel(t, m)
				}
				if t.Failed() {
					t.Fatalf("broken after %v", time.Duration(i)*100*time.Millisecond)
				}
			}
			for _, kind := range []eventKind{
				evServiceInitiated, evOriginated, evDelivered, evEstablished, evHeld, evRetrieved, evTransferred, evConferenced,
				evConnectionCleared, evCallCleared, evDiverted, evQueued, evFailed, evNetworkReached, evDigitsGenerated,
				evCallInformation, evAgentLoggedOn, evAgentLoggedOff, evAgentReady, evAgentNotReady, evAgentBusy, evAgentWrapUp,
				evDoNotDisturb, evForwarding,
			} {
				if kinds[kind] == 0 {
					t.Errorf("%s never happened in %d calls", kind, m.counts.Calls)
				}
			}
			if m.counts.Abandoned == 0 || m.counts.Failed == 0 {
				t.Errorf("nobody abandoned or failed: %+v", m.counts)
			}
		})
	}
}

// checkTransitions compares each device's states before and after an event.
func checkTransitions(t *testing.T, states map[connRef]State, ev *event) {
	if ev.conn.call == 0 {
		return
	}
	id := ev.conn.call
	if ev.kind == evTransferred || ev.kind == evConferenced {
		id = ev.list[0].new.call
		moved := map[connRef]State{}
		for _, item := range ev.list {
			old := item.new
			if item.old.device != "" {
				old = item.old
			}
			moved[item.new] = states[old]
			if moved[item.new] == "" {
				moved[item.new] = Null
			}
		}
		for ref := range states {
			if ref.call == ev.conn.call || ref.call == ev.secondary.call {
				delete(states, ref)
			}
		}
		for ref, s := range moved {
			states[ref] = s
		}
	}
	for _, l := range ev.locals {
		ref := connRef{id, l.device}
		was, known := states[ref]
		if !known {
			was = Null
		}
		if was != l.state && !slices.Contains(legal[was], l.state) {
			t.Errorf("%s at %d: %s of call %d went from %s to %s", ev.kind, ev.seq, l.device, id, was, l.state)
		}
		if states[ref] = l.state; l.state == Null {
			delete(states, ref)
		}
	}
}

// checkModel looks at everything that must hold at any moment.
func checkModel(t *testing.T, m *model) {
	connections := 0
	for id, c := range m.calls {
		if c.over || c.id != id || len(c.conns) == 0 {
			t.Errorf("call %d is in the model, but over (%v) or empty (%d)", id, c.over, len(c.conns))
		}
		seen := map[string]bool{}
		for _, k := range c.conns {
			connections++
			if m.device(k.device) == nil || seen[k.device] || legal[k.state] == nil || k.state == Null {
				t.Errorf("call %d has connection %+v", id, *k)
			}
			seen[k.device] = true
			if !slices.Contains(m.index[k.device], c) {
				t.Errorf("call %d is not in the index of %s", id, k.device)
			}
			if d := m.devices[k.device]; d != nil && (k.state == Queued) != (d.kind != station) {
				t.Errorf("call %d is %s at the %s %s", id, k.state, d.kind, d.id)
			}
		}
		if len(c.conns) == 1 && c.state(c.calling) == Null && c.conns[0].state != Fail {
			t.Errorf("call %d has a lone connection %+v that isn't its caller's", id, *c.conns[0])
		}
	}
	for device, calls := range m.index {
		connections -= len(calls)
		talking := 0
		for _, c := range calls {
			if s := c.state(device); s == Connected || s == Initiated {
				talking++
			}
		}
		if d := m.devices[device]; d != nil && talking > 1 {
			t.Errorf("%s talks in %d calls at once", device, talking)
		}
	}
	if connections != 0 {
		t.Errorf("the index has %d connections too few", connections)
	}
	for queue, calls := range m.waiting {
		for _, c := range calls {
			if c.state(queue) != Queued {
				t.Errorf("call %d waits in %s but is %s there", c.id, queue, c.state(queue))
			}
		}
	}
	for _, a := range m.agents {
		if (a.device == "") != (len(a.groups) == 0) {
			t.Errorf("agent %s is at %q with groups %v", a.id, a.device, a.groups)
		}
	}
}

func TestModel_TrafficCallsAllEnd(t *testing.T) {
	m := testModel(t, Options{Seed: 5, Agents: 40, Rate: 10})
	now := epoch.Add(10 * time.Minute)
	m.advance(now)
	m.setRate(0)
	m.advance(now.Add(2 * time.Hour))
	if len(m.calls) != 0 {
		for _, c := range m.sorted() {
			t.Errorf("stuck: %+v", c.truth())
		}
	}
	if m.counts.Calls < 5000 || m.counts.Calls != m.counts.Ended {
		t.Errorf("%d calls began, %d ended; want at least 5000, all ended", m.counts.Calls, m.counts.Ended)
	}
}

func TestModel_SameSeedSameMoves(t *testing.T) {
	story := func(seed uint64, steps int) string {
		m := testModel(t, Options{Seed: seed, Agents: 30, Rate: 10})
		var b strings.Builder
		for i := range steps {
			m.advance(epoch.Add(2 * time.Minute * time.Duration(i+1) / time.Duration(steps)))
		}
		for _, ev := range m.out {
			fmt.Fprintf(&b, "%+v\n", ev.transition())
		}
		return b.String()
	}
	once, again := story(7, 1), story(7, 977)
	if diff := cmp.Diff(once, again); diff != "" {
		t.Errorf("the same seed made other moves:\n%s", diff)
	}
	if len(once) < 100000 || once == story(8, 1) {
		t.Errorf("the story is %d bytes long, or the same for another seed", len(once))
	}
}

func TestModel_AgentsCarryTheTraffic(t *testing.T) {
	m := testModel(t, Options{Seed: 3, Agents: 200, Rate: 50})
	m.advance(epoch.Add(time.Minute))
	waiting := 0
	for _, calls := range m.waiting {
		waiting += len(calls)
	}
	if waiting > 100 || m.counts.Calls < 2000 {
		t.Errorf("%d calls wait after a minute of %d calls", waiting, m.counts.Calls)
	}
}
