package links

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"google.golang.org/protobuf/proto"
)

// State is what a node does with a link.
type State string

// The states of a link on a node.
const (
	Disabled   State = "disabled"   // by provisioning
	Idle       State = "idle"       // not wanted on this node now: a standby holds only links of the highest priority
	Connecting State = "connecting" // connecting or associating
	Down       State = "down"       // waiting to try again
	StandingBy State = "standby"    // open on a follower, with the leader's monitors or without
	Spare      State = "spare"      // open on the leader, and not driven
	Active     State = "active"     // claimed and driven by this node
	Draining   State = "draining"   // was driven by this node, and is read until it is claimed by another
)

// keeper keeps one link's connection open while it is wanted, and tries again
// when it is lost.
type keeper struct {
	m        *Manager
	name     string
	siblings atomic.Pointer[map[string]bool] // the links of its switch

	mu         sync.Mutex
	link       *fsm.Link
	sw         *fsm.Switch
	settings   Settings
	place      int // counts the addresses
	version    int // counts the settings
	wanted     bool
	demanded   bool // by the campaign, for cold standby
	gone       bool
	state      State
	since      time.Time
	conn       driver.Conn
	used       bool // by a campaign or while draining: not closed because it isn't wanted
	tried      bool // an attempt failed since it was last wanted
	failures   int
	rush       bool      // try again at once
	abort      func()    // ends the attempt that is under way; nil: there is none
	normal     time.Time // since when the switch says on it that it works; zero: it doesn't
	fault      error     // why the connection was closed by this node, if the link failed
	via        string    // the node that relays it; empty: none
	last       string
	failedAt   time.Time
	losses     uint64
	epoch      uint64
	mismatches uint64        // of its hot standby, since the start
	drain      *drain        // not nil: the connection can be taken back
	shadow     *shadow       // not nil: the connection stands by hot
	top        bool          // it has its switch's highest priority
	turn       chan struct{} // one slot: something changed
}

func newKeeper(m *Manager, name string) *keeper {
	return &keeper{m: m, name: name, settings: Defaults(), state: Idle, since: time.Now(), turn: make(chan struct{}, 1)}
}

// configure takes over the provisioned part of the link. A connection to another
// address is closed, a standby with other settings too; one that carries monitors
// goes on with those that it was opened with.
func (k *keeper) configure(sw *fsm.Switch, l *fsm.Link, siblings map[string]bool, top bool) {
	s, err := settingsOf(sw, l)
	k.siblings.Store(&siblings)
	k.mu.Lock()
	became := top && !k.top
	k.top = top
	moved := k.link == nil || k.link.Address != l.Address
	same := !moved && equalOptions(k.link.Settings, l.Settings) && equalOptions(k.sw.Settings, sw.Settings)
	k.link, k.sw = l, sw
	if moved {
		k.place++
	}
	if !same {
		k.settings = s
		k.version++
	}
	k.mu.Unlock()
	if became {
		k.poke()
	}
	if !same {
		if err != nil {
			k.m.log.Error("a link's setting can't be used; its default is", "error", err)
		}
		k.poke()
	}
}

func equalOptions(a, b []*fsmpb.Option) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !proto.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// warm tells whether the link is kept open where it isn't driven.
func (k *keeper) warm() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.settings.Standby != Cold
}

// want says whether the connection is to be kept.
func (k *keeper) want(on bool) {
	k.mu.Lock()
	changed := k.wanted != on
	k.wanted = on
	k.mu.Unlock()
	if changed {
		k.poke()
	}
}

// demand is want for the campaign of a switch with cold standby.
func (k *keeper) demand(on bool) {
	k.mu.Lock()
	changed := k.demanded != on
	k.demanded = on
	if changed && on {
		k.tried = false
	}
	k.mu.Unlock()
	if changed {
		k.poke()
	}
}

func (k *keeper) retire() {
	k.mu.Lock()
	k.gone = true
	k.mu.Unlock()
	k.poke()
}

func (k *keeper) poke() {
	select {
	case k.turn <- struct{}{}:
	default:
	}
}

// ride is a connection that a campaign may drive.
type ride struct {
	k        *keeper
	conn     driver.Conn
	settings Settings
	// out is where its facts went while it stood by hot; else nil.
	out *outlet
	// before is where the connection's facts left so far, if this node drove it
	// in an earlier term and still reads it.
	before *outlet
}

// take gives a campaign the connection, if there is one that can be used.
func (k *keeper) take() *ride {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.conn == nil || !operational(k.conn) {
		return nil
	}
	r := &ride{k: k, conn: k.conn, settings: k.settings}
	if k.used {
		if k.drain == nil {
			return nil
		}
		r.before = k.drain.out
		close(k.drain.taken)
		k.drain = nil
	}
	k.used = true
	if h := k.shadow; h != nil {
		k.shadow = nil
		r.out = h.out
		h.cancel() // what it asked for is answered to nobody
	}
	return r
}

// release gives it back: the connection carried monitors and is closed. If fault
// isn't nil the link failed, though its connection did not.
func (k *keeper) release(conn driver.Conn, fault error) {
	k.mu.Lock()
	if k.conn == conn && fault != nil {
		k.fault = fault
	}
	k.mu.Unlock()
	conn.Close()
	k.mu.Lock()
	if k.conn == conn {
		k.used = false
	}
	k.mu.Unlock()
	k.poke()
}

