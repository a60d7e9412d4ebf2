package switchsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/holdline/holdline/transport/switchsim"
	"github.com/holdline/holdline/transport/xsi"
)

// xsiReplica is what an application can know that heard everything.
type xsiReplica struct {
	calls       map[string]map[string]xsi.Call // by user and call ID
	conferences map[string][]string
	hooks       map[string]string
	agents      map[string]string
	entries     map[string][]string // call IDs
	numbers     *xsi.Sequences
	arrivals    map[xsi.Arrival]int
	kinds       map[xsi.EventType]int
}

func newXsiReplica() *xsiReplica {
	return &xsiReplica{
		calls: map[string]map[string]xsi.Call{}, conferences: map[string][]string{}, hooks: map[string]string{},
		agents: map[string]string{}, entries: map[string][]string{}, numbers: xsi.NewSequences(),
		arrivals: map[xsi.Arrival]int{}, kinds: map[xsi.EventType]int{},
	}
}

func (x *xsiReplica) hear(t *testing.T, e *xsi.SubscriptionEvent) {
	a, _ := x.numbers.Observe(e)
	x.arrivals[a]++
	if a == xsi.ArrivalRepeat {
		return
	}
	user := e.Target()
	x.kinds[e.Data.EventType()]++
	switch d := e.Data.(type) {
	case *xsi.CallSnapshot:
		x.calls[user] = map[string]xsi.Call{}
		for _, c := range d.Calls {
			x.calls[user][c.CallID] = c
		}
		x.conferences[user] = participants(d.Conference)
		x.hooks[user] = string(d.HookStatus)
	case *xsi.CallEvent:
		x.hearCall(t, user, d)
	case *xsi.CallsRedirected:
		for _, c := range d.Calls {
			if _, known := x.calls[user][c.CallID]; !known || c.State != xsi.CallDetached || c.Redirect == nil {
				t.Errorf("%s: redirected %+v", user, c)
			}
			x.calls[user][c.CallID] = c
		}
	case *xsi.ConferenceEvent:
		x.conferences[user] = participants(&d.Conference)
		if d.Type == xsi.ConferenceReleased {
			x.conferences[user] = nil
		}
	case *xsi.HookStatusEvent:
		if x.hooks[user] == string(d.Status) {
			t.Errorf("%s: the hook status is told to be %s again", user, d.Status)
		}
		x.hooks[user] = string(d.Status)
	case *xsi.AgentSubscriptionEvent:
		x.agents[user] = string(d.State.State)
	case *xsi.AgentStateEvent:
		x.agents[user] = string(d.Info.State)
	case *xsi.QueueSnapshot:
		x.entries[user] = nil
		for _, q := range d.Entries {
			x.entries[user] = append(x.entries[user], q.CallID)
		}
	case *xsi.RoutePointSnapshot:
		x.entries[user] = nil
		for _, q := range d.Entries {
			x.entries[user] = append(x.entries[user], q.CallID)
		}
	case *xsi.QueueEvent:
		x.hearEntry(t, user, d.Type, d.Entry.CallID, d.Entry.RemoveTime != 0)
	case *xsi.RoutePointEvent:
		x.hearEntry(t, user, d.Type, d.Entry.CallID, d.Entry.RemoveTime != 0)
	}
}

func participants(c *xsi.Conference) []string {
	var ids []string
	if c != nil {
		for _, p := range c.Participants {
			ids = append(ids, p.CallID)
		}
	}
	return ids
}

// begins are the events that a call may begin with.
var begins = []xsi.EventType{xsi.CallOriginating, xsi.CallOriginated, xsi.CallReceived}

