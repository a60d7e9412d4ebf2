package links

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Who waits for facts hears that they took effect once they did, and that they never
// will once that is sure: never the one for the other.
func TestSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "n1")
		defer r.close()
		synctest.Wait()
		n := r.nodes["n1"]
		n.setLag(10 * time.Millisecond)
		claim := func() uint64 {
			return r.apply(&fsmpb.Command{Kind: &fsmpb.Command_ClaimLink{ClaimLink: &fsmpb.ClaimLink{Switch: "sw", Link: "l1", Node: "n1", Term: 1}}}).ID
		}
		fact := func() *fsmpb.Fact {
			return &fsmpb.Fact{Body: &fsmpb.Fact_Status{Status: &fsmpb.LinkStatus{Status: "normal"}}}
		}
		var mu sync.Mutex
		var told []bool
		tell := func(applied bool) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, applied)
		}
		want := func(when string, is ...bool) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(told, is) {
				t.Fatalf("%s: told %v, want %v", when, told, is)
			}
			told = nil
		}
		open := func() *outlet {
			o := newOutlet(n.links, "l1", Defaults())
			o.Fact(fact()) // kept until the claim
			o.Settled(tell)
			want("before the claim")
			o.open(claim(), fact(), 10, false)
			want("at once")
			time.Sleep(11 * time.Millisecond)
			want("once it is committed", true)
			return o
		}

		o := open()
		o.Fact(fact())
		o.Settled(tell)
		o.Settled(tell)
		time.Sleep(11 * time.Millisecond)
		want("two who wait for the same", true, true)
		o.Fact(fact())
		o.Settled(tell)
		claim()
		time.Sleep(11 * time.Millisecond)
		want("another leader claimed the link meanwhile", false)
		o.Fact(fact())
		o.Settled(tell)
		want("nothing can be sent any more", false)
		o.close()

		o = open()
		o.cancel() // it is being closed
		o.Fact(fact())
		o.Settled(tell)
		want("it was not even sent", false)
		o.close()
		o.Settled(tell)
		want("it is closed", false)
	})
}
