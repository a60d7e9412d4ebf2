package xsi

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits on one document. The snapshot of a queue with 525 calls, the most
// that a queue can hold, stays far below them.
const (
	MaxDepth      = 32    // open elements
	MaxElements   = 65536 // elements in each MaxDocument octets of a document
	MaxAttributes = 32    // attributes of one element
	MaxText       = 16384 // octets of one element's text
	maxBindings   = 16    // namespace declarations in scope
)

// SyntaxError is a document that is not well-formed enough to be read, or that
// goes beyond a limit.
type SyntaxError struct {
	Offset int    // octets from the start of the document
	Reason string // what is wrong there
	// EventID is the event's if it could be read before the error: such an
	// event can still be answered, with StatusDropEvent.
	EventID string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("xsi document, octet %d: %s", e.Offset, e.Reason)
}

// scanner walks over the tags of a document. It never copies: names, attributes
// and plain text are parts of src.
type scanner struct {
	src string
	pos int
	err *SyntaxError

	tag      tag // the start tag that was read last
	open     [MaxDepth]span
	depth    int // elements whose content is being read
	elements int

	bindings [maxBindings]binding
	bound    int
}

// tag is a start tag.
type tag struct {
	name  span // with prefix
	local int  // where the name starts without its prefix
	attrs int  // where the attributes end, which follow the name
	space space
	empty bool // closed by "/>"
}

type span struct{ from, to int }

func (s *scanner) cut(x span) string    { return s.src[x.from:x.to] }
func (s *scanner) localName() string    { return s.src[s.tag.local:s.tag.name.to] }
func (s *scanner) attrsOf(t tag) string { return s.src[t.name.to:t.attrs] }

// fail notes the first error. Who reads on checks err, in every loop.
func (s *scanner) fail(reason string) {
	if s.err == nil {
		s.err = &SyntaxError{Offset: s.pos, Reason: reason}
	}
}

// prolog skips what may stand before the root element and reads that's tag.
func (s *scanner) prolog() {
	s.src = strings.TrimPrefix(s.src, byteOrderMark)
	for s.err == nil {
		s.blank()
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
		s.blank()
		switch rest := s.src[s.pos:]; {
		case rest == "":
			return
		case strings.HasPrefix(rest, "<!--"):
			s.comment()
		case strings.HasPrefix(rest, "<?"):
			s.past("?>", "a processing instruction has no end")
		default:
			s.fail("something follows the root element")
		}
	}
}

// enter starts the content of the tag that was read last. It reports false if
// there is none, because the tag was an empty one.
func (s *scanner) enter() bool {
	if s.tag.empty || s.err != nil {
		return false
	}
	if s.depth == MaxDepth {
		s.fail("elements are nested too deep")
		return false
	}
	s.open[s.depth] = s.tag.name
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

// skip passes over the content of the tag that was read last.
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

func (s *scanner) startTag() {
	if s.elements++; s.elements > MaxElements*(1+len(s.src)/MaxDocument) {
		s.fail("the document has too many elements")
		return
	}
	src, i := s.src, s.pos+1
	start, colon := i, -1
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
	s.tag = tag{name: span{start, i}, local: start, attrs: i}
	prefix := ""
	if colon >= 0 {
		s.tag.local = colon + 1
		prefix = src[start:colon]
	}
	s.leaveScopes()
	if i < len(src) && src[i] == '>' { // by far the most frequent
		s.pos = i + 1
	} else {
		s.endOfStartTag(i)
		s.declare()
	}
	s.tag.space = s.resolve(prefix)
}

// endOfStartTag checks the attributes from i on and finds the end of the tag.
func (s *scanner) endOfStartTag(i int) {
	for n := 0; ; n++ {
		before := i
		for i < len(s.src) && isSpace(s.src[i]) {
			i++
		}
		if i >= len(s.src) {
			break
		}
		switch s.src[i] {
		case '>':
			s.tag.attrs, s.pos = i, i+1
			return
		case '/':
			if i+1 < len(s.src) && s.src[i+1] == '>' {
				s.tag.attrs, s.tag.empty, s.pos = i, true, i+2
				return
			}
			s.fail("a tag has a stray '/'")
			return
		}
		if n == MaxAttributes {
			s.fail("an element has too many attributes")
			return
		}
		if i == before {
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
	want := s.cut(s.open[s.depth-1])
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
		s.fail("a declaration stands inside the document")
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

func (s *scanner) blank() {
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

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// nameChars says which octets a name is made of: 1 inside, 3 at its start too.
// Octets beyond ASCII are taken as they come.
var nameChars = [256]uint8{
	'-': 1, '.': 1, '0': 1, '1': 1, '2': 1, '3': 1, '4': 1, '5': 1, '6': 1, '7': 1, '8': 1, '9': 1, ':': 3, '_': 3,
	'A': 3, 'B': 3, 'C': 3, 'D': 3, 'E': 3, 'F': 3, 'G': 3, 'H': 3, 'I': 3, 'J': 3, 'K': 3, 'L': 3, 'M': 3,
	'N': 3, 'O': 3, 'P': 3, 'Q': 3, 'R': 3, 'S': 3, 'T': 3, 'U': 3, 'V': 3, 'W': 3, 'X': 3, 'Y': 3, 'Z': 3,
	'a': 3, 'b': 3, 'c': 3, 'd': 3, 'e': 3, 'f': 3, 'g': 3, 'h': 3, 'i': 3, 'j': 3, 'k': 3, 'l': 3, 'm': 3,
	'n': 3, 'o': 3, 'p': 3, 'q': 3, 'r': 3, 's': 3, 't': 3, 'u': 3, 'v': 3, 'w': 3, 'x': 3, 'y': 3, 'z': 3,
}

func isNameStart(c byte) bool { return nameChars[c] == 3 || c >= utf8.RuneSelf }

func isName(c byte) bool { return nameChars[c] != 0 || c >= utf8.RuneSelf }
