package links

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/crash"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/linkd/links/driver"
	"golang.org/x/time/rate"
)

var (
	errSuperseded = errors.New("another leader claimed the switch")
	errNoWork     = errors.New("the switch says that it is out of service")
)

// reconciler makes one claimed connection do what the state wants: it looks at
// every change of the state and at what the switch answered. Its fields belong to
// its goroutine; the connection's callbacks come through post.
type reconciler struct {
	*campaign
	k        *keeper
	link     string
	conn     driver.Conn
	out      *outlet
	settings Settings
	log      hclog.Logger

	own      bool // the connection was driven by this node before
	epoch    uint64
	floor    uint64 // facts up to here were kept before the claim
	oldEpoch uint64
	oldLink  string
	oldNode  string // who read the old epoch; empty: known to have stopped
	asking   bool   // whether that node lives
	lifeless bool   // it doesn't
	off      int64  // log time less boottime, ms, at least

	watch     map[string]*job // by device
	snaps     map[string]*job
	routes    map[string]*route
	watchList worklist
	snapList  worklist
	resync    *rate.Limiter
	readySent bool
	told      toldReady
	verified  bool
	fenced    bool      // no copy of an old epoch's facts can come any more
	alarm     time.Time // look again then; zero: no need
	snapping  int       // snapshots under way
	pace      pace
	audits    map[silentPart]time.Time // when the switch was last asked
	audited   time.Time                // when the calls were last looked through
	watching  int                      // monitors being started or stopped

	mu     sync.Mutex
	posted []func()
	wake   chan struct{} // one slot
}

// job is what is known of the work on one device.
type job struct {
	open   bool      // asked, not answered
	fact   uint64    // ordinal of the fact that says what came of it
	fails  int       // unanswered requests in a row
	resync uint64    // Device.Resync as the last snapshot answered it
	again  time.Time // not before
}

func newReconciler(c *campaign, k *keeper, conn driver.Conn, out *outlet, s Settings) *reconciler {
	return &reconciler{
		campaign: c, k: k, link: k.name, conn: conn, out: out, settings: s,
		log:   c.m.log.With("switch", c.sw, "link", k.name),
		watch: make(map[string]*job), snaps: make(map[string]*job), routes: make(map[string]*route),
		resync: rate.NewLimiter(rate.Limit(s.ResyncRate), max(1, int(s.ResyncRate/10))),
		wake:   make(chan struct{}, 1),
	}
}

// post has f run by the reconciler's goroutine.
func (r *reconciler) post(f func()) {
	r.mu.Lock()
	r.posted = append(r.posted, f)
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *reconciler) drainPosts() {
	r.mu.Lock()
	fs := r.posted
	r.posted = nil
	r.mu.Unlock()
	for _, f := range fs {
		f()
	}
}

func (r *reconciler) superseded() bool { return r.m.superseded(r.link, r.epoch) }

