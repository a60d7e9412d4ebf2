package xsilink

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// How events of call centers and route points map: each call that waits there has a
// connection of the queue, which is in it until an agent has answered.

// waiting is a call at a queue or route point, as an event tells it.
type waiting struct {
	queue    string
	tracking string
	id       string
	remote   xsi.Party
	agent    string // user ID
}

func (c *Conn) entry(queue string, x *xsi.QueueEntry) *waiting {
	return &waiting{queue, x.ExtTrackingID, x.CallID, x.RemoteParty, x.AnsweringUser}
}

// tell makes one fact about the queue's connection, or another device's.
func (c *Conn) tell(w *waiting, typ fsmpb.EventType, subject string) *fsmpb.CallEvent {
	v := c.view(w.queue)
	was, h := v.note(c, &xsi.Call{CallID: w.id, ExtTrackingID: w.tracking, RemoteParty: w.remote})
	e := &fsmpb.CallEvent{
		Type: typ, Via: w.queue, Subject: &fsmpb.SwitchConn{Call: h.tracking, Device: subject}, Device: named(subject), Linkage: h.tracking,
	}
	if was != nil && was.tracking != h.tracking {
		e.RenamedFrom = was.tracking
	}
	if begins := typ == fsmpb.EventType_QUEUED || typ == fsmpb.EventType_DELIVERED; begins {
		e.Calling, e.Called = c.party(w.remote), named(w.queue)
	} else if typ != fsmpb.EventType_CALL_INFORMATION && typ != fsmpb.EventType_STOP {
		v.drop(h.id)
	}
	return e
}

func (c *Conn) queueFacts(queue string, e *xsi.QueueEvent) []*fsmpb.Fact {
	w := c.entry(queue, &e.Entry)
	switch e.Type {
	case xsi.ACDCallAdded:
		return c.queued(w, e.Position)
	case xsi.ACDCallOfferedToAgent:
		return c.offered(w)
	case xsi.ACDCallAnsweredByAgent:
		return c.left(w, w.agent, "", "distributed")
	case xsi.ACDCallBounced:
		if e.Redirect == nil {
			return nil // it is in the queue still; that the agent lost it, the agent's own event tells
		}
		return c.left(w, "", number(e.Redirect.Address), redirectCause(e.Redirect.Reason))
	case xsi.ACDCallAbandoned, xsi.ACDCallReleased, xsi.ACDCallEscaped:
		return c.leftForGood(w)
	case xsi.ACDCallStranded, xsi.ACDCallStrandedUnavailable, xsi.ACDCallOverflowed, xsi.ACDCallTransferred:
		if e.TreatmentStarted {
			return nil
		}
		if e.Redirect == nil {
			return c.leftForGood(w)
		}
		return c.left(w, "", number(e.Redirect.Address), redirectCause(e.Redirect.Reason))
	case xsi.ACDCallUpdated, xsi.ACDCallReordered, xsi.ACDCallPromoted:
		return c.moved(w)
	}
	return nil
}

func (c *Conn) queued(w *waiting, position int) []*fsmpb.Fact {
	e := c.tell(w, fsmpb.EventType_QUEUED, w.queue)
	e.Cause = "newCall"
	if position > 0 {
		e.NumberQueued = new(int32(position))
		e.CallsInFront = new(int32(position - 1))
	}
	return append([]*fsmpb.Fact{callFact(e)}, c.caller(w.queue, c.deviceOf(w.remote), e.Linkage)...)
}

// offered is a copy of what the agent is told, and counts only if the agent isn't.
func (c *Conn) offered(w *waiting) []*fsmpb.Fact {
	if w.agent == "" || c.tells(c.device(w.agent)) {
		return nil
	}
	e := c.tell(w, fsmpb.EventType_DELIVERED, c.device(w.agent))
	e.Cause, e.LastRedirection = "distributed", named(w.queue)
	return []*fsmpb.Fact{callFact(e)}
}

// left: the call goes on elsewhere.
func (c *Conn) left(w *waiting, agent, to, cause string) []*fsmpb.Fact {
	e := c.tell(w, fsmpb.EventType_DIVERTED, w.queue)
	if agent != "" {
		to = c.device(agent)
	}
	e.NewDestination, e.Cause = named(to), cause
	return []*fsmpb.Fact{callFact(e)}
}

