package switchsim

import (
	"fmt"
	"strings"
	"time"
)

// What an application server leaves behind when it stops without grace: the one that takes over doesn't know the calls
// of its users. It notices what a user has lost when it next has to do with them, and says so then, unless that is
// because of a new call.

// noticeTime is the mean time until it notices, of each user.
const noticeTime = time.Second

// Notice says how a user's subscribers learn that calls were lost.
type Notice string

const (
	// NoticeResync sends …SubscriptionResyncEvents (releases from R19.sp1 on). The default.
	NoticeResync Notice = "resync"
	// NoticeUnsolicited sends an unsolicited CallSubscriptionEvent; queues and route points are told nothing (R17, R18).
	NoticeUnsolicited Notice = "unsolicited"
	// NoticeNone sends nothing.
	NoticeNone Notice = "none"
)

// failover stops one application server, from 1. The calls that any of its users is in are lost, but for a share that
// is kept; of those another share can be seen and not controlled.
func (f *xsiFront) failover(x Fault) error {
	if x.Server < 1 || x.Server > 2 {
		return fmt.Errorf("stop an application server: server is %d, want 1 or 2", x.Server)
	}
	if x.Notice == "" {
		x.Notice = NoticeResync
	}
	if x.Notice != NoticeResync && x.Notice != NoticeUnsolicited && x.Notice != NoticeNone {
		return fmt.Errorf("stop an application server: notice is %q, want resync, unsolicited or none", x.Notice)
	}
	if x.Percent < 0 || x.Percent > 100 || x.Uncontrolled < 0 || x.Uncontrolled > 100 {
		return fmt.Errorf("stop an application server: percent is %g and uncontrolled %g, want 0 to 100", x.Percent, x.Uncontrolled)
	}
	dead := x.Server - 1
	for _, c := range f.s.model.sorted() {
		if !f.known(c.id, dead) {
			continue
		}
		if f.rng.Float64()*100 < x.Percent {
			f.loseControl(c.id, x.Uncontrolled)
			continue
		}
		f.s.model.forget(c)
	}
	for _, u := range f.order {
		if u.server != dead {
			continue
		}
		u.server = 1 - dead
		for _, s := range f.about[u] {
			s.seq = 0 // the new server counts anew
		}
		if x.Notice != NoticeNone {
			f.noticeLater(u, x.Notice)
		}
	}
	f.counts.Failovers++
	return nil
}

// known reports whether an application server has a user in a call.
func (f *xsiFront) known(c callID, server int) bool {
	for _, u := range f.order {
		if u.server == server && (len(u.in(c)) > 0 || u.entry(c) != nil) {
			return true
		}
	}
	return false
}

func (f *xsiFront) loseControl(c callID, percent float64) {
	if f.rng.Float64()*100 >= percent {
		return
	}
	for _, u := range f.order {
		for _, h := range u.in(c) {
			h.uncontrolled = true
		}
	}
}

// noticeLater lets the new server notice, and say what a user still has.
func (f *xsiFront) noticeLater(u *xsiUser, n Notice) {
	u.unnoticed.stop()
	d := time.Duration(float64(noticeTime) * (0.5 + f.rng.Float64()))
	u.unnoticed = f.s.after(d, func() {
		u.unnoticed = nil
		f.resyncUser(u, n)
	})
}

// noticeByCall: a new call is why the new server has to do with a user. Then it notices nothing.
func (f *xsiFront) noticeByCall(u *xsiUser) {
	u.unnoticed.stop()
	u.unnoticed = nil
}

func (f *xsiFront) resyncUser(u *xsiUser, n Notice) {
	f.counts.Resyncs++
	for _, s := range f.about[u] {
		for _, p := range s.packages {
			switch {
			case n == NoticeResync:
				f.postSnapshotOf(s, p, "Resync")
			case strings.HasSuffix(p, " Call"):
				f.postSnapshotOf(s, p, "")
			}
		}
	}
}

// resyncFault sends the snapshots that follow lost updates, though nothing was lost.
func (f *xsiFront) resyncFault(x Fault) error {
	if x.Notice == "" {
		x.Notice = NoticeResync
	}
	for _, u := range f.order {
		if x.Device == "" || u.device.id == x.Device {
			f.resyncUser(u, x.Notice)
		}
	}
	return nil
}