func (x *xsiReplica) hearCall(t *testing.T, user string, d *xsi.CallEvent) {
	c := d.Call
	before, known := x.calls[user][c.CallID]
	switch {
	case !known && !slices.Contains(begins, d.Type):
		t.Errorf("%s: %s of the call %s, which nobody knows", user, d.Type, c.CallID)
	case known && slices.Contains(begins, d.Type) && d.Type != xsi.CallOriginated:
		t.Errorf("%s: %s of the call %s, which there is", user, d.Type, c.CallID)
	case d.Type == xsi.CallWasReleased && c.State != xsi.CallReleased || d.Type != xsi.CallWasReleased && c.State == xsi.CallReleased,
		d.Type == xsi.CallWasHeld && c.State != xsi.CallHeld && c.State != xsi.CallRemoteHeld,
		d.Type == xsi.CallRetrieved && c.State != xsi.CallActive, d.Type == xsi.CallAnswered && c.State != xsi.CallActive,
		d.Type == xsi.CallReceived && c.State != xsi.CallAlerting,
		known && before.AnswerTime != 0 && before.AnswerTime != c.AnswerTime,
		known && before.ExtTrackingID != c.ExtTrackingID && d.Type != xsi.CallTransferred:
		t.Errorf("%s: %s after %+v:\n%+v", user, d.Type, before, c)
	}
	if d.Type == xsi.CallOriginated { // in the place of the one that rang the user's own phone
		for id, o := range x.calls[user] {
			if o.Personality == xsi.ClickToDial && o.State == xsi.CallAlerting && o.ExtTrackingID == c.ExtTrackingID && o.Endpoint == nil {
				delete(x.calls[user], id)
			}
		}
	}
	x.calls[user][c.CallID] = c
	if c.State == xsi.CallReleased {
		delete(x.calls[user], c.CallID)
	}
}

func (x *xsiReplica) hearEntry(t *testing.T, user string, kind xsi.EventType, id string, gone bool) {
	known := slices.Contains(x.entries[user], id)
	if begins := kind == xsi.ACDCallAdded || kind == xsi.RoutePointCallAdded; begins == known {
		t.Errorf("%s: %s of the entry %s, known: %v", user, kind, id, known)
	}
	if gone {
		x.entries[user] = slices.DeleteFunc(x.entries[user], func(o string) bool { return o == id })
	} else if !known {
		x.entries[user] = append(x.entries[user], id)
	}
}

// compare compares the replica with the truth, and the truth with the model's.
func (x *xsiReplica) compare(t *testing.T, truth switchsim.XsiTruth, model switchsim.Truth) {
	t.Helper()
	type part struct{ Tracking, State, Personality string }
	want, got := map[string]map[string]part{}, map[string]map[string]part{}
	wantConference, wantAgents, wantEntries := map[string][]string{}, map[string]string{}, map[string][]string{}
	for _, u := range truth.Users {
		for _, c := range u.Calls {
			if want[u.ID] == nil {
				want[u.ID] = map[string]part{}
			}
			want[u.ID][c.ID] = part{c.Tracking, c.State, c.Personality}
		}
		if len(u.Conference) > 0 {
			wantConference[u.ID] = u.Conference
		}
		if u.Agent != "" {
			wantAgents[u.ID] = u.Agent
		}
		for _, e := range u.Entries {
			wantEntries[u.ID] = append(wantEntries[u.ID], e.ID)
		}
		if hook, known := x.hooks[u.ID]; known && hook != u.HookStatus {
			t.Errorf("%s is told to be %s and is %s", u.ID, hook, u.HookStatus)
		}
	}
	for user, calls := range x.calls {
		for id, c := range calls {
			if got[user] == nil {
				got[user] = map[string]part{}
			}
			got[user][id] = part{c.ExtTrackingID, string(c.State), string(c.Personality)}
		}
	}
	for user, ids := range x.conferences {
		if len(ids) == 0 {
			delete(x.conferences, user)
		}
	}
	for user, ids := range x.entries {
		if len(ids) == 0 {
			delete(x.entries, user)
		}
	}
	for what, diff := range map[string]string{
		"calls": cmp.Diff(want, got), "conferences": cmp.Diff(wantConference, x.conferences),
		"agents": cmp.Diff(wantAgents, x.agents), "entries": cmp.Diff(wantEntries, x.entries),
	} {
		if diff != "" {
			t.Errorf("the events lead away from the truth (-truth +replica), %s:\n%s", what, diff)
		}
	}
	compareModel(t, truth, model)
}

