package xsi

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// schema is testdata/schema.txt: what this package's structs are held against.
type schema struct {
	documents  []string // roots, and "SubscriptionEvent" and its neighbours
	events     []string
	structures map[string][]child
}

// child is one line: one of names is there, with the kind of the same place.
type child struct {
	names, kinds []string
	optional     bool
	items        bool
}

func readSchema(t testing.TB) *schema {
	t.Helper()
	f, err := os.Open("testdata/schema.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := &schema{structures: map[string][]child{}}
	var at []string // the structures that the lines are about
	begun := false  // the next header begins another group
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
			begun = true
			continue
		case strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "  "):
			for _, name := range at {
				s.structures[name] = append(s.structures[name], parseChild(t, line))
			}
			continue
		}
		if begun {
			at, begun = nil, false
		}
		at = append(at, words[1:]...)
		for _, name := range words[1:] {
			s.structures[name] = nil
		}
		switch words[0] {
		case "event":
			s.events = append(s.events, words[1:]...)
		case "document", "kind":
			s.documents = append(s.documents, words[1:]...)
		}
	}
	return s
}

func parseChild(t testing.TB, line string) child {
	t.Helper()
	var c child
	words := strings.Fields(line)
	c.names = words[:1]
	words = words[1:]
	for len(words) > 1 && words[0] == "or" {
		c.names = append(c.names, words[1])
		words = words[2:]
	}
	if words[0] == "?" {
		c.optional = true
		words = words[1:]
	}
	if words[0] == "items" {
		c.items = true
		words = words[1:]
	}
	for _, w := range words {
		if w != "or" {
			c.kinds = append(c.kinds, w)
		}
	}
	if len(c.kinds) == 1 && len(c.names) == 2 {
		c.kinds = append(c.kinds, c.kinds[0])
	}
	if len(c.kinds) != len(c.names) {
		t.Fatalf("schema.txt: %q", line)
	}
	return c
}

// writer writes documents after the schema, without this package's encoder.
type writer struct {
	*schema
	prefix  string
	event   string // what eventData tells
	minimal bool   // only what has to be there
	second  bool   // the second of two alternatives
	reverse bool   // children in the wrong order
	without string // "Structure/child" that is left out
	number  int    // so that no two texts are alike
}

func (w *writer) document(name string) string {
	open := name + ` xmlns="http://schema.broadsoft.com/xsi"`
	end := name
	if w.structures["SubscriptionEvent"] != nil && (name == "SubscriptionEvent" || name == "ChannelTerminatedEvent" || name == "ErrorEvent") {
		w.prefix, end = "xsi:", "xsi:Event"
		open = `xsi:Event xmlns:xsi="http://schema.broadsoft.com/xsi" xmlns:xsi1="http://www.w3.org/2001/XMLSchema-instance" xsi1:type="xsi:` + name + `"`
	}
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element(open, end, w.children(name))
}

func element(open, end, content string) string {
	if content == "" {
		return "<" + open + "/>"
	}
	return "<" + open + ">" + content + "</" + end + ">"
}

func (w *writer) children(structure string) string {
	var all []string
	for _, c := range w.structures[structure] {
		i := 0
		if w.second {
			i = len(c.names) - 1
		}
		if w.minimal && c.optional || w.without == structure+"/"+c.names[i] {
			continue
		}
		n := 1
		if c.items && !w.minimal {
			n = 2
		}
		for range n {
			all = append(all, w.child(c.names[i], c.kinds[i]))
		}
	}
	if w.reverse {
		slices.Reverse(all)
	}
	return strings.Join(all, "")
}

func (w *writer) child(name, kind string) string {
	w.number++
	qualified := w.prefix + name
	leaf := func(text string) string { return element(qualified, qualified, text) }
	switch kind {
	case "text":
		return leaf(fmt.Sprintf("%s %d &lt;&amp;&gt; ü", name, w.number))
	case "texts":
		return leaf(fmt.Sprint("a", w.number)) + leaf(fmt.Sprint("b", w.number))
	case "int":
		return leaf(fmt.Sprint(w.number))
	case "nat":
		return leaf(fmt.Sprint(w.number % 3))
	case "time":
		return leaf(fmt.Sprint(1700000000000 + w.number))
	case "flag":
		return leaf("")
	case "bool":
		return leaf([]string{"true", "false"}[w.number%2])
	case "address":
		return element(qualified+fmt.Sprintf(` countryCode="%d"`, w.number), qualified, fmt.Sprint("tel:", w.number))
	case "EventData":
		return element(qualified+` xsi1:type="xsi:`+w.event+`"`, qualified, w.children(w.event))
	}
	open := qualified
	switch kind {
	case "Endpoint":
		if w.prefix == "" {
			open += ` xmlns:xsi1="http://www.w3.org/2001/XMLSchema-instance"`
		}
		open += ` xsi1:type="` + w.prefix + `AccessEndpoint"`
	case "CallInfo":
		open += fmt.Sprintf(` inConference="%t"`, w.number%2 == 0)
	}
	return element(open, qualified, w.children(kind))
}

// subjects are all documents, and all events each in an envelope of its own.
func (s *schema) subjects(each func(name, event string)) {
	for _, d := range s.documents {
		if d != "SubscriptionEvent" {
			each(d, "")
		}
	}
	for _, e := range s.events {
		each("SubscriptionEvent", e)
	}
}

