package xsilink

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/xsi"
)

// A snapshot of a device is an event in its stream: BroadWorks sends one after a
// subscription, after a refresh of it, which is how one is asked for, and by itself
// when it lost updates. The list that can be asked for directly races with the events
// and is not used.

// ask is a snapshot that is awaited.
type ask struct {
	began uint64 // the last fact before the request
	done  func(ok bool)
}

// solicited is how long after a refresh a snapshot still counts as asked for.
const solicited = 30 * time.Second

// Snapshot implements driver.Conn. The agent's state and the services come with the
// same refresh, as events of their own.
func (c *Conn) Snapshot(device string, _ driver.Ask, done func(ok bool)) {
	c.ask(&task{
		class: background,
		run:   func(ctx context.Context) { c.refreshNow(ctx, device, done) },
		drop:  func(error) { done(false) },
	})
}

// refresh asks for a snapshot that nobody waits for.
func (c *Conn) refresh(device string) { c.Snapshot(device, driver.Ask{}, func(bool) {}) }

// doubt has the state ask for a snapshot of a device until it gets one. The caller holds
// order.
func (c *Conn) doubt(device, why string) {
	c.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Lost{Lost: &fsmpb.EventsLost{Device: device, Reason: why}}})
}

// refreshNow refreshes the subscription of a device, and waits for the snapshot that
// follows.
func (c *Conn) refreshNow(ctx context.Context, device string, done func(ok bool)) {
	id, ok := c.subs.id(device)
	if !ok {
		c.settle(func() { done(false) })
		return
	}
	came := make(chan bool, 1)
	a := &ask{done: func(ok bool) {
		done(ok)
		came <- ok
	}}
	c.settle(func() {
		if c.sink != nil {
			a.began = c.sink.Last()
		}
		c.asked[device] = append(c.asked[device], a)
		c.askedAt[device] = time.Now()
	})
	err := c.renewNow(ctx, device, id)
	if err != nil {
		c.settle(func() {
			if c.unask(device, a) {
				done(false)
			}
		})
		return
	}
	c.spawn(func() {
		limit := time.NewTimer(c.o.RequestTimeout)
		defer limit.Stop()
		select {
		case <-came:
			return
		case <-limit.C:
			c.o.Logger.Warn("no snapshot followed a refresh in time", "link", c.o.Link, "device", device, "limit", c.o.RequestTimeout)
		case <-c.done:
		}
		c.settle(func() {
			if c.unask(device, a) {
				done(false)
			}
		})
	})
}

// renewNow gives a subscription its time anew.
func (c *Conn) renewNow(ctx context.Context, device, id string) error {
	var x *xsi.Subscription
	err := c.timed(func() (err error) {
		x, err = c.client.RefreshSubscription(ctx, id, c.o.Expires)
		return err
	})
	if now, ok := c.subs.id(device); !ok || now != id {
		return errors.Join(err, errOther)
	}
	switch {
	case err == nil:
		x.SubscriptionID = id
		c.subs.put(device, x)
	case refused(err):
		c.o.Logger.Warn("a subscription is gone: making it anew", "link", c.o.Link, "device", device, "error", err)
		c.settle(func() { c.ended(device) })
	case ctx.Err() == nil:
		c.o.Logger.Warn("can't refresh a subscription", "link", c.o.Link, "device", device, "error", err)
	}
	return err
}

var errOther = errors.New("the device has another subscription by now")

// unask forgets a snapshot that is awaited; false if it came.
func (c *Conn) unask(device string, a *ask) bool {
	list := c.asked[device]
	i := slices.Index(list, a)
	if i < 0 {
		return false
	}
	if list = slices.Delete(list, i, i+1); len(list) == 0 {
		delete(c.asked, device)
	} else {
		c.asked[device] = list
	}
	return true
}

// wasAsked tells whether a snapshot of a device may be one that was asked for.
func (c *Conn) wasAsked(device string, now time.Time) bool {
	at, ok := c.askedAt[device]
	return ok && now.Sub(at) < solicited
}

// complete makes the fact of a snapshot that came, and tells those who await it once
// it is handed on. One that nobody asked for spans nothing but itself.
func (c *Conn) complete(s *fsmpb.DeviceSnapshot) []*fsmpb.Fact {
	s.Began = c.sink.Last()
	list := c.asked[s.Device]
	delete(c.asked, s.Device)
	for _, a := range list {
		s.Began = min(s.Began, a.began)
		c.after = append(c.after, func() { a.done(true) })
	}
	s.CallsKnown = true
	return []*fsmpb.Fact{{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: s}}}
}

