package cstaserver

import (
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clients"
	"github.com/holdline/holdline/transport/csta"
)

// association is what client and server agreed on.
type association struct {
	edition csta.Edition
	fixed   bool // edition comes from the client
	begun   bool // a message of the client came
	asked   bool // one that asks for an association came

	told     csta.SystemStatusValue // status that the client was told last
	dipped   time.Time              // since when the link behind it is being taken over
	leaving  bool                   // it was told a status on which it may close the connection unread
	proof    uint16                 // its answer to this request shows that it stayed; 0 = not asked yet
	first    bool                   // the SystemStatus sent at accept is not answered yet
	missed   int                    // heartbeats since the client was last heard
	invoke   uint16                 // of our last request
	register []register
	minted   uint64 // sysStatRegisterIDs and serviceCrossRefIDs

	// ECMA-354.
	explicit bool
	starting bool // a StartApplicationSession waits for its answer
	stopping bool // a StopApplicationSession does
	duration time.Duration
	expires  time.Time
}

// heldAnswer waits until a leader is known and no takeover runs, or until it
// has waited long enough: so a T-Server's link selection succeeds
// at its first try.
type heldAnswer struct {
	until time.Time
	give  func()
}

// answer is given at the end of the feed, so that everything committed before
// it has been told.
type answer func(*fsm.State)

// begin takes the connection's place in the feed, and speaks first if it is to.
func (c *conn) begin() {
	v := c.l.d.Replica.View()
	c.at, c.seq, c.status = v.Feed().Last(), v.Feed().Total(), statusIn(v, c.l.o.Switch)
	if c.l.o.StatusFirst {
		c.hold(func() {
			status, _ := c.normal()
			if c.asso.begun { // it didn't wait for us, and 0 may be its own request's ID
				if c.asso.told == "" {
					c.tellStatus(status)
				}
				return
			}
			c.asso.told, c.asso.first = status, true
			c.sendAlone(invokeAccept, &csta.SystemStatus{SystemStatus: status})
		})
	}
}

// hold gives an answer as soon as there is something to say.
func (c *conn) hold(give func()) {
	c.held = append(c.held, heldAnswer{time.Now().Add(holdAnswers), give})
}

// statusIn is a switch's status in the state.
func statusIn(v *fsm.State, sw string) csta.SystemStatusValue {
	if s, ok := v.Switch(sw); ok && s.Status != "" {
		return csta.SystemStatusValue(s.Status)
	}
	return csta.StatusDisabled
}

// serving tells whether this node may say normal.
func (c *conn) serving() bool {
	role := c.l.d.Role
	return role.Leading() || c.l.o.Serve == ServeAny && role.Live()
}

// normal is the status that the client is told, and whether it
// will stay so: not while no leader is known or a takeover runs.
func (c *conn) normal() (csta.SystemStatusValue, bool) {
	known := c.l.d.Role.LeaderKnown()
	if !c.serving() {
		return csta.StatusDisabled, known
	}
	return c.pressed(c.status), known && c.status != csta.StatusInitializing
}

// pressed is the status of a switch that works, as this node lets its clients use it:
// the log may be further behind than the switch is.
func (c *conn) pressed(status csta.SystemStatusValue) csta.SystemStatusValue {
	switch level := c.l.d.Pressure.Level(); {
	case level == clients.OverloadReached && works(status):
		return csta.StatusOverloadReached
	case level == clients.OverloadImminent && status == csta.StatusNormal:
		return csta.StatusOverloadImminent
	}
	return status
}

// settle does what is due now.
func (c *conn) settle(now time.Time) {
	if c.ended != nil {
		return
	}
	status, settled := c.normal()
	held := c.held
	c.held = nil
	for _, h := range held {
		if settled || !now.Before(h.until) {
			h.give()
		} else {
			c.held = append(c.held, h)
		}
	}
	passing := c.passing(status, now)
	if c.asso.told != "" && !c.asso.first && c.asso.told != status && !passing {
		c.tellStatus(status)
	}
	c.drainQueue()
	c.sess.prune(now)
	c.keepAlive(now)
}

// passing tells whether a status may pass before a client has to hear of it: a
// takeover of the link behind a client that was told normal, or overloaded. A
// client that is told of it at once leaves, and finds the same node normal again.
func (c *conn) passing(status csta.SystemStatusValue, now time.Time) bool {
	if !works(c.asso.told) || status != csta.StatusInitializing {
		c.asso.dipped = time.Time{}
		return false
	}
	if c.asso.dipped.IsZero() {
		c.asso.dipped = now
	}
	return now.Sub(c.asso.dipped) < holdAnswers
}

