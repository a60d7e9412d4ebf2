package csta

import (
	"strings"
	"unicode/utf8"
)

// text reads the content of the start tag that was read last as text: without
// white space at either end, with references resolved, CDATA taken in and
// comments left out. If an element stands in it, the text is that element's:
// peers wrap identifiers. wrapped is the innermost such element's name, and
// attrs are the attributes that belong to the text.
func (s *scanner) text() (value, attrs, wrapped string) {
	if value, ok := s.plainText(); ok {
		return value, s.attrs(), ""
	}
	attrs = s.attrs()
	if !s.enter() {
		return "", attrs, ""
	}
	src, start := s.src, s.pos
	end := strings.IndexByte(src[start:], '<')
	if end < 0 {
		s.fail("an element has no end tag")
		return "", "", ""
	}
	end += start
	s.pos = end
	if s.at(1) == '/' { // nothing but text
		if end-start > MaxText {
			s.fail("a text is too long")
			return "", "", ""
		}
		value = s.unescape(trimSpace(src[start:end]))
		s.endTag()
		return value, attrs, ""
	}
	s.pos = start
	return s.mixedText(attrs)
}

// plainText reads the content of the start tag that was read last if there is
// nothing in it to be resolved, as in nearly all messages. If there is, nothing
// is read.
func (s *scanner) plainText() (string, bool) {
	if s.empty || s.err != nil || s.depth == MaxDepth {
		return "", false
	}
	src, start := s.src, s.pos
	end := afterPlain(src, start)
	name := s.name()
	after := end + len("</") + len(name)
	if after >= len(src) || end-start > MaxText ||
		src[end] != '<' || src[end+1] != '/' || src[end+2:after] != name || src[after] != '>' {
		return "", false
	}
	s.pos = after + 1
	return trimSpace(src[start:end]), true
}

// mixedText reads a text that is broken by comments, CDATA or elements.
func (s *scanner) mixedText(attrs string) (value, outAttrs, wrapped string) {
	var b strings.Builder
	kept := 0 // length of b without trailing white space
	outer := s.depth - 1
	for s.err == nil {
		i := strings.IndexByte(s.src[s.pos:], '<')
		if i < 0 {
			s.fail("an element has no end tag")
			break
		}
		run := s.chars(s.src[s.pos : s.pos+i])
		s.pos += i
		if b.Len() == 0 {
			run = strings.TrimLeft(run, " \t\r\n")
		}
		b.WriteString(s.unescape(run))
		if t := strings.TrimRight(run, " \t\r\n"); t != "" {
			kept = b.Len() - (len(run) - len(t))
		}
		rest := s.src[s.pos:]
		switch {
		case strings.HasPrefix(rest, "</"):
			s.endTag()
			if s.depth == outer {
				return b.String()[:kept], attrs, wrapped
			}
		case strings.HasPrefix(rest, "<![CDATA["):
			s.pos += len("<![CDATA[")
			start := s.pos
			s.past("]]>", "a CDATA section has no end")
			if s.err == nil {
				b.WriteString(s.chars(s.src[start : s.pos-len("]]>")]))
				kept = b.Len()
			}
		case strings.HasPrefix(rest, "<!"):
			s.comment()
		case strings.HasPrefix(rest, "<?"):
			s.past("?>", "a processing instruction has no end")
		case kept > 0: // an element after the text is not part of it
			if s.startTag(); s.err == nil {
				s.skip()
			}
		default:
			if s.startTag(); s.err == nil {
				attrs, wrapped = s.attrs(), s.localName()
				s.enter()
			}
		}
		if b.Len() > MaxText {
			s.fail("a text is too long")
		}
	}
	return "", "", ""
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

// chars checks that s holds only characters that XML allows, and normalises
// line ends.
func (s *scanner) chars(text string) string {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' {
			if c == '\r' {
				return s.chars(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
			}
			if c != '\n' && c != '\t' {
				s.fail("a character is not allowed in XML")
				return ""
			}
		} else if c == 0xEF && i+2 < len(text) && text[i+1] == 0xBF && text[i+2] >= 0xBE {
			s.fail("a character is not allowed in XML") // U+FFFE, U+FFFF
			return ""
		}
	}
	return text
}

// unescape resolves the predefined entities and numeric references. There are
// no others without a document type, and that is not accepted.
func (s *scanner) unescape(text string) string {
	if afterPlain(text, 0) == len(text) {
		return text
	}
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
		r := reference(text[:semi])
		if r < 0 {
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

// reference returns the character that &name; stands for, -1 if none.
func reference(name string) rune {
	switch name {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return -1
	}
	base := rune(10)
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	if digits == "" {
		return -1
	}
	var r rune
	for i := 0; i < len(digits); i++ {
		d := hexDigit(digits[i])
		if d < 0 || d >= base {
			return -1
		}
		if r = r*base + d; r > utf8.MaxRune {
			return -1
		}
	}
	if !isChar(r) {
		return -1
	}
	return r
}

// attribute finds an attribute by its local name in what stands inside a start
// tag after the element's name. The scanner has checked its form.
func (s *scanner) attribute(attrs, name string) string {
	for attrs != "" {
		var key, raw string
		if key, raw, attrs = cutAttribute(attrs); key == name {
			return s.unescape(raw)
		}
		if _, local, ok := strings.Cut(key, ":"); ok && local == name && !strings.HasPrefix(key, "xmlns:") {
			return s.unescape(raw)
		}
	}
	return ""
}

// cutAttribute splits the first attribute off; key is "" if there is none.
func cutAttribute(attrs string) (key, value, rest string) {
	eq := strings.IndexByte(attrs, '=')
	if eq < 0 {
		return "", "", ""
	}
	key = trimSpace(attrs[:eq])
	attrs = attrs[eq+1:]
	for attrs != "" && isSpace(attrs[0]) {
		attrs = attrs[1:]
	}
	if attrs == "" {
		return "", "", ""
	}
	end := strings.IndexByte(attrs[1:], attrs[0])
	if end < 0 {
		return "", "", ""
	}
	return key, attrs[1 : 1+end], attrs[end+2:]
}
