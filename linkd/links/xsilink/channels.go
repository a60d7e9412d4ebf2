package xsilink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/transport/xsi"
)

// Priorities of our channels in their set: the lower number is served first. After
// it was opened a channel's priority can't change (§4.2.3), so that who begins to
// lead opens another one.
const (
	leadPriority    = 1
	standbyPriority = 2
)

// firstWeight is the weight of the channels at the first server of the list; those
// at the next ones have the next weights. The priority alone decides where events
// go; the weight says at which server a channel is, which nothing else in the
// server's list does, and only there it can be ended.
const firstWeight = 50

// Reopening of a channel while the link's other one goes on.
const (
	reopenTries = 5
	reopenPause = 250 * time.Millisecond
)

// slot is one of the link's channels; another takes its place if it ends.
type slot struct {
	channel *xsi.EventChannel
	alive   bool
}

func (c *Conn) openChannel(ctx context.Context, priority int) (*xsi.EventChannel, error) {
	expires := c.o.Expires
	return c.client.Open(ctx, xsi.Channel{
		ChannelSetID: c.o.SetID, Priority: priority, Weight: firstWeight + c.o.Self, Expires: &expires, ApplicationID: c.o.ApplicationID,
	}, xsi.ChannelOptions{Heartbeat: c.o.Heartbeat, Trouble: func(err error) {
		c.o.Logger.Warn("trouble with an event channel", "link", c.o.Link, "error", err)
	}})
}

// keep reads a channel, and another in its place if it ends, until the connection
// is over. A link without any channel is over.
func (c *Conn) keep(priority int, channel *xsi.EventChannel) {
	c.put(priority, channel)
	c.spawn(func() {
		var old []*xsi.EventChannel // their events may still have to be answered
		defer func() {
			for _, ch := range old {
				ch.Close()
			}
		}()
		for {
			err := channel.Run(c.ctx, func(d xsi.Delivery) { c.deliver(channel, d) })
			old = append(old, channel)
			if len(old) > reopenTries {
				old[0].Close()
				old = old[1:]
			}
			if c.ctx.Err() != nil {
				return
			}
			c.o.Logger.Warn("event channel lost", "link", c.o.Link, "channel", channel.ID(), "priority", priority, "reason", err)
			if channel = c.reopen(priority, err); channel == nil {
				return
			}
			if priority == leadPriority {
				c.spawn(c.makeGood)
			}
		}
	})
}

// makeGood makes good what may have vanished together with the channel that events came
// on: subscriptions, and the readiness of the application.
func (c *Conn) makeGood() {
	c.auditNow(c.ctx)
	c.mu.Lock()
	again := c.readied
	c.mu.Unlock()
	if again {
		c.Ready(func(err error) {
			if err != nil {
				c.o.Logger.Warn("the application controller could not be set to ready again", "link", c.o.Link, "error", err)
			}
		})
	}
}

func (c *Conn) put(priority int, channel *xsi.EventChannel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.channels[priority] = &slot{channel, true}
}

// another tells whether a channel other than that of a priority is open.
func (c *Conn) another(priority int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p, s := range c.channels {
		if p != priority && s.alive {
			return true
		}
	}
	return false
}

// reopen opens a channel in the place of one that ended for a reason. If it can't,
// the connection is over, and it returns nil.
func (c *Conn) reopen(priority int, why error) *xsi.EventChannel {
	c.mu.Lock()
	c.channels[priority].alive = false
	c.mu.Unlock()
	for try := range reopenTries {
		if final(why) || !c.another(priority) {
			break
		}
		channel, err := c.openChannel(c.ctx, priority)
		if err == nil {
			c.put(priority, channel)
			return channel
		}
		why = err
		select {
		case <-time.After(reopenPause << try):
		case <-c.done:
			return nil
		}
	}
	c.fail(fmt.Errorf("event channel lost: %w", why))
	return nil
}

// final tells whether another channel of the set would end for the same reason.
func final(err error) bool {
	if ended, ok := errors.AsType[*xsi.TerminatedError](err); ok {
		return ended.Reason == xsi.DuplicateChannelSet || ended.Reason == xsi.UserDeleted
	}
	return errors.Is(err, xsi.ErrUnauthorized)
}

// takeLead makes this node's link the one that events come to: it opens a channel
// of the first priority, ends those of leaders before, and learns which
// subscriptions the server has.
func (c *Conn) takeLead() {
	channel, err := c.openChannel(c.ctx, leadPriority)
	if err != nil {
		c.fail(fmt.Errorf("open a channel to lead with: %w", err))
		return
	}
	c.keep(leadPriority, channel)
	c.fence(channel)
	if !c.learn() {
		return
	}
	close(c.leads)
	c.spawn(c.renew)
	c.spawn(c.audit)
}

// fence ends the channels of the first priority that others opened: a leader that
// was frozen must not take events that it can't commit any more.
func (c *Conn) fence(own *xsi.EventChannel) {
	all, err := c.client.ChannelSet(c.ctx, c.o.SetID)
	if err != nil {
		c.o.Logger.Warn("can't list the channel set", "link", c.o.Link, "set", c.o.SetID, "error", err)
		return
	}
	for _, other := range all {
		at := other.Weight - firstWeight
		if other.Priority != leadPriority || other.ChannelID == own.ID() || at < 0 || at >= len(c.o.Servers) {
			continue
		}
		if err := c.deleteAt(at, other.ChannelID); err != nil && !errors.Is(err, xsi.ErrNotFound) {
			c.o.Logger.Warn("can't end the channel of a leader before", "link", c.o.Link, "channel", other.ChannelID, "error", err)
			continue
		}
		c.o.Logger.Info("channel of a leader before ended", "link", c.o.Link, "channel", other.ChannelID)
	}
}

// deleteAt ends a channel at a server.
func (c *Conn) deleteAt(server int, id string) error {
	if server == c.o.Self {
		return c.client.DeleteChannel(c.ctx, id)
	}
	other, err := xsi.NewClient(c.clientOptions(server))
	if err != nil {
		return err
	}
	defer other.Close()
	return other.DeleteChannel(c.ctx, id)
}

// deleteChannels ends the link's channels.
func (c *Conn) deleteChannels(ctx context.Context) {
	c.mu.Lock()
	var open []*xsi.EventChannel
	for _, s := range c.channels {
		if s.alive {
			open = append(open, s.channel)
		}
	}
	c.mu.Unlock()
	for _, ch := range open {
		if err := ch.Delete(ctx); err != nil && ctx.Err() == nil {
			c.o.Logger.Debug("can't end a channel", "link", c.o.Link, "channel", ch.ID(), "error", err)
		}
	}
}
