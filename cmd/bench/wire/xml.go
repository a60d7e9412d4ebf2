package wire

import "bytes"

// Declaration stands in front of every message.
const Declaration = `<?xml version="1.0" encoding="UTF-8"?>`

// Namespace of the edition that everything is sent in, 6.
const Namespace = "http://www.ecma-international.org/standards/ecma-323/csta/ed6"

// Root is the name of a message, without a prefix; empty if there is none.
func Root(body []byte) []byte {
	for {
		i := bytes.IndexByte(body, '<')
		if i < 0 || i+1 == len(body) {
			return nil
		}
		body = body[i+1:]
		if c := body[0]; c == '?' || c == '!' {
			continue
		}
		end := bytes.IndexAny(body, " \t\r\n/>")
		if end < 0 {
			return nil
		}
		name := body[:end]
		if colon := bytes.IndexByte(name, ':'); colon >= 0 {
			name = name[colon+1:]
		}
		return name
	}
}

// Value is the text of the first element of a name; nil if there is none, or
// if it holds elements.
func Value(body []byte, name string) []byte {
	for {
		i := bytes.IndexByte(body, '<')
		if i < 0 {
			return nil
		}
		body = body[i+1:]
		if !bytes.HasPrefix(body, []byte(name)) || len(body) == len(name) {
			continue
		}
		switch body[len(name)] {
		case '>', ' ', '\t', '\r', '\n':
		default:
			continue // an empty element, or a longer name
		}
		end := bytes.IndexByte(body, '>')
		if end < 0 || body[end-1] == '/' {
			return nil
		}
		text := body[end+1:]
		close := bytes.IndexByte(text, '<')
		if close < 0 || close+1 == len(text) || text[close+1] != '/' {
			return nil
		}
		return text[:close]
	}
}

// Message appends a whole frame with a message of ours: its name and what is
// inside, which is XML already.
func Message(buf []byte, invoke, name, inside string) []byte {
	buf, at := Begin(buf, invoke)
	buf = openRoot(buf, name)
	buf = append(buf, inside...)
	buf = closeTag(buf, name)
	return End(buf, at)
}

func openRoot(buf []byte, name string) []byte {
	buf = append(buf, Declaration...)
	buf = append(buf, '<')
	buf = append(buf, name...)
	buf = append(buf, ` xmlns="`...)
	buf = append(buf, Namespace...)
	return append(buf, '"', '>')
}

func closeTag(buf []byte, name string) []byte {
	buf = append(buf, '<', '/')
	buf = append(buf, name...)
	return append(buf, '>')
}
