package xsilink

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/switchsim"
	"github.com/holdline/holdline/transport/xsi"
)

// log is a sink in which everything takes effect at once.
type log struct {
	mu    sync.Mutex
	facts []*fsmpb.Fact
	more  chan struct{} // closed at the next fact
}

func (l *log) Fact(f *fsmpb.Fact) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.facts = append(l.facts, f)
	close(l.more)
	l.more = make(chan struct{})
}

func (l *log) Last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.facts))
}

func (l *log) Settled(f func(bool)) { f(true) }

// await waits for a fact that is like this.
func (l *log) await(t *testing.T, what string) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for {
		l.mu.Lock()
		more := l.more
		for _, f := range l.facts {
			if strings.HasPrefix(brief(f), what) {
				l.mu.Unlock()
				return
			}
		}
		l.mu.Unlock()
		select {
		case <-more:
		case <-limit:
			t.Fatalf("no fact %q", what)
		}
	}
}

// The link over real sockets: channels, subscriptions, events with their answers,
// snapshots, call control, and a goodbye.
func TestSockets(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	o := switchsim.Options{Seed: 1, Agents: 200, Queues: 1, RoutePoints: 1, Xsi: switchsim.XsiOptions{Domain: "pbx.example"}}
	var servers []string
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		o.Xsi.XSPs = append(o.Xsi.XSPs, l)
		servers = append(servers, "http://"+l.Addr().String())
	}
	sim, err := switchsim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { _ = sim.Run(ctx) })
	defer running.Wait()
	defer stop()

	c, err := Open(ctx, Options{
		Link: "l", Servers: servers, Self: 1, User: "ctiadmin@pbx.example", Password: "secret", SetID: "holdline:c:sw", ApplicationID: "holdline",
		Domain: "pbx.example", Packages: []xsi.Package{xsi.PackageAdvancedCall}, Expires: 3600, Heartbeat: time.Second, RequestTimeout: 10 * time.Second,
		MaxOutstanding: 32, Hold: time.Second, Audit: time.Minute, Stall: 10 * time.Second,
		Dial: func(ctx context.Context, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		},
		Kind: func(string) Kind { return Person }, Wanted: func(string) bool { return true },
		Led: func() (uint64, bool) { return 1, false }, Last: func(string) Place { return Place{} }, Heard: func(string) bool { return false },
		Logger: hclog.NewNullLogger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	l := &log{more: make(chan struct{})}
	c.Lead(l)
	each := func(do func(device string, done func())) time.Duration {
		began := time.Now()
		var open sync.WaitGroup
		for n := range 200 {
			open.Add(1)
			do(fmt.Sprint(1000+n), open.Done)
		}
		open.Wait()
		return time.Since(began)
	}
	bad := make(chan string, 1000)
	subscribed := each(func(d string, done func()) {
		c.Watch(d, func(ok bool) {
			if !ok {
				bad <- d
			}
			done()
		})
	})
	refreshed := each(func(d string, done func()) {
		c.Snapshot(d, driver.Ask{}, func(ok bool) {
			if !ok {
				bad <- d
			}
			done()
		})
	})
	if len(bad) > 0 {
		t.Fatalf("no answer about %s and %d more", <-bad, len(bad))
	}
	t.Logf("200 subscriptions in %v, 200 snapshots in %v", subscribed, refreshed)

	if _, err := sim.Do(switchsim.Move{Action: "dial", Device: "1900", To: "1901"}); err != nil {
		t.Fatal(err)
	}
	if _, err := sim.Do(switchsim.Move{Action: "inbound", Device: "+19005550100", To: "1005"}); err != nil {
		t.Fatal(err)
	}
	l.await(t, "delivered ")
	l.await(t, "established ")
	tracking := ""
	for _, u := range sim.Xsi().Users {
		if u.Device == "1005" {
			tracking = u.Calls[0].Tracking
		}
	}
	came := make(chan error, 1)
	c.Execute(7, func() (*driver.Order, error) {
		return &driver.Order{
			Request: &fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: &fsmpb.Conn{Call: 1, Device: "1005"}},
			First:   &fsmpb.SwitchConn{Call: tracking, Device: "1005"},
		}, nil
	}, func(err error) { came <- err })
	if err := <-came; err != nil {
		t.Fatal(err)
	}
	l.await(t, "held "+tracking+"/1005")
	c.Close()
	x := sim.Xsi()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(30 * time.Second); len(x.Sets[0].Channels) > 0; x = sim.Xsi() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%d channels are left after the goodbye", len(x.Sets[0].Channels))
		}
	}
	if x.Counters.Delivered == 0 || x.Counters.Unanswered != 0 || len(x.Subscriptions) != 200 {
		t.Errorf("%d subscriptions, counters %+v", len(x.Subscriptions), x.Counters)
	}
	for _, v := range sim.Violations() {
		t.Errorf("violation: %+v", v)
	}
}
