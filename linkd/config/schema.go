package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// setting is one field of a configuration struct, as its tags say.
type setting struct {
	index    int
	name     string
	block    bool
	label    bool
	required bool
	tag      reflect.StructTag
	typ      reflect.Type
}

var durationType = reflect.TypeFor[time.Duration]()

// settingsOf lists a struct's settings in order.
func settingsOf(t reflect.Type) []setting {
	var all []setting
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("hcl"), ",")
		s := setting{index: i, name: name, tag: f.Tag, typ: f.Type}
		for o := range strings.SplitSeq(options, ",") {
			switch o {
			case "block":
				s.block = true
			case "label":
				s.label = true
			case "required":
				s.required = true
			}
		}
		all = append(all, s)
	}
	return all
}

// elem is the struct type of a block.
func (s setting) elem() reflect.Type {
	if s.typ.Kind() == reflect.Slice || s.typ.Kind() == reflect.Pointer {
		return s.typ.Elem()
	}
	return s.typ
}

// bounds are a number's or duration's limits; nanoseconds for durations.
func (s setting) bounds() (low, high int64, ok bool) {
	from, to, ok := strings.Cut(s.tag.Get("range"), "..")
	if !ok {
		return 0, 0, false
	}
	return s.number(from), s.number(to), true
}

// number reads a tag's number; tags are checked by a test.
func (s setting) number(text string) int64 {
	if s.typ == durationType {
		d, _ := time.ParseDuration(text)
		return int64(d)
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

func (s setting) choices() []string {
	if one := s.tag.Get("oneof"); one != "" {
		return strings.Split(one, "|")
	}
	return nil
}

// kind is what a value must be, in words.
func (s setting) kind() string {
	switch {
	case s.typ == durationType:
		return `a duration like "500ms" or "30s"`
	case s.typ.Kind() == reflect.Bool:
		return "true or false"
	case s.typ.Kind() == reflect.Slice:
		return `a list of texts like ["a", "b"]`
	case s.typ.Kind() == reflect.String:
		return `a text like "a"`
	default:
		return "a whole number"
	}
}

// allowed is what a value may be, in words; the reference page repeats it.
func (s setting) allowed() string {
	if c := s.choices(); c != nil {
		for i := range c {
			c[i] = strconv.Quote(c[i])
		}
		return listed(c)
	}
	if r := s.tag.Get("range"); r != "" {
		if s.tag.Get("off") != "" {
			return fmt.Sprintf("0 (off) or %s", r)
		}
		return r
	}
	if f := s.tag.Get("form"); f != "" {
		return forms[f].says
	}
	if s.typ.Kind() == reflect.Bool {
		return s.kind()
	}
	return "any text"
}

// SetDefaults sets every field of a configuration struct (or of the structs in
// it) to its default. v is a pointer to one of this package's structs.
func SetDefaults(v any) { setDefaults(reflect.ValueOf(v).Elem()) }

func setDefaults(v reflect.Value) {
	for _, s := range settingsOf(v.Type()) {
		field := v.Field(s.index)
		if s.block {
			if field.Kind() == reflect.Struct {
				setDefaults(field)
			}
			continue
		}
		text, ok := s.tag.Lookup("default")
		if !ok {
			continue
		}
		switch field.Kind() {
		case reflect.String:
			field.SetString(text)
		case reflect.Bool:
			field.SetBool(text == "true")
		default:
			field.SetInt(s.number(text))
		}
	}
}
