package switchsim

import "time"

// XsiTruth is everything that is so at the switch at one moment, as Xsi speaks of it.
type XsiTruth struct {
	Seq   uint64         `json:"seq"`
	Users []XsiUserTruth `json:"users"` // those that have something
	// Sessions are the last tracking IDs that began, oldest first, of calls that are over as well.
	Sessions      []XsiSessionTruth      `json:"sessions"`
	Sets          []XsiSetTruth          `json:"sets"`
	Subscriptions []XsiSubscriptionTruth `json:"subscriptions"`
	Waiting       int                    `json:"waiting"` // events that are not answered yet
	Counters      XsiCounters            `json:"counters"`
}

// XsiSessionTruth is a tracking ID.
type XsiSessionTruth struct {
	Tracking string `json:"tracking_id"`
	Call     string `json:"call"` // of the model, for which it was made
}

// XsiUserTruth is what one user has.
type XsiUserTruth struct {
	ID         string          `json:"id"`
	Device     string          `json:"device"`
	Server     int             `json:"server"` // application server, from 1
	Calls      []XsiCallTruth  `json:"calls"`
	Conference []string        `json:"conference,omitempty"` // call IDs
	HookStatus string          `json:"hook_status"`
	Agent      string          `json:"agent,omitempty"`
	Entries    []XsiEntryTruth `json:"entries,omitempty"` // of a queue or route point
	Unnoticed  bool            `json:"unnoticed,omitempty"`
}

// XsiCallTruth is one user's part in a call.
type XsiCallTruth struct {
	ID           string `json:"call_id"`
	Tracking     string `json:"tracking_id"`
	Call         string `json:"call"` // of the model
	State        string `json:"state"`
	Personality  string `json:"personality"`
	Far          string `json:"far"` // device
	Uncontrolled bool   `json:"uncontrolled,omitempty"`
}

// XsiEntryTruth is a call in a queue or at a route point.
type XsiEntryTruth struct {
	ID       string `json:"call_id"`
	Tracking string `json:"tracking_id"`
	Call     string `json:"call"` // of the model
	Agent    string `json:"agent,omitempty"`
}

// XsiSetTruth is a channel set.
type XsiSetTruth struct {
	ID          string            `json:"id"`
	Application string            `json:"application"`
	Channels    []XsiChannelTruth `json:"channels"`
	Pending     int               `json:"pending"` // events that no channel takes
}

// XsiChannelTruth is an open channel.
type XsiChannelTruth struct {
	ID       string    `json:"id"`
	XSP      int       `json:"xsp"` // from 1
	Priority int       `json:"priority"`
	Weight   int       `json:"weight"`
	Expires  time.Time `json:"expires"`
	Waiting  int       `json:"waiting"` // events that it didn't answer yet
	// LongestBeatMS is the longest time between two heartbeats, in milliseconds.
	LongestBeatMS int64 `json:"longest_beat_ms"`
}

// XsiSubscriptionTruth is a subscription.
type XsiSubscriptionTruth struct {
	ID          string    `json:"id"`
	Set         string    `json:"set"`
	Application string    `json:"application"`
	TargetType  string    `json:"target_type"`
	Target      string    `json:"target"`
	Packages    []string  `json:"packages"`
	Expires     time.Time `json:"expires"`
	Sequence    int       `json:"sequence"` // of the last event
}

// XsiCounters count since the start of the switch.
type XsiCounters struct {
	ChannelsOpened uint64 `json:"channels_opened"`
	Terminated     uint64 `json:"channels_terminated"`
	Heartbeats     uint64 `json:"heartbeats"`
	Expired        uint64 `json:"expired"` // channels and subscriptions that nobody renewed
	Subscribed     uint64 `json:"subscribed"`
	Refreshed      uint64 `json:"refreshed"`
	Events         uint64 `json:"events"`
	Delivered      uint64 `json:"delivered"`  // answered with 200
	Refused        uint64 `json:"refused"`    // answered with 500
	Unanswered     uint64 `json:"unanswered"` // in time
	Dropped        uint64 `json:"dropped"`    // given up
	Doubled        uint64 `json:"doubled"`
	Overloaded     uint64 `json:"overloaded"` // requests answered with 503
	Failovers      uint64 `json:"failovers"`
	Resyncs        uint64 `json:"resyncs"` // users told without being asked
}

// Xsi returns what is so at the switch now, as Xsi speaks of it.
func (s *Switch) Xsi() XsiTruth {
	var t XsiTruth
	s.locked(func() { t = s.xsi.truth() })
	return t
}

func (f *xsiFront) truth() XsiTruth {
	t := XsiTruth{
		Seq: f.s.model.seq, Users: []XsiUserTruth{}, Sessions: f.began.all(), Sets: []XsiSetTruth{}, Subscriptions: []XsiSubscriptionTruth{},
		Waiting: len(f.messages), Counters: f.counts,
	}
	for _, u := range f.order {
		if x := f.userTruth(u); len(x.Calls) > 0 || len(x.Entries) > 0 || u.agent != "" || u.unnoticed != nil {
			t.Users = append(t.Users, x)
		}
	}
	for _, s := range f.sortedSets() {
		x := XsiSetTruth{ID: s.id, Application: s.application, Pending: len(s.pending), Channels: []XsiChannelTruth{}}
		for _, c := range s.channels {
			x.Channels = append(x.Channels, XsiChannelTruth{
				ID: c.id, XSP: c.xsp.index + 1, Priority: c.priority, Weight: c.weight, Expires: c.until, Waiting: len(c.waiting),
				LongestBeatMS: c.longest.Milliseconds(),
			})
		}
		t.Sets = append(t.Sets, x)
	}
	for _, s := range f.sortedSubscriptions() {
		t.Subscriptions = append(t.Subscriptions, XsiSubscriptionTruth{
			ID: s.id, Set: s.set.id, Application: s.application, TargetType: s.targetType, Target: s.targetID, Packages: s.packages,
			Expires: s.until, Sequence: s.seq,
		})
	}
	return t
}

func (f *xsiFront) userTruth(u *xsiUser) XsiUserTruth {
	x := XsiUserTruth{
		ID: f.userID(u.device.id), Device: u.device.id, Server: u.server + 1, Calls: []XsiCallTruth{}, HookStatus: u.hook(), Agent: u.agent,
		Unnoticed: u.unnoticed != nil,
	}
	for _, h := range u.shown() {
		x.Calls = append(x.Calls, XsiCallTruth{
			ID: h.id, Tracking: h.tracking, Call: h.call.String(), State: h.state, Personality: h.personality, Far: h.far,
			Uncontrolled: h.uncontrolled,
		})
		if u.conference != nil && u.conference.call == h.call {
			x.Conference = append(x.Conference, h.id)
		}
	}
	for _, e := range u.entries {
		t := XsiEntryTruth{ID: e.id, Tracking: e.tracking, Call: e.call.String()}
		if e.agent != nil {
			t.Agent = e.agent.device.id
		}
		x.Entries = append(x.Entries, t)
	}
	return x
}
