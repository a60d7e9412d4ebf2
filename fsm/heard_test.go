package fsm

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// deliver applies a call event that the switch delivers until it is answered.
func (r *rig) deliver(event string, part uint32, line string) {
	r.Helper()
	r.fact(&fsmpb.Fact{Event: event, Part: part, Body: &fsmpb.Fact_Call{Call: r.parse(line)}})
}

// raise lets the cluster be at a feature level.
func (r *rig) raise(level uint32) { r.m.s.level = level }

// An event that is delivered again changes nothing, whatever link and epoch it
// comes in; what was not yet applied of it is.
func TestEventDeliveredAgain(t *testing.T) {
	r := newRig(t, "A", "B")
	r.deliver("e1", 1, `B: Delivered x/B calling=555 called=B`)
	r.deliver("e2", 1, `B: Established x/B`)
	r.want(`1 delivered B | 555=connected B=alerting
		1 established B | 555=connected B=connected`)
	r.claim("two")
	r.seen()
	r.deliver("e1", 1, `B: Delivered x/B calling=555 called=B`)
	r.deliver("e2", 1, `B: Established x/B`)
	r.deliver("e2", 2, `B: Held x/B linkage=`)
	if n := r.m.s.counters.RepeatedFacts; n != 2 {
		t.Errorf("%d repeated facts were counted, want 2", n)
	}
	if n := r.m.s.Heard("pbx", "e2"); n != 2 {
		t.Errorf("%d parts of e2 were heard, want 2", n)
	}
	for _, rec := range r.seen() {
		if ch := rec.GetCall(); ch != nil && ch.Type != fsmpb.EventType_HELD {
			t.Errorf("told again: %v", ch)
		}
	}
}

// A node that restores a snapshot knows what was heard.
func TestHeardSurvivesSnapshot(t *testing.T) {
	r := newRig(t, "B")
	r.deliver("e1", 1, `B: Delivered x/B calling=555 called=B`)
	var b bytes.Buffer
	if err := r.m.View().WriteSnapshot(&b); err != nil {
		t.Fatal(err)
	}
	m := New()
	if err := m.Restore(&b); err != nil {
		t.Fatal(err)
	}
	if n := m.View().Heard("pbx", "e1"); n != 1 {
		t.Errorf("%d parts of e1 after the restore, want 1", n)
	}
	m.takeHash()
	r.m.takeHash()
	if m.s.hash != r.m.s.hash {
		t.Errorf("hash %x after the restore, %x before", m.s.hash, r.m.s.hash)
	}
}

func TestHeardIsBounded(t *testing.T) {
	r := newRig(t, "B")
	x := r.txn()
	for n := range maxHeard + 10 {
		x.heardBefore(&source{sw: "pbx"}, &fsmpb.Fact{Event: fmt.Sprint("e", n), Part: 1})
	}
	x.end()
	if n, m := r.m.s.heard.len(), r.m.s.heardBy.len(); n != maxHeard || m != maxHeard {
		t.Errorf("%d events and %d keys are remembered, want %d", n, m, maxHeard)
	}
	if r.m.s.Heard("pbx", "e9") != 0 || r.m.s.Heard("pbx", "e10") != 1 {
		t.Error("not the oldest ones were forgotten")
	}
}

// Entries with an event's ID need the level that brought it.
func TestNeeds(t *testing.T) {
	fact := func(f *fsmpb.Fact) *fsmpb.Command { return &fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: f}} }
	call := &fsmpb.Fact_Call{Call: &fsmpb.CallEvent{RenamedFrom: "x"}}
	snapshot := &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{Calls: []*fsmpb.SnapshotCall{{NoControl: true}}}}
	joined := &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{Calls: []*fsmpb.SnapshotCall{{Joined: []string{"y"}}}}}
	for i, c := range []struct {
		command *fsmpb.Command
		want    uint32
	}{
		{fact(&fsmpb.Fact{}), 1},
		{fact(&fsmpb.Fact{Event: "e"}), 2},
		{fact(&fsmpb.Fact{Body: call}), 2},
		{fact(&fsmpb.Fact{Body: snapshot}), 2},
		{fact(&fsmpb.Fact{Body: joined}), 2},
		{fact(&fsmpb.Fact{Body: &fsmpb.Fact_Lost{Lost: &fsmpb.EventsLost{}}}), 1},
		{fact(&fsmpb.Fact{Body: &fsmpb.Fact_Lost{Lost: &fsmpb.EventsLost{Device: "A"}}}), 2},
		{&fsmpb.Command{}, 1},
	} {
		if got := Needs(c.command); got != c.want {
			t.Errorf("%d: needs level %d, want %d", i, got, c.want)
		}
	}
}

// What comes after later events of its subscription is over; where the switch counts
// anew it is not.
func TestEventsOutOfOrder(t *testing.T) {
	r := newRig(t, "B")
	say := func(event string, sequence uint32, restarted bool, line string) {
		r.fact(&fsmpb.Fact{Event: event, Part: 1, Target: "B", Subscription: "s", Sequence: sequence, Restarted: restarted,
			Body: &fsmpb.Fact_Call{Call: r.parse(line)}})
	}
	say("e7", 7, false, `B: Delivered x/B calling=555 called=B`)
	say("e9", 9, false, `B: Held x/B`)
	say("e8", 8, false, `B: Established x/B`)
	r.wantCalls("1 555=connected B=hold")
	d, _ := r.m.s.Device("pbx", "B")
	if d.Subscription != "s" || d.Sequence != 9 || r.m.s.counters.LateFacts != 1 {
		t.Errorf("subscription %q at %d, %d facts came late", d.Subscription, d.Sequence, r.m.s.counters.LateFacts)
	}
	say("f1", 1, true, `B: Retrieved x/B`)
	say("f2", 2, false, `B: ConnectionCleared x/B`)
	r.wantCalls("")
}

func TestAhead(t *testing.T) {
	for _, c := range []struct {
		a, b uint32
		want int
	}{{1, 2, 1}, {2, 1, -1}, {5, 5, 0}, {maxSequence, 1, 1}, {1, maxSequence, -1}, {maxSequence - 1, 3, 4}} {
		if got := Ahead(c.a, c.b); got != c.want {
			t.Errorf("Ahead(%d, %d) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// Events of one device were lost: that one is asked for.
func TestLostEventsOfADevice(t *testing.T) {
	r := newRig(t, "A", "B")
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Lost{Lost: &fsmpb.EventsLost{Device: "A"}}})
	r.wantVerified("A", false).wantVerified("B", true)
	r.snapshot("A", r.ordinal-1) // asked for before
	r.wantVerified("A", false)
	r.snapshot("A", r.ordinal)
	r.wantVerified("A", true)
}
