package config

import (
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// decoder fills structs from a file's body and remembers where each value
// stands.
type decoder struct {
	errs Errors
	at   map[any]hcl.Range // by pointer to the field
}

func (d *decoder) top(b *hclsyntax.Body, c *Config) {
	start := hcl.Range{Filename: b.SrcRange.Filename, Start: hcl.InitialPos, End: hcl.InitialPos}
	d.body(b, reflect.ValueOf(c).Elem(), "", start)
}

// body fills one struct. where names the block in errors, at is its header.
func (d *decoder) body(b *hclsyntax.Body, v reflect.Value, where string, at hcl.Range) {
	settings := settingsOf(v.Type())
	d.strangers(b, settings, where)
	d.at[v.Addr().Interface()] = at
	for _, s := range settings {
		field := v.Field(s.index)
		switch {
		case s.label:
		case s.block:
			d.blocks(b, s, field, where, at)
		case b.Attributes[s.name] != nil:
			d.attribute(b.Attributes[s.name], s, field)
		default:
			d.at[field.Addr().Interface()] = at
			if s.required {
				d.errorf(at, "%s has no %s: add %s = %s", place(where), s.name, s.name, s.example())
			}
		}
	}
}

func place(where string) string {
	if where == "" {
		return "the file"
	}
	return where
}

// example is a value for a setting that is missing.
func (s setting) example() string {
	if c := s.choices(); c != nil {
		return s.allowed()
	}
	return fmt.Sprintf("<%s>", s.allowed())
}

// strangers reports what a body must not have.
func (d *decoder) strangers(b *hclsyntax.Body, settings []setting, where string) {
	var attrs, blocks []string
	for _, s := range settings {
		switch {
		case s.block:
			blocks = append(blocks, s.name)
		case !s.label:
			attrs = append(attrs, s.name)
		}
	}
	for name, a := range b.Attributes {
		switch {
		case slices.Contains(attrs, name):
		case slices.Contains(blocks, name):
			d.errorf(a.NameRange, "%s is a block: write %s { ... } without \"=\"", name, name)
		default:
			d.errorf(a.NameRange, "%s has no setting %q%s", place(where), name, hint(name, attrs))
		}
	}
	for _, blk := range b.Blocks {
		switch {
		case slices.Contains(blocks, blk.Type):
		case slices.Contains(attrs, blk.Type):
			d.errorf(blk.TypeRange, "%s is a setting: write %s = ...", blk.Type, blk.Type)
		default:
			d.errorf(blk.TypeRange, "%s has no block %q%s", place(where), blk.Type, hint(blk.Type, blocks))
		}
	}
}

func hint(name string, names []string) string {
	if len(names) == 0 {
		return ": none is allowed here"
	}
	if n := nearest(name, names); n != "" {
		return fmt.Sprintf(": did you mean %s? Allowed: %s", n, strings.Join(names, ", "))
	}
	return ": allowed: " + strings.Join(names, ", ")
}

// blocks fills a field from all blocks of its type.
func (d *decoder) blocks(b *hclsyntax.Body, s setting, field reflect.Value, where string, at hcl.Range) {
	var found []*hclsyntax.Block
	for _, blk := range b.Blocks {
		if blk.Type == s.name {
			found = append(found, blk)
		}
	}
	if field.Kind() == reflect.Slice {
		field.Set(reflect.MakeSlice(s.typ, len(found), len(found)))
		for i, blk := range found {
			setDefaults(field.Index(i))
			d.block(blk, field.Index(i), where)
		}
		d.sameLabels(found)
		return
	}
	if len(found) == 0 {
		if s.required {
			d.errorf(at, "%s has no block %s: add %s { ... }", place(where), s.name, s.name)
		} else if field.Kind() == reflect.Struct {
			d.unset(field, at)
		}
		return
	}
	for _, again := range found[1:] {
		d.errorf(again.TypeRange, "second block %s: only one is allowed, the first is in line %d", s.name, found[0].TypeRange.Start.Line)
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(s.elem()))
		field = field.Elem()
		setDefaults(field)
	}
	d.block(found[0], field, where)
}

// unset places the settings of a block that isn't there.
func (d *decoder) unset(v reflect.Value, at hcl.Range) {
	d.at[v.Addr().Interface()] = at
	for _, s := range settingsOf(v.Type()) {
		d.at[v.Field(s.index).Addr().Interface()] = at
	}
}

