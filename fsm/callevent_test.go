package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// A plain call between two watched devices: each event comes once for each.
func TestPlainCall(t *testing.T) {
	r := newRig(t, "A", "B")
	r.say(`
		A: ServiceInitiated x/A
		A: Originated x/A calling=A called=B
		A: Delivered x/B calling=A called=B cause=newCall
		B: Delivered x/B calling=A called=B cause=newCall
		B: Established x/B calling=A called=B
		A: Established x/B calling=A called=B
		A: Held x/A
		B: Held x/A
		B: Retrieved x/A
		A: Retrieved x/A
	`)
	r.want(`
		1 serviceinitiated A | A=initiated
		1 originated A | A=connected
		1 delivered B | A=connected B=alerting
		1 established B | A=connected B=connected
		1 held A | A=hold B=connected
		1 retrieved A | A=connected B=connected
	`)
	r.say(`
		A: ConnectionCleared x/A
		B: ConnectionCleared x/A
		B: ConnectionCleared x/B
	`)
	r.want(`
		1 connectioncleared A | A=null B=connected
		1 connectioncleared B | B=null
	`)
	r.wantCalls("")
	if c := r.m.s.counters; c.Twins != 5 || c.Illegal != 0 || c.LateFacts != 0 {
		t.Errorf("counters: %v", c)
	}
}

// An outside caller gets its part with the first event; when the watched party
// has left, nobody would tell of the caller any more.
func TestOutsideCaller(t *testing.T) {
	r := newRig(t, "A")
	r.say(`A: Delivered x/A calling=555 called=A cause=newCall
		A: Established x/A calling=555 called=A
		A: ConnectionCleared x/A`)
	r.want(`1 delivered A | 555=connected A=alerting
		1 established A | 555=connected A=connected
		1 connectioncleared A | 555=connected A=null
		1 connectioncleared* 555 | 555=null`)
	r.wantCalls("")
	r.say(`A: Delivered y/A calling=? called=A cause=newCall
		A: ConnectionCleared y/A`)
	r.want(`2 delivered A | A=alerting
		2 connectioncleared A | A=null`)
}

func TestQueuedCall(t *testing.T) {
	r := newRig(t, "Q", "A")
	r.say(`Q: Queued x/Q calling=555 called=Q
		Q: Diverted x/Q to=A
		A: Delivered x/A calling=555 called=Q last=Q
		A: Diverted x/A to=Q cause=callNotAnswered
		Q: Queued x/Q calling=555 called=Q last=A
		Q: Diverted x/Q to=A
		A: Delivered x/A calling=555 called=Q last=Q
		A: Established x/A calling=555 called=Q last=Q`)
	r.want(`1 queued Q | 555=connected Q=queued
		1 diverted Q | 555=connected Q=null
		1 delivered A | 555=connected A=alerting
		1 diverted A | 555=connected A=null
		1 queued Q | 555=connected Q=queued
		1 diverted Q | 555=connected Q=null
		1 delivered A | 555=connected A=alerting
		1 established A | 555=connected A=connected`)
	c, _ := r.m.s.Call(1)
	if got := c.Data.Redirections; len(got) != 3 || got[0] != "Q" || got[1] != "A" || got[2] != "Q" {
		t.Errorf("redirections %q", got)
	}
	if c.Data.OriginalCalled.GetId() != "Q" || c.LastRedirection.GetId() != "Q" || !c.Answered {
		t.Errorf("call %v", c)
	}
}

// A call that left its last watched device ends by itself if nothing follows.
func TestDivertedToNowhere(t *testing.T) {
	r := newRig(t, "A")
	r.say(`A: Delivered x/A calling=555
		A: Diverted x/A to=777`)
	r.wantCalls("1 555=connected")
	d, ok := r.m.s.NextDeadline()
	if !ok || d.Kind != fsmpb.DeadlineKind_TOMBSTONE {
		t.Fatalf("deadline %v", d)
	}
	r.seen()
	r.txn().callDue(d.Key)
	r.want(`1 connectioncleared* 555 | 555=null`)
	r.wantCalls("")
}

