package cstaserver

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// The duration of an ECMA-354 session, and what a client may ask for.
const (
	sessionDuration    = 600 * time.Second
	minSessionDuration = 10 * time.Second
	maxSessionDuration = 24 * time.Hour
)

// explicit handles the application session services (ECMA-354). It reports
// whether the message was one.
func (c *conn) explicitService(invoke uint16, m csta.Message) bool {
	switch m := m.(type) {
	case *csta.StartApplicationSession:
		c.start(invoke, m)
	case *csta.ResetApplicationSessionTimer:
		if !c.ownSession(m.SessionID) {
			c.send(invoke, &csta.ResetApplicationSessionTimerNegResponse{ErrorCode: sessionError(csta.SessionInvalidSessionID)})
			break
		}
		if m.RequestedSessionDuration != nil {
			c.asso.duration = duration(m.RequestedSessionDuration)
		}
		c.asso.expires = time.Now().Add(c.asso.duration)
		c.renew()
		c.send(invoke, &csta.ResetApplicationSessionTimerPosResponse{ActualSessionDuration: seconds(c.asso.duration)})
	case *csta.StopApplicationSession:
		if !c.ownSession(m.SessionID) {
			c.send(invoke, &csta.StopApplicationSessionNegResponse{ErrorCode: sessionError(csta.SessionInvalidSessionID)})
			break
		}
		c.stop(invoke)
	default:
		return false
	}
	return true
}

// renew keeps the session of a connection alive that isn't its attachment: those
// give signs of life themselves.
func (c *conn) renew() {
	if c.sess.state != unattached {
		return
	}
	open, id := c.openCommand(), c.sess.id
	c.task(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, openLimit)
		defer cancel()
		r, err := c.l.d.Log.Propose(ctx, open)
		return func() {
			if err == nil && r.ID != id {
				c.end(fmt.Errorf("%w: its time was over", errSessionEnd))
			}
		}
	})
}

func (c *conn) ownSession(id string) bool {
	return c.asso.explicit && c.sess.id != 0 && id == decimal(c.sess.id)
}

func sessionError(e csta.DefinedSessionError) *csta.SessionError {
	return &csta.SessionError{DefinedError: e}
}

func seconds(d time.Duration) *int { return new(int(d / time.Second)) }

func duration(requested *int) time.Duration {
	if requested == nil || *requested <= 0 {
		return sessionDuration
	}
	n := min(*requested, int(maxSessionDuration/time.Second))
	return max(time.Duration(n)*time.Second, minSessionDuration)
}

// start opens a session and answers with its ID. If the client asked for a
// session that it had, the session is attached at once and what it missed
// follows.
func (c *conn) start(invoke uint16, m *csta.StartApplicationSession) {
	refuse := func(e csta.DefinedSessionError) {
		c.sendAlone(invoke, &csta.StartApplicationSessionNegResponse{ErrorCode: sessionError(e)})
	}
	if c.asso.explicit || c.asso.starting || c.sess.state != unattached {
		refuse(csta.SessionMaxNumberSessions)
		return
	}
	edition, ok := c.agree(m.RequestedProtocolVersions.ProtocolVersion)
	if !ok {
		refuse(csta.SessionProtocolVersionNotSupported)
		return
	}
	c.asso.edition, c.asso.fixed, c.asso.starting = edition, true, true
	c.asso.duration = duration(m.RequestedSessionDuration)
	if info := m.ApplicationInfo; info != nil {
		c.peer.Application = info.ApplicationID
		c.sess.resume = c.resumable(sessionIDIn(info.ApplicationSpecificInfo))
	}
	c.asso.explicit = true
	open := c.openCommand()
	c.task(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, openLimit)
		defer cancel()
		r, err := c.l.d.Log.Propose(ctx, open)
		return func() {
			c.asso.starting = false
			if err != nil {
				c.asso.explicit = false
				c.log.Warn("session not opened", "client", c.sess.client.Name, "identity", c.sess.client.Identity, "error", err)
				refuse(csta.SessionServerResourcesBusy)
				return
			}
			c.hold(func() { c.started(invoke, r.ID) })
		}
	})
}

