package csta

import (
	"strings"
	"testing"
)

// What is taken as it stands is what a copy would have been, and the usual is
// taken as it stands.
func TestVerbatim_EqualsCopy(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	for _, c := range []struct {
		content string
		taken   bool
	}{
		{"", true}, {"text", true}, {"two words", true}, {"<a/>", true}, {"<a></a>", true},
		{"<a>1</a><b><c>x y</c>tail</b>", true}, {deep(MaxDepth - 3), true},
		{"<p:a/>", false}, {`<a b="c"/>`, false}, {"<a >x</a>", false}, {"<a1/>", false},
		{" x", false}, {"x ", false}, {"<a>\n</a>", false}, {"<a> </a>", false},
		{"&lt;", false}, {`"`, false}, {">", false}, {"ü", false}, {"<ü/>", false}, {"\x7f", false},
		{"<!-- x -->", false}, {"<![CDATA[x]]>", false}, {"<?x?>", false},
	} {
		for _, around := range []struct {
			root, child string
			plain       bool
		}{{"", "", true}, {" xmlns='urn:r' xmlns:p='urn:p'", "", true}, {"", " xmlns='urn:c'", false}} {
			body := "<Escape" + around.root + "><privateData" + around.child + "><private>" + c.content + "</private></privateData></Escape>"
			at := func() *scanner { // the content is next
				s := &scanner{src: body}
				s.prolog()
				for range 2 {
					s.enter()
					s.next()
				}
				return s
			}
			s, copied := at(), at()
			got, ok := s.verbatim()
			if want := c.taken && around.plain; ok != want {
				t.Errorf("%s: taken as it stands: %v", body, ok)
			}
			if !ok {
				if s.pos != at().pos || s.depth != at().depth || s.elements != at().elements || s.err != nil {
					t.Errorf("%s: not taken, but something was read", body)
				}
				continue
			}
			r := newRawCopier(copied, nil)
			r.content(copied.depth + 1)
			if got != string(r.out) || s.pos != copied.pos || s.depth != copied.depth || s.elements != copied.elements || copied.err != nil {
				t.Errorf("%s:\n got %q up to %d, depth %d, %d elements\nwant %q up to %d, depth %d, %d elements, %v",
					body, got, s.pos, s.depth, s.elements, r.out, copied.pos, copied.depth, copied.elements, copied.err)
			}
		}
	}
}

// What can't be read is not taken as it stands, so that it is refused.
func TestVerbatim_Refused(t *testing.T) {
	const start, end = "<Escape><privateData><private>", "</private></privateData></Escape>"
	for _, content := range []string{"", "x", "<a/>", "<a></a>"} {
		if m, _, err := Decode([]byte(start + content)); err == nil {
			t.Errorf("%s without an end is read as %+v", content, m)
		}
	}
	for _, content := range []string{
		"<a>", "</a>", "<a></b>", "<a></ab>", "<a></a", "<a", "<a/", "<", "x<", "<a>x",
		strings.Repeat("<a>", MaxDepth) + strings.Repeat("</a>", MaxDepth), strings.Repeat("<a/>", MaxElements),
	} {
		for _, body := range []string{start + content, start + content + end} {
			if m, _, err := Decode([]byte(body)); err == nil {
				t.Errorf("%.60s is read as %+v", body, m)
			}
		}
		if out, err := Append(nil, &Escape{PrivateData: &PrivateData{Private: RawXML(content)}}, Ed6); err == nil {
			t.Errorf("%.60s is sent as %.90s", content, out)
		}
	}
}
