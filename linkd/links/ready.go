package links

import (
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/linkd/links/driver"
)

// liveWait bounds the wait for the snapshots of devices with live calls before clients
// hear normal: what isn't compared by then is marked so.
const liveWait = 3 * time.Second

// watchWait bounds the wait for monitors before the first snapshots.
const watchWait = time.Second

// toldReady is how far a switch was told that this node is up to date.
type toldReady struct {
	began time.Time // snapshots could be asked for
	since time.Time // monitors are up
	asked bool
	done  bool
}

// upToDate tells whether a switch that wants to know that this node is up to date was
// told so: it has its monitors up, and has compared what is live. Other switches don't
// want to know.
func (r *reconciler) upToDate(v *fsm.State) bool {
	conn, ok := r.conn.(driver.Readier)
	if !ok || r.told.done {
		return true
	}
	if r.told.since.IsZero() {
		r.told.since = time.Now()
	}
	if end := r.told.since.Add(liveWait); !r.m.o.SkipResync && r.liveWaits(v) && time.Now().Before(end) {
		r.wakeAt(end)
		return false
	}
	if !r.told.asked {
		r.told.asked = true
		conn.Ready(func(err error) {
			if err != nil {
				r.log.Warn("the switch was not told that this node is up to date", "error", err)
			}
			r.post(func() { r.told.done = true })
		})
	}
	return r.told.done
}

// liveWaits tells whether a device with live calls waits for its snapshot.
func (r *reconciler) liveWaits(v *fsm.State) bool {
	for d := range v.Unverified(r.sw) {
		if len(d.Calls) > 0 {
			return true
		}
	}
	return false
}

// gathers tells whether the first snapshots wait for monitors that are coming up, so
// that devices with live calls really are the first. That pays where monitors are there
// already, inherited from the leader before.
func (r *reconciler) gathers(v *fsm.State) bool {
	if !r.conn.Redelivers() {
		return false
	}
	now := time.Now()
	if r.told.began.IsZero() {
		r.told.began = now
	}
	end := r.told.began.Add(watchWait)
	if !now.Before(end) {
		return false
	}
	for d := range v.Unwatched(r.sw) {
		if d.Monitors > 0 {
			r.wakeAt(end)
			return true
		}
	}
	return false
}
