package links

import (
	"context"
	"errors"
	"maps"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/crash"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/linkd/proposer"
	"github.com/prometheus/client_golang/prometheus"
)

// Replica is this node's copy of the state.
type Replica interface {
	View() *fsm.State
	// Changed is closed when the state next changes.
	Changed() <-chan struct{}
	// WaitFor waits until ok says yes to a view.
	WaitFor(ctx context.Context, ok func(*fsm.State) bool) (*fsm.State, error)
}

// Clock is the time since some fixed moment, suspends of the machine included.
type Clock interface{ Boottime() time.Duration }

// Options of a Manager. All but those that say otherwise must be set.
type Options struct {
	NodeID  string
	Log     proposer.Log
	Secrets proposer.Secrets
	Replica Replica
	Dial    func(ctx context.Context, address string) (net.Conn, error)
	Clock   Clock
	Logger  hclog.Logger

	// Metrics may be nil.
	Metrics prometheus.Registerer
	// Applied calls fn with each fact that takes effect from now on, in the order
	// of the log, until stop is called; fn must not wait. Without it events that
	// come during a handover can be told twice. May be nil.
	Applied func(fn func(*fsmpb.Fact)) (stop func())
	// Ended tells at once whether a node's process is known to have ended, so that
	// its connections are closed. May be nil: then none is known.
	Ended func(node string) bool
	// Vital asks a node for a sign of life, for a moment. May be nil: then a new
	// leader waits its time for word of the old one.
	Vital func(ctx context.Context, node string) crash.Vital
	// Boot is this process's boot ID. Until the state knows it, the state is still
	// being read from the log, and a hot standby waits. May be empty: then it
	// doesn't.
	Boot string
	// Relay connects to a link's switch through another node, which can reach it when
	// this one can't. May be nil: then links are not relayed.
	Relay func(ctx context.Context, node, link string) (net.Conn, error)
	// Reach asks another node which switches it has a working link to, HandOver gives
	// leadership to it. Both may be nil: then leadership stays where it is.
	Reach    func(ctx context.Context, node string) ([]string, error)
	HandOver func(ctx context.Context, node string) error
	// Password is that of the user of a BroadWorks; the user's name is a setting of
	// the switch. It is never in the log. May be nil: then none is known.
	Password func(sw string) (string, error)
	// Mark notes a step of a takeover of a switch. May be nil.
	Mark func(step failover.Step, sw string)
	// SkipResync plants a fault: snapshots are never asked for, so that what
	// changed while nobody listened stays wrong. A drill must find it.
	SkipResync bool
}

// Manager keeps this node's links.
type Manager struct {
	o       Options
	log     hclog.Logger
	metrics *metrics

	mu        sync.Mutex
	keepers   map[string]*keeper // by link
	leading   bool
	plans     map[string]map[string]bool // while leading: by switch, the links that are kept open; nil: all
	campaigns map[string]*campaign       // while leading, by switch
	current   bool                       // the state is not an old one that is being brought up to date
	draining  int
	drained   chan struct{} // closed when draining is 0 again
	changed   chan struct{} // closed when a keeper or the leadership changes
	run       context.Context
	wg        sync.WaitGroup
}

// New makes a Manager; it does nothing until Run.
func New(o Options) *Manager {
	if o.Mark == nil {
		o.Mark = func(failover.Step, string) {}
	}
	m := &Manager{
		o: o, log: o.Logger, metrics: newMetrics(o.Metrics, o.Logger),
		keepers: make(map[string]*keeper), changed: make(chan struct{}),
	}
	if o.Metrics != nil {
		if err := o.Metrics.Register(newGauges(m)); err != nil {
			m.log.Error("the state of the links is not exported", "error", err)
		}
	}
	return m
}

