package cstaserver

import (
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// gap is a part of the feed that is told again to a client that came back. It
// can pause: the client may be slow.
type gap struct {
	records []*fsm.Record
	next    int
	judge   func(*fsm.Record)
}

// run goes on with the gap and reports whether it is through.
func (g *gap) run(c *conn) bool {
	for ; g.next < len(g.records); g.next++ {
		if c.paused() {
			return false
		}
		g.judge(g.records[g.next])
		if len(c.buf) >= flushAt {
			c.flush()
		}
	}
	return true
}

// startReplay tells a monitor that was claimed what it missed between from and
// the record that claimed it. Nothing else is told meanwhile.
func (c *conn) startReplay(v *fsm.State, m *monitor, from, to fsm.Position) {
	records, err := c.sess.index.of(v, m, from, to)
	if err != nil {
		c.messagesLost("records after " + from.String() + " are gone")
		return
	}
	if len(records) > 0 {
		c.sess.gap = &gap{records: records, judge: func(r *fsm.Record) { c.hearAgain(r, func(o *monitor) bool { return o == m }) }}
	}
}

// hearAgain replays one record for some monitors.
func (c *conn) hearAgain(r *fsm.Record, ok func(*monitor) bool) {
	n := c.hear(r, ok)
	c.l.count.replayed.add(n)
	if known := c.l.remembered(c.sess.id); n > 0 && !known.Before(fsm.PositionOf(r.Position)) {
		c.l.count.repeated.add(n)
	}
}

// messagesLost says that events are missing. The present status follows.
func (c *conn) messagesLost(why string) {
	c.l.count.lost.add(1)
	c.log.Warn("client told of lost messages", "client", c.sess.client.Name, "session", c.sess.id, "reason", why)
	c.tellStatus(csta.StatusMessagesLost)
}

// gapIndex finds the records of one monitor in a part of the feed. It is made
// when the first monitor is claimed and serves all others.
type gapIndex struct {
	from, upto fsm.Position
	made       bool
	used       time.Time
	byDevice   map[string][]*fsm.Record
	byXref     map[uint64][]*fsm.Record
}

// indexKept is how long after the last claim the index is kept.
const indexKept = 30 * time.Second

// of gives what concerns a monitor after from and up to to.
func (x *gapIndex) of(v *fsm.State, m *monitor, from, to fsm.Position) ([]*fsm.Record, error) {
	if !x.made || from.Before(x.from) {
		*x = gapIndex{from: from, upto: from, made: true, byDevice: make(map[string][]*fsm.Record), byXref: make(map[uint64][]*fsm.Record)}
	}
	x.used = time.Now()
	if x.upto.Before(to) {
		err := v.Feed().After(x.upto, func(r *fsm.Record) bool {
			at := fsm.PositionOf(r.Position)
			if to.Before(at) {
				return false
			}
			x.upto = at
			x.add(r)
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	list := x.byDevice[m.device]
	if m.typ == fsmpb.MonitorType_CALL_TYPE {
		list = x.byXref[m.xref]
	}
	var out []*fsm.Record
	for _, r := range list {
		if at := fsm.PositionOf(r.Position); from.Before(at) && !to.Before(at) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (x *gapIndex) add(r *fsm.Record) {
	device := func(id string) { x.byDevice[id] = append(x.byDevice[id], r) }
	switch k := r.Kind.(type) {
	case *fsmpb.Record_Call:
		for _, h := range k.Call.Heard {
			device(h.Device)
		}
		for _, xref := range k.Call.Followers {
			x.byXref[xref] = append(x.byXref[xref], r)
		}
	case *fsmpb.Record_Agent:
		device(k.Agent.Device)
	case *fsmpb.Record_Feature:
		device(k.Feature.Device)
	case *fsmpb.Record_Private:
		device(k.Private.Via)
	}
}

// resume takes up a session that the client asked for by its ID: its monitors
// are known to it, so everything after what it was told follows, answers to
// requests in flight included.
func (c *conn) resume(v *fsm.State, s *fsm.Session, to fsm.Position) {
	for m := range v.Monitors() {
		if m.Session == s.Id && m.Claimed && !m.Pending && !to.Before(fsm.PositionOf(m.Started)) {
			c.sess.monitors.put(newMonitor(m))
		}
	}
	if c.l.o.Resume == Snapshot {
		return
	}
	from := fsm.PositionOf(s.Delivered)
	begun := make(map[uint64]fsm.Position) // monitors that began inside the gap
	var records []*fsm.Record
	err := v.Feed().After(from, func(r *fsm.Record) bool {
		at := fsm.PositionOf(r.Position)
		if !at.Before(to) {
			return false
		}
		switch k := r.Kind.(type) {
		case *fsmpb.Record_MonitorEnded:
			if k.MonitorEnded.Session == s.Id {
				c.sess.monitors.put(endedMonitor(k.MonitorEnded.Xref))
			}
		case *fsmpb.Record_Reply:
			if m := k.Reply.GetMonitor(); k.Reply.Session == s.Id && m != nil && !m.Resumed {
				begun[m.Xref] = at
			}
		}
		if r.Switch == "" || r.Switch == s.Switch {
			records = append(records, r)
		}
		return true
	})
	if err != nil {
		c.messagesLost("records after " + from.String() + " are gone")
		return
	}
	c.sess.gap = &gap{records: records, judge: func(r *fsm.Record) { c.hearGap(r, begun) }}
}

// endedMonitor stands for a monitor that followed a call and ended with it
// inside a gap: its last events are still to be told. Its filter is gone.
func endedMonitor(xref uint64) *monitor {
	return &monitor{xref: xref, id: decimal(xref), typ: fsmpb.MonitorType_CALL_TYPE, filter: passAll}
}

// hearGap judges a record inside the gap of a session that was taken up again.
func (c *conn) hearGap(r *fsm.Record, begun map[uint64]fsm.Position) {
	at := fsm.PositionOf(r.Position)
	switch k := r.Kind.(type) {
	case *fsmpb.Record_Call, *fsmpb.Record_Agent, *fsmpb.Record_Feature, *fsmpb.Record_Private:
		c.hearAgain(r, func(m *monitor) bool { return !at.Before(begun[m.xref]) })
	case *fsmpb.Record_Reply:
		c.repliedBefore(k.Reply)
	case *fsmpb.Record_MonitorEnded:
		c.monitorEnded(k.MonitorEnded)
	case *fsmpb.Record_RouteOver:
		c.routeOver(r, k.RouteOver)
	}
}
