package xsi

import "slices"

// Children that have children.

// attributed is a struct whose element has attributes.
type attributed interface {
	// attributes reads them from the tag that was read last, or writes them
	// into the start tag that is open.
	attributes(c *coder)
}

// pointer is what one and many need of the pointer to a struct.
type pointer[T any] interface {
	*T
	fielder
}

// group is a child that has children of its own. It is written if set.
func group(c *coder, name string, set bool, f fielder, r rule) {
	if !c.handles(name, set, r) {
		return
	}
	if c.mode == writing {
		c.within(name, f)
		return
	}
	c.seen = append(c.seen, name)
	c.content(f)
	c.advance()
}

// always is a child that has to be there, even if it holds nothing.
func always(c *coder, name string, f fielder) {
	group(c, name, c.mode == writing || slices.Contains(c.seen[c.mine:], name), f, req)
}

// within writes an element with its attributes and children.
func (c *coder) within(name string, f fielder) {
	c.open(name)
	if a, ok := f.(attributed); ok {
		a.attributes(c)
	}
	c.out = append(c.out, '>')
	body := len(c.out)
	f.fields(c)
	if len(c.out) == body {
		c.out = append(c.out[:body-1], "/>"...)
		return
	}
	c.end(name)
}

// content reads the attributes and children of the tag that was read last.
func (c *coder) content(f fielder) {
	if a, ok := f.(attributed); ok {
		a.attributes(c)
	}
	c.children(f)
}

// one is a child with a struct of its own; nil is absent.
func one[T any, P pointer[T]](c *coder, name string, v **T, r rule) {
	if !c.handles(name, *v != nil, r) {
		return
	}
	if c.mode == writing {
		c.within(name, P(*v))
		return
	}
	*v = new(T)
	c.content(P(*v))
	c.advance()
}

// many is a child that may occur many times.
func many[T any, P pointer[T]](c *coder, name string, v *[]T, r rule) {
	if c.mode != reading {
		if c.handles(name, len(*v) > 0, r) {
			for i := range *v {
				c.within(name, P(&(*v)[i]))
			}
		}
		return
	}
	for c.tag == name {
		*v = append(*v, *new(T))
		c.content(P(&(*v)[len(*v)-1]))
		c.advance()
	}
}

// list is a child that holds nothing but many; nil is absent, an empty slice
// an empty element. The schema wants one item at least.
func list[T any, P pointer[T]](c *coder, name, item string, v *[]T, r rule) {
	if c.mode == reading && c.tag == name && *v == nil {
		*v = []T{}
		group(c, name, false, &listOf[T, P]{item, v}, r)
		return
	}
	group(c, name, *v != nil, &listOf[T, P]{item, v}, r)
}

type listOf[T any, P pointer[T]] struct {
	item string
	v    *[]T
}

func (l *listOf[T, P]) fields(c *coder) { many[T, P](c, l.item, l.v, req) }
