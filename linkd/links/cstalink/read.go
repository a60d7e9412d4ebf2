package cstalink

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// read deals with the switch's frames one after the other until the connection
// is over. There is no marker to find the next frame by: after one that can't
// be read the connection is closed, and the resync after the next association
// makes good what was lost.
func (c *Conn) read() {
	r := bufio.NewReaderSize(c.nc, 64<<10)
	var buf []byte
	var decoder csta.Decoder
	for {
		f, err := csta.ReadFrame(r, buf, 0)
		if err != nil {
			c.fail(c.readError(err))
			return
		}
		buf = f.Body[:0]
		m, info, err := decoder.Decode(f.Body)
		if err != nil {
			c.bad("xml")
			c.fail(fmt.Errorf("read a %s: %w", info.Root, err))
			return
		}
		now := time.Since(c.started)
		c.heard.Store(int64(now))
		c.busy.Store(max(int64(now), 1))
		c.order.Lock()
		c.dispatch(f.InvokeID, m, info)
		c.order.Unlock()
		c.busy.Store(0)
		if c.Err() != nil {
			return
		}
	}
}

func (c *Conn) readError(err error) error {
	var frame *csta.FrameError
	switch {
	case errors.As(err, &frame):
		c.bad("frame")
	case errors.Is(err, io.ErrUnexpectedEOF):
		c.bad("half frame")
	case errors.Is(err, io.EOF):
		return errors.New("the switch closed the connection")
	}
	return fmt.Errorf("read a frame: %w", err)
}

func (c *Conn) bad(reason string) {
	if c.o.BadFrame != nil {
		c.o.BadFrame(reason)
	}
}

// dispatch deals with one message. The kind of the message decides, not its
// invoke ID: the two directions count for themselves, and some peers mix them up.
func (c *Conn) dispatch(invoke uint16, m csta.Message, info csta.Info) {
	c.fixEdition(info.Edition)
	if ref, ok := crossRef(m); ok {
		c.event(ref, m)
		return
	}
	switch m := m.(type) {
	case *csta.SystemStatus:
		c.reply(outgoing{invoke: invoke, message: new(csta.SystemStatusResponse)})
		c.setStatus(string(m.SystemStatus))
	case *csta.RequestSystemStatus:
		c.reply(outgoing{invoke: invoke, message: &csta.RequestSystemStatusResponse{SystemStatus: csta.StatusNormal}})
	case *csta.SystemRegisterAbort:
		c.registerAgain()
	case *csta.ApplicationSessionTerminated:
		c.fail(ErrTerminated)
	case *csta.MonitorStop:
		c.monitorEnded(invoke, m)
	case *csta.SnapshotDeviceData:
		c.segment(m.ServiceCrossRefID, m)
	case *csta.SnapshotCallData:
		c.segment(m.ServiceCrossRefID, m)
	case *csta.RouteRequest:
		c.routeRequest(m)
	case *csta.ReRoute:
		again := &fsmpb.RouteEnded{SwitchRoute: strings.Clone(m.CrossRefIdentifier), Reroute: true}
		if m.ReplyTimeout != nil {
			again.ReplyTimeoutMs = small(*m.ReplyTimeout)
		}
		c.fact(routeFact(again))
	case *csta.RouteUsed:
		c.fact(routeFact(&fsmpb.RouteEnded{
			SwitchRoute: strings.Clone(m.CrossRefIdentifier), Used: party(m.RouteUsed), IsUsed: true,
		}))
	case *csta.RouteEnd:
		c.routeEnd(m)
	case *csta.RouteRegisterAbort:
		c.routerAborted(m)
	default:
		c.answer(invoke, m)
	}
}

// answer deals with what must be an answer to a request of ours, and refuses
// what is a request that nobody knows.
func (c *Conn) answer(invoke uint16, m csta.Message) {
	if !isRequest(m.Name()) {
		if r := c.take(invoke); r == nil {
			c.strange(m.Name())
		} else if !r.expired {
			r.answered(m, nil)
		} else if r.late != nil {
			r.late(m)
		}
		return
	}
	c.strange(m.Name())
	if invoke != csta.EventInvokeID {
		c.reply(outgoing{invoke: invoke, message: csta.NewError(csta.ErrorOperation, csta.OpServiceNotSupported)})
	}
}

// isRequest tells requests from answers and events by their element's name.
func isRequest(name string) bool {
	for _, end := range []string{"Response", "Event", "Data", "Info", "ErrorCode"} {
		if strings.HasSuffix(name, end) {
			return false
		}
	}
	return true
}

// strange counts what nobody asked for.
func (c *Conn) strange(what string) {
	c.mu.Lock()
	c.unknown++
	first := c.unknown == 1
	c.mu.Unlock()
	if first {
		c.o.Logger.Warn("the switch sent what nobody asked for; further ones are counted only", "link", c.o.Link, "message", what)
	}
}

// event hands on an event in the name of the device that its monitor watches.
func (c *Conn) event(ref string, m csta.Message) {
	if device, ok := c.monitors.device(ref); ok {
		c.fact(eventFact(m, device))
		return
	}
	if !c.monitors.early(ref, m) {
		c.strange(m.Name())
	}
}

// fixEdition takes the switch's edition from its first message that tells one,
// if the settings don't.
func (c *Conn) fixEdition(e csta.Edition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.edition == 0 && e != 0 {
		c.edition = e
	}
}

// setStatus notes the switch's status. An empty one is a heartbeat, and messages
// are lost at a moment: what the switch said before still stands.
func (c *Conn) setStatus(s string) {
	if s == "" {
		return
	}
	c.mu.Lock()
	changed := c.status != s
	if s != string(csta.StatusMessagesLost) || c.status == "" {
		c.status = strings.Clone(s)
		c.overloaded = s == string(csta.StatusOverloadReached)
	}
	if changed {
		close(c.news)
		c.news = make(chan struct{})
	}
	c.mu.Unlock()
	c.poke()
	select {
	case <-c.first:
	default:
		close(c.first)
	}
	if changed && csta.SystemStatusValue(s) != csta.StatusNormal {
		clear(c.detailed) // events may be missing since those snapshots
	}
	switch csta.SystemStatusValue(s) {
	case csta.StatusEnabled, csta.StatusDisabled:
		// After a restart no monitor is outstanding (ECMA-269, SystemStatus).
		if changed {
			c.monitors.forget()
			c.routers = newRouters()
		}
	}
	c.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Status{Status: &fsmpb.LinkStatus{Status: strings.Clone(s)}}})
}
