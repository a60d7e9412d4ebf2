package secret

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Secret is what one request carries beside the log. Nil fields are absent;
// present ones may be empty.
type Secret struct {
	Password []byte // SetAgentState password, octets
	AuthCode []byte // authCode, octets
	Digits   []byte // GenerateDigits charactersToSend
}

// IsZero reports whether there is nothing to carry.
func (s *Secret) IsZero() bool { return s.Password == nil && s.AuthCode == nil && s.Digits == nil }

// String keeps a secret out of logs.
func (s Secret) String() string { return "(secret)" }

// GoString keeps a secret out of logs.
func (s Secret) GoString() string { return s.String() }

const (
	fieldPassword protowire.Number = 1
	fieldAuthCode protowire.Number = 2
	fieldDigits   protowire.Number = 3
)

// Append appends the packed form to dst: protobuf fields 1 to 3, of type bytes.
func (s *Secret) Append(dst []byte) []byte {
	for _, f := range []struct {
		n protowire.Number
		v []byte
	}{{fieldPassword, s.Password}, {fieldAuthCode, s.AuthCode}, {fieldDigits, s.Digits}} {
		if f.v != nil {
			dst = protowire.AppendTag(dst, f.n, protowire.BytesType)
			dst = protowire.AppendBytes(dst, f.v)
		}
	}
	return dst
}

// Parse reads the packed form. Fields of later releases are passed over.
func Parse(data []byte) (Secret, error) {
	var s Secret
	for len(data) > 0 {
		n, t, size := protowire.ConsumeTag(data)
		if size < 0 {
			return Secret{}, fmt.Errorf("read a request's secret: %w", protowire.ParseError(size))
		}
		data = data[size:]
		size = protowire.ConsumeFieldValue(n, t, data)
		if size < 0 {
			return Secret{}, fmt.Errorf("read field %d of a request's secret: %w", n, protowire.ParseError(size))
		}
		if t == protowire.BytesType {
			v, _ := protowire.ConsumeBytes(data)
			v = append([]byte{}, v...)
			switch n {
			case fieldPassword:
				s.Password = v
			case fieldAuthCode:
				s.AuthCode = v
			case fieldDigits:
				s.Digits = v
			}
		}
		data = data[size:]
	}
	return s, nil
}
