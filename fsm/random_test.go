package fsm

import (
	"math/rand/v2"
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// choices decides what a random history does: n is in 0..limit-1.
type choices interface{ n(limit int) int }

type seeded struct{ *rand.Rand }

func (s seeded) n(limit int) int { return s.IntN(limit) }

func seed(n uint64) choices { return seeded{rand.New(rand.NewPCG(n, 1))} }

// script takes its decisions from bytes, and the first choice once they are used up.
type script struct{ rest []byte }

func (s *script) n(limit int) int {
	if len(s.rest) < 2 {
		s.rest = nil
		return 0
	}
	v := int(s.rest[0])<<8 | int(s.rest[1])
	s.rest = s.rest[2:]
	return v % limit
}

// history makes random log entries. Every field of every command can take any
// value, but most refer to what the machine that it follows has.
type history struct {
	choices
	m   *Machine
	now int64
}

// entry makes the next entry.
func (h *history) entry() *fsmpb.Entry {
	if h.n(40) == 0 {
		h.now += int64(h.n(40_000))
	} else {
		h.now += int64(h.n(300))
	}
	e := &fsmpb.Entry{TimeMs: h.now, Level: uint32(h.n(MaxLevel + 1))}
	if h.n(50) == 0 {
		e.TimeMs -= 5000
	}
	for range 1 + h.n(4) {
		e.Commands = append(e.Commands, h.command())
	}
	return e
}

// setUp is what every history begins with.
func (h *history) setUp() *fsmpb.Entry {
	e := &fsmpb.Entry{TimeMs: h.now, Commands: []*fsmpb.Command{
		{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c1", Settings: &fsmpb.Settings{
			FeedRecords: 1024, Sessions: 8, MonitorsPerSession: 20, Intents: 20, RouteMs: 3000}}}},
		{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &Switch{Name: "pbx", Protocol: "csta"}}}},
	}}
	for _, l := range linkPool[:2] {
		e.Commands = append(e.Commands, &fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &Link{Name: l, Switch: "pbx"}}}})
	}
	e.Commands = append(e.Commands, putDevices(true, &fsmpb.DeviceSetup{Id: "1000", Aliases: []string{"+491000"}}, &fsmpb.DeviceSetup{Id: "1001"},
		&fsmpb.DeviceSetup{Id: "9000", Kind: fsmpb.DeviceKind_ROUTE_POINT, DefaultRoute: "1001"}))
	return e
}

var (
	switchPool = []string{"pbx", "pbx", "pbx", "pbx", "pbx", "pbx", "pbx", "pbx", "pbx", "other", ""}
	linkPool   = []string{"l1", "l2", "l1", "l2", "l3"}
	devicePool = []string{"1000", "1001", "1002", "1003", "9000", "+491000", "2000"}
	callPool   = []string{"c1", "c2", "c3", "c4", "c5", "c6"}
	wildPool   = []string{"", "x", "a\x00b", "ß☎", "normal", "ready", "loggedOn", "forwardBusy", "operation", "c1", "1000", "\u0000"}
)

// command makes one command and bends what must fit the machine's state.
func (h *history) command() *fsmpb.Command {
	c := new(fsmpb.Command)
	kinds := c.ProtoReflect().Descriptor().Oneofs().Get(0).Fields()
	// The road's two directions make up most of a log.
	var f protoreflect.FieldDescriptor
	sw, _ := h.m.s.switches.get("pbx")
	switch n := h.n(10); {
	case n < 3 && !sw.GetLinkUp():
		f = kinds.ByName("claim_link")
	case n < 5:
		f = kinds.ByName("fact")
	case n < 8:
		f = kinds.ByName("client")
	default:
		f = kinds.Get(h.n(kinds.Len()))
	}
	m := c.ProtoReflect().NewField(f)
	h.fill(m.Message(), 0)
	c.ProtoReflect().Set(f, m)
	if h.n(20) > 0 {
		h.bend(c)
	}
	// A level that this build doesn't know stops it, and so does a wrong hash.
	if l := c.GetRaiseLevel(); l != nil {
		l.Level %= MaxLevel + 1
	}
	if x := c.GetHashCheck(); x != nil {
		x.Hash, x.Index = h.m.s.hash, h.m.s.hashIndex
	}
	return c
}

