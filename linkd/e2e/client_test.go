package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait; nothing is asserted about how long it takes.
const patience = 30 * time.Second

// client is one CSTA client on one connection. It judges every message that it
// gets.
type client struct {
	edition int // that is spoken; the server doesn't know it before our first message
	conn    net.Conn
	done    chan struct{}

	mu      sync.Mutex
	changed chan struct{}
	invoke  int
	spoke   bool
	silent  bool // answers no SystemStatus
	answers map[string]*element
	events  []*heard          // with invoke ID 9999
	asked   []*heard          // the server's requests
	status  []string          // what SystemStatus said
	faults  []string          // against the standard
	xrefs   map[string]string // device → cross reference ID
	ended   error
}

// heard is a message that waits to be expected.
type heard struct {
	*element
	expected bool
}

// dial connects from an address of this host's own: clients are told apart by it.
func dial(t testing.TB, address, from string, edition int) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{
		edition: edition, conn: conn, done: make(chan struct{}), changed: make(chan struct{}), answers: map[string]*element{}, xrefs: map[string]string{},
	}
	go c.read()
	t.Cleanup(c.close)
	return c
}

// open connects and goes through the implicit association until the server says
// normal.
func open(t testing.TB, address, from string, edition int) *client {
	t.Helper()
	c := dial(t, address, from, edition)
	c.wait(t, "the first SystemStatus", func() bool { return len(c.status) > 0 })
	r := c.ask(t, "SystemRegister", "<requestTypes><systemStatus>true</systemStatus><requestSystemStatus>false</requestSystemStatus></requestTypes>")
	if r.name != "SystemRegisterResponse" || r.at("sysStatRegisterID").text == "" {
		t.Fatalf("SystemRegister: %v", r)
	}
	c.wait(t, "systemStatus normal", func() bool { return c.status[len(c.status)-1] == "normal" })
	return c
}

// silence keeps the client from answering heartbeats.
func (c *client) silence() { c.update(func() { c.silent = true }) }

func (c *client) close() {
	c.conn.Close()
	<-c.done
}

func (c *client) read() {
	defer close(c.done)
	in := bufio.NewReader(c.conn)
	for {
		invoke, body, err := readFrame(in)
		var e *element
		if err == nil {
			e, err = parse(body)
		}
		if err != nil {
			c.update(func() { c.ended = err })
			return
		}
		c.update(func() { c.take(invoke, e) })
	}
}

// take sorts a message.
func (c *client) take(invoke string, e *element) {
	edition := c.edition
	if !c.spoke || invoke == "0000" { // sent before it knew us
		edition = 4 // the listener's default
	}
	c.faults = append(c.faults, judge(e, edition)...)
	crossed.note(e.name, toClient, 1)
	isEvent := strings.HasSuffix(e.name, "Event")
	if isEvent != (invoke == "9999") {
		c.faults = append(c.faults, fmt.Sprintf("%s has invoke ID %s", e.name, invoke))
	}
	switch {
	case isEvent:
		c.events = append(c.events, &heard{element: e})
	case e.name == "SystemStatus":
		c.status = append(c.status, e.at("systemStatus").text)
		if !c.silent {
			c.write(invoke, "SystemStatusResponse", namespace(c.edition), "")
		}
	case strings.HasSuffix(e.name, "Response") || e.name == "CSTAErrorCode":
		if _, twice := c.answers[invoke]; twice {
			c.faults = append(c.faults, "answered twice: "+invoke+" "+e.name)
		}
		c.answers[invoke] = e
	default:
		if e.name != "ApplicationSessionTerminated" && (invoke < "9000" || invoke > "9998") {
			c.faults = append(c.faults, "the server's own "+e.name+" has invoke ID "+invoke)
		}
		if e.name == "MonitorStop" {
			c.write(invoke, "MonitorStopResponse", namespace(c.edition), "")
		}
		c.asked = append(c.asked, &heard{element: e})
	}
}

func (c *client) update(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *client) write(invoke, name, space, children string) {
	c.spoke = true
	crossed.note(name, fromClient, 1)
	n, _ := strconv.Atoi(invoke)
	_, _ = c.conn.Write(frame(n, `<?xml version="1.0" encoding="UTF-8"?><`+name+` xmlns="`+space+`">`+children+`</`+name+`>`))
}

