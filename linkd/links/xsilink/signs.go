package xsilink

import (
	"fmt"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// An Application Server that stops without grace takes the calls of its users with
// it, and BroadWorks tells of it user by user, as it notices; of those who have a new
// call first it never tells. Several users with a sign of it within a short time mean
// that it happened: then everything of the switch is compared anew, users with live
// calls first. A single sign concerns its own user alone.

const (
	signUsers  = 3                // users with a sign
	signWithin = 5 * time.Second  // of each other
	signRest   = 15 * time.Second // after a failover, in which its further signs mean nothing new
)

// signs are the signs that were seen lately.
type signs struct {
	users map[string]time.Time
	rest  time.Time // until then nothing new
}

// note notes a sign at a device, and tells whether there are enough.
func (s *signs) note(device string, now time.Time) bool {
	if now.Before(s.rest) {
		return false
	}
	if s.users == nil {
		s.users = make(map[string]time.Time)
	}
	s.users[device] = now
	for d, at := range s.users {
		if now.Sub(at) > signWithin {
			delete(s.users, d)
		}
	}
	if len(s.users) < signUsers {
		return false
	}
	s.users, s.rest = nil, now.Add(signRest)
	return true
}

// observe looks for a sign in an event. It returns the fact that everything of the
// switch has to be compared anew, if an Application Server failed.
func (c *Conn) observe(device string, e *xsi.SubscriptionEvent, restarted bool) *fsmpb.Fact {
	kind, now := e.Data.EventType(), time.Now()
	sign := ""
	switch {
	case resyncs(kind):
		sign = string(kind)
	case restarted:
		sign = "its events are numbered anew"
	case kind == xsi.CallSubscription && !c.wasAsked(device, now) && now.Sub(c.ledAt) > signWithin:
		sign = "a snapshot that nobody asked for"
	}
	if sign == "" || !c.signs.note(device, now) {
		return nil
	}
	reason := fmt.Sprintf("an Application Server failed: %d users within %v, at last %s: %s", signUsers, signWithin, device, sign)
	c.o.Logger.Warn("everything is compared with the switch anew", "link", c.o.Link, "reason", reason)
	return &fsmpb.Fact{Body: &fsmpb.Fact_Lost{Lost: &fsmpb.EventsLost{Reason: reason}}}
}

// resyncs tells the events by which a server says that it lost updates.
func resyncs(t xsi.EventType) bool {
	switch t {
	case xsi.CallSubscriptionResync, xsi.ACDSubscriptionResync, xsi.RoutePointSubscriptionResync:
		return true
	}
	return false
}
