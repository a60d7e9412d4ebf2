package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Where a call's name is its linkage ID, another link names it the same.
func TestLinkageAcrossLinks(t *testing.T) {
	r := newRig(t, "A", "B")
	r.raise(2)
	r.say(`A: Originated x/A calling=A called=B linkage=x
		B: Delivered x/B calling=A called=B linkage=x`)
	r.claim("two")
	r.seen()
	r.say(`B: Established x/B linkage=x`)
	r.want(`1 renamed x>x
		1 established B | A=connected B=connected`)
}

// The switch may give a call another name. Who was told first doesn't matter.
func TestRenamedCall(t *testing.T) {
	r := newRig(t, "A", "B")
	r.raise(2)
	r.say(`B: Delivered x/B calling=A called=B linkage=x`)
	r.seen()
	renamed := func(via, line string) {
		e := r.parse(via + ": " + line)
		e.RenamedFrom = "x"
		r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: e}})
	}
	renamed("B", `Established y/B linkage=y`)
	renamed("A", `Established y/B linkage=y`) // a copy
	r.say(`B: Held x/B linkage=x`)            // somebody who still knows the old one
	r.wantCalls("1 A=connected B=hold")
	c, _ := r.m.s.Call(1)
	if c.Linkage != "y" || len(c.Joined) != 1 || c.Joined[0] != "x" {
		t.Errorf("linkage %q and %q", c.Linkage, c.Joined)
	}
}

// The parties of a conference go on being told under the names that their calls
// had, long after these are retired, and are found so by a snapshot.
func TestJoinedCallsKeepTheirNames(t *testing.T) {
	r := newRig(t, "A", "B", "C")
	r.raise(2)
	r.say(`A: Originated x/A calling=A called=B linkage=x
		B: Delivered x/B calling=A called=B linkage=x
		B: Established x/B linkage=x
		A: Held x/A linkage=x
		A: Originated y/A calling=A called=C linkage=y
		C: Delivered y/C calling=A called=C linkage=y
		C: Established y/C linkage=y
		A: Conferenced x/A second=y/A linkage=x list=x/A<x/A,x/B<x/B,x/C<y/C`)
	r.wantCalls("1 A=connected B=connected C=connected")
	r.now += 120_000
	(&txn{State: r.m.s}).dropTombstone(2)
	r.say(`C: Held y/C linkage=y`)
	r.wantCalls("1 A=connected B=connected C=hold")
	r.claim("two")
	r.snapshot("C", r.ordinal, "y:hold far=A linkage=y")
	r.snapshot("A", r.ordinal, "x:connected linkage=x parties=A:connected,B:connected,C:hold")
	r.snapshot("B", r.ordinal, "x:connected far=A linkage=x")
	r.wantCalls("1 A=connected B=connected C=hold")
	if n := r.m.s.counters.Unsynced; n != 0 {
		t.Errorf("%d parties were not in line, want none", n)
	}
}

// The switch tells of one device only: the other parties of a call that is gone
// there are asked for as well.
func TestBothPartiesOfAClearedCall(t *testing.T) {
	r := connected(t)
	r.raise(2)
	r.snapshot("A", r.ordinal)
	r.wantVerified("A", true).wantVerified("B", false)
	r.snapshot("B", r.ordinal)
	r.wantVerified("B", true).wantCalls("")
}

// A call that the switch lost control of takes no requests.
func TestNoControl(t *testing.T) {
	r := connected(t)
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{
		Device: "A", Began: r.ordinal, CallsKnown: true,
		Calls: []*fsmpb.SnapshotCall{{Call: "x", State: fsmpb.ConnectionState_CONNECTED, NoControl: true}},
	}}})
	category, value := r.txn().checkRequest("pbx", &fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: &fsmpb.Conn{Call: 1, Device: "A"}})
	if category != "operation" || value != "requestIncompatibleWithConnection" {
		t.Errorf("a request on it gives %s/%s", category, value)
	}
}

// Who is transferred may be told before the one who does it, and knows one of the two
// calls only.
func TestTransferToldBackwards(t *testing.T) {
	for name, first := range map[string]string{
		"the consulted one first":  `C: Transferred y/A linkage=y other=+5 list=y/C<y/C,y/+5`,
		"the one who called first": `B: Transferred x/A linkage=x other=C list=x/B<x/B,x/C`,
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "A", "B", "C")
			r.raise(2)
			far := "+5"
			if first[0] == 'B' {
				far = "B"
			}
			r.say(`A: Originated x/A calling=A called=` + far + ` linkage=x
				A: Established x/` + far + ` linkage=x
				A: Held x/A linkage=x
				A: Originated y/A calling=A called=C linkage=y
				C: Delivered y/C calling=A called=C linkage=y
				C: Established y/C linkage=y`)
			r.say(first)
			r.say(`A: Transferred x/A second=y/A linkage=x other=C list=x/` + far + `<x/` + far + `,x/C<y/C`)
			r.wantCalls("1 " + far + "=connected C=connected")
			r.say(`C: ConnectionCleared y/C linkage=y`)
			if d, _ := r.m.s.Device("pbx", "A"); len(d.Calls) != 0 {
				t.Errorf("A is in calls %v", d.Calls)
			}
		})
	}
}

// Who is transferred to may not have been told of yet: the switch says so, and nobody
// guesses that the call was answered.
func TestTransferToOneNotToldOf(t *testing.T) {
	for level, want := range map[uint32]string{1: "1 B=connected C=connected", 2: "1 B=connected C=stateunknown"} {
		r := newRig(t, "A", "B", "C")
		if level > 1 {
			r.raise(level)
		}
		r.say(`A: Originated x/A calling=A called=B linkage=x
			B: Established x/B calling=A called=B linkage=x
			A: Held x/A linkage=x
			A: Originated y/A calling=A called=C linkage=y
			A: Transferred x/A second=y/A linkage=x other=C list=x/B<x/B,x/C<y/C:stateunknown`)
		r.wantCalls(want).wantVerified("C", level < 2)
		r.say(`C: Delivered x/C calling=B called=C linkage=x`)
		r.wantCalls("1 B=connected C=alerting")
	}
}
