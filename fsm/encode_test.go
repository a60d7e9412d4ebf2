package fsm

import (
	"bytes"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

var deterministic = proto.MarshalOptions{Deterministic: true}

// eachMessage yields an empty message of each type of fsmpb.
func eachMessage(t *testing.T, yield func(proto.Message)) {
	t.Helper()
	seen := 0
	var list func(protoreflect.MessageDescriptors)
	list = func(d protoreflect.MessageDescriptors) {
		for i := range d.Len() {
			typ, err := protoregistry.GlobalTypes.FindMessageByName(d.Get(i).FullName())
			if err != nil {
				t.Fatal(err)
			}
			seen++
			yield(typ.New().Interface())
			list(d.Get(i).Messages())
		}
	}
	for _, f := range []protoreflect.FileDescriptor{fsmpb.File_fact_proto, fsmpb.File_state_proto, fsmpb.File_command_proto, fsmpb.File_proposal_proto} {
		list(f.Messages())
	}
	if seen < 80 {
		t.Errorf("looked at %d messages only", seen)
	}
}

// The generated encoding gives the bytes that proto.Marshal gives: hashes and
// snapshots of earlier releases were made of those.
func TestEncodingIsProtos(t *testing.T) {
	h := &history{choices: seed(3), m: New()}
	encoded := 0
	eachMessage(t, func(m proto.Message) {
		x := m.(message)
		for range 200 {
			proto.Reset(m)
			h.fill(m.ProtoReflect(), 0)
			if h.n(4) == 0 { // a field of a later release
				m.ProtoReflect().SetUnknown(protowire.AppendVarint(protowire.AppendTag(nil, 1000, protowire.VarintType), 7))
			}
			want, err := deterministic.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			encoded += len(want)
			if got := appendEncoded([]byte("x"), x); !bytes.Equal(got[1:], want) {
				t.Fatalf("%T %v\nencodes as %x\nand should as %x", m, m, got[1:], want)
			}
		}
	})
	if encoded < 500_000 {
		t.Errorf("compared %d bytes only", encoded)
	}
}
