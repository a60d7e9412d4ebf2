package mirror

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A party is compared by hand: no field may be forgotten.
func TestSameParty(t *testing.T) {
	party := &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: "1000", TypeOfNumber: "dialingNumber"}
	if !sameParty(party, proto.CloneOf(party)) || !sameParty(nil, nil) {
		t.Error("equal parties differ")
	}
	if sameParty(new(fsmpb.Party), nil) || sameParty(nil, new(fsmpb.Party)) {
		t.Error("a party is none")
	}
	party.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		other := proto.CloneOf(party)
		other.ProtoReflect().Clear(f)
		if sameParty(party, other) || sameParty(other, party) {
			t.Errorf("%s makes no difference", f.Name())
		}
		return true
	})
	if n := party.ProtoReflect().Descriptor().Fields().Len(); n != 3 {
		t.Errorf("a party has %d fields, and 3 are compared", n)
	}
}
