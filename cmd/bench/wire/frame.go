package wire

import (
	"encoding/binary"
	"fmt"
)

// HeadLen is the length of a frame's head: format, length, invoke ID.
const HeadLen = 8

// EventInvoke is the invoke ID of every event.
const EventInvoke = "9999"

// MaxFrame is the greatest length of a frame, its head included.
const MaxFrame = 65535

// Frame is one frame of a buffer; it is valid as long as the buffer is.
type Frame struct {
	Invoke string
	Body   []byte
}

// IsEvent tells events from requests and answers.
func (f Frame) IsEvent() bool { return f.Invoke == EventInvoke }

// Next takes the first frame off a buffer. It reports false if the buffer holds
// less than one.
func Next(buf []byte) (f Frame, rest []byte, ok bool, err error) {
	if len(buf) < HeadLen {
		return f, buf, false, nil
	}
	if buf[0] != 0 || buf[1] != 0 {
		return f, buf, false, fmt.Errorf("frame begins with % x, not with two zeros", buf[:2])
	}
	n := int(binary.BigEndian.Uint16(buf[2:4]))
	if n < HeadLen {
		return f, buf, false, fmt.Errorf("frame of %d octets", n)
	}
	if len(buf) < n {
		return f, buf, false, nil
	}
	invoke := EventInvoke
	if string(buf[4:8]) != EventInvoke { // compares without allocating
		invoke = string(buf[4:8])
	}
	return Frame{invoke, buf[HeadLen:n]}, buf[n:], true, nil
}

// Begin appends a frame's head; End sets its length. The invoke ID has four
// digits.
func Begin(buf []byte, invoke string) (out []byte, at int) {
	at = len(buf)
	buf = append(buf, 0, 0, 0, 0)
	return append(buf, invoke...), at
}

// End completes the frame that begins at at.
func End(buf []byte, at int) []byte {
	binary.BigEndian.PutUint16(buf[at+2:at+4], uint16(len(buf)-at))
	return buf
}