// started answers StartApplicationSession; the status follows.
func (c *conn) started(invoke uint16, id uint64) {
	c.sess.id = id
	c.asso.expires = time.Now().Add(c.asso.duration)
	c.sendAlone(invoke, &csta.StartApplicationSessionPosResponse{
		SessionID: decimal(id), ActualProtocolVersion: c.asso.edition.Namespace(), ActualSessionDuration: seconds(c.asso.duration),
	})
	c.introduce()
	c.flush()
	if c.sess.resume != 0 && c.sess.resume == id && c.serving() {
		c.attach()
	}
}

// agree picks an edition from those that a client offers: the first that we
// have, else the nearest to the first that is CSTA's.
func (c *conn) agree(offers []string) (csta.Edition, bool) {
	if len(offers) == 0 {
		return c.asso.edition, true
	}
	for _, o := range offers {
		if e, ok := csta.ParseEdition(strings.TrimSpace(o)); ok {
			return e, true
		}
	}
	for _, o := range offers {
		if e, ok := csta.NearestEdition(strings.TrimSpace(o)); ok {
			return e, true
		}
	}
	return 0, false
}

// resumable gives the session that a client asks to take up again, if there is
// one and it is its own.
func (c *conn) resumable(id uint64) uint64 {
	if s, ok := c.l.d.Replica.View().Session(id); ok && s.Switch == c.l.o.Switch && s.Identity == c.l.d.Identify(c.peer).Identity {
		return id
	}
	return 0
}

// sessionIDIn finds the session ID in a client's own part of the request, where
// Avaya's clients put it; 0 if there is none.
func sessionIDIn(info csta.RawXML) uint64 {
	d := xml.NewDecoder(strings.NewReader("<x>" + string(info) + "</x>"))
	d.Strict = false
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) || err != nil {
			return 0
		}
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "sessionID" {
			text, _ := d.RawToken()
			digits, _ := text.(xml.CharData)
			id, _ := strconv.ParseUint(strings.TrimSpace(string(digits)), 10, 64)
			return id
		}
	}
}

// stop ends the session. The answer follows when that is committed.
func (c *conn) stop(invoke uint16) {
	if c.asso.stopping {
		return
	}
	c.asso.stopping = true
	id := c.sess.id
	c.task(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, openLimit)
		defer cancel()
		_, err := c.l.d.Log.Propose(ctx, endSession(id, "stopped by the client"))
		return func() {
			if err != nil {
				c.log.Warn("session not ended; it ends when its time is over", "session", id, "error", err)
			}
			c.flush()
			c.sendAlone(invoke, &csta.StopApplicationSessionPosResponse{})
			c.said = true
			c.end(errStopped)
		}
	})
}

func endSession(id uint64, reason string) *fsmpb.Command {
	return &fsmpb.Command{Kind: &fsmpb.Command_EndSession{EndSession: &fsmpb.EndSession{Session: id, Reason: reason}}}
}

// sessionTimerExpired ends a session whose client didn't reset its timer.
func (c *conn) sessionTimerExpired() {
	id := c.sess.id
	c.l.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), settleLimit)
		defer cancel()
		if _, err := c.l.d.Log.Propose(ctx, endSession(id, "session timer expired")); err != nil {
			c.log.Warn("session not ended; it ends when its time is over", "session", id, "error", err)
		}
	})
	c.end(errTimer)
}

// termReason is what ApplicationSessionTerminated says; nil if the session goes
// on and the client is to come back.
func termReason(why error) *csta.SessionTermReason {
	switch {
	case errors.Is(why, errTimer):
		return &csta.SessionTermReason{DefinedTermReason: csta.TermTimerExpired}
	case errors.Is(why, errSlow):
		return &csta.SessionTermReason{DefinedTermReason: csta.TermResourceLimitation}
	case errors.Is(why, errSessionEnd):
		return &csta.SessionTermReason{ServerTermReason: why.Error()}
	}
	return nil
}
