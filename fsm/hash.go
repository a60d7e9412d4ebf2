package fsm

import (
	"cmp"
	"fmt"
	"hash/fnv"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// The state hash is a sum over all objects, so that it doesn't depend on their
// order and only those that changed since the last one are encoded again.

// sums holds what the state hash is worked out from.
type sums struct {
	total uint64
	parts [tableCount]adder
}

// The tables, in the order of the snapshot. The numbers are part of the hash.
const (
	tableSwitch = iota
	tableLink
	tableNode
	tableDevice
	tableCall
	tableTombstone
	tableSession
	tableMonitor
	tableIntent
	tableRegistration
	tableRoute
	tableDeadline
	tableHeard
	tableCount

	// What is hashed beside the tables.
	kindHeader = 100
	kindRecord = 101
)

// adder brings a table's share of the sum up to date.
type adder interface {
	update(total uint64) uint64
	pending() int // objects that changed since
}

// share is one table's share of the sum.
type share[K cmp.Ordered, V proto.Message] struct {
	kind  byte
	table *table[K, V]
	each  map[K]uint64
}

func shareOf[K cmp.Ordered, V proto.Message](kind byte, t *table[K, V]) *share[K, V] {
	return &share[K, V]{kind: kind, table: t, each: make(map[K]uint64, t.len())}
}

// update hashes the objects that changed. The order in which a map yields them
// makes no difference to a sum.
func (s *share[K, V]) update(total uint64) uint64 {
	for k := range s.table.dirty {
		total -= s.each[k]
		v, ok := s.table.get(k)
		if !ok {
			delete(s.each, k)
			continue
		}
		h := hashOf(s.kind, v)
		s.each[k] = h
		total += h
	}
	if len(s.table.dirty) <= 2*hashLump {
		clear(s.table.dirty)
	} else { // clearing one that was large once costs every time
		s.table.dirty = make(map[K]struct{})
	}
	return total
}

func (s *share[K, V]) pending() int { return len(s.table.dirty) }

// hashLump is how many changed objects are hashed at once: the log is not held up
// for long, and what changes often is hashed seldom.
const hashLump = 256

// keepUp hashes what has changed, if it is much.
func (x *sums) keepUp() {
	n := 0
	for _, p := range x.parts {
		n += p.pending()
	}
	if n >= hashLump {
		x.update()
	}
}

func (x *sums) update() {
	for _, p := range x.parts {
		x.total = p.update(x.total)
	}
}

// newSums prepares the sums of a state of which nothing has been hashed.
func newSums(s *State) sums {
	return sums{parts: [tableCount]adder{
		tableSwitch:       shareOf(tableSwitch, &s.switches),
		tableLink:         shareOf(tableLink, &s.links),
		tableNode:         shareOf(tableNode, &s.nodes),
		tableDevice:       shareOf(tableDevice, &s.devices),
		tableCall:         shareOf(tableCall, &s.calls),
		tableTombstone:    shareOf(tableTombstone, &s.tombstones),
		tableSession:      shareOf(tableSession, &s.sessions),
		tableMonitor:      shareOf(tableMonitor, &s.monitors),
		tableIntent:       shareOf(tableIntent, &s.intents),
		tableRegistration: shareOf(tableRegistration, &s.registrations),
		tableRoute:        shareOf(tableRoute, &s.routes),
		tableDeadline:     shareOf(tableDeadline, &s.deadlines),
		tableHeard:        shareOf(tableHeard, &s.heard),
	}}
}

// hash brings the sums up to date and returns the hash of the state.
func (x *sums) hash(s *State) uint64 {
	x.update()
	h := s.header()
	h.Hash, h.HashIndex = 0, 0
	return x.total + s.feed.sum + hashOf(kindHeader, h)
}

// hashOf hashes one object: FNV-1a over its kind and its deterministic encoding
// (which holds its key), mixed so that sums of similar objects differ.
func hashOf(kind byte, m proto.Message) uint64 {
	_, h := encode(kind, m)
	return h
}

// encode is the deterministic encoding of an object, with its hash.
func encode(kind byte, m proto.Message) ([]byte, uint64) {
	f := fnv.New64a()
	b, err := deterministic.Marshal(m)
	if err != nil { // a text that isn't UTF-8; log entries can't carry one
		b = []byte(err.Error())
	}
	f.Write([]byte{kind})
	f.Write(b)
	h := f.Sum64()
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd // finaliser of MurmurHash3
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return b, h ^ h>>33
}

var deterministic = proto.MarshalOptions{Deterministic: true}

// takeHash stores the hash of the state as the present entry left it.
func (m *Machine) takeHash() {
	m.view = nil
	m.s.hash, m.s.hashIndex = m.sums.hash(m.s), m.s.index
}

// hashCheck compares the leader's hash with ours. It says nothing if ours is of
// another entry already, or while nodes run different releases: then encodings
// may differ where states don't.
func (t *txn) hashCheck(c *fsmpb.HashCheck) (Result, error) {
	if c.Index == 0 || c.Index != t.hashIndex || c.Hash == t.hash || t.mixed() {
		return Result{}, nil
	}
	return Result{}, fmt.Errorf("after entry %d this node's state hash is %016x and the leader's is %016x: "+
		"the states differ; keep this node's data for the analysis, then let it rejoin with an empty store", c.Index, t.hash, c.Hash)
}

// mixed tells whether the nodes run different releases.
func (t *txn) mixed() bool {
	versions := make(map[string]bool)
	for n := range t.Nodes() {
		versions[n.Version] = true
	}
	return len(versions) > 1
}
