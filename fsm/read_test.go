package fsm

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// sameAsProto reads an entry in both ways and compares what comes of it.
func sameAsProto(t *testing.T, data []byte) {
	t.Helper()
	var want fsmpb.Entry
	wantErr := proto.Unmarshal(data, &want)
	got, err := readEntry(data)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%x: %v, and proto.Unmarshal says %v", data, err, wantErr)
	}
	if err != nil {
		return
	}
	if !proto.Equal(got, &want) {
		t.Fatalf("%x reads as\n%v\nand should as\n%v", data, got, &want)
	}
	for i, c := range want.Commands { // proto.Equal takes empty bytes for none
		w, g := c.GetFact().GetCall().GetData(), got.Commands[i].GetFact().GetCall().GetData()
		if (w.GetCorrelator() == nil) != (g.GetCorrelator() == nil) || (w.GetUserData() == nil) != (g.GetUserData() == nil) {
			t.Fatalf("%x: empty data", data)
		}
	}
}

// FuzzReadEntry holds that an entry reads as proto.Unmarshal reads it: nodes of
// other releases read it with that.
func FuzzReadEntry(f *testing.F) {
	plain, odd := oddEntries(f)
	for _, data := range append(odd, plain) {
		f.Add(data)
	}
	f.Fuzz(sameAsProto)
}

// oddEntries makes an entry of a plain event, and entries that come close to one.
func oddEntries(t testing.TB) (plain []byte, odd [][]byte) {
	t.Helper()
	event := &fsmpb.CallEvent{Type: fsmpb.EventType_DELIVERED, Via: "1000", Subject: &fsmpb.SwitchConn{Call: "c1", Device: "1000"},
		Device: deviceParty("1000"), Calling: deviceParty("ß☎"), Called: &fsmpb.Party{Kind: fsmpb.Party_NOT_KNOWN, TypeOfNumber: "other"},
		Local: fsmpb.ConnectionState_ALERTING, HasLocal: true, Cause: "normal", LastRedirection: &fsmpb.Party{},
		Data: &fsmpb.CallData{Correlator: []byte{0xff}, UserData: []byte("u"), AccountCode: []byte("a")}, DataPresent: true, Linkage: "c1"}
	plain, err := proto.Marshal(&fsmpb.Entry{TimeMs: 1000, Level: 2, Commands: []*fsmpb.Command{{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{Link: "one",
		Epoch: 1 << 40, Ordinal: 300, Body: &fsmpb.Fact_Call{Call: event}, Event: "e", Part: 2, Target: "1000", Subscription: "s", Sequence: 1 << 30, Restarted: true}}}}})
	if err != nil {
		t.Fatal(err)
	}
	body, err := proto.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	entry := func(fact []byte) []byte {
		c := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), fact)
		return protowire.AppendBytes(protowire.AppendTag([]byte{0x08, 0xe8, 0x07, 0x10, 0x01}, 3, protowire.BytesType), c)
	}
	withEvent := func(more ...byte) []byte {
		return entry(protowire.AppendBytes(protowire.AppendTag([]byte{0x0a, 1, 'l', 0x10, 1, 0x18, 1}, 10, protowire.BytesType), append(body[:len(body):len(body)], more...)))
	}
	odd = [][]byte{
		{}, {0x08}, {0x0b}, {0x1a, 0x00}, {0x1a, 0x02, 0x0a, 0x00}, {0x1a, 0x04, 0x0a, 0x02, 0x52, 0x00}, {0x98, 0x01, 0x01},
		append(bytes.Clone(plain), plain...),
		entry(append(protowire.AppendBytes(protowire.AppendTag(nil, 10, protowire.BytesType), body), 0x52, 0x02, 0x08, 0x06)), // two bodies, merged
		entry(append(protowire.AppendBytes(protowire.AppendTag(nil, 10, protowire.BytesType), body), 0x82, 0x01, 0x00)),       // a status after it
		withEvent(0x12, 0x01, 0xff),                                                 // no UTF-8
		withEvent(0x12, 0x01, 0xff, 0x12, 0x01, 0xff),                               // twice
		withEvent(0x22, 0x02, 0x12, 0x00),                                           // a party twice
		withEvent(0x1a, 0x00),                                                       // a connection twice
		withEvent(0x92, 0x01, 0x02, 0x0a, 0x00),                                     // data twice, empty bytes
		withEvent(0xa0, 0x06, 0x01),                                                 // a field of a later release
		withEvent(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), // a type of -1
		withEvent(0x08, 0x80, 0x80, 0x80, 0x80, 0x10),                               // of 2^32
		withEvent(0x28, 0x80, 0x00),                                                 // a long zero
		withEvent(0x88, 0x00, 0x02),                                                 // a long tag
		withEvent(0x30, 0x02),                                                       // true as 2
		withEvent(0x10, 0x01),                                                       // a text as a number
		withEvent(0x78, 0x00),                                                       // a number that is told, and is zero
		withEvent(0xaa, 0x01, 0x01, 0x01),                                           // private
		withEvent(0x0c), withEvent(0x0b, 0x0c), withEvent(0x12, 0x05), withEvent(0x00, 0x01),
	}
	var e fsmpb.Entry
	if err := proto.Unmarshal(withEvent(), &e); err != nil || !proto.Equal(e.Commands[0].GetFact().GetCall(), event) {
		t.Fatalf("the event alone: %v, %v", &e, err)
	}
	return plain, odd
}

func TestReadEntryAsProtoDoes(t *testing.T) {
	plain, odd := oddEntries(t)
	for _, data := range append(odd, plain) {
		sameAsProto(t, data)
	}
	for i := range plain {
		sameAsProto(t, plain[:i])
		for _, bit := range []byte{0x01, 0x04, 0x80} {
			bad := bytes.Clone(plain)
			bad[i] ^= bit
			sameAsProto(t, bad)
		}
	}
	log, err := (&history{choices: seed(5), m: New(), now: 1_000_000}).run(400)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range log {
		sameAsProto(t, data)
	}
}

// The usual events of a call take the short way.
func TestPlainEventsAreReadHere(t *testing.T) {
	l := new(load)
	for i := range loadCalls {
		l.devices = append(l.devices, fmt.Sprint(4000+i))
	}
	for range loadSteps * loadCalls {
		e := l.next()
		data, err := proto.Marshal(&fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{Link: "one", Epoch: 1, Ordinal: 1, Body: &fsmpb.Fact_Call{Call: e}}}})
		if err != nil {
			t.Fatal(err)
		}
		var r reader
		if c := r.callFact(data); r.odd || !proto.Equal(c.GetFact().GetCall(), e) {
			t.Fatalf("%v reads as %v: odd %v", e, c, r.odd)
		}
	}
}
