package switchsim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A replica is what a client knows that believes every event. Full monitors must lead it to the truth.
type replica struct {
	t       *testing.T
	edition int
	refs    map[string]string           // device by cross reference
	local   map[string]map[string]State // call, device: as localConnectionInfo says
	subject map[string]map[string]State // call, device: as the events' subjects say
	agents  map[string]string           // device and group: state
	dnd     map[string]bool
	forward map[string]string // device and type: destination
	events  int
}

func newReplica(t *testing.T, edition int) *replica {
	return &replica{
		t: t, edition: edition, refs: map[string]string{}, local: map[string]map[string]State{},
		subject: map[string]map[string]State{}, agents: map[string]string{}, dnd: map[string]bool{}, forward: map[string]string{},
	}
}

func set(calls map[string]map[string]State, call, device string, s State) {
	if calls[call] == nil {
		calls[call] = map[string]State{}
	}
	if calls[call][device] = s; s == Null {
		delete(calls[call], device)
	}
	if len(calls[call]) == 0 {
		delete(calls, call)
	}
}

var subjectStates = map[string]struct {
	connection string
	state      State
}{
	"ServiceInitiatedEvent": {"initiatedConnection", Initiated}, "OriginatedEvent": {"originatedConnection", Connected},
	"DeliveredEvent": {"connection", Alerting}, "EstablishedEvent": {"establishedConnection", Connected},
	"HeldEvent": {"heldConnection", Hold}, "RetrievedEvent": {"retrievedConnection", Connected},
	"QueuedEvent": {"queuedConnection", Queued}, "FailedEvent": {"failedConnection", Fail},
	"DivertedEvent": {"connection", Null}, "ConnectionClearedEvent": {"droppedConnection", Null},
	"NetworkReachedEvent": {"outboundConnection", Connected},
}

// hear takes one event in.
func (x *replica) hear(body string) {
	n := judgeSent(x.t, x.edition, body)
	device, known := x.refs[n.value("monitorCrossRefID")]
	if !known {
		x.t.Fatalf("event for an unknown monitor: %s", body)
	}
	x.events++
	switch form, isCall := subjectStates[n.name]; {
	case isCall:
		x.hearCall(n, device, form.connection, form.state)
	case n.name == "TransferedEvent":
		x.hearMerge(n, device, "transferredConnections", "transferringDevice", Null)
	case n.name == "ConferencedEvent":
		x.hearMerge(n, device, "conferenceConnections", "conferencingDevice", Connected)
	default:
		x.hearDevice(n)
	}
}

func (x *replica) hearCall(n *node, device, connection string, s State) {
	call, party := n.value(connection, "callID"), n.value(connection, "deviceID")
	if _, known := x.subject[call]; !known {
		if caller := n.value("callingDevice", "deviceIdentifier"); caller != party && strings.HasPrefix(caller, "+") {
			set(x.subject, call, caller, Connected) // a call from outside begins with its first event
		}
	}
	set(x.subject, call, party, s)
	set(x.local, call, device, State(n.value("localConnectionInfo")))
}

func (x *replica) hearMerge(n *node, device, list, subject string, stays State) {
	primary, secondary := n.value("primaryOldCall", "callID"), n.value("secondaryOldCall", "callID")
	local := State(n.value("localConnectionInfo"))
	kept := ""
	after := map[string]State{}
	for _, item := range n.get(list).children {
		kept = item.value("newConnection", "callID")
		party := item.value("newConnection", "deviceID")
		old := kept
		if item.has("oldConnection") {
			old = item.value("oldConnection", "callID")
		}
		if after[party] = x.subject[old][party]; after[party] == "" {
			after[party] = x.subject[kept][party] // a later copy of the same event
		}
		if after[party] == "" {
			after[party] = Connected // joined in a single step
		}
	}
	if by := n.value(subject, "deviceIdentifier"); stays != Null {
		after[by] = stays
	}
	for _, old := range []string{primary, secondary} {
		set(x.local, old, device, Null)
		delete(x.subject, old)
	}
	x.subject[kept] = after
	set(x.local, kept, device, local)
}

func (x *replica) hearDevice(n *node) {
	agent := n.value("agentDevice", "deviceIdentifier") + " " + n.value("acdGroup")
	device := n.value("device", "deviceIdentifier")
	switch n.name {
	case "AgentLoggedOnEvent", "AgentNotReadyEvent":
		x.agents[agent] = "agentNotReady"
	case "AgentLoggedOffEvent":
		delete(x.agents, agent)
	case "AgentReadyEvent":
		x.agents[agent] = "agentReady"
	case "AgentBusyEvent":
		x.agents[agent] = "agentBusy"
	case "AgentWorkingAfterCallEvent":
		x.agents[agent] = "agentWorkingAfterCall"
	case "DoNotDisturbEvent":
		x.dnd[device] = n.value("doNotDisturbOn") == "true"
	case "ForwardingEvent":
		key := device + " " + n.value("forwardingType")
		if delete(x.forward, key); n.value("forwardStatus") == "true" {
			x.forward[key] = n.value("forwardTo")
		}
	}
}

