package cstaserver

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// says has the switch tell its status.
func (cl *cluster) says(status string) {
	cl.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Status{Status: &fsmpb.LinkStatus{Status: status}}})
}

// An overload is told while it lasts, to clients that come during it too, and
// only the switch ends it: by overloadRelieved, by normal, or by both.
func TestOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t)
		n := start(t, cl, Options{StatusFirst: true, Heartbeat: 30 * time.Second, Misses: 2})
		c := n.client(4)
		c.expect("0000 " + statusNormal)
		c.send("0000", "<SystemStatusResponse/>")
		cl.says("overloadImminent")
		c.expect("9000 " + status("overloadImminent"))
		cl.says("overloadReached")
		c.expect("9001 " + status("overloadReached"))
		c.quiet()
		late := n.client(4)
		late.expect("0000 " + status("overloadReached"))
		late.send("0000", "<SystemStatusResponse/>")
		c.send("0001", "<RequestSystemStatus/>")
		c.expect("0001 <RequestSystemStatusResponse><systemStatus>overloadReached</systemStatus></RequestSystemStatusResponse>")
		cl.says("messagesLost") // a moment, and nothing is wrong with any device
		c.quiet()
		time.Sleep(30 * time.Second)
		c.expect("9002 " + status("overloadReached")) // a heartbeat
		c.send("9002", "<SystemStatusResponse/>")
		late.expect("9000 " + status("overloadReached"))
		late.send("9000", "<SystemStatusResponse/>")

		cl.says("overloadRelieved")
		for _, c := range []*client{c, late} {
			c.quiet1(status("overloadRelieved"))
			c.send("0001", "<RequestSystemStatus/>")
			c.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		}
		cl.says("normal")
		c.quiet1(statusNormal)
		cl.says("overloadReached")
		c.quiet1(status("overloadReached"))
		cl.says("normal")
		c.quiet1(statusNormal)
	})
}

// quiet1 expects one request of the server's, and then silence.
func (c *client) quiet1(want string) {
	c.t.Helper()
	if f := c.next(); f.String() != f.invoke+" "+declaration+c.full(want) {
		c.t.Errorf("got %v, want %s", f, want)
	}
	c.quiet()
}

// A takeover behind a client passes as unseen while the switch is overloaded as
// when all is normal, and the overload stays.
func TestOverloadOutlivesATakeover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t)
		n := start(t, cl, Options{})
		c := n.client(4)
		c.send("0001", "<RequestSystemStatus/>")
		c.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		cl.says("overloadReached")
		c.quiet1(status("overloadReached"))
		cl.claim()
		cl.says("overloadReached")
		synctest.Wait()
		cl.ready()
		c.quiet()
		cl.claim()
		c.quiet1(status("initializing"))
		cl.says("overloadReached")
		cl.ready()
		c.quiet1(status("overloadReached"))
		// It is relieved while nobody leads.
		cl.claim()
		cl.says("normal")
		synctest.Wait()
		cl.ready()
		c.quiet1(statusNormal)
	})
}

// A follower that serves nobody tells nothing of it.
func TestOverloadBehindAFollower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t)
		n := start(t, cl, Options{})
		n.role.set(false, true, true)
		c := n.client(4)
		c.send("0001", "<RequestSystemStatus/>")
		c.expect("0001 <RequestSystemStatusResponse><systemStatus>disabled</systemStatus></RequestSystemStatusResponse>")
		for _, s := range []string{"overloadReached", "overloadRelieved", "normal"} {
			cl.says(s)
		}
		c.quiet()
	})
}

// When the log is behind, clients hear it and are refused what can wait: reads first,
// then those that are not attached yet, then requests.
func TestPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		cl.watch("1000")
		n := start(t, cl, Options{StatusFirst: true})
		c := n.client(4)
		c.expect("0000 " + statusNormal)
		c.send("0000", "<SystemStatusResponse/>")
		c.monitor("0001", "1000")
		late := n.client(4)
		late.expect("0000 " + statusNormal)
		late.send("0000", "<SystemStatusResponse/>")
		const (
			busy     = "<CSTAErrorCode><systemResourceAvailibility>resourceBusy</systemResourceAvailibility></CSTAErrorCode>"
			snapshot = "<SnapshotDevice><snapshotObject>1000</snapshotObject></SnapshotDevice>"
			monitor  = "<MonitorStart><monitorObject><deviceObject>1000</deviceObject></monitorObject></MonitorStart>"
			hold     = "<HoldCall><callToBeHeld><callID>1</callID><deviceID>1000</deviceID></callToBeHeld></HoldCall>"
		)
		waits := func(d time.Duration) {
			n.waited.Store(int64(d))
			time.Sleep(d + 100*time.Millisecond) // it is under way for so long
		}
		waits(300 * time.Millisecond)
		c.quiet1(status("overloadImminent"))
		late.quiet1(status("overloadImminent"))
		waits(1200 * time.Millisecond)
		c.quiet1(status("overloadReached"))
		late.quiet1(status("overloadReached"))
		c.send("0002", snapshot)
		c.expect("0002 " + busy)
		c.send("0003", hold)
		if f := c.next(); f.String() == "0003 "+declaration+c.full(busy) {
			t.Error("a request was refused before its turn")
		}
		waits(2500 * time.Millisecond)
		late.send("0001", monitor)
		late.expect("0001 " + busy)
		waits(5 * time.Second)
		c.send("0004", hold)
		c.expect("0004 " + busy)
		if s := n.listener.Stats(); s.Shed != 3 {
			t.Errorf("%d counted", s.Shed)
		}
		n.waited.Store(0)
		time.Sleep(2 * time.Second)
		c.quiet1(statusNormal)
		c.send("0005", snapshot)
		c.expect("0005 <SnapshotDeviceResponse><crossRefIDorSnapshotData><snapshotData></snapshotData></crossRefIDorSnapshotData></SnapshotDeviceResponse>")
	})
}
