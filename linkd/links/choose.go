package links

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/csta"
)

// logSelected is the number by which operators of T-Servers know the choice of
// a link.
const logSelected = 35115

// operational tells whether a switch says on a connection that it works: normal, if
// perhaps under load.
func operational(c driver.Conn) bool {
	switch csta.SystemStatusValue(c.Status()) {
	case csta.StatusNormal, csta.StatusMessagesLost, csta.StatusOverloadImminent, csta.StatusOverloadReached, csta.StatusOverloadRelieved:
		return c.Usable()
	}
	return false
}

// choose picks the link of a switch that is to be driven. All of its links are
// opened at once. The operational one of the highest priority is it, the first to
// report normal among equals, as soon as none of a higher priority is still on its
// way or the connect timeout is over. A link that an operator asked for comes first.
func (c *campaign) choose(ctx context.Context) (*ride, error) {
	began := time.Now()
	c.m.plan(c.sw, nil)
	for _, k := range c.candidates() {
		k.hurry(c.left)
	}
	late := false // the connect timeout is over
	for {
		changed, applied := c.m.change(), c.m.o.Replica.Changed()
		all := c.candidates()
		patience := patienceOf(all)
		late = late || len(all) > 0 && time.Since(began) >= patience
		if k := c.pick(all, late); k != nil {
			if r := k.take(); r != nil {
				c.m.log.Info(fmt.Sprintf("STANDARD CTI link %s with priority %d is selected", k.name, k.priority()),
					"number", logSelected, "switch", c.sw, "link", k.name, "priority", k.priority(), "via", k.route())
				c.m.o.Mark(failover.Chosen, c.sw)
				c.left, c.preferred = "", ""
				return r, nil
			}
		}
		var wait <-chan time.Time
		switch {
		case len(all) == 0: // its links are new, or disabled
			c.without(ctx)
		case !late:
			wait = time.After(patience - time.Since(began))
		default:
			c.without(ctx)
			wait = time.After(verifyWait / 4)
		}
		select {
		case <-changed:
		case <-applied:
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// pick is the choice at this moment; nil if there is none yet.
func (c *campaign) pick(all []*keeper, late bool) *keeper {
	var best *keeper
	var first time.Time
	awaited := int32(math.MinInt32) // the highest priority that may still come to work
	for _, k := range all {         // highest priority first
		since, up, pending := k.standing()
		switch {
		case up && k.name == c.preferred:
			return k
		case up && (best == nil || k.priority() == best.priority() && since.Before(first)):
			best, first = k, since
		case pending:
			awaited = max(awaited, k.priority())
		}
	}
	if best != nil && !late && awaited > best.priority() {
		return nil
	}
	return best
}

// without is what there is to do for a switch that no link leads to: the log must
// know that the link of an earlier leader is gone, and clients that nobody will
// send what they asked for.
func (c *campaign) without(ctx context.Context) {
	v := c.m.o.Replica.View()
	sw, ok := v.Switch(c.sw)
	if !ok {
		return
	}
	if old, ok := v.Link(sw.Link); ok && sw.LinkUp && old.Epoch == sw.Epoch && (old.Reason != HandingOver || c.m.ended(old.Node)) {
		_, _ = c.m.propose(ctx, "link report", &fsmpb.Command{Kind: &fsmpb.Command_LinkReport{LinkReport: &fsmpb.LinkReport{
			Link: old.Name, Epoch: old.Epoch, Reason: "no link of the switch can be used",
		}}})
	}
	for i := range v.Intents() {
		if i.Switch != c.sw || i.Term != c.term {
			continue
		}
		if s := c.sent(i.Id); !s.given && time.Since(s.seen) >= verifyWait {
			c.refuse(ctx, i.Id, s, errNoLink)
		}
	}
}

// candidates are the switch's enabled links, those of the highest priority first,
// then by name. Of a switch with cold standby one at a time is opened.
func (c *campaign) candidates() []*keeper {
	all := c.m.ranked(c.m.o.Replica.View(), c.sw)
	c.coldTurn(all)
	return all
}

// ranked are the enabled links of a switch in the order of preference.
func (m *Manager) ranked(v *fsm.State, sw string) []*keeper {
	var all []*keeper
	for l := range v.Links() {
		if k := m.keeper(l.Name); k != nil && l.Switch == sw && !l.Disabled {
			all = append(all, k)
		}
	}
	slices.SortStableFunc(all, func(a, b *keeper) int {
		return cmp.Or(cmp.Compare(b.priority(), a.priority()), cmp.Compare(a.name, b.name))
	})
	return all
}

// patienceOf is how long a link of a higher priority is waited for.
func patienceOf(all []*keeper) time.Duration {
	var d time.Duration
	for _, k := range all {
		d = max(d, k.patience())
	}
	return d
}

// coldTurn asks for the next link of those with cold standby once the one before
// failed.
func (c *campaign) coldTurn(all []*keeper) {
	var cold []*keeper
	for _, k := range all {
		if !k.warm() {
			cold = append(cold, k)
		}
	}
	if len(cold) == 0 {
		return
	}
	now := slices.IndexFunc(cold, (*keeper).isDemanded)
	if now >= 0 && !cold[now].failedNow() {
		return
	}
	next := (now + 1) % len(cold)
	if now >= 0 && now != next {
		cold[now].demand(false)
	}
	cold[next].demand(true)
}
