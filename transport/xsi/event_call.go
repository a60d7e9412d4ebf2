package xsi

import "slices"

// CallEvent tells of one call of the target: its state after what happened.
type CallEvent struct {
	Type EventType
	Call Call
	// StopReason is CallRecordingStopped's: "User Requested" or "Failure".
	StopReason string
}

// callShapes are the types of CallEvent, with their rule for StopReason.
var callShapes = map[EventType]rule{
	CallOriginating: no, CallOriginated: no, CallCollecting: no, CallReceived: no, CallAnswered: no, CallReleasing: no,
	CallWasReleased: no, CallWasHeld: no, CallRetrieved: no, CallTransferred: no, CallForwarded: no, CallUpdated: no,
	CallPickedUp: no, CallParkRetrieved: no, CallBargedIn: no, CallMonitored: no, CallWasDetached: no,
	CallRecordingStarting: no, CallRecordingStarted: no, CallRecordingPaused: no, CallRecordingResumed: no,
	CallRecordingStopped: req, CallSecurityUpdated: no, CallSessionInfoUpdated: no, PlayMusicOnHoldFailure: no,
}

// EventType is e.Type.
func (e *CallEvent) EventType() EventType { return e.Type }

func (e *CallEvent) fields(c *coder) {
	always(c, "call", &e.Call)
	text(c, "reason", &e.StopReason, callShapes[e.Type])
}

// CallsRedirected tells of the calls that a redirection took away from the
// target: two of them after a consultation.
type CallsRedirected struct{ Calls []Call }

// EventType is CallRedirected.
func (*CallsRedirected) EventType() EventType { return CallRedirected }

func (e *CallsRedirected) fields(c *coder) { list(c, "calls", "call", &e.Calls, req) }

// CallSnapshot is all that the target has: a call that it lacks is over. It
// comes for subscriptions to one user only (§4.2.4.2), after subscribing, after
// a refresh, and unsolicited when the server lost updates.
type CallSnapshot struct {
	Type       EventType   // CallSubscription or CallSubscriptionResync
	Calls      []Call      // nil if there are none
	Conference *Conference // for its controller only
	HookStatus HookState
}

// EventType is e.Type.
func (e *CallSnapshot) EventType() EventType { return e.Type }

func (e *CallSnapshot) fields(c *coder) {
	list(c, "calls", "call", &e.Calls, opt)
	one(c, "conference", &e.Conference, opt)
	text(c, "hookStatus", &e.HookStatus, req)
}

// HookStatusEvent tells of the target's phone: after originating, answering,
// the last release, and when the line is seized.
type HookStatusEvent struct{ Status HookState }

// EventType is HookStatusChanged.
func (*HookStatusEvent) EventType() EventType { return HookStatusChanged }

func (e *HookStatusEvent) fields(c *coder) { text(c, "hookStatus", &e.Status, req) }

// ConferenceEvent tells the controller of a conference how it is.
type ConferenceEvent struct {
	Type       EventType
	Conference Conference
}

var conferenceTypes = []EventType{
	ConferenceStarted, ConferenceWasHeld, ConferenceRetrieved, ConferenceUpdated, ConferenceReleased, ConferenceMuted,
	ConferenceUnmuted, ConferenceCallMuted, ConferenceCallUnmuted, ConferenceCallMadeDeaf, ConferenceCallMadeUndeaf,
}

// EventType is e.Type.
func (e *ConferenceEvent) EventType() EventType { return e.Type }

func (e *ConferenceEvent) fields(c *coder) {
	always(c, "conference", &e.Conference)
}

// SubscriptionTerminatedEvent tells that the subscription is over.
type SubscriptionTerminatedEvent struct{}

// EventType is SubscriptionTerminated.
func (*SubscriptionTerminatedEvent) EventType() EventType { return SubscriptionTerminated }

func (*SubscriptionTerminatedEvent) fields(*coder) {}

// IsSnapshot reports whether the event is all that the target has, so that
// what it lacks is over.
func (t EventType) IsSnapshot() bool {
	return slices.Contains([]EventType{
		CallSubscription, CallSubscriptionResync, ACDSubscription, ACDSubscriptionResync,
		RoutePointSubscription, RoutePointSubscriptionResync, AgentSubscription,
	}, t)
}