// Two transitions may overtake the copies of the first: order and number of the
// records are those of the transitions.
func TestTwinsInterleaved(t *testing.T) {
	r := connected(t)
	r.say(`A: Held x/A
		A: Retrieved x/A
		A: Held x/A
		B: Held x/A
		B: Retrieved x/A
		A: Retrieved x/A
		B: Held x/A
		B: Retrieved x/A`)
	r.want(`1 held A | A=hold B=connected
		1 retrieved A | A=connected B=connected
		1 held A | A=hold B=connected
		1 retrieved A | A=connected B=connected`)
	r.wantCalls("1 A=connected B=connected")
}

// connected is a rig with A and B in a call named x, nothing told yet.
func connected(t *testing.T, more ...string) *rig {
	t.Helper()
	r := newRig(t, append([]string{"A", "B"}, more...)...)
	r.say(`A: Originated x/A calling=A called=B
		A: Delivered x/B calling=A called=B
		B: Delivered x/B calling=A called=B
		A: Established x/B calling=A called=B
		B: Established x/B calling=A called=B`)
	r.seen()
	return r
}

// A call that is offered rings once it is accepted, however long that takes; both
// events are told once.
func TestOfferedThenDelivered(t *testing.T) {
	for _, pause := range []int64{0, 60_000} {
		r := newRig(t, "A", "B")
		r.say(`A: Originated x/A calling=A called=B
			A: Offered x/B calling=A called=B
			B: Offered x/B calling=A called=B`)
		r.now += pause
		r.say(`A: Delivered x/B calling=A called=B
			B: Delivered x/B calling=A called=B`)
		r.want(`1 originated A | A=connected
			1 offered B | A=connected B=alerting
			1 delivered B | A=connected B=alerting`)
		r.now += pause
		r.say(`B: Delivered x/B calling=A called=B`).want("") // a late copy
		r.say(`A: Established x/B
			B: Established x/B`)
		r.want(`1 established B | A=connected B=connected`)
		if n := r.m.s.counters.Illegal; n != 0 {
			t.Errorf("%d illegal events", n)
		}
	}
}

// An appearance that the others share becomes inactive, whichever copy comes
// first.
func TestBridged(t *testing.T) {
	for _, first := range []string{"A", "C"} {
		r := connected(t, "C")
		r.say(`A: Conferenced x/A second= list=x/A,x/B,x/C other=C`)
		r.seen()
		r.say(first + `: Bridged x/C`)
		for _, via := range []string{"A", "B", "C"} {
			if via != first {
				r.say(via + `: Bridged x/C`)
			}
		}
		r.want(`1 bridged C | A=connected B=connected C=queued`).wantCalls("1 A=connected B=connected C=queued")
	}
}

// A device whose copies were lost doesn't bring old transitions back.
func TestTwinsLost(t *testing.T) {
	r := connected(t)
	r.say(`A: Held x/A
		A: Retrieved x/A
		B: Retrieved x/A
		B: Held x/A
		A: Held x/A`)
	r.want(`1 held A | A=hold B=connected
		1 retrieved A | A=connected B=connected
		1 held A | A=hold B=connected`)
}

// After the twin time a copy that changes nothing is still no event.
func TestTwinTooLate(t *testing.T) {
	r := connected(t)
	r.say(`A: Held x/A`)
	r.now += r.m.s.settings.TwinMs + 1
	r.say(`B: Held x/A`)
	r.want(`1 held A | A=hold B=connected`)
	// And the next one for the same device is not taken for the copy.
	r.say(`A: Retrieved x/A`)
	r.want(`1 retrieved A | A=connected B=connected`)
}

// A later copy fills in what the first lacked, and never undoes what is newer.
func TestTwinFillsIn(t *testing.T) {
	r := newRig(t, "A", "B")
	r.say(`A: Delivered x/B calling=A called=?
		B: Delivered x/B calling=A called=B linkage=L data=blue`)
	c, _ := r.m.s.Call(1)
	if c.Called.GetId() != "B" || c.Linkage != "L" || string(c.Data.Correlator) != "blue" {
		t.Errorf("call %v", c)
	}
	r.say(`A: CallInformation x/A data=green
		A: CallInformation x/A data=red
		B: CallInformation x/A data=green`)
	c, _ = r.m.s.Call(1)
	if string(c.Data.Correlator) != "red" {
		t.Errorf("data %v", c.Data)
	}
}

