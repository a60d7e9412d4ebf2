package cstaserver

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// story is what a T-Server was told: one line an event.
type story []string

func tell(f frame) string {
	name, rest, _ := strings.Cut(strings.TrimPrefix(f.xml, declaration+"<"), " ")
	between := func(tag string) string {
		_, v, _ := strings.Cut(rest, "<"+tag+">")
		v, _, _ = strings.Cut(v, "</"+tag+">")
		return v
	}
	return name + " xref " + between("monitorCrossRefID") + " call " + between("callID") + " device " + between("deviceID")
}

// hear gathers events until the heartbeat is answered.
func (c *client) hear() story {
	c.t.Helper()
	var s story
	c.send("8888", "<SystemStatus/>")
	for {
		f := c.next()
		if f.invoke == "8888" {
			return s
		}
		s = append(s, tell(f))
	}
}

// calls makes calls from 2000 to a device, ringing and cleared, and gives what
// its monitor is to hear of them.
func (cl *cluster) calls(device, xref string, n int) story {
	var s story
	for range n {
		cl.ordinal++ // a new name for each call
		name := strconv.FormatUint(cl.ordinal, 10)
		cl.ordinal--
		cl.delivered(name, "2000", device, device, fsmpb.ConnectionState_ALERTING)
		call, ok := cl.View().CallByName(testLink, name)
		if !ok {
			cl.t.Fatal("no call")
		}
		cl.cleared(name, device, device, fsmpb.ConnectionState_NULL)
		s = append(s, fmt.Sprintf("DeliveredEvent xref %s call %d device %s", xref, call.Id, device),
			fmt.Sprintf("ConnectionClearedEvent xref %s call %d device %s", xref, call.Id, device))
	}
	return s
}

func equal(a, b story) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }

// A T-Server that loses its node comes back on another one: the same cross
// reference ID, the events of the gap, then new ones.
func TestGapIsReplayedOnAnotherNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000", "1001")
		n, m := start(t, cl, Options{}), start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "1000")
		n.monitored(c, "1001")
		before := cl.calls("1000", "1", 3)
		if got := c.hear(); !equal(got, before) {
			t.Fatalf("heard %v, want %v", got, before)
		}
		time.Sleep(time.Second) // delivered positions are in the log
		c.close()

		gap := cl.calls("1000", "1", 5)
		other := cl.calls("1001", "2", 2)
		d := m.client(4)
		d.send("0001", "<RequestSystemStatus/>")
		d.expect("0001 <RequestSystemStatusResponse><systemStatus>normal</systemStatus></RequestSystemStatusResponse>")
		d.quiet() // nothing before the MonitorStart
		if got := d.monitor("0002", "1000"); got != "1" {
			t.Fatalf("cross reference ID %s", got)
		}
		if got := d.hear(); !equal(got, gap) {
			t.Fatalf("heard\n%v\nwant\n%v", got, gap)
		}
		fresh := cl.calls("1000", "1", 1)
		if got := d.hear(); !equal(got, fresh) {
			t.Fatalf("heard %v, want %v", got, fresh)
		}
		other = append(other, cl.calls("1001", "2", 1)...)
		if got := d.monitor("0003", "1001"); got != "2" {
			t.Fatalf("cross reference ID %s", got)
		}
		if got := d.hear(); !equal(got, other) {
			t.Fatalf("heard\n%v\nwant\n%v", got, other)
		}
		// A second equal one gets a new ID.
		if got := d.monitor("0004", "1000"); got != "3" {
			t.Fatalf("cross reference ID %s", got)
		}
		if s := m.listener.Stats(); s.Replayed != uint64(len(gap)+len(other)) || s.Repeated != 0 {
			t.Errorf("%d replayed, %d repeated", s.Replayed, s.Repeated)
		}
	})
}

