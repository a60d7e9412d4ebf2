package cstaserver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/proposer"
	"google.golang.org/protobuf/proto"
)

// cluster is the state machine with a log that applies at once, as long as
// there is a leader. It stands for the proposer and the replicas of all nodes.
type cluster struct {
	t       testing.TB
	machine *fsm.Machine

	mu      sync.Mutex
	index   uint64
	changed chan struct{}
	open    chan struct{} // closed while there is a leader
	secrets [][]byte
	seen    []*fsmpb.Command // proposed by clients' sides
	epoch   uint64
	ordinal uint64
}

const (
	testSwitch = "pbx"
	testLink   = "pbx-1"
)

// newCluster has a switch with a link that is up and in service.
func newCluster(t testing.TB, devices ...string) *cluster {
	cl := &cluster{t: t, machine: fsm.New(), changed: make(chan struct{}), open: make(chan struct{})}
	close(cl.open)
	cl.must(&fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c", Settings: &fsmpb.Settings{}}}})
	cl.must(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: testSwitch, Protocol: "csta"}}}})
	cl.must(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &fsmpb.Link{Name: testLink, Switch: testSwitch, Address: "a:1"}}}})
	var setup []*fsmpb.DeviceSetup
	for _, d := range devices {
		setup = append(setup, &fsmpb.DeviceSetup{Id: d})
	}
	cl.must(&fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Switch: testSwitch, Devices: setup}}})
	cl.claim()
	cl.ready()
	return cl
}

// apply puts one command into the log.
func (cl *cluster) apply(c *fsmpb.Command) fsm.Result {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	cl.index++
	data, err := proto.Marshal(&fsmpb.Entry{TimeMs: time.Now().UnixMilli(), Level: 1, Commands: []*fsmpb.Command{c}})
	if err != nil {
		cl.t.Fatal(err)
	}
	r, err := cl.machine.Apply(cl.index, 1, data)
	if err != nil {
		cl.t.Fatal(err)
	}
	close(cl.changed)
	cl.changed = make(chan struct{})
	return r[0]
}

func (cl *cluster) must(c *fsmpb.Command) uint64 {
	cl.t.Helper()
	r := cl.apply(c)
	if r.Err != nil {
		cl.t.Fatalf("%v: %v", c, r.Err)
	}
	return r.ID
}

func (cl *cluster) claim() {
	cl.epoch = cl.must(&fsmpb.Command{Kind: &fsmpb.Command_ClaimLink{ClaimLink: &fsmpb.ClaimLink{Switch: testSwitch, Link: testLink, Node: "n1", Term: 1}}})
	cl.ordinal = 0
}

func (cl *cluster) ready() {
	cl.must(&fsmpb.Command{Kind: &fsmpb.Command_SwitchReady{SwitchReady: &fsmpb.SwitchReady{Switch: testSwitch, Epoch: cl.epoch}}})
}

// fact says something on the link.
func (cl *cluster) fact(f *fsmpb.Fact) {
	cl.t.Helper()
	cl.ordinal++
	f.Link, f.Epoch, f.Ordinal = testLink, cl.epoch, cl.ordinal
	cl.must(&fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: f}})
}

// watch brings the upstream monitors up and settles the devices, as the link
// driver does.
func (cl *cluster) watch(devices ...string) {
	cl.t.Helper()
	for _, d := range devices {
		cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Monitor{Monitor: &fsmpb.UpstreamMonitor{Device: d, Up: true, Existing: true}}})
		cl.snapshot(d)
	}
}

// snapshot settles a device with these calls.
func (cl *cluster) snapshot(device string, calls ...*fsmpb.SnapshotCall) {
	cl.t.Helper()
	cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{
		Device: device, Began: cl.ordinal, Calls: calls, CallsKnown: true, AgentsKnown: true, DndKnown: true, ForwardingKnown: true,
	}}})
}

func (cl *cluster) call(e *fsmpb.CallEvent) {
	cl.t.Helper()
	cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: e}})
}

func party(id string) *fsmpb.Party { return &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: id} }

func swConn(call, device string) *fsmpb.SwitchConn {
	return &fsmpb.SwitchConn{Call: call, Device: device}
}

// delivered: calling rings at called; the copy for the monitored device via.
func (cl *cluster) delivered(call, calling, called, via string, local fsmpb.ConnectionState) {
	cl.t.Helper()
	cl.call(&fsmpb.CallEvent{
		Type: fsmpb.EventType_DELIVERED, Via: via, Subject: swConn(call, called), Device: party(called), Local: local, HasLocal: true,
		Cause: "newCall", Calling: party(calling), Called: party(called),
	})
}

func (cl *cluster) established(call, calling, called, via string) {
	cl.t.Helper()
	cl.call(&fsmpb.CallEvent{
		Type: fsmpb.EventType_ESTABLISHED, Via: via, Subject: swConn(call, called), Device: party(called),
		Local: fsmpb.ConnectionState_CONNECTED, HasLocal: true, Cause: "normal", Calling: party(calling), Called: party(called),
	})
}

