package csta

import "strings"

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

// Namespace returns the namespace that a message is sent in on an association
// of the given edition. It is "" for an *UnknownMessage, for an unknown
// edition, and for messages that the edition doesn't have.
func Namespace(m Message, ed Edition) string { return namespaceIn(declarationOf(m, ed)) }

// declarationOf returns the attribute that declares the message's namespace, ""
// if it can't be sent.
func declarationOf(m Message, ed Edition) string {
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
		return declares + AppSessionNS + declared
	}
	return ed.declaration()
}