func (c *Conn) leftForGood(w *waiting) []*fsmpb.Fact {
	e := c.tell(w, fsmpb.EventType_CONNECTION_CLEARED, w.queue)
	e.Cause = "normalClearing"
	return []*fsmpb.Fact{callFact(e)}
}

// moved: it stays, at another place or under another tracking ID.
func (c *Conn) moved(w *waiting) []*fsmpb.Fact {
	return []*fsmpb.Fact{callFact(c.tell(w, fsmpb.EventType_CALL_INFORMATION, w.queue))}
}

// policyFacts maps what happens to a call that a policy kept from entering: as far as
// it was ever told of, it goes on elsewhere.
func (c *Conn) policyFacts(queue string, e *xsi.PolicyEvent) []*fsmpb.Fact {
	switch e.Type {
	case xsi.ACDCallForwarded, xsi.ACDHolidayPolicyApplied, xsi.ACDNightPolicyApplied,
		xsi.RoutePointCallForwarded, xsi.RoutePointHolidayPolicyApplied, xsi.RoutePointNightPolicyApplied:
	default:
		return nil
	}
	if e.Redirect == nil || e.TreatmentStarted || c.view(queue).halves[e.CallID] == nil {
		return nil
	}
	w := &waiting{queue, e.ExtTrackingID, e.CallID, e.RemoteParty, ""}
	return c.left(w, "", number(e.Redirect.Address), redirectCause(e.Redirect.Reason))
}

func (c *Conn) routePointFacts(point string, e *xsi.RoutePointEvent) []*fsmpb.Fact {
	w := c.point(point, &e.Entry)
	switch e.Type {
	case xsi.RoutePointCallAdded:
		return c.queued(w, 0)
	case xsi.RoutePointCallOfferedToAgent:
		return c.offered(w)
	case xsi.RoutePointCallAnsweredByAgent:
		return c.left(w, w.agent, "", "distributed")
	case xsi.RoutePointCallAbandoned, xsi.RoutePointCallReleased:
		return c.leftForGood(w)
	case xsi.RoutePointCallTransferred, xsi.RoutePointCallFailed, xsi.RoutePointCallOverflowed, xsi.RoutePointCallBounced:
		if e.TreatmentStarted || e.Redirect == nil && e.Type == xsi.RoutePointCallBounced {
			return nil
		}
		if e.Redirect == nil {
			return c.leftForGood(w)
		}
		return c.left(w, "", number(e.Redirect.Address), redirectCause(e.Redirect.Reason))
	case xsi.RoutePointCallUpdated:
		return c.moved(w)
	case xsi.RoutePointBusyCompleted, xsi.RoutePointMOHCompleted, xsi.RoutePointRingbackCompleted,
		xsi.RoutePointSilenceCompleted, xsi.RoutePointTreatmentCompleted:
		return c.treated(w, e)
	}
	return nil
}

// treatments are the messages of a route point, numbered as CSTA clients of a
// BroadWorks know them.
var treatments = map[xsi.EventType]string{
	xsi.RoutePointBusyCompleted: "0", xsi.RoutePointMOHCompleted: "1", xsi.RoutePointRingbackCompleted: "2",
	xsi.RoutePointSilenceCompleted: "3", xsi.RoutePointTreatmentCompleted: "4",
}

// completions are the causes of a treatment's end, by its completionReason.
var completions = map[string]string{
	"Match": "terminationCharacterReceived", "NoMatch": "dTMFDigitDetected", "Timeout": "timeout", "EOF": "endOfMessageDetected",
	"Stopped-OutOfQueue": "earlyStop", "Stopped-NewPlayCollect": "nextMessage", "Stopped-OfferedWithRingback": "distributed",
	"Error": "resourcesNotAvailable",
}

// treated tells that a treatment has ended. Digits that the caller dialled meanwhile
// may be a secret and stay behind.
func (c *Conn) treated(w *waiting, x *xsi.RoutePointEvent) []*fsmpb.Fact {
	e := c.tell(w, fsmpb.EventType_STOP, w.queue)
	e.Message, e.Cause = treatments[x.Type], "normal"
	if x.Result != nil {
		if cause, ok := completions[x.Result.Completion]; ok {
			e.Cause = cause
		}
	}
	return []*fsmpb.Fact{callFact(e)}
}

func (c *Conn) point(point string, x *xsi.RoutePointEntry) *waiting {
	return &waiting{point, x.ExtTrackingID, x.CallID, x.RemoteParty, x.AnsweringUser}
}
