package deadlines_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/deadlines"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// node is a state machine whose log applies at once.
type node struct {
	t     *testing.T
	start time.Time
	skew  time.Duration // the entries' time is so far behind
	fail  int           // proposals that fail

	mu       sync.Mutex
	m        *fsm.Machine
	index    uint64
	changed  chan struct{}
	proposed []time.Duration
}

func newNode(t *testing.T) *node {
	return &node{t: t, start: time.Now(), m: fsm.New(), changed: make(chan struct{})}
}

func (n *node) View() *fsm.State { return n.m.View() }

func (n *node) Changed() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.changed
}

func (n *node) now() int64 { return time.Since(n.start).Milliseconds() + 1 }

func (n *node) Propose(_ context.Context, c *fsmpb.Command) (fsm.Result, error) {
	n.mu.Lock()
	n.proposed = append(n.proposed, time.Since(n.start))
	if n.fail > 0 {
		n.fail--
		n.mu.Unlock()
		return fsm.Result{}, errors.New("no leader")
	}
	n.mu.Unlock()
	return n.apply(c), nil
}

func (n *node) apply(c *fsmpb.Command) fsm.Result {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.index++
	data, err := proto.Marshal(&fsmpb.Entry{TimeMs: n.now() - n.skew.Milliseconds(), Level: 1, Commands: []*fsmpb.Command{c}})
	if err != nil {
		n.t.Error(err)
	}
	res, err := n.m.Apply(n.index, 1, data)
	if err != nil {
		n.t.Error(err)
	}
	close(n.changed)
	n.changed = make(chan struct{})
	return res[0]
}

// session opens a session that lives so long.
func (n *node) session(identity string, life time.Duration) {
	n.apply(&fsmpb.Command{Kind: &fsmpb.Command_OpenSession{OpenSession: &fsmpb.OpenSession{
		Switch: "sw", Identity: identity, Edition: 4, LifeMs: life.Milliseconds(),
	}}})
}

func (n *node) sessions() (c int) {
	for range n.View().Sessions() {
		c++
	}
	return c
}

func run(t *testing.T, test func(*node)) {
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t)
		n.apply(&fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c", Settings: fsm.DefaultSettings()}}})
		n.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: "sw"}}}})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- deadlines.Run(ctx, n, n, n.now, hclog.NewNullLogger()) }()
		test(n)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestDeadlinesPassInTime(t *testing.T) {
	run(t, func(n *node) {
		synctest.Wait()
		n.session("late", 20*time.Second)
		n.session("soon", 5*time.Second) // is the next one now
		time.Sleep(5*time.Second - time.Millisecond)
		synctest.Wait()
		if c := n.sessions(); c != 2 {
			t.Errorf("%d sessions too early", c)
		}
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		if c := n.sessions(); c != 1 {
			t.Errorf("%d sessions after the first deadline", c)
		}
		time.Sleep(15 * time.Second)
		synctest.Wait()
		if c := n.sessions(); c != 0 {
			t.Errorf("%d sessions after the second deadline", c)
		}
		if len(n.proposed) != 2 {
			t.Errorf("proposed %d times, at %v", len(n.proposed), n.proposed)
		}
	})
}

// An entry's time may be a little behind, and a proposal may fail: then the same
// deadline is proposed again, after a pause.
func TestDeadlinesAreProposedUntilTheyPass(t *testing.T) {
	run(t, func(n *node) {
		n.fail = 3
		n.session("s", 5*time.Second)
		n.mu.Lock()
		n.skew = 100 * time.Millisecond
		n.mu.Unlock()
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if c := n.sessions(); c != 0 {
			t.Error("the session lives")
		}
		if k := len(n.proposed); k < 4 || k > 12 {
			t.Errorf("proposed %d times, at %v", k, n.proposed)
		}
	})
}
