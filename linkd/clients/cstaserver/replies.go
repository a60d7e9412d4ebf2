package cstaserver

import (
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// replied judges an answer to one of the session's commands.
func (c *conn) replied(r *fsm.Record, k *fsmpb.Reply) {
	s := &c.sess
	if k.Session != s.id || !s.met {
		return
	}
	if k.Attachment != s.attachment {
		if s.resume == s.id { // asked on an earlier connection of this client
			c.repliedBefore(k)
		}
		return
	}
	m, ok := s.pending[k.Ordinal]
	if !ok {
		return
	}
	delete(s.pending, k.Ordinal)
	s.answered(m)
	if k.Category != "" {
		c.fail(m.invoke, csta.ErrorCategory(k.Category), csta.ErrorValue(k.Value))
		return
	}
	switch b := k.Body.(type) {
	case *fsmpb.Reply_Monitor:
		c.monitorStarted(m, b.Monitor, fsm.PositionOf(r.Position))
	case *fsmpb.Reply_Filter:
		c.filterChanged(b.Filter)
		c.send(m.invoke, &csta.ChangeMonitorFilterResponse{ActualFilterList: m.filter})
	case *fsmpb.Reply_Router:
		c.send(m.invoke, &csta.RouteRegisterResponse{RouteRegisterReqID: decimal(b.Router.Registration)})
	case *fsmpb.Reply_Done:
		c.requestDone(m.invoke, b.Done)
	default:
		switch m.name {
		case (*csta.MonitorStop)(nil).Name():
			c.send(m.invoke, &csta.MonitorStopResponse{})
		case (*csta.RouteRegisterCancel)(nil).Name():
			c.send(m.invoke, &csta.RouteRegisterCancelResponse{})
		}
	}
}

// repliedBefore tells a resumed client the answer to a request that it made on
// an earlier connection, if the answer itself says what was asked.
func (c *conn) repliedBefore(k *fsmpb.Reply) {
	if k.Session != c.sess.id {
		return
	}
	invoke := uint16(k.Invoke)
	if k.Category != "" {
		c.fail(invoke, csta.ErrorCategory(k.Category), csta.ErrorValue(k.Value))
		return
	}
	switch b := k.Body.(type) {
	case *fsmpb.Reply_Monitor:
		if b.Monitor.Monitor != nil {
			if _, ok := c.sess.monitors.byXref[b.Monitor.Xref]; !ok {
				c.sess.monitors.put(newMonitor(b.Monitor.Monitor))
			}
		}
		c.send(invoke, monitorStartResponse(b.Monitor, csta.MonitorFilter{}))
	case *fsmpb.Reply_Filter:
		c.filterChanged(b.Filter)
		c.send(invoke, &csta.ChangeMonitorFilterResponse{})
	case *fsmpb.Reply_Router:
		c.send(invoke, &csta.RouteRegisterResponse{RouteRegisterReqID: decimal(b.Router.Registration)})
	case *fsmpb.Reply_Done:
		c.requestDone(invoke, b.Done)
	}
}

// monitorStarted answers MonitorStart. From here on the monitor's events are
// told; if the client had it before, first those that it missed.
func (c *conn) monitorStarted(asked pending, k *fsmpb.MonitorStarted, at fsm.Position) {
	c.send(asked.invoke, monitorStartResponse(k, asked.filter))
	if k.Monitor == nil {
		return
	}
	m := newMonitor(k.Monitor)
	c.sess.monitors.put(m)
	if !k.Resumed || c.l.o.Resume == Snapshot {
		return
	}
	if k.GapLost {
		c.messagesLost("records before the monitor was claimed are gone")
		return
	}
	c.startReplay(c.l.d.Replica.View(), m, fsm.PositionOf(k.ResumeFrom), at)
}

func monitorStartResponse(k *fsmpb.MonitorStarted, filter csta.MonitorFilter) *csta.MonitorStartResponse {
	return &csta.MonitorStartResponse{
		MonitorCrossRefID: decimal(k.Xref), ActualMonitorFilter: filter, MonitorExistingCalls: new(k.Existing),
	}
}

func (c *conn) filterChanged(k *fsmpb.FilterChanged) {
	if m, ok := c.sess.monitors.byXref[k.Xref]; ok {
		m.filter = k.Filter
	}
}

// monitorEnded tells the end of a monitor that the client didn't stop itself.
func (c *conn) monitorEnded(k *fsmpb.MonitorEnded) {
	if k.Session == c.sess.id && c.sess.monitors.drop(k.Xref) && !k.ByClient {
		c.request(&csta.MonitorStop{MonitorCrossRefID: decimal(k.Xref)})
	}
}
