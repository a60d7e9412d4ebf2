package switchsim

import (
	"cmp"
	"slices"
	"strings"
)

// Truth is everything that is so at the switch at one moment. The call IDs are the model's; Names gives what the links
// call them when calls are renamed.
type Truth struct {
	Seq      uint64        `json:"seq"` // of the last change
	Calls    []CallTruth   `json:"calls"`
	Ended    []EndedCall   `json:"ended"`
	Agents   []AgentTruth  `json:"agents"`
	Devices  []DeviceTruth `json:"devices"`
	Counters Counters      `json:"counters"`
	Rename   Rename        `json:"rename"`
	// Names maps a call ID to its names on the links, first link first; left out when nothing is renamed.
	Names map[string][]string `json:"names,omitempty"`
}

// CallTruth is one live call.
type CallTruth struct {
	ID              string            `json:"id"`
	Linkage         string            `json:"linkage"` // globallyUniqueCallLinkageID
	BeganSeq        uint64            `json:"began_seq"`
	Version         uint64            `json:"version"` // sequence of the last change
	Calling         string            `json:"calling"`
	Called          string            `json:"called"`
	LastRedirection string            `json:"last_redirection,omitempty"`
	Connections     []ConnectionTruth `json:"connections"`
	Correlator      string            `json:"correlator_data,omitempty"` // hexBinary, upper case
	User            string            `json:"user_data,omitempty"`       // hexBinary, upper case
	Account         string            `json:"account,omitempty"`
}

// ConnectionTruth is one connection of a live call.
type ConnectionTruth struct {
	Device string `json:"device"`
	State  State  `json:"state"`
}

// EndedCall is a call that is over.
type EndedCall struct {
	ID      string `json:"id"`
	Linkage string `json:"linkage"`
	Seq     uint64 `json:"seq"`
	Reason  string `json:"reason"`         // a cause, "transferred", "conferenced" or "forgotten"
	Into    string `json:"into,omitempty"` // the call that a transfer or conference kept
}

// AgentTruth is one agent.
type AgentTruth struct {
	ID      string       `json:"id"`
	Device  string       `json:"device,omitempty"` // empty when logged off
	Groups  []GroupTruth `json:"groups"`
	Version uint64       `json:"version"`
}

// GroupTruth is an agent's state in one group.
type GroupTruth struct {
	Group   string     `json:"group"`
	State   AgentState `json:"state"`
	Pending AgentState `json:"pending,omitempty"`
}

// DeviceTruth is one device of the switch.
type DeviceTruth struct {
	ID         string         `json:"id"`
	Kind       string         `json:"kind"` // station, queue, routePoint
	Manual     bool           `json:"manual,omitempty"`
	DND        bool           `json:"dnd"`
	Forwarding []ForwardTruth `json:"forwarding"`
	Service    string         `json:"service"` // inService, outOfService, partiallyInService
	Version    uint64         `json:"version"`
}

// ForwardTruth is one active forwarding.
type ForwardTruth struct {
	Type string `json:"type"`
	To   string `json:"to"`
}

func (m *model) truth() Truth {
	t := Truth{
		Seq: m.seq, Counters: m.counts, Ended: m.ended.all(), Rename: m.opt.Rename,
		Calls: []CallTruth{}, Agents: []AgentTruth{}, Devices: []DeviceTruth{},
	}
	for _, c := range m.calls {
		t.Calls = append(t.Calls, c.truth())
	}
	slices.SortFunc(t.Calls, func(a, b CallTruth) int {
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), strings.Compare(a.ID, b.ID))
	})
	for _, a := range m.agents {
		t.Agents = append(t.Agents, a.truth())
	}
	for _, d := range m.deviceOrder {
		t.Devices = append(t.Devices, d.truth())
	}
	return t
}

func (c *call) truth() CallTruth {
	t := CallTruth{
		ID: c.id.String(), Linkage: c.linkage, BeganSeq: c.began, Version: c.version,
		Calling: c.calling, Called: c.called, LastRedirection: c.lastRedirection,
		Correlator: hexBinary(c.correlator), User: hexBinary(c.user), Account: c.account,
		Connections: []ConnectionTruth{},
	}
	for _, k := range c.conns {
		t.Connections = append(t.Connections, ConnectionTruth{k.device, k.state})
	}
	slices.SortFunc(t.Connections, func(a, b ConnectionTruth) int { return strings.Compare(a.Device, b.Device) })
	return t
}

func (a *agent) truth() AgentTruth {
	t := AgentTruth{ID: a.id, Device: a.device, Version: a.version, Groups: []GroupTruth{}}
	for _, g := range a.groups {
		t.Groups = append(t.Groups, GroupTruth{g.group, g.state, g.pending})
	}
	return t
}

func (d *device) truth() DeviceTruth {
	t := DeviceTruth{
		ID: d.id, Kind: string(d.kind), Manual: d.manual, DND: d.dnd, Service: string(d.service), Version: d.version,
		Forwarding: []ForwardTruth{},
	}
	for _, f := range d.forwards {
		t.Forwarding = append(t.Forwarding, ForwardTruth{f.kind, f.to})
	}
	return t
}
