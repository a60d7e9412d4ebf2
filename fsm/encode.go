package fsm

import (
	"slices"

	"google.golang.org/protobuf/proto"
)

// message is a message of fsmpb. Its encoding is generated code, several times
// faster than proto.Marshal, and gives the same bytes as that does when it is
// deterministic. It doesn't look whether texts are UTF-8: those of the state are,
// because they come from log entries, and ReadEntry takes no others.
type message interface {
	proto.Message
	SizeVT() int
	MarshalToSizedBufferVT([]byte) (int, error)
}

// appendEncoded appends the encoding of a message.
func appendEncoded(b []byte, m message) []byte {
	n := m.SizeVT()
	b = slices.Grow(b, n)[:len(b)+n]
	_, _ = m.MarshalToSizedBufferVT(b[len(b)-n:]) // fails for no message of ours
	return b
}
