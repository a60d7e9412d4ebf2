package csta

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, frame string, max int) (Frame, error) {
	t.Helper()
	return ReadFrame(bufio.NewReader(strings.NewReader(frame)), nil, max)
}

// Frames of the field, octet by octet: what a server sends with an XML
// declaration and what a client sends without.
var fieldFrames = []struct {
	name    string
	header  string // hex
	body    string
	invoke  uint16
	message Message
	head    string
}{
	{"SystemStatusResponse, 139 octets", "00 00 00 8b 30 30 30 31",
		`<?xml version="1.0" encoding="UTF-8"?><SystemStatusResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"/>`,
		1, &SystemStatusResponse{}, Declaration},
	{"MonitorStart, 233 octets", "00 00 00 e9 30 30 30 31",
		`<MonitorStart xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><monitorObject><deviceObject typeOfNumber="dialingNumber">1000</deviceObject></monitorObject><monitorType>device</monitorType></MonitorStart>`,
		1, &MonitorStart{MonitorObject: MonitorObject{DeviceObject: DeviceID{Value: "1000", TypeOfNumber: DialingNumber}}, MonitorType: MonitorDevice}, ""},
	{"SystemStatus sent first by a server, 180 octets", "00 00 00 b4 30 30 30 30",
		`<?xml version="1.0" encoding="UTF-8"?><SystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><systemStatus>normal</systemStatus></SystemStatus>`,
		0, &SystemStatus{SystemStatus: StatusNormal}, Declaration},
}

func TestFrame_OfTheField(t *testing.T) {
	for _, f := range fieldFrames {
		header, err := hex.DecodeString(strings.ReplaceAll(f.header, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		want := string(header) + f.body
		got, err := AppendMessage(nil, f.invoke, f.head, f.message, Ed4)
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\n got %q\nwant %q", f.name, err, got, want)
		}
		frame, err := read(t, want, 0)
		if err != nil || frame.InvokeID != f.invoke || string(frame.Body) != f.body {
			t.Errorf("%s: read %d %q, %v", f.name, frame.InvokeID, frame.Body, err)
		}
		m, info := decode(t, f.body)
		if diff := cmp.Diff(f.message, m); diff != "" || info.Edition != Ed4 || info.Leniencies != 0 {
			t.Errorf("%s: %+v\n%s", f.name, info, diff)
		}
	}
}

func TestReadFrame_Smallest(t *testing.T) {
	frame, err := read(t, "\x00\x00\x00\x0c9999<x/>", 0)
	if err != nil || frame.InvokeID != EventInvokeID || string(frame.Body) != "<x/>" {
		t.Errorf("%d %q, %v", frame.InvokeID, frame.Body, err)
	}
}

// Frames follow each other whatever pieces the network cuts them into, and the
// body's buffer is used again.
func TestReadFrame_Stream(t *testing.T) {
	var stream []byte
	for i := range uint16(20) {
		body := "<x>" + strings.Repeat("y", int(i)*100) + "</x>"
		var err error
		if stream, err = AppendFrame(stream, i, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	r := bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(stream)), 16)
	buf := make([]byte, 0, 4096)
	for i := range uint16(20) {
		f, err := ReadFrame(r, buf, 0)
		if err != nil || f.InvokeID != i || len(f.Body) != int(i)*100+7 {
			t.Fatalf("frame %d: %d, %d octets, %v", i, f.InvokeID, len(f.Body), err)
		}
		if &f.Body[0] != &buf[:1][0] {
			t.Fatalf("frame %d: the buffer is not used again", i)
		}
		buf = f.Body[:0]
	}
	if _, err := ReadFrame(r, buf, 0); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func TestReadFrame_Errors(t *testing.T) {
	for _, c := range []struct {
		name, frame string
		max         int
		reason      FrameReason
	}{
		{"SOAP", "\x01\x00\x00\x0c0001<x/>", 0, FrameFormat},
		{"32-bit length", "\x00\x01\x00\x0c0001<x/>", 0, FrameFormat},
		{"HTTP", "GET / HTTP/1.1\r\n\r\n", 0, FrameFormat},
		{"length 7", "\x00\x00\x00\x070001", 0, FrameShort},
		{"length 0", "\x00\x00\x00\x000000", 0, FrameShort},
		{"above the limit", "\x00\x00\x10\x010001<x/>", 4096, FrameLong},
		{"letters", "\x00\x00\x00\x0c00a1<x/>", 0, FrameInvokeID},
		{"blanks", "\x00\x00\x00\x0c   1<x/>", 0, FrameInvokeID},
		{"empty body", "\x00\x00\x00\x080001", 0, FrameNotXML},
		{"no XML", "\x00\x00\x00\x0c0001{} []", 0, FrameNotXML},
		{"lost count", "\x00\x00\x00\x0c0001/x>\x00", 0, FrameNotXML},
	} {
		_, err := read(t, c.frame, c.max)
		var fe *FrameError
		if !errors.As(err, &fe) || fe.Reason != c.reason {
			t.Errorf("%s: %v", c.name, err)
		} else if !strings.Contains(fe.Error(), string(c.reason)) {
			t.Errorf("%s: the error doesn't say why: %v", c.name, err)
		}
	}
}

func TestReadFrame_Half(t *testing.T) {
	whole := "\x00\x00\x00\x0c0001<x/>"
	for n := range len(whole) {
		want := io.ErrUnexpectedEOF
		if n == 0 {
			want = io.EOF
		}
		if _, err := read(t, whole[:n], 0); err != want {
			t.Errorf("%d octets: %v", n, err)
		}
	}
}

// A frame of the largest length is read; one is never written.
func TestFrame_Limits(t *testing.T) {
	body := "<x>" + strings.Repeat("y", MaxFrame-HeaderLen-7) + "</x>"
	if f, err := read(t, "\x00\x00\xff\xff0001"+body, 0); err != nil || len(f.Body) != MaxBody {
		t.Errorf("%d octets, %v", len(f.Body), err)
	}
	fits := []byte(body[:MaxSend-HeaderLen])
	if out, err := AppendFrame(nil, 1, fits); err != nil || len(out) != 32767 {
		t.Errorf("%d octets, %v", len(out), err)
	}
	dst := []byte("before")
	out, err := AppendFrame(dst, 1, []byte(body[:MaxSend-HeaderLen+1]))
	var fe *FrameError
	if !errors.As(err, &fe) || fe.Reason != FrameLong || fe.Length != 32768 || string(out) != "before" {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := AppendFrame(dst, 10000, fits); !errors.As(err, &fe) || fe.Reason != FrameInvokeID || string(out) != "before" {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := AppendMessage(dst, 1, Declaration, &MonitorStop{}, Ed4); err == nil || string(out) != "before" {
		t.Errorf("%q, %v", out, err)
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x0c9999<x/>\x00\x00\x00\x0c0000<y/>"))
	f.Add([]byte("\x00\x00\x00\x0c99 9<x/>"))
	f.Add([]byte("\x00\x00\x00\x05"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bufio.NewReader(bytes.NewReader(stream))
		for {
			frame, err := ReadFrame(r, nil, 0)
			if err != nil {
				return
			}
			if len(frame.Body) > MaxBody || frame.InvokeID > EventInvokeID {
				t.Fatalf("invoke ID %d, %d octets", frame.InvokeID, len(frame.Body))
			}
			if len(frame.Body) > MaxSend-HeaderLen {
				continue
			}
			again, err := AppendFrame(nil, frame.InvokeID, frame.Body)
			if err != nil || !bytes.Contains(stream, again) {
				t.Fatalf("%v\n%q\n%q", err, again, stream)
			}
		}
	})
}
