package xsi

import "strings"

// Namespace is that of every element of the interface.
const Namespace = "http://schema.broadsoft.com/xsi"

const instanceNamespace = "http://www.w3.org/2001/XMLSchema-instance"

// Peers bind the prefix "xsi", which everybody else uses for XMLSchema-instance,
// to Namespace, and "xsi1" to the former. So prefixes are resolved, never
// compared.

// space is what a prefix stands for.
type space uint8

const (
	spaceNone     space = iota // no prefix, and no default namespace
	spaceUnbound               // a prefix that nobody declared
	spaceXsi                   // Namespace
	spaceInstance              // XMLSchema-instance
	spaceOther
)

// binding is one namespace declaration in scope.
type binding struct {
	prefix string
	space  space
	depth  int // of the content of the element that declares it
}

// leaveScopes forgets the declarations of elements that are over.
func (s *scanner) leaveScopes() {
	for s.bound > 0 && s.bindings[s.bound-1].depth > s.depth {
		s.bound--
	}
}

// declare notes the namespace declarations of the tag that was read last.
func (s *scanner) declare() {
	attrs := s.attrsOf(s.tag)
	if s.err != nil || !strings.Contains(attrs, "xmlns") {
		return
	}
	for attrs != "" {
		var key, raw string
		if key, raw, attrs = cutAttribute(attrs); key == "" {
			return
		}
		prefix, found := strings.CutPrefix(key, "xmlns:")
		if !found {
			if key != "xmlns" {
				continue
			}
			prefix = ""
		}
		if s.bound == maxBindings {
			s.fail("too many namespaces are declared")
			return
		}
		s.bindings[s.bound] = binding{prefix, spaceOf(s.unescape(raw)), s.depth + 1}
		s.bound++
	}
}

func spaceOf(uri string) space {
	switch uri {
	case Namespace:
		return spaceXsi
	case instanceNamespace:
		return spaceInstance
	case "":
		return spaceNone
	}
	return spaceOther
}

func (s *scanner) resolve(prefix string) space {
	for i := s.bound - 1; i >= 0; i-- {
		if s.bindings[i].prefix == prefix {
			return s.bindings[i].space
		}
	}
	if prefix == "" {
		return spaceNone
	}
	return spaceUnbound
}

// xsiType returns the local name that the xsi:type attribute of the tag that
// was read last gives, and whether all its prefixes are what they should be.
func (s *scanner) xsiType() (name string, exact bool) {
	attrs := s.attrsOf(s.tag)
	for attrs != "" {
		var key, raw string
		if key, raw, attrs = cutAttribute(attrs); key == "" {
			break
		}
		prefix, local := cutName(key)
		if local != "type" || prefix == "xmlns" {
			continue
		}
		of := s.resolve(prefix)
		if prefix == "" {
			of = spaceNone // a default namespace isn't for attributes
		}
		if of == spaceOther || of == spaceXsi {
			continue
		}
		value := trimSpace(s.unescape(raw))
		in, name := cutName(value)
		return name, of == spaceInstance && s.resolve(in) == spaceXsi
	}
	return "", false
}

func cutName(qualified string) (prefix, local string) {
	if prefix, local, found := strings.Cut(qualified, ":"); found {
		return prefix, local
	}
	return "", qualified
}

// attribute returns the value of an attribute without a namespace in what
// stands inside a start tag after the element's name.
func (s *scanner) attribute(attrs, name string) string {
	for attrs != "" {
		var key, raw string
		if key, raw, attrs = cutAttribute(attrs); key == "" {
			return ""
		}
		if _, local := cutName(key); local == name && !strings.HasPrefix(key, "xmlns:") {
			return s.unescape(raw)
		}
	}
	return ""
}

// cutAttribute splits the first attribute off; key is "" if there is none. The
// scanner has checked the form.
func cutAttribute(attrs string) (key, value, rest string) {
	eq := strings.IndexByte(attrs, '=')
	if eq < 0 {
		return "", "", ""
	}
	key = trimSpace(attrs[:eq])
	attrs = attrs[eq+1:]
	for attrs != "" && isSpace(attrs[0]) {
		attrs = attrs[1:]
	}
	if attrs == "" {
		return "", "", ""
	}
	end := strings.IndexByte(attrs[1:], attrs[0])
	if end < 0 {
		return "", "", ""
	}
	return key, attrs[1 : 1+end], attrs[end+2:]
}
