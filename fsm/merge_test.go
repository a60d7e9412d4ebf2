package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// consulting is a rig in which A talks to B (call x, 1), holds it and consults C
// (call y, 2); C has answered if answered.
func consulting(t *testing.T, answered bool, more ...string) *rig {
	t.Helper()
	r := newRig(t, append([]string{"A", "B", "C"}, more...)...)
	r.say(`B: Originated x/B calling=B called=A data=primary
		B: Delivered x/A calling=B called=A
		A: Delivered x/A calling=B called=A
		A: Established x/A
		B: Established x/A
		A: Held x/A
		B: Held x/A
		A: ServiceInitiated y/A
		A: Originated y/A calling=A called=C data=secondary
		A: Delivered y/C calling=A called=C
		C: Delivered y/C calling=A called=C`)
	if answered {
		r.say(`A: Established y/C
			C: Established y/C`)
	}
	r.seen()
	return r
}

// D was in the call when nobody listened any more, and left: the transfer that is
// heard next doesn't name it.
func TestTransfer_PartyThatItDoesNotName(t *testing.T) {
	r := consulting(t, true, "D")
	r.say(`D: Conferenced x/B other=D list=x/A<x/A,x/B<x/B,x/D:connected`)
	r.seen()
	e := "Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C"
	r.say("B: " + e + "\nA: " + e + "\nC: " + e)
	r.want(`1 unsynced D connected>null
		1 connectioncleared* D | B=connected A=hold D=null
		1 transferred A +2=1 | B=connected A=null C=connected`)
	r.wantCalls("1 B=connected C=connected")
}

func TestTransfer(t *testing.T) {
	for name, c := range map[string]struct {
		event, want, calls string
		answered           bool
	}{
		"keeps the primary's name": {"Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C",
			"1 transferred A +2=1 | B=connected A=null C=connected", "1 B=connected C=connected", true},
		"keeps the secondary's name": {"Transferred x/A second=y/A other=C list=y/B<x/B,y/C<y/C",
			"1 transferred A +2=2 | B=connected A=null C=connected", "2 B=connected C=connected", true},
		"new name": {"Transferred x/A second=y/A other=C list=z/B<x/B,z/C<y/C",
			"1 transferred A +2=3 | B=connected A=null C=connected", "3 B=connected C=connected", true},
		"while ringing": {"Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C",
			"1 transferred A +2=1 | B=connected A=null C=alerting", "1 B=connected C=alerting", false},
		"states told": {"Transferred x/A second=y/A other=C list=x/B<x/B:hold,x/C<y/C:connected",
			"1 transferred A +2=1 | B=hold A=null C=connected", "1 B=hold C=connected", true},
		"no list": {"Transferred x/A second=y/A other=C",
			"1 transferred A +2=1 | B=connected A=null C=connected", "1 B=connected C=connected", true},
		"old names only where they change": {"Transferred x/A second=y/A other=C list=x/B,x/C<y/C",
			"1 transferred A +2=1 | B=connected A=null C=connected", "1 B=connected C=connected", true},
		"old connections that become nothing": {"Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C,<x/A,<y/A",
			"1 transferred A +2=1 | B=connected A=null C=connected", "1 B=connected C=connected", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := consulting(t, c.answered)
			// Each of the three hears it once.
			r.say("B: " + c.event + "\nA: " + c.event + "\nC: " + c.event)
			r.want(c.want).wantCalls(c.calls)
			if n := r.m.s.counters; n.Illegal != 0 || n.LateFacts != 0 {
				t.Errorf("counters %v", n)
			}
			id := r.m.s.counters.Call
			if c.calls[0] == '1' {
				id = 1
			} else if c.calls[0] == '2' {
				id = 2
			}
			call, _ := r.m.s.Call(id)
			if string(call.Data.Correlator) != "primary" {
				t.Errorf("data %v: the primary call's wins", call.Data)
			}
			if call.Calling.GetId() != "B" || call.Called.GetId() != "C" {
				t.Errorf("calling %v, called %v", call.Calling, call.Called)
			}
			// The retired names lead to the result and change nothing.
			tx := r.txn()
			for _, n := range []string{"x", "y"} {
				if got := tx.ourCall("one", n); got != id {
					t.Errorf("%s leads to %d, want %d", n, got, id)
				}
			}
			r.say(`C: Held y/A
				A: ConnectionCleared y/A
				A: ConnectionCleared x/A`)
			r.want("").wantCalls(c.calls)
		})
	}
}

