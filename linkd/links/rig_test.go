package links

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clock"
	"github.com/holdline/holdline/linkd/deadlines"
	"github.com/holdline/holdline/linkd/replica"
	"github.com/holdline/holdline/transport/raftnet/pipenet"
	"github.com/holdline/holdline/transport/switchsim"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a cluster without Raft: a log that every node applies at once, so that
// what the tests see is the links' own doing. It lives in a bubble.
type rig struct {
	t     *testing.T
	ctx   context.Context
	net   *pipenet.Network
	clock *clock.LogClock
	sim   *switchsim.Switch
	xsi   bool // the switch is a BroadWorks

	mu    sync.Mutex
	index uint64
	term  uint64
	nodes map[string]*rigNode
	seq   uint64 // of sessions' commands

	work sync.WaitGroup
	stop context.CancelFunc
}

type rigNode struct {
	*rig
	id      string
	boot    string
	logger  hclog.Logger // nil: the usual one
	adjust  func(*Options)
	replica *replica.Replica
	links   *Manager
	stop    context.CancelFunc // of Run
	resign  func()             // ends Lead
	done    chan struct{}
	lag     time.Duration // of its streams
	frozen  bool          // its streams lose what they send
	dead    bool
}

// bareRig is a cluster without a switch, not started.
func bareRig(t *testing.T, nodes ...string) *rig {
	ctx, stop := context.WithCancel(context.Background())
	r := &rig{t: t, ctx: ctx, stop: stop, net: pipenet.New(), clock: clock.NewLogClock(clock.Monotonic()), term: 1, nodes: make(map[string]*rigNode)}
	for _, id := range nodes {
		r.nodes[id] = &rigNode{rig: r, id: id, replica: replica.New(r.clock, func(err error) { t.Errorf("node %s: %v", id, err) })}
	}
	return r
}

// newRig makes a cluster of nodes and a simulated switch with two links.
func newRig(t *testing.T, change func(*switchsim.Options), nodes ...string) *rig {
	r := stillRig(t, change, nodes...)
	for _, id := range nodes {
		r.nodes[id].start()
	}
	return r
}

// stillRig is newRig, with nodes that are not started.
func stillRig(t *testing.T, change func(*switchsim.Options), nodes ...string) *rig {
	r := bareRig(t, nodes...)
	o := switchsim.Options{Seed: 7, Agents: 12, Queues: 2, Manual: 10}
	for i := range 2 {
		l, err := r.net.Listen(fmt.Sprintf("switch:%d", i+1))
		if err != nil {
			t.Fatal(err)
		}
		o.Links = append(o.Links, l)
	}
	if change != nil {
		change(&o)
	}
	if r.xsi = o.Xsi.Domain != ""; r.xsi {
		o.Xsi.XSPs, o.Links = o.Links, nil
	}
	var err error
	if r.sim, err = switchsim.New(o); err != nil {
		t.Fatal(err)
	}
	r.work.Go(func() {
		if err := r.sim.Run(r.ctx); err != nil {
			t.Errorf("switch: %v", err)
		}
	})
	r.seed()
	return r
}

// close ends everything.
func (r *rig) close() {
	for _, n := range r.nodes {
		if n.resign != nil {
			n.resign()
		}
	}
	r.stop()
	r.work.Wait()
}

