package xsilink

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// subscriptions are the link's: one a device.
type subscriptions struct {
	mu       *sync.Mutex
	byDevice map[string]string           // device → subscription
	listed   map[string]xsi.Subscription // those that the server has and nobody wanted yet, by device
	single   bool                        // the server's list is too long: ask for each device
	starting map[string][]func(bool)     // who waits, by device
	renewals *xsi.Renewals
	due      chan struct{} // one slot: the renewals changed
}

func newSubscriptions() subscriptions {
	return subscriptions{
		mu: new(sync.Mutex), byDevice: make(map[string]string), listed: make(map[string]xsi.Subscription),
		starting: make(map[string][]func(bool)), renewals: new(xsi.Renewals), due: make(chan struct{}, 1),
	}
}

func (s *subscriptions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byDevice)
}

func (s *subscriptions) id(device string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.byDevice[device]
	return id, ok
}

// put notes a device's subscription, and when it has to be renewed.
func (s *subscriptions) put(device string, x *xsi.Subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byDevice[device] = strings.Clone(x.SubscriptionID)
	if x.Expires != nil {
		s.renewals.Granted(device, *x.Expires, time.Now())
	}
	select {
	case s.due <- struct{}{}:
	default:
	}
}

func (s *subscriptions) drop(device string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byDevice, device)
	s.renewals.Forget(device)
}

// adopt takes a subscription that an earlier leader made.
func (s *subscriptions) adopt(device string) (*xsi.Subscription, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.listed[device]
	delete(s.listed, device)
	return &x, ok
}

// Watch implements driver.Conn.
func (c *Conn) Watch(device string, done func(answered bool)) {
	c.order.Lock()
	others, starting := c.subs.starting[device]
	c.subs.starting[device] = append(others, done)
	c.order.Unlock()
	if starting {
		return
	}
	c.ask(&task{
		class: watching,
		run: func(ctx context.Context) {
			_, before := c.subs.id(device)
			fact, answered := c.subscribe(ctx, device)
			if _, now := c.subs.id(device); now && !before {
				c.lookAtServices(device)
			}
			c.settle(func() {
				c.fact(fact)
				c.watchDone(device, answered)
			})
		},
		drop: func(error) { c.watchDone(device, false) },
	})
}

func (c *Conn) watchDone(device string, answered bool) {
	all := c.subs.starting[device]
	delete(c.subs.starting, device)
	for _, done := range all {
		done(answered)
	}
}

// subscribe sees that there is a subscription to a device.
func (c *Conn) subscribe(ctx context.Context, device string) (fact *fsmpb.Fact, answered bool) {
	select {
	case <-c.leads:
	case <-ctx.Done():
		return nil, false
	}
	up := monitorFact(&fsmpb.UpstreamMonitor{Device: device, Up: true, Existing: true})
	if _, ok := c.subs.id(device); ok {
		return up, true
	}
	if c.subs.single {
		list, err := c.listOf(ctx, xsi.SubscriptionQuery{ApplicationID: c.o.ApplicationID, TargetID: c.userID(device)})
		if err != nil {
			return nil, false
		}
		if x, ok := list[device]; ok {
			c.subs.put(device, &x)
			return up, true
		}
	}
	if x, ok := c.subs.adopt(device); ok {
		c.subs.put(device, x)
		return up, true
	}
	packages := c.packages(device)
	c.settle(func() { c.askedAt[device] = time.Now() }) // a snapshot follows
	x, err := c.post(ctx, device, packages)
	if refused(err) && len(packages) > 1 {
		// The user may lack one of the services: calls matter most.
		c.o.Logger.Info("subscription refused: trying calls alone", "link", c.o.Link, "device", device, "error", err)
		x, err = c.post(ctx, device, packages[:1])
	}
	switch {
	case err == nil:
		c.subs.put(device, x)
		return up, true
	case refused(err):
		c.o.Logger.Warn("subscription refused", "link", c.o.Link, "device", device, "error", err)
		return monitorFact(&fsmpb.UpstreamMonitor{Device: device, Category: "operation", Value: "invalidMonitorObject"}), true
	}
	c.o.Logger.Warn("can't subscribe", "link", c.o.Link, "device", device, "error", err)
	return nil, false
}

func (c *Conn) packages(device string) []xsi.Package {
	switch c.o.Kind(device) {
	case Queue:
		return []xsi.Package{xsi.PackageCallCenterQueue}
	case RoutePoint:
		return []xsi.Package{xsi.PackageRoutePointQueue}
	}
	return c.o.Packages
}

// post makes a subscription.
func (c *Conn) post(ctx context.Context, device string, packages []xsi.Package) (x *xsi.Subscription, err error) {
	expires := c.o.Expires
	s := xsi.Subscription{Expires: &expires, ChannelSetID: c.o.SetID, ApplicationID: c.o.ApplicationID}
	if len(packages) == 1 {
		s.Event = packages[0]
	} else {
		s.Packages = packages
	}
	err = c.timed(func() error {
		x, err = c.client.Subscribe(ctx, xsi.UserTarget(c.userID(device)), s)
		return err
	})
	return x, err
}

