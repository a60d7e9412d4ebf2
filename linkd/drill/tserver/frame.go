package tserver

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// element is one XML element, read without any schema.
type element struct {
	name     string
	text     string
	children []*element
}

// at follows child names; a missing one gives an empty element.
func (e *element) at(names ...string) *element {
	for _, n := range names {
		var found *element
		for _, c := range e.children {
			if c.name == n {
				found = c
				break
			}
		}
		if found == nil {
			return &element{}
		}
		e = found
	}
	return e
}

func parse(body []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	root := &element{}
	stack := []*element{root}
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("parse %q: %w", body, err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			e := &element{name: t.Name.Local}
			top := stack[len(stack)-1]
			top.children = append(top.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top := stack[len(stack)-1]
			top.text = strings.TrimSpace(top.text + string(t))
		}
	}
	if len(root.children) != 1 {
		return nil, fmt.Errorf("parse %q: no root element", body)
	}
	return root.children[0], nil
}

// readFrame reads one frame of ECMA-323 Annex J, J.2.
func readFrame(r io.Reader) (invoke string, body []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", nil, err
	}
	if head[0] != 0 || head[1] != 0 {
		return "", nil, fmt.Errorf("format indicator %x", head[:2])
	}
	n := int(binary.BigEndian.Uint16(head[2:4])) - len(head)
	if n < 0 || n > 32767-len(head) {
		return "", nil, fmt.Errorf("frame of %d bytes", n+len(head))
	}
	body = make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return "", nil, err
	}
	return string(head[4:]), body, nil
}

func frame(invoke int, body string) []byte {
	b := make([]byte, 8, 8+len(body))
	binary.BigEndian.PutUint16(b[2:4], uint16(8+len(body)))
	copy(b[4:8], fmt.Sprintf("%04d", invoke))
	return append(b, body...)
}
