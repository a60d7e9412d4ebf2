package switchsim

import (
	"slices"
	"strconv"
)

// routers are the registrations for route points and the routeing dialogues that are open.
type routers struct {
	registered []*registration // oldest first
	dialogues  []*dialogue
	lastRef    int
}

// A registration makes an association the router of a route point, or of all of them.
type registration struct {
	a     *association
	id    string // routeRegisterReqID
	point string // "" = all
}

// A dialogue is one RouteRequest that waits for its RouteSelect.
type dialogue struct {
	a     *association
	ref   string // crossRefIdentifier
	reg   string
	c     *call
	point string
	limit *timer
	tries int
}

const maxRouteTries = 3

// askRouter sends a RouteRequest to the router that registered last, if there is one.
func (s *Switch) askRouter(c *call, point *device) bool {
	x := &s.routers
	for _, r := range slices.Backward(x.registered) {
		if r.point != "" && r.point != point.id {
			continue
		}
		x.lastRef++
		d := &dialogue{a: r.a, ref: strconv.Itoa(5000 + x.lastRef), reg: r.id, c: c, point: point.id}
		x.dialogues = append(x.dialogues, d)
		s.startLimit(d)
		s.model.out = append(s.model.out, &event{request: d}) // behind the events so far
		return true
	}
	return false
}

func (s *Switch) startLimit(d *dialogue) {
	d.limit.stop()
	d.limit = s.after(s.opt.ReplyTimeout, func() {
		if s.routers.take(d.ref, d.a) != nil {
			d.a.routeEnd(d, operation("routeingTimerExpired"))
			s.model.routeDefault(d.c, d.point)
		}
	})
}

func (a *association) askRoute(d *dialogue) {
	if !a.ended {
		a.tellOneWay("RouteRequest", a.routeRequest(d))
	}
}

func (a *association) routeRequest(d *dialogue) []byte {
	e := a.encoder()
	w := newWriter(a.edition)
	w.root("RouteRequest")
	w.text("crossRefIdentifier", d.ref)
	w.text("routeRegisterReqID", d.reg)
	w.subject("currentRoute", d.point)
	w.subject("callingDevice", d.c.calling)
	w.subject("routeingDevice", d.point)
	e.connection(w, "routedCall", connRef{d.c.id, d.point})
	w.number("replyTimeout", int(a.s.opt.ReplyTimeout.Milliseconds()))
	w.data("correlatorData", d.c.correlator)
	if e.linkage {
		w.linkage("callLinkageData", d.c.linkage)
	}
	w.close("RouteRequest")
	return w.b
}

// routeEnd ends a dialogue towards the client, with an error or without.
func (a *association) routeEnd(d *dialogue, err *cstaError) {
	if a.ended {
		return
	}
	w := newWriter(a.edition)
	w.root("RouteEnd")
	w.text("crossRefIdentifier", d.ref)
	if d.reg != "" {
		w.text("routeRegisterReqID", d.reg)
	}
	if err != nil {
		w.within("errorValue", func() { w.text(err.category, err.value) })
	}
	w.close("RouteEnd")
	a.tellOneWay("RouteEnd", w.b)
}

// find returns the open dialogue that an association means, or nil.
func (x *routers) find(ref string, a *association) *dialogue {
	for _, d := range x.dialogues {
		if d.ref == ref && d.a == a {
			return d
		}
	}
	return nil
}

// take closes a dialogue and returns it; whoever takes it decides where the call goes.
func (x *routers) take(ref string, a *association) *dialogue {
	d := x.find(ref, a)
	if d != nil {
		d.limit.stop()
		x.dialogues = slices.DeleteFunc(x.dialogues, func(o *dialogue) bool { return o == d })
	}
	return d
}

// forget ends the dialogue of a call that left its route point in another way.
func (x *routers) forget(c *call) {
	for _, d := range x.dialogues {
		if d.c == c {
			x.take(d.ref, d.a)
			d.a.routeEnd(d, wrongState("invalidObjectState"))
			return
		}
	}
}

// abort ends an association's registrations for a route point, "" for all, from the switch's side. What they were being
// asked goes the default way.
func (x *routers) abort(a *association, point string) {
	for _, r := range slices.Clone(x.registered) {
		if r.a != a || point != "" && r.point != point {
			continue
		}
		for _, d := range slices.Clone(x.dialogues) {
			if d.a == a && d.reg == r.id && x.take(d.ref, a) != nil {
				a.routeEnd(d, operation("invalidRouteRegistrationCrossRefID"))
				a.s.after(0, func() { a.s.model.routeDefault(d.c, d.point) })
			}
		}
		x.registered = slices.DeleteFunc(x.registered, func(o *registration) bool { return o == r })
		w := newWriter(a.edition)
		w.root("RouteRegisterAbort")
		w.text("routeRegisterReqID", r.id)
		w.close("RouteRegisterAbort")
		a.tellOneWay("RouteRegisterAbort", w.b)
	}
}

// drop forgets what an association registered; calls that wait for it take the default way.
func (x *routers) drop(a *association) {
	x.registered = slices.DeleteFunc(x.registered, func(r *registration) bool { return r.a == a })
	for _, d := range slices.Clone(x.dialogues) {
		if d.a == a && x.take(d.ref, a) != nil {
			a.s.after(0, func() { a.s.model.routeDefault(d.c, d.point) })
		}
	}
}
