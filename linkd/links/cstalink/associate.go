package cstalink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/transport/csta"
)

// statusWait is how long the switch may take to speak first.
const statusWait = 500 * time.Millisecond

// associate opens the association and waits for the switch's status: by
// StartApplicationSession (ECMA-354) if it is explicit, else by what the switch
// says first, or else by asking it.
func (c *Conn) associate(ctx context.Context) error {
	if c.o.Explicit {
		if err := c.startSession(ctx); err != nil {
			return err
		}
	}
	if err := c.awaitStatus(ctx); err != nil {
		return err
	}
	if c.o.Register {
		c.register()
	}
	return nil
}

func (c *Conn) startSession(ctx context.Context) error {
	offer := csta.ProtocolVersions{ProtocolVersion: []string{c.o.Edition.Namespace()}}
	if c.o.Edition == 0 {
		offer.ProtocolVersion = nil
		for e := csta.Ed6; e >= csta.Ed3; e-- {
			offer.ProtocolVersion = append(offer.ProtocolVersion, e.Namespace())
		}
	}
	m, err := c.call(ctx, &csta.StartApplicationSession{
		ApplicationInfo:           &csta.ApplicationInfo{ApplicationID: c.o.ApplicationID},
		RequestedProtocolVersions: offer,
		RequestedSessionDuration:  new(int(c.o.Session / time.Second)),
	})
	if err != nil {
		return err
	}
	switch m := m.(type) {
	case *csta.StartApplicationSessionPosResponse:
		c.mu.Lock()
		c.session = m.SessionID
		if e, ok := csta.NearestEdition(m.ActualProtocolVersion); ok && c.o.Edition == 0 {
			c.edition = e
		}
		c.mu.Unlock()
		if m.ActualSessionDuration != nil && *m.ActualSessionDuration > 0 {
			c.o.Session = time.Duration(*m.ActualSessionDuration) * time.Second
		}
		return nil
	case *csta.StartApplicationSessionNegResponse:
		if m.ErrorCode == nil {
			return errors.New("the switch refused the application session")
		}
		return fmt.Errorf("the switch refused the application session: %s%s", m.ErrorCode.DefinedError, m.ErrorCode.ApplError)
	default:
		return fmt.Errorf("StartApplicationSession: %w: %s", ErrOddAnswer, m.Name())
	}
}

func (c *Conn) awaitStatus(ctx context.Context) error {
	timer := time.NewTimer(statusWait)
	defer timer.Stop()
	select {
	case <-c.first:
		return nil
	case <-timer.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.done:
		return c.err
	}
	c.AskStatus(nil)
	select {
	case <-c.first:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.done:
		return c.err
	}
}

// AskStatus asks for the status; the answer is taken like a status that the
// switch tells by itself. passed, if not nil, is called in the place of the answer:
// what the switch had said before it was asked has been dealt with by then. It is
// called as well if no answer comes in time.
func (c *Conn) AskStatus(passed func()) {
	c.ask(&request{
		class: urgent,
		build: func() (csta.Message, error) { return new(csta.RequestSystemStatus), nil },
		answered: func(m csta.Message, err error) {
			if s, ok := m.(*csta.RequestSystemStatusResponse); ok && string(s.SystemStatus) != c.Status() {
				c.setStatus(string(s.SystemStatus))
			}
			if passed != nil {
				passed()
			}
		},
	})
}

// register asks to be told of status changes. Switches that don't know the
// service refuse or say nothing; both are fine.
func (c *Conn) register() {
	const want = csta.RegisterSystemStatus
	c.ask(&request{
		class: urgent,
		build: func() (csta.Message, error) {
			return &csta.SystemRegister{RequestTypes: csta.RequestTypes{
				Present: want | csta.RegisterRequestSystemStatus, Set: want,
			}}, nil
		},
		answered: func(csta.Message, error) {},
	})
}

// registerPause keeps a switch that ends our registrations from being asked for
// the next one in a hurry.
const registerPause = time.Second

// registerAgain makes good that the switch ended our registration. What it told
// nobody meanwhile is asked for. The caller holds order.
func (c *Conn) registerAgain() {
	if !c.o.Register || c.again {
		return
	}
	c.again = true
	c.after(registerPause, func() {
		c.order.Lock()
		c.again = false
		c.order.Unlock()
		c.register()
		c.AskStatus(nil)
	})
}

// farewell ends an explicit association.
func (c *Conn) farewell(session string) {
	c.reply(outgoing{invoke: lastInvoke, last: true, message: &csta.StopApplicationSession{
		SessionID: session, SessionEndReason: &csta.SessionEndReason{DefinedEndReason: "normal"},
	}})
	select {
	case <-c.done:
	case <-time.After(c.o.WriteTimeout):
	}
}
