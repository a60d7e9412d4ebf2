package xsi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
)

// network is in-memory connections between names and addresses.
type network struct {
	mu        sync.Mutex
	names     map[string]string // what a name resolves to now
	listeners map[string]*pipeListener
	dialled   []string
}

func newNetwork() *network {
	return &network{names: map[string]string{}, listeners: map[string]*pipeListener{}}
}

type pipeAddr string

func (pipeAddr) Network() string  { return "tcp" }
func (a pipeAddr) String() string { return string(a) }

// pipeConn is one end of a connection, with the address of the other.
type pipeConn struct {
	net.Conn
	remote pipeAddr
}

func (c pipeConn) RemoteAddr() net.Addr { return c.remote }

type pipeListener struct {
	at    pipeAddr
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipeListener) Addr() net.Addr { return l.at }

func (n *network) listen(address string) *pipeListener {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := &pipeListener{at: pipeAddr(address), conns: make(chan net.Conn), done: make(chan struct{})}
	n.listeners[address] = l
	return l
}

func (n *network) resolve(name, address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names[name] = address
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	n.dialled = append(n.dialled, address)
	if to, ok := n.names[address]; ok {
		address = to
	}
	l := n.listeners[address]
	n.mu.Unlock()
	if l == nil {
		return nil, fmt.Errorf("dial %s: %w", address, syscall.ECONNREFUSED)
	}
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return pipeConn{near, l.at}, nil
	case <-l.done:
		return nil, fmt.Errorf("dial %s: %w", address, syscall.ECONNREFUSED)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// xsp is a server that answers as a test says and keeps what it was asked.
type xsp struct {
	at     string
	server *http.Server
	mux    *http.ServeMux

	mu       sync.Mutex
	requests []string // "METHOD URI\nbody"
	headers  []http.Header
	streams  []*xspStream
	grant    string // see grants
}

// xspStream is the server's end of a channel.
type xspStream struct {
	send chan string // what is written, as it is, each in a chunk of its own
	gone <-chan struct{}
}

const (
	xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	grant86400     = xmlDeclaration + `<Channel xmlns="http://schema.broadsoft.com/xsi"><channelId>c1</channelId><expires>86400</expires></Channel>`
	heartBeat      = `<ChannelHeartBeat xmlns="http://schema.broadsoft.com/xsi"/>`
)

// serve starts a server at an address. Unless a test says otherwise it opens
// channels, answers heartbeats on them, and takes responses.
func (r *rig) serve(address string) *xsp {
	x := &xsp{at: address, mux: http.NewServeMux(), grant: grant86400}
	x.mux.HandleFunc("POST /com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel", x.channel)
	x.mux.HandleFunc("PUT /com.broadsoft.xsi-events/v2.0/channel/c1/heartbeat", func(http.ResponseWriter, *http.Request) {
		x.tell(heartBeat)
	})
	x.mux.HandleFunc("POST /com.broadsoft.xsi-events/v2.0/channel/eventresponse", func(http.ResponseWriter, *http.Request) {})
	x.mux.HandleFunc("PUT /com.broadsoft.xsi-events/v2.0/channel/c1", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, x.granted())
	})
	x.server = &http.Server{Handler: http.HandlerFunc(x.handle)}
	l := r.net.listen(address)
	done := make(chan struct{})
	go func() {
		defer close(done)
		x.server.Serve(l)
	}()
	r.t.Cleanup(func() {
		x.server.Close()
		<-done
	})
	return x
}

func (x *xsp) handle(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	x.mu.Lock()
	x.requests = append(x.requests, r.Method+" "+r.RequestURI+"\n"+string(body))
	x.headers = append(x.headers, r.Header.Clone())
	x.mu.Unlock()
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	x.mux.ServeHTTP(w, r)
}

