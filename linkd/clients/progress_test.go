package clients_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clients"
	"github.com/holdline/holdline/linkd/proposer"
)

// book is a log that writes proposals down.
type book struct {
	mu    sync.Mutex
	fail  error
	begun time.Time
	lines []line
}

type line struct {
	At      time.Duration
	Session uint64
	Index   uint64
}

func (b *book) Propose(_ context.Context, c *fsmpb.Command) (fsm.Result, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return fsm.Result{}, b.fail
	}
	for _, i := range c.GetSessionProgress().Items {
		b.lines = append(b.lines, line{time.Since(b.begun), i.Session, i.Position.Index})
	}
	return fsm.Result{}, nil
}

func (b *book) Stream(string, int) proposer.Stream { return nil }

func (b *book) take() []line {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.lines
	b.lines = nil
	return l
}

// told is a client that was told up to an index.
type told struct {
	mu      sync.Mutex
	index   uint64
	pending bool
}

func (d *told) Delivered() (fsm.Position, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fsm.Position{Index: d.index}, d.pending
}

func (d *told) set(index uint64, pending bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.index, d.pending = index, pending
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{begun: time.Now()}
		p := clients.NewProgress(b, hclog.NewNullLogger())
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { p.Run(ctx) })
		defer wg.Wait()
		defer cancel()

		one, two := new(told), new(told)
		r1, r2 := p.Join(1, 11, time.Hour, fsm.Position{}, one), p.Join(2, 12, time.Hour, fsm.Position{}, two)
		expect := func(want ...line) {
			t.Helper()
			synctest.Wait()
			if d := cmp.Diff(want, b.take()); d != "" {
				t.Fatalf("(-want +got):\n%s", d)
			}
		}
		ms := time.Millisecond

		// 50 ms after something was told, and of the client that it concerns.
		one.set(5, false)
		two.set(5, false)
		r1.Sent(1)
		time.Sleep(49 * ms)
		expect()
		time.Sleep(ms)
		expect(line{50 * ms, 1, 5})

		// 64 events don't wait.
		two.set(6, false)
		r2.Sent(63)
		expect()
		r2.Sent(1)
		expect(line{50 * ms, 2, 6})

		// What is on its way is looked at again.
		time.Sleep(50 * ms) // the first of the two wakes
		expect()
		one.set(7, true)
		r1.Sent(2)
		time.Sleep(50 * ms)
		expect(line{150 * ms, 1, 7})
		one.set(8, false)
		time.Sleep(50 * ms)
		expect(line{200 * ms, 1, 8})

		// A failed proposal is made up for.
		b.mu.Lock()
		b.fail = errors.New("no leader")
		b.mu.Unlock()
		one.set(9, false)
		r1.Sent(1)
		time.Sleep(1010 * ms)
		b.mu.Lock()
		b.fail = nil
		b.mu.Unlock()
		time.Sleep(50 * ms)
		expect(line{1250 * ms, 1, 9})

		// A sign of life of all at least every ten seconds.
		r2.Leave()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		got := b.take()
		if len(got) != 1 || got[0].Session != 1 || got[0].At > 11250*ms {
			t.Fatalf("%v", got)
		}

		// One whose life is short gives them in time.
		r1.Leave()
		p.Join(3, 13, 5*time.Second, fsm.Position{}, one)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := b.take(); len(got) < 2 || got[0].Session != 3 {
			t.Fatalf("%v", got)
		}
	})
}
