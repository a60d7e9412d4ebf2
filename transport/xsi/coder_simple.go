package xsi

import "strconv"

// Children of simple types.

// Timestamp is a time in milliseconds since 1970 UTC; 0 is absent.
type Timestamp int64

// text is a string; an empty one is absent.
func text[T ~string](c *coder, name string, v *T, r rule) {
	if !c.handles(name, *v != "", r) {
		return
	}
	if c.mode == writing {
		c.element(name, string(*v))
		return
	}
	*v = T(c.value())
	c.advance()
}

// texts is a text that may occur many times.
func texts[T ~string](c *coder, name string, v *[]T, r rule) {
	if c.mode != reading {
		if c.handles(name, len(*v) > 0, r) {
			for _, s := range *v {
				c.element(name, string(s))
			}
		}
		return
	}
	for c.tag == name {
		*v = append(*v, T(c.value()))
		c.advance()
	}
}

// empty is an element whose presence is all that it says.
func empty(c *coder, name string, v *bool, r rule) {
	if !c.handles(name, *v, r) {
		return
	}
	if c.mode == writing {
		c.open(name)
		c.out = append(c.out, "/>"...)
		return
	}
	*v = true
	c.scan.skip()
	c.advance()
}

// positive is a number from 1 on (xs:int or xs:long); 0 is absent.
func positive[T ~int | ~int64](c *coder, name string, v *T, r rule) {
	if !c.handles(name, *v != 0, r) {
		return
	}
	if c.mode == writing {
		c.integer(name, int64(*v))
		return
	}
	if n, err := strconv.ParseInt(c.value(), 10, 64); err == nil && n > 0 && n == int64(T(n)) {
		*v = T(n)
	} else {
		c.bad(name)
	}
	c.advance()
}

// number is a number that may be 0, at least from the given one on; nil is
// absent.
func number(c *coder, name string, v **int, from int, r rule) {
	if !c.handles(name, *v != nil, r) {
		return
	}
	if c.mode == writing {
		c.integer(name, int64(**v))
		return
	}
	if n, err := strconv.Atoi(c.value()); err == nil && n >= from {
		*v = &n
	} else {
		c.bad(name)
	}
	c.advance()
}

// boolean is an xs:boolean; nil is absent.
func boolean(c *coder, name string, v **bool, r rule) {
	if !c.handles(name, *v != nil, r) {
		return
	}
	if c.mode == writing {
		c.element(name, strconv.FormatBool(**v))
		return
	}
	if b, ok := parseBoolean(c.value()); ok {
		*v = &b
	} else {
		c.bad(name)
	}
	c.advance()
}

func parseBoolean(text string) (value, ok bool) {
	switch text {
	case "true", "1", "TRUE", "True":
		return true, true
	case "false", "0", "FALSE", "False":
		return false, true
	}
	return false, false
}
