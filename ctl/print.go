package ctl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// view is an answer: its fields are its JSON form, text is its screen.
type view interface{ text(*screen) }

// printer writes views to standard output.
type printer struct {
	w           io.Writer
	json, color bool
}

// show writes v as a screen or as one indented JSON document.
func (p *printer) show(v view) error { return p.write(v, "  ") }

// next writes v as one of many: as a screen, or as JSON on one line.
func (p *printer) next(v view) error { return p.write(v, "") }

func (p *printer) write(v view, indent string) error {
	s := &screen{color: p.color}
	if p.json {
		e := json.NewEncoder(&s.buf)
		e.SetEscapeHTML(false)
		e.SetIndent("", indent)
		if err := e.Encode(v); err != nil {
			return fmt.Errorf("write the answer as JSON: %w", err)
		}
	} else {
		v.text(s)
	}
	if _, err := p.w.Write(s.buf.Bytes()); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// screen collects what a person reads.
type screen struct {
	buf   bytes.Buffer
	color bool
}

// linef writes one line. Its arguments may come from a switch: they are cleaned.
func (s *screen) linef(format string, args ...any) {
	s.buf.WriteString(strings.TrimRight(clean(fmt.Sprintf(format, args...)), " "))
	s.buf.WriteByte('\n')
}

// word writes one of our own words, coloured as in the column of that title.
func (s *screen) word(column, word string) {
	if s.color {
		word = tinted(column, word)
	}
	s.buf.WriteString(word)
}

// gap writes an empty line.
func (s *screen) gap() { s.buf.WriteByte('\n') }

// table writes rows under their titles. Columns in which nothing is said are
// left out.
func (s *screen) table(titles string, rows [][]string) {
	head := strings.Fields(titles)
	width := make([]int, len(head))
	for _, row := range rows {
		for i, cell := range row {
			row[i] = clean(cell)
			width[i] = max(width[i], utf8.RuneCountInString(row[i]))
		}
	}
	for i, title := range head {
		if width[i] > 0 || len(rows) == 0 {
			width[i] = max(width[i], len(title))
		}
	}
	s.row(head, width, nil)
	for _, row := range rows {
		s.row(row, width, head)
	}
}

func (s *screen) row(cells []string, width []int, head []string) {
	var line strings.Builder
	for i, cell := range cells {
		if width[i] == 0 {
			continue
		}
		text := cell
		if s.color && head != nil {
			text = tinted(head[i], cell)
		}
		line.WriteString(text)
		line.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
	}
	s.buf.WriteString(strings.TrimRight(line.String(), " "))
	s.buf.WriteByte('\n')
}

// pairs writes names and values below one another; empty values are left out.
func (s *screen) pairs(pairs ...[2]string) {
	wide := 0
	for _, p := range pairs {
		if p[1] != "" {
			wide = max(wide, len(p[0]))
		}
	}
	for _, p := range pairs {
		if p[1] != "" {
			s.linef("%-*s  %s", wide, p[0], p[1])
		}
	}
}

// tinted colours the cells of the columns that tell how something is.
func tinted(column, cell string) string {
	switch column {
	case "STATE", "STATUS", "HEALTH", "RESULT", "SERVICE":
	default:
		return cell
	}
	switch cell {
	case "ok", "leader", "follower", "normal", "active", "standby", "InSrv", "created", "deleted":
		return "\x1b[32m" + cell + "\x1b[0m"
	case "unreachable", "unreachable node", "down", "unhealthy", "refused", "no_leader":
		return "\x1b[31m" + cell + "\x1b[0m"
	}
	return "\x1b[33m" + cell + "\x1b[0m"
}

// clean makes what a switch or a client may have sent harmless to a terminal.
func clean(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
