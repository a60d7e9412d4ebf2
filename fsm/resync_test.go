package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// A call that is over at the switch is stuck here.
func TestStuckCall(t *testing.T) {
	r := connected(t)
	r.snapshot("A", r.ordinal)
	r.want(`1 unsynced A connected>null
		1 connectioncleared* A | A=null B=connected`)
	r.wantVerified("A", true).wantCalls("1 B=connected") // absence clears only that device's party
	r.snapshot("B", r.ordinal)
	r.want(`1 unsynced B connected>null
		1 connectioncleared* B | B=null`)
	r.wantCalls("")
	// A late event of it changes nothing.
	r.say(`A: Held x/A`)
	r.want("").wantCalls("")
	if c := r.m.s.counters; c.StuckCleared != 2 || c.Unsynced != 2 {
		t.Errorf("counters %v", c)
	}
}

func TestStuckCallCause(t *testing.T) {
	r := connected(t)
	r.snapshot("A", r.ordinal)
	ch := r.seen()[1].GetCall()
	if ch.Cause != "switchingFunctionTerminated" || !ch.Reconstructed {
		t.Errorf("record %v", ch)
	}
}

// What had an event inside the span is neither created nor cleared.
func TestSpan(t *testing.T) {
	t.Run("not cleared", func(t *testing.T) {
		r := newRig(t, "A")
		r.change("A", func(d *Device) { d.VerifiedEpoch = 0 })
		began := r.ordinal
		r.say(`A: Delivered x/A calling=555`)
		r.seen()
		r.snapshot("A", began)
		r.want("").wantCalls("1 555=connected A=alerting").wantVerified("A", false)
		r.snapshot("A", r.ordinal, "x:alerting far=555")
		r.want("").wantVerified("A", true)
	})
	t.Run("not created", func(t *testing.T) {
		r := newRig(t, "A")
		r.change("A", func(d *Device) { d.VerifiedEpoch = 0 })
		r.say(`A: Delivered x/A calling=555`)
		began := r.ordinal
		r.say(`A: ConnectionCleared x/A`)
		r.seen()
		r.snapshot("A", began, "x:alerting far=555")
		r.want("").wantCalls("").wantVerified("A", false)
		r.snapshot("A", r.ordinal)
		r.want("").wantVerified("A", true)
	})
	t.Run("not created in a call that goes on", func(t *testing.T) {
		r := connected(t)
		r.change("A", func(d *Device) { d.VerifiedEpoch = 0 })
		began := r.ordinal
		r.say(`A: ConnectionCleared x/A`)
		r.seen()
		r.snapshot("A", began, "x:connected far=B")
		r.want("").wantCalls("1 B=connected").wantVerified("A", false)
		r.snapshot("B", began, "x:connected parties=A:connected,B:connected")
		r.want("").wantCalls("1 B=connected").wantVerified("B", true)
	})
	t.Run("not changed", func(t *testing.T) {
		r := connected(t)
		r.change("A", func(d *Device) { d.VerifiedEpoch = 0 })
		began := r.ordinal
		r.say(`A: Held x/A`)
		r.seen()
		r.snapshot("A", began, "x:connected far=B")
		r.want("").wantCalls("1 A=hold B=connected").wantVerified("A", false)
		// What agrees is settled, however late its last event was.
		r.snapshot("A", began, "x:hold far=B")
		r.want("").wantVerified("A", true)
	})
	t.Run("after some tries", func(t *testing.T) {
		r := newRig(t, "A")
		r.change("A", func(d *Device) { d.VerifiedEpoch = 0 })
		began := r.ordinal
		r.say(`A: Delivered x/A calling=555`)
		r.seen()
		r.snapshot("A", began).snapshot("A", began)
		r.want("")
		r.snapshot("A", began)
		r.want("status messagesLost A").wantVerified("A", true).wantCalls("1 555=connected A=alerting")
		if r.m.s.counters.LostReports != 1 {
			t.Errorf("counters %v", r.m.s.counters)
		}
	})
}

// A snapshot may be nothing but a refusal.
func TestSnapshotError(t *testing.T) {
	r := connected(t)
	r.change("A", func(d *Device) { d.VerifiedEpoch = 0 })
	bad := func() {
		r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{
			Device: "A", Began: r.ordinal, Error: "systemResourceAvailibility/resourceBusy"}}})
	}
	bad()
	r.want("").wantVerified("A", false)
	bad()
	bad()
	r.want("status messagesLost A")
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{
		Device: "A", Began: r.ordinal, Error: "operation/invalidDeviceID", UnknownDevice: true}}})
	r.want(`1 unsynced A connected>null
		1 connectioncleared* A | A=null B=connected`)
}

