package links

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/holdline/holdline/linkd/failover"
)

// logSelected is the number by which operators of T-Servers know the choice of
// a link.
const logSelected = 35115

// choose picks the link of a switch that is to be driven, and waits for one: the
// highest priority that is operational, and the first by name among equals. A
// link of a higher priority whose first attempt is still under way is waited for
// as long as its connect timeout.
func (c *campaign) choose(ctx context.Context) (*ride, error) {
	began := time.Now()
	for {
		changed, applied := c.m.change(), c.m.o.Replica.Changed()
		var wait <-chan time.Time
		for _, k := range c.candidates() {
			if r := k.take(); r != nil {
				c.m.log.Info("STANDARD CTI link is selected", "number", logSelected, "switch", c.sw, "link", k.name, "priority", k.priority())
				c.m.o.Mark(failover.Chosen, c.sw)
				return r, nil
			}
			if left := k.patience() - time.Since(began); k.fresh() && left > 0 {
				wait = time.After(left)
				break
			}
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

// candidates are the switch's enabled links in the order of preference. Of a
// switch with cold standby one at a time is opened.
func (c *campaign) candidates() []*keeper {
	v := c.m.o.Replica.View()
	var all []*keeper
	for l := range v.Links() {
		if k := c.m.keeper(l.Name); k != nil && l.Switch == c.sw && !l.Disabled {
			all = append(all, k)
		}
	}
	slices.SortStableFunc(all, func(a, b *keeper) int {
		return cmp.Or(cmp.Compare(b.priority(), a.priority()), cmp.Compare(a.name, b.name))
	})
	c.coldTurn(all)
	return all
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

func (k *keeper) priority() int32 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.link.GetPriority()
}

func (k *keeper) patience() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.settings.ConnectTimeout
}

func (k *keeper) isDemanded() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.demanded
}

// failedNow tells whether the last attempt failed and no connection is there.
func (k *keeper) failedNow() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tried && k.conn == nil
}