// refused tells whether the server answered that it won't, whenever it is asked.
func refused(err error) bool {
	status, ok := errors.AsType[*xsi.StatusError](err)
	return ok && status.Status >= 400 && status.Status < 500 && status.Status != http.StatusUnauthorized &&
		status.Status != http.StatusTooManyRequests && !errors.Is(err, xsi.ErrChannelSetGone)
}

// Unwatch implements driver.Conn.
func (c *Conn) Unwatch(device string, done func()) {
	c.ask(&task{
		class: watching,
		run: func(ctx context.Context) {
			if id, ok := c.subs.id(device); ok {
				err := c.timed(func() error { return c.client.Unsubscribe(ctx, id) })
				if err != nil && ctx.Err() == nil {
					c.o.Logger.Info("can't end a subscription: the next audit will", "link", c.o.Link, "device", device, "error", err)
				}
				c.subs.drop(device)
			}
			c.settle(func() {
				delete(c.views, device)
				for _, p := range c.o.Packages {
					delete(c.serviceTold, serviceOf{device, xsi.EventType(services[p] + "Event")})
				}
				c.fact(monitorFact(&fsmpb.UpstreamMonitor{Device: device}))
				done()
			})
		},
		drop: func(error) { done() },
	})
}

// Watches implements driver.Conn.
func (c *Conn) Watches(device string) bool {
	_, ok := c.subs.id(device)
	return ok
}

// tells tells whether BroadWorks tells of a device in events of the device's own. As long
// as the server's subscriptions aren't known, those of the leader before are there.
func (c *Conn) tells(device string) bool {
	if c.Watches(device) {
		return true
	}
	c.subs.mu.Lock()
	_, listed := c.subs.listed[device]
	known := !c.subs.single
	c.subs.mu.Unlock()
	select {
	case <-c.leads:
	default:
		known = false
	}
	return listed || !known && device != "" && c.o.Wanted(device)
}

// ended notes that the server has no subscription to a device any more: it has to
// be made anew.
func (c *Conn) ended(device string) {
	c.subs.drop(device)
	c.fact(monitorFact(&fsmpb.UpstreamMonitor{Device: device, Ended: true}))
}

func monitorFact(m *fsmpb.UpstreamMonitor) *fsmpb.Fact {
	return &fsmpb.Fact{Body: &fsmpb.Fact_Monitor{Monitor: m}}
}

// learn lists the subscriptions that earlier leaders made. It returns false if the
// connection is over.
func (c *Conn) learn() bool {
	for {
		list, err := c.list(c.ctx)
		if err == nil {
			c.subs.mu.Lock()
			for device, x := range list {
				c.subs.listed[device] = x
			}
			c.subs.mu.Unlock()
			return true
		}
		if tooLong(err) {
			c.o.Logger.Info("the list of subscriptions is too long: asking for each device", "link", c.o.Link, "error", err)
			c.subs.mu.Lock()
			c.subs.single = true
			c.subs.mu.Unlock()
			return true
		}
		wait, again := xsi.RetryAfter(err)
		if !again {
			c.fail(err)
			return false
		}
		c.o.Logger.Warn("can't list the subscriptions", "link", c.o.Link, "error", err)
		select {
		case <-time.After(wait):
		case <-c.done:
			return false
		}
	}
}

// tooLong tells whether a document goes beyond what is read.
func tooLong(err error) bool {
	_, syntax := errors.AsType[*xsi.SyntaxError](err)
	return syntax || errors.Is(err, xsi.ErrDocumentTooLarge)
}

// list asks for our subscriptions, by device. One that doesn't bring what is wanted
// is ended, so that it is made anew.
func (c *Conn) list(ctx context.Context) (map[string]xsi.Subscription, error) {
	return c.listOf(ctx, xsi.SubscriptionQuery{ApplicationID: c.o.ApplicationID})
}

func (c *Conn) listOf(ctx context.Context, q xsi.SubscriptionQuery) (map[string]xsi.Subscription, error) {
	all, err := c.client.Subscriptions(ctx, q)
	if err != nil {
		return nil, err
	}
	list := make(map[string]xsi.Subscription)
	for _, x := range all {
		device := c.device(x.TargetID)
		if x.ApplicationID != c.o.ApplicationID || x.TargetIDType != "" && x.TargetIDType != xsi.TargetUser {
			continue
		}
		if x.ChannelSetID == c.o.SetID && c.brings(device, x) {
			list[device] = x
			continue
		}
		if err := c.client.Unsubscribe(ctx, x.SubscriptionID); err != nil {
			c.o.Logger.Warn("can't end a subscription that is not as it is wanted", "link", c.o.Link, "device", device, "error", err)
		}
	}
	return list, nil
}

// brings tells whether a subscription brings a device's calls: of a user who lacks
// a service there is nothing more to be had.
func (c *Conn) brings(device string, x xsi.Subscription) bool {
	packages := c.packages(device)
	if x.Event != "" {
		return x.Event == packages[0]
	}
	return slices.Equal(x.Packages, packages)
}
