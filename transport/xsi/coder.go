package xsi

import "strconv"

// A struct states its children once, in the schema's order, in its fields
// method. That serves to read them, to see what is missing, and to write them:
// each line below writes its child, or reads it if the start tag that waits is
// its own. Children in the schema's order are read in one call; as long as
// there are others, it is called again.
type fielder interface{ fields(c *coder) }

type mode uint8

const (
	reading mode = iota
	auditing
	writing
)

// rule says whether an element may or must have a child.
type rule uint8

const (
	no  rule = iota // the kind of event at hand doesn't have it
	opt             // minOccurs 0
	req             // must be there in what is written
)

// coder reads or writes one document.
type coder struct {
	mode mode

	// Reading.
	scan *scanner
	tag  string   // local name of the child that waits to be read, "" at the end
	read int      // children read so far
	seen []string // always-children of the open elements that were read
	mine int      // where those of the innermost one begin in seen
	info *Info

	// Writing.
	out      []byte
	prefix   string // of elements
	document string // root of what is written, for errors
	err      error
}

// handles reports whether a child is to be read or written now. set is whether
// the struct has it.
func (c *coder) handles(name string, set bool, r rule) bool {
	switch c.mode {
	case reading:
		if c.tag != name {
			return false
		}
		if r == no {
			c.unknown(name)
		}
		if set {
			c.info.Leniencies |= LenientRepeated
		}
		return true
	case auditing:
		if !set && r == req {
			c.missing(name)
		}
		return false
	}
	if set && r == no {
		c.fail(&SurplusError{Root: c.document, Element: name})
	}
	if !set && r == req {
		c.fail(&MissingError{Root: c.document, Element: name})
	}
	return set && r != no
}

// --- reading ---

// children reads the content of the tag that was read last into f.
func (c *coder) children(f fielder) {
	outer := c.mine
	c.mine = len(c.seen)
	if c.scan.enter() {
		c.nextChild()
		for progress := false; c.tag != ""; {
			before, again := c.read, progress
			f.fields(c)
			progress = c.read > before
			switch {
			case !progress && c.tag != "":
				c.unknown(c.tag)
				c.scan.skip()
				c.nextChild()
			case progress && again: // what the last call left could be read
				c.info.Leniencies |= LenientOrder
			}
		}
	}
	if c.scan.err == nil {
		c.mode = auditing
		f.fields(c)
		c.mode = reading
	}
	c.seen, c.mine = c.seen[:c.mine], outer
}

// advance leaves the child that was just read and moves to the next one.
func (c *coder) advance() {
	c.read++
	c.nextChild()
}

// nextChild moves to the next child that can be one of ours.
func (c *coder) nextChild() {
	for c.scan.next() {
		name := c.scan.localName()
		switch c.scan.tag.space {
		case spaceXsi:
		case spaceNone, spaceUnbound:
			c.info.Leniencies |= LenientNamespace
		default: // an extension in a namespace of its own
			c.unknown(name)
			c.scan.skip()
			continue
		}
		c.tag = name
		return
	}
	c.tag = ""
}

func (c *coder) unknown(name string) {
	c.info.Leniencies |= LenientUnknown
	if c.info.Unknown == "" {
		c.info.Unknown = name
	}
}

func (c *coder) missing(name string) {
	c.info.Leniencies |= LenientMissing
	if c.info.Missing == "" {
		c.info.Missing = name
	}
}

// bad notes a child whose value can't be read; the child counts as absent.
func (c *coder) bad(name string) {
	c.info.Leniencies |= LenientValue
	if c.info.BadValue == "" {
		c.info.BadValue = name
	}
}

// value reads the text of the child that waits.
func (c *coder) value() string {
	v, mixed := c.scan.text()
	if mixed {
		c.info.Leniencies |= LenientContent
	}
	return v
}

// --- writing ---

func (c *coder) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// open writes a start tag without its end, so that attributes can follow.
func (c *coder) open(name string) {
	c.out = append(append(append(c.out, '<'), c.prefix...), name...)
}

func (c *coder) start(name string) {
	c.open(name)
	c.out = append(c.out, '>')
}

func (c *coder) end(name string) {
	c.out = append(append(append(append(c.out, "</"...), c.prefix...), name...), '>')
}

func (c *coder) attribute(name, value string) {
	c.out = append(append(append(c.out, ' '), name...), `="`...)
	c.out = append(appendText(c.out, value), '"')
}

// xsiType writes the type of an element whose start tag is open.
func (c *coder) xsiType(name string) {
	if c.prefix == "" {
		c.attribute("xmlns:xsi1", instanceNamespace)
	}
	c.attribute("xsi1:type", c.prefix+name)
}

func (c *coder) element(name, text string) {
	c.start(name)
	c.out = appendText(c.out, text)
	c.end(name)
}

func (c *coder) integer(name string, n int64) {
	c.start(name)
	c.out = strconv.AppendInt(c.out, n, 10)
	c.end(name)
}
