package ctl

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/holdline/holdline/transport/api/apipb"
)

// column is one field of a DN's configuration and its place in the CSV file.
type column struct {
	name string
	get  func(*apipb.DeviceInfo) string
	set  func(*apipb.DeviceInfo, string) error
}

// columns are those of the CSV file, in the order that export writes.
var columns = []column{
	{"switch", (*apipb.DeviceInfo).GetSwitch, func(d *apipb.DeviceInfo, s string) error { d.Switch = s; return nil }},
	{"id", (*apipb.DeviceInfo).GetId, func(d *apipb.DeviceInfo, s string) error {
		d.Id = s
		if s == "" {
			return errors.New("the id is empty")
		}
		return nil
	}},
	{"kind", (*apipb.DeviceInfo).GetKind, func(d *apipb.DeviceInfo, s string) error { d.Kind = s; return nil }},
	{"aliases", func(d *apipb.DeviceInfo) string { return joinList(d.Aliases) }, func(d *apipb.DeviceInfo, s string) (err error) {
		d.Aliases, err = splitList(s)
		return err
	}},
	{"service_from", (*apipb.DeviceInfo).GetServiceFrom, func(d *apipb.DeviceInfo, s string) error {
		d.ServiceFrom = s
		switch s {
		case "", "switch", "register", "client":
			return nil
		}
		return fmt.Errorf("service_from is %q: write switch, register or client, or leave it empty", s)
	}},
	{"site", (*apipb.DeviceInfo).GetSite, func(d *apipb.DeviceInfo, s string) error { d.Site = s; return nil }},
	{"default_route", (*apipb.DeviceInfo).GetDefaultRoute, func(d *apipb.DeviceInfo, s string) error { d.DefaultRoute = s; return nil }},
	{"owner_clients", func(d *apipb.DeviceInfo) string { return joinList(d.OwnerClients) }, func(d *apipb.DeviceInfo, s string) (err error) {
		d.OwnerClients, err = splitList(s)
		return err
	}},
}

