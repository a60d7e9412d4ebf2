package fsm

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"io"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/encoding/protowire"
)

// snapshotFormat is the format that WriteSnapshot writes.
const snapshotFormat = 1

// WriteSnapshot writes the whole state: a Header, the tables' objects as Items in
// the order of tables and keys, the feed's records, and a Trailer; each message
// is preceded by its length as a varint. Equal states give equal bytes. On a
// State that View returned it may run while the machine goes on.
func (s *State) WriteSnapshot(w io.Writer) error {
	sw := &snapshotWriter{w: bufio.NewWriterSize(w, 64<<10), sum: fnv.New64a()}
	sw.write(s.header())
	for v := range values(s.switches.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Switch{Switch: v}})
	}
	for v := range values(s.links.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Link{Link: v}})
	}
	for v := range values(s.nodes.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Node{Node: v}})
	}
	for v := range values(s.devices.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Device{Device: v}})
	}
	for v := range values(s.calls.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Call{Call: v}})
	}
	for v := range values(s.tombstones.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Tombstone{Tombstone: v}})
	}
	for v := range values(s.sessions.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Session{Session: v}})
	}
	for v := range values(s.monitors.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Monitor{Monitor: v}})
	}
	for v := range values(s.intents.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Intent{Intent: v}})
	}
	for v := range values(s.registrations.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Registration{Registration: v}})
	}
	for v := range values(s.routes.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Route{Route: v}})
	}
	for v := range values(s.deadlines.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Deadline{Deadline: v}})
	}
	for v := range values(s.heard.all()) {
		sw.item(&fsmpb.Item{Kind: &fsmpb.Item_Heard{Heard: v}})
	}
	s.feed.after(s.feed.floor, func(k kept) bool {
		sw.record(k.encoded)
		return sw.err == nil
	})
	sw.write(&fsmpb.Item{Kind: &fsmpb.Item_Trailer{Trailer: &fsmpb.Trailer{Items: sw.items, Sum: sw.sum.Sum64()}}})
	if sw.err == nil {
		sw.err = sw.w.Flush()
	}
	if sw.err != nil {
		return fmt.Errorf("write snapshot of entry %d: %w", s.index, sw.err)
	}
	return nil
}

func (s *State) header() *fsmpb.Header {
	return &fsmpb.Header{
		Format: snapshotFormat, Level: s.level, ClusterId: s.clusterID, Generation: s.generation,
		Index: s.index, Term: s.term, TimeMs: s.timeMS, Settings: s.settings, Counters: s.counters,
		Hash: s.hash, HashIndex: s.hashIndex, Floor: s.feed.floor.Proto(), FeedSeq: s.feed.seq, Entries: s.entries,
	}
}

type snapshotWriter struct {
	w     *bufio.Writer
	sum   hash.Hash64 // over all bytes before the trailer
	items uint64
	buf   []byte
	err   error
}

func (w *snapshotWriter) item(i *fsmpb.Item) {
	w.items++
	w.write(i)
}

// fieldRecord is the number of the record in an Item.
const fieldRecord protowire.Number = 13

// record writes an Item that holds a record, of which the encoding is there.
func (w *snapshotWriter) record(encoded []byte) {
	if w.err != nil {
		return
	}
	w.items++
	size := protowire.SizeTag(fieldRecord) + protowire.SizeBytes(len(encoded))
	w.buf = binary.AppendUvarint(w.buf[:0], uint64(size))
	w.buf = protowire.AppendTag(w.buf, fieldRecord, protowire.BytesType)
	w.buf = protowire.AppendBytes(w.buf, encoded)
	w.sum.Write(w.buf)
	_, w.err = w.w.Write(w.buf)
}

func (w *snapshotWriter) write(m message) {
	if w.err != nil {
		return
	}
	w.buf = binary.AppendUvarint(w.buf[:0], uint64(m.SizeVT()))
	w.buf = appendEncoded(w.buf, m)
	w.sum.Write(w.buf)
	_, w.err = w.w.Write(w.buf)
}
