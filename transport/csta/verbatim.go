package csta

import "strings"

// verbatim finds raw content that rawCopier would copy octet by octet, which is
// what most peers send: elements without attributes and prefixes, and text that
// needs no escape. It starts at i and ends with src or before an end tag that
// has no start tag in it. depth elements are open around it, and elements were
// counted before it. If it is not of this kind, or goes beyond a limit, ok is
// false.
func verbatim(src string, i, depth, elements int) (end, counted int, ok bool) {
	type name struct{ start, end uint32 }
	var open [MaxDepth]name
	outer := depth
	for {
		run := i
		for i < len(src) && chars[src[i]]&charWritten != 0 {
			i++
		}
		if i > run && (src[run] == ' ' || src[i-1] == ' ') {
			return 0, 0, false
		}
		ended := i == len(src) || strings.HasPrefix(src[i:], "</")
		switch {
		case ended && depth == outer:
			return i, elements, true
		case i == len(src) || src[i] != '<':
			return 0, 0, false
		case ended:
			depth--
			n := src[open[depth].start:open[depth].end]
			rest := src[i+len("</"):]
			if len(rest) <= len(n) || rest[:len(n)] != n || rest[len(n)] != '>' {
				return 0, 0, false
			}
			i += len("</>") + len(n)
			continue
		}
		start := i + 1
		i = afterLetters(src, start)
		if elements++; i == start || elements > MaxElements {
			return 0, 0, false
		}
		switch rest := src[i:]; {
		case strings.HasPrefix(rest, "/>"):
			i += len("/>")
		case strings.HasPrefix(rest, ">") && depth < MaxDepth:
			open[depth] = name{uint32(start), uint32(i)}
			depth++
			i++
		default:
			return 0, 0, false
		}
	}
}

// verbatim reads the content of the start tag that was read last if it can be
// taken as it stands. If not, nothing is read.
func (s *scanner) verbatim() (string, bool) {
	if s.empty || s.err != nil || s.depth == MaxDepth || s.tag.attrs != s.tag.name {
		return "", false
	}
	for _, t := range s.open[1:s.depth] {
		if t.attrs != t.name {
			return "", false // may be a namespace that has to be declared in the copy
		}
	}
	end, elements, ok := verbatim(s.src, s.pos, s.depth+1, s.elements)
	if !ok || !strings.HasPrefix(s.src[end:], "</") {
		return "", false
	}
	s.enter()
	content := s.src[s.pos:end]
	s.pos, s.elements = end, elements
	s.endTag()
	return content, true
}
