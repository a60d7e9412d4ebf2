package xsi

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"unicode/utf8"
)

// Whatever comes in, reading it ends without a panic, and what can be sent of
// what was read is read as the same again, without a complaint.
func FuzzDecode(f *testing.F) {
	for _, doc := range readSamples(f) {
		f.Add(doc)
	}
	s := readSchema(f)
	s.subjects(func(name, event string) {
		w := writer{schema: s, event: event}
		f.Add([]byte(w.document(name)))
	})
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, info, err := Decode(doc)
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) || d != nil {
				t.Fatalf("%T %v, %v", err, err, d)
			}
			return
		}
		if info.Root == "" {
			t.Fatalf("%#v without a root", d)
		}
		if e, ok := d.(*SubscriptionEvent); ok && e.Data == nil {
			t.Fatal("an event without data")
		}
		out, err := Append(nil, d)
		if err != nil {
			return // lacks something, or isn't known
		}
		if !utf8.Valid(out) {
			t.Fatalf("no UTF-8 is sent: %q", out)
		}
		back, info, err := Decode(out)
		if err != nil || info.Leniencies != 0 {
			t.Fatalf("what is sent is not clean: %v, %+v\n%s\n%s", err, info, doc, out)
		}
		again, err := Append(nil, back)
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("%v\n%s\n%s", err, out, again)
		}
	})
}

// However a stream is cut, it holds the same documents, and each one that
// Decode takes is found whole.
func FuzzReader(f *testing.F) {
	for _, doc := range stream {
		f.Add([]byte(doc+"\n"+doc), []byte{1, 7, 200})
	}
	f.Add([]byte("<a/></b>"), []byte{3})
	f.Add([]byte("<a><!DOCTYPE b></a>"), []byte{5, 5})
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		const limit = 4096
		docs, err := readAll(bytes.NewReader(stream), limit)
		var pieces [][]byte
		rest := stream
		for _, n := range cuts {
			n := min(int(n), len(rest))
			pieces = append(pieces, bytes.Clone(rest[:n]))
			rest = rest[n:]
		}
		pieces = append(pieces, bytes.Clone(rest))
		cut, cutErr := readAll(&cutReader{pieces, io.EOF}, limit)
		if !slices.Equal(docs, cut) || err.Error() != cutErr.Error() {
			t.Fatalf("%q, %v in one piece; %q, %v in %d", docs, err, cut, cutErr, len(pieces))
		}
		if _, _, err := Decode(stream); err == nil && len(stream) <= limit && len(docs) != 1 {
			t.Fatalf("a document that can be read is cut into %q, %v", docs, err)
		}
	})
}