func TestFoundCall(t *testing.T) {
	for name, c := range map[string]struct{ call, want, calls string }{
		"alerting": {"x:alerting far=555", `1 unsynced A null>alerting
			1 delivered* A | 555=connected A=alerting`, "1 555=connected A=alerting"},
		"answered": {"x:connected far=555 calling=555 called=A", `1 unsynced A null>connected
			1 delivered* A | 555=connected A=alerting
			1 established* A | 555=connected A=connected`, "1 555=connected A=connected"},
		"initiated": {"x:initiated", `1 unsynced A null>initiated
			1 serviceinitiated* A | A=initiated`, "1 A=initiated"},
		"queued": {"x:queued far=555", `1 unsynced A null>queued
			1 queued* A | 555=connected A=queued`, "1 555=connected A=queued"},
		"failed": {"x:fail", `1 unsynced A null>fail
			1 failed* A | A=fail`, "1 A=fail"},
		"held": {"x:hold far=555 calling=555", `1 unsynced A null>hold
			1 delivered* A | 555=connected A=alerting
			1 established* A | 555=connected A=connected
			1 held* A | 555=connected A=hold`, "1 555=connected A=hold"},
		"originated": {"x:connected far=555 calling=A called=555", `1 unsynced A null>connected
			1 originated* A | A=connected`, "1 A=connected"},
		"in detail": {"x:hold calling=A called=B parties=B:connected,A:hold", `1 unsynced A null>hold
			1 originated* A | A=connected
			1 held* A | A=hold
			1 unsynced B null>connected
			1 delivered* B | A=hold B=alerting
			1 established* B | A=hold B=connected`, "1 A=hold B=connected"},
		"outside caller in detail": {"x:connected calling=555 parties=A:connected,555:connected", `1 unsynced A null>connected
			1 delivered* A | 555=connected A=alerting
			1 established* A | 555=connected A=connected`, "1 555=connected A=connected"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "A", "B")
			r.snapshot("A", r.ordinal, c.call)
			r.want(c.want).wantCalls(c.calls).wantVerified("A", true)
			if r.m.s.counters.FoundCalls != 1 {
				t.Errorf("counters %v", r.m.s.counters)
			}
			r.snapshot("A", r.ordinal, c.call) // again: nothing to do
			r.want("")
		})
	}
}

// Events that the switch sent before its snapshot and that come after it are no
// news.
func TestEventsAfterSnapshot(t *testing.T) {
	r := newRig(t, "A")
	r.snapshot("A", r.ordinal, "x:connected far=555 calling=555 called=A")
	r.seen()
	r.say(`A: Delivered x/A calling=555 called=A
		A: Established x/A calling=555 called=A
		A: Held x/A`)
	r.want(`1 held A | 555=connected A=hold`)
}

func TestStateRepaired(t *testing.T) {
	r := connected(t)
	r.snapshot("A", r.ordinal, "x:hold far=B")
	r.want(`1 unsynced A connected>hold
		1 held* A | A=hold B=connected`)
	r.snapshot("A", r.ordinal, "x:connected far=B parties=A:connected,B:hold,555:connected")
	r.want(`1 unsynced A hold>connected
		1 retrieved* A | A=connected B=connected
		1 unsynced B connected>hold
		1 held* B | A=connected B=hold
		1 unsynced 555 null>connected
		1 delivered* 555 | A=connected B=hold 555=alerting
		1 established* 555 | A=connected B=hold 555=connected`)
	r.snapshot("A", r.ordinal, "x:connected parties=A:connected,555:connected")
	r.want(`1 unsynced B hold>null
		1 connectioncleared* B | A=connected B=null 555=connected`)
}

func TestLostAnswer(t *testing.T) {
	r := newRig(t, "A")
	r.say(`A: Delivered x/A calling=555`)
	r.seen()
	r.snapshot("A", r.ordinal, "x:connected far=555 data=blue")
	r.want(`1 unsynced A alerting>connected
		1 established* A | 555=connected A=connected
		1 callinformation* A | 555=connected A=connected`)
	if c, _ := r.m.s.Call(1); !c.Answered || string(c.Data.Correlator) != "blue" {
		t.Errorf("call %v", c)
	}
}