// run looks and acts until the connection is over or not ours any more.
func (r *reconciler) run(ctx context.Context) error {
	for {
		changed := r.m.o.Replica.Changed()
		v := r.m.o.Replica.View()
		if gone(v, r.link, r.epoch) {
			return errSuperseded
		}
		if !r.conn.Usable() {
			if err := r.conn.Err(); err != nil {
				return err
			}
			return fmt.Errorf("%w: %s", errNoWork, r.conn.Status())
		}
		r.alarm = time.Time{}
		r.drainPosts()
		r.step(ctx, v)
		var timer <-chan time.Time
		if !r.alarm.IsZero() {
			timer = time.After(max(time.Until(r.alarm), time.Millisecond))
		}
		select {
		case <-changed:
		case <-r.wake:
		case <-timer:
		case <-r.conn.Done():
			return r.conn.Err()
		case <-r.out.stream.Dead():
			return r.out.stream.Err()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// step does what there is to do, in the order of its urgency.
func (r *reconciler) step(ctx context.Context, v *fsm.State) {
	r.observe(v)
	r.stepIntents(ctx, v)
	r.stepRouters(v)
	r.stepMonitors(v)
	r.stepReady(ctx, v)
	r.stepSnapshots(v)
	r.stepVerified(v)
	r.stepAudit(ctx, v)
	r.stepOldLink(ctx)
}

// wakeAt has step run again at t.
func (r *reconciler) wakeAt(t time.Time) {
	if r.alarm.IsZero() || t.Before(r.alarm) {
		r.alarm = t
	}
}

// done tells whether the state knows what came of a job.
func (r *reconciler) done(v *fsm.State, j *job) bool {
	l, ok := v.Link(r.link)
	return ok && !j.open && l.LastOrdinal >= max(j.fact, r.floor)
}

// stepReady says that the switch is ready once each wanted monitor is up or
// refused.
func (r *reconciler) stepReady(ctx context.Context, v *fsm.State) {
	if l, ok := v.Link(r.link); r.readySent || !ok || !r.fenced || l.LastOrdinal < r.floor {
		return
	}
	for d := range v.Unwatched(r.sw) {
		if d.Monitors > 0 {
			return
		}
	}
	if !r.upToDate(v) {
		return
	}
	r.readySent = true
	r.m.o.Mark(failover.MonitorsUp, r.sw)
	r.log.Info("monitors are up", "monitors", r.conn.Info().Monitors, "unverified", v.UnverifiedCount())
	r.spawn(func() {
		_, err := r.m.propose(ctx, "switch ready", &fsmpb.Command{Kind: &fsmpb.Command_SwitchReady{SwitchReady: &fsmpb.SwitchReady{
			Switch: r.sw, Epoch: r.epoch,
		}}})
		if err == nil {
			r.m.o.Mark(failover.Normal, r.sw)
		}
	})
}

// stepVerified notes when everything was compared with the switch for the first
// time in this epoch.
func (r *reconciler) stepVerified(v *fsm.State) {
	if !r.readySent || r.verified {
		return
	}
	for range v.Unverified(r.sw) {
		return
	}
	r.verified = true
	r.m.o.Mark(failover.Verified, r.sw)
	r.log.Info("everything is compared with the switch", "epoch", r.epoch)
}

// stepOldLink tells the log once it is known that nothing more can be executed
// through the old epoch's connection: its process is dead.
func (r *reconciler) stepOldLink(ctx context.Context) {
	switch {
	case r.oldNode == "":
		return
	case r.own:
		return
	case r.oldNode == r.m.o.NodeID:
		if k := r.m.keeper(r.oldLink); k != nil && k.reads(r.oldEpoch) {
			r.wakeAt(time.Now().Add(time.Second))
			return
		}
	case !r.m.ended(r.oldNode) && !r.lifeless:
		r.askOldNode(ctx)
		return
	}
	r.oldNode = ""
	old := r.oldEpoch
	r.spawn(func() {
		_, _ = r.m.propose(ctx, "link report", &fsmpb.Command{Kind: &fsmpb.Command_LinkReport{LinkReport: &fsmpb.LinkReport{
			Link: r.link, Epoch: r.epoch, Up: true, OldEpoch: old,
		}}})
	})
}

// askOldNode asks the node that drove the old epoch whether it lives, now and
// then.
func (r *reconciler) askOldNode(ctx context.Context) {
	if r.m.o.Vital == nil || r.asking {
		return
	}
	r.asking = true
	node := r.oldNode
	r.spawn(func() {
		v := r.m.vital(ctx, node)
		if v != crash.Ended {
			pause(ctx, time.Second)
		}
		r.post(func() { r.asking, r.lifeless = false, v == crash.Ended })
	})
}

// worklist is devices to work on, those with live calls first. It is taken from
// the state's list when it is used up.
type worklist struct{ devices []string }

func (w *worklist) fill(seq func(func(*fsm.Device) bool), want func(*fsm.Device) bool) {
	if len(w.devices) > 0 {
		return
	}
	var idle []string
	for d := range seq {
		switch {
		case !want(d):
		case len(d.Calls) > 0:
			w.devices = append(w.devices, d.Id)
		default:
			idle = append(idle, d.Id)
		}
	}
	w.devices = append(w.devices, idle...)
}

func (w *worklist) next() (string, bool) {
	if len(w.devices) == 0 {
		return "", false
	}
	d := w.devices[0]
	w.devices = w.devices[1:]
	return d, true
}
