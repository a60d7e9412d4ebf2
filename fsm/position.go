package fsm

import (
	"cmp"
	"fmt"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Position is a place in the feed: the Raft index of the entry that emitted a
// record, and the record's number within that entry, from 1. The zero Position
// is before everything.
type Position struct {
	Index  uint64
	Offset uint32
}

// PositionOf reads a position from its wire form; nil is the zero Position.
func PositionOf(p *fsmpb.Position) Position {
	return Position{Index: p.GetIndex(), Offset: p.GetOffset()}
}

// Proto gives the wire form.
func (p Position) Proto() *fsmpb.Position {
	return &fsmpb.Position{Index: p.Index, Offset: p.Offset}
}

// Compare orders positions: -1, 0 or 1.
func (p Position) Compare(q Position) int {
	if c := cmp.Compare(p.Index, q.Index); c != 0 {
		return c
	}
	return cmp.Compare(p.Offset, q.Offset)
}

// Before tells whether p comes before q.
func (p Position) Before(q Position) bool { return p.Compare(q) < 0 }

func (p Position) String() string { return fmt.Sprintf("%d.%d", p.Index, p.Offset) }
