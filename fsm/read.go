package fsm

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// ReadEntry reads the data of the log entry at index.
func ReadEntry(index uint64, data []byte) (*fsmpb.Entry, error) {
	e, err := readEntry(data)
	if err != nil {
		return nil, fmt.Errorf("read log entry %d: %w; this node's log is damaged or was written by something else", index, err)
	}
	if e.Level > MaxLevel {
		return nil, fmt.Errorf("log entry %d needs feature level %d and this build knows %d: install the newer release on this node", index, e.Level, MaxLevel)
	}
	return e, nil
}

// readEntry is proto.Unmarshal of an entry. Nearly all of a log is facts about
// calls. Those are read here, in half the time and a third of the memory; what
// is the least out of the ordinary is left to proto.Unmarshal.
func readEntry(data []byte) (*fsmpb.Entry, error) {
	var r reader
	if e := r.entry(data); !r.odd {
		return e, nil
	}
	e := new(fsmpb.Entry)
	return e, proto.Unmarshal(data, e)
}

// reader reads what an entry usually has. It sets odd if it met something else.
type reader struct {
	odd   bool
	texts [8]string // the last ones
	next  int       // place in texts
}

const (
	varint = uint64(protowire.VarintType)
	length = uint64(protowire.BytesType)
)

// fields gives each field of a message: its number and wire type as they are
// written, and the number or the bytes that it holds.
func (r *reader) fields(b []byte, field func(key, n uint64, b []byte)) {
	for len(b) > 0 && !r.odd {
		key, size := protowire.ConsumeVarint(b)
		if size < 0 {
			r.odd = true
			return
		}
		b = b[size:]
		var n uint64
		var content []byte
		switch key & 7 {
		case varint:
			n, size = protowire.ConsumeVarint(b)
		case length:
			content, size = protowire.ConsumeBytes(b)
		default:
			size = -1
		}
		if size < 0 {
			r.odd = true
			return
		}
		b = b[size:]
		field(key, n, content)
	}
}

func (r *reader) entry(data []byte) *fsmpb.Entry {
	e := &fsmpb.Entry{Commands: make([]*fsmpb.Command, 0, 1+len(data)/128)}
	r.fields(data, func(key, n uint64, b []byte) {
		switch key {
		case 1<<3 | varint:
			e.TimeMs = int64(n)
		case 2<<3 | varint:
			e.Level = uint32(n)
		case 3<<3 | length:
			e.Commands = append(e.Commands, r.command(b))
		default:
			r.odd = true
		}
	})
	return e
}

func (r *reader) command(b []byte) *fsmpb.Command {
	if len(b) > 0 && uint64(b[0]) == 1<<3|length {
		if c := r.callFact(b); !r.odd {
			return c
		}
	}
	c := new(fsmpb.Command)
	r.odd = proto.Unmarshal(b, c) != nil
	return c
}

// callFact is a command with a fact about a call, made at once. The state keeps
// nothing of it but what it points to.
type callFact struct {
	command fsmpb.Command
	kind    fsmpb.Command_Fact
	fact    fsmpb.Fact
	body    fsmpb.Fact_Call
	event   fsmpb.CallEvent
	subject fsmpb.SwitchConn
}

func (r *reader) callFact(b []byte) *fsmpb.Command {
	x := new(callFact)
	x.command.Kind, x.kind.Fact, x.fact.Body = &x.kind, &x.fact, &x.body
	seen := false
	r.fields(b, func(key, _ uint64, b []byte) {
		r.expect(key == 1<<3|length && !seen)
		seen = true
		r.fact(x, b)
	})
	r.expect(x.body.Call != nil)
	return &x.command
}