func TestLateFacts(t *testing.T) {
	r := connected(t, "C")
	r.say(`A: ConnectionCleared x/A
		B: ConnectionCleared x/B`)
	r.seen()
	r.wantCalls("")
	// Nothing about the ended call changes anything, however late.
	late := `B: Held x/A
		B: Retrieved x/B
		B: Established x/B
		A: Delivered x/B calling=A
		B: ConnectionCleared x/A`
	r.say(late)
	r.want("").wantCalls("")
	r.wantVerified("A", true).wantVerified("B", true)
	r.now += r.m.s.settings.TwinMs + 1
	r.say(`B: Delivered x/B calling=A called=B`)
	r.want("").wantCalls("")
	r.wantVerified("B", false) // perhaps it is alive: the switch is asked
	if n := r.m.s.counters.LateFacts; n != 6 {
		t.Errorf("late facts: %d", n)
	}
	// Only a call that begins passes, and it is another one.
	r.say(`A: ServiceInitiated x/A`)
	r.want("2 serviceinitiated A | A=initiated").wantCalls("2 A=initiated")
}

// A party that left a live call stays away, but may come back by a new event.
func TestLateFactsOfLiveCall(t *testing.T) {
	r := connected(t, "C")
	r.say(`B: Delivered x/C calling=A
		C: Established x/C
		C: ConnectionCleared x/C`)
	r.seen()
	r.say(`C: Held x/C
		C: Established x/C
		A: Delivered x/C calling=A
		A: Established x/C
		A: ConnectionCleared x/C`)
	r.want("").wantCalls("1 A=connected B=connected")
	r.say(`C: Delivered x/C calling=A`)
	r.want("1 delivered C | A=connected B=connected C=alerting")
}

func TestNameUsedAgain(t *testing.T) {
	for name, c := range map[string]struct{ event, want string }{
		"ServiceInitiated": {"A: ServiceInitiated x/A", "2 serviceinitiated A | A=initiated"},
		"Originated":       {"C: Originated x/C calling=C", "2 originated C | C=connected"},
		"Delivered":        {"C: Delivered x/C calling=555 called=C cause=newCall", "2 delivered C | 555=connected C=alerting"},
		"linkage":          {"B: Delivered x/B calling=A called=B linkage=other", "2 delivered B | A=connected B=alerting"},
	} {
		t.Run(name, func(t *testing.T) {
			r := connected(t, "C")
			r.say(`A: CallInformation x/A linkage=mine`)
			r.seen()
			r.now += r.m.s.settings.TwinMs + 1
			r.say(c.event)
			r.want(`1 unsynced A connected>null
				1 connectioncleared* A | A=null B=connected
				1 unsynced B connected>null
				1 connectioncleared* B | B=null
				` + c.want)
			if _, ok := r.m.s.Tombstone(1); !ok {
				t.Error("no tombstone")
			}
		})
	}
}

// The caller may be written in two ways that nobody provisioned.
func TestCallerWrittenOtherwise(t *testing.T) {
	r := newRig(t, "A", "B")
	r.say(`A: Originated x/A calling=A called=B
		A: Delivered x/B calling=+4930A called=B cause=newCall
		B: Delivered x/B calling=+4930A called=B cause=newCall`)
	r.want(`1 originated A | A=connected
		1 delivered B | A=connected B=alerting`)
}

// One more party of a call is no new call.
func TestFurtherParty(t *testing.T) {
	r := connected(t, "C")
	r.say(`A: Delivered x/C calling=A called=B cause=redirected
		C: Delivered x/C calling=A called=B cause=redirected`)
	r.want(`1 delivered C | A=connected B=connected C=alerting`)
}

