package proposer

import (
	"context"
	"fmt"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// item is one command on its way. It is encoded once: entries and proposals are
// put together of such encodings.
type item struct {
	data   []byte
	level  uint32    // that a node needs to understand it
	at     time.Time // when it came
	secret []byte    // of a client's command; nil if there is none
	key    secretKey
	local  bool // may not be handed on: it was handed to us
	ctx    context.Context
	answer chan answer // one slot; nil for a stream's

	stream  *stream
	ordinal uint64
}

type answer struct {
	result fsm.Result
	err    error
}

// newItem encodes a command. A text that isn't UTF-8 is an error: no node could
// read an entry with it.
func (p *Proposer) newItem(c *fsmpb.Command, secret []byte) (*item, error) {
	data, err := proto.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode a command: %w", err)
	}
	if len(data) > p.o.EntryBytes {
		return nil, fmt.Errorf("a command of %d bytes: the limit of an entry is %d", len(data), p.o.EntryBytes)
	}
	it := &item{data: data, level: fsm.Needs(c), at: time.Now()}
	if k := c.GetClient(); k != nil && secret != nil {
		it.secret, it.key = secret, secretKey{k.Session, k.Attachment, k.Ordinal}
	}
	return it, nil
}

// size is the most that the command takes of an entry.
func (it *item) size() int { return len(it.data) + 8 }

func sizeOf(batch []*item) (n int) {
	for _, it := range batch {
		n += it.size()
	}
	return n
}

// The numbers of the fields of an Entry and a Proposal.
const (
	entryTime        protowire.Number = 1
	entryLevel       protowire.Number = 2
	entryCommands    protowire.Number = 3
	proposalCommands protowire.Number = 1
)

// entryOf is an encoded fsmpb.Entry.
func entryOf(timeMS int64, batch []*item) []byte {
	level := uint32(1)
	for _, it := range batch {
		level = max(level, it.level)
	}
	b := make([]byte, 0, sizeOf(batch)+32)
	b = protowire.AppendVarint(protowire.AppendTag(b, entryTime, protowire.VarintType), uint64(timeMS))
	b = protowire.AppendVarint(protowire.AppendTag(b, entryLevel, protowire.VarintType), uint64(level))
	return appendCommands(b, entryCommands, batch)
}

// proposalOf is an encoded fsmpb.Proposal.
func proposalOf(batch []*item) ([]byte, error) {
	secrets := new(fsmpb.Proposal)
	for _, it := range batch {
		if it.secret != nil {
			secrets.Secrets = append(secrets.Secrets, &fsmpb.Secret{Session: it.key.session, Attachment: it.key.attachment, Ordinal: it.key.ordinal, Value: it.secret})
		}
	}
	b := appendCommands(make([]byte, 0, sizeOf(batch)), proposalCommands, batch)
	return proto.MarshalOptions{}.MarshalAppend(b, secrets)
}

func appendCommands(b []byte, field protowire.Number, batch []*item) []byte {
	for _, it := range batch {
		b = protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), it.data)
	}
	return b
}
