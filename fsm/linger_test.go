package fsm

import (
	"fmt"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// lingering sets the option of the switch.
func (r *rig) lingering(value string) *rig {
	r.Helper()
	r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &Switch{
		Name: "pbx", Settings: []*fsmpb.Option{{Name: "linger", Value: value}},
	}}}})
	return r
}

// down loses the link.
func (r *rig) down() *rig {
	r.Helper()
	r.apply(&fsmpb.Command{Kind: &fsmpb.Command_LinkReport{LinkReport: &fsmpb.LinkReport{Link: r.link, Epoch: r.epoch, Reason: "cut"}}})
	return r
}

// pass lets time pass, and every deadline that falls due.
func (r *rig) pass(ms int64) *rig {
	r.Helper()
	r.now += ms
	for {
		d, ok := r.m.s.NextDeadline()
		if !ok || d.DueMs > r.now {
			return r
		}
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_Expire{Expire: &fsmpb.Expire{Kind: d.Kind, Key: d.Key, DueMs: d.DueMs}}})
	}
}

func TestLinger(t *testing.T) {
	gone := `link one up false
		status partiallyDisabled`
	ended := `1 connectioncleared* A | A=null B=connected
		1 connectioncleared* B | B=null`
	for name, c := range map[string]struct {
		option     string
		pass       int64
		down, over string
	}{
		"before its end": {"", DefaultLinger - 1, gone, ""},
		"at its end":     {"", DefaultLinger, gone, ended},
		"not at all":     {"0", 0, gone + "\n" + ended, ""},
		"own time":       {"1m30s", 90 * second, gone, ended},
		"own time, yet":  {"1m30s", 90*second - 1, gone, ""},
		"for ever":       {"forever", 365 * 24 * hour, gone, ""},
		"nonsense":       {"soon", DefaultLinger, gone, ended},
	} {
		t.Run(name, func(t *testing.T) {
			r := connected(t).lingering(c.option).down()
			r.want(c.down)
			r.pass(c.pass).want(c.over)
			r.check()
		})
	}
}

// A link that returns in time ends the linger: its calls go on, unverified until
// they are compared.
func TestLinger_LinkReturns(t *testing.T) {
	r := connected(t).down().pass(DefaultLinger - 1)
	r.claim("two")
	r.seen()
	r.pass(hour).want("")
	if c, ok := r.m.s.Call(1); !ok || c.Epoch == r.epoch {
		t.Errorf("call %v, want it unverified", c)
	}
	if _, ok := r.m.s.NextDeadline(); ok {
		t.Error("a deadline is left")
	}
}

// A call that is found alive after its linger is a new one, linked to the old; what
// the link says of it before it was found changes nothing.
func TestLinger_FoundAlive(t *testing.T) {
	r := connected(t).down().pass(DefaultLinger + 3*hour)
	r.claim("one")
	r.seen()
	r.say(`A: Held x/A`)
	r.want("")
	r.snapshot("A", r.ordinal, "x:hold calling=A called=B parties=A:hold,B:connected")
	r.want(`2 unsynced A null>hold
		2 originated* A | A=connected
		2 held* A | A=hold
		2 unsynced B null>connected
		2 delivered* B | A=hold B=alerting
		2 established* B | A=hold B=connected`)
	if c, _ := r.m.s.Call(2); c.GetLinkedTo() != 1 {
		t.Errorf("linked to call %d", c.GetLinkedTo())
	}
	r.snapshot("B", r.ordinal, "x:connected calling=A called=B parties=A:hold,B:connected")
	r.want("")
	// Compared with the switch, it has its usual time to be remembered left.
	if sw, _ := r.m.s.Switch("pbx"); sw.Lingered {
		t.Error("the switch still counts as one whose calls ended unseen")
	}
	r.pass(r.m.s.settings.TombstoneMs)
	if n := r.m.s.tombstones.len(); n != 0 {
		t.Errorf("%d ended calls are remembered", n)
	}
}

// The name alone doesn't link calls: another device's call under it is another one.
func TestLinger_NameUsedAgain(t *testing.T) {
	r := connected(t, "C", "D").down().pass(DefaultLinger)
	r.claim("one")
	r.seen()
	r.snapshot("C", r.ordinal, "x:connected calling=D called=C parties=C:connected,D:connected")
	if c, ok := r.m.s.Call(2); !ok || c.LinkedTo != 0 {
		t.Errorf("call %v", c)
	}
}

// Many calls end in parts, so that no entry holds up the log; a link that returns in
// between keeps the rest.
func TestLinger_ManyCalls(t *testing.T) {
	const n = 2*lingerBatch + 10
	r := newRig(t, "A")
	for i := range n {
		r.say(fmt.Sprintf("A: Queued q%d/A calling=%d called=A", i, 5000+i))
	}
	live := func() (n int) {
		for range r.m.s.Calls() {
			n++
		}
		return n
	}
	r.down()
	r.now += DefaultLinger
	expire := func() {
		d, _ := r.m.s.NextDeadline()
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_Expire{Expire: &fsmpb.Expire{Kind: d.Kind, Key: d.Key, DueMs: d.DueMs}}})
	}
	expire()
	if got := live(); got != n-lingerBatch {
		t.Fatalf("%d calls after the first part", got)
	}
	expire()
	r.claim("one")
	r.pass(0)
	if got := live(); got != n-2*lingerBatch {
		t.Errorf("%d calls after the link returned, want the rest", got)
	}
	if c := r.m.s.counters.Lingered; c != 2*lingerBatch {
		t.Errorf("%d counted", c)
	}
}

func TestParseLinger(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "30s": 30_000, "1m0s": 60_000, "1h2m3s4ms": 3_723_004, "forever": LingerForever, "168h": 7 * 24 * hour,
	} {
		if got, ok := ParseLinger(text); !ok || got != want {
			t.Errorf("%s: %d %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "30", "s", "-1s", "1.5s", "1d", "169h", "168h1s", "99999999999h", "3s 4s", "+1s"} {
		if got, ok := ParseLinger(text); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
}

// A call that begins before clients are served, after a switch was without a link, is
// late.
func TestLateCalls(t *testing.T) {
	r := newRig(t, "A", "B").down()
	r.claim("two")
	r.say(`A: Originated x/A calling=A called=B`)
	r.apply(&fsmpb.Command{Kind: &fsmpb.Command_SwitchReady{SwitchReady: &fsmpb.SwitchReady{Switch: "pbx", Epoch: r.epoch}}})
	r.say(`B: Originated y/B calling=B called=A`)
	late, _ := r.m.s.CallByName("two", "x")
	prompt, _ := r.m.s.CallByName("two", "y")
	if !late.GetLate() || prompt.GetLate() {
		t.Errorf("late %v, prompt %v", late.GetLate(), prompt.GetLate())
	}
}
