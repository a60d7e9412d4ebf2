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

// coder is either a reader or a writer of one message.
type coder struct {
	writing bool

	// Reading.
	scan scanner
	tag  string // local name of the child that waits to be read, "" at the end
	read int    // children read so far
	info *Info

	// Writing.
	out   []byte
	ed    Edition
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

// --- reading ---

// advance leaves the child that was just read and moves to the next one.
func (c *coder) advance() {
	c.read++
	c.nextChild()
}

func (c *coder) nextChild() {
	c.tag = ""
	if c.scan.next() {
		c.tag = c.scan.local
	}
}

// children reads the content of the start tag that was read last into f.
func (c *coder) children(f fielder) {
	if !c.scan.enter() {
		return
	}
	c.nextChild()
	for progress := false; c.tag != ""; {
		before, again := c.read, progress
		f.fields(c)
		progress = c.read > before
		switch {
		case !progress && c.tag != "":
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
		c.info.Unknown = c.tag
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

// --- writing ---

func (c *coder) absent(name string, need bool) {
	if need && c.err == nil {
		c.err = &MissingError{Message: c.root, Element: name}
	}
}

func (c *coder) start(name string) {
	c.out = append(c.out, '<')
	c.out = append(c.out, name...)
	c.out = append(c.out, '>')
}

func (c *coder) end(name string) {
	c.out = append(c.out, "</"...)
	c.out = append(c.out, name...)
	c.out = append(c.out, '>')
}

func (c *coder) element(name, text string) {
	c.start(name)
	c.out = appendText(c.out, text)
	c.end(name)
}

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }

// --- children of simple types ---

// text is a string. An empty one is absent.
func (c *coder) text(name string, v *string, need bool) {
	if c.writing {
		if *v == "" {
			c.absent(name, need)
			return
		}
		c.element(name, *v)
	} else if c.tag == name {
		*v = c.value()
		c.advance()
	}
}

// word is an enumerated value.
func word[T ~string](c *coder, name string, v *T, need bool) {
	if c.writing {
		if *v == "" {
			c.absent(name, need)
			return
		}
		c.element(name, string(*v))
	} else if c.tag == name {
		*v = T(c.value())
		c.advance()
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
	for c.tag == name {
		*v = append(*v, T(c.value()))
		c.advance()
	}
}

// number is an xsd:int.
func (c *coder) number(name string, v **int, need bool) {
	if c.writing {
		if *v == nil {
			c.absent(name, need)
			return
		}
		c.start(name)
		c.out = appendInt(c.out, **v)
		c.end(name)
	} else if c.tag == name {
		if n, err := strconv.ParseInt(c.value(), 10, 64); err == nil && n == int64(int(n)) {
			*v = new(int(n))
		} else {
			c.bad(name)
		}
		c.advance()
	}
}

// boolean is a required xsd:boolean.
func (c *coder) boolean(name string, v *bool) {
	p := v
	c.flag(name, &p, req)
	if p != v {
		*v = *p
	}
}

// flag is an optional xsd:boolean.
func (c *coder) flag(name string, v **bool, need bool) {
	if c.writing {
		if *v == nil {
			c.absent(name, need)
			return
		}
		c.element(name, strconv.FormatBool(**v))
	} else if c.tag == name {
		switch c.value() {
		case "true", "1", "TRUE", "True":
			*v = new(true)
		case "false", "0", "FALSE", "False":
			*v = new(false)
		default:
			c.bad(name)
		}
		c.advance()
	}
}

// octets is an xsd:hexBinary. nil is absent.
func (c *coder) octets(name string, v *[]byte, need bool) {
	if c.writing {
		if *v == nil {
			c.absent(name, need)
			return
		}
		c.start(name)
		c.out = appendHex(c.out, *v)
		c.end(name)
	} else if c.tag == name {
		if b, ok := parseHex(c.value()); ok {
			*v = b
		} else {
			c.bad(name)
		}
		c.advance()
	}
}

// empty is an empty element whose presence is all that it says.
func (c *coder) empty(name string, v *bool) {
	switch {
	case c.writing && *v:
		c.out = append(append(append(c.out, '<'), name...), "/>"...)
	case !c.writing && c.tag == name:
		*v = true
		c.scan.skip()
		c.advance()
	}
}

func appendHex(dst, data []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, b := range data {
		dst = append(dst, digits[b>>4], digits[b&15])
	}
	return dst
}

// parseHex reads hexBinary; white space may stand anywhere in it.
func parseHex(text string) ([]byte, bool) {
	out := make([]byte, 0, len(text)/2)
	high := rune(-1)
	for i := 0; i < len(text); i++ {
		if isSpace(text[i]) {
			continue
		}
		d := hexDigit(text[i])
		switch {
		case d < 0:
			return nil, false
		case high < 0:
			high = d
		default:
			out = append(out, byte(high<<4|d))
			high = -1
		}
	}
	return out, high < 0
}

// --- children that have children ---

// group is a child that has children of its own and no type of its own. It is
// written if present.
func (c *coder) group(name string, present bool, f fielder, need bool) {
	if c.writing {
		if !present {
			c.absent(name, need)
			return
		}
		c.start(name)
		f.fields(c)
		c.end(name)
	} else if c.tag == name {
		c.children(f)
		c.advance()
	}
}

// one is an optional child with a struct of its own.
func one[T any, P interface {
	*T
	fielder
}](c *coder, name string, v **T, need bool) {
	if !c.writing {
		if c.tag != name {
			return
		}
		if *v == nil {
			*v = new(T)
		}
	}
	c.group(name, *v != nil, P(*v), need)
}

// many is a child that may occur many times.
func many[T any, P interface {
	*T
	fielder
}](c *coder, name string, v *[]T) {
	if c.writing {
		for i := range *v {
			c.group(name, true, P(&(*v)[i]), opt)
		}
		return
	}
	for c.tag == name {
		*v = append(*v, *new(T))
		c.children(P(&(*v)[len(*v)-1]))
		c.advance()
	}
}

// list is a child that holds nothing but many. A nil slice is absent, an empty
// one is an empty element.
func list[T any, P interface {
	*T
	fielder
}](c *coder, name, item string, v *[]T, need bool) {
	c.group(name, *v != nil, &listOf[T, P]{item, v}, need)
}

type listOf[T any, P interface {
	*T
	fielder
}] struct {
	item string
	v    *[]T
}

func (l *listOf[T, P]) fields(c *coder) { many[T, P](c, l.item, l.v) }