func TestSchema_IsComplete(t *testing.T) {
	s := readSchema(t)
	var known []string
	for _, e := range EventTypes() {
		known = append(known, string(e))
	}
	slices.Sort(s.events)
	if !slices.Equal(s.events, known) {
		t.Errorf("the table has the events\n%q, the package\n%q", s.events, known)
	}
	for root := range documents {
		if !slices.Contains(s.documents, root) {
			t.Errorf("%s is not in the table", root)
		}
	}
	if len(s.documents) != len(documents)+3 {
		t.Errorf("%d documents in the table, %d in the package", len(s.documents), len(documents)+3)
	}
}

// What the schema allows is read without a complaint, and written back as it
// was: all of it, the least, and with the other alternatives.
func TestSchema_IsReadAndWrittenBack(t *testing.T) {
	s := readSchema(t)
	compared := 0
	s.subjects(func(name, event string) {
		for _, w := range []writer{{}, {minimal: true}, {second: true}} {
			w.schema, w.event = s, event
			doc := w.document(name)
			d, info := decode(t, doc)
			if info.Leniencies != 0 {
				t.Errorf("%s %s: %+v\n%s", name, event, info, doc)
			}
			if got := encode(t, d); got != doc {
				t.Errorf("%s %s:\n got %s\nwant %s", name, event, got, doc)
			}
			compared++
		}
	})
	if compared < 300 {
		t.Errorf("compared %d documents only", compared)
	}
}

// Children in the wrong order are read all the same, and counted.
func TestSchema_OrderDoesNotMatter(t *testing.T) {
	s := readSchema(t)
	s.subjects(func(name, event string) {
		straight := writer{schema: s, event: event}
		turned := writer{schema: s, event: event, reverse: true}
		_, info := decode(t, straight.document(name))
		got, reversed := decode(t, turned.document(name))
		if info.Leniencies != 0 {
			t.Fatalf("%s %s: %+v", name, event, info)
		}
		if event == "" && len(s.structures[name]) < 2 && !deep(s, name) {
			return // there is no order
		}
		if reversed.Leniencies != LenientOrder {
			t.Errorf("%s %s: %+v, want the order to be counted and nothing else", name, event, reversed)
		}
		// Written back it is in order, and nothing has been lost.
		again, info := decode(t, encode(t, got))
		if diff := cmp.Diff(got, again); diff != "" || info.Leniencies != 0 {
			t.Errorf("%s %s: %+v\n%s", name, event, info, diff)
		}
		if n, want := strings.Count(encode(t, got), "<"), strings.Count(straight.document(name), "<"); n != want {
			t.Errorf("%s %s: %d tags are left of %d", name, event, n, want)
		}
	})
}

// deep reports whether some child of the structure has several children.
func deep(s *schema, structure string) bool {
	for _, c := range s.structures[structure] {
		for _, k := range c.kinds {
			if len(s.structures[k]) > 1 || deep(s, k) {
				return true
			}
		}
	}
	return false
}

// A required child that is missing is named, and what is left is read; nothing
// is sent without it.
func TestSchema_MissingChildrenAreNamed(t *testing.T) {
	s := readSchema(t)
	missed := 0
	leaveOut := func(name, event, structure string) {
		for _, c := range s.structures[structure] {
			if c.optional {
				continue
			}
			w := writer{schema: s, event: event, without: structure + "/" + c.names[0]}
			d, info := decode(t, w.document(name))
			if info.Leniencies != LenientMissing || info.Missing != c.names[0] {
				t.Errorf("%s %s without %s: %+v", name, event, c.names[0], info)
			}
			if _, err := Append(nil, d); err == nil && !mayBeEmpty(s, c.kinds[0]) {
				t.Errorf("%s %s is sent without %s", name, event, c.names[0])
			}
			missed++
		}
	}
	s.subjects(func(name, event string) {
		if event == "" {
			leaveOut(name, "", name)
		} else {
			leaveOut(name, event, event)
		}
	})
	for _, c := range []string{"Call", "Party", "Redirect", "ReleaseCause", "Endpoint", "ACDCallInfo", "ACDOutgoingCallInfo"} {
		leaveOut("SubscriptionEvent", "CallAnsweredEvent", c)
	}
	for _, c := range []string{"Participant", "ParticipantList", "CallList"} {
		leaveOut("SubscriptionEvent", "CallSubscriptionEvent", c)
	}
	leaveOut("SubscriptionEvent", "ACDSubscriptionEvent", "QueueEntry")
	leaveOut("SubscriptionEvent", "RoutePointSubscriptionEvent", "RoutePointEntry")
	leaveOut("SubscriptionEvent", "RoutePointMOHCompletedEvent", "PlayResult")
	leaveOut("SubscriptionEvent", "RoutePointMOHCompletedEvent", "PlayInfo")
	leaveOut("SubscriptionEvent", "CallAnsweredEvent", "SubscriptionEvent")
	leaveOut("SubscriptionEvent", "AgentSubscriptionEvent", "JoinInfo")
	leaveOut("SubscriptionEvent", "AgentStateEvent", "AgentStateInfo")
	leaveOut("SubscriptionEvent", "AgentStateEvent", "Measured")
	if missed < 250 {
		t.Errorf("left out %d children only", missed)
	}
}

// mayBeEmpty reports whether an empty element of the kind is in order.
func mayBeEmpty(s *schema, kind string) bool {
	return s.structures[kind] != nil && !slices.ContainsFunc(s.structures[kind], func(c child) bool { return !c.optional })
}
