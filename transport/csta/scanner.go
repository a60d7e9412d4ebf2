package csta

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits on one message. The largest answer that fits into a frame stays far
// below them.
const (
	MaxDepth      = 32    // open elements
	MaxElements   = 8192  // elements in a message
	MaxAttributes = 32    // attributes of one element
	MaxText       = 16384 // octets of one element's text
)

// SyntaxError is a body that is not well-formed enough to be read, or that
// goes beyond a limit.
type SyntaxError struct {
	Offset int    // octets from the start of the body
	Reason string // what is wrong there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("csta xml, octet %d: %s", e.Offset, e.Reason)
}

// scanner walks over the tags of a message. It never copies: names, attributes
// and plain text are parts of src.
type scanner struct {
	src string
	pos int
	err *SyntaxError

	// The start tag that was read last, by positions in src: strings would
	// cost a write barrier each while the garbage collector runs.
	tag   tag
	local uint32 // start of the name without prefix
	empty bool   // closed by "/>"

	open     [MaxDepth]tag // elements whose content is being read
	depth    int
	elements int
}

// tag is a start tag: where its name starts and ends and where its attributes,
// which follow the name, end.
type tag struct{ start, name, attrs uint32 }

func (s *scanner) nameOf(t tag) string  { return s.src[t.start:t.name] }
func (s *scanner) attrsOf(t tag) string { return s.src[t.name:t.attrs] }

// name is the qualified name of the start tag that was read last, localName
// is without its prefix, attrs what stands between name and end of the tag.
func (s *scanner) name() string      { return s.nameOf(s.tag) }
func (s *scanner) localName() string { return s.src[s.local:s.tag.name] }
func (s *scanner) attrs() string     { return s.attrsOf(s.tag) }

// fail notes the first error. Who reads on checks err, in every loop.
func (s *scanner) fail(reason string) {
	if s.err == nil {
		s.err = &SyntaxError{Offset: s.pos, Reason: reason}
	}
}

// begin starts a message. What is open is overwritten as it is needed.
func (s *scanner) begin(src string) {
	s.src, s.pos, s.err, s.depth, s.elements = src, 0, nil, 0, 0
	s.tag, s.local, s.empty = tag{}, 0, false
}

// prolog skips what may stand before the root element.
func (s *scanner) prolog() {
	s.src = strings.TrimPrefix(s.src, byteOrderMark)
	for s.err == nil {
		s.space()
		switch rest := s.src[s.pos:]; {
		case strings.HasPrefix(rest, "<?"):
			s.past("?>", "a processing instruction has no end")
		case strings.HasPrefix(rest, "<!--"):
			s.comment()
		case strings.HasPrefix(rest, "<!"):
			s.fail("a document type is not accepted")
		case strings.HasPrefix(rest, "<"):
			s.startTag()
			return
		default:
			s.fail("a tag is expected")
		}
	}
}

// epilog checks that nothing but comments and white space follows the root.
func (s *scanner) epilog() {
	for s.err == nil {
		s.space()
		switch rest := s.src[s.pos:]; {
		case rest == "":
			return
		case strings.HasPrefix(rest, "<!--"):
			s.comment()
		case strings.HasPrefix(rest, "<?"):
			s.past("?>", "a processing instruction has no end")
		case strings.Trim(rest, "\x00") == "":
			return // padding of senders that count a C string's terminator
		default:
			s.fail("something follows the root element")
		}
	}
}

// enter starts the content of the start tag that was read last. It reports
// false if there is none, because the tag was an empty one.
func (s *scanner) enter() bool {
	if s.empty || s.err != nil {
		return false
	}
	if s.depth == MaxDepth {
		s.fail("elements are nested too deep")
		return false
	}
	s.open[s.depth] = s.tag
	s.depth++
	return true
}

// next moves to the next start tag in the open element's content. It reports
// false after the element's end tag, which it takes.
func (s *scanner) next() bool {
	for s.err == nil {
		if s.at(0) != '<' {
			i := strings.IndexByte(s.src[s.pos:], '<')
			if i < 0 {
				s.fail("an element has no end tag")
				break
			}
			s.pos += i
		}
		switch s.at(1) {
		case '/':
			s.endTag()
			return false
		case '!':
			if strings.HasPrefix(s.src[s.pos:], "<![CDATA[") {
				s.past("]]>", "a CDATA section has no end")
			} else {
				s.comment()
			}
		case '?':
			s.past("?>", "a processing instruction has no end")
		default:
			s.startTag()
			return s.err == nil
		}
	}
	return false
}

// skip passes over the content of the start tag that was read last.
func (s *scanner) skip() {
	if !s.enter() {
		return
	}
	for outer := s.depth - 1; s.depth > outer && s.err == nil; {
		if s.next() {
			s.enter()
		}
	}
}