func (r *rig) seed() {
	devices := []*fsmpb.DeviceSetup{}
	for _, d := range r.sim.Truth().Devices {
		kind := fsmpb.DeviceKind_STATION
		switch d.Kind {
		case "queue":
			kind = fsmpb.DeviceKind_ACD
		case "routePoint":
			kind = fsmpb.DeviceKind_ROUTE_POINT
		}
		devices = append(devices, &fsmpb.DeviceSetup{Id: d.ID, Kind: kind})
	}
	settings := fsm.DefaultSettings()
	settings.IntentMs = 4000
	option := func(name, value string) *fsmpb.Option { return &fsmpb.Option{Name: name, Value: value} }
	protocol, options := "csta", []*fsmpb.Option{option("requests_per_second", "0"), option("resync_rate", "1000")}
	if r.xsi {
		protocol, options = r.seedXsi(options)
	}
	for _, c := range []*fsmpb.Command{
		{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c", Settings: settings}}},
		{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{
			Name: "sw", Protocol: protocol, Settings: options,
		}}}},
		{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &fsmpb.Link{Name: "l1", Switch: "sw", Address: "switch:1", Priority: 2}}}},
		{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &fsmpb.Link{Name: "l2", Switch: "sw", Address: "switch:2", Priority: 1}}}},
		{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Switch: "sw", Devices: devices}}},
		{Kind: &fsmpb.Command_OpenSession{OpenSession: &fsmpb.OpenSession{Switch: "sw", Identity: "ts", Edition: 4, LifeMs: 1 << 40}}},
		{Kind: &fsmpb.Command_AttachSession{AttachSession: &fsmpb.AttachSession{Session: 1, Node: "ts", Nonce: "x", Edition: 4}}},
	} {
		if res := r.apply(c); res.Err != nil {
			r.t.Fatalf("seed: %v", res.Err)
		}
	}
}

// begin has a node lead, and a client monitor every device.
func (r *rig) begin(node string) {
	r.t.Helper()
	r.nodes[node].lead()
	r.await(5*time.Second, "link up", func(v *fsm.State) bool { sw, _ := v.Switch("sw"); return sw.LinkUp })
	for _, d := range r.sim.Truth().Devices {
		res := r.client(&fsmpb.ClientCommand{Body: &fsmpb.ClientCommand_StartMonitor{StartMonitor: &fsmpb.StartMonitor{Device: d.ID, Filter: ^uint64(0)}}})
		if res.Err != nil {
			r.t.Fatal(res.Err)
		}
	}
	r.await(5*time.Second, "monitors up", func(v *fsm.State) bool {
		for range v.Unwatched("sw") {
			return false
		}
		return ready(v)
	})
}

// client puts a client's command into the log.
func (r *rig) client(c *fsmpb.ClientCommand) fsm.Result {
	r.mu.Lock()
	r.seq++
	c.Session, c.Ordinal = 1, r.seq
	r.mu.Unlock()
	s, ok := r.state().Session(1)
	if !ok {
		r.t.Fatal("no session")
	}
	c.Attachment = s.Attachment
	return r.apply(&fsmpb.Command{Kind: &fsmpb.Command_Client{Client: c}})
}

// apply applies an entry of one command on every node.
func (r *rig) apply(c *fsmpb.Command) fsm.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.index++
	data, err := proto.Marshal(&fsmpb.Entry{TimeMs: r.clock.NowMS(), Level: 1, Commands: []*fsmpb.Command{c}})
	if err != nil {
		r.t.Errorf("marshal: %v", err)
	}
	var res fsm.Result
	for _, n := range r.nodes {
		before := n.replica.View().Counters()
		defer func() {
			if after := n.replica.View().Counters(); testing.Verbose() && (after.Illegal != before.Illegal || after.Unsynced != before.Unsynced) {
				r.t.Logf("illegal %d unsynced %d: %s", after.Illegal-before.Illegal, after.Unsynced-before.Unsynced, c)
			}
		}()
		switch a := n.replica.Apply(&raft.Log{Index: r.index, Term: r.term, Type: raft.LogCommand, Data: data}).(type) {
		case []fsm.Result:
			res = a[0]
		case error:
			r.t.Errorf("apply on %s: %v", n.id, a)
		}
	}
	return res
}

// state is the state of any node.
func (r *rig) state() *fsm.State {
	for _, n := range r.nodes {
		return n.replica.View()
	}
	return nil
}

