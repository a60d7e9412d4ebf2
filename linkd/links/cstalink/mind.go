package cstalink

import (
	"time"

	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/csta"
)

// mind keeps the association alive: it asks a silent switch for its status and
// gives up on one that stays silent, resets the timer of an explicit
// association, and gives up when facts can't leave.
func (c *Conn) mind() {
	silence := newTimer(c.o.Keepalive)
	defer silence.Stop()
	var reset *time.Timer
	if session := c.sessionID(); session != "" && c.o.Session > 0 {
		reset = newTimer(c.o.Session / 3)
	} else {
		reset = newTimer(0)
	}
	defer reset.Stop()
	stall := newTimer(c.o.Stall)
	defer stall.Stop()
	misses, heard := 0, int64(0)
	for {
		select {
		case <-silence.C:
			now := c.heard.Load()
			idle := time.Since(c.started) - time.Duration(now)
			if c.busy.Load() != 0 {
				idle = 0 // it is we who are slow
			}
			if now != heard {
				heard, misses = now, 0
			}
			if idle < c.o.Keepalive {
				silence.Reset(c.o.Keepalive - idle)
				continue
			}
			if misses++; misses > c.o.KeepaliveMisses {
				c.fail(driver.ErrSilent)
				return
			}
			c.AskStatus(nil)
			silence.Reset(c.o.Keepalive)
		case <-reset.C:
			c.resetSession()
			reset.Reset(c.o.Session / 3)
		case <-stall.C:
			stuck := time.Duration(0)
			if since := c.busy.Load(); since != 0 {
				stuck = time.Since(c.started) - time.Duration(since)
			}
			if stuck >= c.o.Stall {
				c.fail(driver.ErrStalled)
				return
			}
			stall.Reset(c.o.Stall - stuck)
		case <-c.done:
			return
		}
	}
}

// newTimer makes a timer that never fires if d is 0.
func newTimer(d time.Duration) *time.Timer {
	if d > 0 {
		return time.NewTimer(d)
	}
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

func (c *Conn) sessionID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

func (c *Conn) resetSession() {
	c.ask(&request{
		class: urgent,
		build: func() (csta.Message, error) {
			return &csta.ResetApplicationSessionTimer{
				SessionID: c.sessionID(), RequestedSessionDuration: new(int(c.o.Session / time.Second)),
			}, nil
		},
		answered: func(m csta.Message, err error) {
			if _, refused := m.(*csta.ResetApplicationSessionTimerNegResponse); refused {
				c.fail(ErrTerminated)
			}
		},
	})
}