// channel opens a stream and writes to it what the test sends.
func (x *xsp) channel(w http.ResponseWriter, r *http.Request) {
	s := &xspStream{send: make(chan string, 100), gone: r.Context().Done()}
	x.mu.Lock()
	x.streams = append(x.streams, s)
	x.mu.Unlock()
	io.WriteString(w, x.granted())
	w.(http.Flusher).Flush()
	for {
		select {
		case text, ok := <-s.send:
			if !ok {
				return
			}
			io.WriteString(w, text)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (x *xsp) granted() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.grant
}

// grants sets the document that channels begin with and renewals get.
func (x *xsp) grants(doc string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.grant = doc
}

// stream is the channel that was opened last.
func (x *xsp) stream() *xspStream {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.streams[len(x.streams)-1]
}

// tell sends chunks on the last channel.
func (x *xsp) tell(chunks ...string) {
	s := x.stream()
	for _, c := range chunks {
		s.send <- c
	}
}

// replace handles a pattern otherwise from now on.
func (x *xsp) replace(path string, handle http.HandlerFunc) {
	next := x.mux
	x.mux = http.NewServeMux()
	if path != "/" {
		x.mux.Handle("/", next)
	}
	x.mux.HandleFunc(path, handle)
}

// took returns the requests since the last time.
func (x *xsp) took() []string {
	synctest.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	all := x.requests
	x.requests = nil
	return all
}

// count is how many requests start with a text.
func count(requests []string, start string) int {
	n := 0
	for _, q := range requests {
		if strings.HasPrefix(q, start) {
			n++
		}
	}
	return n
}

// rig is a network in virtual time.
type rig struct {
	t   *testing.T
	net *network
}

func withRig(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(t, &rig{t, newNetwork()})
	})
}

// client makes a client of a URL.
func (r *rig) client(url string, change ...func(*Options)) *Client {
	r.t.Helper()
	o := Options{URL: url, Dial: r.net.dial, Credentials: Basic("ctiadmin@pbx.example", "secret")}
	for _, f := range change {
		f(&o)
	}
	c, err := NewClient(o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(c.Close)
	return c
}

// want is the channel that the samples ask for.
func want() Channel {
	return Channel{ChannelSetID: "csta-connector/cluster-a", Priority: 1, Weight: 50, Expires: new(3600), ApplicationID: "csta-connector"}
}

// channel is an open channel that is being run.
type channel struct {
	*EventChannel
	cancel context.CancelFunc

	mu        sync.Mutex
	delivered []Delivery
	troubles  []error
	err       error
	done      chan struct{}
}

// open opens a channel and runs it.
func (r *rig) open(c *Client) *channel {
	r.t.Helper()
	ch := &channel{done: make(chan struct{})}
	e, err := c.Open(r.t.Context(), want(), ChannelOptions{Trouble: func(err error) {
		ch.mu.Lock()
		defer ch.mu.Unlock()
		ch.troubles = append(ch.troubles, err)
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	ch.EventChannel = e
	var ctx context.Context
	ctx, ch.cancel = context.WithCancel(context.Background())
	go func() {
		defer close(ch.done)
		ch.err = e.Run(ctx, func(d Delivery) {
			ch.mu.Lock()
			defer ch.mu.Unlock()
			ch.delivered = append(ch.delivered, d)
		})
	}()
	r.t.Cleanup(func() {
		ch.cancel()
		<-ch.done
		ch.Close()
	})
	synctest.Wait()
	return ch
}

// take returns what was delivered since the last time.
func (ch *channel) take() []Delivery {
	synctest.Wait()
	ch.mu.Lock()
	defer ch.mu.Unlock()
	all := ch.delivered
	ch.delivered = nil
	return all
}

// ended returns what Run returned, if it did.
func (ch *channel) ended() error {
	synctest.Wait()
	select {
	case <-ch.done:
		if ch.err == nil {
			return errors.New("Run returned nil")
		}
		return ch.err
	default:
		return nil
	}
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}
