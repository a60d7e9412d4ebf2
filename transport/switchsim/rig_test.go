package switchsim

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// pipeListener accepts the far ends of in-memory connections.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (l *pipeListener) dial() (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// rig is a running switch without traffic, two links and, unless the options say otherwise, no keepalive.
type rig struct {
	t     *testing.T
	s     *Switch
	links []*pipeListener
}

// withRig runs a test on a switch in virtual time.
func withRig(t *testing.T, opt Options, test func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, links: []*pipeListener{newPipeListener(), newPipeListener()}}
		opt.Links = []net.Listener{r.links[0], r.links[1]}
		if opt.Keepalive == 0 {
			opt.Keepalive = -1
		}
		if opt.Agents == 0 {
			opt.Agents = 4
		}
		var err error
		if r.s, err = New(opt); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.s.Run(ctx) }()
		synctest.Wait()
		test(r)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// frame is one frame that a client read.
type frame struct {
	id   int
	body string
}

// client is a CTI client that keeps all that it reads.
type client struct {
	r    *rig
	conn net.Conn
	next int

	mu     sync.Mutex
	frames []frame
	closed bool
}

// connect opens an association on a link, counted from 1, and answers the switch's SystemStatus.
func (r *rig) connect(link int) *client {
	r.t.Helper()
	c := r.dial(link)
	if !r.s.opt.ClientFirst {
		c.want(0, `<SystemStatus xmlns="`+ns(r.s.opt.Edition)+`"><systemStatus>normal</systemStatus></SystemStatus>`)
		c.send(0, `<SystemStatusResponse xmlns="`+ns(r.s.opt.Edition)+`"/>`)
	}
	return c
}

func (r *rig) dial(link int) *client {
	r.t.Helper()
	conn, err := r.links[link-1].dial()
	if err != nil {
		r.t.Fatal(err)
	}
	c := &client{r: r, conn: conn}
	go c.read()
	r.t.Cleanup(func() { conn.Close() })
	synctest.Wait()
	return c
}

func (c *client) read() {
	for {
		id, body, err := readFrame(c.conn)
		c.mu.Lock()
		if err != nil {
			c.closed = true
			c.mu.Unlock()
			return
		}
		c.frames = append(c.frames, frame{id, string(body)})
		c.mu.Unlock()
	}
}

// ns is the namespace of an edition, typed out.
func ns(edition int) string {
	return fmt.Sprintf("http://www.ecma-international.org/standards/ecma-323/csta/ed%d", edition)
}

// message puts a body into a root element in the edition 6 namespace.
func msg(name, body string) string {
	return "<" + name + ` xmlns="` + ns(6) + `">` + body + "</" + name + ">"
}

func (c *client) send(id int, body string) {
	c.r.t.Helper()
	if _, err := c.conn.Write(raw(id, body)); err != nil {
		c.r.t.Fatalf("send %s: %v", body, err)
	}
	synctest.Wait()
}

// raw puts a frame together by hand.
func raw(id int, body string) []byte {
	size := len(body) + 8
	return fmt.Appendf([]byte{0, 0, byte(size >> 8), byte(size)}, "%04d%s", id, body)
}

// request sends a request with the next invoke ID and returns that.
func (c *client) request(name, body string) int {
	c.r.t.Helper()
	c.next++
	c.send(c.next, msg(name, body))
	return c.next
}

// ask sends a request and returns the answer's body without the XML declaration; everything that came before the answer
// is kept.
func (c *client) ask(name, body string) string {
	c.r.t.Helper()
	return c.answer(c.request(name, body))
}

func (c *client) answer(id int) string {
	c.r.t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, f := range c.frames {
		if f.id == id {
			c.frames = append(c.frames[:i:i], c.frames[i+1:]...)
			return plainBody(f.body)
		}
	}
	c.r.t.Fatalf("no answer with invoke ID %04d; read so far: %v", id, c.frames)
	return ""
}

func plainBody(body string) string {
	return strings.TrimPrefix(body, `<?xml version="1.0" encoding="UTF-8"?>`)
}

// wantAnswer asks and compares the answer, given without the linkage data.
func (c *client) wantAnswer(name, body, want string) {
	c.r.t.Helper()
	if got := c.ask(name, body); got != want {
		c.r.t.Errorf("%s %s\n got %s\nwant %s", name, body, got, want)
	}
}

// wantError asks and compares the error.
func (c *client) wantError(name, body, category, value string) {
	c.r.t.Helper()
	c.wantAnswer(name, body, msg("CSTAErrorCode", "<"+category+">"+value+"</"+category+">"))
}

// take returns the bodies read since the last take, without their XML declarations.
func (c *client) take() []string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	var bodies []string
	for _, f := range c.frames {
		bodies = append(bodies, plainBody(f.body))
	}
	c.frames = nil
	return bodies
}

// want compares the oldest frame that wasn't taken yet.
func (c *client) want(id int, body string) {
	c.r.t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.frames) == 0 {
		c.r.t.Fatalf("read nothing, want %04d %s", id, body)
	}
	f := c.frames[0]
	c.frames = c.frames[1:]
	if f.id != id || plainBody(f.body) != body {
		c.r.t.Errorf("\n got %04d %s\nwant %04d %s", f.id, plainBody(f.body), id, body)
	}
}

func (c *client) isClosed() bool {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// monitor starts a device monitor and returns its cross reference.
func (c *client) monitor(device string) string {
	c.r.t.Helper()
	got := c.ask("MonitorStart", "<monitorObject><deviceObject>"+device+"</deviceObject></monitorObject>")
	n, err := parse([]byte(got))
	if err != nil || n.name != "MonitorStartResponse" {
		c.r.t.Fatalf("monitor %s: %s", device, got)
	}
	return n.value("monitorCrossRefID")
}

// do makes a move and returns the call.
func (r *rig) do(v Move) string {
	r.t.Helper()
	done, err := r.s.Do(v)
	if err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
	return done.Call
}

// names returns the root elements of messages.
func names(bodies []string) []string {
	var all []string
	for _, b := range bodies {
		name, _, _ := strings.Cut(strings.TrimPrefix(b, "<"), " ")
		all = append(all, name)
	}
	return all
}

// connID is a ConnectionID element.
func connID(element, call, device string) string {
	return "<" + element + "><callID>" + call + "</callID><deviceID>" + device + "</deviceID></" + element + ">"
}

// stateOf returns the state of a connection in the truth.
func (r *rig) stateOf(call, device string) State {
	for _, c := range r.s.Truth().Calls {
		for _, k := range c.Connections {
			if c.ID == call && k.Device == device {
				return k.State
			}
		}
	}
	return Null
}

// readBytes reads exactly n bytes.
func readBytes(t *testing.T, conn net.Conn, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(conn, b); err != nil {
		t.Fatalf("read %d bytes: %v", n, err)
	}
	return string(b)
}
