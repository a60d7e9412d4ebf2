package switchsim

import (
	"slices"
	"strconv"
)

func serveOpenChannel(q *xsiRequest) (xsiReply, *xsiRefusal) {
	n, refused := q.document("Channel")
	if refused != nil {
		return xsiReply{}, refused
	}
	set := n.value("channelSetId")
	if set == "" || len(set) > 256 {
		q.violates("a channel needs a channelSetId of at most 256 characters")
		return xsiReply{}, xsiBadRequest("Channel set ID is missing.")
	}
	if refused := q.expires(n); refused != nil {
		return xsiReply{}, refused
	}
	c := &xsiChannel{priority: q.positive(n, "priority", 1), weight: q.positive(n, "weight", 50)}
	if refused := q.f.openChannel(q.x, c, set, n.value("applicationId")); refused != nil {
		return xsiReply{}, refused
	}
	q.log.Made = c.id
	reply := xsiAnswer("Channel", func(w *xsiWriter) {
		w.text("channelId", c.id)
		w.text("expires", itoa(q.f.opt.ChannelExpires))
	})
	reply.channel = c
	c.conn = func() { closeConn(q.http) }
	q.f.s.after(snapshotDelay, func() { q.f.unpark(c.set) })
	return reply, nil
}

// channel finds the channel of a request. Only the XSP that holds it knows it.
func (q *xsiRequest) channel() (*xsiChannel, *xsiRefusal) {
	c := q.f.channels[q.path[1]]
	switch {
	case c == nil:
		return nil, xsiNoChannel
	case c.xsp != q.x:
		q.violates("the channel is at XSP " + itoa(c.xsp.index+1))
		return nil, xsiNoChannel
	}
	return c, nil
}

func serveHeartbeat(q *xsiRequest) (xsiReply, *xsiRefusal) {
	c, refused := q.channel()
	if refused != nil {
		return xsiReply{}, refused
	}
	if len(q.body) > 0 {
		q.violates("a heartbeat has no body")
	}
	q.f.beat(c)
	return xsiFine(), nil
}

func serveEventResponse(q *xsiRequest) (xsiReply, *xsiRefusal) {
	n, refused := q.document("EventResponse")
	if refused != nil {
		return xsiReply{}, refused
	}
	status, err := strconv.Atoi(n.value("statusCode"))
	if err != nil || !slices.Contains([]int{200, 400, 404, 481, 500}, status) || n.value("eventID") == "" || n.value("reason") == "" {
		q.violates("a response needs an eventID, a statusCode of 200, 400, 404, 481 or 500, and a reason")
		return xsiReply{}, xsiBadRequest("Invalid response.")
	}
	if refused := q.f.respond(q.x, n.value("eventID"), status); refused != nil {
		return xsiReply{}, refused
	}
	return xsiFine(), nil
}

func serveRefreshChannel(q *xsiRequest) (xsiReply, *xsiRefusal) {
	c, refused := q.channel()
	if refused != nil {
		return xsiReply{}, refused
	}
	n, refused := q.document("Channel")
	if refused != nil {
		return xsiReply{}, refused
	}
	if refused := q.expires(n); refused != nil {
		return xsiReply{}, refused
	}
	q.f.extend(c)
	return xsiAnswer("Channel", func(w *xsiWriter) {
		w.text("channelId", c.id)
		w.text("expires", itoa(q.f.opt.ChannelExpires))
	}), nil
}

func serveDeleteChannel(q *xsiRequest) (xsiReply, *xsiRefusal) {
	c, refused := q.channel()
	if refused != nil {
		return xsiReply{}, refused
	}
	q.f.s.after(snapshotDelay, func() { q.f.terminate(c, "ExplicitDelete") })
	return xsiFine(), nil
}

func serveChannelSet(q *xsiRequest) (xsiReply, *xsiRefusal) {
	set := q.f.sets[q.path[1]]
	if set == nil {
		return xsiReply{}, xsiNoSet
	}
	return xsiAnswer("ChannelSet", func(w *xsiWriter) {
		for _, c := range set.channels {
			w.within("channel", func() {
				w.text("channelId", c.id)
				w.text("channelSetId", set.id)
				w.text("priority", itoa(c.priority))
				w.text("weight", itoa(c.weight))
				w.text("expires", itoa(int(c.until.Sub(q.f.s.model.now).Seconds())))
			})
		}
	}), nil
}

