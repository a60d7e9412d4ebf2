package switchsim

import (
	"slices"
	"strconv"
	"time"
)

// A BroadWorks user knows a call only as their own part of it: its "half". A call between two users is two halves with
// one tracking ID. States and personalities are spelt as in Xsi.

const (
	xsiAlerting   = "Alerting"
	xsiActive     = "Active"
	xsiHeld       = "Held"
	xsiRemoteHeld = "Remote Held"
	xsiDetached   = "Detached"
	xsiReleased   = "Released"

	xsiOriginator  = "Originator"
	xsiTerminator  = "Terminator"
	xsiClickToDial = "Click-to-Dial"
)

// xsiHalf is one user's part in a call.
type xsiHalf struct {
	id          string // callhalf-N:0
	tracking    string // extTrackingId
	call        callID // of the model
	personality string
	state       string // "" while the user has only taken the phone off the hook: nobody is told of it
	far         string // the device at the other end
	farGone     bool   // and has left
	onPhone     bool   // the user's phone is in the call

	start, answered, held, detached, released time.Time
	totalHeld                                 time.Duration
	appearance                                int

	queue        string // that distributed the call to this user
	waited       time.Duration
	inQueue      int
	releasedBy   string
	releaseCause string
	redirectTo   string
	redirectWhy  string
	recording    recording
	uncontrolled bool // after a failover: it can be seen and not controlled
}

func (h *xsiHalf) visible() bool { return h.state != "" }

// xsiUser is a device as BroadWorks sees it: a user, or the virtual user that is a queue or a route point.
type xsiUser struct {
	device     *device
	server     int // of the application servers, from 0
	halves     []*xsiHalf
	conference *xsiConference // that the user controls
	offHook    bool
	agent      string // the state that was told last, "" if the user is no agent
	agentSince time.Time
	groups     map[string]AgentState // the queues that the user is an agent of
	entries    []*xsiEntry           // of a queue or route point
	unnoticed  *timer                // after a failover: until BroadWorks notices what it lost
}

// xsiConference is a conference, told to its controller only.
type xsiConference struct {
	call  callID
	state string
	muted bool
}

// xsiEntry is a call in a queue or at a route point.
type xsiEntry struct {
	id, tracking string
	call         callID
	far          string
	added        time.Time
	removed      time.Time
	bounced      bool
	agent        *xsiUser // to whom it is offered
	agentCall    string
}

// in returns the user's halves of a call.
func (u *xsiUser) in(c callID) []*xsiHalf {
	var all []*xsiHalf
	for _, h := range u.halves {
		if h.call == c {
			all = append(all, h)
		}
	}
	return all
}

// toward returns the user's half of a call with a device at the other end, or the only one that there is.
func (u *xsiUser) toward(c callID, far string) *xsiHalf {
	all := u.in(c)
	for _, h := range all {
		if h.far == far {
			return h
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return nil
}

func (u *xsiUser) named(id string) *xsiHalf {
	for _, h := range u.halves {
		if h.id == id && h.visible() {
			return h
		}
	}
	return nil
}

func (u *xsiUser) drop(h *xsiHalf) {
	u.halves = slices.DeleteFunc(u.halves, func(o *xsiHalf) bool { return o == h })
}

func (u *xsiUser) entry(c callID) *xsiEntry {
	for _, e := range u.entries {
		if e.call == c {
			return e
		}
	}
	return nil
}

func (u *xsiUser) removeEntry(e *xsiEntry) {
	u.entries = slices.DeleteFunc(u.entries, func(o *xsiEntry) bool { return o == e })
}

// busyPhone reports whether the user's phone is off the hook for what they have.
func (u *xsiUser) busyPhone() bool {
	return slices.ContainsFunc(u.halves, func(h *xsiHalf) bool { return h.onPhone || !h.visible() })
}

// freeAppearance is the lowest line of the phone that no half uses.
func (u *xsiUser) freeAppearance() int {
	for n := 1; ; n++ {
		if !slices.ContainsFunc(u.halves, func(h *xsiHalf) bool { return h.appearance == n }) {
			return n
		}
	}
}

// newHalf begins a user's part in a call.
func (f *xsiFront) newHalf(u *xsiUser, ev *event, personality, far string) *xsiHalf {
	h := &xsiHalf{
		id: f.nextHalf(), tracking: f.tracking(ev.conn.call, u), call: ev.conn.call, personality: personality, far: far, start: ev.at,
	}
	u.halves = append(u.halves, h)
	return h
}

func (f *xsiFront) nextHalf() string {
	f.lastHalf++
	return "callhalf-" + strconv.Itoa(f.lastHalf) + ":0"
}

// tracking is the ID of a call's session: a counter, and the application server that began it.
func (f *xsiFront) tracking(c callID, u *xsiUser) string {
	if t := f.sessions[c]; t != "" {
		return t
	}
	f.sessions[c] = f.newTracking(c, u.server)
	return f.sessions[c]
}

func (f *xsiFront) newTracking(c callID, server int) string {
	f.lastSession++
	tracking := strconv.Itoa(f.lastSession) + ":" + strconv.Itoa(server+1)
	f.began.add(XsiSessionTruth{tracking, c.String()})
	return tracking
}