// What a client was told and the log doesn't know yet is told again; nothing
// else is.
func TestRepeatsAreThoseOfTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "1000")
		old := cl.calls("1000", "1", 4)
		if got := c.hear(); !equal(got, old) {
			t.Fatal(got)
		}
		time.Sleep(time.Second)
		cl.noLeader() // positions don't get into the log any more
		window := cl.calls("1000", "1", 3)
		if got := c.hear(); !equal(got, window) {
			t.Fatal(got)
		}
		c.close()
		time.Sleep(10 * time.Second) // neither does the end of the connection
		cl.leader()
		gap := cl.calls("1000", "1", 2)
		d := n.client(4)
		d.monitor("0001", "1000")
		if got := d.hear(); !equal(got, append(window, gap...)) {
			t.Fatalf("heard\n%v\nwant\n%v", got, append(window, gap...))
		}
		if s := n.listener.Stats(); s.Repeated != uint64(len(window)) || s.Replayed != uint64(len(window)+len(gap)) {
			t.Errorf("%d repeated, %d replayed", s.Repeated, s.Replayed)
		}
	})
}

// A T-Server closes a link that isn't normal and reads no further, although TCP
// took what followed: that is told again. It isn't, to a client that stays and
// answers a later status.
func TestWhatFollowsAStatusIsToldAgain(t *testing.T) {
	for _, stays := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			cl := newCluster(t, "1000")
			n := start(t, cl, Options{})
			c := n.client(4)
			n.monitored(c, "1000")
			if got, want := c.hear(), cl.calls("1000", "1", 2); len(got) != 0 {
				t.Fatalf("heard %v before %v", got, want)
			}
			c.hear()
			time.Sleep(time.Second)
			n.role.set(false, true, true)
			synctest.Wait()
			after := cl.calls("1000", "1", 2)
			n.role.set(true, true, true)
			synctest.Wait()
			after = append(after, cl.calls("1000", "1", 2)...)
			synctest.Wait()
			if stays {
				for _, invoke := range []string{"9000", "9001", "9002"} {
					c.send(invoke, "<SystemStatusResponse/>")
				}
				c.hear()
				cl.calls("1000", "1", 1) // so that there is something to count as delivered
				after = nil
			}
			time.Sleep(time.Second)
			c.hear()
			time.Sleep(time.Second)
			c.close()
			d := n.client(4)
			d.monitor("0001", "1000")
			if got := d.hear(); !equal(got, after) {
				t.Errorf("stays %v: heard\n%v\nwant\n%v", stays, got, after)
			}
		})
	}
}

// A connection that dies while it is told the gap loses nothing of it.
func TestGapInAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "1000")
		time.Sleep(time.Second)
		c.close()
		time.Sleep(time.Second)
		gap := cl.calls("1000", "1", 1000)

		// Reads the answer and some events, then goes.
		nc := n.dial(tserver1)
		_, _ = nc.Write(frameOf("0001", `<MonitorStart`+namespace(4)+`><monitorObject><deviceObject>1000</deviceObject></monitorObject></MonitorStart>`))
		some := make([]byte, 100_000)
		for got := 0; got < len(some); {
			k, err := nc.Read(some[got:])
			if err != nil {
				t.Fatal(err)
			}
			got += k
		}
		_ = nc.Close()
		time.Sleep(2 * time.Second)

		d := n.client(4)
		if got := d.monitor("0001", "1000"); got != "1" {
			t.Fatal(got)
		}
		var heard story
		for range gap {
			heard = append(heard, tell(d.next()))
		}
		if !equal(heard, gap) {
			t.Fatal("not the gap")
		}
		if got := d.hear(); len(got) != 0 {
			t.Fatalf("heard %v on top of it", got)
		}
	})
}

// resume = snapshot: no replay.
func TestSnapshotResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{Resume: Snapshot})
		c := n.client(4)
		n.monitored(c, "1000")
		c.close()
		time.Sleep(time.Second)
		cl.calls("1000", "1", 2)
		d := n.client(4)
		if got := d.monitor("0001", "1000"); got != "1" {
			t.Fatal(got)
		}
		if got := d.hear(); len(got) != 0 {
			t.Fatalf("heard %v", got)
		}
		fresh := cl.calls("1000", "1", 1)
		if got := d.hear(); !equal(got, fresh) {
			t.Fatal(got)
		}
	})
}

