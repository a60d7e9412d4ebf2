package drill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/linkd/drill/tserver"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// Sides are the three truths.
type Sides struct {
	Switch   string // control address of the simulated switch
	Protocol string // that it speaks; empty: CSTA
	Nodes    map[string]apipbconnect.OperatorClient
	TServers []*tserver.TServer
	Devices  []string // that the T-Servers monitor
}

// Truth is what the switch says.
func (s Sides) Truth(ctx context.Context) (*Truth, error) {
	if s.Protocol == BroadWorks {
		return ReadBroadWorks(ctx, s.Switch)
	}
	return ReadTruth(ctx, s.Switch)
}

// Verdict is the outcome of a comparison.
type Verdict struct {
	Calls   int // compared with every node
	Parties int // connections compared with every node
	Told    int // parts compared with every client
	Agents  int // agents' states compared with every node
	Events  uint64
	Desync  []string
}

func (v Verdict) String() string {
	return fmt.Sprintf("compared: %d calls, %d parties on each node, %d parts told to each client, %d agents, %d events   desync: %d",
		v.Calls, v.Parties, v.Told, v.Agents, v.Events, len(v.Desync))
}

// Err is an error if something differs or if nothing was compared.
func (v Verdict) Err() error {
	switch {
	case len(v.Desync) > 0:
		return fmt.Errorf("%d differences, first: %s", len(v.Desync), v.Desync[0])
	case v.Calls == 0 || v.Parties == 0 || v.Told == 0 || v.Events == 0:
		return errors.New("nothing was compared: no call was up while the truths were read")
	}
	return nil
}

const (
	// lag is how long a change at the switch may take until the last client has
	// been told, before it counts as a difference.
	lag = 400 * time.Millisecond
	// A difference counts when it is found in so many rounds one after the other.
	persistent = 5
	rounds     = 40
)

// Compare compares the three truths while traffic goes on. A call is judged
// only in a round in which it did not change at the switch; what differs is
// looked at again, and counts only if it stays.
func Compare(ctx context.Context, s Sides) (Verdict, error) {
	c := comparison{Sides: s, compared: map[string]int{}, told: map[string]bool{}, agents: map[string]bool{}, suspects: map[string]int{}}
	for range rounds {
		if err := c.round(ctx); err != nil {
			return Verdict{}, err
		}
		if c.done() {
			break
		}
	}
	v := Verdict{Calls: len(c.compared), Told: len(c.told), Agents: len(c.agents)}
	for _, n := range c.compared {
		v.Parties += n
	}
	for _, t := range s.TServers {
		v.Events += t.Report().Events
	}
	for what, n := range c.suspects {
		if n >= persistent {
			v.Desync = append(v.Desync, what)
		}
	}
	slices.Sort(v.Desync)
	return v, nil
}

type comparison struct {
	Sides
	compared map[string]int  // switch call → parties
	told     map[string]bool // client, device and call
	agents   map[string]bool
	suspects map[string]int // difference → rounds in a row
	first    map[string]bool
	seen     int
}

func (c *comparison) done() bool {
	c.seen++
	if c.seen < 3 {
		return false
	}
	for call := range c.first {
		if _, ok := c.compared[call]; !ok {
			return false
		}
	}
	for _, n := range c.suspects {
		if n < persistent {
			return false
		}
	}
	return true
}

func (c *comparison) round(ctx context.Context) error {
	before, err := c.Truth(ctx)
	if err != nil {
		return err
	}
	if err := sleep(ctx, lag); err != nil {
		return err
	}
	held := map[string][]*apipb.CallInfo{}
	devices := map[string][]*apipb.DeviceInfo{}
	for id, node := range c.Nodes {
		if held[id], err = allCalls(ctx, node); err != nil {
			return fmt.Errorf("read the calls of node %s: %w", id, err)
		}
		if devices[id], err = allDevices(ctx, node); err != nil {
			return fmt.Errorf("read the devices of node %s: %w", id, err)
		}
	}
	told := make([][]tserver.Part, len(c.TServers))
	for i, t := range c.TServers {
		told[i] = t.Told()
	}
	after, err := c.Truth(ctx)
	if err != nil {
		return err
	}
	c.judge(before, after, held, devices, told)
	return nil
}

// stable is what did not change at the switch between two readings.
type stable struct {
	calls map[string]map[string]string // call → device → state
	ended map[string]bool              // over before the first reading
	byKey map[string]string            // linkage or name → call
}

