package fsm

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"io"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// maxItem bounds the encoded size of one object of a snapshot, in bytes. Log
// entries are bounded by 256 KiB; an object gathers from several.
const maxItem = 16 << 20

// Restore replaces the whole state by a snapshot's. On an error the state stays
// as it was.
func (m *Machine) Restore(r io.Reader) error {
	s, err := readSnapshot(r)
	if err != nil {
		return fmt.Errorf("restore snapshot: %w", err)
	}
	x := newSums(s)
	x.hash(s) // the next one then hashes only what changes from here on
	m.mu.Lock()
	defer m.mu.Unlock()
	m.s, m.view, m.sums = s, nil, x
	return nil
}

func readSnapshot(in io.Reader) (*State, error) {
	r := &snapshotReader{r: bufio.NewReaderSize(in, 64<<10), sum: fnv.New64a()}
	var h fsmpb.Header
	if err := r.read(&h); err != nil {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	switch {
	case h.Format == 0:
		return nil, errors.New("this is not a snapshot of this program: it has no format")
	case h.Format > snapshotFormat:
		return nil, fmt.Errorf("its format is %d and this build reads up to %d: install the newer release on this node", h.Format, snapshotFormat)
	case h.Level > MaxLevel:
		return nil, fmt.Errorf("it needs feature level %d and this build knows %d: install the newer release on this node", h.Level, MaxLevel)
	}
	s := newState()
	if err := s.takeHeader(&h); err != nil {
		return nil, err
	}
	l := &loader{txn: &txn{State: s}}
	for n := uint64(0); ; n++ {
		sum := r.sum.Sum64()
		var i fsmpb.Item
		if err := r.read(&i); err != nil {
			return nil, fmt.Errorf("read item %d: %w", n, err)
		}
		if t := i.GetTrailer(); t != nil {
			if t.Items != n || t.Sum != sum {
				return nil, fmt.Errorf("it is damaged: the trailer says %d items with sum %016x, and %d with sum %016x were read", t.Items, t.Sum, n, sum)
			}
			break
		}
		if err := l.take(&i); err != nil {
			return nil, fmt.Errorf("item %d: %w", n, err)
		}
	}
	if _, err := r.r.ReadByte(); err != io.EOF {
		return nil, errors.New("it is damaged: something follows the trailer")
	}
	s.feed.seq = h.FeedSeq
	s.rebuild()
	return s, nil
}

func (s *State) takeHeader(h *fsmpb.Header) error {
	full, err := withDefaults(h.Settings)
	if err != nil {
		return fmt.Errorf("its settings: %w", err)
	}
	s.level, s.clusterID, s.generation = h.Level, h.ClusterId, h.Generation
	s.index, s.term, s.timeMS, s.entries = h.Index, h.Term, h.TimeMs, h.Entries
	s.hash, s.hashIndex = h.Hash, h.HashIndex
	s.settings = full
	if h.Counters != nil {
		s.counters = h.Counters
	}
	s.feed.floor = PositionOf(h.Floor)
	s.feed.last = s.feed.floor
	return nil
}

type snapshotReader struct {
	r   *bufio.Reader
	sum hash.Hash64
	buf []byte
}

// read reads one message. Its bytes count for the sum.
func (r *snapshotReader) read(m proto.Message) error {
	size, err := binary.ReadUvarint(r.r)
	if err != nil {
		return incomplete(err)
	}
	if size > maxItem {
		return fmt.Errorf("it is damaged: an object of %d bytes, more than %d", size, maxItem)
	}
	r.buf = binary.AppendUvarint(r.buf[:0], size)
	head := len(r.buf)
	// Grow with what really comes, not with what the length claims.
	body := io.LimitedReader{R: r.r, N: int64(size)}
	for body.N > 0 {
		n := min(body.N, 64<<10)
		at := len(r.buf)
		r.buf = append(r.buf, make([]byte, n)...)
		if _, err := io.ReadFull(&body, r.buf[at:]); err != nil {
			return incomplete(err)
		}
	}
	r.sum.Write(r.buf)
	if err := proto.Unmarshal(r.buf[head:], m); err != nil {
		return fmt.Errorf("it is damaged: %w", err)
	}
	return nil
}

func incomplete(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("it is incomplete: %w", io.ErrUnexpectedEOF)
	}
	return err
}

// loader puts a snapshot's objects into a new state.
type loader struct{ *txn }

func (l *loader) take(i *fsmpb.Item) error {
	s := l.State
	switch k := i.Kind.(type) {
	case *fsmpb.Item_Switch:
		s.switches.put(k.Switch.Name, k.Switch)
	case *fsmpb.Item_Link:
		s.links.put(k.Link.Name, k.Link)
	case *fsmpb.Item_Node:
		s.nodes.put(k.Node.Id, k.Node)
	case *fsmpb.Item_Device:
		s.devices.put(deviceKey(k.Device.Switch, k.Device.Id), k.Device)
	case *fsmpb.Item_Call:
		s.calls.put(k.Call.Id, k.Call)
	case *fsmpb.Item_Tombstone:
		s.tombstones.put(k.Tombstone.Call, k.Tombstone)
	case *fsmpb.Item_Session:
		l.putSession(k.Session)
	case *fsmpb.Item_Monitor:
		l.putMonitor(k.Monitor)
	case *fsmpb.Item_Intent:
		s.intents.put(k.Intent.Id, k.Intent)
	case *fsmpb.Item_Registration:
		s.registrations.put(k.Registration.Id, k.Registration)
	case *fsmpb.Item_Route:
		s.routes.put(k.Route.Id, k.Route)
	case *fsmpb.Item_Deadline:
		l.setDeadline(k.Deadline.Kind, k.Deadline.Key, k.Deadline.DueMs)
	case *fsmpb.Item_Heard:
		s.heard.put(k.Heard.Seq, k.Heard)
		s.heardBy.put(heardKey(k.Heard.Switch, k.Heard.Event), k.Heard.Seq)
	case *fsmpb.Item_Record:
		if p := PositionOf(k.Record.Position); !s.feed.last.Before(p) {
			return fmt.Errorf("it is damaged: record %s follows %s", p, s.feed.last)
		}
		s.feed.append(k.Record)
	default:
		return errors.New("an object of a kind that this build doesn't know: install the newer release on this node")
	}
	return nil
}

// rebuild works out from the tables what isn't in the snapshot.
func (s *State) rebuild() {
	for c := range s.Calls() {
		s.name(nameOfLive, c.Id, c.Names)
	}
	for b := range values(s.tombstones.all()) {
		s.name(nameOfRetired, b.Call, b.Names)
	}
	for k, d := range s.devices.all() {
		for _, a := range d.Aliases {
			s.aliases.put(deviceKey(d.Switch, a), d.Id)
		}
		s.markDevice(k, d)
	}
}
