package switchsim

import (
	"slices"
	"strconv"
)

func serveRouteRegister(a *association, n *node, _ *Request) (answer, *cstaError) {
	point := n.value("routeingDevice")
	if d := a.s.model.devices[point]; point != "" && (d == nil || d.kind != routePoint) {
		return nil, errDevice
	}
	id := strconv.Itoa(a.nextRef())
	a.s.routers.registered = append(a.s.routers.registered, &registration{a, id, point})
	return func(w *writer) {
		w.root("RouteRegisterResponse")
		w.text("routeRegisterReqID", id)
		w.close("RouteRegisterResponse")
	}, nil
}

func serveRouteRegisterCancel(a *association, n *node, _ *Request) (answer, *cstaError) {
	x, id := &a.s.routers, n.value("routeRegisterReqID")
	i := slices.IndexFunc(x.registered, func(r *registration) bool { return r.a == a && r.id == id })
	if i < 0 {
		return nil, operation("invalidRouteRegistrationCrossRefID")
	}
	x.registered = slices.Delete(x.registered, i, i+1)
	return done("RouteRegisterCancelResponse"), nil
}

// openDialogue finds the dialogue of a request; if there is none the client hears so with RouteEnd.
func (a *association) openDialogue(n *node) (*dialogue, *cstaError) {
	ref := n.value("crossRefIdentifier")
	d := a.s.routers.find(ref, a)
	if d == nil {
		err := operation("invalidRouteingCrossRefID")
		a.routeEnd(&dialogue{ref: ref, reg: n.value("routeRegisterReqID")}, err)
		return nil, err
	}
	return d, nil
}

func serveRouteSelect(a *association, n *node, _ *Request) (answer, *cstaError) {
	d, err := a.openDialogue(n)
	if err != nil {
		return nil, err
	}
	m := a.s.model
	choices := []string{n.value("routeSelected")}
	if more := n.get("alternateRoutes"); more != nil {
		for _, alternate := range more.children {
			choices = append(choices, alternate.value())
		}
	}
	i := slices.IndexFunc(choices, func(to string) bool {
		target := m.device(to)
		return target != nil && target.service != outOfService && d.c.at(to) == nil
	})
	if i < 0 {
		a.reRoute(d)
		return nil, operation("invalidDestination")
	}
	a.s.routers.take(d.ref, a)
	if data := n.hex("correlatorData", "string"); data != nil {
		d.c.correlator = data
	}
	if isTrue(n.value("routeUsedReq")) {
		a.routeUsed(d, choices[i])
	}
	a.routeEnd(d, nil)
	m.routeTo(d.c, d.point, choices[i])
	return nil, nil
}

// reRoute asks once more, or gives up after three tries.
func (a *association) reRoute(d *dialogue) {
	if d.tries++; d.tries >= maxRouteTries {
		a.s.routers.take(d.ref, a)
		a.routeEnd(d, operation("invalidDestination"))
		a.s.model.routeDefault(d.c, d.point)
		return
	}
	a.s.startLimit(d)
	w := newWriter(a.edition)
	w.root("ReRoute")
	w.text("crossRefIdentifier", d.ref)
	w.text("routeRegisterReqID", d.reg)
	w.number("replyTimeout", int(a.s.opt.ReplyTimeout.Milliseconds()))
	w.data("correlatorData", d.c.correlator)
	w.close("ReRoute")
	a.tellOneWay("ReRoute", w.b)
}

func (a *association) routeUsed(d *dialogue, to string) {
	w := newWriter(a.edition)
	w.root("RouteUsed")
	w.text("crossRefIdentifier", d.ref)
	w.text("routeRegisterReqID", d.reg)
	w.subject("routeUsed", to)
	w.subject("callingDevice", d.c.calling)
	w.close("RouteUsed")
	a.tellOneWay("RouteUsed", w.b)
}

func serveRouteReject(a *association, n *node, _ *Request) (answer, *cstaError) { return a.decline(n) }

func serveRouteEnd(a *association, n *node, _ *Request) (answer, *cstaError) { return a.decline(n) }

// decline sends a call the default way because its router won't choose.
func (a *association) decline(n *node) (answer, *cstaError) {
	d, err := a.openDialogue(n)
	if err != nil {
		return nil, err
	}
	a.s.routers.take(d.ref, a)
	if n.name == "RouteReject" {
		a.routeEnd(d, nil)
	}
	a.s.model.routeDefault(d.c, d.point)
	return nil, nil
}