// holdsElement reports whether the first thing in the content of the start tag
// that was read last is an element.
func (s *scanner) holdsElement() bool {
	ahead := *s
	return ahead.enter() && trimSpace(ahead.src[ahead.pos:ahead.pos+max(0, strings.IndexByte(ahead.src[ahead.pos:], '<'))]) == "" && ahead.next()
}

func (s *scanner) startTag() {
	if s.elements++; s.elements > MaxElements {
		s.fail("the message has too many elements")
		return
	}
	src, start := s.src, s.pos+1
	i, colon := afterLetters(src, start), -1
	if i > start && i < len(src) && src[i] == '>' { // by far the most frequent
		s.tag = tag{uint32(start), uint32(i), uint32(i)}
		s.local, s.empty, s.pos = uint32(start), false, i+1
		return
	}
	for i < len(src) && isName(src[i]) {
		if src[i] == ':' && colon < 0 {
			colon = i
		}
		i++
	}
	if i == start || colon == start || colon == i-1 || !isNameStart(src[start]) {
		s.fail("a tag has no name")
		return
	}
	s.tag = tag{uint32(start), uint32(i), uint32(i)}
	s.local = uint32(start)
	if colon >= 0 {
		s.local = uint32(colon + 1)
	}
	s.endOfStartTag(i)
}

// endOfStartTag checks the attributes from i on and finds the end of the tag.
func (s *scanner) endOfStartTag(i int) {
	for n := 0; ; n++ {
		blank := i
		for i < len(s.src) && isSpace(s.src[i]) {
			i++
		}
		if i >= len(s.src) {
			break
		}
		switch s.src[i] {
		case '>':
			s.tag.attrs, s.empty, s.pos = uint32(i), false, i+1
			return
		case '/':
			if i+1 < len(s.src) && s.src[i+1] == '>' {
				s.tag.attrs, s.empty, s.pos = uint32(i), true, i+2
				return
			}
			s.fail("a tag has a stray '/'")
			return
		}
		if n == MaxAttributes {
			s.fail("an element has too many attributes")
			return
		}
		if i == blank {
			s.fail("white space is expected before an attribute")
			return
		}
		if i = attributeEnd(s.src, i); i < 0 {
			s.fail("an attribute is malformed")
			return
		}
	}
	s.fail("a tag has no end")
}

// attributeEnd returns the position behind the attribute that starts at i, -1
// if it is malformed.
func attributeEnd(src string, i int) int {
	start := i
	for i < len(src) && isName(src[i]) {
		i++
	}
	if i == start || !isNameStart(src[start]) {
		return -1
	}
	for i < len(src) && isSpace(src[i]) {
		i++
	}
	if i >= len(src) || src[i] != '=' {
		return -1
	}
	for i++; i < len(src) && isSpace(src[i]); i++ {
	}
	if i >= len(src) || src[i] != '"' && src[i] != '\'' {
		return -1
	}
	end := strings.IndexByte(src[i+1:], src[i])
	if end < 0 || strings.IndexByte(src[i+1:i+1+end], '<') >= 0 {
		return -1
	}
	return i + 1 + end + 1
}

// endTag takes the end tag at the position; it has to be the open element's.
func (s *scanner) endTag() {
	if s.err != nil {
		return
	}
	want := s.nameOf(s.open[s.depth-1])
	rest := s.src[s.pos+2:]
	if !strings.HasPrefix(rest, want) {
		s.fail("an end tag does not match its start tag")
		return
	}
	i := len(want)
	for i < len(rest) && isSpace(rest[i]) {
		i++
	}
	if i >= len(rest) || rest[i] != '>' {
		s.fail("an end tag does not match its start tag")
		return
	}
	s.pos += 2 + i + 1
	s.depth--
}

func (s *scanner) comment() {
	if !strings.HasPrefix(s.src[s.pos:], "<!--") {
		s.fail("a declaration stands inside the message")
		return
	}
	s.pos += len("<!--")
	s.past("-->", "a comment has no end")
}

// past moves behind the next occurrence of mark.
func (s *scanner) past(mark, otherwise string) {
	i := strings.Index(s.src[s.pos:], mark)
	if i < 0 {
		s.fail(otherwise)
		return
	}
	s.pos += i + len(mark)
}

func (s *scanner) space() {
	for s.pos < len(s.src) && isSpace(s.src[s.pos]) {
		s.pos++
	}
}

func (s *scanner) at(i int) byte {
	if s.pos+i < len(s.src) {
		return s.src[s.pos+i]
	}
	return 0
}

// utf8Text returns body as UTF-8 and whether it was not: then it is read as
// ISO 8859-1, which is what switches send that don't send UTF-8.
func utf8Text(body []byte) (string, bool) {
	if utf8.Valid(body) {
		return string(body), false
	}
	var b strings.Builder
	b.Grow(len(body) + len(body)/8)
	for _, c := range body {
		b.WriteRune(rune(c))
	}
	return b.String(), true
}