// callSnapshot maps all that a user has.
func (c *Conn) callSnapshot(device string, e *xsi.CallSnapshot) []*fsmpb.Fact {
	s := &fsmpb.DeviceSnapshot{Device: device}
	before := c.view(device)
	v := &view{
		halves: make(map[string]*half), agent: before.agent, agentKnown: before.agentKnown, whole: true, left: before.left,
	}
	c.views[device] = v
	if e.Conference != nil && e.Conference.State != xsi.ConferenceOver {
		v.conference = &conference{members: members(e.Conference), held: e.Conference.State == xsi.ConferenceHeld}
	}
	for i := range e.Calls {
		call := &e.Calls[i]
		_, h := v.note(c, call)
		if was := before.halves[h.id]; was != nil {
			h.old, h.noControl = was.old, was.noControl || lostControl(was, h)
		}
		h.old = h.old || resyncs(e.Type)
		if own(h) == fsmpb.ConnectionState_NULL || v.conference.has(h.id) {
			continue
		}
		s.Calls = append(s.Calls, c.snapshotCall(device, h, call))
	}
	if call := c.snapshotConference(device, v); call != nil {
		s.Calls = append(s.Calls, call)
	}
	if v.agentKnown {
		s.AgentsKnown = true
		if v.agent != nil {
			s.Agents = []*fsmpb.Agent{v.agent}
		}
	}
	return c.complete(s)
}

// lostControl tells whether what could be done with a half can't be any more, though
// it is where it was.
func lostControl(was, is *half) bool {
	return was.old && was.state == is.state && (was.allowAnswer && !is.allowAnswer || was.allowTalk && !is.allowTalk)
}

// snapshotCall is a call in which a user has one part.
func (c *Conn) snapshotCall(device string, h *half, call *xsi.Call) *fsmpb.SnapshotCall {
	s := &fsmpb.SnapshotCall{Call: h.tracking, Linkage: h.tracking, State: own(h), Far: c.party(call.RemoteParty), NoControl: h.noControl}
	var e fsmpb.CallEvent
	m := &mapping{c: c, device: device, h: h, call: call}
	m.ends(&e)
	s.Calling, s.Called = e.Calling, e.Called
	if call.Personality == xsi.ClickToDial && call.State == xsi.CallAlerting && call.Endpoint != nil {
		s.State = fsmpb.ConnectionState_CONNECTED // the user's own phone is off the hook
	}
	return s
}

// snapshotConference is the one call that a conference is; nil if there is none.
func (c *Conn) snapshotConference(device string, v *view) *fsmpb.SnapshotCall {
	var s *fsmpb.SnapshotCall
	for _, id := range v.order {
		h := v.halves[id]
		if !v.conference.has(id) || own(h) == fsmpb.ConnectionState_NULL {
			continue
		}
		if s == nil {
			s = &fsmpb.SnapshotCall{Call: h.tracking, Linkage: h.tracking, State: fsmpb.ConnectionState_CONNECTED, Detailed: true}
			if v.conference.held {
				s.State = fsmpb.ConnectionState_HOLD
			}
			s.Parties = []*fsmpb.SnapshotParty{{Device: device, State: s.State}}
		}
		s.NoControl = s.NoControl || h.noControl
		if h.tracking != s.Call {
			s.Joined = append(s.Joined, h.tracking)
		}
		if h.far != "" {
			far := &fsmpb.SnapshotParty{Device: h.far, State: fsmpb.ConnectionState_STATE_UNKNOWN}
			if c.views[h.far] == nil {
				far.State = fsmpb.ConnectionState_CONNECTED
			}
			s.Parties = append(s.Parties, far)
		}
	}
	return s
}

func (c *Conn) queueSnapshot(queue string, e *xsi.QueueSnapshot) []*fsmpb.Fact {
	s := &fsmpb.DeviceSnapshot{Device: queue}
	delete(c.views, queue)
	for i := range e.Entries {
		s.Calls = append(s.Calls, c.snapshotEntry(c.entry(queue, &e.Entries[i])))
	}
	return c.complete(s)
}

func (c *Conn) routePointSnapshot(point string, e *xsi.RoutePointSnapshot) []*fsmpb.Fact {
	s := &fsmpb.DeviceSnapshot{Device: point}
	delete(c.views, point)
	for i := range e.Entries {
		s.Calls = append(s.Calls, c.snapshotEntry(c.point(point, &e.Entries[i])))
	}
	return c.complete(s)
}

// snapshotEntry is a call that waits in a queue or at a route point.
func (c *Conn) snapshotEntry(w *waiting) *fsmpb.SnapshotCall {
	c.view(w.queue).note(c, &xsi.Call{CallID: w.id, ExtTrackingID: w.tracking, RemoteParty: w.remote})
	tracking := strings.Clone(w.tracking)
	return &fsmpb.SnapshotCall{
		Call: tracking, Linkage: tracking, State: fsmpb.ConnectionState_QUEUED_STATE,
		Far: c.party(w.remote), Calling: c.party(w.remote), Called: named(w.queue),
	}
}
