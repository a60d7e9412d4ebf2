package links

import (
	"time"

	"github.com/holdline/holdline/fsm"
)

// route is this link's registration as the router of a route point.
type route struct {
	open  bool
	up    bool
	fact  uint64
	again time.Time
}

// stepRouters registers at the switch for each route point that a client routes,
// and cancels the others. The empty route point is every one.
func (r *reconciler) stepRouters(v *fsm.State) {
	wanted := make(map[string]bool)
	for g := range v.Registrations() {
		if g.Switch == r.sw {
			wanted[g.Device] = true
		}
	}
	l, _ := v.Link(r.link)
	for device := range wanted {
		s := r.routes[device]
		if s == nil {
			s = new(route)
			r.routes[device] = s
		}
		if s.open || s.up || l.GetLastOrdinal() < s.fact {
			continue
		}
		if time.Until(s.again) > 0 {
			r.wakeAt(s.again)
			continue
		}
		r.register(device, s)
	}
	for device, s := range r.routes {
		if !wanted[device] && s.up && !s.open {
			r.cancel(device, s)
		}
	}
}

func (r *reconciler) register(device string, s *route) {
	s.open = true
	r.conn.Route(device, func(up, answered bool) {
		last := r.out.Last()
		r.post(func() {
			s.open, s.up, s.fact = false, up, last
			if !up {
				s.again = time.Now().Add(monitorRetry)
			}
		})
	}, func() {
		r.post(func() { s.up, s.again = false, time.Now().Add(monitorRetry) })
	})
}

func (r *reconciler) cancel(device string, s *route) {
	s.open = true
	r.conn.Unroute(device, func() {
		r.post(func() { s.open, s.up = false, false })
	})
}