// block fills one struct from one block, labels first.
func (d *decoder) block(blk *hclsyntax.Block, v reflect.Value, where string) {
	var labels []setting
	for _, s := range settingsOf(v.Type()) {
		if s.label {
			labels = append(labels, s)
		}
	}
	here := strings.TrimSpace(where + " " + blk.Type)
	if len(blk.Labels) != len(labels) {
		want := blk.Type + " { ... }"
		for _, s := range labels {
			want = fmt.Sprintf("%s %q { ... }", blk.Type, s.name)
		}
		d.errorf(blk.TypeRange, "%s has %d labels: write %s", here, len(blk.Labels), want)
	} else {
		for i, s := range labels {
			here = fmt.Sprintf("%s %q", here, blk.Labels[i])
			field := v.Field(s.index)
			d.at[field.Addr().Interface()] = blk.LabelRanges[i]
			field.SetString(blk.Labels[i])
			d.fits(blk.LabelRanges[i], s, blk.Labels[i])
		}
	}
	d.body(blk.Body, v, here, blk.TypeRange)
}

func (d *decoder) sameLabels(blocks []*hclsyntax.Block) {
	first := make(map[string]hcl.Range)
	for _, blk := range blocks {
		if len(blk.Labels) != 1 {
			continue
		}
		if f, ok := first[blk.Labels[0]]; ok {
			d.errorf(blk.LabelRanges[0], "second %s %q: names must differ, the first is in line %d", blk.Type, blk.Labels[0], f.Start.Line)
			continue
		}
		first[blk.Labels[0]] = blk.LabelRanges[0]
	}
}

// attribute fills one field.
func (d *decoder) attribute(a *hclsyntax.Attribute, s setting, field reflect.Value) {
	at := a.Expr.Range()
	d.at[field.Addr().Interface()] = at
	val, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		d.errorf(at, "%s must be written out: %s; variables and functions are not known here", s.name, s.kind())
		return
	}
	wrong := func() {
		must := s.kind()
		if a := s.allowed(); a != must {
			must += ": " + a
		}
		d.errorf(at, "%s is %s, but must be %s", s.name, shown(val), must)
	}
	switch {
	case val.IsNull() || !val.IsWhollyKnown():
		wrong()
	case s.typ == durationType:
		if val.Type() != cty.String {
			wrong()
			return
		}
		text := val.AsString()
		n, err := time.ParseDuration(text)
		if err != nil {
			wrong()
			return
		}
		d.inRange(at, s, int64(n), text)
		field.SetInt(int64(n))
	case s.typ.Kind() == reflect.Bool:
		if val.Type() != cty.Bool {
			wrong()
			return
		}
		field.SetBool(val.True())
	case s.typ.Kind() == reflect.String:
		if val.Type() != cty.String {
			wrong()
			return
		}
		d.fits(at, s, val.AsString())
		field.SetString(val.AsString())
	case s.typ.Kind() == reflect.Slice:
		d.list(at, s, val, field, wrong)
	default:
		if val.Type() != cty.Number {
			wrong()
			return
		}
		n, accuracy := val.AsBigFloat().Int64()
		if accuracy != big.Exact {
			wrong()
			return
		}
		d.inRange(at, s, n, strconv.FormatInt(n, 10))
		field.SetInt(n)
	}
}

func (d *decoder) list(at hcl.Range, s setting, val cty.Value, field reflect.Value, wrong func()) {
	if !val.Type().IsTupleType() {
		wrong()
		return
	}
	var texts []string
	for _, v := range val.AsValueSlice() {
		if v.IsNull() || v.Type() != cty.String {
			wrong()
			return
		}
		text := v.AsString()
		if slices.Contains(texts, text) {
			d.errorf(at, "%s has %q twice: once is enough", s.name, text)
		}
		d.fits(at, s, text)
		texts = append(texts, text)
	}
	field.Set(reflect.ValueOf(texts))
}

func (d *decoder) inRange(at hcl.Range, s setting, n int64, text string) {
	low, high, ok := s.bounds()
	if !ok || n >= low && n <= high || n == 0 && s.tag.Get("off") != "" {
		return
	}
	d.errorf(at, "%s is %s, but must be %s", s.name, text, s.allowed())
}

func (d *decoder) fits(at hcl.Range, s setting, text string) {
	if c := s.choices(); c != nil && !slices.Contains(c, text) {
		d.errorf(at, "%s is %q, but must be %s", s.name, text, s.allowed())
	}
	if f, ok := forms[s.tag.Get("form")]; ok {
		if !f.fits(text) {
			d.errorf(at, "%s is %q, but must be %s", s.name, text, f.says)
		}
		return
	}
	if s.required && text == "" {
		d.errorf(at, "%s is empty: set it", s.name)
	}
}

// shown is a wrong value, shortened.
func shown(v cty.Value) string {
	switch {
	case v.IsNull():
		return "null"
	case v.Type() == cty.String:
		return strconv.Quote(v.AsString())
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('g', 12)
	case v.Type() == cty.Bool:
		return strconv.FormatBool(v.True())
	default:
		return "a " + strings.TrimPrefix(v.Type().FriendlyName(), "a ")
	}
}
