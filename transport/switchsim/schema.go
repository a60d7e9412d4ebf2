package switchsim

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	cstaPrefix  = "http://www.ecma-international.org/standards/ecma-323/csta/ed"
	sessionName = "http://www.ecma-international.org/standards/ecma-354/appl_session"
)

func cstaName(edition int) string { return cstaPrefix + strconv.Itoa(edition) }

// editionOf returns the edition that a CSTA namespace names, or 0.
func editionOf(space string) int {
	digits, found := strings.CutPrefix(space, cstaPrefix)
	if n, err := strconv.Atoi(digits); found && err == nil && n >= 3 && n <= 6 {
		return n
	}
	return 0
}

// A shape is what may stand inside an element: either text or a sequence or choice of elements.
type shape struct {
	text   func(string) error // for an element with text
	attrs  []string           // the attributes that it may have
	fields []field            // for an element with elements, in the standard's order
	choice bool               // exactly one of the fields
	any    bool               // anything at all
}

type field struct {
	name     string
	shape    *shape
	required bool
	many     bool
	from     int // first edition that has it, 0 = all
	until    int // last edition that has it, 0 = all
}

func req(name string, s *shape) field     { return field{name: name, shape: s, required: true} }
func opt(name string, s *shape) field     { return field{name: name, shape: s} }
func list(name string, s *shape) field    { return field{name: name, shape: s, many: true} }
func (f field) since(edition int) field   { f.from = edition; return f }
func (f field) upTo(edition int) field    { f.until = edition; return f }
func (f field) in(edition int) bool       { return edition >= f.from && (f.until == 0 || edition <= f.until) }
func seq(fields ...field) *shape          { return &shape{fields: fields} }
func oneOf(fields ...field) *shape        { return &shape{fields: fields, choice: true} }
func textual(f func(string) error) *shape { return &shape{text: f} }

func enum(values ...string) *shape {
	return textual(func(s string) error {
		if !slices.Contains(values, s) {
			return fmt.Errorf("%q is none of %s", s, strings.Join(values, ", "))
		}
		return nil
	})
}

// check judges an element by its shape. The error names the place and what the standard has there.
func (s *shape) check(n *node, space string, edition int) error {
	if n.space != space {
		return fmt.Errorf("%s is in namespace %q, want %q", n.name, n.space, space)
	}
	if s.any {
		return nil
	}
	if err := s.checkAttrs(n); err != nil {
		return err
	}
	if s.text != nil {
		if len(n.children) > 0 {
			return fmt.Errorf("%s has element %s, want text", n.name, n.children[0].name)
		}
		if err := s.text(n.text); err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
		return nil
	}
	if strings.TrimSpace(n.text) != "" {
		return fmt.Errorf("%s has text %q, want elements", n.name, strings.TrimSpace(n.text))
	}
	if s.choice {
		return s.checkChoice(n, space, edition)
	}
	return s.checkSequence(n, space, edition)
}

func (s *shape) checkAttrs(n *node) error {
	for _, a := range n.attrs {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			continue
		}
		if a.Name.Space != "" || !slices.Contains(s.attrs, a.Name.Local) {
			return fmt.Errorf("%s has attribute %s, which the standard doesn't know there", n.name, a.Name.Local)
		}
	}
	return nil
}

func (s *shape) checkChoice(n *node, space string, edition int) error {
	if len(n.children) != 1 {
		return fmt.Errorf("%s has %d elements, want exactly one", n.name, len(n.children))
	}
	for _, f := range s.fields {
		if f.name == n.children[0].name && f.in(edition) {
			if err := f.shape.check(n.children[0], space, edition); err != nil {
				return fmt.Errorf("%s: %w", n.name, err)
			}
			return nil
		}
	}
	return fmt.Errorf("%s has element %s, which is none of its choices", n.name, n.children[0].name)
}

func (s *shape) checkSequence(n *node, space string, edition int) error {
	rest := n.children
	for _, f := range s.fields {
		if !f.in(edition) {
			continue
		}
		count := 0
		for len(rest) > 0 && rest[0].name == f.name && (count == 0 || f.many) {
			if err := f.shape.check(rest[0], space, edition); err != nil {
				return fmt.Errorf("%s: %w", n.name, err)
			}
			rest = rest[1:]
			count++
		}
		if count == 0 && f.required {
			found := "the end"
			if len(rest) > 0 {
				found = rest[0].name
			}
			return fmt.Errorf("%s: %s is required here, found %s", n.name, f.name, found)
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("%s: %s is unknown or out of order in edition %d", n.name, rest[0].name, edition)
	}
	return nil
}

func checkBoolean(s string) error {
	if !slices.Contains([]string{"true", "false", "1", "0"}, strings.TrimSpace(s)) {
		return fmt.Errorf("%q is no boolean", s)
	}
	return nil
}

func checkHex(s string) error {
	if _, err := hex.DecodeString(strings.TrimSpace(s)); err != nil {
		return fmt.Errorf("%q is no hexBinary", s)
	}
	return nil
}

func checkInteger(s string) error {
	if _, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err != nil {
		return fmt.Errorf("%q is no integer", s)
	}
	return nil
}

func checkString(string) error { return nil }

func checkFilled(s string) error {
	if strings.TrimSpace(s) == "" {
		return errors.New("it is empty")
	}
	return nil
}