// bend makes a command refer to what is there.
func (h *history) bend(c *fsmpb.Command) {
	s := h.m.s
	switch k := c.Kind.(type) {
	case *fsmpb.Command_Fact:
		sw, _ := s.switches.get("pbx")
		if l, ok := s.links.get(sw.GetLink()); ok {
			k.Fact.Link, k.Fact.Epoch, k.Fact.Ordinal = l.Name, l.Epoch, l.LastOrdinal+1
			h.bendFact(k.Fact, l)
		}
	case *fsmpb.Command_Client:
		if x := pick(h, s.sessions); x != nil {
			k.Client.Session, k.Client.Attachment, k.Client.Ordinal = x.Id, x.Attachment, x.LastOrdinal+1
			if h.n(10) == 0 {
				k.Client.Ordinal -= uint64(h.n(3))
			}
		}
	case *fsmpb.Command_ClaimLink:
		k.ClaimLink.Switch, k.ClaimLink.Link, k.ClaimLink.Term = "pbx", linkPool[h.n(2)], s.term
	case *fsmpb.Command_PutLink:
		if k.PutLink.Link != nil && h.n(10) > 0 {
			k.PutLink.Link.Disabled = false
		}
	case *fsmpb.Command_LinkReport:
		if sw, ok := s.switches.get("pbx"); ok {
			k.LinkReport.Link, k.LinkReport.Epoch, k.LinkReport.OldEpoch = sw.Link, sw.Epoch, 0
			k.LinkReport.Up = h.n(5) > 0
			if h.n(2) == 0 {
				k.LinkReport.OldEpoch = sw.Epoch - min(sw.Epoch, 1)
			}
		}
	case *fsmpb.Command_SwitchReady:
		if sw, ok := s.switches.get("pbx"); ok {
			k.SwitchReady.Switch, k.SwitchReady.Epoch = sw.Name, sw.Epoch
		}
	case *fsmpb.Command_IntentResolved:
		if x := pick(h, s.intents); x != nil {
			k.IntentResolved.Intent = x.Id
		}
	case *fsmpb.Command_OpenSession:
		k.OpenSession.Switch, k.OpenSession.LifeMs = "pbx", 0
	case *fsmpb.Command_AttachSession:
		if x := pick(h, s.sessions); x != nil {
			k.AttachSession.Session = x.Id
		}
	case *fsmpb.Command_DetachSession:
		if x := pick(h, s.sessions); x != nil {
			k.DetachSession.Session, k.DetachSession.Attachment = x.Id, x.Attachment
		}
	case *fsmpb.Command_SessionProgress:
		k.SessionProgress.Items = nil
		for x := range s.Sessions() {
			k.SessionProgress.Items = append(k.SessionProgress.Items, &fsmpb.SessionProgress_Item{
				Session: x.Id, Attachment: x.Attachment, Position: s.feed.last.Proto()})
		}
	case *fsmpb.Command_EndSession:
		k.EndSession.Session = 0
		if x := pick(h, s.sessions); x != nil && h.n(6) == 0 {
			k.EndSession.Session = x.Id
		}
	case *fsmpb.Command_Expire:
		if d, ok := h.m.View().NextDeadline(); ok {
			k.Expire.Kind, k.Expire.Key, k.Expire.DueMs = d.Kind, d.Key, d.DueMs
		}
	case *fsmpb.Command_DeleteSwitch, *fsmpb.Command_DeleteLink, *fsmpb.Command_DeleteDevices:
		if h.n(8) > 0 {
			c.Kind = &fsmpb.Command_Expire{Expire: new(fsmpb.Expire)}
			h.bend(c)
		}
	case *fsmpb.Command_PutSettings:
		k.PutSettings.Settings = &fsmpb.Settings{FeedRecords: 1024 + uint32(h.n(100)), Sessions: 8, MonitorsPerSession: 20, Intents: 20}
	}
}

