package fsm

import (
	"iter"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Type aliases, so that readers of this package need one import.
type (
	Call              = fsmpb.Call
	Connection        = fsmpb.Connection
	Device            = fsmpb.Device
	Switch            = fsmpb.Switch
	Link              = fsmpb.Link
	Node              = fsmpb.Node
	Session           = fsmpb.Session
	Monitor           = fsmpb.Monitor
	Intent            = fsmpb.Intent
	Route             = fsmpb.Route
	RouteRegistration = fsmpb.RouteRegistration
	Tombstone         = fsmpb.Tombstone
	Heard             = fsmpb.Heard
	Record            = fsmpb.Record
)

// State is the whole replicated state. A State that View returned never
// changes, and neither do the objects in it: copy before you change one.
type State struct {
	clusterID  string
	generation uint64
	index      uint64 // last applied entry
	term       uint64
	timeMS     int64
	level      uint32
	entries    uint64
	hash       uint64
	hashIndex  uint64

	settings *fsmpb.Settings // immutable
	counters *fsmpb.Counters // the machine's own; a view holds a copy

	switches      table[string, *Switch]
	links         table[string, *Link]
	nodes         table[string, *Node]
	devices       table[string, *Device] // by deviceKey
	calls         table[uint64, *Call]
	tombstones    table[uint64, *Tombstone] // by call ID
	sessions      table[uint64, *Session]
	monitors      table[uint64, *Monitor]
	intents       table[uint64, *Intent]
	registrations table[uint64, *RouteRegistration]
	routes        table[uint64, *Route]
	deadlines     table[string, *fsmpb.Deadline] // by kind and key
	heard         table[uint64, *Heard]          // by seq
	feed          Feed

	// Worked out from the tables.
	aliases    index[string, string]   // deviceKey of an alias → device ID
	names      index[string, uint64]   // nameKey → call ID, live and retired
	bearers    index[string, struct{}] // bearerKeys: each call that has a name
	identities index[string, uint64]   // switch and identity → session
	watchers   index[string, struct{}] // deviceKey and xref → device monitors
	owned      index[string, uint64]   // session and xref → xref
	owning     index[uint64, uint32]   // session → number of its monitors
	heardBy    index[string, uint64]   // heardKey → seq
	due        index[string, string]   // deadlines in order of time → key in deadlines
	unwatched  index[string, struct{}] // deviceKeys whose upstream monitor is not as wanted
	unverified index[string, struct{}] // deviceKeys that wait for a snapshot
	traits     *traits                 // the machine's own; a view doesn't read it
}

const sep = "\x00"

func deviceKey(sw, id string) string { return sw + sep + id }

// nameKey is where a switch's name for a call on one link leads to.
func nameKey(link, call string) string { return link + sep + call }

// Index is the Raft index of the last applied entry, Term its term.
func (s *State) Index() uint64 { return s.index }

// Term is the Raft term of the last applied entry.
func (s *State) Term() uint64 { return s.term }

// TimeMS is the log time of the last applied entry, ms since the Unix epoch.
func (s *State) TimeMS() int64 { return s.timeMS }

// ClusterID is empty until the cluster is bootstrapped.
func (s *State) ClusterID() string { return s.clusterID }

// Generation counts the restores of a backup.
func (s *State) Generation() uint64 { return s.generation }

// Level is the committed feature level.
func (s *State) Level() uint32 { return s.level }

// Hash is the state hash and the index of the entry after which it was taken.
func (s *State) Hash() (hash, index uint64) { return s.hash, s.hashIndex }

// Settings are the replicated limits and times.
func (s *State) Settings() *fsmpb.Settings { return s.settings }

// Counters count what happened since the cluster began.
func (s *State) Counters() *fsmpb.Counters { return s.counters }

// Feed is the recent part of the feed.
func (s *State) Feed() *Feed { return &s.feed }

// Call finds a live call.
func (s *State) Call(id uint64) (*Call, bool) { return s.calls.get(id) }

// Calls yields the live calls by ID.
func (s *State) Calls() iter.Seq[*Call] { return values(s.calls.all()) }

// CallsAfter yields the live calls with IDs above id, by ID.
func (s *State) CallsAfter(id uint64) iter.Seq[*Call] { return values(s.calls.from(id + 1)) }

// CallCount is the number of live calls.
func (s *State) CallCount() int { return s.calls.len() }

// Tombstone finds a call that ended less than the tombstone time ago.
func (s *State) Tombstone(id uint64) (*Tombstone, bool) { return s.tombstones.get(id) }

// CallByName finds the live call that a link names so.
func (s *State) CallByName(link, name string) (*Call, bool) {
	id, ok := s.names.get(nameKey(link, name))
	if !ok {
		return nil, false
	}
	return s.calls.get(id)
}

// Device finds a device by its ID or one of its aliases.
func (s *State) Device(sw, id string) (*Device, bool) {
	return s.devices.get(deviceKey(sw, s.DeviceID(sw, id)))
}

// DeviceID resolves an alias; an unknown name stays as it is.
func (s *State) DeviceID(sw, id string) string {
	if to, ok := s.aliases.get(deviceKey(sw, id)); ok {
		return to
	}
	return id
}

// Devices yields the devices of a switch by ID; of all switches if sw is empty.
func (s *State) Devices(sw string) iter.Seq[*Device] {
	return func(yield func(*Device) bool) {
		if sw == "" {
			for _, d := range s.devices.all() {
				if !yield(d) {
					return
				}
			}
			return
		}
		for _, d := range s.devices.from(sw + sep) {
			if d.Switch != sw || !yield(d) {
				return
			}
		}
	}
}

// Switch finds a switch.
func (s *State) Switch(name string) (*Switch, bool) { return s.switches.get(name) }

// Switches yields the switches by name.
func (s *State) Switches() iter.Seq[*Switch] { return values(s.switches.all()) }

// Link finds a link.
func (s *State) Link(name string) (*Link, bool) { return s.links.get(name) }

// Links yields the links by name.
func (s *State) Links() iter.Seq[*Link] { return values(s.links.all()) }

// Node finds a node.
func (s *State) Node(id string) (*Node, bool) { return s.nodes.get(id) }

// Nodes yields the nodes by ID.
func (s *State) Nodes() iter.Seq[*Node] { return values(s.nodes.all()) }

// Session finds a client's session.
func (s *State) Session(id uint64) (*Session, bool) { return s.sessions.get(id) }

// Sessions yields the sessions by ID.
func (s *State) Sessions() iter.Seq[*Session] { return values(s.sessions.all()) }

// Monitor finds a client's monitor by its cross reference ID.
func (s *State) Monitor(xref uint64) (*Monitor, bool) { return s.monitors.get(xref) }

// Monitors yields the clients' monitors by cross reference ID.
func (s *State) Monitors() iter.Seq[*Monitor] { return values(s.monitors.all()) }

// Intents yields the intents without an outcome, oldest first.
func (s *State) Intents() iter.Seq[*Intent] { return values(s.intents.all()) }

// Intent finds an intent without an outcome.
func (s *State) Intent(id uint64) (*Intent, bool) { return s.intents.get(id) }

// Registrations yields the route registrations by ID.
func (s *State) Registrations() iter.Seq[*RouteRegistration] { return values(s.registrations.all()) }

// Routes yields the open routing dialogues by ID.
func (s *State) Routes() iter.Seq[*Route] { return values(s.routes.all()) }

// Route finds an open routing dialogue by our crossRefIdentifier.
func (s *State) Route(id uint64) (*Route, bool) { return s.routes.get(id) }

// Unwatched yields the devices of a switch whose upstream monitor is not as it
// should be in the switch's present epoch: wanted and not up, or up and due for
// release.
func (s *State) Unwatched(sw string) iter.Seq[*Device] { return s.marked(&s.unwatched, sw) }

// Unverified yields the watched devices of a switch that wait for a snapshot.
func (s *State) Unverified(sw string) iter.Seq[*Device] { return s.marked(&s.unverified, sw) }

// UnverifiedCount is the number of devices that wait for a snapshot.
func (s *State) UnverifiedCount() int { return s.unverified.len() }

func (s *State) marked(x *index[string, struct{}], sw string) iter.Seq[*Device] {
	return func(yield func(*Device) bool) {
		for k := range x.from(sw + sep) {
			d, ok := s.devices.get(k)
			if !ok {
				continue
			}
			if d.Switch != sw || !yield(d) {
				return
			}
		}
	}
}

// NextDeadline is the earliest deadline.
func (s *State) NextDeadline() (*fsmpb.Deadline, bool) {
	for _, k := range s.due.all() {
		return s.deadlines.get(k)
	}
	return nil, false
}

func values[K any, V any](seq iter.Seq2[K, V]) iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, v := range seq {
			if !yield(v) {
				return
			}
		}
	}
}
