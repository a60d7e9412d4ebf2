package switchsim_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/switchsim"
	"github.com/holdline/holdline/transport/xsi"
)

// xsiListener accepts the far ends of in-memory connections to an address.
type xsiListener struct {
	at    string
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

type xsiAddr string

func (xsiAddr) Network() string  { return "tcp" }
func (a xsiAddr) String() string { return string(a) }

type xsiConn struct {
	net.Conn
	remote xsiAddr
}

func (c xsiConn) RemoteAddr() net.Addr { return c.remote }

func newXsiListener(at string) *xsiListener {
	return &xsiListener{at: at, conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *xsiListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *xsiListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *xsiListener) Addr() net.Addr { return xsiAddr(l.at) }

// xsiRig is a running switch with two XSPs, "xsp1:80" and "xsp2:80", in virtual time.
type xsiRig struct {
	t *testing.T
	s *switchsim.Switch

	mu   sync.Mutex
	xsps map[string]*xsiListener
}

func withXsi(t *testing.T, opt switchsim.Options, test func(t *testing.T, r *xsiRig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &xsiRig{t: t, xsps: map[string]*xsiListener{}}
		for _, at := range []string{"xsp1:80", "xsp2:80"} {
			r.xsps[at] = newXsiListener(at)
			opt.Xsi.XSPs = append(opt.Xsi.XSPs, r.xsps[at])
		}
		if opt.Agents == 0 {
			opt.Agents = 4
		}
		var err error
		if r.s, err = switchsim.New(opt); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- r.s.Run(ctx) }()
		defer func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run: %v", err)
			}
		}()
		synctest.Wait()
		test(t, r)
	})
}

func (r *xsiRig) dial(ctx context.Context, _, address string) (net.Conn, error) {
	r.mu.Lock()
	l := r.xsps[address]
	r.mu.Unlock()
	if l == nil {
		return nil, fmt.Errorf("nobody is at %s", address)
	}
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return xsiConn{near, xsiAddr(address)}, nil
	case <-l.done:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// client makes a client of an XSP, from 1.
func (r *xsiRig) client(number int) *xsi.Client {
	r.t.Helper()
	c, err := xsi.NewClient(xsi.Options{
		URL: fmt.Sprintf("http://xsp%d", number), Dial: r.dial, Credentials: xsi.Basic("ctiadmin@pbx.example", "secret"),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(c.Close)
	return c
}

// listener is an application with one channel.
type listener struct {
	*xsi.Client
	channel *xsi.EventChannel
	r       *xsiRig
	set     string
	app     string
	cancel  context.CancelFunc
	done    chan struct{}

	mu      sync.Mutex
	respond func(e *xsi.SubscriptionEvent) xsi.ResponseStatus // 0: not at all
	events  []*xsi.SubscriptionEvent
	others  []xsi.Document
	bad     []string
	err     error
	work    sync.WaitGroup
}

// listen opens a channel of a set at an XSP and answers what comes with 200.
func (r *xsiRig) listen(number int, set, app string, priority int) *listener {
	r.t.Helper()
	l := &listener{Client: r.client(number), r: r, set: set, app: app, done: make(chan struct{})}
	l.respond = func(*xsi.SubscriptionEvent) xsi.ResponseStatus { return xsi.StatusDelivered }
	var err error
	l.channel, err = l.Open(r.t.Context(), xsi.Channel{ChannelSetID: set, Priority: priority, ApplicationID: app}, xsi.ChannelOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	var ctx context.Context
	ctx, l.cancel = context.WithCancel(context.Background())
	go func() {
		defer close(l.done)
		l.err = l.channel.Run(ctx, l.hear)
	}()
	r.t.Cleanup(l.end)
	synctest.Wait()
	return l
}

func (l *listener) end() {
	l.cancel()
	<-l.done
	l.work.Wait()
	l.channel.Close()
}

func (l *listener) hear(d xsi.Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d.Err != nil || d.Info.Leniencies != 0 {
		l.bad = append(l.bad, fmt.Sprintf("%v %+v", d.Err, d.Info))
	}
	e, ok := d.Document.(*xsi.SubscriptionEvent)
	if !ok {
		l.others = append(l.others, d.Document)
		return
	}
	l.events = append(l.events, e)
	status := l.respond(e)
	if status == 0 {
		return
	}
	l.work.Go(func() {
		err := l.channel.Respond(context.Background(), xsi.EventResponse{EventID: e.EventID, StatusCode: status, Reason: "because"})
		if err != nil && l.r.t.Context().Err() == nil {
			l.mu.Lock()
			l.bad = append(l.bad, "respond: "+err.Error())
			l.mu.Unlock()
		}
	})
}

// answers changes how events are answered.
func (l *listener) answers(with func(e *xsi.SubscriptionEvent) xsi.ResponseStatus) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.respond = with
}

func always(s xsi.ResponseStatus) func(*xsi.SubscriptionEvent) xsi.ResponseStatus {
	return func(*xsi.SubscriptionEvent) xsi.ResponseStatus { return s }
}

// subscribe orders packages of a device's events, one subscription each, and returns their IDs.
func (l *listener) subscribe(device string, packages ...xsi.Package) []string {
	l.r.t.Helper()
	var ids []string
	for _, p := range packages {
		s, err := l.Subscribe(l.r.t.Context(), xsi.UserTarget(device+"@pbx.example"), xsi.Subscription{
			Event: p, Expires: new(86400), ChannelSetID: l.set, ApplicationID: l.app,
		})
		if err != nil {
			l.r.t.Fatalf("subscribe to %s of %s: %v", p, device, err)
		}
		ids = append(ids, s.SubscriptionID)
	}
	return ids
}

// take returns the events since the last time, once nothing is under way.
func (l *listener) take() []*xsi.SubscriptionEvent {
	time.Sleep(20 * time.Millisecond) // virtual; snapshots take 2
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.events
	l.events = nil
	return all
}

// types are the types of events.
func types(events []*xsi.SubscriptionEvent) []string {
	all := []string{}
	for _, e := range events {
		all = append(all, string(e.Data.EventType()))
	}
	return all
}

// ended returns what Run returned, nil if it still runs.
func (l *listener) ended() error {
	synctest.Wait()
	select {
	case <-l.done:
		return l.err
	default:
		return nil
	}
}

func (l *listener) endedWith(reason xsi.TerminatedReason) bool {
	end, ok := errors.AsType[*xsi.TerminatedError](l.ended())
	return ok && end.Reason == reason
}

func (r *xsiRig) do(v switchsim.Move) string {
	r.t.Helper()
	done, err := r.s.Do(v)
	if err != nil {
		r.t.Fatal(err)
	}
	return done.Call
}

func (r *xsiRig) cause(f switchsim.Fault) {
	r.t.Helper()
	if err := r.s.Break(f); err != nil {
		r.t.Fatal(err)
	}
}

func sameTexts(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// clean checks that nothing was sent against the interface, in either direction.
func (r *xsiRig) clean(all ...*listener) {
	r.t.Helper()
	for _, v := range r.s.Violations() {
		r.t.Errorf("violation: %s: %s", v.Reason, v.Bytes)
	}
	for _, l := range all {
		l.mu.Lock()
		for _, b := range l.bad {
			r.t.Errorf("the switch sent: %s", b)
		}
		l.mu.Unlock()
	}
}
