package cstaserver

import (
	"sync"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// How much an Events keeps: clients that keep up are a few milliseconds apart.
const (
	eventsKept = 4096    // events
	octetsKept = 8 << 20 // octets
	eventCosts = 256     // octets, more than an event takes beside its XML
)

// Events has the newest events as they go out, for all clients of a node: an
// event is encoded once for each edition, when the first client hears it, and
// copied for the others. A client that lags so far that its events are no longer
// kept encodes them for itself and takes nothing from the others.
type Events struct {
	editions [csta.Ed6 - csta.Ed3 + 1]sync.Map // *encoded by *fsm.Record

	mu      sync.Mutex // held while an event is encoded, never while one is sent
	encoder csta.Encoder
	ring    [eventsKept]*encoded
	next, n int // in ring: the place of the next event, and how many there are
	octets  int
	floor   fsm.Position // of the newest record that was dropped
}

// NewEvents makes an Events.
func NewEvents() *Events { return new(Events) }

// encoded is an event of one edition.
type encoded struct {
	record  *fsm.Record
	edition csta.Edition
	name    string         // of the event
	xml     *csta.EventXML // nil: CSTA has no event for it, or it can't be sent
	err     error          // why it can't be sent, or not with all that it carries
}

// of gives a record's event, and whether it was encoded for this call.
func (s *Events) of(r *fsm.Record, ed csta.Edition) (e *encoded, first bool) {
	if e, ok := s.edition(ed).Load(r); ok {
		return e.(*encoded), false
	}
	if e, first = s.share(r, ed); e == nil {
		return encode(new(csta.Encoder), r, ed), true
	}
	return e, first
}

func (s *Events) edition(ed csta.Edition) *sync.Map { return &s.editions[ed-csta.Ed3] }

// share encodes an event for all; nil if it is too old for that.
func (s *Events) share(r *fsm.Record, ed csta.Edition) (e *encoded, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.edition(ed).Load(r); ok {
		return e.(*encoded), false
	}
	if !s.floor.Before(fsm.PositionOf(r.Position)) {
		return nil, false
	}
	e = encode(&s.encoder, r, ed)
	s.octets += e.size()
	for s.n == eventsKept || s.octets > octetsKept && s.n > 0 {
		s.drop()
	}
	s.ring[s.next] = e
	s.next = (s.next + 1) % eventsKept
	s.n++
	s.edition(ed).Store(r, e)
	return e, true
}

// drop forgets the event that was encoded first.
func (s *Events) drop() {
	first := (s.next + eventsKept - s.n) % eventsKept
	e := s.ring[first]
	s.ring[first] = nil
	s.n--
	s.octets -= e.size()
	s.edition(e.edition).Delete(e.record)
	if at := fsm.PositionOf(e.record.Position); s.floor.Before(at) {
		s.floor = at
	}
}

// size is what an event takes, in octets.
func (e *encoded) size() int {
	if e.xml == nil {
		return eventCosts
	}
	return eventCosts + e.xml.Len("", "")
}

// encode gives a record as an event. A call's event leaves out what makes it too
// long for a frame, or can't be written.
func encode(enc *csta.Encoder, r *fsm.Record, ed csta.Edition) *encoded {
	e := &encoded{record: r, edition: ed}
	switch k := r.Kind.(type) {
	case *fsmpb.Record_Call:
		e.call(enc, k.Call)
	case *fsmpb.Record_Agent:
		e.xml, e.err = e.message(enc, agentEvent(k.Agent))
	case *fsmpb.Record_Feature:
		e.xml, e.err = e.message(enc, featureEvent(k.Feature))
	case *fsmpb.Record_Private:
		e.xml, e.err = e.message(enc, privateEvent(k.Private))
	}
	return e
}

func (e *encoded) message(enc *csta.Encoder, m csta.Message) (*csta.EventXML, error) {
	if m == nil {
		return nil, nil
	}
	e.name = m.Name()
	return enc.EventXML(csta.Declaration, m, e.edition)
}

// call tries until the event can be sent. The first error is the one to tell: it
// says what was wrong with the event as it was.
func (e *encoded) call(enc *csta.Encoder, change *fsmpb.CallChange) {
	for try := 0; ; try++ {
		xml, err := e.message(enc, callEvent(change))
		if err == nil && xml != nil && csta.HeaderLen+xml.Len(longestXref, csta.StateConnected) > csta.MaxSend {
			err = &csta.FrameError{Reason: csta.FrameLong, Length: csta.HeaderLen + xml.Len(longestXref, csta.StateConnected)}
		}
		if err == nil {
			e.xml = xml
			return
		}
		if try == 0 {
			e.err = err
			change = copyOf(change)
		}
		if !shorter(change) {
			return
		}
	}
}

// longestXref is the longest monitorCrossRefID.
const longestXref = "18446744073709551615"
