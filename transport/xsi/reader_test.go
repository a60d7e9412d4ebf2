package xsi

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// cutReader returns its pieces one by one.
type cutReader struct {
	pieces [][]byte
	end    error
}

func (r *cutReader) Read(p []byte) (int, error) {
	for len(r.pieces) > 0 && len(r.pieces[0]) == 0 {
		r.pieces = r.pieces[1:]
	}
	if len(r.pieces) == 0 {
		return 0, r.end
	}
	n := copy(p, r.pieces[0])
	r.pieces[0] = r.pieces[0][n:]
	return n, nil
}

// readAll reads documents up to an error.
func readAll(src io.Reader, limit int) (docs []string, err error) {
	r := NewReader(src, limit)
	for {
		doc, err := r.Next()
		if err != nil {
			if _, again := r.Next(); again != err {
				return docs, errors.New("another error the second time")
			}
			return docs, err
		}
		docs = append(docs, string(doc))
	}
}

// stream is what a server may send: documents with and without a declaration,
// and everything in them that looks like a boundary and is none.
var stream = []string{
	`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Channel xmlns="http://schema.broadsoft.com/xsi"><channelId>c1</channelId></Channel>`,
	`<ChannelHeartBeat xmlns="http://schema.broadsoft.com/xsi"/>`,
	byteOrderMark + `<!-- <Event> --><?pi </Event> ?><Event a="</Event>" b='/>'><!-- </Event> ü -->x > y<![CDATA[</Event>]] > ]]><Event/></Event>`,
	`<a><a></a><a/></a>`,
	`<a	></a >`,
	`<a b='"' c="'>"/>`,
	`<a><!----><![CDATA[]]><??></a>`,
}

func TestReader_CutsAnywhere(t *testing.T) {
	whole := strings.Join(stream, "\r\n  ")
	for at := range len(whole) + 1 {
		pieces := [][]byte{[]byte(whole[:at]), []byte(whole[at:])}
		docs, err := readAll(&cutReader{pieces, io.EOF}, 0)
		if !slices.Equal(docs, stream) || err != io.EOF {
			t.Fatalf("cut at %d: %q, %v", at, docs, err)
		}
	}
	docs, err := readAll(iotest.OneByteReader(strings.NewReader(whole)), 0)
	if !slices.Equal(docs, stream) || err != io.EOF {
		t.Errorf("octet by octet: %q, %v", docs, err)
	}
	docs, err = readAll(iotest.DataErrReader(strings.NewReader(whole)), 0)
	if !slices.Equal(docs, stream) || err != io.EOF {
		t.Errorf("with the end at once: %q, %v", docs, err)
	}
}

func TestReader_SamplesInOneStream(t *testing.T) {
	var whole []byte
	var want []string
	for _, doc := range readSamples(t) {
		whole = append(whole, doc...)
		want = append(want, string(doc))
	}
	docs, err := readAll(iotest.HalfReader(bytes.NewReader(whole)), 0)
	if !slices.Equal(docs, want) || err != io.EOF {
		t.Errorf("%d documents, %v, want %d", len(docs), err, len(want))
	}
}

func TestReader_Errors(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name, stream string
		end, want    error
		docs         int
	}{
		{"nothing", "", io.EOF, io.EOF, 0},
		{"white space", " \n", io.EOF, io.EOF, 0},
		{"ends in a document", "<a/><b>", io.EOF, io.ErrUnexpectedEOF, 1},
		{"ends in a declaration", "<a/><?xml", io.EOF, io.ErrUnexpectedEOF, 1},
		{"ends in a tag", "<a/><", io.EOF, io.ErrUnexpectedEOF, 1},
		{"ends in CDATA", "<a><![CDATA[</a>", io.EOF, io.ErrUnexpectedEOF, 0},
		{"ends in a comment", "<a><!-- </a>", io.EOF, io.ErrUnexpectedEOF, 0},
		{"breaks", "<a/><b>", broken, broken, 1},
		{"too large", "<a/><b>" + strings.Repeat("x", 100) + "</b>", io.EOF, ErrDocumentTooLarge, 1},
		{"too large without an end", "<a/><b>" + strings.Repeat("x", 10000), io.EOF, ErrDocumentTooLarge, 1},
		{"a comment without an end", "<!-- " + strings.Repeat("x", 10000), io.EOF, ErrDocumentTooLarge, 0},
	} {
		docs, err := readAll(&cutReader{[][]byte{[]byte(c.stream)}, c.end}, 64)
		if !errors.Is(err, c.want) || len(docs) != c.docs {
			t.Errorf("%s: %q, %v, want %d documents and %v", c.name, docs, err, c.docs, c.want)
		}
	}
	for _, c := range []struct{ name, stream, reason string }{
		{"text between documents", "<a/>x<b/>", "a tag is expected"},
		{"an end tag alone", "<a/></b>", "an end tag has no start tag"},
		{"a document type", "<a/><!DOCTYPE b>", "a document type is not accepted"},
		{"a declaration inside", "<a/><b><!ELEMENT c></b>", "a document type is not accepted"},
	} {
		docs, err := readAll(strings.NewReader(c.stream), 64)
		var se *SyntaxError
		if !errors.As(err, &se) || se.Reason != c.reason || len(docs) != 1 {
			t.Errorf("%s: %q, %v, want %q", c.name, docs, err, c.reason)
		}
	}
	if _, err := readAll(emptyReader{}, 64); err != io.ErrNoProgress {
		t.Errorf("reading nothing for ever: %v", err)
	}
}

type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { return 0, nil }

// A limit holds for one document, not for what stands between two.
func TestReader_WhiteSpaceBetweenDocumentsIsNotCounted(t *testing.T) {
	src := strings.NewReader("<a>0123456789</a>" + strings.Repeat(" ", 10000) + "<a>0123456789</a>")
	docs, err := readAll(src, 20)
	if len(docs) != 2 || err != io.EOF {
		t.Errorf("%q, %v", docs, err)
	}
}

// The buffer doesn't grow beyond what one document needs.
func TestReader_BufferStaysSmall(t *testing.T) {
	doc := "<a>" + strings.Repeat("x", 3000) + "</a>"
	r := NewReader(strings.NewReader(strings.Repeat(doc, 200)), 0)
	n := 0
	for {
		if _, err := r.Next(); err != nil {
			break
		}
		n++
	}
	if n != 200 || cap(r.buf) > 16384 {
		t.Errorf("%d documents, buffer of %d octets", n, cap(r.buf))
	}
}
