package clients

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var since atomic.Int64 // when the oldest thing came, ns; 0: nothing waits
		var led atomic.Bool
		led.Store(true)
		p := NewPressure(func() time.Duration {
			if at := since.Load(); at != 0 {
				return time.Since(time.Unix(0, at))
			}
			return 0
		}, led.Load)
		go p.Run(ctx)
		expect := func(what string, level Level, refused ...bool) {
			t.Helper()
			synctest.Wait()
			if got := p.Level(); got != level {
				t.Errorf("%s: level %d, want %d", what, got, level)
			}
			for w, want := range refused {
				if got := p.Refuses(Work(w)); got != want {
					t.Errorf("%s: work %d refused %v, want %v", what, w, got, want)
				}
			}
		}
		time.Sleep(time.Minute)
		expect("nothing waits", NoOverload, false, false, false)
		changed := p.Changed()
		since.Store(time.Now().UnixNano())
		time.Sleep(200 * time.Millisecond)
		expect("for 200 ms", NoOverload)
		time.Sleep(100 * time.Millisecond)
		expect("for 300 ms", OverloadImminent, false, false, false)
		select {
		case <-changed:
		default:
			t.Error("nobody was told of the change")
		}
		time.Sleep(800 * time.Millisecond)
		expect("for 1.1 s", OverloadReached, true, false, false)
		time.Sleep(time.Second)
		expect("for 2.1 s", OverloadReached, true, true, false)
		time.Sleep(2 * time.Second)
		expect("for 4.1 s", OverloadReached, true, true, true)
		since.Store(0)
		time.Sleep(100 * time.Millisecond)
		expect("just relieved", OverloadReached, false, false, false)
		time.Sleep(time.Second)
		expect("for a second", NoOverload, false, false, false)

		// Without a leader all waits, and when there is one again it takes a moment.
		led.Store(false)
		since.Store(time.Now().UnixNano())
		time.Sleep(10 * time.Second)
		expect("no leader", NoOverload, false, false, false)
		led.Store(true)
		time.Sleep(200 * time.Millisecond)
		expect("a leader, for 200 ms", NoOverload)
		time.Sleep(2 * time.Second)
		expect("a leader, and still it waits", OverloadReached, true, true)
	})
	var none *Pressure
	if none.Level() != NoOverload || none.Refuses(Asking) || none.Changed() != nil {
		t.Error("no gauge is no pressure")
	}
}