// send sends a request and returns its invoke ID.
func (c *client) send(name, children string) string {
	space := namespace(c.edition)
	if strings.Contains(name, "ApplicationSession") {
		space = applicationSession
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.invoke++
	invoke := fmt.Sprintf("%04d", c.invoke)
	c.write(invoke, name, space, children)
	return invoke
}

// ask sends a request and gives the answer.
func (c *client) ask(t testing.TB, name, children string) *element {
	t.Helper()
	return c.answer(t, name, c.send(name, children))
}

func (c *client) answer(t testing.TB, name, invoke string) *element {
	t.Helper()
	c.wait(t, "the answer to "+name, func() bool { return c.answers[invoke] != nil })
	return c.answerTo(invoke)
}

// answerTo is the answer that has come to a request, if any.
func (c *client) answerTo(invoke string) *element {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answers[invoke]
}

// must asks for a service and fails unless the answer is positive.
func (c *client) must(t testing.TB, name, children string) *element {
	t.Helper()
	e := c.ask(t, name, children)
	if e.name != name+"Response" {
		t.Fatalf("%s %s: %v", name, children, e)
	}
	return e
}

// must354 asks for a service of ECMA-354 and fails unless the answer is positive.
func (c *client) must354(t testing.TB, name, children string) *element {
	t.Helper()
	e := c.ask(t, name, children)
	if e.name != name+"PosResponse" {
		t.Fatalf("%s %s: %v", name, children, e)
	}
	return e
}

// monitor starts a device-type monitor.
func (c *client) monitor(t testing.TB, devices ...string) {
	t.Helper()
	for _, d := range devices {
		e := c.must(t, "MonitorStart", "<monitorObject><deviceObject>"+d+"</deviceObject></monitorObject><monitorType>device</monitorType>")
		c.mu.Lock()
		c.xrefs[d] = e.at("monitorCrossRefID").text
		c.mu.Unlock()
	}
}

// wait waits until ok, which is called with the client locked.
func (c *client) wait(t testing.TB, what string, ok func() bool) {
	t.Helper()
	limit := time.After(patience)
	for {
		c.mu.Lock()
		yes, changed, ended := ok(), c.changed, c.ended
		c.mu.Unlock()
		if yes {
			return
		}
		if ended != nil {
			t.Fatalf("waiting for %s: connection ended: %v", what, ended)
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("still waiting for %s; the last that came: %s", what, c.last())
		}
	}
}

func (c *client) last() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, h := range c.events[max(0, len(c.events)-12):] {
		fmt.Fprintf(&b, "\n  %v", h.element)
	}
	return b.String() + fmt.Sprintf("\n  status %v", c.status)
}

// event waits for an event of the monitor of a device that no earlier call gave.
func (c *client) event(t testing.TB, name, device string) *element {
	t.Helper()
	return c.eventOf(t, name, c.xref(device))
}

func (c *client) xref(device string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.xrefs[device]
}

func (c *client) eventOf(t testing.TB, name, xref string) *element {
	t.Helper()
	var e *element
	c.wait(t, name+" on monitor "+xref, func() bool {
		e = pick(c.events, func(h *element) bool { return h.name == name && h.at("monitorCrossRefID").text == xref })
		return e != nil
	})
	return e
}

// request waits for a request of the server's.
func (c *client) request(t testing.TB, name string) *element {
	t.Helper()
	var e *element
	c.wait(t, name, func() bool {
		e = pick(c.asked, func(h *element) bool { return h.name == name })
		return e != nil
	})
	return e
}

func pick(list []*heard, want func(*element) bool) *element {
	i := slices.IndexFunc(list, func(h *heard) bool { return !h.expected && want(h.element) })
	if i < 0 {
		return nil
	}
	list[i].expected = true
	return list[i].element
}

// forget leaves all events so far out of what event gives.
func (c *client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.events {
		h.expected = true
	}
}

// sequence are the names of the events on a monitor so far, "-Event" left out.
func (c *client) sequence(xref string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, h := range c.events {
		if h.at("monitorCrossRefID").text == xref {
			names = append(names, strings.TrimSuffix(h.name, "Event"))
		}
	}
	return names
}

// clean fails if a message was not as the standard has it.
func (c *client) clean(t testing.TB) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.faults {
		t.Errorf("edition %d: %s", c.edition, f)
	}
	c.faults = nil
}

// golden compares a message with one that was typed from the standard: names and
// order of elements and texts; "*" stands for anything, elements too.
func golden(t testing.TB, got *element, want string) {
	t.Helper()
	w, err := parse([]byte(want))
	if err != nil {
		t.Fatal(err)
	}
	if !same(w, got) {
		t.Errorf("got  %v\nwant %s", got, want)
	}
}

func same(want, got *element) bool {
	if want.name != got.name || want.text == "*" {
		return want.name == got.name
	}
	if want.text != got.text || len(want.children) != len(got.children) {
		return false
	}
	for i := range want.children {
		if !same(want.children[i], got.children[i]) {
			return false
		}
	}
	return true
}