// compare compares the replica with the truth. Calls that no monitored device is in any more can't be known.
func (x *replica) compare(truth Truth, name func(id string) string) {
	x.t.Helper()
	want := map[string]map[string]State{}
	wantLocal := map[string]map[string]State{}
	for _, c := range truth.Calls {
		inside := false
		for _, k := range c.Connections {
			inside = inside || !strings.HasPrefix(k.Device, "+")
		}
		for _, k := range c.Connections {
			if inside {
				set(want, name(c.ID), k.Device, k.State)
			}
			if !strings.HasPrefix(k.Device, "+") {
				set(wantLocal, name(c.ID), k.Device, k.State)
			}
		}
	}
	maps.DeleteFunc(x.subject, func(_ string, parties map[string]State) bool {
		return !slices.ContainsFunc(slices.Collect(maps.Keys(parties)), func(d string) bool { return !strings.HasPrefix(d, "+") })
	})
	if diff := cmp.Diff(wantLocal, x.local); diff != "" {
		x.t.Errorf("localConnectionInfo leads away from the truth (-truth +replica):\n%s", diff)
	}
	if diff := cmp.Diff(want, x.subject); diff != "" {
		x.t.Errorf("the events lead away from the truth (-truth +replica):\n%s", diff)
	}
	agents, forward := map[string]string{}, map[string]string{}
	for _, a := range truth.Agents {
		for _, g := range a.Groups {
			agents[a.Device+" "+g.Group] = string(g.State)
		}
	}
	for _, d := range truth.Devices {
		if x.dnd[d.ID] != d.DND {
			x.t.Errorf("do not disturb of %s: replica %v, truth %v", d.ID, x.dnd[d.ID], d.DND)
		}
		for _, f := range d.Forwarding {
			forward[d.ID+" "+f.Type] = f.To
		}
	}
	if diff := cmp.Diff(agents, x.agents); diff != "" {
		x.t.Errorf("the agents' events lead away from the truth (-truth +replica):\n%s", diff)
	}
	if diff := cmp.Diff(forward, x.forward); diff != "" {
		x.t.Errorf("the forwarding events lead away from the truth (-truth +replica):\n%s", diff)
	}
}

func TestReplay_FullMonitorsLeadToTheTruth(t *testing.T) {
	for _, tt := range []struct {
		opt  Options
		link int
	}{
		{Options{Seed: 21}, 1},
		{Options{Seed: 22, MergeID: MergePrimary, Rename: RenameDistinct}, 2},
		{Options{Seed: 23, MergeID: MergeSecondary, Rename: RenameSwapped}, 2},
		{Options{Seed: 24, Edition: 4, NoLinkage: true}, 1},
		{Options{Seed: 25, Edition: 3, LateResponses: true}, 1},
	} {
		opt := tt.opt
		t.Run(fmt.Sprintf("seed %d %s %s", opt.Seed, opt.MergeID, opt.Rename), func(t *testing.T) {
			opt.Agents, opt.QueueFrames = 40, 100000
			withRig(t, opt, func(r *rig) {
				edition := r.s.opt.Edition
				x := newReplica(t, edition)
				c := r.dial(tt.link)
				c.take()
				c.monitorAllIn(edition, x)
				r.s.SetRate(10)
				for range 20 {
					time.Sleep(5 * time.Second) // virtual
					for _, body := range c.take() {
						x.hear(body)
					}
					x.compare(r.s.Truth(), func(id string) string {
						return opt.Rename.callName(tt.link-1, RenameOff.callNamed(0, id))
					})
					if t.Failed() {
						t.FailNow()
					}
				}
				if x.events < 5000 || len(r.s.Violations()) != 0 {
					t.Errorf("%d events and violations %v, want at least 5000 and none", x.events, r.s.Violations())
				}
			})
		})
	}
}

// monitorAllIn monitors every device in an edition other than the newest.
func (c *client) monitorAllIn(edition int, x *replica) {
	c.send(0, `<SystemStatusResponse xmlns="`+ns(edition)+`"/>`)
	for i, d := range c.r.s.Truth().Devices {
		c.send(i+1, `<MonitorStart xmlns="`+ns(edition)+`"><monitorObject><deviceObject>`+d.ID+`</deviceObject></monitorObject></MonitorStart>`)
		n := judgeSent(c.r.t, edition, c.answer(i+1))
		x.refs[n.value("monitorCrossRefID")] = d.ID
	}
	for _, a := range c.r.s.Truth().Agents {
		for _, g := range a.Groups {
			x.agents[a.Device+" "+g.Group] = string(g.State)
		}
	}
}