// The second link calls everything otherwise.
func TestRenamedByOtherLink(t *testing.T) {
	r := connected(t)
	r.claim("two")
	r.seen()
	r.snapshot("A", 0, "p:connected far=B")
	r.want(`1 renamed x>p`).wantVerified("A", true)
	if c, _ := r.m.s.Call(1); c.Epoch == r.epoch {
		t.Error("the call is verified before its other party is")
	}
	r.snapshot("B", 0, "p:connected far=A")
	r.want("")
	if c, _ := r.m.s.Call(1); c.Epoch != r.epoch {
		t.Error("the call is not verified")
	}
	r.say(`A: Held p/A`)
	r.want(`1 held A | A=hold B=connected`)
	// Back on the first link its old names are hints.
	r.claim("one")
	r.seen()
	r.snapshot("A", 0, "x:hold parties=A:hold,B:connected")
	r.want("")
	if c, _ := r.m.s.Call(1); c.Epoch != r.epoch {
		t.Error("the call is not verified by a snapshot of all its parties")
	}
}

// twoCalls is a queue with two calls at once.
func twoCalls(t *testing.T, first, second string) *rig {
	t.Helper()
	r := newRig(t, "Q", "A")
	r.say(`Q: Queued x/Q calling=` + first + ` called=Q
		Q: Queued y/Q calling=` + second + ` called=Q`)
	r.claim("two")
	r.seen()
	return r
}

func TestTwoSimilarCalls(t *testing.T) {
	t.Run("far party", func(t *testing.T) {
		r := twoCalls(t, "555", "556")
		r.snapshot("Q", 0, "q:queued far=556", "p:queued far=555")
		r.want("2 renamed y>q\n1 renamed x>p").wantVerified("Q", true)
	})
	t.Run("linkage", func(t *testing.T) {
		r := newRig(t, "Q")
		r.say(`Q: Queued x/Q linkage=L1
			Q: Queued y/Q linkage=L2`)
		r.claim("two")
		r.seen()
		r.snapshot("Q", 0, "p:queued linkage=L2", "q:queued linkage=L1")
		r.want("2 renamed y>p\n1 renamed x>q").wantVerified("Q", true)
	})
	t.Run("state", func(t *testing.T) {
		r := newRig(t, "A")
		r.say(`A: Delivered x/A calling=555
			A: Established x/A
			A: Held x/A
			A: Delivered y/A calling=555
			A: Established y/A`)
		r.claim("two")
		r.seen()
		r.snapshot("A", 0, "p:connected far=555", "q:hold far=555")
		r.want("2 renamed y>p\n1 renamed x>q").wantVerified("A", true)
	})
	t.Run("ambiguous", func(t *testing.T) {
		r := twoCalls(t, "?", "?")
		r.snapshot("Q", 0, "p:queued", "q:queued")
		r.want("").wantVerified("Q", false).wantCalls("1 Q=queued; 2 Q=queued")
		if r.m.s.counters.Ambiguous == 0 {
			t.Error("nothing counted")
		}
		r.snapshot("Q", r.ordinal, "p:queued", "q:queued")
		r.snapshot("Q", r.ordinal, "p:queued", "q:queued")
		r.want("status messagesLost Q").wantVerified("Q", true).wantCalls("1 Q=queued; 2 Q=queued")
		if c, _ := r.m.s.Call(1); c.Epoch == r.epoch {
			t.Error("an ambiguous call was verified")
		}
		// One left the queue: still either may be the other. When both left, they end.
		r.snapshot("Q", r.ordinal, "q:queued")
		r.wantCalls("1 Q=queued; 2 Q=queued")
		r.snapshot("Q", r.ordinal)
		r.wantCalls("")
	})
	t.Run("what settles them comes later", func(t *testing.T) {
		r := twoCalls(t, "?", "?")
		r.snapshot("Q", 0, "p:queued", "q:queued")
		r.snapshot("Q", r.ordinal, "p:queued data=blue far=?", "q:queued far=?")
		r.want("").wantVerified("Q", false)
	})
	t.Run("one ended", func(t *testing.T) {
		r := twoCalls(t, "555", "556")
		r.snapshot("Q", 0, "p:queued far=556")
		r.want(`1 unsynced Q queued>null
			1 connectioncleared* Q | 555=connected Q=null
			2 renamed y>p`).wantVerified("Q", true)
		// It may have gone on to A. It didn't.
		r.snapshot("A", 0)
		r.want(`1 connectioncleared* 555 | 555=null`)
	})
	t.Run("one new", func(t *testing.T) {
		r := twoCalls(t, "555", "556")
		r.snapshot("Q", 0, "p:queued far=556", "q:queued far=555", "o:queued far=557")
		r.want(`2 renamed y>p
			1 renamed x>q
			3 unsynced Q null>queued
			3 queued* Q | 557=connected Q=queued`)
	})
}

