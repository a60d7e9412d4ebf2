package xsilink

import (
	"context"
	"errors"
	"time"

	"github.com/holdline/holdline/transport/xsi"
)

// renewPause is how long after a failure a subscription is renewed again.
const renewPause = 30 * time.Second

// renew renews the subscriptions at half of their time, until the connection is over.
func (c *Conn) renew() {
	for {
		c.subs.mu.Lock()
		device, due, ok := c.subs.renewals.Next()
		if ok && !time.Now().Before(due) {
			c.subs.renewals.Retry(device, time.Now().Add(renewPause)) // unless it succeeds
		}
		c.subs.mu.Unlock()
		var timer <-chan time.Time
		switch {
		case !ok:
		case time.Now().Before(due):
			timer = time.After(time.Until(due))
		default:
			c.refresh(device)
			continue
		}
		select {
		case <-timer:
		case <-c.subs.due:
		case <-c.done:
			return
		}
	}
}

// audit compares the link's subscriptions with the server's list now and then: what
// nobody wants is ended, and what has vanished is made anew.
func (c *Conn) audit() {
	if c.o.Audit <= 0 {
		return
	}
	tick := time.NewTicker(c.o.Audit)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.auditNow(c.ctx)
		case <-c.done:
			return
		}
	}
}

func (c *Conn) auditNow(ctx context.Context) {
	c.subs.mu.Lock()
	ours := make(map[string]string, len(c.subs.byDevice))
	for device, id := range c.subs.byDevice {
		ours[device] = id
	}
	c.subs.mu.Unlock()
	if c.subs.single {
		return
	}
	list, err := c.list(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.o.Logger.Warn("can't list the subscriptions", "link", c.o.Link, "error", err)
		}
		return
	}
	for device, id := range ours {
		if x, ok := list[device]; ok && x.SubscriptionID == id {
			continue
		}
		if now, ok := c.subs.id(device); !ok || now != id {
			continue // ended or replaced meanwhile
		}
		c.o.Logger.Warn("a subscription has vanished: making it anew", "link", c.o.Link, "device", device)
		c.settle(func() { c.ended(device) })
	}
	for device, x := range list {
		if now, ok := c.subs.id(device); ok && now == x.SubscriptionID || !ok && c.o.Wanted(device) {
			continue
		}
		if err := c.client.Unsubscribe(ctx, x.SubscriptionID); err != nil && !errors.Is(err, xsi.ErrSubscriptionGone) {
			c.o.Logger.Warn("can't end a subscription that nobody wants", "link", c.o.Link, "device", device, "error", err)
			continue
		}
		c.subs.mu.Lock()
		delete(c.subs.listed, device)
		c.subs.mu.Unlock()
		c.o.Logger.Info("ended a subscription that nobody wants", "link", c.o.Link, "device", device)
	}
}

// Ready tells BroadWorks that calls at route points can be routed again, if it has an
// application controller for that. It is for when the channels are open and live
// calls are compared: BroadWorks refuses it while the channel set is empty.
func (c *Conn) Ready(done func(error)) {
	if c.o.Controller == "" {
		done(nil)
		return
	}
	c.ask(&task{
		class: urgent,
		run: func(ctx context.Context) {
			err := c.timed(func() error {
				return c.client.SetApplicationController(ctx, c.o.Controller, xsi.ControllerReady)
			})
			c.mu.Lock()
			c.readied = err == nil
			c.mu.Unlock()
			c.settle(func() { done(err) })
		},
		drop: done,
	})
}
