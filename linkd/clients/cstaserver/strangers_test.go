package cstaserver

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Bad input closes its connection, is counted, is logged once a peer, and
// changes nothing.
func TestBadInput(t *testing.T) {
	deep := "<MonitorStart>" + strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000) + "</MonitorStart>"
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><MonitorStart>&b;</MonitorStart>`
	noise := make([]byte, 4096)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	noise[0] = 0xff
	big := frameOf("0001", strings.Repeat("\x01", 65527))
	big[2], big[3] = 0xff, 0xff
	for name, x := range map[string]struct {
		reason string
		input  []byte
	}{
		"random octets":           {"format indicator", noise},
		"length below the header": {"short length", []byte("\x00\x00\x00\x070001")},
		"letters as invoke ID":    {"invoke ID", frameOf("12a4", "<x/>")},
		"64 KiB of nonsense":      {"not XML", big},
		"HTTP":                    {"format indicator", []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")},
		"broken XML":              {"not well-formed", frameOf("0001", "<MonitorStart><monitorObject></MonitorStart>")},
		"deep nesting":            {"not well-formed", frameOf("0001", deep)},
		"entities":                {"not well-formed", frameOf("0001", bomb)},
		"half a frame, then gone": {"half a frame", frameOf("0001", "<MonitorStart/>")[:12]},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cl := newCluster(t, "1000")
				n := start(t, cl, Options{})
				good := n.clientAt(tserver2, 4)
				n.monitored(good, "1000")
				time.Sleep(time.Second)
				index, seen := cl.View().Index(), len(n.log.String())
				for range 3 {
					nc := n.dial(tserver1)
					done := make(chan struct{})
					go func() {
						defer close(done)
						buf := make([]byte, 4096)
						for {
							if _, err := nc.Read(buf); err != nil {
								return
							}
						}
					}()
					_, _ = nc.Write(x.input)
					synctest.Wait()
					_ = nc.Close()
					<-done
				}
				synctest.Wait()
				if got := n.listener.Stats().BadInput[x.reason]; got != 3 {
					t.Errorf("%d counted as %q: %v", got, x.reason, n.listener.Stats().BadInput)
				}
				if got := strings.Count(n.log.String()[seen:], "input refused"); got != 1 {
					t.Errorf("logged %d times", got)
				}
				if got := cl.View().Index(); got != index {
					t.Errorf("%d entries were proposed", got-index)
				}
				if got := n.listener.Stats().Open; got != 1 {
					t.Errorf("%d connections are open", got)
				}
				cl.delivered("77", "1001", "1000", "1000", fsmpb.ConnectionState_ALERTING)
				if got := tell(good.next()); got != "DeliveredEvent xref 1 call 1 device 1000" {
					t.Error(got)
				}
			})
		})
	}
}

// Half a frame from somebody who stays keeps a place only as long as silence.
func TestHalfAFrameIsSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{})
		c := n.client(4)
		c.raw(frameOf("0001", "<MonitorStart/>")[:10])
		begun := time.Now()
		c.closed()
		if d := time.Since(begun); d > 7*time.Second {
			t.Errorf("closed after %v", d)
		}
	})
}

// Foreign namespaces, or none, are no reason to refuse (csta-xml 8.1).
func TestForeignNamespaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{})
		c := n.client(4)
		for _, x := range []string{
			`<RequestSystemStatus/>`,
			`<RequestSystemStatus xmlns="urn:nobody"/>`,
			`<p:RequestSystemStatus/>`,
			`<p:RequestSystemStatus xmlns:p="http://www.ecma-international.org/standards/ecma-354/appl_session"/>`,
			` <!-- hello --> <RequestSystemStatus></RequestSystemStatus>`,
		} {
			c.raw(frameOf("0001", x))
			c.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		}
	})
}

// A thousand connections that say nothing keep nobody out and go away.
func TestSilentCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{MaxClients: 32})
		good := n.clientAt(tserver2, 4)
		n.monitored(good, "1000")
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		goroutines := runtime.NumGoroutine()
		var crowd []*client
		for range 1000 {
			crowd = append(crowd, n.client(4))
		}
		synctest.Wait()
		if got := n.listener.Stats().Open; got > 32 {
			t.Errorf("%d connections are open", got)
		}
		if got := runtime.NumGoroutine() - goroutines; got > 1000+31*8 { // each client of the test has one
			t.Errorf("%d more goroutines", got)
		}
		var after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&after)
		if got := int64(after.HeapAlloc) - int64(before.HeapAlloc); got > 32<<20 {
			t.Errorf("%d more octets of heap", got)
		}
		late := n.clientAt(tserver3, 4)
		late.send("0001", "<RequestSystemStatus/>")
		late.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		cl.delivered("77", "1001", "1000", "1000", fsmpb.ConnectionState_ALERTING)
		if got := tell(good.next()); got != "DeliveredEvent xref 1 call 1 device 1000" {
			t.Error(got)
		}
		time.Sleep(10 * time.Second)
		for _, c := range crowd {
			c.close()
		}
		synctest.Wait()
		if s := n.listener.Stats(); s.Open != 2 || s.Closed[errEvicted.Error()]+s.Closed[errSilent.Error()] != 1000 {
			t.Errorf("%+v", s)
		}
	})
}

// At the limit of clients that speak, further ones are turned away.
func TestTooManyClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newCluster(t), Options{MaxClients: 2})
		for range 2 {
			c := n.client(4)
			c.send("0001", "<SystemStatus/>")
			c.expect("0001 <SystemStatusResponse/>")
		}
		n.client(4).closed()
		if got := n.listener.Stats().BadInput["too many clients"]; got != 1 {
			t.Errorf("%d counted", got)
		}
	})
}

// slow starts a client that monitors and then takes nothing more.
func slow(n *node, from, device string) (closeIt func()) {
	nc := n.dial(from)
	if _, err := nc.Write(frameOf("0001", "<MonitorStart"+namespace(4)+"><monitorObject><deviceObject>"+device+"</deviceObject></monitorObject></MonitorStart>")); err != nil {
		n.t.Fatal(err)
	}
	return func() { _ = nc.Close() }
}

// A client that doesn't take its events is cut off; nobody else notices.
func TestSlowClientIsCutOff(t *testing.T) {
	for name, o := range map[string]Options{
		"a write gets stuck": {WriteTimeout: 10 * time.Second, Heartbeat: time.Hour},
		"it lags too far":    {WriteTimeout: time.Hour, QueueRecords: 500, Heartbeat: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cl := newCluster(t, "1000")
				n := start(t, cl, o)
				good := n.clientAt(tserver2, 4)
				n.monitored(good, "1000")
				gone := slow(n, tserver1, "1000")
				synctest.Wait()
				for range 1500 {
					want := cl.calls("1000", "1", 1)
					if got := (story{tell(good.next()), tell(good.next())}); !equal(got, want) {
						t.Fatalf("the other client heard %v, want %v", got, want)
					}
				}
				time.Sleep(12 * time.Second)
				if got := n.listener.Stats().Closed[errSlow.Error()]; got != 1 {
					t.Errorf("%d cut off", got)
				}
				if got := strings.Count(n.log.String(), "client cut off"); got != 1 {
					t.Errorf("logged %d times", got)
				}
				gone()
			})
		})
	}
}