// start runs the node's links.
func (n *rigNode) start() {
	ctx, stop := context.WithCancel(n.ctx)
	n.stop = stop
	o := Options{
		NodeID: n.id, Boot: n.boot, Log: n, Secrets: noSecrets{}, Replica: n.replica, Clock: clock.Monotonic(),
		Dial:     func(ctx context.Context, a string) (net.Conn, error) { return n.dial(ctx, a) },
		Password: func(string) (string, error) { return "secret", nil },
		Logger:   n.log(), Applied: n.replica.WatchFacts,
		Ended: func(id string) bool { n.mu.Lock(); defer n.mu.Unlock(); return n.nodes[id].dead },
	}
	if n.adjust != nil {
		n.adjust(&o)
	}
	n.links = New(o)
	links := n.links
	n.work.Go(func() {
		if err := links.Run(ctx); err != nil {
			n.t.Errorf("links of %s: %v", n.id, err)
		}
	})
}

func (n *rigNode) log() hclog.Logger {
	switch {
	case n.logger != nil:
		return n.logger
	case testing.Verbose():
		return hclog.New(&hclog.LoggerOptions{Name: n.id, Level: hclog.Debug})
	}
	return hclog.NewNullLogger()
}

// lead makes the node the leader of a new term.
func (n *rigNode) lead() {
	n.mu.Lock()
	n.term++
	term := n.term
	n.mu.Unlock()
	ctx, cancel := context.WithCancel(n.ctx)
	n.done = make(chan struct{})
	n.work.Go(func() {
		defer close(n.done)
		var all sync.WaitGroup
		all.Go(func() {
			if err := n.links.Lead(ctx, term); err != nil {
				n.t.Errorf("%s leads: %v", n.id, err)
			}
		})
		all.Go(func() { _ = deadlines.Run(ctx, n, n.replica, n.clock.NowMS, hclog.NewNullLogger()) })
		all.Wait()
	})
	n.resign = func() {
		cancel()
		<-n.done
		n.resign = nil
	}
}

// restart ends the node's links and starts them again.
func (n *rigNode) restart() {
	n.stop()
	n.start()
}

// link is what the node says of a link.
func (n *rigNode) link(name string) LinkInfo {
	for _, l := range n.links.Status() {
		if l.Name == name {
			return l
		}
	}
	return LinkInfo{}
}

// kill ends the node's process: its connections close and nothing more of it
// gets into the log.
func (n *rigNode) kill() {
	n.mu.Lock()
	n.frozen, n.dead = true, true
	n.mu.Unlock()
	n.net.Kill("node:" + n.id)
	if n.resign != nil {
		n.resign()
	}
	n.stop()
}

// revive starts a node again that was killed.
func (r *rig) revive(id string) {
	r.t.Helper()
	n := r.nodes[id]
	r.mu.Lock()
	n.frozen, n.dead = false, false
	r.mu.Unlock()
	n.start()
}

// Propose implements proposer.Log.
func (n *rigNode) Propose(ctx context.Context, c *fsmpb.Command) (fsm.Result, error) {
	n.mu.Lock()
	frozen := n.frozen
	n.mu.Unlock()
	if frozen {
		<-ctx.Done()
	}
	if ctx.Err() != nil {
		return fsm.Result{}, ctx.Err()
	}
	res := n.apply(c)
	if res.Err != nil {
		return res, res.Err
	}
	return res, nil
}

// await waits, in virtual time, until ok says yes to the state.
func (r *rig) await(limit time.Duration, what string, ok func(*fsm.State) bool) {
	r.t.Helper()
	for range int(limit/(10*time.Millisecond)) + 1 {
		if ok(r.state()) {
			return
		}
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
	}
	r.t.Fatalf("not within %v: %s", limit, what)
}

// ready tells whether the switch is ready and everything verified.
func ready(v *fsm.State) bool {
	sw, _ := v.Switch("sw")
	return sw.Ready && v.UnverifiedCount() == 0
}

// held is a call as the state or the switch has it.
type held map[string]string // device → state