func serveSubscribe(q *xsiRequest) (xsiReply, *xsiRefusal) {
	n, refused := q.document("Subscription")
	if refused != nil {
		return xsiReply{}, refused
	}
	if refused := q.expires(n); refused != nil {
		return xsiReply{}, refused
	}
	s := &xsiSubscription{application: n.value("applicationId")}
	if refused := q.target(s); refused != nil {
		return xsiReply{}, refused
	}
	q.log.Devices = []string{s.targetID}
	if e := n.value("event"); e != "" {
		s.packages = []string{e}
	} else if list := n.get("eventPackageList"); list != nil {
		for _, e := range list.children {
			s.packages = append(s.packages, e.value())
		}
	}
	switch set := n.value("channelSetId"); {
	case len(s.packages) == 0:
		q.violates("a subscription needs an event package")
		return xsiReply{}, xsiBadRequest("Event package is missing.")
	case n.has("httpContact"):
		return xsiReply{}, xsiForbidden("HTTP contacts are not available.")
	case q.f.sets[set] == nil:
		return xsiReply{}, xsiNoSet
	default:
		s.set = q.f.sets[set]
	}
	if refused := q.f.subscribe(s); refused != nil {
		return xsiReply{}, refused
	}
	q.log.Made = s.id
	return s.granting(), nil
}

func (s *xsiSubscription) granting() xsiReply {
	return xsiAnswer("Subscription", func(w *xsiWriter) {
		w.text("subscriptionId", s.id)
		w.text("expires", itoa(s.granted))
	})
}

// target finds out whom a subscription is about.
func (q *xsiRequest) target(s *xsiSubscription) *xsiRefusal {
	p := q.path
	switch {
	case p[0] == "system":
		s.targetType = "System"
	case p[0] == "user" || p[0] == "User":
		if s.user = q.f.userNamed(p[1]); s.user == nil {
			return xsiNoUser
		}
		s.targetType, s.targetID = "User", p[1]
	case p[1] != q.f.opt.Provider:
		return xsiNotFound("Service provider not found.")
	case len(p) == 2:
		s.targetType, s.targetID = "ServiceProvider", p[1]
	case p[3] != q.f.opt.Group:
		return xsiNotFound("Group not found.")
	default:
		s.targetType, s.targetID, s.parent = "Group", p[3], p[1]
	}
	return nil
}

func (q *xsiRequest) subscription() (*xsiSubscription, *xsiRefusal) {
	s := q.f.subs[q.path[1]]
	if s == nil {
		return nil, xsiNoSubscription
	}
	q.log.Devices = []string{s.targetID}
	return s, nil
}

func serveSubscription(q *xsiRequest) (xsiReply, *xsiRefusal) {
	s, refused := q.subscription()
	if refused != nil {
		return xsiReply{}, refused
	}
	return xsiAnswer("Subscription", func(w *xsiWriter) { s.write(w, q.f.s.model.now) }), nil
}

// serveRefresh grants more time and sends a fresh snapshot.
func serveRefresh(q *xsiRequest) (xsiReply, *xsiRefusal) {
	s, refused := q.subscription()
	if refused != nil {
		return xsiReply{}, refused
	}
	n, refused := q.document("Subscription")
	if refused != nil {
		return xsiReply{}, refused
	}
	if refused := q.expires(n); refused != nil {
		return xsiReply{}, refused
	}
	q.f.counts.Refreshed++
	q.f.grant(s)
	q.f.postSnapshot(s, "")
	return s.granting(), nil
}

func serveUnsubscribe(q *xsiRequest) (xsiReply, *xsiRefusal) {
	s, refused := q.subscription()
	if refused != nil {
		return xsiReply{}, refused
	}
	q.f.removeSubscription(s)
	return xsiFine(), nil
}

func serveSubscriptions(q *xsiRequest) (xsiReply, *xsiRefusal) {
	want := q.query.Get
	kind := want("targetEntityType")
	if kind == "Group" && want("targetGrpParentId") == "" {
		return xsiReply{}, xsiBadRequest("targetGrpParentId is missing.")
	}
	if kind == "" && want("targetId") != "" {
		kind = "User"
	}
	fits := func(asked, is string) bool { return asked == "" || asked == is }
	return xsiAnswer("SubscriptionList", func(w *xsiWriter) {
		for _, s := range q.f.sortedSubscriptions() {
			if fits(want("subscriberId"), s.owner) && fits(want("targetId"), s.targetID) && fits(want("extAppId"), s.application) &&
				fits(kind, s.targetType) && fits(want("targetGrpParentId"), s.parent) &&
				(want("event") == "" || slices.Contains(s.packages, want("event"))) {
				w.within("subscription", func() { s.write(w, q.f.s.model.now) })
			}
		}
	}), nil
}

func serveVersions(*xsiRequest) (xsiReply, *xsiRefusal) {
	return xsiAnswer("Versions", func(w *xsiWriter) {
		w.within("commands", func() { w.text("baseline", "23.0") })
		w.within("eventPackages", func() { w.text("baseline", "23.0") })
	}), nil
}
