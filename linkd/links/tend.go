package links

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/transport/csta"
)

// tendEvery is how often the links beside the driven one are looked at.
const tendEvery = 100 * time.Millisecond

var (
	// errMoved ends the driving of a link for that of another one: the old one is
	// read until the new one is claimed, so that nothing is lost.
	errMoved     = errors.New("another link is to be driven")
	errRestarted = errors.New("an operator restarts it")
	errDisabled  = errors.New("the link was disabled")
)

// tend looks after a switch's links while one of them is driven: it keeps spares
// open and tries those of a higher priority, and ends the driving, with its cause,
// when another one is to be driven.
func (c *campaign) tend(ctx context.Context, active *keeper, end context.CancelCauseFunc) {
	began := time.Now()
	for {
		changed := c.m.change()
		if !active.warm() {
			// One association is all that the switch permits.
		} else if to, why := c.next(active, time.Since(began)); to != nil {
			c.m.log.Info("changing the link", "switch", c.sw, "from", active.name, "to", to.name, "reason", why)
			c.preferred = to.name
			end(errMoved)
			return
		}
		if active.isDisabled() {
			end(errDisabled)
			return
		}
		select {
		case <-changed:
			select { // links that come and go don't hurry it
			case <-time.After(tendEvery / 10):
			case <-ctx.Done():
				return
			}
		case <-time.After(tendEvery):
		case <-ctx.Done():
			return
		}
	}
}

// next decides which links stay open, and whether another one is to be driven than
// the active one, which has been for a time.
func (c *campaign) next(active *keeper, driven time.Duration) (to *keeper, why string) {
	s := active.options()
	wanted := c.operators()
	keep := map[string]bool{active.name: true}
	var back *keeper
	spares := s.Spares
	for _, k := range c.m.ranked(c.m.o.Replica.View(), c.sw) { // highest priority first
		since, up := k.working()
		switch {
		case k == active:
		case k.name == wanted:
			keep[k.name] = true
			if up {
				return k, "an operator asked for it"
			}
		case k.priority() > active.priority():
			keep[k.name] = true
			if up && back == nil && time.Since(since) >= s.FailbackAfter {
				back = k
			}
		case spares == 0:
		case up:
			keep[k.name] = true
			spares--
		case driven >= s.RestartDelay:
			// What did not work at the choice is closed, and tried again later: a better
			// spare than those that follow, or the only one.
			keep[k.name] = true
		}
	}
	c.m.plan(c.sw, keep)
	switch other := c.best(active); {
	case other != nil && active.isDisabled():
		return other, "the link was disabled"
	case other != nil && active.says(string(csta.StatusPartiallyDisabled)):
		return other, "the switch says partiallyDisabled"
	case back != nil && s.Failback && wanted != active.name:
		return back, fmt.Sprintf("its higher priority has worked for %v", s.FailbackAfter)
	}
	return nil, ""
}

// best is the working link to change to; nil if there is none.
func (c *campaign) best(active *keeper) *keeper {
	for _, k := range c.m.ranked(c.m.o.Replica.View(), c.sw) {
		if _, up := k.working(); up && k != active {
			return k
		}
	}
	return nil
}

// operators is the link that an operator wants driven; empty if it is all the same.
func (c *campaign) operators() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wanted
}

// failed forgets an operator's choice of a link that is no longer driven: if it
// comes back, it is a link like any other.
func (c *campaign) failed(link string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wanted == link {
		c.wanted = ""
	}
}

// Switch has another link of its switch driven, until it fails. The leader does it,
// as soon as the link works; the state then says so.
func (m *Manager) Switch(link string) error {
	k := m.keeper(link)
	if k == nil {
		return fmt.Errorf("there is no link %s", link)
	}
	m.mu.Lock()
	c := m.campaigns[k.switchName()]
	leading := m.leading
	m.mu.Unlock()
	switch {
	case !leading || c == nil:
		return errors.New("this node doesn't drive the link's switch: ask the leader")
	case k.isDisabled():
		return fmt.Errorf("link %s is disabled: enable it first", link)
	case !k.warm():
		return fmt.Errorf("switch %s permits one association only: disable the link that is driven instead", c.sw)
	}
	c.mu.Lock()
	c.wanted = link
	c.mu.Unlock()
	k.hurry("")
	m.wake()
	return nil
}

// Restart closes this node's connection of a link and opens it again. If the link is
// driven, a spare takes over.
func (m *Manager) Restart(link string) error {
	k := m.keeper(link)
	if k == nil {
		return fmt.Errorf("there is no link %s", link)
	}
	m.log.Info("an operator restarts the link", "link", link)
	k.mu.Lock()
	conn := k.conn
	k.fault = errRestarted
	k.mu.Unlock()
	if conn == nil {
		k.hurry("")
		return nil
	}
	conn.Close()
	return nil
}