// joinList writes several values into one cell: a|b, with \| and \\ inside them.
func joinList(values []string) string {
	escape := strings.NewReplacer(`\`, `\\`, `|`, `\|`)
	return strings.Join(each(values, escape.Replace), "|")
}

func splitList(cell string) ([]string, error) {
	if cell == "" {
		return nil, nil
	}
	values := []string{""}
	for rest := cell; rest != ""; {
		last := &values[len(values)-1]
		switch {
		case rest[0] == '|':
			values, rest = append(values, ""), rest[1:]
		case rest[0] != '\\':
			*last, rest = *last+rest[:1], rest[1:]
		case len(rest) > 1 && (rest[1] == '\\' || rest[1] == '|'):
			*last, rest = *last+rest[1:2], rest[2:]
		default:
			return nil, errors.New(`a \ may only stand before | or another \`)
		}
	}
	if slices.Contains(values, "") {
		return nil, errors.New("there is an empty value between two |")
	}
	return values, nil
}

// row is one DN as a file has it.
type row struct {
	line   int // of its first byte
	device *apipb.DeviceInfo
}

// place is where in a file something is, as file:line:column.
type place struct {
	file         string
	line, column int
}

func (p place) String() string { return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.column) }

// fileErrors are all that is wrong in a file, in its order.
type fileErrors []error

// shownErrors is how many of them are told.
const shownErrors = 20

func (e fileErrors) Error() string {
	lines := each(e[:min(len(e), shownErrors)], error.Error)
	if left := len(e) - len(lines); left > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", left))
	}
	return strings.Join(lines, "\n")
}

// readDNs reads a whole file. sw is the switch of the rows that name none. An
// error is a fileErrors, or what reading gave.
func readDNs(file string, r io.Reader, delimiter rune, sw string) ([]row, error) {
	in := bufio.NewReader(r)
	if bom, _ := in.Peek(3); string(bom) == "\uFEFF" {
		_, _ = in.Discard(3) // spreadsheets write it
	}
	c := csv.NewReader(in)
	c.Comma = delimiter
	d := &dnReader{file: file, csv: c, sw: sw, seen: map[[2]string]int{}}
	if err := d.header(); err != nil {
		return nil, err
	}
	var rows []row
	for {
		record, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			var syntax *csv.ParseError
			if !errors.As(err, &syntax) {
				return nil, fmt.Errorf("read %s: %w", file, err)
			}
			d.errs = append(d.errs, fmt.Errorf("%v: %w", place{file, syntax.Line, syntax.Column}, syntax.Err))
			break // after a stray quote nothing is where it seems
		}
		if row, ok := d.row(record); ok {
			rows = append(rows, row)
		}
	}
	if len(d.errs) > 0 {
		return nil, d.errs
	}
	return rows, nil
}

type dnReader struct {
	file  string
	csv   *csv.Reader
	sw    string
	order []column
	seen  map[[2]string]int // switch and ID: line
	errs  fileErrors
}

func (d *dnReader) header() error {
	names, err := d.csv.Read()
	if err == io.EOF {
		return fileErrors{fmt.Errorf("%v: the file is empty: its first line must name the columns: %s", place{d.file, 1, 1}, columnNames())}
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", d.file, err)
	}
	for i, name := range names {
		at := place{file: d.file}
		at.line, at.column = d.csv.FieldPos(i)
		n := slices.IndexFunc(columns, func(c column) bool { return c.name == strings.TrimSpace(name) })
		switch {
		case n < 0 && len(names) == 1 && strings.ContainsAny(name, ";\t"):
			d.errs = append(d.errs, fmt.Errorf("%v: the columns are separated by another character: name it with --delimiter", at))
		case n < 0:
			d.errs = append(d.errs, fmt.Errorf("%v: no column is called %q: there are %s", at, name, columnNames()))
		case slices.ContainsFunc(d.order, func(c column) bool { return c.name == columns[n].name }):
			d.errs = append(d.errs, fmt.Errorf("%v: the column %s is there twice", at, name))
		default:
			d.order = append(d.order, columns[n])
		}
	}
	if len(d.errs) == 0 && !slices.ContainsFunc(d.order, func(c column) bool { return c.name == "id" }) {
		d.errs = append(d.errs, fmt.Errorf("%v: the column id is missing", place{d.file, 1, 1}))
	}
	if len(d.errs) > 0 {
		return d.errs
	}
	return nil
}

func columnNames() string {
	return strings.Join(each(columns, func(c column) string { return c.name }), ", ")
}

// row makes a device of a record, or notes what is wrong with it.
func (d *dnReader) row(record []string) (row, bool) {
	line, at := d.csv.FieldPos(0)
	if len(record) != len(d.order) {
		d.fail(line, at, fmt.Errorf("%s, where the first line has %d", plural(len(record), "column"), len(d.order)))
		return row{}, false
	}
	before := len(d.errs)
	dev := &apipb.DeviceInfo{Provisioned: true}
	for i, cell := range record {
		line, at := d.csv.FieldPos(i)
		err := legible(cell)
		if err == nil {
			err = d.order[i].set(dev, cell)
		}
		if err != nil {
			d.fail(line, at, err)
		}
	}
	if dev.Switch == "" {
		dev.Switch = d.sw
	}
	if dev.Switch == "" {
		d.fail(line, at, errors.New("no switch: fill the column switch, or give --switch"))
	}
	key := [2]string{dev.Switch, dev.Id}
	if first, twice := d.seen[key]; twice && dev.Id != "" {
		d.fail(line, at, fmt.Errorf("%s is already in line %d", dev.Id, first))
	}
	d.seen[key] = line
	return row{line, dev}, len(d.errs) == before
}

func (d *dnReader) fail(line, at int, err error) {
	d.errs = append(d.errs, fmt.Errorf("%v: %w", place{d.file, line, at}, err))
}

// legible refuses what no name holds.
func legible(s string) error {
	switch {
	case !utf8.ValidString(s):
		return errors.New("it isn't UTF-8")
	case strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("there is a line break or another control character in it")
	case strings.TrimSpace(s) != s:
		return errors.New("there is a blank before or behind it")
	}
	return nil
}

// writeDNs writes the header and one line for each device.
type dnWriter struct{ csv *csv.Writer }

func newDNWriter(w io.Writer) (*dnWriter, error) {
	c := csv.NewWriter(w)
	return &dnWriter{c}, c.Write(each(columns, func(c column) string { return c.name }))
}

func (w *dnWriter) write(d *apipb.DeviceInfo) error {
	return w.csv.Write(each(columns, func(c column) string { return c.get(d) }))
}

func (w *dnWriter) flush() error {
	w.csv.Flush()
	return w.csv.Error()
}
