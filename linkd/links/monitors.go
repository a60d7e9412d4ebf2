package links

import (
	"time"

	"github.com/holdline/holdline/fsm"
)

// Pauses before a monitor that got no answer, or that the switch ended, is tried
// again; they grow with each failure.
const (
	monitorRetry    = time.Second
	monitorRetryMax = time.Minute
)

// stepMonitors starts the monitors that are wanted and not up, and stops those
// that nobody wants any more.
func (r *reconciler) stepMonitors(v *fsm.State) {
	if l, ok := v.Link(r.link); !ok || l.LastOrdinal < r.floor {
		return // the state doesn't know yet what came before the claim
	}
	r.watchList.fill(v.Unwatched(r.sw), func(d *fsm.Device) bool { return r.free(v, r.watch[d.Id]) })
	for r.watching < r.settings.CSTA.MaxOutstanding {
		id, ok := r.watchList.next()
		if !ok {
			return
		}
		d, ok := v.Device(r.sw, id)
		if !ok || !r.free(v, r.watch[id]) {
			continue
		}
		up := d.MonitoredEpoch == r.epoch
		switch wanted := d.Monitors > 0; {
		case wanted && !up:
			r.startWatch(id)
		case !wanted && up && d.ReleaseMs == 0:
			r.stopWatch(id)
		}
	}
}

// free tells whether a device's work can be taken up: nothing is under way, the
// state knows what came of the last time, and the pause after a failure is over.
func (r *reconciler) free(v *fsm.State, j *job) bool {
	if j == nil {
		return true
	}
	if !r.done(v, j) {
		return false
	}
	if left := time.Until(j.again); left > 0 {
		r.wakeAt(j.again)
		return false
	}
	return true
}

func jobOf(m map[string]*job, device string) *job {
	j := m[device]
	if j == nil {
		j = new(job)
		m[device] = j
	}
	return j
}

// finish notes what came of a job.
func (j *job) finish(answered bool, fact uint64) {
	j.open, j.fact = false, fact
	if answered {
		j.fails = 0
		j.again = time.Time{}
		return
	}
	j.again = time.Now().Add(min(monitorRetry<<min(j.fails, 10), monitorRetryMax))
	j.fails++
}

func (r *reconciler) startWatch(device string) {
	j := jobOf(r.watch, device)
	j.open = true
	r.watching++
	r.conn.Watch(device, func(answered bool) {
		last := r.out.Last()
		r.post(func() {
			r.watching--
			j.finish(answered, last)
			if answered { // one that the switch ends again and again is not started in a hurry
				j.again = time.Now().Add(monitorRetry)
			}
		})
	})
}

func (r *reconciler) stopWatch(device string) {
	j := jobOf(r.watch, device)
	j.open = true
	r.watching++
	r.conn.Unwatch(device, func() {
		last := r.out.Last()
		r.post(func() {
			r.watching--
			j.finish(true, last)
		})
	})
}
