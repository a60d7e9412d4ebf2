package xsi

import "fmt"

// Document is one XML document of the interface: *Channel, *SubscriptionEvent,
// *Calls and so on.
type Document interface {
	// Root is the local name of the root element.
	Root() string
	fielder
}

// documents are the roots that are read, but for "Event", whose type decides.
var documents = map[string]func() Document{
	"Channel":               func() Document { return new(Channel) },
	"ChannelSet":            func() Document { return new(ChannelSet) },
	"ChannelHeartBeat":      func() Document { return new(ChannelHeartBeat) },
	"Subscription":          func() Document { return new(Subscription) },
	"SubscriptionList":      func() Document { return new(SubscriptionList) },
	"EventResponse":         func() Document { return new(EventResponse) },
	"ErrorInfo":             func() Document { return new(ErrorInfo) },
	"Versions":              func() Document { return new(Versions) },
	"Call":                  func() Document { return new(Call) },
	"Calls":                 func() Document { return new(Calls) },
	"CallStartInfo":         func() Document { return new(CallStartInfo) },
	"Conference":            func() Document { return new(Conference) },
	"HookStatus":            func() Document { return new(HookStatus) },
	"ApplicationController": func() Document { return new(ApplicationController) },
	"CallCenter":            func() Document { return new(CallCenter) },

	string(ServiceDoNotDisturb):           func() Document { return &Service{Name: ServiceDoNotDisturb} },
	string(ServiceCallForwardingAlways):   func() Document { return &Service{Name: ServiceCallForwardingAlways} },
	string(ServiceCallForwardingBusy):     func() Document { return &Service{Name: ServiceCallForwardingBusy} },
	string(ServiceCallForwardingNoAnswer): func() Document { return &Service{Name: ServiceCallForwardingNoAnswer} },
}

// spellings are roots that the field spells otherwise.
var spellings = map[string]string{"ChannelHeartbeat": "ChannelHeartBeat"}

const eventRoot = "Event"

// UnknownDocument is a document whose root is not known. Its content was not
// looked at.
type UnknownDocument struct{ Name string }

// Root is the local name of the root element.
func (d *UnknownDocument) Root() string { return d.Name }

func (d *UnknownDocument) fields(*coder) {}

// Decode reads one document. The strings in the result are parts of one copy
// of doc: whoever keeps a few for long should clone them.
//
// The error is a *SyntaxError.
func Decode(doc []byte) (Document, Info, error) {
	src, latin := utf8Text(doc)
	var info Info
	if latin {
		info.Leniencies |= LenientEncoding
	}
	c := &coder{scan: &scanner{src: src}, info: &info}
	c.scan.prolog()
	if c.scan.err != nil {
		return nil, info, c.scan.err
	}
	d := c.root()
	if _, unknown := d.(*UnknownDocument); unknown {
		c.scan.skip()
	} else {
		c.children(d)
	}
	c.scan.epilog()
	if e, ok := d.(*SubscriptionEvent); ok && e.Data == nil {
		e.Data = &UnknownEvent{}
	}
	if err := c.scan.err; err != nil {
		if e, ok := d.(*SubscriptionEvent); ok {
			err.EventID = e.EventID
		}
		return nil, info, err
	}
	return d, info, nil
}

// root makes the document that the root element names.
func (c *coder) root() Document {
	name := c.scan.localName()
	c.info.Root = name
	switch c.scan.tag.space {
	case spaceXsi:
	case spaceOther, spaceInstance:
		return &UnknownDocument{Name: name}
	default:
		c.info.Leniencies |= LenientNamespace
	}
	if name == eventRoot {
		return c.eventRoot()
	}
	if right, ok := spellings[name]; ok {
		c.info.Leniencies |= LenientSpelling
		name = right
	}
	if makeDocument, ok := documents[name]; ok {
		return makeDocument()
	}
	return &UnknownDocument{Name: name}
}

// Append appends the document in XML, with an XML declaration. Events are
// written with the prefixes that BroadWorks uses, everything else in the
// default namespace. The error is a *MissingError, a *SurplusError, a
// *TypeError, or says that an unknown document can't be written.
func Append(dst []byte, d Document) ([]byte, error) {
	if u, ok := d.(*UnknownDocument); ok {
		return dst, fmt.Errorf("write xsi document: %q is not known", u.Name)
	}
	c := &coder{mode: writing, out: append(dst, declaration...), document: d.Root()}
	if e, ok := d.(event); ok {
		c.prefix = "xsi:"
		c.out = append(c.out, `<xsi:Event xmlns:xsi="`+Namespace+`" xmlns:xsi1="`+instanceNamespace+
			`" xsi1:type="xsi:`+e.kind()+`">`...)
	} else {
		c.out = append(c.out, "<"+d.Root()+` xmlns="`+Namespace+`"`...)
		if a, ok := d.(attributed); ok {
			a.attributes(c)
		}
		c.out = append(c.out, '>')
	}
	body := len(c.out)
	d.fields(c)
	if c.err != nil {
		return dst, c.err
	}
	if len(c.out) == body {
		c.out = append(c.out[:body-1], "/>"...)
		return c.out, nil
	}
	c.end(d.Root())
	return c.out, nil
}

const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// MissingError is a document to be sent that lacks what the schema requires.
type MissingError struct {
	Root    string // of the document
	Element string // that is missing
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("write xsi %s: the required %s is not set", e.Root, e.Element)
}

// SurplusError is a document to be sent in which something is set that its kind
// of event doesn't have.
type SurplusError struct {
	Root    string
	Element string // that is set and can't be sent
}

func (e *SurplusError) Error() string {
	return fmt.Sprintf("write xsi %s: %s is set, but the schema has no such element there", e.Root, e.Element)
}
