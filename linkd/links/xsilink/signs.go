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

// sign is what a user's event shows of a failover.
type sign uint8

const (
	signResync  sign = 1 << iota // BroadWorks says that it lost updates
	signAnew                     // events are numbered anew
	signUnasked                  // a snapshot that nobody asked for
)

// signs are the signs that were seen lately.
type signs struct {
	users map[string]time.Time
	rest  time.Time       // until then first signs mean nothing new
	seen  map[string]sign // since the failover that was recognised last
}

// note notes what is a sign at a device, and tells whether there are enough. After a
// failover each user shows each sign once; a second time means that the other server
// failed as well.
func (s *signs) note(device string, is sign, now time.Time) bool {
	first := s.seen[device]&is == 0
	if s.seen != nil {
		s.seen[device] |= is
	}
	if first && now.Before(s.rest) {
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
	s.users, s.seen, s.rest = nil, make(map[string]sign), now.Add(signRest)
	return true
}

// observe looks for signs in an event. It returns the fact that everything of the
// switch has to be compared anew, if an Application Server failed.
func (c *Conn) observe(device string, e *xsi.SubscriptionEvent, restarted bool) *fsmpb.Fact {
	kind, now := e.Data.EventType(), time.Now()
	var is sign
	var what string
	if kind == xsi.CallSubscription && !c.wasAsked(device, now) && now.Sub(c.ledAt) > signWithin {
		is, what = signUnasked, "a snapshot that nobody asked for"
	}
	if restarted {
		is, what = is|signAnew, "its events are numbered anew"
	}
	if resyncs(kind) {
		is, what = is|signResync, string(kind)
	}
	if is == 0 || !c.signs.note(device, is, now) {
		return nil
	}
	reason := fmt.Sprintf("an Application Server failed: %d users within %v, at last %s: %s", signUsers, signWithin, device, what)
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
