package switchsim

import (
	"slices"
	"strings"
	"time"
)

// xsiSubscription is an order of events.
type xsiSubscription struct {
	id, owner, application string
	set                    *xsiSet
	user                   *xsiUser // nil: all users
	targetType, targetID   string
	parent                 string // service provider of a group
	packages               []string
	granted                int // seconds
	until                  time.Time
	refreshed              time.Time
	seq                    int
	expiry                 *timer
}

func cmpText(a, b string) int { return strings.Compare(a, b) }

// wants reports whether one of the packages has an event.
func (s *xsiSubscription) wants(kind string) bool {
	return slices.ContainsFunc(s.packages, func(p string) bool { return xsiPackages[p](kind) })
}

// xsiPackages says which events a package has. Only those that are simulated are here.
var xsiPackages = map[string]func(kind string) bool{
	"Basic Call":                anyOf(basicCallEvents),
	"Standard Call":             anyOf(basicCallEvents, standardCallEvents),
	"Advanced Call":             anyOf(basicCallEvents, standardCallEvents, advancedCallEvents),
	"Call Center Queue":         startsWith("ACDCall", "ACDSubscription"),
	"Call Center Agent":         startsWith("Agent", "ACDAgent"),
	"Route Point Queue":         startsWith("RoutePoint"),
	"Do Not Disturb":            anyOf([]string{"DoNotDisturbEvent"}),
	"Call Forwarding Always":    anyOf([]string{"CallForwardingAlwaysEvent"}),
	"Call Forwarding Busy":      anyOf([]string{"CallForwardingBusyEvent"}),
	"Call Forwarding No Answer": anyOf([]string{"CallForwardingNoAnswerEvent"}),
}

var (
	basicCallEvents = []string{
		"CallOriginatingEvent", "CallOriginatedEvent", "CallCollectingEvent", "CallReceivedEvent", "CallAnsweredEvent",
		"CallReleasedEvent", "CallReleasingEvent", "CallSubscriptionEvent", "CallSubscriptionResyncEvent", "HookStatusEvent",
	}
	standardCallEvents = []string{
		"CallHeldEvent", "CallRetrievedEvent", "CallTransferredEvent", "CallForwardedEvent", "CallUpdatedEvent",
		"CallRecordingStartingEvent", "CallRecordingStartedEvent", "CallRecordingPausedEvent", "CallRecordingResumedEvent", "CallRecordingStoppedEvent",
		"ConferenceStartedEvent", "ConferenceHeldEvent", "ConferenceRetrievedEvent", "ConferenceUpdatedEvent",
		"ConferenceReleasedEvent", "ConferenceMutedEvent", "ConferenceUnmutedEvent",
	}
	advancedCallEvents = []string{"CallRedirectedEvent", "CallDetachedEvent"}
)

func anyOf(lists ...[]string) func(string) bool {
	all := slices.Concat(lists...)
	return func(kind string) bool { return slices.Contains(all, kind) || kind == "SubscriptionTerminatedEvent" }
}

func startsWith(prefixes ...string) func(string) bool {
	return func(kind string) bool {
		return kind == "SubscriptionTerminatedEvent" ||
			slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(kind, p) })
	}
}

// fits reports why a user can't be a package's target.
func (u *xsiUser) fits(p string) *xsiRefusal {
	of := map[string]deviceKind{"Call Center Queue": acdQueue, "Route Point Queue": routePoint}[p]
	if of == "" {
		of = station
	}
	if u.device.kind != of {
		return xsiForbidden("The user doesn't have the event package " + p + ".")
	}
	return nil
}

// subscribe makes a subscription, in place of an earlier one of the same owner, target, packages and application.
func (f *xsiFront) subscribe(s *xsiSubscription) *xsiRefusal {
	for _, p := range s.packages {
		if xsiPackages[p] == nil {
			return xsiForbidden("The event package " + p + " is not available.")
		}
		if s.user != nil {
			if refused := s.user.fits(p); refused != nil {
				return refused
			}
		}
	}
	for _, other := range f.same(s) {
		f.removeSubscription(other)
	}
	if len(f.subs) >= f.opt.MaxSubscriptions {
		return xsiForbidden("Too many subscriptions.")
	}
	s.id, s.owner = f.uuid(), f.opt.User
	f.subs[s.id] = s
	if s.user != nil {
		f.about[s.user] = append(f.about[s.user], s)
	} else {
		f.collective = append(f.collective, s)
	}
	f.counts.Subscribed++
	f.grant(s)
	f.postSnapshot(s, "")
	return nil
}

