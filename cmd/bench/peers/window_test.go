package peers

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestSinglyKeepsSoManyOnTheirWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(100*time.Millisecond, time.Second)
		var now, most atomic.Int32
		err := singly(w, 8, func(int) error {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(10 * time.Millisecond)
			now.Add(-1)
			return nil
		})
		events, seconds, latency := w.result()
		if err != nil || most.Load() != 8 || seconds != 1 || latency.P50 != 10 || latency.Max != 10 {
			t.Fatalf("%v, %d at once, %v s, %+v", err, most.Load(), seconds, latency)
		}
		// 8 every 10 ms; those at the window's edges may count or not.
		if events < 792 || events > 800 {
			t.Errorf("%d events, want 800", events)
		}
	})
}

func TestBatchedTakesWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(0, time.Second)
		var mu sync.Mutex
		flying, most := 0, 0
		sizes := map[int]int{}
		err := batched(w, 10, 4, 2, func(slots []int) error {
			mu.Lock()
			seen := map[int]bool{}
			for _, s := range slots {
				seen[s] = true
			}
			if len(seen) != len(slots) {
				t.Errorf("a slot is twice in %v", slots)
			}
			sizes[len(slots)]++
			flying++
			most = max(most, flying)
			mu.Unlock()
			time.Sleep(10 * time.Millisecond)
			mu.Lock()
			flying--
			mu.Unlock()
			return nil
		})
		events, _, latency := w.result()
		if err != nil || most != 2 || latency.P50 < 10 {
			t.Fatalf("%v, %d at once, %+v", err, most, latency)
		}
		// Two entries of up to four every 10 ms.
		if events < 700 || events > 800 || sizes[4] < 150 {
			t.Errorf("%d events in entries of %v", events, sizes)
		}
		for size := range sizes {
			if size > 4 {
				t.Errorf("an entry of %d events, 4 is the limit", size)
			}
		}
	})
}

func TestAFailureEndsTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("bad")
		fail := func() error { time.Sleep(time.Millisecond); return bad }
		if err := singly(newWindow(0, time.Minute), 3, func(int) error { return fail() }); !errors.Is(err, bad) {
			t.Errorf("singly: %v", err)
		}
		if err := batched(newWindow(0, time.Minute), 3, 2, 2, func([]int) error { return fail() }); !errors.Is(err, bad) {
			t.Errorf("batched: %v", err)
		}
	})
}
