package fsm

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
)

// fill sets every field of a message.
func fill(m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		one := func() protoreflect.Value {
			switch f.Kind() {
			case protoreflect.MessageKind:
				v := m.NewField(f)
				if f.IsList() {
					v = v.List().NewElement()
				}
				if depth > 0 {
					fill(v.Message(), depth-1)
				}
				return v
			case protoreflect.StringKind:
				return protoreflect.ValueOfString(string(f.Name()))
			case protoreflect.BytesKind:
				return protoreflect.ValueOfBytes([]byte(f.Name()))
			case protoreflect.BoolKind:
				return protoreflect.ValueOfBool(true)
			case protoreflect.EnumKind:
				return protoreflect.ValueOfEnum(1)
			case protoreflect.Uint64Kind:
				return protoreflect.ValueOfUint64(uint64(f.Number()))
			case protoreflect.Int64Kind:
				return protoreflect.ValueOfInt64(int64(f.Number()))
			case protoreflect.Uint32Kind:
				return protoreflect.ValueOfUint32(uint32(f.Number()))
			case protoreflect.Int32Kind:
				return protoreflect.ValueOfInt32(int32(f.Number()))
			}
			panic(f.FullName())
		}
		if f.IsList() {
			m.Mutable(f).List().Append(one())
		} else {
			m.Set(f, one())
		}
	}
}

// The copiers are written by hand: none may forget a field.
func TestCopies(t *testing.T) {
	call, device, link := new(Call), new(Device), new(Link)
	for _, c := range []struct {
		in   proto.Message
		copy func() proto.Message
	}{
		{call, func() proto.Message { return copyCall(call) }},
		{device, func() proto.Message { return copyDevice(device) }},
		{link, func() proto.Message { return copyLink(link) }},
	} {
		fill(c.in.ProtoReflect(), 2)
		if d := cmp.Diff(c.in, c.copy(), protocmp.Transform()); d != "" {
			t.Error(d)
		}
	}
}
