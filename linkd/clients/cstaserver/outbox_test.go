package cstaserver

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdline/holdline/fsm"
)

// pair is a TCP connection whose far end takes little before it is read.
func pair(t *testing.T) (near, far *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	dialed := make(chan net.Conn)
	go func() {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Error(err)
		} else {
			_ = c.(*net.TCPConn).SetReadBuffer(32 << 10)
		}
		dialed <- c
	}()
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn), (<-dialed).(*net.TCPConn)
}

// Octets that TCP took but the peer's TCP didn't acknowledge are not delivered:
// they die with the process.
func TestDeliveredIsAcknowledged(t *testing.T) {
	near, far := pair(t)
	defer near.Close()
	defer far.Close()
	if err := near.SetWriteBuffer(4 << 20); err != nil {
		t.Fatal(err)
	}
	o := newOutbox(near, time.Minute)
	const size, count = 4096, 256 // less than the write buffer, more than the far end takes unread
	for i := range uint64(count) {
		at := fsm.Position{Index: i + 1}
		o.push(make([]byte, size), []mark{{(i + 1) * size, at}}, at)
	}
	o.close()
	go o.run()
	<-o.ended
	if err := o.failure(); err != nil {
		t.Fatal(err)
	}
	if o.pending() != 0 {
		t.Fatalf("%d octets were not written", o.pending())
	}
	at, more := o.Delivered()
	if unacked, known := o.unacked(); known && unacked == 0 {
		t.Skip("this kernel's loopback acknowledged all of it")
	}
	if !more || at.Index >= count {
		t.Errorf("delivered up to %v, more %v, before the peer read anything", at, more)
	}
	if _, err := io.ReadFull(far, make([]byte, size*count)); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(10 * time.Second); ; {
		if at, more = o.Delivered(); !more {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("delivered up to %v only, though all was read", at)
		}
		time.Sleep(time.Millisecond) // TCP tells nobody of an acknowledgement
	}
	if at.Index != count {
		t.Errorf("delivered up to %v", at)
	}
}

// What waits while a write is going on goes out in one write; what was cut off
// goes out alone.
func TestWritesAtOnce(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	o := newOutbox(near, time.Minute)
	go o.run()
	// Each read of a pipe takes no more than one write.
	next := func() string {
		t.Helper()
		_ = far.SetReadDeadline(time.Now().Add(10 * time.Second))
		b := make([]byte, 3*writeLimit)
		n, err := far.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	push := func(s string) { o.push([]byte(s), nil, fsm.Position{}) }
	push("first")
	if _, err := io.ReadFull(far, make([]byte, 1)); err != nil { // the writer has it
		t.Fatal(err)
	}
	for _, s := range []string{"a", "b", "c"} {
		push(s)
	}
	o.cut()
	o.cut()
	push("alone")
	o.cut()
	push("d")
	push("e")
	o.cut() // at the end it cuts nothing
	for _, want := range []string{"irst", "abc", "alone", "de"} {
		if got := next(); got != want {
			t.Errorf("a write of %q instead of %q", got, want)
		}
	}
	long := strings.Repeat("x", 2*writeLimit+1)
	push(long)
	for _, want := range []int{writeLimit, writeLimit, 1} {
		if got := len(next()); got != want {
			t.Errorf("a write of %d octets instead of %d", got, want)
		}
	}
	o.close()
	<-o.ended
	if at, more := o.Delivered(); more || o.pending() != 0 {
		t.Errorf("%d octets wait, delivered up to %v", o.pending(), at)
	}
}

// A connection that died tells nothing new.
func TestDeliveredAfterTheConnectionDied(t *testing.T) {
	near, far := pair(t)
	o := newOutbox(near, time.Minute)
	go o.run()
	o.push([]byte("x"), []mark{{1, fsm.Position{Index: 1}}}, fsm.Position{Index: 1})
	if _, err := io.ReadFull(far, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if at, _ := o.Delivered(); at.Index == 1 {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("not delivered")
		}
	}
	_ = far.Close()
	_ = near.Close()
	o.push([]byte("y"), []mark{{2, fsm.Position{Index: 2}}}, fsm.Position{Index: 2})
	<-o.ended
	if at, more := o.Delivered(); at.Index != 1 || !more {
		t.Errorf("delivered up to %v, more %v", at, more)
	}
}

// What the client need not hear counts as told once all before it has arrived.
func TestDeliveredWithoutFrames(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	o := newOutbox(near, time.Minute)
	go o.run()
	at := func(i uint64) fsm.Position { return fsm.Position{Index: i} }
	o.push(nil, nil, at(3))
	if got, more := o.Delivered(); got != at(3) || more {
		t.Errorf("%v, %v", got, more)
	}
	o.push([]byte("ab"), []mark{{1, at(4)}, {2, at(5)}}, at(9))
	if got, more := o.Delivered(); got != at(3) || !more {
		t.Errorf("%v, %v", got, more)
	}
	if _, err := io.ReadFull(far, make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	// Frames of no record of their own: a replay.
	o.push([]byte("cd"), nil, at(9))
	o.push(nil, nil, at(12))
	if _, err := io.ReadFull(far, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if got, more := o.Delivered(); got != at(9) || !more {
		t.Errorf("%v, %v", got, more)
	}
	if _, err := io.ReadFull(far, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	o.close()
	<-o.ended
	if got, more := o.Delivered(); got != at(12) || more {
		t.Errorf("%v, %v", got, more)
	}
	_ = far.Close()
}

// Over a real socket: events, progress, and a shutdown that the client sees as
// an end, not as an error.
func TestOverTCP(t *testing.T) {
	cl := newCluster(t, "1000")
	n := startTCP(t, cl, Options{})
	c := n.client(4)
	n.monitored(c, "1000")
	want := cl.calls("1000", "1", 200)
	var got story
	for range want {
		got = append(got, tell(c.next()))
	}
	if !equal(got, want) {
		t.Error("heard something else")
	}
	cl.wait("the delivered position", func(v *fsm.State) bool {
		s, _ := v.Session(1)
		return !fsm.PositionOf(s.GetDelivered()).Before(v.Feed().Last())
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.stop()
	}()
	c.expect("9000 " + status("disabled"))
	c.closed()
	c.close()
	<-done
	if s, _ := cl.View().Session(1); s.GetAttachment() != 0 {
		t.Error("still attached")
	}
}

func TestOptions(t *testing.T) {
	good := Options{Name: "ts", Switch: "pbx"}.withDefaults()
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Options){
		"name and switch are required": func(o *Options) { o.Name = "" },
		"edition 7: choose 3 to 6":     func(o *Options) { o.Edition = 7 },
		"filter polarity":              func(o *Options) { o.FilterPolarity = "both" },
		"resume":                       func(o *Options) { o.Resume = "never" },
		"serve":                        func(o *Options) { o.Serve = "all" },
		"longest frame":                func(o *Options) { o.MaxFrame = 100 },
		"queue of":                     func(o *Options) { o.QueueBytes = 1 },
		"session life":                 func(o *Options) { o.SessionLife = time.Second },
		"negative":                     func(o *Options) { o.Misses = -1 },
	} {
		o := good
		change(&o)
		if err := o.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
