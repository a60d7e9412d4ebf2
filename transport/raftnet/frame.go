package raftnet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// MaxFrame bounds one frame, header included.
const MaxFrame = 4 << 20

// A frame is 4 bytes of length (of what follows, big-endian), one byte of type,
// 8 bytes of call ID (0 for ping and pong), and a body.
const (
	frameCall    byte = 1 // time limit in ms (4 bytes, 0 = none), method (text), payload
	frameResult  byte = 2 // payload
	frameFailure byte = 3 // code (text), error text
	frameCancel  byte = 4 // nobody waits for this call any more
	framePing    byte = 5 // caller to answerer
	framePong    byte = 6

	frameHead = 4 + 1 + 8
)

var errBadFrame = errors.New("malformed frame")

// newFrame starts a frame with room for a body of n bytes.
func newFrame(kind byte, id uint64, n int) []byte {
	b := make([]byte, 0, frameHead+n)
	b = binary.BigEndian.AppendUint32(b, uint32(1+8+n))
	b = append(b, kind)
	return binary.BigEndian.AppendUint64(b, id)
}

func callFrame(id uint64, limit time.Duration, method string, payload []byte) []byte {
	b := newFrame(frameCall, id, 4+1+len(method)+len(payload))
	var ms uint32
	if limit > 0 {
		ms = uint32(min(max(limit.Milliseconds(), 1), 1<<31))
	}
	b = binary.BigEndian.AppendUint32(b, ms)
	return append(appendText(b, method), payload...)
}

func resultFrame(id uint64, payload []byte) []byte {
	return append(newFrame(frameResult, id, len(payload)), payload...)
}

func failureFrame(id uint64, e *Error) []byte {
	const maxText = 4 << 10
	code, text := e.Code, e.Text
	if len(code) > maxName {
		code = code[:maxName]
	}
	if len(text) > maxText {
		text = text[:maxText]
	}
	b := newFrame(frameFailure, id, 1+len(code)+len(text))
	return append(appendText(b, code), text...)
}

// readHead reads a frame's header and returns its body's size.
func readHead(r io.Reader) (kind byte, id uint64, body int, err error) {
	var h [frameHead]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return 0, 0, 0, err
	}
	n := int64(binary.BigEndian.Uint32(h[:]))
	if n < 1+8 || n > MaxFrame-4 {
		return 0, 0, 0, fmt.Errorf("%w: length %d", errBadFrame, n)
	}
	return h[4], binary.BigEndian.Uint64(h[5:]), int(n - 1 - 8), nil
}

// readBody takes memory as bytes come in, not as the header promises.
func readBody(r io.Reader, n int) ([]byte, error) {
	const step = 64 << 10
	b := make([]byte, 0, min(n, step))
	for len(b) < n {
		part := min(n-len(b), max(step, len(b)))
		old := len(b)
		if cap(b)-old < part {
			b = append(make([]byte, 0, old+part), b...)
		}
		b = b[:old+part]
		if _, err := io.ReadFull(r, b[old:]); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return b, nil
}

func cutText(b []byte) (text string, rest []byte, ok bool) {
	if len(b) < 1 || len(b) < 1+int(b[0]) {
		return "", nil, false
	}
	return string(b[1 : 1+b[0]]), b[1+b[0]:], true
}

func parseCall(body []byte) (limit time.Duration, method string, payload []byte, err error) {
	if len(body) < 4 {
		return 0, "", nil, fmt.Errorf("%w: call of %d bytes", errBadFrame, len(body))
	}
	limit = time.Duration(binary.BigEndian.Uint32(body)) * time.Millisecond
	method, payload, ok := cutText(body[4:])
	if !ok {
		return 0, "", nil, fmt.Errorf("%w: call without a method", errBadFrame)
	}
	return limit, method, payload, nil
}

func parseFailure(body []byte) (*Error, error) {
	code, text, ok := cutText(body)
	if !ok {
		return nil, fmt.Errorf("%w: failure without a code", errBadFrame)
	}
	return &Error{Code: code, Text: string(text)}, nil
}