// Copies of earlier events of the retired call come after the transfer.
func TestTransferBeforeCopies(t *testing.T) {
	r := consulting(t, false)
	r.say(`A: Established y/C
		A: Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C
		C: Established y/C
		C: Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C
		C: ConnectionCleared x/B
		B: Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C
		B: ConnectionCleared x/B
		C: ConnectionCleared x/C`)
	r.want(`2 established C | A=connected C=connected
		1 transferred A +2=1 | B=connected A=null C=connected
		1 connectioncleared B | B=null C=connected
		1 connectioncleared C | C=null`)
	r.wantCalls("")
}

func TestTransferRetires(t *testing.T) {
	r := consulting(t, true)
	r.say(`A: Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C`)
	b, ok := r.m.s.Tombstone(2)
	if !ok || b.Into != 1 || b.DueMs != r.now+r.m.s.settings.TombstoneMs {
		t.Fatalf("tombstone %v", b)
	}
	recs := r.seen()
	ch := recs[0].GetCall()
	if ch.Call != 1 || ch.SecondaryCall != 2 || ch.ResultCall != 1 || len(ch.Connections) != 2 {
		t.Fatalf("change %v", ch)
	}
	nc := ch.Connections[1]
	if nc.Call != 1 || nc.Device != "C" || nc.OldCall != 2 || nc.OldDevice != "C" || nc.State != fsmpb.ConnectionState_CONNECTED {
		t.Errorf("connection %v", nc)
	}
	// Once the tombstone is gone the name is as good as new.
	r.now += r.m.s.settings.TombstoneMs
	r.txn().callDue("2")
	r.say(`C: Delivered y/C calling=555`)
	r.want(`3 delivered C | 555=connected C=alerting`)
}

func TestConference(t *testing.T) {
	r := consulting(t, true)
	e := "Conferenced x/A second=y/A other=C list=x/A<x/A,x/B<x/B,x/C<y/C"
	r.say("A: " + e + "\nB: " + e + "\nC: " + e)
	r.want(`1 conferenced A +2=1 | B=connected A=connected C=connected`)
	// The controller leaves and the others talk on.
	r.say(`A: ConnectionCleared x/A
		B: ConnectionCleared x/A
		C: ConnectionCleared x/A`)
	r.want(`1 connectioncleared A | B=connected A=null C=connected`)
	r.wantCalls("1 B=connected C=connected")
}

func TestConferenceListWithoutController(t *testing.T) {
	r := consulting(t, true)
	r.say("A: Conferenced x/A second=y/A other=C list=z/B<x/B,z/C<y/C")
	r.want(`1 conferenced A +2=3 | B=connected A=connected C=connected`)
}

// Two transfers cross: C passes A's consultation on while A transfers it.
func TestCrossedTransfers(t *testing.T) {
	r := consulting(t, true, "D")
	r.say(`C: Held y/C
		A: Held y/C
		C: Originated w/C calling=C called=D
		C: Delivered w/D calling=C called=D
		D: Delivered w/D calling=C called=D
		D: Established w/D
		C: Established w/D`)
	r.seen()
	first := "Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C"
	second := "Transferred y/C second=w/C other=D list=x/B<x/B,x/D<w/D" // names what the first one retired
	r.say("A: " + first + "\nC: " + first + "\nC: " + second + "\nB: " + first + "\nB: " + second + "\nD: " + second)
	r.want(`1 transferred A +2=1 | B=connected A=null C=hold
		1 transferred C +3=1 | B=connected C=null D=connected`)
	r.wantCalls("1 B=connected D=connected")
	if got := r.txn().ourCall("one", "w"); got != 1 {
		t.Errorf("w leads to %d", got)
	}
}

