package raftnet

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// The bytes are typed from the comments in hello.go and frame.go.
func TestHelloBytes(t *testing.T) {
	got := appendHello(nil, kindPeer, "n1", "b00t")
	want := []byte("PHL\x01\x02n1\x04b00t")
	if !bytes.Equal(got, want) {
		t.Fatalf("hello\n got %q\nwant %q", got, want)
	}
	r := bytes.NewReader(append(want, "next"...))
	kind, who, err := readHello(r)
	if err != nil || kind != 'P' || who.NodeID != "n1" || who.BootID != "b00t" {
		t.Fatalf("read %c %+v %v", kind, who, err)
	}
	if rest, _ := io.ReadAll(r); string(rest) != "next" {
		t.Fatalf("left %q of the bytes after the hello", rest)
	}
}

func TestHelloRefusesOtherBytes(t *testing.T) {
	for _, in := range []string{"GET / HTTP/1.1\r\n\r\n", "R\x00\x00\x00\x01", "PHL\x02\x02n1\x01b", "PHL\x01\x00\x01b", "RHL\x01\x02n1\x00"} {
		if _, _, err := readHello(strings.NewReader(in)); !errors.Is(err, errNotHello) {
			t.Errorf("%q: %v", in, err)
		}
	}
	if _, _, err := readHello(strings.NewReader("PHL\x01\x09n1")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("half a hello: %v", err)
	}
}

func TestAnswerBytes(t *testing.T) {
	who, err := readAnswer(strings.NewReader("\x00\x02n2\x03abc"))
	if err != nil || who.NodeID != "n2" || who.BootID != "abc" {
		t.Fatalf("%+v %v", who, err)
	}
	if got := appendWelcome(nil, "n2", "abc"); string(got) != "\x00\x02n2\x03abc" {
		t.Fatalf("welcome %q", got)
	}
	_, err = readAnswer(strings.NewReader("\x01\x04busy"))
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "busy") {
		t.Fatalf("refusal: %v", err)
	}
	if _, err = readAnswer(strings.NewReader("HTTP/1.1 400")); err == nil {
		t.Fatal("took an HTTP answer")
	}
}

func TestFrameBytes(t *testing.T) {
	for _, tc := range []struct {
		name      string
		got, want []byte
	}{
		{"call", callFrame(7, 1500*time.Millisecond, "ping", []byte("xy")),
			[]byte("\x00\x00\x00\x14\x01\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x05\xdc\x04pingxy")},
		{"call without a limit", callFrame(7, 0, "p", nil),
			[]byte("\x00\x00\x00\x0f\x01\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x00\x01p")},
		{"result", resultFrame(258, []byte("ok")),
			[]byte("\x00\x00\x00\x0b\x02\x00\x00\x00\x00\x00\x00\x01\x02ok")},
		{"failure", failureFrame(1, &Error{Code: "busy", Text: "later"}),
			[]byte("\x00\x00\x00\x13\x03\x00\x00\x00\x00\x00\x00\x00\x01\x04busylater")},
		{"ping", newFrame(framePing, 0, 0),
			[]byte("\x00\x00\x00\x09\x05\x00\x00\x00\x00\x00\x00\x00\x00")},
	} {
		if !bytes.Equal(tc.got, tc.want) {
			t.Errorf("%s\n got %q\nwant %q", tc.name, tc.got, tc.want)
		}
	}
}

func TestFrameLengthIsBounded(t *testing.T) {
	for _, n := range []string{"\x00\x00\x00\x08", "\x00\x3f\xff\xfd", "\xff\xff\xff\xff"} {
		if _, _, _, err := readHead(strings.NewReader(n + "\x01\x00\x00\x00\x00\x00\x00\x00\x00")); !errors.Is(err, errBadFrame) {
			t.Errorf("length %x: %v", n, err)
		}
	}
	if _, _, n, err := readHead(strings.NewReader("\x00\x3f\xff\xfc\x01\x00\x00\x00\x00\x00\x00\x00\x00")); err != nil || n != MaxFrame-frameHead {
		t.Errorf("largest frame: %d %v", n, err)
	}
}

// A header that promises 4 MiB must not cost 4 MiB before they come.
func TestBodyTakesMemoryAsItComes(t *testing.T) {
	allocated := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			readBody(strings.NewReader("short"), MaxFrame-frameHead)
		}
	}).AllocedBytesPerOp()
	if allocated > 256<<10 {
		t.Fatalf("%d bytes allocated for a body of 5", allocated)
	}
	want := bytes.Repeat([]byte("0123456789abcdef"), 200<<10/16)
	got, err := readBody(bytes.NewReader(want), len(want))
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("body of %d bytes came as %d: %v", len(want), len(got), err)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(callFrame(1, time.Second, "method", []byte("payload")))
	f.Add(failureFrame(2, &Error{Code: "c", Text: "t"}))
	f.Add(resultFrame(3, nil))
	f.Add([]byte("PHL\x01\x02n1\x04b00t"))
	f.Add([]byte("\x00\x00\x00\x0e\x01\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x00\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		readHello(bytes.NewReader(in))
		readAnswer(bytes.NewReader(in))
		r := bytes.NewReader(in)
		kind, id, n, err := readHead(r)
		if err != nil {
			return
		}
		body, err := readBody(r, n)
		if err != nil {
			return
		}
		switch kind {
		case frameCall:
			if limit, method, payload, err := parseCall(body); err == nil {
				again := callFrame(id, limit, method, payload)
				if limit != 0 && limit <= 1<<31*time.Millisecond && !bytes.Equal(again, in[:len(again)]) {
					t.Fatalf("%q became %q", in, again)
				}
			}
		case frameFailure:
			parseFailure(body)
		}
	})
}
