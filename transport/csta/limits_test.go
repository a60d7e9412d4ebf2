package csta

import (
	"errors"
	"strings"
	"testing"
)

// What no peer in its right mind sends is refused with a reason.
func TestDecode_Refused(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	laughs := `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><SystemStatus><systemStatus>&b;</systemStatus></SystemStatus>`
	for _, c := range []struct{ name, body, reason string }{
		{"nothing", "", "a tag is expected"},
		{"white space", " \n", "a tag is expected"},
		{"text", "hello", "a tag is expected"},
		{"64 KiB of nonsense", strings.Repeat("\xff\x00<", MaxBody/3), "a tag is expected"},
		{"64 KiB of open tags", strings.Repeat("<a>", MaxBody/3), "nested too deep"},
		{"too long", strings.Repeat(" ", MaxBody+1), "the message is too long"},
		{"billion laughs", laughs, "a document type is not accepted"},
		{"document type after a comment", "<!-- x --> <!DOCTYPE x><x/>", "a document type is not accepted"},
		{"document type inside", "<SystemStatus><!DOCTYPE x></SystemStatus>", "a declaration stands inside the message"},
		{"an entity", "<SystemStatus><systemStatus>&nbsp;</systemStatus></SystemStatus>", "a reference names no character"},
		{"an external entity", "<SnapshotDevice><snapshotObject>&xxe;</snapshotObject></SnapshotDevice>", "a reference names no character"},
		{"a reference to nothing", "<SystemStatus><systemStatus>&;</systemStatus></SystemStatus>", "a reference names no character"},
		{"a reference without digits", "<SystemStatus><systemStatus>&#x;</systemStatus></SystemStatus>", "a reference names no character"},
		{"a reference to NUL", "<SystemStatus><systemStatus>&#0;</systemStatus></SystemStatus>", "a reference names no character"},
		{"a reference to a surrogate", "<SystemStatus><systemStatus>&#xD800;</systemStatus></SystemStatus>", "a reference names no character"},
		{"a reference beyond Unicode", "<SystemStatus><systemStatus>&#x110000;</systemStatus></SystemStatus>", "a reference names no character"},
		{"a hexadecimal digit in a decimal reference", "<SystemStatus><systemStatus>&#1a;</systemStatus></SystemStatus>", "a reference names no character"},
		{"a reference without end", "<SystemStatus><systemStatus>&amp</systemStatus></SystemStatus>", "a reference has no end"},
		{"a reference in an attribute", `<SnapshotDevice><snapshotObject typeOfNumber="&x;">1</snapshotObject></SnapshotDevice>`, "a reference names no character"},
		{"a control character", "<SystemStatus><systemStatus>\x01</systemStatus></SystemStatus>", "a character is not allowed"},
		{"U+FFFF", "<SystemStatus><systemStatus>\uffff</systemStatus></SystemStatus>", "a character is not allowed"},
		{"deep nesting", nested(MaxDepth + 1), "nested too deep"},
		{"deep nesting in private data", "<Escape><privateData><private>" + nested(MaxDepth) + "</private></privateData></Escape>", "nested too deep"},
		{"deep nesting in a text", "<SystemStatus><systemStatus>" + nested(MaxDepth) + "</systemStatus></SystemStatus>", "nested too deep"},
		{"many elements", "<x>" + strings.Repeat("<a/>", MaxElements) + "</x>", "too many elements"},
		{"many attributes", "<x" + strings.Repeat(" a='1'", MaxAttributes+1) + "/>", "too many attributes"},
		{"a long text", "<SystemStatus><systemStatus>" + strings.Repeat("x", MaxText+1) + "</systemStatus></SystemStatus>", "a text is too long"},
		{"a long text in pieces", "<SystemStatus><systemStatus>" + strings.Repeat("xxxxxxxx<!---->", MaxText/8+1) + "</systemStatus></SystemStatus>", "a text is too long"},
		{"no end tag", "<SystemStatus><systemStatus>normal</systemStatus>", "an element has no end tag"},
		{"no end tag of a text", "<SystemStatus><systemStatus>normal", "an element has no end tag"},
		{"wrong end tag", "<SystemStatus><systemStatus>normal</systemstatus></SystemStatus>", "an end tag does not match"},
		{"longer end tag", "<SystemStatus></SystemStatusX>", "an end tag does not match"},
		{"end tag of another prefix", "<a:SystemStatus></b:SystemStatus>", "an end tag does not match"},
		{"end tag first", "</SystemStatus>", "a tag has no name"},
		{"half a tag", "<SystemStatus", "a tag has no end"},
		{"half a tag with attribute", "<SystemStatus a='1'", "a tag has no end"},
		{"attribute without value", "<SystemStatus a/>", "an attribute is malformed"},
		{"attribute without quotes", "<SystemStatus a=1/>", "an attribute is malformed"},
		{"attribute without end", "<SystemStatus a='1/>", "an attribute is malformed"},
		{"a tag in an attribute", "<SystemStatus a='<'/>", "an attribute is malformed"},
		{"attributes without white space", "<SystemStatus a='1'b='2'/>", "white space is expected"},
		{"a stray slash", "<SystemStatus / >", "a stray '/'"},
		{"two roots", "<SystemStatus/><SystemStatus/>", "something follows the root"},
		{"half a comment", "<!-- x", "a comment has no end"},
		{"half a comment inside", "<SystemStatus><!-- ", "a comment has no end"},
		{"half a CDATA section", "<SystemStatus><systemStatus><![CDATA[ x", "a CDATA section has no end"},
		{"half an instruction", "<?xml ", "a processing instruction has no end"},
		{"a name that starts with a digit", "<1/>", "a tag has no name"},
		{"half a qualified name", "<a:/>", "a tag has no name"},
	} {
		m, _, err := Decode([]byte(c.body))
		var se *SyntaxError
		if !errors.As(err, &se) || !strings.Contains(se.Reason, c.reason) || m != nil {
			t.Errorf("%s: %v, %v", c.name, m, err)
		}
	}
}

// What stands at the limits is read.
func TestDecode_AtTheLimits(t *testing.T) {
	for name, body := range map[string]string{
		"depth":      strings.Repeat("<a>", MaxDepth) + strings.Repeat("</a>", MaxDepth),
		"elements":   "<x>" + strings.Repeat("<a/>", MaxElements-1) + "</x>",
		"attributes": "<x" + strings.Repeat(" a='1'", MaxAttributes) + "/>",
		"text":       "<SystemStatus><systemStatus>" + strings.Repeat("x", MaxText) + "</systemStatus></SystemStatus>",
		"length":     strings.Repeat(" ", MaxBody-4) + "<x/>",
	} {
		if _, _, err := Decode([]byte(body)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Namespace declarations that are put into raw content can't multiply it.
func TestDecode_RawContentIsBounded(t *testing.T) {
	uri := strings.Repeat("u", 16000)
	body := "<Escape xmlns:p='" + uri + "'><privateData><private>" + strings.Repeat("<p:a/>", 6000) + "</private></privateData></Escape>"
	_, _, err := Decode([]byte(body))
	var se *SyntaxError
	if !errors.As(err, &se) || !strings.Contains(se.Reason, "too long") {
		t.Errorf("%v", err)
	}
}