// stableCalls leaves out calls in which no monitored device has a part: the
// switch tells nobody of them.
func stableCalls(before, after *Truth, devices []string) stable {
	watched := map[string]bool{}
	for _, d := range devices {
		watched[d] = true
	}
	s := stable{calls: map[string]map[string]string{}, ended: map[string]bool{}, byKey: map[string]string{}}
	versions := map[string]uint64{}
	name := func(id, linkage string) {
		s.byKey[id] = id
		if linkage != "" {
			s.byKey["linkage "+linkage] = id
		}
	}
	for _, call := range before.Calls {
		versions[call.ID] = call.Version
		name(call.ID, call.Linkage)
	}
	for _, call := range after.Calls {
		if v, ok := versions[call.ID]; !ok || v != call.Version {
			continue
		}
		parties := map[string]string{}
		seen := false
		for _, p := range call.Connections {
			parties[p.Device] = p.State
			seen = seen || watched[p.Device]
		}
		if seen {
			s.calls[call.ID] = parties
		}
	}
	for _, e := range before.Ended {
		s.ended[e.ID] = true
		if _, taken := s.byKey[e.ID]; !taken {
			name(e.ID, e.Linkage)
		}
	}
	s.followTracking(before)
	return s
}

// find gives the switch's ID of a call that a node holds.
func (s stable) find(i *apipb.CallInfo, names map[string][]string) string {
	if id, ok := s.byKey["linkage "+i.Linkage]; ok {
		return id
	}
	for _, n := range i.Names {
		if names == nil {
			if id, ok := s.byKey[n.Call]; ok {
				return id
			}
			continue
		}
		link := slices.Index(linkNames, n.Link)
		for id, on := range names {
			if link >= 0 && link < len(on) && on[link] == n.Call {
				return id
			}
		}
	}
	return ""
}

func (c *comparison) judge(before, after *Truth, held map[string][]*apipb.CallInfo, devices map[string][]*apipb.DeviceInfo, told [][]tserver.Part) {
	s := stableCalls(before, after, c.Devices)
	if c.first == nil {
		c.first = map[string]bool{}
		for _, call := range before.Calls {
			c.first[call.ID] = true
		}
	}
	for call := range c.first {
		if _, ok := s.calls[call]; !ok && !changing(before, after, call) {
			delete(c.first, call) // it ended before it could be compared, or left what is monitored
		}
	}
	now := map[string]bool{}
	differ := func(format string, args ...any) { now[fmt.Sprintf(format, args...)] = true }
	ours := map[string]string{} // our call ID → switch's
	for _, id := range sortedKeys(held) {
		found := map[string]bool{}
		for _, i := range held[id] {
			if !slices.ContainsFunc(i.Parties, func(p *apipb.PartyInfo) bool { return slices.Contains(c.Devices, p.Device) }) {
				continue // on its way between devices that the switch tells of
			}
			call := s.find(i, after.Names)
			ours[fmt.Sprint(i.Id)] = call
			if call == "" {
				continue // began after the first reading
			}
			if found[call] {
				differ("node %s holds call %s of the switch twice", id, call)
			}
			found[call] = true
			if parties, ok := s.calls[call]; ok {
				for _, d := range difference(parties, toldOf(after, i.Parties)) {
					differ("node %s, call %d (%s at the switch): %s", id, i.Id, call, d)
				}
				c.compared[call] = len(parties)
			} else if s.ended[call] {
				differ("node %s holds call %d, which ended at the switch (%s)", id, i.Id, call)
			}
		}
		for call := range s.calls {
			if !found[call] {
				differ("node %s lacks call %s of the switch", id, call)
			}
		}
	}
	c.judgeAgents(before, after, devices, differ)
	for i, parts := range told {
		c.judgeTold(fmt.Sprintf("T-Server %d", i+1), s, ours, parts, differ)
	}
	for what := range c.suspects {
		if !now[what] && c.suspects[what] < persistent {
			delete(c.suspects, what)
		}
	}
	for what := range now {
		c.suspects[what]++
	}
}

func (c *comparison) judgeTold(who string, s stable, ours map[string]string, parts []tserver.Part, differ func(string, ...any)) {
	monitored := map[string]bool{}
	for _, d := range c.Devices {
		monitored[d] = true
	}
	told := map[string]bool{}
	for _, p := range parts {
		call, known := ours[p.Call]
		if !known {
			differ("%s was told of call %s at %s (%s), which no node holds", who, p.Call, p.Device, p.State)
			continue
		}
		parties, ok := s.calls[call]
		if !ok {
			continue
		}
		told[p.Device+" "+call] = true
		switch state, there := parties[p.Device]; {
		case !there:
			differ("%s was told that %s is %s in call %s (%s at the switch), and it has no part there", who, p.Device, p.State, p.Call, call)
		case state != p.State:
			differ("%s was told that %s is %s in call %s (%s at the switch), and it is %s", who, p.Device, p.State, p.Call, call, state)
		}
		c.told[who+p.Device+call] = true
	}
	for call, parties := range s.calls {
		for device := range parties {
			if monitored[device] && !told[device+" "+call] {
				differ("%s was not told of call %s of the switch at %s", who, call, device)
			}
		}
	}
}

