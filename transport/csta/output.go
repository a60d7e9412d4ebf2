package csta

import (
	"strconv"
	"unicode/utf8"
)

// output is what is being written: buf up to n. What lies behind n is room.
type output struct {
	buf []byte
	n   int
}

// outputAfter is an output that goes on after what is in dst.
func outputAfter(dst []byte) output { return output{dst[:cap(dst)], len(dst)} }

func (o *output) bytes() []byte { return o.buf[:o.n] }

// room returns the place of the next n octets; the caller fills it.
func (o *output) room(n int) []byte {
	if len(o.buf)-o.n < n {
		o.grow(n)
	}
	o.n += n
	return o.buf[o.n-n : o.n]
}

func (o *output) grow(n int) {
	more := append(o.buf[:o.n], make([]byte, n)...)
	o.buf = more[:cap(more)]
}

func (o *output) put(s string) { copy(o.room(len(s)), s) }

func (o *output) start(name string) {
	w := o.room(len(name) + len("<>"))
	w[0] = '<'
	copy(w[1:], name)
	w[len(w)-1] = '>'
}

// rootStart is the start tag of a message with its declaration of a namespace.
func (o *output) rootStart(name, declaration string) {
	w := o.room(len(name) + len(declaration) + len("<>"))
	w[0] = '<'
	n := 1 + copy(w[1:], name)
	copy(w[n:], declaration)
	w[len(w)-1] = '>'
}

func (o *output) end(name string) {
	w := o.room(len(name) + len("</>"))
	w[0], w[1] = '<', '/'
	copy(w[2:], name)
	w[len(w)-1] = '>'
}

func (o *output) emptyElement(name string) {
	w := o.room(len(name) + len("</>"))
	w[0] = '<'
	n := 1 + copy(w[1:], name)
	w[n], w[n+1] = '/', '>'
}

// element is an element that holds text.
func (o *output) element(name, text string) {
	begin := o.n
	w := o.room(2*len(name) + len(text) + len("<></>"))
	w[0] = '<'
	n := 1 + copy(w[1:], name)
	w[n] = '>'
	n++
	if !copyPlain(w[n:], text) {
		o.n = begin
		o.start(name)
		o.putText(text)
		o.end(name)
		return
	}
	w = w[n+len(text):]
	w[0], w[1] = '<', '/'
	n = 2 + copy(w[2:], name)
	w[n] = '>'
}

// copyPlain copies a text to the start of dst, if it is written as it stands.
func copyPlain(dst []byte, text string) bool {
	dst = dst[:len(text)]
	for i := range len(text) {
		if chars[text[i]]&charWritten == 0 {
			return false
		}
		dst[i] = text[i]
	}
	return text == "" || text[0] != ' ' && text[len(text)-1] != ' '
}

func (o *output) attribute(name, value string) {
	w := o.room(len(name) + len(` ="`))
	w[0] = ' '
	n := 1 + copy(w[1:], name)
	w[n], w[n+1] = '=', '"'
	o.putText(value)
	o.put(`"`)
}

func (o *output) putText(text string) {
	begin := o.n
	if !copyPlain(o.room(len(text)), text) {
		*o = outputAfter(appendText(o.buf[:begin], text))
	}
}

func (o *output) putInt(n int) { *o = outputAfter(strconv.AppendInt(o.bytes(), int64(n), 10)) }

// hexElement is an element that holds octets.
func (o *output) hexElement(name string, data []byte) {
	const digits = "0123456789ABCDEF"
	w := o.room(2*len(name) + 2*len(data) + len("<></>"))
	w[0] = '<'
	n := 1 + copy(w[1:], name)
	w[n] = '>'
	w = w[n+1:]
	for _, b := range data {
		w[0], w[1] = digits[b>>4], digits[b&15]
		w = w[2:]
	}
	w[0], w[1] = '<', '/'
	n = 2 + copy(w[2:], name)
	w[n] = '>'
}

// appendText appends text in ASCII: other characters as numeric references,
// white space that a reader might drop or change too. What XML can't hold
// becomes U+FFFD.
func appendText(dst []byte, text string) []byte {
	plain := 0 // start of the run that needs no change
	for i := 0; i < len(text); {
		c := text[i]
		if chars[c]&charWritten != 0 && (c != ' ' || i > 0 && i < len(text)-1) {
			i++
			continue
		}
		dst = append(dst, text[plain:i]...)
		size := 1
		switch c {
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '&':
			dst = append(dst, "&amp;"...)
		case '"':
			dst = append(dst, "&quot;"...)
		default:
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			if !isChar(r) {
				r = utf8.RuneError
			}
			dst = append(dst, "&#"...)
			dst = strconv.AppendInt(dst, int64(r), 10)
			dst = append(dst, ';')
		}
		i += size
		plain = i
	}
	return append(dst, text[plain:]...)
}
