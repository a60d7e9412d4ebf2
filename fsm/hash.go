package fsm

import (
	"cmp"
	"fmt"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// The state hash is a sum over all objects, so that it doesn't depend on their
// order and only those that changed since the last one are encoded again.
//
// What changed waits before it is hashed: a call that changes with each event, and
// is over before the next hash is taken, is never encoded for it. It must not wait
// for too long either, or the log would stand still while the hash is taken. So an
// object is hashed once it has not changed for about as many entries as are left
// until then, a few with each entry.

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
	// turn has what changed until now wait for add, unless it changes again.
	turn()
	// waiting is how many objects wait for add.
	waiting() int
	// add takes up to n waiting objects into the sum.
	add(total uint64, n int) uint64
}

// share is one table's share of the sum.
type share[K cmp.Ordered, V message] struct {
	kind  byte
	table *table[K, V]
	each  map[K]uint64
	wait  []K // changed before the last turn
	buf   []byte
}

func shareOf[K cmp.Ordered, V message](kind byte, t *table[K, V]) *share[K, V] {
	return &share[K, V]{kind: kind, table: t, each: make(map[K]uint64, t.len())}
}

// The order in which a map yields the keys makes no difference to a sum.
func (s *share[K, V]) turn() {
	if len(s.table.dirty) == 0 {
		return
	}
	for k := range s.table.dirty {
		s.wait = append(s.wait, k)
	}
	if len(s.table.dirty) <= maxCleared {
		clear(s.table.dirty)
	} else { // clearing one that was large once costs every time
		s.table.dirty = make(map[K]struct{})
	}
}

// maxCleared is the size of a set that is cleared instead of made anew.
const maxCleared = 4096

func (s *share[K, V]) waiting() int { return len(s.wait) }

func (s *share[K, V]) add(total uint64, n int) uint64 {
	for _, k := range s.wait[:n] {
		if _, again := s.table.dirty[k]; again {
			continue // its turn will come
		}
		total -= s.each[k]
		v, ok := s.table.get(k)
		if !ok {
			delete(s.each, k)
			continue
		}
		s.buf = appendEncoded(s.buf[:0], v)
		h := hashOf(s.kind, s.buf)
		s.each[k] = h
		total += h
	}
	if s.wait = s.wait[n:]; len(s.wait) == 0 {
		s.wait = nil
	}
	return total
}

// hashLump is how many objects are hashed with one entry at most, so that the log
// is not held up. What is left over is hashed when the hash is taken.
const hashLump = 512

// keepUp hashes some of what has changed. left is the number of entries until the
// hash is taken. Turns are half as far from each other each time: after 512
// entries, when 256 are left, 128 and so on.
func (x *sums) keepUp(left uint64) {
	if left&(left-1) == 0 {
		x.turn()
	}
	n := 0
	for _, p := range x.parts {
		n += p.waiting()
	}
	if n == 0 {
		return
	}
	// Until the next turn, which is when half of what is left is over.
	n = min(n/int(max(left/2, 1))+1, hashLump)
	for _, p := range x.parts {
		some := min(n, p.waiting())
		x.total = p.add(x.total, some)
		n -= some
	}
}

func (x *sums) turn() {
	for _, p := range x.parts {
		p.turn()
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
	x.turn()
	for _, p := range x.parts {
		x.total = p.add(x.total, p.waiting())
	}
	h := s.header()
	h.Hash, h.HashIndex = 0, 0
	return x.total + s.feed.sum + hashOf(kindHeader, appendEncoded(nil, h))
}

// hashOf hashes the encoding of an object (which holds its key): FNV-1a over its
// kind and the encoding, mixed so that sums of similar objects differ.
func hashOf(kind byte, encoded []byte) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := (offset ^ uint64(kind)) * prime
	for _, b := range encoded {
		h = (h ^ uint64(b)) * prime
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd // finaliser of MurmurHash3
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

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