// bendFact makes a fact about what the link may well be talking of.
func (h *history) bendFact(f *fsmpb.Fact, l *Link) {
	s := h.m.View()
	switch k := f.Body.(type) {
	case *fsmpb.Fact_Monitor:
		for d := range s.Unwatched(l.Switch) {
			k.Monitor.Device = d.Id
			k.Monitor.Up = d.Monitors > 0 && h.n(5) > 0
			break
		}
	case *fsmpb.Fact_DeviceSnapshot:
		k.DeviceSnapshot.CallsKnown = h.n(5) > 0
		k.DeviceSnapshot.Began = l.LastOrdinal - min(l.LastOrdinal, uint64(h.n(3)))
		for d := range s.Unverified(l.Switch) {
			k.DeviceSnapshot.Device = d.Id
			break
		}
	case *fsmpb.Fact_Outcome:
		if i := pick(h, h.m.s.intents); i != nil {
			k.Outcome.Intent = i.Id
		}
	case *fsmpb.Fact_RouteEnded:
		if r := pick(h, h.m.s.routes); r != nil {
			k.RouteEnded.SwitchRoute = r.SwitchRoute
		}
	case *fsmpb.Fact_RouterUp:
		if r := pick(h, h.m.s.registrations); r != nil {
			k.RouterUp.Device = r.Device
		}
	case *fsmpb.Fact_Call:
		if h.n(10) > 0 {
			k.Call.Type = fsmpb.EventType(1 + h.n(19))
		}
		if h.n(4) > 0 {
			device := devicePool[h.n(4)]
			k.Call.Subject = &fsmpb.SwitchConn{Call: callPool[h.n(len(callPool))], Device: device}
			k.Call.Device = &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: device}
			k.Call.Via = devicePool[h.n(4)]
			if h.n(2) == 0 {
				k.Call.Via = device
			}
		}
	}
}

// pick chooses one of a table's objects.
func pick[V any](h *history, t table[uint64, *V]) *V {
	if t.len() == 0 {
		return nil
	}
	_, v, _ := t.m.GetAt(h.n(t.len()))
	return v
}

// fill gives the fields of a message random values.
func (h *history) fill(m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if o := f.ContainingOneof(); o != nil {
			if f.Index() == o.Fields().Get(0).Index() {
				one := o.Fields().Get(h.n(o.Fields().Len()))
				m.Set(one, h.value(m, one, depth))
			}
			continue
		}
		if depth > 5 || h.n(4) == 0 && f.Kind() == protoreflect.MessageKind {
			continue
		}
		if f.IsList() {
			l := m.Mutable(f).List()
			for range h.n(3) {
				if f.Kind() == protoreflect.MessageKind {
					v := l.NewElement()
					h.fill(v.Message(), depth+1)
					l.Append(v)
				} else {
					l.Append(h.scalar(f))
				}
			}
			continue
		}
		m.Set(f, h.value(m, f, depth))
	}
}

func (h *history) value(m protoreflect.Message, f protoreflect.FieldDescriptor, depth int) protoreflect.Value {
	if f.Kind() != protoreflect.MessageKind {
		return h.scalar(f)
	}
	v := m.NewField(f)
	h.fill(v.Message(), depth+1)
	return v
}

func (h *history) scalar(f protoreflect.FieldDescriptor) protoreflect.Value {
	of := func(pool []string) protoreflect.Value { return protoreflect.ValueOfString(pool[h.n(len(pool))]) }
	switch f.Kind() {
	case protoreflect.StringKind:
		if h.n(25) == 0 {
			return of(wildPool)
		}
		switch name := string(f.Name()); {
		case name == "switch":
			return of(switchPool)
		case name == "link":
			return of(linkPool)
		case name == "call", name == "switch_route":
			return of(callPool)
		case slices.Contains([]string{"device", "via", "id", "destination", "devices", "aliases", "redirections"}, name):
			return of(devicePool)
		}
		return of(wildPool)
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(h.n(2) == 0)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(h.n(f.Enum().Values().Len() + 1)))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(wildPool[h.n(len(wildPool))]))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(h.n(5000) - 10))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(int64(h.n(60_000) - 10))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(h.n(8)))
	}
	if h.n(40) == 0 {
		return protoreflect.ValueOfUint64(1<<64 - 1 - uint64(h.n(2)))
	}
	return protoreflect.ValueOfUint64(uint64(h.n(24)))
}

// run makes and applies n entries and returns their data. An entry that stops
// the machine is an error of the machine or of this generator.
func (h *history) run(n int) ([][]byte, error) {
	var log [][]byte
	for i := range n {
		e := h.entry()
		if i == 0 {
			e = h.setUp()
		}
		data, err := proto.MarshalOptions{Deterministic: true}.Marshal(e)
		if err != nil {
			return log, err
		}
		log = append(log, data)
		if _, err := h.m.Apply(uint64(i+1), termAt(i), data); err != nil {
			return log, err
		}
	}
	return log, nil
}

// termAt is the term of the entry at i: leaders change every 300 entries.
func termAt(i int) uint64 { return 1 + uint64(i/300) }
