package links

import (
	"context"
	"time"

	"github.com/holdline/holdline/fsm"
)

// Leadership and links. A link that the leader can't reach is relayed through a node
// that can. Only if that fails, leadership moves to where the links are: to the node
// that can serve the most switches and live calls, if those are more than the
// leader's own. A new leader keeps it for reachHold at least, so that it doesn't go
// in circles, and a cluster in which no node has a link stays as it is.
const (
	reachEvery = 5 * time.Second
	reachWait  = 10 * time.Second // a switch must have been without a link for so long
	reachHold  = time.Minute
)

// mindReach moves leadership to where the links are, until ctx ends.
func (m *Manager) mindReach(ctx context.Context) {
	if m.o.Reach == nil || m.o.HandOver == nil {
		return
	}
	began := time.Now()
	without := make(map[string]time.Time) // switches that are not driven, since when
	for {
		pause(ctx, reachEvery)
		if ctx.Err() != nil {
			return
		}
		v := m.o.Replica.View()
		own, long := m.served(v, without), false
		for _, since := range without {
			long = long || time.Since(since) >= reachWait
		}
		if !long || time.Since(began) < reachHold {
			continue
		}
		best, most := "", own
		for n := range v.Nodes() {
			if n.Id == m.o.NodeID || m.ended(n.Id) {
				continue
			}
			switches, err := m.o.Reach(ctx, n.Id)
			if err != nil {
				continue
			}
			if w := worth(v, switches); w > most {
				best, most = n.Id, w
			}
		}
		if best == "" {
			continue
		}
		m.log.Warn("leadership moves to where the links are", "to", best, "served_there", most, "served_here", own)
		if err := m.o.HandOver(ctx, best); err != nil {
			m.log.Warn("leadership did not move", "to", best, "error", err)
			began = time.Now()
		}
	}
}

// served is what this leader serves, and notes which switches it doesn't.
func (m *Manager) served(v *fsm.State, without map[string]time.Time) int {
	var driven []string
	linked := make(map[string]bool)
	for l := range v.Links() {
		linked[l.Switch] = linked[l.Switch] || !l.Disabled
	}
	for sw := range v.Switches() {
		if !linked[sw.Name] {
			delete(without, sw.Name)
		} else if sw.LinkUp {
			driven = append(driven, sw.Name)
			delete(without, sw.Name)
		} else if without[sw.Name].IsZero() {
			without[sw.Name] = time.Now()
		}
	}
	for name := range without {
		if _, ok := v.Switch(name); !ok {
			delete(without, name)
		}
	}
	return worth(v, driven)
}

// worth is the number of switches and live calls that a node with links to some
// switches serves: each switch counts, though it may have no call at the moment.
func worth(v *fsm.State, switches []string) int {
	in := make(map[string]bool, len(switches))
	for _, s := range switches {
		if _, ok := v.Switch(s); ok {
			in[s] = true
		}
	}
	n := len(in)
	for c := range v.Calls() {
		if in[c.Switch] {
			n++
		}
	}
	return n
}

// Reachable lists the switches to which this node has a link that works.
func (m *Manager) Reachable() []string {
	seen := make(map[string]bool)
	var out []string
	for _, l := range m.Status() {
		if k := m.keeper(l.Name); k != nil && k.up() && l.Via == "" && !seen[l.Switch] {
			seen[l.Switch] = true
			out = append(out, l.Switch)
		}
	}
	return out
}