// Below the feed's floor the client is told that messages are lost, and goes on.
func TestGapBelowTheFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "1000")
		c.close()
		time.Sleep(time.Second)
		cl.must(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: &fsmpb.Settings{FeedRecords: 1024}}}})
		cl.calls("1000", "1", 700)
		d := n.client(4)
		d.send("0001", "<MonitorStart><monitorObject><deviceObject>1000</deviceObject></monitorObject></MonitorStart>")
		if got := d.started("0001"); got != "1" {
			t.Fatal(got)
		}
		d.expect("9000 "+status("messagesLost"), "9001 "+statusNormal)
		if got := n.listener.Stats().Lost; got != 1 {
			t.Errorf("%d counted", got)
		}
		fresh := cl.calls("1000", "1", 1)
		if got := d.hear(); !equal(got, fresh) {
			t.Fatal(got)
		}
	})
}

// A connection of the same client takes the session over; the old one is told.
func TestSessionMovesToAnotherConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n, m := start(t, cl, Options{}), start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "1000")
		d := m.client(4)
		if got := d.monitor("0001", "1000"); got != "1" {
			t.Fatal(got)
		}
		c.expect("9000 " + status("disabled"))
		c.closed()
		s, _ := cl.View().Session(1)
		if s.Attachment != 2 {
			t.Errorf("attachment %d: the old connection's end touched the new one", s.Attachment)
		}
		fresh := cl.calls("1000", "1", 1)
		if got := d.hear(); !equal(got, fresh) {
			t.Fatal(got)
		}
	})
}

const startTS = "<StartApplicationSession><applicationInfo><applicationID>ts</applicationID><applicationSpecificInfo><SessionLoginInfo><sessionID>%s</sessionID></SessionLoginInfo></applicationSpecificInfo></applicationInfo><requestedSessionDuration>600</requestedSessionDuration></StartApplicationSession>"

func (c *client) session(resume, want string) {
	c.t.Helper()
	c.send("0001", fmt.Sprintf(startTS, resume))
	c.expect("0001 <StartApplicationSessionPosResponse><sessionID>"+want+"</sessionID><actualProtocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed4</actualProtocolVersion><actualSessionDuration>600</actualSessionDuration></StartApplicationSessionPosResponse>",
		"9000 "+statusNormal)
}

// A client that asks for its session by ID goes on without new MonitorStarts,
// and hears the answer to what it had asked.
func TestResumeByID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000", "1001")
		n, m := start(t, cl, Options{}), start(t, cl, Options{})
		c := n.client(4)
		c.session("", "1")
		n.monitored(c, "1000")
		n.monitored(c, "1001")
		cl.calls("1000", "1", 1)
		c.hear()
		c.send("0042", "<MakeCall><callingDevice>1000</callingDevice><calledDirectoryNumber>2000</calledDirectoryNumber></MakeCall>")
		time.Sleep(time.Second)
		c.close()
		time.Sleep(time.Second)
		gap := cl.calls("1000", "1", 2)
		cl.done(&fsmpb.Outcome{Result: fsmpb.OutcomeResult_DONE, Connection: swConn("88", "1000")})
		call, _ := cl.View().CallByName(testLink, "88")
		gap = append(gap, fmt.Sprintf("MakeCallResponse xref  call %d device 1000", call.GetId()))
		gap = append(gap, cl.calls("1001", "2", 2)...)

		d := m.client(4)
		d.session("1", "1")
		m.cl.wait("the attachment", func(v *fsm.State) bool { s, _ := v.Session(1); return s.GetAttachment() == 2 })
		synctest.Wait()
		fresh := cl.calls("1001", "2", 1)
		if got, want := d.hear(), append(gap, fresh...); !equal(got, want) {
			t.Fatalf("heard\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// A session that isn't the client's is not resumed.
func TestResumeOfAnothersSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "1000") // session 1, of an address
		d := n.clientAt(tserver2, 4)
		d.session("1", "2")
		cl.calls("1000", "1", 1)
		if got := d.hear(); len(got) != 0 {
			t.Fatalf("heard %v", got)
		}
	})
}
