package cstaserver

import (
	"errors"
	"fmt"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// pump judges what the feed has, in order, as long as the client takes it. At
// the end of the feed it gives the answers that wait for that.
func (c *conn) pump() {
	for c.ended == nil {
		if c.paused() {
			c.checkLag()
			return
		}
		if g := c.sess.gap; g != nil {
			if !g.run(c) {
				continue // paused: what waits is above the limit now
			}
			c.sess.gap = nil
			c.mark(c.at)
		}
		v := c.l.d.Replica.View()
		err := v.Feed().After(c.at, func(r *fsm.Record) bool {
			c.at = fsm.PositionOf(r.Position)
			c.seq++
			c.record(v, r)
			if c.sess.gap != nil || c.ended != nil {
				return false
			}
			c.mark(c.at)
			if len(c.buf) >= flushAt {
				c.flush()
			}
			return !c.paused()
		})
		if err != nil {
			c.fellBehind(v, err)
			return
		}
		if c.sess.gap == nil && !c.at.Before(v.Feed().Last()) {
			c.seq = v.Feed().Total()
			c.answer(v)
			return
		}
	}
}

// checkLag cuts a client off that lags too far behind.
func (c *conn) checkLag() {
	feed := c.l.d.Replica.View().Feed()
	switch lag := feed.Total() - c.seq; {
	case lag > uint64(c.l.o.QueueRecords):
		c.end(c.tooSlow(fmt.Sprintf("%d records of the feed wait for it, the limit is %d", lag, c.l.o.QueueRecords)))
	case c.at.Before(feed.Floor()):
		c.end(c.tooSlow("the feed no longer holds what it has not taken"))
	case c.waiting() > c.l.o.QueueBytes:
		c.end(c.tooSlow(fmt.Sprintf("%d octets wait for it, the limit is %d", c.waiting(), c.l.o.QueueBytes)))
	}
}

// fellBehind ends a session that missed records. A connection that monitors
// nothing goes on from the present state.
func (c *conn) fellBehind(v *fsm.State, err error) {
	if errors.Is(err, fsm.ErrCursorTooOld) && c.sess.state == unattached {
		c.at, c.seq = v.Feed().Last(), v.Feed().Total()
		c.status = statusIn(v, c.l.o.Switch)
		return
	}
	c.end(c.tooSlow(err.Error()))
}

// record judges one record: what of it the client hears.
func (c *conn) record(v *fsm.State, r *fsm.Record) {
	if r.Switch != "" && r.Switch != c.l.o.Switch {
		return
	}
	switch k := r.Kind.(type) {
	case *fsmpb.Record_Call, *fsmpb.Record_Agent, *fsmpb.Record_Feature, *fsmpb.Record_Private:
		c.hear(r, nil)
	case *fsmpb.Record_Status:
		c.statusChanged(k.Status)
	case *fsmpb.Record_Reply:
		c.replied(r, k.Reply)
	case *fsmpb.Record_MonitorEnded:
		c.monitorEnded(k.MonitorEnded)
	case *fsmpb.Record_Session:
		c.sessionChanged(v, r, k.Session)
	case *fsmpb.Record_Route:
		c.routeAsked(r, k.Route)
	case *fsmpb.Record_RouteOver:
		if c.sess.met {
			c.routeOver(r, k.RouteOver)
		}
	}
}

// hear sends an event to the monitors that hear it, of those that ok lets
// through; nil lets all. It returns how many there were.
func (c *conn) hear(r *fsm.Record, ok func(*monitor) bool) int {
	var xml *csta.EventXML
	known := false
	n := 0
	typ, hearers := c.sess.monitors.hearers(r)
	for _, h := range hearers {
		if !h.m.passes(typ) || ok != nil && !ok(h.m) {
			continue
		}
		if !known {
			known, xml = true, c.encode(r)
		}
		if xml != nil && c.event(r, xml, h.m, h.state) {
			n++
		}
	}
	if c.sent += n; n > 0 && ok == nil {
		c.l.d.Failover.Told(c.l.o.Switch)
	}
	return n
}

// event appends a monitor's copy of an event.
func (c *conn) event(r *fsm.Record, xml *csta.EventXML, m *monitor, state fsmpb.ConnectionState) bool {
	buf, err := xml.AppendFrame(c.buf, m.id, localState(state))
	if err != nil {
		c.log.Error("event not sent", "position", fsm.PositionOf(r.Position), "monitor", m.xref, "error", err)
		return false
	}
	c.buf = buf
	return true
}

// encode gives a record as XML, which was made for whoever heard it first; nil
// if CSTA has no event for it.
func (c *conn) encode(r *fsm.Record) *csta.EventXML {
	e, first := c.l.d.Events.of(r, c.asso.edition)
	if !first {
		return e.xml
	}
	c.l.count.encoded.add(1)
	switch {
	case e.err == nil:
	case e.xml == nil:
		c.log.Error("event not sent", "position", fsm.PositionOf(r.Position), "event", e.name, "error", e.err)
	default:
		c.l.count.cut.add(1)
		c.log.Warn("event sent without all that it carries", "position", fsm.PositionOf(r.Position), "event", e.name, "error", e.err)
	}
	return e.xml
}
