package csta

import (
	"slices"
	"strings"
)

// raw is a child whose content is passed through. "" is absent.
func (c *coder) raw(name string, v *RawXML) {
	if *v != "" || c.may(name) {
		c.rawNow(name, v)
	}
}

func (c *coder) rawNow(name string, v *RawXML) {
	if c.writing {
		c.start(name)
		c.writeRaw(name, *v)
		c.end(name)
		return
	}
	if !c.waits(name) {
		return
	}
	if content, ok := c.scan.verbatim(); ok {
		*v = RawXML(content)
	} else {
		r := newRawCopier(c.scan, make([]byte, 0, 256))
		r.content(c.scan.depth + 1)
		*v = RawXML(r.out)
	}
	c.advance()
}

// writeRaw writes content that came from anywhere: it is read again, so that
// what is sent is well-formed and in ASCII.
func (c *coder) writeRaw(name string, v RawXML) {
	if end, _, ok := verbatim(string(v), 0, 1, 1); ok && end == len(v) {
		c.put(string(v))
		return
	}
	s := scanner{src: string("<x>" + v + "</x>")}
	s.startTag()
	r := newRawCopier(&s, c.bytes())
	r.content(1)
	s.epilog()
	if s.err != nil {
		if c.err == nil {
			c.err = &RawError{Message: c.root, Element: name, Err: s.err}
		}
		return
	}
	c.output = outputAfter(r.out)
}

// RawError is a RawXML that can't be sent.
type RawError struct {
	Message string // the message's element
	Element string // the child that holds the raw content
	Err     *SyntaxError
}

func (e *RawError) Error() string {
	return "csta " + e.Message + ": the raw content of " + e.Element + " is not well-formed: " + e.Err.Reason
}

func (e *RawError) Unwrap() error { return e.Err }

// rawCopier copies elements in one form: ASCII, no comments, no white space
// between tags, with each prefix declared inside the copy. A prefix that is
// declared nowhere is dropped.
type rawCopier struct {
	scan  *scanner
	out   []byte
	limit int // of out: declarations that are put in could make it long
}

func newRawCopier(s *scanner, out []byte) *rawCopier {
	return &rawCopier{scan: s, out: out, limit: len(out) + MaxFrame}
}

// content copies the content of the start tag that was read last. Elements
// below depth outer of the scanner's stack are part of the copy.
func (r *rawCopier) content(outer int) {
	s := r.scan
	if !s.enter() {
		return
	}
	end := s.depth - 1
	for s.err == nil {
		i := strings.IndexByte(s.src[s.pos:], '<')
		if i < 0 {
			s.fail("an element has no end tag")
			return
		}
		r.text(s.src[s.pos : s.pos+i])
		s.pos += i
		rest := s.src[s.pos:]
		switch {
		case strings.HasPrefix(rest, "</"):
			s.endTag()
			if s.depth == end {
				return
			}
		case strings.HasPrefix(rest, "<![CDATA["):
			start := s.pos + len("<![CDATA[")
			s.past("]]>", "a CDATA section has no end")
			if s.err == nil {
				r.out = appendText(r.out, s.chars(s.src[start:s.pos-len("]]>")]))
			}
		case strings.HasPrefix(rest, "<!"):
			s.comment()
		case strings.HasPrefix(rest, "<?"):
			s.past("?>", "a processing instruction has no end")
		default:
			if s.startTag(); s.err == nil {
				r.element(outer)
			}
		}
	}
}

func (r *rawCopier) text(run string) {
	if trimSpace(run) != "" {
		r.out = appendText(r.out, r.scan.unescape(run))
	}
}

// element copies the element whose start tag was read last. One whose name is
// not plain ASCII is left out.
func (r *rawCopier) element(outer int) {
	s := r.scan
	attrs := s.attrs()
	prefix, local := splitName(s.name())
	if len(r.out) > r.limit {
		s.fail("private content is too long")
	}
	if local == "" {
		s.skip()
		return
	}
	uri, inside := r.binding(prefix, attrs, outer)
	if prefix != "" && uri == "" {
		prefix = ""
	}
	name := local
	if prefix != "" {
		name = prefix + ":" + local
	}
	r.out = append(append(r.out, '<'), name...)
	var seen [MaxAttributes + 2]string
	keys := seen[:0]
	write := func(key, value string) {
		if slices.Contains(keys, key) {
			return
		}
		keys = append(keys, key)
		r.out = append(append(append(r.out, ' '), key...), `="`...)
		r.out = append(appendText(r.out, value), '"')
	}
	if uri != "" && !inside {
		write(declaration(prefix), uri)
	}
	for rest := attrs; rest != ""; {
		var key, value string
		if key, value, rest = cutAttribute(rest); key == "" {
			continue
		}
		value = s.unescape(value)
		switch prefix, local := splitName(key); {
		case local == "":
		case prefix == "" || prefix == "xmlns" && value != "" || prefix == "xml":
			write(key, value)
		case prefix != "xmlns":
			uri, inside := r.binding(prefix, attrs, outer)
			if uri == "" {
				continue
			}
			if !inside {
				write(declaration(prefix), uri)
			}
			write(key, value)
		}
	}
	if s.empty {
		r.out = append(r.out, "/>"...)
		return
	}
	r.out = append(r.out, '>')
	r.content(outer)
	r.out = append(append(append(r.out, "</"...), name...), '>')
}

// binding returns the namespace that a prefix stands for, "" if it stands for
// none, and whether the copy itself declares it. The message's own default
// namespace counts as none.
func (r *rawCopier) binding(prefix, attrs string, outer int) (uri string, inside bool) {
	s, key := r.scan, declaration(prefix)
	if uri, ok := lookUp(attrs, key); ok {
		return s.unescape(uri), true
	}
	for i := s.depth - 1; i >= 0; i-- {
		if i == 0 && prefix == "" {
			break
		}
		if uri, ok := lookUp(s.attrsOf(s.open[i]), key); ok {
			return s.unescape(uri), i >= outer
		}
	}
	return "", false
}

func declaration(prefix string) string {
	if prefix == "" {
		return "xmlns"
	}
	return "xmlns:" + prefix
}

func lookUp(attrs, name string) (string, bool) {
	for attrs != "" {
		var key, value string
		if key, value, attrs = cutAttribute(attrs); key == name {
			return value, true
		}
	}
	return "", false
}

// splitName splits a qualified name. local is "" if it is not a plain ASCII
// name with at most one prefix.
func splitName(name string) (prefix, local string) {
	local = name
	if i := strings.IndexByte(name, ':'); i >= 0 {
		prefix, local = name[:i], name[i+1:]
		if prefix == "" {
			return "", ""
		}
	}
	if local == "" || local[0] < 'A' {
		return "", ""
	}
	for i := 0; i < len(name); i++ {
		if name[i] >= 0x80 {
			return "", ""
		}
	}
	if strings.IndexByte(local, ':') >= 0 {
		return "", ""
	}
	return prefix, local
}
