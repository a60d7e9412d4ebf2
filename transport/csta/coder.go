package csta

import (
	"fmt"
	"strconv"
)

// A struct states its children once, in the schema's order, in its fields
// method, which serves reading and writing: in one call each line below either
// writes its child or, if the start tag that waits is its own, reads it.
// Children in schema order are read in one call; as long as there are others,
// it is called again.
type fielder interface{ fields(c *coder) }

// Whether the schema requires a child. Requiring it binds only what is
// written.
const (
	opt = false
	req = true
)

// coder is either a reader or a writer of one message. What it changes from
// one child to the next are numbers: a pointer or a string would cost a write
// barrier each while the garbage collector runs.
type coder struct {
	writing bool
	ed      Edition // to be written

	// Reading.
	scan *scanner
	wait int // length of the waiting child's local name, which the scanner has; 0 at the end
	read int // children read so far
	info *Info

	// Writing.
	output
	root  string
	err   error
	marks *marks // where an event is cut for fan-out, nil otherwise
}

// MissingError is a message to be sent that lacks what the schema requires.
type MissingError struct {
	Message string // the message's element
	Element string // the child that is missing
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("csta %s: the required %s is not set", e.Message, e.Element)
}

// has reports whether children that edition first brought are to be handled:
// they are read in every edition.
func (c *coder) has(first Edition) bool { return !c.writing || c.ed >= first }

// waits reports whether the child that waits to be read has this name.
func (c *coder) waits(name string) bool { return c.wait == len(name) && c.scan.localName() == name }

// may reports whether the child that waits to be read may have this name; when
// there is nothing to read it says no. The method of each kind of child asks it
// first and is short enough to be compiled into the fields methods, so that the
// many children that a message doesn't have cost next to nothing. What there is
// to do is in a method named ...Now, which must not become part of the short one.
func (c *coder) may(name string) bool { return c.wait == len(name) }

// absent notes a child that is required and not set.
func (c *coder) absent(name string) {
	if c.err == nil {
		c.err = &MissingError{Message: c.root, Element: name}
	}
}

// --- reading ---

// advance leaves the child that was just read and moves to the next one.
func (c *coder) advance() {
	c.read++
	c.nextChild()
}

func (c *coder) nextChild() {
	c.wait = 0
	if c.scan.next() {
		c.wait = len(c.scan.localName())
	}
}

// children reads the content of the start tag that was read last into f.
func (c *coder) children(f fielder) {
	if !c.scan.enter() {
		return
	}
	c.nextChild()
	for progress := false; c.wait != 0; {
		before, again := c.read, progress
		f.fields(c)
		progress = c.read > before
		switch {
		case !progress && c.wait != 0:
			c.ignore()
		case progress && again: // what the last call left could be read
			c.info.Leniencies |= LenientOrder
		}
	}
}

// ignore passes over a child that nobody knows.
func (c *coder) ignore() {
	c.info.Leniencies |= LenientUnknown
	if c.info.Unknown == "" {
		c.info.Unknown = c.scan.localName()
	}
	c.scan.skip()
	c.nextChild()
}

// value reads the text of the child that waits.
func (c *coder) value() string {
	v, _, wrapped := c.scan.text()
	c.wrapped(wrapped)
	return v
}

func (c *coder) wrapped(by string) {
	if by != "" {
		c.info.Leniencies |= LenientWrapping
	}
}

// bad notes a child whose value can't be read; the child counts as absent.
func (c *coder) bad(name string) {
	c.info.Leniencies |= LenientValue
	if c.info.BadValue == "" {
		c.info.BadValue = name
	}
}

// --- children of simple types ---

// text is a string. An empty one is absent.
func (c *coder) text(name string, v *string, need bool) {
	if *v != "" || need || c.may(name) {
		c.textNow(name, v)
	}
}

func (c *coder) textNow(name string, v *string) {
	switch {
	case !c.writing:
		if c.waits(name) {
			*v = c.value()
			c.advance()
		}
	case *v == "":
		c.absent(name)
	default:
		c.element(name, *v)
	}
}

// word is an enumerated value. It is too long to become part of a fields method,
// and does all itself.
func word[T ~string](c *coder, name string, v *T, need bool) {
	switch {
	case !c.writing:
		if c.waits(name) {
			*v = T(c.value())
			c.advance()
		}
	case *v != "":
		c.element(name, string(*v))
	case need:
		c.absent(name)
	}
}

// texts is a child that may occur many times.
func texts[T ~string](c *coder, name string, v *[]T) {
	if c.writing {
		for _, s := range *v {
			c.element(name, string(s))
		}
		return
	}
	for c.waits(name) {
		*v = append(atLeastTwo(*v), T(c.value()))
		c.advance()
	}
}

// number is an xsd:int.
func (c *coder) number(name string, v **int, need bool) {
	if *v != nil || need || c.may(name) {
		c.numberNow(name, v)
	}
}

func (c *coder) numberNow(name string, v **int) {
	switch {
	case !c.writing:
		if !c.waits(name) {
			return
		}
		if n, err := strconv.ParseInt(c.value(), 10, 64); err == nil && n == int64(int(n)) {
			*v = new(int(n))
		} else {
			c.bad(name)
		}
		c.advance()
	case *v == nil:
		c.absent(name)
	default:
		c.start(name)
		c.putInt(**v)
		c.end(name)
	}
}

// boolean is a required xsd:boolean.
func (c *coder) boolean(name string, v *bool) {
	if c.writing {
		c.element(name, strconv.FormatBool(*v))
	} else if c.waits(name) {
		c.readBoolean(name, v)
	}
}

// readBoolean reports whether there was one.
func (c *coder) readBoolean(name string, v *bool) bool {
	ok := true
	switch c.value() {
	case "true", "1", "TRUE", "True":
		*v = true
	case "false", "0", "FALSE", "False":
		*v = false
	default:
		c.bad(name)
		ok = false
	}
	c.advance()
	return ok
}

// flag is an optional xsd:boolean.
func (c *coder) flag(name string, v **bool, need bool) {
	if *v != nil || need || c.may(name) {
		c.flagNow(name, v)
	}
}

func (c *coder) flagNow(name string, v **bool) {
	switch {
	case !c.writing:
		var b bool
		if c.waits(name) && c.readBoolean(name, &b) {
			*v = new(b)
		}
	case *v == nil:
		c.absent(name)
	default:
		c.boolean(name, *v)
	}
}

// octets is an xsd:hexBinary. nil is absent.
func (c *coder) octets(name string, v *[]byte, need bool) {
	if *v != nil || need || c.may(name) {
		c.octetsNow(name, v)
	}
}

func (c *coder) octetsNow(name string, v *[]byte) {
	switch {
	case !c.writing:
		if !c.waits(name) {
			return
		}
		if b, ok := parseHex(c.value()); ok {
			*v = b
		} else {
			c.bad(name)
		}
		c.advance()
	case *v == nil:
		c.absent(name)
	default:
		c.hexElement(name, *v)
	}
}

// empty is an empty element whose presence is all that it says.
func (c *coder) empty(name string, v *bool) {
	switch {
	case c.writing && *v:
		c.emptyElement(name)
	case c.waits(name):
		*v = true
		c.scan.skip()
		c.advance()
	}
}