// After a reconnect a name may be another call's.
func TestNameOfOldEpoch(t *testing.T) {
	r := newRig(t, "A", "B")
	r.say(`A: Delivered x/A calling=555
		A: Established x/A
		A: Held x/A
		A: Delivered y/A calling=556
		A: Established y/A`)
	r.claim("one")
	r.seen()
	// Events come first: with two calls the old name alone says nothing.
	r.say(`A: Retrieved y/A`)
	r.want("").wantVerified("A", false)
	r.snapshot("A", r.ordinal, "y:connected far=555", "x:hold far=556")
	r.want(`1 renamed x>y
		1 unsynced A hold>connected
		1 retrieved* A | 555=connected A=connected
		2 renamed >x
		2 unsynced A connected>hold
		2 held* A | 556=connected A=hold`)
	r.wantVerified("A", true)
	r.say(`A: ConnectionCleared x/A`)
	r.want(`2 connectioncleared A | 556=connected A=null
		2 connectioncleared* 556 | 556=null`)
}

// With one call the device bears out its old name.
func TestOldNameBorneOut(t *testing.T) {
	r := connected(t)
	r.claim("one")
	r.seen()
	r.say(`A: Held x/A
		B: Held x/A`)
	r.want(`1 held A | A=hold B=connected`)
}

// An event that couldn't be applied makes an older snapshot worthless.
func TestDeferredInSpan(t *testing.T) {
	r := connected(t)
	r.claim("two")
	r.seen()
	r.say(`A: ConnectionCleared p/A`) // p is not known yet
	r.want("")
	r.snapshot("A", 0, "p:connected far=B")
	r.want("").wantVerified("A", false)
	r.snapshot("A", r.ordinal)
	r.want(`1 unsynced A connected>null
		1 connectioncleared* A | A=null B=connected`).wantVerified("A", true)
}

// Before the snapshots have come, a call that goes on to its next device under
// an unknown name is the old one.
func TestAdopted(t *testing.T) {
	r := newRig(t, "Q", "A")
	r.say(`Q: Queued x/Q calling=555 called=Q`)
	r.claim("two")
	r.seen()
	r.say(`A: Delivered p/A calling=555 called=Q last=Q`)
	r.want(`1 renamed x>p
		1 delivered A | 555=connected Q=queued A=alerting`)
	r.snapshot("Q", r.ordinal)
	r.want(`1 unsynced Q queued>null
		1 connectioncleared* Q | 555=connected Q=null A=alerting`)
	// A call that can't be the old one begins at once.
	r.say(`A: Delivered o/A calling=556 called=A`)
	r.want(`2 delivered A | 556=connected A=alerting`)
}

func TestNotAdoptedIfAmbiguous(t *testing.T) {
	r := twoCalls(t, "?", "?")
	r.say(`A: Delivered p/A called=Q last=Q`)
	r.want("").wantVerified("A", false)
	r.snapshot("A", r.ordinal, "p:alerting")
	r.want(`3 unsynced A null>alerting
		3 delivered* A | A=alerting`)
}

// Repeated after a takeover, a beginning is no new call.
func TestRepeatedBeginning(t *testing.T) {
	r := newRig(t, "A")
	r.say(`A: Delivered x/A calling=555`)
	r.claim("two")
	r.seen()
	r.say(`A: Delivered p/A calling=555
		A: Established p/A`)
	r.want(`1 renamed x>p
		1 established A | 555=connected A=connected`)
}

// The name is another call's by now, says the linkage ID.
func TestNameReusedSaysSnapshot(t *testing.T) {
	r := connected(t, "C")
	r.say(`A: CallInformation x/A linkage=L1`)
	r.seen()
	r.snapshot("C", r.ordinal, "x:alerting far=555 linkage=L2")
	r.want(`2 unsynced C null>alerting
		2 delivered* C | 555=connected C=alerting`)
	r.wantCalls("1 A=connected B=connected; 2 555=connected C=alerting")
}

// A party whose Delivered was lost is added to its call.
func TestPartyAdded(t *testing.T) {
	r := connected(t, "C")
	r.snapshot("C", r.ordinal, "x:alerting far=A")
	r.want(`1 unsynced C null>alerting
		1 delivered* C | A=connected B=connected C=alerting`)
}

