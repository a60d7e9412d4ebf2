package csta

import "fmt"

// Append appends the message's XML to dst in the form that the edition gives
// it, with an Encoder of its own.
func Append(dst []byte, m Message, ed Edition) ([]byte, error) {
	return new(Encoder).Append(dst, m, ed)
}

// AppendMessage appends the frame of a message to dst: AppendFrame and Append
// in one step and without a copy. head is put in front of the message; it is
// Declaration or "".
func AppendMessage(dst []byte, invoke uint16, head string, m Message, ed Edition) ([]byte, error) {
	return new(Encoder).AppendMessage(dst, invoke, head, m, ed)
}

// Check reports what a message lacks that the schema requires, as the
// *MissingError that Append would return. Decode itself requires nothing, so
// that a server can say in its answer what is missing.
func Check(m Message, ed Edition) error {
	_, err := Append(make([]byte, 0, 1024), m, ed)
	return err
}

// Encoder writes one message after the other, on one goroutine, and uses its
// working memory again. The zero Encoder is ready.
type Encoder struct {
	coder coder
	event []byte // of the last EventXML
}

// Append appends the message's XML to dst in the form that the edition gives
// it. It writes no XML declaration. On error, a *MissingError or a message
// that can't be sent at all, it returns dst as it was.
func (e *Encoder) Append(dst []byte, m Message, ed Edition) ([]byte, error) {
	return e.append(dst, m, ed, nil)
}

// AppendMessage is AppendMessage with this Encoder.
func (e *Encoder) AppendMessage(dst []byte, invoke uint16, head string, m Message, ed Edition) ([]byte, error) {
	start := len(dst)
	out, err := e.Append(append(beginFrame(dst), head...), m, ed)
	if err != nil {
		return dst, err
	}
	return endFrame(out, start, invoke)
}

func (e *Encoder) append(dst []byte, m Message, ed Edition, marks *marks) ([]byte, error) {
	declaration := declarationOf(m, ed)
	if declaration == "" {
		return dst, fmt.Errorf("csta %s: can't be sent in %v", m.Name(), ed)
	}
	c := &e.coder
	c.writing, c.output, c.ed, c.root, c.marks = true, outputAfter(dst), ed, m.Name(), marks
	c.rootStart(c.root, declaration)
	content := c.n
	m.fields(c)
	if c.n == content {
		c.n--
		c.put("/>")
	} else {
		c.end(c.root)
	}
	out, err := c.bytes(), c.err
	c.output, c.err, c.marks = output{}, nil, nil // the caller's alone
	if err != nil {
		return dst, err
	}
	return out, nil
}
