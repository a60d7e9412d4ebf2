package private

import (
	"fmt"

	"github.com/holdline/holdline/transport/csta"
	"google.golang.org/protobuf/encoding/protowire"
)

// The packed form is protobuf, all fields of type bytes.
const (
	fieldXML    protowire.Number = 1 // privateData/private
	fieldOctets protowire.Number = 2 // privateData/string, decoded
	fieldOther  protowire.Number = 3 // elements of extensions that the standard doesn't have
)

// Pack returns the packed form, nil if there is nothing to carry.
func Pack(e *csta.Extensions) []byte {
	if e == nil {
		return nil
	}
	var b []byte
	add := func(n protowire.Number, v string) {
		b = protowire.AppendTag(b, n, protowire.BytesType)
		b = protowire.AppendString(b, v)
	}
	if p := e.PrivateData; p != nil {
		if p.Private != "" {
			add(fieldXML, string(p.Private))
		} else {
			add(fieldOctets, string(p.String))
		}
	}
	if e.Other != "" {
		add(fieldOther, string(e.Other))
	}
	return b
}

// PackData packs the privateData of Escape and PrivateEvent.
func PackData(p *csta.PrivateData) []byte {
	if p == nil {
		return nil
	}
	return Pack(&csta.Extensions{PrivateData: p})
}

// Unpack returns what was packed, nil if b is empty. Fields of later releases
// are passed over.
func Unpack(b []byte) (*csta.Extensions, error) {
	if len(b) == 0 {
		return nil, nil
	}
	e := new(csta.Extensions)
	for len(b) > 0 {
		n, t, size := protowire.ConsumeTag(b)
		if size < 0 {
			return nil, fmt.Errorf("unpack private data: %w", protowire.ParseError(size))
		}
		b = b[size:]
		size = protowire.ConsumeFieldValue(n, t, b)
		if size < 0 {
			return nil, fmt.Errorf("unpack field %d of private data: %w", n, protowire.ParseError(size))
		}
		if t == protowire.BytesType {
			v, _ := protowire.ConsumeBytes(b)
			switch n {
			case fieldXML:
				e.PrivateData = &csta.PrivateData{Private: csta.RawXML(v)}
			case fieldOctets:
				e.PrivateData = &csta.PrivateData{String: append([]byte{}, v...)}
			case fieldOther:
				e.Other = csta.RawXML(v)
			}
		}
		b = b[size:]
	}
	return e, nil
}