// A call that ended here and lives on there is another call, linked to the old.
func TestFoundAgain(t *testing.T) {
	r := connected(t)
	r.say(`A: CallInformation x/A linkage=L`)
	r.snapshot("A", r.ordinal).snapshot("B", r.ordinal)
	r.seen()
	r.snapshot("A", r.ordinal, "x:connected far=B")
	if c, _ := r.m.s.Call(2); c.GetLinkedTo() != 1 {
		t.Errorf("call %v", c)
	}
	r.claim("two")
	r.snapshot("A", 0).snapshot("B", r.ordinal)
	r.snapshot("B", r.ordinal, "p:connected far=A linkage=L")
	if c, _ := r.m.s.Call(3); c.GetLinkedTo() != 1 {
		t.Errorf("call %v", c)
	}
}

func TestRetiredNameInSnapshot(t *testing.T) {
	r := consulting(t, true)
	began := r.ordinal
	r.say(`A: Transferred x/A second=y/A other=C list=x/B<x/B,x/C<y/C`)
	r.seen()
	r.change("C", func(d *Device) { d.VerifiedEpoch = 0 })
	// From before the transfer: worth nothing.
	r.snapshot("C", began, "y:connected far=A")
	r.want("").wantVerified("C", false)
	// From after it, under the retired name: the same call.
	r.snapshot("C", r.ordinal, "y:connected far=B")
	r.want("1 renamed x>y").wantVerified("C", true)
}

func TestAgentsSnapshot(t *testing.T) {
	r := newRig(t, "A")
	r.agent("agentloggedon", "7", "g1").agent("agentready", "7", "g1").agent("agentready", "7", "g1")
	r.want(`agent agentloggedon 7@g1 A
		agent agentreadyevent 7@g1 A`)
	snap := func(began uint64, agents ...*fsmpb.Agent) {
		r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{
			Device: "A", Began: began, CallsKnown: true, AgentsKnown: agents != nil, Agents: agents,
			DndKnown: true, Dnd: true, ForwardingKnown: true, Forwarding: []*fsmpb.Forward{{Type: "forwardBusy", On: true, Destination: "9"}, {Type: "forwardDND"}},
		}}})
	}
	// Unknown is not logged off.
	snap(r.ordinal)
	r.want(`feature donotdisturb A true*
		feature forwarding A true forwardBusy>9*`)
	// The switch wins.
	snap(r.ordinal, &fsmpb.Agent{AgentId: "7", Group: "g1", LoggedOn: true, State: fsmpb.AgentState_AGENT_BUSY},
		&fsmpb.Agent{AgentId: "7", Group: "g2", LoggedOn: true, State: fsmpb.AgentState_AGENT_NOT_READY})
	r.want(`agent agentbusyevent 7@g1 A*
		agent agentloggedon 7@g2 A*
		agent agentnotreadyevent 7@g2 A*`)
	// But not over what it said since.
	began := r.ordinal
	r.agent("agentready", "7", "g1")
	r.seen()
	r.change("A", func(d *Device) { d.VerifiedEpoch = 0 })
	snap(began, &fsmpb.Agent{AgentId: "7", Group: "g1", LoggedOn: true, State: fsmpb.AgentState_AGENT_BUSY})
	r.want("").wantVerified("A", false)
	snap(r.ordinal, &fsmpb.Agent{AgentId: "7", Group: "g1", LoggedOn: true, State: fsmpb.AgentState_AGENT_READY}, &fsmpb.Agent{AgentId: "7", Group: "g2"})
	r.want(`agent agentloggedoff 7@g2 A*`)
	if d, _ := r.m.s.Device("pbx", "A"); len(d.Agents) != 1 || d.Agents[0].State != fsmpb.AgentState_AGENT_READY {
		t.Errorf("agents %v", d.Agents)
	}
}

func (r *rig) agent(typ, id, group string) *rig {
	r.Helper()
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Agent{Agent: &fsmpb.AgentEvent{Type: eventType(r, typ), Via: "A", Device: "A", AgentId: id, Group: group}}})
	return r
}

// A snapshot that finds an outside party connected may mean that only the network is
// reached: its ringing comes after that, and is news.
func TestSnapshotBeforeTheFarEndRings(t *testing.T) {
	r := newRig(t, "A")
	r.snapshot("A", r.ordinal, "x:connected far=+1 calling=A called=+1 parties=A:connected,+1:connected")
	r.seen()
	r.say(`A: Delivered x/+1 calling=A called=+1`)
	r.want(`1 delivered +1 | A=connected +1=alerting`)
	r.say(`A: Established x/+1 calling=A called=+1`)
	r.want(`1 established +1 | A=connected +1=connected`)
}
