package fsm

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// baseLevel is the feature level of a new cluster.
const baseLevel = 1

func newState() *State {
	return &State{
		level:    baseLevel,
		settings: DefaultSettings(),
		counters: new(fsmpb.Counters),

		switches:      newTable[string, *Switch](),
		links:         newTable[string, *Link](),
		nodes:         newTable[string, *Node](),
		devices:       newTable[string, *Device](),
		calls:         newTable[uint64, *Call](),
		tombstones:    newTable[uint64, *Tombstone](),
		sessions:      newTable[uint64, *Session](),
		monitors:      newTable[uint64, *Monitor](),
		intents:       newTable[uint64, *Intent](),
		registrations: newTable[uint64, *RouteRegistration](),
		routes:        newTable[uint64, *Route](),
		deadlines:     newTable[string, *fsmpb.Deadline](),
		heard:         newTable[uint64, *Heard](),

		aliases:    newIndex[string, string](),
		names:      newIndex[string, uint64](),
		bearers:    newIndex[string, struct{}](),
		identities: newIndex[string, uint64](),
		watchers:   newIndex[string, struct{}](),
		owned:      newIndex[string, uint64](),
		owning:     newIndex[uint64, uint32](),
		heardBy:    newIndex[string, uint64](),
		due:        newIndex[string, string](),
		unwatched:  newIndex[string, struct{}](),
		unverified: newIndex[string, struct{}](),
	}
}

// copy is a picture of the state that never changes. It costs the same however
// large the state is: tables and feed are shared until the machine changes them.
func (s *State) copy() *State {
	c := *s
	c.counters = proto.CloneOf(s.counters)

	c.switches = s.switches.copy()
	c.links = s.links.copy()
	c.nodes = s.nodes.copy()
	c.devices = s.devices.copy()
	c.calls = s.calls.copy()
	c.tombstones = s.tombstones.copy()
	c.sessions = s.sessions.copy()
	c.monitors = s.monitors.copy()
	c.intents = s.intents.copy()
	c.registrations = s.registrations.copy()
	c.routes = s.routes.copy()
	c.deadlines = s.deadlines.copy()
	c.heard = s.heard.copy()

	c.aliases = s.aliases.copy()
	c.names = s.names.copy()
	c.bearers = s.bearers.copy()
	c.identities = s.identities.copy()
	c.watchers = s.watchers.copy()
	c.owned = s.owned.copy()
	c.owning = s.owning.copy()
	c.heardBy = s.heardBy.copy()
	c.due = s.due.copy()
	c.unwatched = s.unwatched.copy()
	c.unverified = s.unverified.copy()

	s.feed.shared = true
	c.feed = s.feed
	return &c
}
