package links

import (
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
)

// stepSnapshots takes snapshots of the devices that wait for one, those with
// live calls first, at the permitted rate.
func (r *reconciler) stepSnapshots(v *fsm.State) {
	if r.m.o.SkipResync || !r.fenced || r.gathers(v) {
		return
	}
	r.snapList.fill(v.Unverified(r.sw), func(d *fsm.Device) bool { return r.free(v, r.snaps[d.Id]) })
	for r.snapping < max(1, r.settings.CSTA.MaxOutstanding/2) && len(r.snapList.devices) > 0 {
		now := time.Now()
		slot := r.resync.ReserveN(now, 1)
		if d := slot.DelayFrom(now); d > 0 {
			slot.CancelAt(now)
			r.wakeAt(now.Add(d))
			return
		}
		id, _ := r.snapList.next()
		d, ok := v.Device(r.sw, id)
		if !ok || d.VerifiedEpoch == r.epoch || d.MonitoredEpoch != r.epoch || !r.free(v, r.snaps[id]) {
			slot.CancelAt(now)
			continue
		}
		r.snapshot(d)
	}
}

func (r *reconciler) snapshot(d *fsm.Device) {
	j := jobOf(r.snaps, d.Id)
	j.open = true
	r.snapping++
	person := d.Kind == fsmpb.DeviceKind_STATION || d.Kind == fsmpb.DeviceKind_OTHER
	again := d.Tries > 0 || d.Resync != j.resync
	j.resync = d.Resync
	r.conn.Snapshot(d.Id, driver.Ask{Agents: person, Features: person, Again: again}, func(answered bool) {
		last := r.out.Last()
		r.post(func() {
			r.snapping--
			j.finish(answered, last)
			r.m.metrics.snapshot(r.link, answered)
		})
	})
}