// Run keeps the standby connections that provisioning asks for, until ctx ends.
// It returns when every connection is closed and every goroutine done.
func (m *Manager) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.mu.Lock()
	m.run = ctx
	m.mu.Unlock()
	for {
		own, applied := m.change(), m.o.Replica.Changed()
		m.provision(ctx, m.o.Replica.View())
		select { // the state changes a thousand times a second, and this seldom matters
		case <-own:
			continue
		case <-time.After(provisionGap):
		case <-ctx.Done():
		}
		select {
		case <-own:
		case <-applied:
		case <-ctx.Done():
			m.wg.Wait()
			return nil
		}
	}
}

// provisionGap is the least time between two looks at the state's links.
const provisionGap = 10 * time.Millisecond

// provision makes the keepers what the state's switches and links want.
func (m *Manager) provision(ctx context.Context, v *fsm.State) {
	m.mu.Lock()
	leading := m.leading
	if self, ok := v.Node(m.o.NodeID); !m.current && (m.o.Boot == "" || ok && self.BootId == m.o.Boot) {
		m.current = true
		for _, k := range m.keepers {
			defer k.poke()
		}
	}
	m.mu.Unlock()
	seen := make(map[string]bool)
	for l := range v.Links() {
		sw, ok := v.Switch(l.Switch)
		if !ok || !driver.Drives(sw.Protocol, v.Level()) {
			continue
		}
		seen[l.Name] = true
		k := m.keeper(l.Name)
		fresh := k == nil
		if fresh {
			k = newKeeper(m, l.Name)
		}
		siblings := make(map[string]bool)
		for o := range v.Links() {
			siblings[o.Name] = o.Switch == l.Switch
		}
		k.configure(sw, l, siblings, top(v, l))
		if fresh { // others see it with all that is known of it
			m.mu.Lock()
			m.keepers[l.Name] = k
			m.mu.Unlock()
			m.wg.Go(func() { k.keep(ctx) })
		}
		if leading {
			k.want(!l.Disabled && k.warm() && m.planned(l.Switch, l.Name))
		} else {
			k.want(!l.Disabled && k.warm() && top(v, l))
		}
	}
	var gone []*keeper
	m.mu.Lock()
	for name, k := range m.keepers {
		if !seen[name] {
			gone = append(gone, k)
			delete(m.keepers, name)
		}
	}
	m.mu.Unlock()
	for _, k := range gone { // a keeper's lock comes before the Manager's
		k.retire()
	}
}

// plan says which links of a switch this node keeps open while it leads; nil: all.
func (m *Manager) plan(sw string, keep map[string]bool) {
	m.mu.Lock()
	same := m.plans[sw] != nil && keep != nil && maps.Equal(m.plans[sw], keep)
	if m.leading && !same {
		m.plans[sw] = keep
	}
	m.mu.Unlock()
	if !same {
		m.wake()
	}
}

func (m *Manager) planned(sw, link string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	keep := m.plans[sw]
	return keep == nil || keep[link]
}

// top tells whether a link has its switch's highest priority.
func top(v *fsm.State, l *fsm.Link) bool {
	for o := range v.Links() {
		if o.Switch == l.Switch && !o.Disabled && o.Priority > l.Priority {
			return false
		}
	}
	return true
}

// isCurrent tells whether this node's state is of now.
func (m *Manager) isCurrent() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.current
}

func (m *Manager) keeper(link string) *keeper {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keepers[link]
}

// change is closed when a keeper's connection or the leadership next changes.
func (m *Manager) change() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

func (m *Manager) wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.changed)
	m.changed = make(chan struct{})
}

// propose puts a command into the log and logs what went wrong.
func (m *Manager) propose(ctx context.Context, what string, c *fsmpb.Command) (fsm.Result, error) {
	r, err := m.o.Log.Propose(ctx, c)
	var refused *fsm.Refusal
	switch {
	case errors.As(err, &refused):
		m.log.Info("the state machine refused", "command", what, "reason", refused)
	case err != nil && ctx.Err() == nil:
		m.log.Warn("could not propose", "command", what, "error", err)
	}
	return r, err
}
