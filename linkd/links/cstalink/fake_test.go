package cstalink

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm/fsmpb"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/encoding/prototext"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a switch whose every frame the test writes down.
type fake struct {
	t *testing.T
	c net.Conn
	r *bufio.Reader
}

// read takes the next frame: its invoke ID and its XML.
func (f *fake) read() (string, string) {
	f.t.Helper()
	head := make([]byte, 8)
	if _, err := io.ReadFull(f.r, head); err != nil {
		f.t.Fatalf("the link sent nothing: %v", err)
	}
	body := make([]byte, int(binary.BigEndian.Uint16(head[2:]))-8)
	if _, err := io.ReadFull(f.r, body); err != nil {
		f.t.Fatal(err)
	}
	return string(head[4:]), string(body)
}

// expect takes the next frame, which must be this one, in edition 4, and returns
// its invoke ID. NS stands for the namespace.
func (f *fake) expect(want string) string {
	f.t.Helper()
	id, got := f.read()
	want = strings.ReplaceAll(want, "NS", `xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"`)
	if got != want {
		f.t.Fatalf("got  %s\nwant %s", got, want)
	}
	return id
}

// say writes a frame as the switch.
func (f *fake) say(invoke, body string) {
	f.t.Helper()
	body = strings.ReplaceAll(body, "NS", `xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"`)
	frame := append([]byte{0, 0, byte((len(body) + 8) >> 8), byte(len(body) + 8)}, invoke...)
	if _, err := f.c.Write(append(frame, body...)); err != nil {
		f.t.Errorf("write %s: %v", body, err)
	}
}

// event writes an event.
func (f *fake) event(body string) { f.t.Helper(); f.say("9999", body) }

// quiet fails if the link sends something within d.
func (f *fake) quiet(d time.Duration) {
	f.t.Helper()
	_ = f.c.SetReadDeadline(time.Now().Add(d))
	if b, err := f.r.Peek(8); err == nil {
		_ = f.c.SetReadDeadline(time.Time{})
		_, body := f.read()
		f.t.Fatalf("the link sent frame % x %s", b, body)
	}
	_ = f.c.SetReadDeadline(time.Time{})
	synctest.Wait()
}

// sink collects facts.
type sink struct {
	mu    sync.Mutex
	facts []*fsmpb.Fact
	block chan struct{} // if not nil, Fact waits for it
}

func (s *sink) Fact(f *fsmpb.Fact) {
	if s.block != nil {
		<-s.block
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts = append(s.facts, f)
}

func (s *sink) Settled(f func(bool)) { f(true) }

func (s *sink) Last() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return uint64(len(s.facts))
}

// told waits until nothing moves any more, then takes the facts that came since
// it was last called, one a line.
func (s *sink) told() []string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, f := range s.facts {
		out = append(out, text(f))
	}
	s.facts = nil
	return out
}

// text is a stable form of a fact.
func text(f *fsmpb.Fact) string {
	b, err := prototext.MarshalOptions{}.Marshal(f)
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(string(b), "  ", " ")
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("facts (-want +got):\n%s", d)
	}
}

func options() Options {
	return Options{
		Link: "l", ApplicationID: "app", Session: time.Minute, Filter: FilterAbsent,
		Associate: 2 * time.Second, RequestTimeout: 5 * time.Second, WriteTimeout: time.Second,
		MaxOutstanding: 8, PerSecond: 1000, Keepalive: 10 * time.Second, KeepaliveMisses: 2, Stall: 10 * time.Second,
		Logger: hclog.NewNullLogger(),
	}
}

// linked runs a test on an association that the switch opened with the status
// normal, and that leads.
func linked(t *testing.T, change func(*Options), test func(*fake, *Conn, *sink)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := options()
		if change != nil {
			change(&o)
		}
		f, c := associated(t, o)
		defer c.Close()
		defer f.c.Close()
		s := new(sink)
		c.Lead(s)
		test(f, c, s)
	})
}

func associated(t *testing.T, o Options) (*fake, *Conn) {
	t.Helper()
	f, opened := dial(t, o)
	f.say("0000", `<SystemStatus NS><systemStatus>normal</systemStatus></SystemStatus>`)
	f.expect(`<SystemStatusResponse NS/>`)
	r := <-opened
	if r.err != nil {
		t.Fatal(r.err)
	}
	return f, r.c
}

type opening struct {
	c   *Conn
	err error
}

// dial begins to open a link to a fake switch.
func dial(t *testing.T, o Options) (*fake, <-chan opening) {
	near, far := net.Pipe()
	f := &fake{t: t, c: far, r: bufio.NewReader(far)}
	opened := make(chan opening, 1)
	go func() {
		c, err := Open(context.Background(), near, o)
		opened <- opening{c, err}
	}()
	return f, opened
}

// watch starts a monitor with the given cross reference ID.
func watch(f *fake, c *Conn, s *sink, device, ref string) {
	f.t.Helper()
	c.Watch(device, func(bool) {})
	id := f.expect(fmt.Sprintf(`<MonitorStart NS><monitorObject><deviceObject>%s</deviceObject></monitorObject><monitorType>device</monitorType></MonitorStart>`, device))
	f.say(id, fmt.Sprintf(`<MonitorStartResponse NS><monitorCrossRefID>%s</monitorCrossRefID></MonitorStartResponse>`, ref))
	want(f.t, s.told(), fmt.Sprintf(`monitor:{device:%q up:true}`, device))
}