// compareModel holds what BroadWorks says against the model: each station that is in a call has a part in it, in the
// state that fits.
func compareModel(t *testing.T, truth switchsim.XsiTruth, model switchsim.Truth) {
	t.Helper()
	fits := map[switchsim.State][]string{
		switchsim.Alerting:  {"Alerting"},
		switchsim.Connected: {"Active", "Alerting", "Remote Held"},
		switchsim.Hold:      {"Held"},
		switchsim.Fail:      {"Active"},
	}
	var parts, want []string
	conference := map[string]bool{}
	for _, u := range truth.Users {
		for _, c := range u.Calls {
			parts = append(parts, c.Call+" "+u.Device)
			conference[c.Call] = conference[c.Call] || len(u.Conference) > 0
		}
	}
	for _, c := range model.Calls {
		for _, k := range c.Connections {
			if strings.HasPrefix(k.Device, "+") || k.State == switchsim.Initiated || k.State == switchsim.Queued {
				continue
			}
			id := c.ID + " " + k.Device
			if k.State != switchsim.Fail || slices.Contains(parts, id) { // a busy phone has no part in the call
				want = append(want, id)
			}
			for _, u := range truth.Users {
				for _, p := range u.Calls {
					if u.Device == k.Device && p.Call == c.ID && len(u.Conference) == 0 && !slices.Contains(fits[k.State], p.State) {
						t.Errorf("call %s at %s is %s for Xsi and %s for the model", c.ID, k.Device, p.State, k.State)
					}
				}
			}
		}
	}
	slices.Sort(parts)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Compact(parts)); diff != "" {
		t.Errorf("the parts aren't the model's (-model +xsi):\n%s", diff)
	}
}

// subscribeAll orders everything of everybody.
func (l *listener) subscribeAll() {
	l.r.t.Helper()
	for _, d := range l.r.s.Truth().Devices {
		switch d.Kind {
		case "station":
			l.subscribe(d.ID, xsi.PackageAdvancedCall, xsi.PackageCallCenterAgent, xsi.PackageDoNotDisturb, xsi.PackageCallForwardingNoAnswer)
		case "queue":
			l.subscribe(d.ID, xsi.PackageCallCenterQueue)
		case "routePoint":
			l.subscribe(d.ID, xsi.PackageRoutePointQueue)
		}
	}
}

func TestXsi_EventsLeadToTheTruth(t *testing.T) {
	for _, opt := range []switchsim.Options{
		{Seed: 31},
		{Seed: 32, MergeID: switchsim.MergePrimary, Xsi: switchsim.XsiOptions{Cut: switchsim.CutAnywhere}},
	} {
		t.Run(fmt.Sprint("seed ", opt.Seed), func(t *testing.T) {
			opt.Agents, opt.QueueFrames = 40, 100000
			withXsi(t, opt, func(t *testing.T, r *xsiRig) {
				l := r.listen(1, "set", "app", 1)
				l.subscribeAll()
				x := newXsiReplica()
				r.s.SetRate(10)
				events := 0
				for range 10 {
					time.Sleep(5 * time.Second)
					r.s.SetRate(0) // for a moment, so that events and truth are of the same one
					for _, e := range l.take() {
						events++
						x.hear(t, e)
					}
					truth, model := r.s.Xsi(), r.s.Truth()
					if late := l.take(); len(late) > 0 {
						for _, e := range late {
							x.hear(t, e)
						}
						truth, model = r.s.Xsi(), r.s.Truth()
					}
					x.compare(t, truth, model)
					if t.Failed() {
						t.FailNow()
					}
					r.s.SetRate(10)
				}
				r.clean(l)
				if events < 3000 || x.arrivals[xsi.ArrivalGap] > 0 || r.s.Xsi().Waiting > 5 {
					t.Errorf("%d events, arrivals %v", events, x.arrivals)
				}
				for _, kind := range []xsi.EventType{
					xsi.CallOriginated, xsi.CallReceived, xsi.CallAnswered, xsi.CallWasReleased, xsi.CallReleasing, xsi.CallWasHeld,
					xsi.CallRetrieved, xsi.CallTransferred, xsi.CallRedirected, xsi.ConferenceStarted, xsi.ConferenceReleased,
					xsi.HookStatusChanged, xsi.ACDCallAdded, xsi.ACDCallOfferedToAgent, xsi.ACDCallAnsweredByAgent, xsi.ACDCallAbandoned,
					xsi.ACDCallBounced, xsi.AgentStateChanged, xsi.RoutePointCallAdded, xsi.RoutePointCallTransferred,
				} {
					if x.kinds[kind] == 0 {
						t.Errorf("no %s among %d events", kind, events)
					}
				}
			})
		})
	}
}