func (k *keeper) set(s State, epoch uint64) {
	k.mu.Lock()
	if k.state != s {
		k.state, k.since = s, time.Now()
	}
	k.epoch = epoch
	k.mu.Unlock()
	k.m.wake()
}

// keep is the keeper's life.
func (k *keeper) keep(ctx context.Context) {
	var again time.Time // no attempt before
	for {
		k.mu.Lock()
		on, gone, settings, place, version := k.wanted || k.demanded, k.gone, k.settings, k.place, k.version
		if !on {
			k.tried, k.failures, again = false, 0, time.Time{}
		}
		if k.rush {
			k.rush, again = false, time.Time{}
		}
		k.mu.Unlock()
		switch {
		case gone || ctx.Err() != nil:
			return
		case !on:
			k.set(k.unwanted(), 0)
		case !time.Now().Before(again):
			opened := time.Now()
			conn, err, aborted := k.attempt(ctx, settings)
			if aborted {
				continue
			}
			if err == nil {
				err = k.hold(ctx, conn, place, version)
			}
			if err != nil && ctx.Err() == nil {
				again = time.Now().Add(k.failed(err, settings, time.Since(opened)))
			}
			continue
		}
		var timer <-chan time.Time
		if on {
			timer = time.After(time.Until(again))
		}
		select {
		case <-timer:
		case <-k.turn:
		case <-ctx.Done():
		}
	}
}

// attempt opens the connection, unless hurry wants it done anew.
func (k *keeper) attempt(ctx context.Context, s Settings) (conn driver.Conn, err error, aborted bool) {
	trying, abort := context.WithCancel(ctx)
	defer abort()
	k.mu.Lock()
	k.abort = abort
	k.mu.Unlock()
	conn, err = k.open(trying, s)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.abort = nil
	return conn, err, err != nil && trying.Err() != nil && ctx.Err() == nil
}

// failed notes a lost connection or a failed attempt and says how long to wait.
// The wait doubles with each failure up to its limit, and starts again after a
// connection that held. While another link of the switch works there is no hurry.
func (k *keeper) failed(err error, s Settings, lasted time.Duration) time.Duration {
	k.mu.Lock()
	if lasted > s.RetryMax {
		k.failures = 0
	}
	failures := min(k.failures, 20)
	k.failures++
	k.tried, k.last, k.failedAt = true, err.Error(), time.Now()
	k.losses++
	k.mu.Unlock()
	k.set(Down, 0)
	base, most := s.RetryMin, s.RetryMax
	if k.m.otherWorks(k) {
		base, most = s.RestartDelay, max(s.RestartDelay, s.RetryMax)
	}
	d := base << failures
	if d <= 0 || d > most {
		d = most
	}
	if base == s.RetryMin {
		d = d/2 + rand.N(d/2+1)
	} else {
		d += rand.N(d/4 + 1)
	}
	k.m.metrics.lost(k.name)
	k.m.log.Warn("link down", "link", k.name, "reason", err, "again_in", d)
	return d
}

// hold keeps a connection until it is lost (the error says why) or isn't wanted
// any more (nil).
func (k *keeper) hold(ctx context.Context, conn driver.Conn, place, version int) error {
	k.set(StandingBy, 0) // before a campaign can take it
	k.mu.Lock()
	k.conn, k.used, k.drain, k.tried, k.fault, k.rush = conn, false, nil, false, nil, false
	k.mu.Unlock()
	k.stand(ctx, conn)
	k.heed(conn)
	k.m.log.Info("link associated", "link", k.name, "status", conn.Status())
	defer func() {
		conn.Close()
		k.mu.Lock()
		h := k.shadow
		k.conn, k.shadow, k.normal, k.via = nil, nil, time.Time{}, ""
		k.mu.Unlock()
		if h != nil {
			h.end()
		}
		k.m.wake()
	}()
	for {
		news := conn.StatusChanged()
		k.heed(conn)
		k.stand(ctx, conn)
		k.mu.Lock()
		stale := k.place != place || k.version != version && !k.used
		unwanted := k.gone || !k.wanted && !k.demanded && !k.used
		k.mu.Unlock()
		if stale || unwanted {
			return nil
		}
		select {
		case <-conn.Done():
			if conn.Err() == driver.ErrClosed {
				k.mu.Lock()
				defer k.mu.Unlock()
				return k.fault
			}
			return conn.Err()
		case <-news:
		case <-k.turn:
		case <-ctx.Done():
			return nil
		}
	}
}

// heed notes since when the switch says on a connection that it works.
func (k *keeper) heed(conn driver.Conn) {
	up := operational(conn)
	k.mu.Lock()
	changed := up == k.normal.IsZero()
	switch {
	case !changed:
	case up:
		k.normal = time.Now()
	default:
		k.normal = time.Time{}
	}
	k.mu.Unlock()
	if changed {
		k.m.wake()
	}
}

// stand makes a connection that isn't driven stand by as its settings say. A
// node that has just started reads the log of minutes in seconds: it doesn't
// compare that with what the switch says now.
func (k *keeper) stand(ctx context.Context, conn driver.Conn) {
	current := k.m.isCurrent()
	k.mu.Lock()
	defer k.mu.Unlock()
	if current && k.settings.Standby == Hot && !conn.Redelivers() && k.top && !k.used && k.shadow == nil {
		k.shadow = k.follow(ctx, conn, k.settings)
	}
}

// unwanted is the state of a link that this node keeps no connection of.
func (k *keeper) unwanted() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.link.GetDisabled() {
		return Disabled
	}
	return Idle
}