func TestSingleStepTransfer(t *testing.T) {
	r := connected(t, "C")
	e := "Transferred x/A other=C list=x/B<x/B,x/C"
	r.say("A: " + e + "\nB: " + e + "\nB: Delivered x/C calling=B\nC: Delivered x/C calling=B\nC: Established x/C\nB: Established x/C")
	r.want(`1 transferred A +0=1 | A=null B=connected
		1 delivered C | B=connected C=alerting
		1 established C | B=connected C=connected`)
	// The state may be told at once; Delivered comes all the same.
	r = connected(t, "C")
	e = "Transferred x/A other=C list=z/B<x/B,z/C:alerting"
	r.say("A: " + e + "\nB: " + e + "\nB: Delivered z/C calling=B\nC: Delivered z/C calling=B")
	r.want(`1 transferred A +0=2 | A=null B=connected C=alerting
		2 delivered C | B=connected C=alerting`)
}

// Nobody is watched until the new party rings: the call waits for it.
func TestSingleStepTransferOfOutsideCall(t *testing.T) {
	r := newRig(t, "A", "C")
	r.say(`A: Delivered x/A calling=555
		A: Established x/A calling=555
		A: Transferred x/A other=C list=x/555
		C: Delivered x/C calling=555 called=C last=A`)
	r.want(`1 delivered A | 555=connected A=alerting
		1 established A | 555=connected A=connected
		1 transferred A +0=1 | 555=connected A=null
		1 delivered C | 555=connected C=alerting`)
}

// Right after a takeover the old calls' new names come first in the transfer.
func TestTransferUnderNewNames(t *testing.T) {
	r := consulting(t, true)
	r.claim("two")
	r.seen()
	r.say(`A: Transferred p/A second=q/A other=C list=p/B,p/C<q/C`)
	r.want(`1 renamed x>p
		2 renamed y>q
		1 transferred A +2=1 | B=connected A=null C=connected`)
}

func TestSingleStepConference(t *testing.T) {
	r := connected(t, "C")
	e := "Conferenced x/A other=C list=x/A<x/A,x/B<x/B,x/C"
	r.say("A: " + e + "\nB: " + e + "\nC: " + e)
	r.want(`1 conferenced A +0=1 | A=connected B=connected C=connected`)
}

// A transfer to the outside leaves nobody whom the switch reports on.
func TestTransferOutside(t *testing.T) {
	r := newRig(t, "A")
	r.say(`A: Delivered x/A calling=555
		A: Established x/A calling=555
		A: Held x/A
		A: Originated y/A calling=A called=777
		A: Delivered y/777 calling=A called=777
		A: Established y/777`)
	r.seen()
	r.say(`A: Transferred x/A second=y/A other=777 list=x/555<x/555,x/777<y/777`)
	r.want(`1 transferred A +2=1 | 555=connected A=null 777=connected
		1 connectioncleared* 555 | 555=null 777=connected
		1 connectioncleared* 777 | 777=null`)
	r.wantCalls("")
}

// The switch names the result before it tells of the transfer.
func TestResultKnownBefore(t *testing.T) {
	r := connected(t, "C")
	r.say(`C: Delivered z/C calling=B called=C
		A: Transferred x/A other=C list=z/B<x/B,z/C`)
	r.want(`2 delivered C | B=connected C=alerting
		1 transferred A +0=2 | A=null B=connected C=alerting`)
	r.wantCalls("2 B=connected C=alerting")
}

func TestTransferOfUnknownCalls(t *testing.T) {
	r := newRig(t, "A", "B", "C")
	r.say(`A: Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C`)
	r.want("").wantCalls("")
	for _, d := range []string{"A", "B", "C"} {
		r.wantVerified(d, false)
	}
	// With one of the two known, snapshots must tell of the rest.
	r = consulting(t, true)
	r.say(`A: Transferred x/A second=unknown/A other=C list=x/B<x/B,x/C<unknown/C`)
	// C may be alerting still.
	r.want(`1 transferred A +0=1 | B=connected A=null C=stateunknown`)
	r.wantVerified("C", false)
}
