package csta

import (
	"errors"
	"strings"
	"testing"
)

// Raw content is carried in one form: self-contained, in ASCII, without what
// has no meaning.
func TestRaw_ReadAndWritten(t *testing.T) {
	const vendor = `xmlns:v="urn:vendor"`
	for _, c := range []struct{ name, root, private, want string }{
		{"plain", "", `<a>1</a><b/>`, `<a>1</a><b/>`},
		{"text alone", "", ` plain `, `&#32;plain&#32;`},
		{"own declaration", "", `<v:a ` + vendor + `><v:b v:c='1' d="2"/></v:a>`, `<v:a ` + vendor + `><v:b v:c="1" d="2"/></v:a>`},
		{"declared by the root", vendor, `<v:a><v:b/></v:a>`, `<v:a ` + vendor + `><v:b ` + vendor + `/></v:a>`},
		{"an attribute's prefix, declared by the root", vendor, `<a v:x="1"/>`, `<a ` + vendor + ` v:x="1"/>`},
		{"unbound prefix", "", `<v:a v:x="1" y="2"><v:b/></v:a>`, `<a y="2"><b/></a>`},
		{"the prefix xml", "", `<a xml:lang="de"/>`, `<a xml:lang="de"/>`},
		{"own default namespace", "", `<a xmlns="urn:vendor"><b/></a>`, `<a xmlns="urn:vendor"><b/></a>`},
		{"comments, instructions, white space", "", "\n <a> <!-- x -->\n<?pi?> <b> 1 </b>\t</a> ", `<a><b>&#32;1&#32;</b></a>`},
		{"CDATA", "", `<a><![CDATA[<&>]]></a>`, `<a>&lt;&amp;&gt;</a>`},
		{"references", "", `<a b="&#x22;&lt;">&amp;&#252;ü</a>`, `<a b="&quot;&lt;">&amp;&#252;&#252;</a>`},
		{"a name beyond ASCII", "", `<a ü="1"><ü>1<b/></ü><c/></a>`, `<a><c/></a>`},
		{"an attribute twice", "", `<a x="1" x="2"/>`, `<a x="1"/>`},
		{"an empty declaration", "", `<a xmlns:v=""><v:b/></a>`, `<a><b/></a>`},
	} {
		m, _ := decode(t, `<Escape `+ns4+` `+c.root+`><privateData><private>`+c.private+`</private></privateData></Escape>`)
		e := m.(*Escape)
		if e.PrivateData.Private != RawXML(c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, e.PrivateData.Private, c.want)
		}
		want := `<Escape ` + ns4 + `><privateData><private>` + c.want + `</private></privateData></Escape>`
		if got := encode(t, m, Ed4); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
		}
		// What an application hands over takes the same form.
		if c.root == "" {
			raw := &Escape{PrivateData: &PrivateData{Private: RawXML(c.private)}}
			if got := encode(t, raw, Ed4); got != want {
				t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
			}
		}
	}
}

// A declaration on the element that holds raw content goes with it.
func TestRaw_DeclaredByItsElement(t *testing.T) {
	m, _ := decode(t, `<ServiceInitiatedEvent `+ns4+`><monitorCrossRefID>1169730059</monitorCrossRefID><extensions><privateData>`+
		`<private xmlns:scx="urn:vendor"><scx:extendedServicesPermitted/></private></privateData></extensions></ServiceInitiatedEvent>`)
	got := m.(*ServiceInitiatedEvent).Extensions.PrivateData.Private
	if want := RawXML(`<scx:extendedServicesPermitted xmlns:scx="urn:vendor"/>`); got != want {
		t.Errorf("got %s", got)
	}
}

func TestExtensions_Others(t *testing.T) {
	m, info := decode(t, `<StartApplicationSessionPosResponse `+nsA+`><sessionID>1</sessionID><actualProtocolVersion>x</actualProtocolVersion>`+
		`<extensions> <actualHBT>0</actualHBT><privateData><string>00</string></privateData><more/></extensions></StartApplicationSessionPosResponse>`)
	e := m.(*StartApplicationSessionPosResponse).Extensions
	if e.Other != "<actualHBT>0</actualHBT><more/>" || string(e.PrivateData.String) != "\x00" || info.Leniencies&^LenientOrder != 0 {
		t.Errorf("%+v, %v", e, info.Leniencies)
	}
	want := `<extensions><privateData><string>00</string></privateData><actualHBT>0</actualHBT><more/></extensions>`
	if got := encode(t, m, Ed4); !strings.Contains(got, want) {
		t.Errorf("got %s", got)
	}
}

func TestAppend_RawRefused(t *testing.T) {
	for _, raw := range []RawXML{"<a>", "</a>", "</x><x>", "<a></b>", "a<", "&nbsp;", "<!DOCTYPE x>", "\x00", "</x><y/>"} {
		out, err := Append([]byte("before"), &Escape{PrivateData: &PrivateData{Private: raw}}, Ed4)
		var re *RawError
		var se *SyntaxError
		if !errors.As(err, &re) || !errors.As(err, &se) || re.Element != "private" || string(out) != "before" {
			t.Errorf("%s: %v, %s", raw, err, out)
		}
	}
}