func (c *comparison) judgeAgents(before, after *Truth, devices map[string][]*apipb.DeviceInfo, differ func(string, ...any)) {
	versions := map[string]uint64{}
	for _, a := range before.Agents {
		versions[a.ID] = a.Version
	}
	monitored := map[string]bool{}
	for _, d := range c.Devices {
		monitored[d] = true
	}
	for _, a := range after.Agents {
		if versions[a.ID] != a.Version || a.Device == "" || !monitored[a.Device] {
			continue
		}
		for _, id := range sortedKeys(devices) {
			for _, g := range a.Groups {
				if has := agentState(devices[id], a.Device, a.ID, g.Group); has != agentWord(g.State) {
					differ("node %s: agent %s at %s in group %s is %q, at the switch %q", id, a.ID, a.Device, g.Group, has, agentWord(g.State))
				}
			}
		}
		c.agents[a.ID] = true
	}
}

func agentState(devices []*apipb.DeviceInfo, device, agent, group string) string {
	for _, d := range devices {
		if d.Id != device {
			continue
		}
		for _, a := range d.Agents {
			if a.Agent == agent && a.Group == group {
				return a.State
			}
		}
	}
	return ""
}

// agentWord turns ECMA-323's agentNotReady into the API's notReady.
func agentWord(state string) string {
	short, ok := strings.CutPrefix(state, "agent")
	if !ok || short == "" {
		return state
	}
	return strings.ToLower(short[:1]) + short[1:]
}

// toldOf leaves out parties of which the switch tells nobody how they are.
func toldOf(t *Truth, parties []*apipb.PartyInfo) []*apipb.PartyInfo {
	return slices.DeleteFunc(slices.Clone(parties), func(p *apipb.PartyInfo) bool { return !t.tells(p.Device) })
}

func difference(truth map[string]string, parties []*apipb.PartyInfo) []string {
	var out []string
	have := map[string]bool{}
	for _, p := range parties {
		have[p.Device] = true
		switch state, ok := truth[p.Device]; {
		case !ok:
			out = append(out, fmt.Sprintf("%s (%s) is stuck", p.Device, p.State))
		case state != p.State:
			out = append(out, fmt.Sprintf("%s is %s, at the switch %s", p.Device, p.State, state))
		}
	}
	for d, state := range truth {
		if !have[d] {
			out = append(out, fmt.Sprintf("%s (%s) is missing", d, state))
		}
	}
	slices.Sort(out)
	return out
}

// changing tells whether a call is up and changed between two readings.
func changing(before, after *Truth, call string) bool {
	var version uint64
	for _, c := range before.Calls {
		if c.ID == call {
			version = c.Version
		}
	}
	for _, c := range after.Calls {
		if c.ID == call {
			return c.Version != version
		}
	}
	return false
}

func allCalls(ctx context.Context, node apipbconnect.OperatorClient) ([]*apipb.CallInfo, error) {
	var calls []*apipb.CallInfo
	for after := uint64(0); ; {
		r, err := node.Calls(ctx, connect.NewRequest(&apipb.CallsRequest{After: after}))
		if err != nil {
			return nil, err
		}
		calls = append(calls, r.Msg.Calls...)
		if after = r.Msg.Next; after == 0 {
			return calls, nil
		}
	}
}

func allDevices(ctx context.Context, node apipbconnect.OperatorClient) ([]*apipb.DeviceInfo, error) {
	var devices []*apipb.DeviceInfo
	for after := ""; ; {
		r, err := node.Devices(ctx, connect.NewRequest(&apipb.DevicesRequest{After: after}))
		if err != nil {
			return nil, err
		}
		devices = append(devices, r.Msg.Devices...)
		if after = r.Msg.Next; after == "" {
			return devices, nil
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare[string])
	return keys
}

// Summary lists the first differences, one a line.
func (v Verdict) Summary(most int) string {
	if len(v.Desync) <= most {
		return strings.Join(v.Desync, "\n")
	}
	return strings.Join(v.Desync[:most], "\n") + fmt.Sprintf("\n... and %d more", len(v.Desync)-most)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
