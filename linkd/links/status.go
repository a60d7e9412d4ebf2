package links

import (
	"cmp"
	"slices"
	"time"
)

// LinkInfo is what operators see of a link on this node.
type LinkInfo struct {
	Name, Switch, Address string
	Priority              int32
	State                 State
	Epoch                 uint64 // driven in it; 0: not driven
	Since                 time.Time
	LastError             string
	SystemStatus          string // as the switch last told on this connection
	InFlight              int    // requests without an answer
	Waiting               int    // requests that wait for their turn
	Facts                 uint64
	Requests              uint64
	RoundTrip             time.Duration
	Monitors              int
	Failed                time.Time // when it was last lost, or could not be opened; zero: never
	Losses                uint64
	Via                   string // the node that relays it; empty: none
	Mismatches            uint64 // calls of which a hot standby did not hear what the driven link brought
}

// Standing is how many links this node could drive at once.
func (m *Manager) Standing() int {
	n := 0
	for _, l := range m.Status() {
		if l.State == StandingBy || l.State == Spare || l.State == Active || l.State == Draining {
			n++
		}
	}
	return n
}

// Status tells of every link on this node, by switch, priority and name.
func (m *Manager) Status() []LinkInfo {
	m.mu.Lock()
	leading := m.leading
	keepers := make([]*keeper, 0, len(m.keepers))
	for _, k := range m.keepers {
		keepers = append(keepers, k)
	}
	m.mu.Unlock()
	all := make([]LinkInfo, len(keepers))
	for i, k := range keepers {
		all[i] = k.info(leading)
	}
	slices.SortFunc(all, func(a, b LinkInfo) int {
		return cmp.Or(cmp.Compare(a.Switch, b.Switch), cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.Name, b.Name))
	})
	return all
}

func (k *keeper) info(leading bool) LinkInfo {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := LinkInfo{
		Name: k.name, Switch: k.link.GetSwitch(), Address: k.link.GetAddress(), Priority: k.link.GetPriority(),
		State: k.state, Epoch: k.epoch, Since: k.since, LastError: k.last, Mismatches: k.mismatches, Failed: k.failedAt, Losses: k.losses, Via: k.via,
	}
	if n.State == StandingBy && leading {
		n.State = Spare
	}
	if k.conn != nil {
		c := k.conn.Info()
		n.SystemStatus, n.InFlight, n.Waiting, n.Facts = c.Status, c.Outstanding, c.Waiting, c.Facts
		n.Requests, n.RoundTrip, n.Monitors = c.Requests, c.RTT, c.Monitors
	}
	return n
}