// compare compares the state with the switch's truth, and tells how many calls
// and parties it compared.
func (r *rig) compare() (calls, parties int) {
	r.t.Helper()
	synctest.Wait()
	truth := make(map[string]held)
	for _, c := range r.sim.Truth().Calls {
		h := make(held)
		for _, p := range c.Connections {
			h[p.Device] = string(p.State)
		}
		if inside(h) {
			truth[c.Linkage] = h
		}
	}
	for c := range r.state().Calls() {
		h := make(held)
		for _, p := range c.Connections {
			h[p.Device] = stateNames[p.State]
		}
		if !inside(h) {
			continue // nobody sees it; it is forgotten after a while
		}
		linkage := hexLinkage(c.Linkage)
		t, ok := truth[linkage]
		if !ok {
			r.t.Errorf("stuck call %d %v, linkage %s", c.Id, h, linkage)
			continue
		}
		delete(truth, linkage)
		calls++
		for d, s := range t {
			if h[d] == "" && strings.HasPrefix(d, "+") {
				continue // reached through the network: it has a part once it rings
			}
			parties++
			if h[d] != s {
				r.t.Errorf("call %d, device %s: %q, the switch says %q\n%s", c.Id, d, h[d], s, r.history(c.Id))
			}
			delete(h, d)
		}
		if len(h) > 0 {
			r.t.Errorf("call %d: stuck parties %v, at the switch %v\n%s", c.Id, h, t, r.history(c.Id))
		}
	}
	for l, h := range truth {
		r.t.Errorf("missing call with linkage %s: %v", l, h)
	}
	return calls, parties
}

// inside tells whether somebody in a call is watched.
func inside(h held) bool {
	for d := range h {
		if !strings.HasPrefix(d, "+") {
			return true
		}
	}
	return false
}

// hexLinkage is a linkage ID without its element.
func hexLinkage(raw string) string {
	_, s, _ := strings.Cut(raw, ">")
	s, _, _ = strings.Cut(s, "<")
	return s
}

var stateNames = map[fsmpb.ConnectionState]string{
	fsmpb.ConnectionState_INITIATED: "initiated", fsmpb.ConnectionState_ALERTING: "alerting", fsmpb.ConnectionState_CONNECTED: "connected",
	fsmpb.ConnectionState_HOLD: "hold", fsmpb.ConnectionState_QUEUED_STATE: "queued", fsmpb.ConnectionState_FAIL: "fail",
}

// configure changes a setting of the switch for connections to come. It takes
// effect at once on those without monitors.
func (r *rig) configure(name, value string) {
	sw, _ := r.state().Switch("sw")
	settings := slices.DeleteFunc(slices.Clone(sw.Settings), func(o *fsmpb.Option) bool { return o.Name == name })
	settings = append(settings, &fsmpb.Option{Name: name, Value: value})
	r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: "sw", Protocol: sw.Protocol, Settings: settings}}}})
	synctest.Wait()
}

func (r *rig) epoch() uint64 {
	sw, _ := r.state().Switch("sw")
	return sw.Epoch
}

func (n *rigNode) setLag(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lag = d
}

// ids are the IDs of script's calls by linkage.
func (r *rig) ids() map[string]uint64 {
	synctest.Wait()
	ids := make(map[string]uint64)
	for c := range r.state().Calls() {
		if slices.ContainsFunc(c.Connections, func(p *fsm.Connection) bool { return strings.HasPrefix(p.Device, "190") }) {
			ids[c.Linkage] = c.Id
		}
	}
	return ids
}

// sameIDs fails if a call got another ID.
func (r *rig) sameIDs(before map[string]uint64) {
	r.t.Helper()
	n := 0
	for c := range r.state().Calls() {
		if id, ok := before[c.Linkage]; ok {
			n++
			if id != c.Id {
				r.t.Errorf("call %d was %d before", c.Id, id)
			}
		}
	}
	if n < 5 {
		r.t.Errorf("%d calls lived through it", n)
	}
}
