package e2e

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
	space, name, text string
	children          []*element
}

// at follows child names; a missing one gives an empty element.
func (e *element) at(path ...string) *element {
	for _, name := range path {
		found := &element{}
		for _, c := range e.children {
			if c.name == name {
				found = c
				break
			}
		}
		e = found
	}
	return e
}

// conn writes a ConnectionID as call/device.
func (e *element) conn(path ...string) string {
	c := e.at(path...)
	return c.at("callID").text + "/" + c.at("deviceID").text
}

func (e *element) String() string {
	var b strings.Builder
	e.write(&b)
	return b.String()
}

func (e *element) write(b *strings.Builder) {
	if len(e.children) == 0 && e.text == "" {
		fmt.Fprintf(b, "<%s/>", e.name)
		return
	}
	fmt.Fprintf(b, "<%s>%s", e.name, e.text)
	for _, c := range e.children {
		c.write(b)
	}
	fmt.Fprintf(b, "</%s>", e.name)
}

func parse(body []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	root := &element{}
	stack := []*element{root}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("parse %q: %w", body, err)
		}
		top := stack[len(stack)-1]
		switch x := token.(type) {
		case xml.StartElement:
			e := &element{space: x.Name.Space, name: x.Name.Local}
			top.children = append(top.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text = strings.TrimSpace(top.text + string(x))
		}
	}
	if len(root.children) != 1 {
		return nil, fmt.Errorf("parse %q: %d root elements", body, len(root.children))
	}
	return root.children[0], nil
}

// frame puts a message into ECMA-323's "TCP without SOAP" (Annex J, J.2).
func frame(invoke int, body string) []byte {
	b := make([]byte, 8, 8+len(body))
	binary.BigEndian.PutUint16(b[2:4], uint16(8+len(body)))
	copy(b[4:8], fmt.Sprintf("%04d", invoke))
	return append(b, body...)
}

// readFrame reads one frame, and refuses what some peers couldn't read: more
// than 32767 octets, anything outside ASCII.
func readFrame(r io.Reader) (invoke string, body []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", nil, err
	}
	length := int(binary.BigEndian.Uint16(head[2:4]))
	if head[0] != 0 || head[1] != 0 || length < 8 || length > 32767 {
		return "", nil, fmt.Errorf("frame header % x", head)
	}
	for _, digit := range head[4:] {
		if digit < '0' || digit > '9' {
			return "", nil, fmt.Errorf("invoke ID %q", head[4:])
		}
	}
	body = make([]byte, length-8)
	if _, err := io.ReadFull(r, body); err != nil {
		return "", nil, err
	}
	for _, c := range body {
		if c >= 0x80 {
			return "", nil, fmt.Errorf("octet %#x in %q", c, body)
		}
	}
	return string(head[4:]), body, nil
}
