package switchsim

// serveController tells or sets whether an application is ready to route calls. It is tied to the channel sets of its
// user: without a channel nobody is ready.
func serveController(q *xsiRequest) (xsiReply, *xsiRefusal) {
	f, id := q.f, q.path[4]
	if q.http.Method == "GET" {
		state := f.controller[id]
		if state == "" {
			state = "not ready"
		}
		return xsiAnswer("ApplicationController", func(w *xsiWriter) { w.text("state", state) }), nil
	}
	n, refused := q.document("ApplicationController")
	if refused != nil {
		return xsiReply{}, refused
	}
	switch state := n.value("state"); state {
	case "ready":
		if len(f.channels) == 0 {
			return xsiReply{}, xsiForbidden("The channel set is empty.")
		}
		f.controller[id] = state
		f.setRoutePoints(false, "")
	case "not ready":
		f.controller[id] = state
		if !f.anyReady() {
			f.setRoutePoints(true, "ExternalRequest")
		}
	default:
		q.violates("there is no state " + state)
		return xsiReply{}, xsiBadRequest("Invalid state.")
	}
	return xsiFine(), nil
}

func (f *xsiFront) anyReady() bool {
	for _, state := range f.controller {
		if state == "ready" {
			return true
		}
	}
	return false
}

// controllersLost: the last channel of a set is gone. If it was the last of all, nobody is ready any more.
func (f *xsiFront) controllersLost() {
	if len(f.channels) > 0 || !f.anyReady() {
		return
	}
	clear(f.controller)
	f.setRoutePoints(true, "FailureDetected")
}

// setRoutePoints tells of the route points' policy, if that has changed.
func (f *xsiFront) setRoutePoints(failed bool, reason string) {
	if f.routesFail == failed {
		return
	}
	f.routesFail = failed
	for _, u := range f.order {
		switch {
		case u.device.kind != routePoint:
		case failed:
			f.tell(u, "RoutePointFailedEvent", func(w *xsiWriter) { w.text("stateChangeReason", reason) })
		default:
			f.tell(u, "RoutePointRecoveredEvent", func(*xsiWriter) {})
		}
	}
}