func (cl *cluster) cleared(call, device, via string, local fsmpb.ConnectionState) {
	cl.t.Helper()
	cl.call(&fsmpb.CallEvent{
		Type: fsmpb.EventType_CONNECTION_CLEARED, Via: via, Subject: swConn(call, device), Device: party(device),
		Local: local, HasLocal: true, Cause: "normalClearing",
	})
}

// done is the switch's answer to the intent that waits; it fails without one.
func (cl *cluster) done(o *fsmpb.Outcome) *fsmpb.Request {
	cl.t.Helper()
	var i *fsm.Intent
	cl.wait("an intent", func(v *fsm.State) bool {
		for i = range v.Intents() {
			return true
		}
		return false
	})
	o.Intent = i.Id
	cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Outcome{Outcome: o}})
	return i.Request
}

// wait waits for the state.
func (cl *cluster) wait(what string, ok func(*fsm.State) bool) {
	cl.t.Helper()
	limit := time.After(10 * time.Second)
	for {
		changed := cl.Changed()
		if ok(cl.View()) {
			return
		}
		select {
		case <-changed:
		case <-limit:
			cl.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// View and Changed implement clients.Replica.
func (cl *cluster) View() *fsm.State { return cl.machine.View() }

func (cl *cluster) Changed() <-chan struct{} {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	return cl.changed
}

// noLeader makes what clients' sides propose wait until leader is called.
func (cl *cluster) noLeader() {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	cl.open = make(chan struct{})
}

func (cl *cluster) leader() {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	close(cl.open)
}

// Propose implements proposer.Log.
func (cl *cluster) Propose(ctx context.Context, c *fsmpb.Command) (fsm.Result, error) {
	cl.mu.Lock()
	open := cl.open
	cl.mu.Unlock()
	select {
	case <-open:
	case <-ctx.Done():
		return fsm.Result{}, context.Cause(ctx)
	}
	cl.note(c)
	r := cl.apply(c)
	if r.Err != nil {
		return r, r.Err
	}
	return r, nil
}

func (cl *cluster) note(c *fsmpb.Command) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	cl.seen = append(cl.seen, c)
}

// Stream implements proposer.Log.
func (cl *cluster) Stream(name string, limit int) proposer.Stream {
	s := &stream{cl: cl, name: name, limit: limit, dead: make(chan struct{}), stop: make(chan struct{}), poke: make(chan struct{}, 1)}
	s.wg.Go(s.run)
	return s
}

// stream proposes each command twice, as one does that isn't sure of the first.
type stream struct {
	cl    *cluster
	name  string
	limit int
	wg    sync.WaitGroup
	dead  chan struct{}
	stop  chan struct{}
	poke  chan struct{}

	mu      sync.Mutex
	items   []*fsmpb.Command
	last    uint64
	applied uint64
	err     error
}

func (s *stream) Send(ctx context.Context, build func(uint64) *fsmpb.Command, secret []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if len(s.items) >= s.limit {
		return errors.New("the stream is full, and the test's doesn't wait")
	}
	s.last++
	s.items = append(s.items, build(s.last))
	if secret != nil {
		s.cl.mu.Lock()
		s.cl.secrets = append(s.cl.secrets, secret)
		s.cl.mu.Unlock()
	}
	signal(s.poke)
	return nil
}

func (s *stream) run() {
	for {
		select {
		case <-s.poke:
		case <-s.stop:
			return
		}
		s.mu.Lock()
		items := s.items
		s.items = nil
		s.mu.Unlock()
		for _, c := range items {
			s.cl.mu.Lock()
			open := s.cl.open
			s.cl.mu.Unlock()
			select {
			case <-open:
			case <-s.stop:
				return
			}
			s.cl.note(c)
			r := s.cl.apply(c)
			s.cl.apply(c)
			s.mu.Lock()
			s.applied++
			if r.Err != nil && s.err == nil {
				s.err = fmt.Errorf("%s: %w", s.name, r.Err)
				close(s.dead)
			}
			s.mu.Unlock()
		}
	}
}

func (s *stream) Last() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func (s *stream) Applied() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.applied
}

func (s *stream) Dead() <-chan struct{} { return s.dead }

func (s *stream) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *stream) Close() {
	close(s.stop)
	s.wg.Wait()
}

// role is what a node says of leadership.
type role struct {
	mu                   sync.Mutex
	leading, known, live bool
	changed              chan struct{}
}

func newRole(leading, known, live bool) *role {
	return &role{leading: leading, known: known, live: live, changed: make(chan struct{})}
}

func (r *role) set(leading, known, live bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leading, r.known, r.live = leading, known, live
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *role) get(b *bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return *b
}

func (r *role) Leading() bool     { return r.get(&r.leading) }
func (r *role) LeaderKnown() bool { return r.get(&r.known) }
func (r *role) Live() bool        { return r.get(&r.live) }

func (r *role) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}
