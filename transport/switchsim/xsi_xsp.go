package switchsim

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// xsp is one HTTP server that clients connect to. A channel lives in the XSP that opened it; everything else is the same
// in all of them.
type xsp struct {
	f        *xsiFront
	index    int
	server   *http.Server
	handlers sync.WaitGroup

	// Guarded by the switch's lock.
	listener net.Listener
	conns    map[net.Conn]bool
	refused  bool
	frozen   chan struct{} // while it hangs; closed once it goes on
	thaw     *timer
}

type connKey struct{}

func newXSP(f *xsiFront, index int, l net.Listener) *xsp {
	x := &xsp{f: f, index: index, listener: l, conns: map[net.Conn]bool{}}
	x.server = &http.Server{
		Handler: x, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10,
		ErrorLog:    f.s.log.StandardLogger(&hclog.StandardLoggerOptions{}),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ConnState:   x.track,
	}
	return x
}

// serve takes connections from one listener until that is closed.
func (x *xsp) serve(l net.Listener) {
	_ = x.server.Serve(&pickyListener{l, x}) // it ends with the listener
}

// pickyListener closes the connections that a fault refuses.
type pickyListener struct {
	net.Listener
	x *xsp
}

func (l *pickyListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		refused := false
		l.x.f.s.locked(func() {
			if refused = l.x.refused || l.x.f.s.ended; !refused {
				l.x.f.s.model.counts.Accepted++
			}
		})
		if !refused {
			return conn, nil
		}
		reset(conn)
	}
}

func (x *xsp) track(c net.Conn, s http.ConnState) {
	x.f.s.mu.Lock()
	defer x.f.s.mu.Unlock()
	switch s {
	case http.StateNew:
		x.conns[c] = true
	case http.StateClosed, http.StateHijacked:
		delete(x.conns, c)
	}
}

// close ends the XSP for good.
func (x *xsp) close() {
	x.unfreeze()
	x.server.Close()
}

// dropAll cuts all connections; channels die with them.
func (x *xsp) dropAll() {
	for c := range x.conns {
		reset(c)
	}
	for _, c := range x.f.sortedChannels(x.index + 1) {
		x.f.closeChannel(c)
	}
}

// refuse makes the XSP refuse connections for a time.
func (x *xsp) refuse(d time.Duration) {
	if x.refused {
		return
	}
	x.refused = true
	if x.f.opt.Relisten != nil {
		x.listener.Close()
	}
	x.f.s.after(d, x.allow)
}

func (x *xsp) allow() {
	s := x.f.s
	if s.ended || !x.refused {
		return
	}
	if x.f.opt.Relisten != nil {
		l, err := x.f.opt.Relisten(x.index)
		if err != nil {
			s.log.Warn("XSP can't be opened again, trying once more in a second", "xsp", x.index+1, "error", err)
			s.after(time.Second, x.allow)
			return
		}
		x.listener = l
		s.work.Go(func() { x.serve(l) })
	}
	x.refused = false
}

// freeze lets the XSP hang: it accepts and reads, but answers and sends nothing.
func (x *xsp) freeze(d time.Duration) {
	if x.frozen == nil {
		x.frozen = make(chan struct{})
	}
	x.thaw.stop()
	if d > 0 {
		x.thaw = x.f.s.after(d, x.unfreeze)
	}
}

func (x *xsp) unfreeze() {
	if x.frozen != nil {
		close(x.frozen)
		x.frozen = nil
	}
}

// waits holds back whoever wants to write while the XSP hangs. It reports false once the client is gone.
func (x *xsp) waits(ctx context.Context) bool {
	x.f.s.mu.Lock()
	frozen := x.frozen
	x.f.s.mu.Unlock()
	if frozen == nil {
		return true
	}
	select {
	case <-frozen:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// ServeHTTP answers one request.
func (x *xsp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := x.f.s
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return
	}
	x.handlers.Add(1)
	s.mu.Unlock()
	defer x.handlers.Done()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		return
	}
	if !x.waits(r.Context()) {
		panic(http.ErrAbortHandler)
	}
	var reply xsiReply
	s.locked(func() { reply = x.answer(r, body) })
	for name, value := range reply.header {
		w.Header().Set(name, value)
	}
	if reply.body != "" {
		w.Header().Set("Content-Type", "application/xml; charset=UTF-8")
	}
	w.WriteHeader(reply.status)
	io.WriteString(w, reply.body)
	if reply.channel != nil {
		x.stream(w, r, reply.channel)
	}
}

// stream writes a channel's documents until one side ends it.
func (x *xsp) stream(w http.ResponseWriter, r *http.Request, c *xsiChannel) {
	defer x.f.s.locked(func() { x.f.closeChannel(c) })
	flusher := http.NewResponseController(w)
	rng := rand.New(rand.NewPCG(x.f.s.opt.Seed, uint64(len(c.id))))
	_ = flusher.Flush() // if the client is gone, its context says so
	for {
		select {
		case text, ok := <-c.out:
			if !ok || !x.waits(r.Context()) {
				return
			}
			for _, piece := range x.pieces(rng, text, c.out) {
				if _, err := io.WriteString(w, piece); err != nil {
					return
				}
				if err := flusher.Flush(); err != nil {
					return
				}
			}
		case <-r.Context().Done():
			return
		}
	}
}

// pieces cuts what is to be sent into chunks. When they are cut anywhere, what waits in the queue shares them.
func (x *xsp) pieces(rng *rand.Rand, text string, more <-chan string) []string {
	x.f.s.mu.Lock()
	cut := x.f.opt.Cut
	x.f.s.mu.Unlock()
	if cut == CutWhole {
		return []string{text}
	}
	for range 4 {
		select {
		case next := <-more: // "" once it is closed, and the loop outside sees that
			text += next
		default:
		}
	}
	var pieces []string
	for len(text) > 0 {
		n := min(1+rng.IntN(700), len(text))
		pieces = append(pieces, text[:n])
		text = text[n:]
	}
	return pieces
}

// closeConn cuts the connection of a request.
func closeConn(r *http.Request) {
	if c, ok := r.Context().Value(connKey{}).(net.Conn); ok {
		reset(c)
	}
}
