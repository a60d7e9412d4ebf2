package xsi

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const byteOrderMark = "\xef\xbb\xbf"

// utf8Text returns a document as UTF-8 and whether it was not: then it is read
// as ISO 8859-1.
func utf8Text(doc []byte) (string, bool) {
	if utf8.Valid(doc) {
		return string(doc), false
	}
	var b strings.Builder
	b.Grow(len(doc) + len(doc)/8)
	for _, c := range doc {
		b.WriteRune(rune(c))
	}
	return b.String(), true
}

// text returns the text of the element whose start tag was read last, without
// white space around it. Elements inside are passed over; mixed reports them.
func (s *scanner) text() (value string, mixed bool) {
	if !s.enter() {
		return "", false
	}
	end := strings.IndexByte(s.src[s.pos:], '<')
	if end < 0 {
		s.fail("an element has no end tag")
		return "", false
	}
	if end += s.pos; end+1 >= len(s.src) || s.src[end+1] != '/' {
		return s.brokenText()
	}
	raw := s.src[s.pos:end]
	if len(raw) > MaxText {
		s.fail("a text is too long")
		return "", false
	}
	value = s.unescape(trimSpace(raw)) // in this order: a reference to a space is meant
	s.pos = end
	s.endTag()
	return value, false
}

// brokenText reads a text that comments, CDATA sections or elements break up.
func (s *scanner) brokenText() (value string, mixed bool) {
	var b strings.Builder
	for s.err == nil {
		i := strings.IndexByte(s.src[s.pos:], '<')
		if i < 0 {
			s.fail("an element has no end tag")
			break
		}
		b.WriteString(s.unescape(s.src[s.pos : s.pos+i]))
		s.pos += i
		switch rest := s.src[s.pos:]; {
		case strings.HasPrefix(rest, "</"):
			s.endTag()
			return trimSpace(b.String()), mixed
		case strings.HasPrefix(rest, "<![CDATA["):
			s.pos += len("<![CDATA[")
			start := s.pos
			s.past("]]>", "a CDATA section has no end")
			if s.err == nil {
				b.WriteString(s.chars(s.src[start : s.pos-len("]]>")]))
			}
		case strings.HasPrefix(rest, "<!"):
			s.comment()
		case strings.HasPrefix(rest, "<?"):
			s.past("?>", "a processing instruction has no end")
		default:
			mixed = true
			if s.startTag(); s.err == nil {
				s.skip()
			}
		}
		if b.Len() > MaxText {
			s.fail("a text is too long")
		}
	}
	return "", mixed
}

func trimSpace(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// chars checks that a text holds only characters that XML allows, and
// normalises line ends.
func (s *scanner) chars(text string) string {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= ' ':
			if c == 0xEF && i+2 < len(text) && text[i+1] == 0xBF && text[i+2] >= 0xBE {
				s.fail("a character is not allowed in XML") // U+FFFE, U+FFFF
				return ""
			}
		case c == '\r':
			return s.chars(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
		case c != '\n' && c != '\t':
			s.fail("a character is not allowed in XML")
			return ""
		}
	}
	return text
}

// unescape resolves the predefined entities and numeric references. There are
// no others without a document type, and that is not accepted.
func (s *scanner) unescape(text string) string {
	text = s.chars(text)
	amp := strings.IndexByte(text, '&')
	if amp < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for amp >= 0 {
		b.WriteString(text[:amp])
		text = text[amp+1:]
		// The longest reference that names a character is "#x10FFFF".
		semi := strings.IndexByte(text[:min(len(text), 12)], ';')
		if semi < 0 {
			s.fail("a reference has no end")
			return ""
		}
		r, ok := reference(text[:semi])
		if !ok {
			s.fail("a reference names no character")
			return ""
		}
		b.WriteRune(r)
		text = text[semi+1:]
		amp = strings.IndexByte(text, '&')
	}
	b.WriteString(text)
	return b.String()
}

// reference returns the character that &name; stands for.
func reference(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n <= utf8.MaxRune && isChar(rune(n))
}

// isChar reports whether XML 1.0 allows the character.
func isChar(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r >= 0xD800 && r <= 0xDFFF:
		return false
	}
	return r != 0xFFFE && r != 0xFFFF && r <= utf8.MaxRune
}

// appendText appends text for an element or an attribute. What XML can't hold
// becomes U+FFFD. White space that a reader might drop or change, at the ends
// or as line ends, becomes a numeric reference.
func appendText(dst []byte, text string) []byte {
	plain := 0 // start of the run that needs no change
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if escaped := escape(r, size, i == 0 || i+size == len(text)); escaped != "" {
			dst = append(append(dst, text[plain:i]...), escaped...)
			plain = i + size
		}
		i += size
	}
	return append(dst, text[plain:]...)
}

// escape returns what is written for a character, "" for itself.
func escape(r rune, size int, atEnd bool) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '"':
		return "&quot;"
	case r == '\t' || r == '\n' || r == '\r' || r == ' ' && atEnd:
		return "&#" + strconv.Itoa(int(r)) + ";"
	case r == utf8.RuneError && size == 1 || !isChar(r):
		return string(utf8.RuneError)
	}
	return ""
}
