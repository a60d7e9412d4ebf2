package xsilink

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/xsi"
)

// numbered is an event of 1000's with a number.
func (r *rig) numbered(n int, id string) arrival {
	a := r.event("1000", &xsi.AgentStateEvent{Info: xsi.AgentStateInfo{State: map[bool]xsi.AgentState{true: xsi.AgentAvailable, false: xsi.AgentUnavailable}[n%2 == 0]}})
	a.event.SequenceNumber, a.event.EventID = n, id
	return a
}

// numbers are those of the facts that came.
func (r *rig) numbers() (list []uint32) {
	r.c.order.Lock()
	defer r.c.order.Unlock()
	for _, f := range r.facts {
		if f.Part == 1 {
			list = append(list, f.Sequence)
		}
	}
	r.facts = nil
	return list
}

func (r *rig) wantNumbers(want ...uint32) {
	r.Helper()
	got := r.numbers()
	if len(got) != len(want) {
		r.Fatalf("numbers %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			r.Fatalf("numbers %v, want %v", got, want)
		}
	}
}

// A new leader begins where the last one left off, and waits for what is missing.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.places["1000"] = Place{Subscription: "s1000", Sequence: 1<<31 - 2}
		r.c.take(r.numbered(2, "e2"))
		r.c.take(r.numbered(1, "e1"))
		r.wantNumbers()
		r.c.take(r.numbered(1<<31-1, "e0"))
		r.wantNumbers(1<<31-1, 1, 2)
		r.c.take(r.numbered(1, "e1")) // again
		r.wantNumbers()
	})
}

// What doesn't come in time is given up, and does nothing if it comes after all.
func TestGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.c.take(r.numbered(1, "e1"))
		r.c.take(r.numbered(4, "e4"))
		time.Sleep(gapWait / 2)
		r.c.take(r.numbered(6, "e6"))
		r.wantNumbers(1)
		time.Sleep(gapWait)
		synctest.Wait()
		doubted := 0
		r.c.order.Lock()
		for _, f := range r.facts {
			if f.GetLost().GetDevice() == "1000" {
				doubted++
			}
		}
		r.c.order.Unlock()
		r.wantNumbers(4)
		r.c.take(r.numbered(5, "e5"))
		r.wantNumbers(5, 6)
		r.c.take(r.numbered(3, "e3"))
		r.wantNumbers()
		if doubted != 1 {
			t.Errorf("a snapshot was asked for %d times, want once", doubted)
		}
	})
}

// BroadWorks counts anew after a failover.
func TestRestart(t *testing.T) {
	r := newRig(t)
	for n := range 5 {
		r.c.take(r.numbered(n+1, string(rune('a'+n))))
	}
	r.wantNumbers(1, 2, 3, 4, 5)
	r.c.take(r.numbered(1, "f"))
	if len(r.facts) == 0 || !r.facts[0].Restarted {
		t.Fatal("it doesn't say that BroadWorks counts anew")
	}
	r.wantNumbers(1)
	r.c.take(r.numbered(2, "g"))
	r.wantNumbers(2)
}

// The first events of a new count may come in any order. Events of the old one that a
// leader before gave up begin none.
func TestRestartOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.places["1000"] = Place{Subscription: "s1000", Sequence: 40}
		r.c.take(r.numbered(3, "c"))
		r.c.take(r.numbered(2, "b"))
		r.wantNumbers()
		r.c.take(r.numbered(1, "a"))
		r.wantNumbers(1, 2, 3)
		r.c.take(r.numbered(2, "of long ago"))
		time.Sleep(2 * gapWait)
		synctest.Wait()
		r.wantNumbers()
		r.c.take(r.numbered(4, "d"))
		r.wantNumbers(4)
	})
}

// An event that an earlier leader may have got into the state only in part goes there
// again, and changes nothing of what is known here.
func TestHeardBefore(t *testing.T) {
	r := newRig(t)
	r.places["1000"] = Place{Subscription: "s1000", Sequence: 5}
	r.heard["old"] = true
	a := r.event("1000", told(xsi.CallReceived, call("a", "ta", xsi.Terminator, xsi.CallAlerting, "1001")))
	a.event.SequenceNumber, a.event.EventID = 4, "old"
	r.c.take(a)
	r.wantNumbers(4)
	if v := r.c.views["1000"]; v != nil {
		t.Errorf("view %v", v)
	}
}

// What doesn't take effect here is new again, should it come again.
func TestNotApplied(t *testing.T) {
	r := newRig(t)
	r.c.take(r.numbered(1, "e1"))
	if s := r.c.known.state("e1"); s != eventPending {
		t.Errorf("state %d", s)
	}
	r.settled[0](false)
	if s := r.c.known.state("e1"); s != eventNew {
		t.Errorf("state %d", s)
	}
	r.c.take(r.numbered(2, "e2"))
	r.settled[1](true)
	if s := r.c.known.state("e2"); s != eventDone {
		t.Errorf("state %d", s)
	}
}

// An Application Server's failover shows at several users within a short time.
func TestSigns(t *testing.T) {
	now := time.Now()
	var s signs
	for _, d := range []string{"1000", "1000", "1001"} {
		if s.note(d, signResync, now) {
			t.Error("two users are enough")
		}
	}
	if s.note("1002", signResync, now.Add(signWithin+time.Second)) {
		t.Error("signs of long ago count")
	}
	s.note("1001", signResync, now.Add(signWithin+2*time.Second))
	if !s.note("1000", signResync, now.Add(signWithin+2*time.Second)) || s.note("1003", signResync, now.Add(signWithin+3*time.Second)) {
		t.Error("three users are not enough, or it is found out twice")
	}
}

// Soon after a failover its other signs come, which say nothing new; one that a user
// shows a second time is of the other server's failover.
func TestSignsOfAnotherFailover(t *testing.T) {
	now := time.Now()
	var s signs
	users := []string{"1000", "1001", "1002", "1003", "1004", "1005"}
	found := func(is sign, after time.Duration) (n int) {
		for _, d := range users {
			if s.note(d, is, now.Add(after)) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		is    sign
		after time.Duration
		want  int
	}{{signAnew, 0, 1}, {signResync, time.Second, 0}, {signAnew | signResync, 6 * time.Second, 1}, {signAnew, signRest + 7*time.Second, 1}} {
		if n := found(c.is, c.after); n != c.want {
			t.Errorf("after %v: %d failovers, want %d", c.after, n, c.want)
		}
	}
}

func TestFailoverIsTold(t *testing.T) {
	r := newRig(t)
	for i, d := range []string{"1000", "1001", "1002"} {
		got := r.say(d, &xsi.CallSnapshot{Type: xsi.CallSubscriptionResync})
		want := "snapshot " + d
		if i == 2 {
			want += "; lost"
		}
		r.want(got, want)
	}
}
