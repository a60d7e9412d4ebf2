package cstaserver

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/linkd/clients"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/prometheus/client_golang/prometheus"
)

// node is one node's listener.
type node struct {
	waited   atomic.Int64 // for how long the oldest has waited for the log, ns
	t        testing.TB
	cl       *cluster
	role     *role
	listener *Listener
	progress *clients.Progress
	log      *bytes.Buffer
	stop     func()
	dial     func(from string) net.Conn
}

// start starts a node's listener that T-Servers reach through pipes, so that it
// runs in a synctest bubble.
func start(t testing.TB, cl *cluster, o Options) *node {
	t.Helper()
	ln := newPipeListener()
	return serve(t, cl, o, ln, ln.dial)
}

// startTCP starts one on a real port.
func startTCP(t testing.TB, cl *cluster, o Options) *node {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, cl, o, ln, func(string) net.Conn {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	})
}

func serve(t testing.TB, cl *cluster, o Options, ln net.Listener, dial func(string) net.Conn) *node {
	t.Helper()
	return serveBeside(t, cl, NewEvents(), o, ln, dial)
}

// serveBeside starts a listener of a node that may have others with these
// Events.
func serveBeside(t testing.TB, cl *cluster, events *Events, o Options, ln net.Listener, dial func(string) net.Conn) *node {
	t.Helper()
	if o.Name == "" {
		o.Name = "tservers"
	}
	o.Switch = testSwitch
	n := &node{t: t, cl: cl, role: newRole(true, true, true), log: new(bytes.Buffer), dial: dial}
	logger := hclog.New(&hclog.LoggerOptions{Output: n.log, Level: hclog.Debug, Mutex: new(sync.Mutex)})
	metrics, err := NewMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	trace, err := failover.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	n.progress = clients.NewProgress(cl, logger)
	pressure := clients.NewPressure(func() time.Duration { return time.Duration(n.waited.Load()) }, func() bool { return true })
	n.listener, err = New(o, Deps{
		Node: "n1", Log: cl, Replica: cl, Role: n.role, Identify: clients.Identifier(nil), Progress: n.progress, Events: events,
		Strange: clients.NewOnce(16), Metrics: metrics, Failover: trace, Pressure: pressure, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { n.progress.Run(ctx) })
	wg.Go(func() { pressure.Run(ctx) })
	wg.Go(func() {
		if err := n.listener.Serve(ctx, ln); err != nil {
			t.Error(err)
		}
	})
	var once sync.Once
	n.stop = func() {
		once.Do(func() {
			cancel()
			wg.Wait()
		})
	}
	t.Cleanup(n.stop)
	return n
}

// pipeListener is a net.Listener of pipes.
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

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (l *pipeListener) dial(from string) net.Conn {
	near, far := net.Pipe()
	select {
	case l.conns <- &pipe{far, net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(from), 4711))}:
	case <-l.done:
		_ = far.Close()
	}
	return near
}

// pipe is the far end of a pipe from an address.
type pipe struct {
	net.Conn
	from net.Addr
}

func (p *pipe) RemoteAddr() net.Addr { return p.from }

// client is a T-Server, typed by hand. It reads all the time.
type client struct {
	t      testing.TB
	nc     net.Conn
	ns     string
	frames chan frame
	wg     sync.WaitGroup
}

type frame struct {
	invoke string
	xml    string
	err    error
}

func (f frame) String() string { return f.invoke + " " + f.xml }

const declaration = `<?xml version="1.0" encoding="UTF-8"?>`

func namespace(edition int) string {
	return fmt.Sprintf(` xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed%d"`, edition)
}

const sessionNS = ` xmlns="http://www.ecma-international.org/standards/ecma-354/appl_session"`

// Addresses of T-Servers.
const (
	tserver1 = "192.0.2.1"
	tserver2 = "192.0.2.2"
	tserver3 = "192.0.2.3"
)

func (n *node) client(edition int) *client { return n.clientAt(tserver1, edition) }

