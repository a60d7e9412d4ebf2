package xsi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxDocument is the default limit of one document, in octets. An event with
// two calls has about 2,000.
const MaxDocument = 1 << 20

const emptyReads = 100 // in a row are taken

// ErrDocumentTooLarge means that a document goes beyond the limit.
var ErrDocumentTooLarge = errors.New("xsi document is too large")

// Reader cuts a stream into documents. A read may end anywhere, in the middle
// of a tag or a character, and may hold several documents: one chunk isn't one
// message.
type Reader struct {
	src   io.Reader
	limit int
	buf   []byte
	start int // of the document in buf
	cut   cutter
	err   error // that ended the stream
}

// NewReader returns a Reader of src. limit bounds one document, with what
// stands before it; 0 means MaxDocument.
func NewReader(src io.Reader, limit int) *Reader {
	if limit <= 0 {
		limit = MaxDocument
	}
	return &Reader{src: src, limit: limit, buf: make([]byte, 0, 4096)}
}

// Next returns the next document, with the XML declaration and comments before
// it. It is good until the call after. The error is io.EOF if the stream ends
// between two documents, io.ErrUnexpectedEOF if it ends in one, a *SyntaxError
// for what is no XML, ErrDocumentTooLarge, or what src returned. After an error
// there is no way to find the start of the next document: Next goes on
// returning it.
func (r *Reader) Next() ([]byte, error) {
	for r.err == nil {
		r.skipBlank()
		end, err := r.cut.scan(r.buf[r.start:])
		switch {
		case err != nil:
			r.err = err
		case end > 0 && end <= r.limit:
			doc := r.buf[r.start : r.start+end]
			r.start += end
			r.cut = cutter{}
			return doc, nil
		case end > r.limit || len(r.buf)-r.start > r.limit:
			r.err = fmt.Errorf("%w: more than %d octets", ErrDocumentTooLarge, r.limit)
		default:
			r.fill()
		}
	}
	return nil, r.err
}

// skipBlank drops the white space between two documents, of which there may be
// any amount.
func (r *Reader) skipBlank() {
	for r.cut == (cutter{}) && r.start < len(r.buf) && isSpace(r.buf[r.start]) {
		r.start++
	}
}

// fill reads something.
func (r *Reader) fill() {
	if r.start > 0 {
		r.buf = append(r.buf[:0], r.buf[r.start:]...)
		r.start = 0
	}
	if len(r.buf) == cap(r.buf) {
		r.buf = append(make([]byte, 0, 2*cap(r.buf)), r.buf...)
	}
	for range emptyReads {
		n, err := r.src.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		switch {
		case n > 0: // an error comes again
			return
		case errors.Is(err, io.EOF) && len(r.buf) > 0:
			r.err = io.ErrUnexpectedEOF
			return
		case err != nil:
			r.err = err
			return
		}
	}
	r.err = io.ErrNoProgress
}

// cutter finds the end of a document that comes piece by piece, and looks at
// each octet once. It knows as much of XML as that takes.
type cutter struct {
	pos   int // octets that were looked at
	depth int // open elements
	in    construct
	from  int  // where the construct began
	quote byte // of the attribute value at hand, 0 outside
}

// construct is what the octet at hand is part of.
type construct uint8

const (
	inText   construct = iota
	inMarkup           // behind "<", and it isn't clear yet of what
	inTag
	inComment
	inCDATA
	inInstruction
)

// scan goes on with the document that doc begins with, and returns where it
// ends, 0 if that isn't there yet.
func (c *cutter) scan(doc []byte) (end int, err error) {
	for c.pos < len(doc) {
		switch c.in {
		case inText:
			err = c.text(doc)
		case inMarkup:
			var more bool
			if more, err = c.markup(doc); more {
				return 0, nil
			}
		case inTag:
			if c.tag(doc) && c.depth == 0 {
				return c.pos, nil
			}
		case inComment:
			c.until(doc, "-->", len("<!--"))
		case inCDATA:
			c.until(doc, "]]>", len("<![CDATA["))
		case inInstruction:
			c.until(doc, "?>", len("<?"))
		}
		if err != nil {
			return 0, err
		}
		if c.depth < 0 {
			return 0, &SyntaxError{Offset: c.pos, Reason: "an end tag has no start tag"}
		}
	}
	return 0, nil
}

// text looks for the next markup.
func (c *cutter) text(doc []byte) error {
	rest := doc[c.pos:]
	i := bytes.IndexByte(rest, '<')
	if i < 0 {
		i = len(rest)
	}
	if c.depth == 0 {
		for at, b := range rest[:i] { // octet by octet: a byte order mark may be cut, too
			if !isSpace(b) && strings.IndexByte(byteOrderMark, b) < 0 {
				return &SyntaxError{Offset: c.pos + at, Reason: "a tag is expected"}
			}
		}
	}
	c.pos += i
	if i < len(rest) {
		c.in, c.from = inMarkup, c.pos
		c.pos++
	}
	return nil
}

// markup decides what begins at c.from. It reports whether more octets are
// needed for that.
func (c *cutter) markup(doc []byte) (more bool, err error) {
	rest := doc[c.from:]
	switch {
	case rest[1] == '?':
		c.in = inInstruction
	case rest[1] != '!':
		c.in = inTag
	case bytes.HasPrefix(rest, []byte("<!--")):
		c.in = inComment
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		c.in = inCDATA
	case len(rest) < len("<![CDATA["):
		return true, nil
	default:
		return false, &SyntaxError{Offset: c.from, Reason: "a document type is not accepted"}
	}
	return false, nil
}

// tag looks for the end of a tag, and counts it.
func (c *cutter) tag(doc []byte) (ended bool) {
	for ; c.pos < len(doc); c.pos++ {
		switch b := doc[c.pos]; {
		case c.quote != 0:
			if b == c.quote {
				c.quote = 0
			}
		case b == '"' || b == '\'':
			c.quote = b
		case b == '>':
			c.pos++
			c.in = inText
			switch {
			case doc[c.from+1] == '/':
				c.depth--
			case doc[c.pos-2] != '/':
				c.depth++
			}
			return true
		}
	}
	return false
}

// until looks for the end of a construct whose opening has a given length.
func (c *cutter) until(doc []byte, mark string, opening int) {
	from := max(c.from+opening, c.pos-len(mark)+1)
	if from >= len(doc) {
		c.pos = len(doc)
		return
	}
	i := bytes.Index(doc[from:], []byte(mark))
	if i < 0 {
		c.pos = len(doc)
		return
	}
	c.pos = from + i + len(mark)
	c.in = inText
}
