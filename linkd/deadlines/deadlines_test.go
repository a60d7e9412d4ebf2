package deadlines

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clock"
	"github.com/holdline/holdline/linkd/replica"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bubbleClock is the time of a synctest bubble.
type bubbleClock struct{ start time.Time }

func (c bubbleClock) Now() time.Time          { return time.Now() }
func (c bubbleClock) Boottime() time.Duration { return time.Since(c.start) }

// oneNode is a log that commits at once, while it works.
type oneNode struct {
	t       *testing.T
	replica *replica.Replica
	index   uint64
	broken  error
	asked   int       // for a deadline
	last    time.Time // when
}

func newNode(t *testing.T) *oneNode {
	var c clock.Clock = bubbleClock{time.Now()}
	n := &oneNode{t: t, replica: replica.New(clock.NewLogClock(c), func(err error) { t.Error(err) })}
	n.must(&fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c"}}})
	n.must(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: "pbx"}}}})
	return n
}

func (n *oneNode) must(c *fsmpb.Command) uint64 {
	n.t.Helper()
	r, err := n.Propose(n.t.Context(), c)
	if err != nil {
		n.t.Fatal(err)
	}
	return r.ID
}

// session opens a session that lives so long without a sign of life.
func (n *oneNode) session(name string, life time.Duration) uint64 {
	n.t.Helper()
	return n.must(&fsmpb.Command{Kind: &fsmpb.Command_OpenSession{OpenSession: &fsmpb.OpenSession{Switch: "pbx", Identity: name, LifeMs: life.Milliseconds()}}})
}

func (n *oneNode) lives(id uint64) bool { _, ok := n.replica.View().Session(id); return ok }

func (n *oneNode) Propose(_ context.Context, c *fsmpb.Command) (fsm.Result, error) {
	if c.GetExpire() != nil {
		n.asked, n.last = n.asked+1, time.Now()
	}
	if n.broken != nil {
		return fsm.Result{}, n.broken
	}
	n.index++
	data, err := proto.Marshal(&fsmpb.Entry{TimeMs: n.replica.NowMS(), Level: 1, Commands: []*fsmpb.Command{c}})
	if err != nil {
		return fsm.Result{}, err
	}
	switch a := n.replica.Apply(&raft.Log{Index: n.index, Term: 1, Type: raft.LogCommand, Data: data}).(type) {
	case []fsm.Result:
		if a[0].Err != nil {
			return a[0], a[0].Err
		}
		return a[0], nil
	case error:
		return fsm.Result{}, a
	}
	return fsm.Result{}, errors.New("no answer")
}

// watch runs the leader's watch until stop.
func (n *oneNode) watch() (stop func()) {
	ctx, cancel := context.WithCancel(n.t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, n, n.replica, n.replica.NowMS, hclog.NewNullLogger()) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			n.t.Error(err)
		}
	}
}

func TestDeadlinesPassInOrderAndNotEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t)
		long, short := n.session("long", 30*time.Second), n.session("short", 10*time.Second)
		defer n.watch()()
		began := time.Now()
		time.Sleep(10*time.Second - time.Millisecond)
		synctest.Wait()
		if n.asked != 0 || !n.lives(short) {
			t.Fatalf("a deadline passed after %s", time.Since(began))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n.lives(short) || !n.lives(long) {
			t.Errorf("after 11 s: short %t, long %t", n.lives(short), n.lives(long))
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if n.lives(long) || n.asked != 2 {
			t.Errorf("after 31 s: long %t, %d proposals", n.lives(long), n.asked)
		}
	})
}

// A deadline that moved is not this one, and one that comes earlier than the
// one that is waited for is noticed.
func TestDeadlineThatMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t)
		id := n.session("s", 10*time.Second)
		defer n.watch()()
		time.Sleep(9 * time.Second)
		synctest.Wait()
		n.session("s", 10*time.Second)
		soon := n.session("soon", time.Second)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !n.lives(id) || n.lives(soon) || n.asked != 1 {
			t.Errorf("moved %t, soon %t, %d proposals", n.lives(id), n.lives(soon), n.asked)
		}
	})
}

// While the log can't be reached the watch goes on trying, but not without end
// and rest.
func TestBrokenLogIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t)
		id := n.session("s", time.Second)
		n.broken = errors.New("no leader")
		stop := n.watch()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if n.asked < 10 || n.asked > 2*int(2*time.Second/retry) {
			t.Errorf("%d proposals in two seconds without a log", n.asked)
		}
		stop()
		n.broken = nil
		defer n.watch()()
		time.Sleep(time.Second)
		synctest.Wait()
		if n.lives(id) {
			t.Error("the session outlived its deadline")
		}
	})
}
