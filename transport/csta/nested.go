package csta

// Children that have children.

// group is a child that has children of its own and no type of its own. It is
// written if present.
func (c *coder) group(name string, present bool, f fielder, need bool) {
	if present || need || c.may(name) {
		c.groupNow(name, present, f)
	}
}

func (c *coder) groupNow(name string, present bool, f fielder) {
	switch {
	case !c.writing:
		if c.waits(name) {
			c.children(f)
			c.advance()
		}
	case !present:
		c.absent(name)
	default:
		c.start(name)
		f.fields(c)
		c.end(name)
	}
}

// one is an optional child with a struct of its own.
func one[T any, P interface {
	*T
	fielder
}](c *coder, name string, v **T, need bool) {
	if *v != nil || need || c.may(name) {
		oneNow[T, P](c, name, v)
	}
}

//go:noinline
func oneNow[T any, P interface {
	*T
	fielder
}](c *coder, name string, v **T) {
	if *v == nil && c.waits(name) {
		*v = new(T)
	}
	c.groupNow(name, *v != nil, P(*v))
}

// many is a child that may occur many times.
func many[T any, P interface {
	*T
	fielder
}](c *coder, name string, v *[]T) {
	if c.writing {
		for i := range *v {
			c.groupNow(name, true, P(&(*v)[i]))
		}
		return
	}
	for c.waits(name) {
		*v = append(atLeastTwo(*v), *new(T))
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
	if *v != nil || need || c.may(name) {
		listNow[T, P](c, name, item, v)
	}
}

//go:noinline
func listNow[T any, P interface {
	*T
	fielder
}](c *coder, name, item string, v *[]T) {
	switch {
	case !c.writing:
		if c.waits(name) {
			readList[T, P](c, item, v)
			c.advance()
		}
	case *v == nil:
		c.absent(name)
	default:
		c.start(name)
		many[T, P](c, item, v)
		c.end(name)
	}
}

// readList reads the content of the start tag that was read last.
func readList[T any, P interface {
	*T
	fielder
}](c *coder, item string, v *[]T) {
	if !c.scan.enter() {
		return
	}
	for c.nextChild(); c.wait != 0; {
		if many[T, P](c, item, v); c.wait != 0 {
			c.ignore()
		}
	}
}

// atLeastTwo makes the first allocation of a list's backing array one for two:
// lists of one are rare.
func atLeastTwo[T any](v []T) []T {
	if v == nil {
		return make([]T, 0, 2)
	}
	return v
}