func TestUnknownName(t *testing.T) {
	r := newRig(t, "A", "B")
	r.say(`A: Established y/B calling=A`)
	r.want("").wantCalls("").wantVerified("A", false).wantVerified("B", false)
	r.say(`A: NetworkReached z/T`)
	r.want("").wantCalls("")
}

func TestCallCleared(t *testing.T) {
	r := connected(t)
	r.say(`A: CallCleared x
		B: CallCleared x`)
	r.want(`1 connectioncleared* A | A=null B=connected
		1 connectioncleared* B | B=null`) // nobody monitors the call
}

func TestOtherEvents(t *testing.T) {
	r := newRig(t, "A", "B")
	r.say(`A: ServiceInitiated x/A
		A: DigitsDialed x/A digits=12
		A: Originated x/A calling=A called=555
		A: NetworkReached x/555
		A: Failed x/555 cause=busy
		A: ConnectionCleared x/555
		A: Offered x/B
		B: Offered x/B
		A: Bridged x/C
		A: Established x/B
		B: DigitsDialed x/B digits=34
		B: DigitsGenerated x/B digits=56`)
	recs := r.seen()
	var got []string
	digits := map[int]string{}
	for i, rec := range recs {
		got = append(got, brief(rec))
		digits[i] = rec.GetCall().Digits
	}
	want := []string{
		"1 serviceinitiated A | A=initiated",
		"1 digitsdialed A | A=initiated",
		"1 originated A | A=connected",
		"1 networkreached 555 | A=connected 555=connected",
		"1 failed 555 | A=connected 555=fail",
		"1 connectioncleared 555 | A=connected 555=null",
		"1 offered B | A=connected B=alerting",
		"1 bridged C | A=connected B=alerting C=queued",
		"1 established B | A=connected B=connected C=queued",
		"1 digitsdialed B | A=connected B=connected C=queued",
		"1 digitsgenerated B | A=connected B=connected C=queued",
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("record %d: got %q, want %q", i, got, want)
		}
	}
	if digits[1] != "12" || digits[9] != "" || digits[10] != "" {
		t.Errorf("digits %v: those after the answer are a secret", digits)
	}
}

// A lost Originated is made up for.
func TestLostOriginated(t *testing.T) {
	r := newRig(t, "A", "B")
	r.say(`A: ServiceInitiated x/A
		B: Delivered x/B calling=A called=B`)
	r.want(`1 serviceinitiated A | A=initiated
		1 originated* A | A=connected
		1 delivered B | A=connected B=alerting`)
}

// The copies for the caller may come after all those for the called party.
func TestCallerBehind(t *testing.T) {
	r := newRig(t, "A", "B")
	r.say(`B: Delivered x/B calling=A called=B
		B: Established x/B calling=A called=B
		B: Held x/A
		A: ServiceInitiated x/A
		A: Originated x/A calling=A called=B
		A: Delivered x/B calling=A called=B
		A: Established x/B calling=A called=B
		A: Held x/A`)
	r.want(`1 delivered B | A=connected B=alerting
		1 established B | A=connected B=connected
		1 held A | A=hold B=connected`)
	r.say(`B: ConnectionCleared x/A
		B: ConnectionCleared x/B`)
	r.seen()
	r.say(`A: ServiceInitiated x/A
		A: Originated x/A calling=A called=B`)
	r.want("").wantCalls("")
}

func TestConsultationData(t *testing.T) {
	r := connected(t, "C")
	r.say(`A: CallInformation x/A data=blue
		A: Held x/A
		A: ServiceInitiated y/A cause=consultation
		A: Originated y/A calling=A called=C cause=consultation`)
	c, _ := r.m.s.Call(2)
	if c.GetConsultedFrom() != 1 || string(c.GetData().GetCorrelator()) != "blue" {
		t.Errorf("call %v", c)
	}
	r.say(`A: CallInformation y/A data=green`)
	c, _ = r.m.s.Call(1)
	if string(c.Data.Correlator) != "blue" {
		t.Errorf("the first call's data changed: %v", c.Data)
	}
}

