package switchsim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Frames are those of ECMA-323 Annex J, J.2 "CSTA XML without SOAP": two zero bytes, the length of header and body in
// two bytes, four decimal digits of invoke ID, the body.
const (
	headerSize    = 8
	maxFrame      = 65535
	eventInvokeID = 9999
	firstOwnID    = 9000 // our own requests use 9000 to 9998
	lastInvokeID  = 9998
)

var errFrame = errors.New("broken frame")

// readFrame reads one frame. An error that wraps errFrame means that the peer broke the framing; the bytes read are
// returned with it.
func readFrame(r io.Reader) (id int, body []byte, err error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	if head[0] != 0 || head[1] != 0 {
		return 0, head[:], fmt.Errorf("%w: format indicator is %02x %02x, want 00 00", errFrame, head[0], head[1])
	}
	size := int(binary.BigEndian.Uint16(head[2:]))
	if size <= headerSize {
		return 0, head[:], fmt.Errorf("%w: length is %d, want more than %d", errFrame, size, headerSize)
	}
	for _, digit := range head[4:] {
		if digit < '0' || digit > '9' {
			return 0, head[:], fmt.Errorf("%w: invoke ID is %q, want four digits", errFrame, head[4:])
		}
		id = id*10 + int(digit-'0')
	}
	body = make([]byte, size-headerSize)
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, nil, err
	}
	return id, body, nil
}

// makeFrame puts the header in front of a body. It returns nil for a body that doesn't fit.
func makeFrame(id int, body []byte) []byte {
	size := headerSize + len(body)
	if size > maxFrame {
		return nil
	}
	frame := make([]byte, 0, size)
	frame = append(frame, 0, 0, byte(size>>8), byte(size))
	frame = fmt.Appendf(frame, "%04d", id)
	return append(frame, body...)
}