func (r *reader) fact(x *callFact, b []byte) {
	f := &x.fact
	r.fields(b, func(key, n uint64, b []byte) {
		switch key {
		case 1<<3 | length:
			f.Link = r.text(b)
		case 2<<3 | varint:
			f.Epoch = n
		case 3<<3 | varint:
			f.Ordinal = n
		case 10<<3 | length:
			r.expect(x.body.Call == nil)
			x.body.Call = &x.event
			r.event(x, b)
		case 30<<3 | length:
			f.Event = r.text(b)
		case 31<<3 | varint:
			f.Part = uint32(n)
		case 32<<3 | length:
			f.Target = r.text(b)
		case 33<<3 | length:
			f.Subscription = r.text(b)
		case 34<<3 | varint:
			f.Sequence = uint32(n)
		case 35<<3 | varint:
			f.Restarted = protowire.DecodeBool(n)
		default:
			r.odd = true
		}
	})
}

func (r *reader) event(x *callFact, b []byte) {
	e := &x.event
	r.fields(b, func(key, n uint64, b []byte) {
		switch key {
		case 1<<3 | varint:
			e.Type = fsmpb.EventType(n)
		case 2<<3 | length:
			e.Via = r.text(b)
		case 3<<3 | length:
			r.expect(e.Subject == nil)
			e.Subject = &x.subject
			r.conn(e.Subject, b)
		case 4<<3 | length:
			r.party(&e.Device, b)
		case 5<<3 | varint:
			e.Local = fsmpb.ConnectionState(n)
		case 6<<3 | varint:
			e.HasLocal = protowire.DecodeBool(n)
		case 7<<3 | length:
			e.Cause = r.text(b)
		case 8<<3 | length:
			r.party(&e.Calling, b)
		case 9<<3 | length:
			r.party(&e.Called, b)
		case 10<<3 | length:
			r.party(&e.LastRedirection, b)
		case 11<<3 | length:
			r.party(&e.NewDestination, b)
		case 18<<3 | length:
			r.expect(e.Data == nil)
			e.Data = r.data(b)
		case 19<<3 | varint:
			e.DataPresent = protowire.DecodeBool(n)
		case 20<<3 | length:
			e.Linkage = r.text(b)
		default:
			r.odd = true
		}
	})
}

func (r *reader) conn(c *fsmpb.SwitchConn, b []byte) {
	r.fields(b, func(key, _ uint64, b []byte) {
		switch key {
		case 1<<3 | length:
			c.Call = r.text(b)
		case 2<<3 | length:
			c.Device = r.text(b)
		default:
			r.odd = true
		}
	})
}

func (r *reader) party(at **fsmpb.Party, b []byte) {
	r.expect(*at == nil)
	p := new(fsmpb.Party)
	r.fields(b, func(key, n uint64, b []byte) {
		switch key {
		case 1<<3 | varint:
			p.Kind = fsmpb.Party_Kind(n)
		case 2<<3 | length:
			p.Id = r.text(b)
		case 3<<3 | length:
			p.TypeOfNumber = r.text(b)
		default:
			r.odd = true
		}
	})
	*at = p
}

func (r *reader) data(b []byte) *fsmpb.CallData {
	d := new(fsmpb.CallData)
	r.fields(b, func(key, _ uint64, b []byte) {
		r.expect(len(b) > 0)
		switch key {
		case 1<<3 | length:
			d.Correlator = slices.Clone(b)
		case 2<<3 | length:
			d.UserData = slices.Clone(b)
		case 3<<3 | length:
			d.AccountCode = slices.Clone(b)
		default:
			r.odd = true
		}
	})
	return d
}

// text reads a text. The same ones come again and again: the link, the cause, a
// device as the one that is watched, that the event is about, that is called.
func (r *reader) text(b []byte) string {
	for _, s := range r.texts {
		if s == string(b) {
			return s
		}
	}
	if !utf8.Valid(b) {
		r.odd = true
		return ""
	}
	s := string(b)
	r.texts[r.next%len(r.texts)] = s
	r.next++
	return s
}

// expect takes what isn't usual for odd: a message that comes twice would be
// merged, and empty bytes differ from none.
func (r *reader) expect(usual bool) { r.odd = r.odd || !usual }
