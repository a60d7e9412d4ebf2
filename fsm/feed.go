package fsm

import (
	"errors"
	"sort"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// ErrCursorTooOld says that records after the cursor are already gone: the
// reader needs the full state first.
var ErrCursorTooOld = errors.New("cursor too old: the feed no longer holds what followed it; read the full state and go on from its position")

const feedChunk = 512

// Feed is the recent part of the ordered stream of changes, bounded by count
// and bytes. A Feed taken from a View never changes.
type Feed struct {
	chunks [][]kept // each feedChunk long
	first  int      // records of chunks[0] that are gone
	filled int      // records in the last chunk; they are never changed
	count  int
	bytes  uint64
	floor  Position // records up to here are gone
	last   Position
	seq    uint64 // records ever emitted
	shared bool   // a view holds the outer slice
	sum    uint64 // of the hashes of the records held
}

// kept is a record with its encoding, which the state hash and snapshots need. What
// is older than feedWarm is kept by its encoding alone: it is seldom read, and takes
// a fifth of the memory.
type kept struct {
	record  *fsmpb.Record // nil: only encoded
	at      Position
	encoded []byte
	hash    uint64
}

// feedWarm is the number of chunks whose records are kept as they are.
const feedWarm = 16

// read gives the record.
func (k kept) read() *fsmpb.Record {
	if k.record != nil {
		return k.record
	}
	r := new(fsmpb.Record)
	_ = proto.Unmarshal(k.encoded, r) // which we encoded
	return r
}

// Floor is the position up to which records are gone.
func (f *Feed) Floor() Position { return f.floor }

// Last is the position of the newest record.
func (f *Feed) Last() Position { return f.last }

// Len is the number of records held.
func (f *Feed) Len() int { return f.count }

// Total is the number of records ever emitted.
func (f *Feed) Total() uint64 { return f.seq }

// After calls fn for each record after p, in order, until fn returns false.
// The records must not be changed. It returns ErrCursorTooOld if records after p
// are gone.
func (f *Feed) After(p Position, fn func(*fsmpb.Record) bool) error {
	if p.Before(f.floor) {
		return ErrCursorTooOld
	}
	f.after(p, func(k kept) bool { return fn(k.read()) })
	return nil
}

// after is After for a position that is not below the floor.
func (f *Feed) after(p Position, fn func(kept) bool) {
	if !p.Before(f.last) {
		return
	}
	ci := sort.Search(len(f.chunks), func(i int) bool {
		c := f.chunk(i)
		return p.Before(c[len(c)-1].at)
	})
	for ; ci < len(f.chunks); ci++ {
		c := f.chunk(ci)
		from := 0
		if ci == 0 {
			from = f.first
		}
		ri := from + sort.Search(len(c)-from, func(i int) bool {
			return p.Before(c[from+i].at)
		})
		for ; ri < len(c); ri++ {
			if !fn(c[ri]) {
				return
			}
		}
	}
}

// chunk is what a chunk holds.
func (f *Feed) chunk(i int) []kept {
	if i == len(f.chunks)-1 {
		return f.chunks[i][:f.filled]
	}
	return f.chunks[i]
}

func (f *Feed) append(r *fsmpb.Record) {
	n := len(f.chunks)
	if n == 0 || f.filled == feedChunk {
		f.own()
		f.chunks, f.filled = append(f.chunks, make([]kept, feedChunk)), 0
		n++
		f.cool(n - feedWarm)
	}
	// Views know how far the chunk was filled: what comes after that is invisible to them.
	k := kept{record: r, at: PositionOf(r.Position)}
	k.encoded = appendEncoded(nil, r)
	k.hash = hashOf(kindRecord, k.encoded)
	f.chunks[n-1][f.filled] = k
	f.filled++
	f.count++
	f.seq++
	f.bytes += uint64(len(k.encoded))
	f.sum += k.hash
	f.last = k.at
}

// cool drops the records of the last warm chunk before the i-th. Views keep theirs.
func (f *Feed) cool(i int) {
	if i < 1 || f.chunks[i-1][feedChunk-1].record == nil {
		return
	}
	cold := make([]kept, feedChunk)
	for j, k := range f.chunks[i-1] {
		k.record = nil
		cold[j] = k
	}
	f.chunks[i-1] = cold
}

// own makes the outer slice ours alone, if a view shares it.
func (f *Feed) own() {
	if f.shared {
		f.chunks = append(make([][]kept, 0, len(f.chunks)+1), f.chunks...)
		f.shared = false
	}
}

// trim drops the oldest records beyond the limits.
func (f *Feed) trim(records uint32, bytes uint64) {
	for f.count > 0 && (f.count > int(records) || f.bytes > bytes) {
		r := f.chunks[0][f.first]
		f.floor = r.at
		f.bytes -= uint64(len(r.encoded))
		f.sum -= r.hash
		f.count--
		f.first++
		if f.first == len(f.chunk(0)) {
			f.chunks = f.chunks[1:]
			f.first = 0
		}
	}
}