func (n *node) clientAt(from string, edition int) *client {
	n.t.Helper()
	c := &client{t: n.t, nc: n.dial(from), ns: namespace(edition), frames: make(chan frame, 64)}
	c.wg.Go(c.read)
	n.t.Cleanup(c.close)
	return c
}

func (c *client) close() {
	_ = c.nc.Close()
	c.wg.Wait()
}

func (c *client) read() {
	defer close(c.frames)
	for {
		var head [8]byte
		if _, err := io.ReadFull(c.nc, head[:]); err != nil {
			return
		}
		body := make([]byte, int(binary.BigEndian.Uint16(head[2:4]))-8)
		if _, err := io.ReadFull(c.nc, body); err != nil {
			return
		}
		f := frame{invoke: string(head[4:]), xml: string(body)}
		if head[0] != 0 || head[1] != 0 {
			f.err = fmt.Errorf("format indicator % x", head[:2])
		}
		c.frames <- f
	}
}

// send sends a message; the client's namespace is put into its root element.
func (c *client) send(invoke, xml string) {
	c.t.Helper()
	c.raw(frameOf(invoke, c.full(xml)))
}

func (c *client) raw(b []byte) {
	c.t.Helper()
	if _, err := c.nc.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

func frameOf(invoke, xml string) []byte {
	b := []byte{0, 0, byte((len(xml) + 8) >> 8), byte(len(xml) + 8)}
	return append(append(b, invoke...), xml...)
}

// full puts the namespace into the root element.
func (c *client) full(xml string) string {
	ns := c.ns
	if strings.Contains(xml, "ApplicationSession") {
		ns = sessionNS
	}
	i := strings.IndexAny(xml, "/>")
	return xml[:i] + ns + xml[i:]
}

// next waits for a frame.
func (c *client) next() frame {
	c.t.Helper()
	select {
	case f, ok := <-c.frames:
		if !ok {
			c.t.Fatal("the connection was closed")
		}
		if f.err != nil {
			c.t.Fatal(f.err)
		}
		return f
	case <-time.After(10 * time.Minute):
		c.t.Fatal("no frame came")
	}
	return frame{}
}

// expect waits for frames, exactly these in this order: invoke ID, blank, XML
// without declaration and namespace.
func (c *client) expect(want ...string) {
	c.t.Helper()
	for _, w := range want {
		invoke, xml, _ := strings.Cut(w, " ")
		got := c.next()
		if d := cmp.Diff(invoke+" "+declaration+c.full(xml), got.String()); d != "" {
			c.t.Fatalf("frame (-want +got):\n%s", d)
		}
	}
}

// quiet expects that nothing comes before the answer to a heartbeat.
func (c *client) quiet() {
	c.t.Helper()
	c.send("8888", "<SystemStatus/>")
	c.expect("8888 <SystemStatusResponse/>")
}

// closed waits for the end of the connection, and gives what came before.
func (c *client) closed() []frame {
	c.t.Helper()
	var got []frame
	limit := time.After(10 * time.Minute)
	for {
		select {
		case f, ok := <-c.frames:
			if !ok {
				return got
			}
			got = append(got, f)
		case <-limit:
			c.t.Fatal("the connection was not closed")
		}
	}
}

// monitor starts a device monitor and gives its cross reference ID.
func (c *client) monitor(invoke, device string) string {
	c.t.Helper()
	c.send(invoke, "<MonitorStart><monitorObject><deviceObject>"+device+"</deviceObject></monitorObject><monitorType>device</monitorType></MonitorStart>")
	return c.started(invoke)
}

func (c *client) started(invoke string) string {
	c.t.Helper()
	f := c.next()
	_, rest, ok := strings.Cut(f.xml, "<monitorCrossRefID>")
	xref, _, _ := strings.Cut(rest, "</")
	if !ok || f.invoke != invoke || !strings.Contains(f.xml, "<MonitorStartResponse") {
		c.t.Fatalf("answer to MonitorStart: %v", f)
	}
	return xref
}
