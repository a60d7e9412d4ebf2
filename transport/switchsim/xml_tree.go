package switchsim

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	maxDepth    = 16
	maxElements = 2000
)

// A node is one element of a message that was read.
type node struct {
	space, name string
	attrs       []xml.Attr
	text        string
	children    []*node
}

// parse reads one XML document of bounded depth and size.
func parse(body []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	var root *node
	var open []*node
	count := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("parse the body as XML: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{space: t.Name.Space, name: t.Name.Local, attrs: t.Attr}
			if count++; count > maxElements || len(open) >= maxDepth {
				return nil, fmt.Errorf("the body has more than %d elements or %d levels", maxElements, maxDepth)
			}
			switch {
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, n)
			case root != nil:
				return nil, errors.New("the body has two root elements")
			default:
				root = n
			}
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			} else if strings.TrimSpace(string(t)) != "" {
				return nil, errors.New("the body has text outside its root element")
			}
		case xml.Directive:
			return nil, errors.New("the body has a document type declaration")
		}
	}
	if root == nil || len(open) > 0 {
		return nil, errors.New("the body has no complete root element")
	}
	return root, nil
}

// get follows a path of element names down; it returns nil if there is no such element, and may be called on nil.
func (n *node) get(path ...string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		var found *node
		for _, child := range n.children {
			if child.name == name {
				found = child
				break
			}
		}
		n = found
	}
	return n
}

// value returns the text of the element at a path, or "".
func (n *node) value(path ...string) string {
	if n = n.get(path...); n == nil {
		return ""
	}
	return strings.TrimSpace(n.text)
}

func (n *node) has(path ...string) bool { return n.get(path...) != nil }

// only returns the name of the element's first child: the one of a choice.
func (n *node) only() string {
	if n == nil || len(n.children) == 0 {
		return ""
	}
	return n.children[0].name
}

// hex returns the decoded hexBinary at a path, nil if there is none.
func (n *node) hex(path ...string) []byte {
	if !n.has(path...) {
		return nil
	}
	b, _ := hex.DecodeString(n.value(path...)) // the schema has checked it
	return b
}
