package xsilink

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// view is what BroadWorks last told of one device. Its events tell states, not
// changes: what changed is found by comparing. A link that just began to lead has
// none, and says what it can until a snapshot brings one.
type view struct {
	halves     map[string]*half // by callId
	order      []string         // callIds, oldest first
	conference *conference      // that the device controls

	agent      *fsmpb.Agent // nil: signed out
	agentKnown bool

	whole bool     // a snapshot brought it: what isn't here isn't there
	left  []string // tracking IDs of the last halves that ended
}

// maxLeft bounds how many calls that a device left are remembered.
const maxLeft = 16

// half is a device's part in a call: BroadWorks knows no other.
type half struct {
	id          string // callId
	tracking    string // extTrackingId: the call
	personality xsi.Personality
	state       xsi.CallState
	far         string // device at the other end
	answered    bool
	detached    bool // it was redirected: its end is told already
	allowAnswer bool
	allowTalk   bool
	old         bool // from before an Application Server's failover
	noControl   bool // the Application Server takes no requests on it
}

// conference is one that the device controls: it joins some of its halves.
type conference struct {
	members []string // callIds
	held    bool
}

// copy copies a view; nil is one of which nothing is known.
func (v *view) copy() *view {
	n := &view{halves: make(map[string]*half)}
	if v == nil {
		return n
	}
	*n = *v
	n.order, n.halves, n.left = slices.Clone(v.order), maps.Clone(v.halves), slices.Clone(v.left)
	if v.conference != nil {
		n.conference = &conference{members: slices.Clone(v.conference.members), held: v.conference.held}
	}
	return n
}

func (x *conference) has(id string) bool { return x != nil && slices.Contains(x.members, id) }

// view finds what is known of a device; there is one from here on. The caller holds
// order.
func (c *Conn) view(device string) *view {
	v := c.views[device]
	if v == nil {
		v = &view{halves: make(map[string]*half)}
		c.views[device] = v
	}
	return v
}

// note takes over how a half is now and returns how it was; nil if it is new.
func (v *view) note(c *Conn, call *xsi.Call) (was, is *half) {
	was = v.halves[call.CallID]
	is = &half{
		id: strings.Clone(call.CallID), tracking: strings.Clone(call.ExtTrackingID), personality: call.Personality, state: call.State,
		far: c.deviceOf(call.RemoteParty), answered: call.AnswerTime != 0, allowAnswer: call.AllowAnswer, allowTalk: call.AllowRetrieve,
	}
	if was != nil {
		is.answered = is.answered || was.answered
		is.detached, is.old, is.noControl = was.detached, was.old, was.noControl
		if is.tracking == "" {
			is.tracking = was.tracking
		}
		if is.far == "" {
			is.far = was.far
		}
	} else {
		v.order = append(v.order, is.id)
	}
	v.halves[is.id] = is
	return was, is
}

func (v *view) drop(id string) {
	if h := v.halves[id]; h != nil {
		v.left = append(v.left[max(0, len(v.left)+1-maxLeft):], h.tracking)
	}
	delete(v.halves, id)
	v.order = slices.DeleteFunc(v.order, func(o string) bool { return o == id })
}

// of lists the halves of a call, oldest first.
func (v *view) of(tracking string) (list []*half) {
	for _, id := range v.order {
		if h := v.halves[id]; h.tracking == tracking {
			list = append(list, h)
		}
	}
	return list
}

// hasPart tells whether a device has a part in a call, under any of its tracking IDs, as
// far as it is told: who isn't told of has. If it has none, known says that this is sure.
// The caller holds order.
func (c *Conn) hasPart(device string, tracking ...string) (there, known bool) {
	if !c.tells(device) {
		return true, false
	}
	v := c.views[device]
	if v == nil {
		return false, false
	}
	there = slices.ContainsFunc(v.live(), func(h *half) bool { return slices.Contains(tracking, h.tracking) })
	return there, v.whole || v.hasLeft(tracking...)
}

// hasLeft tells whether a part in a call ended, under any of its tracking IDs.
func (v *view) hasLeft(tracking ...string) bool {
	return slices.ContainsFunc(v.left, func(t string) bool { return slices.Contains(tracking, t) })
}

// live lists the halves that are not over, oldest first.
func (v *view) live() (list []*half) {
	for _, id := range v.order {
		if h := v.halves[id]; !h.detached && h.state != xsi.CallReleased {
			list = append(list, h)
		}
	}
	return list
}

// own is the connection state that a half is in for its own device.
func own(h *half) fsmpb.ConnectionState {
	switch h.state {
	case xsi.CallAlerting:
		switch {
		case h.answered: // its call was sent on to somebody who is yet to answer
		case h.personality == xsi.Terminator:
			return fsmpb.ConnectionState_ALERTING
		case h.personality == xsi.ClickToDial:
			return fsmpb.ConnectionState_INITIATED
		}
		return fsmpb.ConnectionState_CONNECTED // it waits for the other end
	case xsi.CallActive, xsi.CallRemoteHeld:
		return fsmpb.ConnectionState_CONNECTED
	case xsi.CallHeld:
		return fsmpb.ConnectionState_HOLD
	}
	return fsmpb.ConnectionState_NULL
}

// markOld notes that the calls that are known now are from before a failover. The
// caller holds order.
func (c *Conn) markOld() {
	for _, v := range c.views {
		for _, h := range v.halves {
			h.old = true
		}
	}
}
