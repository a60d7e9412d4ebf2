package csta

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// Sizes of a frame in octets (ECMA-323 Annex J, "CSTA XML without SOAP").
const (
	HeaderLen = 8     // format indicator, length, invoke ID
	MaxFrame  = 65535 // what the 16-bit length can say
	// MaxSend is the longest frame that this package writes: several peers
	// read the length as a signed 16-bit number.
	MaxSend = 32767
)

// EventInvokeID is the invoke ID of every event; requests use 0 to 9998.
const EventInvokeID = 9999

// Frame is one message as it stands on the wire.
type Frame struct {
	InvokeID uint16 // 0 to 9999
	Body     []byte // XML
}

// FrameReason says what is wrong with a frame.
type FrameReason string

// The reasons for a FrameError. There is no marker to find the next frame
// by: after any of them the connection has to be closed.
const (
	FrameFormat   FrameReason = "the format indicator is not 0 (TCP without SOAP)"
	FrameShort    FrameReason = "the length is less than the header's 8 octets"
	FrameLong     FrameReason = "the length is above the limit"
	FrameInvokeID FrameReason = "the invoke ID is not four digits"
	FrameNotXML   FrameReason = "the body is not XML"
)

// FrameError is a frame that can't be read or must not be sent.
type FrameError struct {
	Reason FrameReason
	Header [HeaderLen]byte // as received; zero for a frame to be sent
	Length int             // total length in octets, header included
}

func (e *FrameError) Error() string {
	if e.Header == ([HeaderLen]byte{}) {
		return fmt.Sprintf("csta frame of %d octets: %s", e.Length, e.Reason)
	}
	return fmt.Sprintf("csta frame with header % x: %s", e.Header[:], e.Reason)
}

// ReadFrame reads one frame. The body is read into buf, which grows as
// needed, and is valid until the caller passes Frame.Body[:0] as the next
// call's buf. max limits the total length in octets, header included; 0 means
// MaxFrame.
//
// It returns io.EOF if the stream ends between frames, io.ErrUnexpectedEOF if
// it ends inside one, a *FrameError for a frame that can't be read, else the
// reader's error.
func ReadFrame(r *bufio.Reader, buf []byte, max int) (Frame, error) {
	if max <= 0 || max > MaxFrame {
		max = MaxFrame
	}
	peeked, err := r.Peek(HeaderLen) // an array of our own would be allocated
	if err != nil {
		if err == io.EOF && len(peeked) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return Frame{}, err
	}
	head := [HeaderLen]byte(peeked)
	_, _ = r.Discard(HeaderLen)
	length := int(binary.BigEndian.Uint16(head[2:]))
	fail := func(reason FrameReason) (Frame, error) {
		return Frame{}, &FrameError{Reason: reason, Header: head, Length: length}
	}
	if head[0] != 0 || head[1] != 0 {
		return fail(FrameFormat)
	}
	if length < HeaderLen {
		return fail(FrameShort)
	}
	if length > max {
		return fail(FrameLong)
	}
	invoke := 0
	for _, c := range head[4:] {
		if c < '0' || c > '9' {
			return fail(FrameInvokeID)
		}
		invoke = invoke*10 + int(c-'0')
	}
	n := length - HeaderLen
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return Frame{}, err
	}
	if !looksLikeXML(buf) {
		return fail(FrameNotXML)
	}
	return Frame{InvokeID: uint16(invoke), Body: buf}, nil
}

const byteOrderMark = "\xef\xbb\xbf"

// looksLikeXML tells XML from a peer that lost count of its octets or speaks
// another protocol: the first octet that isn't white space opens a tag.
func looksLikeXML(body []byte) bool {
	body = bytes.TrimLeft(bytes.TrimPrefix(body, []byte(byteOrderMark)), " \t\r\n")
	return len(body) > 0 && body[0] == '<'
}

// AppendFrame appends the frame of a body to dst. It returns dst as it was
// and a *FrameError if the frame would be longer than MaxSend or the invoke
// ID is above 9999.
func AppendFrame(dst []byte, invoke uint16, body []byte) ([]byte, error) {
	start := len(dst)
	return endFrame(append(beginFrame(dst), body...), start, invoke)
}

func beginFrame(dst []byte) []byte {
	return append(dst, 0, 0, 0, 0, '0', '0', '0', '0')
}

// endFrame fills in the header that beginFrame left room for at start.
func endFrame(dst []byte, start int, invoke uint16) ([]byte, error) {
	length := len(dst) - start
	if length > MaxSend {
		return dst[:start], &FrameError{Reason: FrameLong, Length: length}
	}
	if invoke > EventInvokeID {
		return dst[:start], &FrameError{Reason: FrameInvokeID, Length: length}
	}
	head := dst[start : start+HeaderLen]
	binary.BigEndian.PutUint16(head[2:], uint16(length))
	for i := HeaderLen - 1; i >= 4; i-- {
		head[i] = '0' + byte(invoke%10)
		invoke /= 10
	}
	return dst, nil
}