func TestDataLimit(t *testing.T) {
	r := connected(t)
	big := make([]byte, r.m.s.settings.CallDataBytes)
	for i := range big {
		big[i] = 'x'
	}
	r.say(`A: CallInformation x/A data=blue`)
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: &fsmpb.CallEvent{
		Type: fsmpb.EventType_CALL_INFORMATION, Via: "A", Subject: conn("x/A"),
		Data: &fsmpb.CallData{UserData: big, Variables: []*fsmpb.Variable{{Name: "b", Value: []byte("2")}, {Name: "a", Value: []byte("1")}}},
	}}})
	c, _ := r.m.s.Call(1)
	if n := dataSize(c.Data); n > int(r.m.s.settings.CallDataBytes) || string(c.Data.Correlator) != "blue" {
		t.Errorf("%d bytes of data", n)
	}
	if r.m.s.counters.DataCut == 0 {
		t.Error("nothing counted")
	}
}

// The switch may write a device otherwise in a connection.
func TestWrittenDevice(t *testing.T) {
	r := newRig(t, "A")
	e := r.parse(`A: Delivered x/+49301 calling=555`)
	e.Device = deviceParty("A")
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: e}})
	r.say(`A: ConnectionCleared x/+49301`)
	r.want(`1 delivered A | 555=connected A=alerting
		1 connectioncleared A | 555=connected A=null
		1 connectioncleared* 555 | 555=null`)
}

func TestAliases(t *testing.T) {
	r := newRig(t, "A")
	r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Switch: "pbx", Devices: []*fsmpb.DeviceSetup{{Id: "A", Aliases: []string{"+4930100"}}}}}})
	r.say(`+4930100: Delivered x/+4930100 calling=555 called=+4930100`)
	r.want(`1 delivered A | 555=connected A=alerting`)
	if c, _ := r.m.s.Call(1); c.Called.Id != "A" {
		t.Errorf("call %v", c)
	}
}

// An answer may name a call before its first event does.
func TestExpectedCall(t *testing.T) {
	r := newRig(t, "A")
	l, _ := r.m.s.Link("one")
	tx := r.txn()
	id := tx.expectCall(l, "x")
	if again := tx.expectCall(l, "x"); id == 0 || again != id {
		t.Fatalf("calls %d and %d", id, again)
	}
	r.say(`A: ServiceInitiated x/A
		A: Originated x/A calling=A`)
	r.want(`1 serviceinitiated A | A=initiated
		1 originated A | A=connected`)
	other := tx.expectCall(l, "y")
	tx.callDue("1")
	tx.callDue("2")
	if _, ok := r.m.s.Call(1); !ok {
		t.Error("a live call ended")
	}
	if _, ok := r.m.s.Call(other); ok {
		t.Error("a call without events stays")
	}
}

// Events lost before a live one are made up for: each hearer gets a legal order.
func TestLiveEventAfterLostOnes(t *testing.T) {
	r := newRig(t, "A")
	r.say(`A: Delivered x/A calling=555 called=A cause=newCall
		A: Retrieved x/A`)
	r.want(`1 delivered A | 555=connected A=alerting
		1 unsynced A alerting>hold
		1 established* A | 555=connected A=connected
		1 held* A | 555=connected A=hold
		1 retrieved A | 555=connected A=connected`)
}

// Recording changes no state. Both parties hear of it, once; nodes of before level 3
// know nothing of it, so that it is left out until all know it.
func TestRecording(t *testing.T) {
	for level, want := range map[uint32]string{
		2: ``,
		3: `1 record A | A=connected B=connected
			1 suspendrecord A | A=connected B=connected
			1 stop A | A=connected B=connected`,
	} {
		r := newRig(t, "A", "B")
		r.raise(level)
		r.say(`A: Originated x/A calling=A called=B
			A: Delivered x/B
			A: Established x/B`)
		r.seen()
		for _, line := range []string{"Record x/A message=m", "SuspendRecord x/A message=m", "Stop x/A message=m"} {
			r.say("A: " + line + "\nB: " + line)
		}
		r.want(want)
		if n := r.m.s.counters.Illegal; (n != 0) != (level < 3) {
			t.Errorf("level %d: %d events were illegal", level, n)
		}
	}
}
