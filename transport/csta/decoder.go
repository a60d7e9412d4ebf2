package csta

import "strings"

// Decode reads one message with a Decoder of its own.
func Decode(body []byte) (Message, Info, error) { return new(Decoder).Decode(body) }

// Decoder reads one message after the other, on one goroutine, and uses its
// working memory again. The zero Decoder is ready.
type Decoder struct {
	coder coder
	scan  scanner
	info  Info
}

// Decode reads one message. It keeps nothing of body, but the message's strings
// share one copy of it: clone (strings.Clone) what is kept for long.
//
// A root element that isn't known gives an *UnknownMessage and no error. The
// error is a *SyntaxError; even then Info holds what was seen so far.
func (d *Decoder) Decode(body []byte) (Message, Info, error) {
	if len(body) > MaxBody {
		return nil, Info{}, &SyntaxError{Offset: MaxBody, Reason: "the message is too long"}
	}
	d.coder, d.info = coder{scan: &d.scan, info: &d.info}, Info{}
	text, latin1 := utf8Text(body)
	if latin1 {
		d.info.Leniencies |= LenientEncoding
	}
	d.scan.begin(text)
	m := d.message()
	info := d.info
	d.scan.src, d.info = "", Info{} // the caller's alone
	if err := d.scan.err; err != nil {
		return nil, info, err
	}
	return m, info, nil
}

// message reads the document. What it returns counts only if the scanner notes
// no error.
func (d *Decoder) message() Message {
	c, s := &d.coder, &d.scan
	if s.prolog(); s.err != nil {
		return nil
	}
	m := newMessage(s.localName())
	if m == nil {
		if m = misspelt(s.localName()); m != nil {
			d.info.Leniencies |= LenientSpelling
		} else {
			m = &UnknownMessage{Root: strings.Clone(s.localName())}
		}
	}
	c.namespaces(m)
	if _, unknown := m.(*UnknownMessage); unknown {
		s.skip()
	} else {
		c.children(m)
	}
	s.epilog()
	if status, ok := m.(*SystemStatus); ok && status.SystemStatus == "" && s.err == nil {
		d.info.Leniencies |= LenientEmpty
	}
	return m
}

// misspelt reads the spelling that one would expect.
func misspelt(name string) Message {
	if name == "TransferredEvent" {
		return new(TransferedEvent)
	}
	return nil
}

// namespaces notes the root element's name and namespaces.
func (c *coder) namespaces(m Message) {
	info, s := c.info, c.scan
	info.Root = s.localName()
	if len(s.name()) > len(s.localName()) {
		info.Prefix = s.name()[:len(s.name())-len(s.localName())-1]
	}
	if ns := plainNamespace(s.attrs()); ns != "" && info.Prefix == "" {
		info.Namespace = ns
		info.Edition, _ = ParseEdition(ns)
	} else {
		c.declarations(s.attrs())
	}
	own := info.Namespace == AppSessionNS
	if !isSession(m) {
		_, own = ParseEdition(info.Namespace)
	}
	if !own {
		info.Leniencies |= LenientNamespace
	}
}

// plainNamespace returns the namespace in attrs if that is all that there is,
// and an edition's: written as most peers do.
func plainNamespace(attrs string) string {
	if len(attrs) != len(declares+cstaNS+"3"+declared) || !strings.HasPrefix(attrs, declares) ||
		!strings.HasSuffix(attrs, declared) {
		return ""
	}
	ns := namespaceIn(attrs)
	if _, ok := ParseEdition(ns); !ok {
		return ""
	}
	return ns
}

// declarations notes what the root element's attributes declare.
func (c *coder) declarations(attrs string) {
	info, bound := c.info, false
	for attrs != "" {
		var key, value string
		key, value, attrs = cutAttribute(attrs)
		if key != "xmlns" && !strings.HasPrefix(key, "xmlns:") {
			continue
		}
		value = c.scan.unescape(value)
		if key == declaration(info.Prefix) {
			info.Namespace, bound = value, true
		}
		if e, ok := ParseEdition(value); ok && (info.Edition == 0 || info.Namespace == value) {
			info.Edition = e
		}
	}
	if info.Prefix != "" && !bound {
		info.Leniencies |= LenientPrefix
	}
}
