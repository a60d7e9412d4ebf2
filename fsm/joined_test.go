package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// compared applies the snapshot of a conference's controller: calls x and y are one.
func (r *rig) compared(began uint64) {
	r.Helper()
	r.comparedAs(fsmpb.ConnectionState_CONNECTED, began)
}

func (r *rig) comparedAs(state fsmpb.ConnectionState, began uint64) {
	r.Helper()
	party := func(device string, s fsmpb.ConnectionState) *fsmpb.SnapshotParty {
		return &fsmpb.SnapshotParty{Device: device, State: s}
	}
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{
		Device: "A", Began: began, CallsKnown: true,
		Calls: []*fsmpb.SnapshotCall{{
			Call: "x", Linkage: "x", Joined: []string{"y"}, State: state, Detailed: true,
			Parties: []*fsmpb.SnapshotParty{party("A", state), party("B", fsmpb.ConnectionState_STATE_UNKNOWN), party("C", fsmpb.ConnectionState_STATE_UNKNOWN)},
		}},
	}}})
}

const twoCallsOfA = `A: Originated x/A calling=A called=B linkage=x
	B: Delivered x/B calling=A called=B linkage=x
	B: Established x/B linkage=x
	A: Held x/A linkage=x
	A: Originated y/A calling=A called=C linkage=y
	C: Delivered y/C calling=A called=C linkage=y
	C: Established y/C linkage=y`

// A conference of which nobody heard that it began: what were two calls is one, and its
// parties are found under both names.
func TestSnapshotJoinsCalls(t *testing.T) {
	r := newRig(t, "A", "B", "C")
	r.raise(2)
	r.say(twoCallsOfA)
	r.claim("two")
	r.seen()
	r.compared(r.ordinal)
	records := r.seen()
	if ch := records[1].GetCall(); ch.GetType() != fsmpb.EventType_CONFERENCED || !ch.Reconstructed || ch.Call != 1 || ch.SecondaryCall != 2 || ch.ResultCall != 1 {
		t.Errorf("told %v", records)
	}
	r.wantCalls("1 A=connected B=connected C=connected").wantVerified("A", true)
	if n := r.m.s.counters.Unsynced; n != 0 {
		t.Errorf("%d parties were not in line, want none: joining is no fault", n)
	}
	r.snapshot("C", r.ordinal, "y:connected far=A linkage=y")
	r.wantCalls("1 A=connected B=connected C=connected").wantVerified("C", true)
	r.say(`B: ConnectionCleared x/B linkage=x
		A: ConnectionCleared y/A linkage=y`)
	r.wantCalls("1 C=connected")
	r.compared(r.ordinal) // what it says isn't done twice
	r.wantCalls("1 C=connected A=connected")
}

// The joining is of the snapshot's own making: it is no event inside the span, and what
// the snapshot says of the parties counts.
func TestSnapshotJoinsAndJudges(t *testing.T) {
	r := newRig(t, "A", "B", "C")
	r.raise(2)
	r.say(twoCallsOfA)
	r.comparedAs(fsmpb.ConnectionState_HOLD, r.ordinal)
	r.wantCalls("1 A=hold B=connected C=connected").wantVerified("A", true)
}

// A linkage ID is a call's own as long as a live call has it.
func TestSnapshotTakesNoLinkageAway(t *testing.T) {
	r := newRig(t, "A", "B", "C")
	r.raise(2)
	r.say(`A: Originated x/A calling=A called=B
		B: Delivered x/B calling=A called=B
		C: Delivered y/C calling=A called=C linkage=y`)
	r.compared(r.ordinal)
	for c := range r.m.s.Calls() {
		if len(c.Joined) > 0 && r.m.s.calls.len() > 1 {
			t.Errorf("call %d has taken %q", c.Id, c.Joined)
		}
	}
}

// Of a conference that began before anybody listened one or no call is known.
func TestSnapshotOfAnUnknownConference(t *testing.T) {
	for _, k := range []struct{ name, known, want string }{
		{"none", "", "1 A=connected C=connected B=connected"},
		{"the first call", `B: Delivered x/B calling=A called=B linkage=x`, "1 A=connected B=connected C=connected"},
		{"the second call", `C: Delivered y/C calling=A called=C linkage=y`, "1 A=connected C=connected B=connected"},
	} {
		t.Run(k.name, func(t *testing.T) {
			r := newRig(t, "A", "B", "C")
			r.raise(2)
			if k.known != "" {
				r.say(k.known)
			}
			r.compared(r.ordinal)
			r.snapshot("C", r.ordinal, "y:connected far=A linkage=y")
			r.snapshot("B", r.ordinal, "x:connected far=A linkage=x")
			r.wantCalls(k.want)
		})
	}
}

// An event inside the span counts for more than the snapshot: nothing is joined by it.
func TestSnapshotJoinsWithinItsSpan(t *testing.T) {
	r := newRig(t, "A", "B", "C")
	r.raise(2)
	r.say(twoCallsOfA)
	began := r.ordinal
	r.say(`A: Retrieved x/A linkage=x`)
	r.change("A", func(d *Device) { d.VerifiedEpoch = 0 })
	r.compared(began)
	r.wantVerified("A", false).wantCalls("1 A=connected B=connected; 2 A=connected C=connected")
	r.compared(r.ordinal)
	r.wantVerified("A", true).wantCalls("1 A=connected B=connected C=connected")
}

// A level that doesn't know linkage IDs of joined calls takes no notice.
func TestSnapshotJoinsNothingBelowItsLevel(t *testing.T) {
	r := newRig(t, "A", "B", "C")
	r.say(twoCallsOfA)
	r.compared(r.ordinal)
	if n := r.m.s.calls.len(); n != 2 {
		t.Errorf("%d calls, want two", n)
	}
}
