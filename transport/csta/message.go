package csta

import (
	"fmt"
	"strings"
)

// Message is one message of ECMA-323 or ECMA-354: a pointer to one of this
// package's structs.
type Message interface {
	// Name returns the message's element.
	Name() string
	fielder
}

// Event is a message that a monitor sends.
type Event interface {
	Message
	// Monitor returns the event's monitorCrossRefID, to be read or set.
	Monitor() *string
}

// Declaration is the XML declaration that most switches and CSTA servers send
// in front of a message and most clients don't. Append never writes it; put it
// into dst before.
const Declaration = `<?xml version="1.0" encoding="UTF-8"?>`

// MaxBody is the longest body that Decode reads, in octets: what fits into a
// frame.
const MaxBody = MaxFrame - HeaderLen

// Leniency is a set of liberties that a message took.
type Leniency uint16

// The liberties that Decode accepts.
const (
	LenientNamespace Leniency = 1 << iota // no namespace, or not the message's own
	LenientPrefix                         // a prefix that is bound to no namespace
	LenientOrder                          // children not in the schema's order
	LenientWrapping                       // a value inside an element of its own, or outside the one it has
	LenientUnknown                        // children that the schema doesn't have
	LenientValue                          // a number, boolean or hexBinary that is none
	LenientEncoding                       // not UTF-8
	LenientSpelling                       // the spelling that the schema doesn't use
	LenientEmpty                          // a SystemStatus without status
)

// String names the liberties, separated by commas.
func (l Leniency) String() string {
	names := [...]string{"namespace", "unbound prefix", "child order", "wrapping",
		"unknown element", "unreadable value", "encoding", "spelling", "empty status"}
	var set []string
	for i, name := range names {
		if l&(1<<i) != 0 {
			set = append(set, name)
		}
	}
	return strings.Join(set, ", ")
}

// Info is what Decode saw besides the message.
type Info struct {
	Root       string   // the root element's local name
	Namespace  string   // the root element's namespace, "" if it has none
	Prefix     string   // the root element's prefix, "" if it has none
	Edition    Edition  // of Namespace or else of another one declared; 0 if none
	Leniencies Leniency // liberties taken
	Unknown    string   // the first child that was ignored because nobody knows it
	BadValue   string   // the first child that was ignored because of its value
}

// UnknownMessage is a message whose root element this package doesn't know.
// An unknown request is answered with operation/serviceNotSupported.
type UnknownMessage struct{ Root string }

// Name returns the root element's local name.
func (m *UnknownMessage) Name() string { return m.Root }

func (*UnknownMessage) fields(*coder) {}

// Decode reads one message. It keeps nothing of body, but the message's strings
// share one copy of it: clone (strings.Clone) what is kept for long.
//
// A root element that isn't known gives an *UnknownMessage and no error. The
// error is a *SyntaxError; even then Info holds what was seen so far.
func Decode(body []byte) (Message, Info, error) {
	var info Info
	if len(body) > MaxBody {
		return nil, info, &SyntaxError{Offset: MaxBody, Reason: "the message is too long"}
	}
	text, latin1 := utf8Text(body)
	if latin1 {
		info.Leniencies |= LenientEncoding
	}
	c := &coder{info: &info}
	c.scan.src = text
	c.scan.prolog()
	if c.scan.err != nil {
		return nil, info, c.scan.err
	}
	m := newMessage(c.scan.local)
	if m == nil {
		if m = misspelt(c.scan.local); m != nil {
			info.Leniencies |= LenientSpelling
		} else {
			m = &UnknownMessage{Root: strings.Clone(c.scan.local)}
		}
	}
	c.root = m.Name()
	c.namespaces(m)
	if _, unknown := m.(*UnknownMessage); unknown {
		c.scan.skip()
	} else {
		c.children(m)
	}
	c.scan.epilog()
	if c.scan.err != nil {
		return nil, info, c.scan.err
	}
	if s, ok := m.(*SystemStatus); ok && s.SystemStatus == "" {
		info.Leniencies |= LenientEmpty
	}
	return m, info, nil
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
	info, s := c.info, &c.scan
	info.Root = s.local
	bound := false
	if len(s.name) > len(s.local) {
		info.Prefix = s.name[:len(s.name)-len(s.local)-1]
	}
	for attrs := s.attrs; attrs != ""; {
		var key, value string
		key, value, attrs = cutAttribute(attrs)
		if key != "xmlns" && !strings.HasPrefix(key, "xmlns:") {
			continue
		}
		value = s.unescape(value)
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
	own := info.Namespace == AppSessionNS
	if !isSession(m) {
		_, own = ParseEdition(info.Namespace)
	}
	if !own {
		info.Leniencies |= LenientNamespace
	}
}

// Append appends the message's XML to dst in the form that the edition gives
// it. It writes no XML declaration. On error, a *MissingError or a message
// that can't be sent at all, it returns dst as it was.
func Append(dst []byte, m Message, ed Edition) ([]byte, error) {
	return appendMessage(dst, m, ed, nil)
}

// Check reports what a message lacks that the schema requires, as the
// *MissingError that Append would return. Decode itself requires nothing, so
// that a server can say in its answer what is missing.
func Check(m Message, ed Edition) error {
	_, err := Append(make([]byte, 0, 1024), m, ed)
	return err
}

func appendMessage(dst []byte, m Message, ed Edition, marks *marks) ([]byte, error) {
	ns := Namespace(m, ed)
	if ns == "" {
		return dst, fmt.Errorf("csta %s: can't be sent in %v", m.Name(), ed)
	}
	c := &coder{writing: true, out: dst, ed: ed, root: m.Name(), marks: marks}
	c.out = append(c.out, '<')
	c.out = append(c.out, c.root...)
	c.out = append(c.out, ` xmlns="`...)
	c.out = append(c.out, ns...)
	c.out = append(c.out, `">`...)
	content := len(c.out)
	m.fields(c)
	if c.err != nil {
		return dst, c.err
	}
	if len(c.out) == content {
		c.out = append(c.out[:content-1], "/>"...)
	} else {
		c.end(c.root)
	}
	return c.out, nil
}

// Namespace returns the namespace that a message is sent in on an association
// of the given edition. It is "" for an *UnknownMessage, for an unknown
// edition, and for messages that the edition doesn't have.
func Namespace(m Message, ed Edition) string {
	switch m.(type) {
	case *UnknownMessage:
		return ""
	case *GetMonitors, *GetMonitorsResponse, *MonitorInfo,
		*GetRegistrations, *GetRegistrationsResponse, *RegistrationInfo:
		if ed < Ed6 {
			return ""
		}
	}
	if isSession(m) {
		return AppSessionNS
	}
	return ed.Namespace()
}