// same returns the subscriptions that a new one overwrites.
func (f *xsiFront) same(s *xsiSubscription) []*xsiSubscription {
	list := f.collective
	if s.user != nil {
		list = f.about[s.user]
	}
	var all []*xsiSubscription
	for _, o := range list {
		alike := slices.Equal(o.packages, s.packages) || len(o.packages) > 1 && len(s.packages) > 1
		if o.application == s.application && o.targetType == s.targetType && o.targetID == s.targetID && alike {
			all = append(all, o)
		}
	}
	return all
}

// grant gives a subscription its time anew.
func (f *xsiFront) grant(s *xsiSubscription) {
	s.granted = f.opt.SubscriptionExpires
	d := time.Duration(s.granted) * time.Second
	s.refreshed, s.until = f.s.model.now, f.s.model.now.Add(d)
	s.expiry.stop()
	s.expiry = f.s.after(d, func() {
		f.counts.Expired++
		f.postTerminated(s)
		f.removeSubscription(s)
	})
}

func (f *xsiFront) postTerminated(s *xsiSubscription) {
	u := s.user
	if u == nil {
		u = f.order[0]
	}
	f.post(s, u, xsiData("SubscriptionTerminatedEvent", func(*xsiWriter) {}))
}

func (f *xsiFront) removeSubscription(s *xsiSubscription) {
	s.expiry.stop()
	delete(f.subs, s.id)
	not := func(o *xsiSubscription) bool { return o == s }
	if s.user != nil {
		f.about[s.user] = slices.DeleteFunc(f.about[s.user], not)
	} else {
		f.collective = slices.DeleteFunc(f.collective, not)
	}
}

// snapshotDelay is what a snapshot takes; it comes after the answer to the request that asked for it.
const snapshotDelay = 2 * time.Millisecond

// postSnapshot sends a subscription all that its target has, if that is one user. resync is "" or what the event's name
// ends with otherwise.
func (f *xsiFront) postSnapshot(s *xsiSubscription, resync string) {
	if s.user == nil {
		return
	}
	f.s.after(snapshotDelay, func() {
		if f.subs[s.id] != s {
			return
		}
		for _, p := range s.packages {
			f.postSnapshotOf(s, p, resync)
		}
	})
}

func (f *xsiFront) postSnapshotOf(s *xsiSubscription, p, resync string) {
	u := s.user
	switch {
	case p == "Call Center Agent":
		if resync == "" {
			f.post(s, u, xsiData("AgentSubscriptionEvent", func(w *xsiWriter) { f.agentSnapshot(w, u) }))
		}
	case p == "Call Center Queue":
		f.post(s, u, xsiData("ACDSubscription"+resync+"Event", func(w *xsiWriter) { f.snapshot(w, u) }))
	case p == "Route Point Queue":
		f.post(s, u, xsiData("RoutePointSubscription"+resync+"Event", func(w *xsiWriter) { f.snapshot(w, u) }))
	case strings.HasSuffix(p, " Call"):
		f.post(s, u, xsiData("CallSubscription"+resync+"Event", func(w *xsiWriter) { f.snapshot(w, u) }))
	}
}

func (f *xsiFront) sortedSubscriptions() []*xsiSubscription {
	var all []*xsiSubscription
	for _, s := range f.subs {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *xsiSubscription) int { return cmpText(a.id, b.id) })
	return all
}

// write writes a Subscription as it is.
func (s *xsiSubscription) write(w *xsiWriter, now time.Time) {
	w.text("subscriptionId", s.id)
	w.text("subscriberId", s.owner)
	w.text("targetIdType", s.targetType)
	w.text("targetGrpParentId", s.parent)
	w.text("targetId", s.targetID)
	if len(s.packages) == 1 {
		w.text("event", s.packages[0])
	} else {
		w.within("eventPackageList", func() {
			for _, p := range s.packages {
				w.text("event", p)
			}
		})
	}
	w.text("expires", itoa(int(s.until.Sub(now)/time.Second)))
	w.text("channelSetId", s.set.id)
	w.text("applicationId", s.application)
}