// statusChanged judges a change of the switch's status. A status that stays is
// told by settle.
func (c *conn) statusChanged(k *fsmpb.StatusChange) {
	tell := c.asso.told != "" && c.serving()
	switch status := csta.SystemStatusValue(k.Status); {
	case status == csta.StatusMessagesLost:
		if tell { // what stays is told again after it
			c.tellStatus(status)
		}
	case status == csta.StatusOverloadRelieved:
		c.status = csta.StatusNormal
		if tell && !c.asso.first {
			c.tellStatus(status)
			c.asso.told = csta.StatusNormal // it says so
		}
	case status == csta.StatusNormal && c.status == status:
		if tell && c.asso.told == status { // the switch says it after overloadRelieved
			c.tellStatus(status)
		}
	default:
		c.status = status
	}
}

// works tells whether the switch does its work while it says a status: it goes
// on with requests and events when it is overloaded (ECMA-269 12.2.28).
func works(s csta.SystemStatusValue) bool {
	switch s {
	case csta.StatusNormal, csta.StatusOverloadImminent, csta.StatusOverloadReached:
		return true
	}
	return false
}

// leaves tells whether a client that is told a status may close its connection
// without reading what follows, as a T-Server does with a link that isn't normal.
func leaves(told csta.SystemStatusValue) bool {
	switch told {
	case csta.StatusDisabled, csta.StatusPartiallyDisabled, csta.StatusInitializing:
		return true
	}
	return false
}

// tellStatus sends a status to the client, if it asked for such. After one that
// makes clients leave nothing counts as delivered until the client answers a
// later one: TCP acknowledges also what it closes the connection on.
func (c *conn) tellStatus(status csta.SystemStatusValue) {
	c.asso.told = status
	for _, r := range c.registrations() {
		if !r.hears(status, c.l.o.FilterPolarity) {
			continue
		}
		c.request(&csta.SystemStatus{SysStatRegisterID: r.id, SystemStatus: status})
		switch {
		case leaves(status):
			c.asso.leaving, c.asso.proof = true, 0
		case c.asso.leaving && c.asso.proof == 0:
			c.asso.proof = c.asso.invoke
		}
	}
}

// answered notes the answer to one of our requests.
func (c *conn) answered(invoke uint16) {
	if c.asso.leaving && c.asso.proof != 0 && invoke == c.asso.proof {
		c.asso.leaving, c.asso.proof = false, 0
	}
}

// introduce tells the status after an association's answer, as T-Servers expect
// it.
func (c *conn) introduce() {
	if c.asso.explicit || c.asso.told == "" {
		status, _ := c.normal()
		c.asso.told = ""
		c.tellStatus(status)
	}
}

// keepAlive sends heartbeats into silence, and drops a client that answers
// none. Whatever it sends is an answer.
func (c *conn) keepAlive(now time.Time) {
	since := now.Sub(c.born)
	silent := since - time.Duration(c.heard.Load())
	switch {
	case !c.spoke.Load():
		if since >= c.l.o.HandshakeTimeout {
			c.l.bad(c.addr, "silent", errSilent)
			c.end(errSilent)
		}
	case c.asso.explicit && !c.asso.expires.IsZero() && !now.Before(c.asso.expires):
		c.sessionTimerExpired()
	case c.l.o.Heartbeat == 0:
	case silent < c.l.o.Heartbeat:
		c.asso.missed = 0
	case c.full.Load(): // it is us who don't read
	case silent < time.Duration(c.asso.missed+1)*c.l.o.Heartbeat:
	case c.asso.missed >= c.l.o.Misses:
		c.end(errNoAnswer)
	default:
		c.asso.missed++
		status, _ := c.normal()
		c.tellStatus(status)
	}
}

// nextDeadline is when settle has to look again.
func (c *conn) nextDeadline() time.Time {
	next := c.born.Add(c.l.o.HandshakeTimeout)
	if c.spoke.Load() {
		next = time.Now().Add(time.Hour)
		if every := c.l.o.Heartbeat; every > 0 {
			heard := c.born.Add(time.Duration(c.heard.Load()))
			next = heard.Add(time.Duration(c.asso.missed+1) * every)
		}
		if !c.asso.expires.IsZero() && c.asso.expires.Before(next) {
			next = c.asso.expires
		}
	}
	for _, h := range c.held {
		if h.until.Before(next) {
			next = h.until
		}
	}
	if d := c.asso.dipped; !d.IsZero() && works(c.asso.told) && d.Add(holdAnswers).Before(next) {
		next = d.Add(holdAnswers)
	}
	if len(c.sess.queue) > 0 && c.sess.state == attached {
		if soon := time.Now().Add(10 * time.Millisecond); soon.Before(next) {
			next = soon // for room in the stream
		}
	}
	if c.full.Load() && next.Before(time.Now()) {
		next = time.Now().Add(time.Second)
	}
	return next
}

// sayGoodbye tells the client why the connection ends.
func (c *conn) sayGoodbye(why error) {
	if !c.asso.begun && !c.asso.first {
		return
	}
	if c.asso.explicit && c.sess.id != 0 {
		if reason := termReason(why); reason != nil {
			c.request(&csta.ApplicationSessionTerminated{SessionID: decimal(c.sess.id), SessionTermReason: reason})
			return
		}
	}
	if c.asso.told != csta.StatusDisabled {
		c.tellStatus(csta.StatusDisabled)
	}
}
