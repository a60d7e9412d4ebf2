package xsi

import (
	"maps"
	"slices"
)

// EventType is the name of an event in the schema.
type EventType string

// Events of calls (§4.7.1). The packages Basic, Standard and Advanced Call
// bring more of them each.
const (
	CallOriginating        EventType = "CallOriginatingEvent" // click-to-dial, before the user's own phone is off the hook
	CallOriginated         EventType = "CallOriginatedEvent"
	CallCollecting         EventType = "CallCollectingEvent"
	CallReceived           EventType = "CallReceivedEvent" // Advanced Call: before services had their say
	CallAnswered           EventType = "CallAnsweredEvent" // there may be several
	CallReleasing          EventType = "CallReleasingEvent"
	CallWasReleased        EventType = "CallReleasedEvent"
	CallWasHeld            EventType = "CallHeldEvent"
	CallRetrieved          EventType = "CallRetrievedEvent"
	CallTransferred        EventType = "CallTransferredEvent"
	CallForwarded          EventType = "CallForwardedEvent"
	CallUpdated            EventType = "CallUpdatedEvent" // compare all fields: it doesn't say which changed
	CallPickedUp           EventType = "CallPickedUpEvent"
	CallParkRetrieved      EventType = "CallParkRetrievedEvent"
	CallBargedIn           EventType = "CallBargedInEvent"
	CallMonitored          EventType = "CallMonitoredEvent"
	CallWasDetached        EventType = "CallDetachedEvent" // CallWasReleased follows at once
	CallRecordingStarting  EventType = "CallRecordingStartingEvent"
	CallRecordingStarted   EventType = "CallRecordingStartedEvent"
	CallRecordingPaused    EventType = "CallRecordingPausedEvent"
	CallRecordingResumed   EventType = "CallRecordingResumedEvent"
	CallRecordingStopped   EventType = "CallRecordingStoppedEvent"
	CallSecurityUpdated    EventType = "CallSecurityClassificationUpdatedEvent"
	CallSessionInfoUpdated EventType = "CallClientSessionInfoUpdatedEvent"
	PlayMusicOnHoldFailure EventType = "PlayMusicOnHoldFailureEvent"

	CallRedirected         EventType = "CallRedirectedEvent"
	CallSubscription       EventType = "CallSubscriptionEvent"       // after subscribing and refreshing; unsolicited: some calls are lost
	CallSubscriptionResync EventType = "CallSubscriptionResyncEvent" // the server lost updates
	HookStatusChanged      EventType = "HookStatusEvent"

	ConferenceStarted        EventType = "ConferenceStartedEvent"
	ConferenceWasHeld        EventType = "ConferenceHeldEvent"
	ConferenceRetrieved      EventType = "ConferenceRetrievedEvent"
	ConferenceUpdated        EventType = "ConferenceUpdatedEvent"
	ConferenceReleased       EventType = "ConferenceReleasedEvent"
	ConferenceMuted          EventType = "ConferenceMutedEvent"
	ConferenceUnmuted        EventType = "ConferenceUnmutedEvent"
	ConferenceCallMuted      EventType = "ConferenceCallMutedEvent"
	ConferenceCallUnmuted    EventType = "ConferenceCallUnMutedEvent"
	ConferenceCallMadeDeaf   EventType = "ConferenceCallMadeDeafEvent"
	ConferenceCallMadeUndeaf EventType = "ConferenceCallMadeUnDeafEvent"
)

// Events of queues, Call Center Queue (§4.7.2). The type names of the stranded
// treatments are misspelt in the schema.
const (
	ACDCallAdded                        EventType = "ACDCallAddedEvent"
	ACDCallOfferedToAgent               EventType = "ACDCallOfferedToAgentEvent"
	ACDCallAnsweredByAgent              EventType = "ACDCallAnsweredByAgentEvent"
	ACDCallAbandoned                    EventType = "ACDCallAbandonedEvent"
	ACDCallReleased                     EventType = "ACDCallReleasedEvent"
	ACDCallOverflowed                   EventType = "ACDCallOverflowedEvent"
	ACDCallOverflowedTreatmentCompleted EventType = "ACDCallOverflowedTreatmentCompletedEvent"
	ACDCallTransferred                  EventType = "ACDCallTransferredEvent"
	ACDCallUpdated                      EventType = "ACDCallUpdatedEvent"
	ACDCallBounced                      EventType = "ACDCallBouncedEvent"
	ACDCallReordered                    EventType = "ACDCallReorderedEvent"
	ACDCallPromoted                     EventType = "ACDCallPromotedEvent"
	ACDCallEscaped                      EventType = "ACDCallEscapedEvent"
	ACDCallStranded                     EventType = "ACDCallStrandedEvent"
	ACDCallStrandedTreatmentCompleted   EventType = "ACDCallStrandedTreatementCompletedEvent"
	ACDCallStrandedUnavailable          EventType = "ACDCallStrandedUnavailableEvent"
	ACDCallStrandedUnavailableTreatment EventType = "ACDCallStrandedUnavailableTreatementCompletedEvent"
	ACDWhisperStarted                   EventType = "ACDWhisperStartedEvent"
	ACDCallForwarded                    EventType = "ACDCallForwardedEvent"
	ACDCallForwardedTreatmentCompleted  EventType = "ACDCallForwardedTreatmentCompletedEvent"
	ACDHolidayPolicyApplied             EventType = "ACDHolidayPolicyAppliedEvent"
	ACDHolidayPolicyTreatmentCompleted  EventType = "ACDHolidayPolicyTreatmentCompletedEvent"
	ACDNightPolicyApplied               EventType = "ACDNightPolicyAppliedEvent"
	ACDNightPolicyTreatmentCompleted    EventType = "ACDNightPolicyTreatmentCompletedEvent"
	ACDSubscription                     EventType = "ACDSubscriptionEvent"
	ACDSubscriptionResync               EventType = "ACDSubscriptionResyncEvent"
)

// Events of agents, Call Center Agent.
const (
	AgentSubscription         EventType = "AgentSubscriptionEvent"
	AgentStateChanged         EventType = "AgentStateEvent"
	AgentJoinUpdate           EventType = "ACDAgentJoinUpdateEvent"
	AgentDispositionCodeAdded EventType = "AgentDispositionCodeAddedEvent"
)

// Events of route points, Route Point Queue (§4.7.3).
const (
	RoutePointNewCall                          EventType = "RoutePointNewCallEvent"
	RoutePointCallRejected                     EventType = "RoutePointCallRejectedEvent"
	RoutePointCallForwarded                    EventType = "RoutePointCallForwardedEvent"
	RoutePointCallForwardedTreatmentCompleted  EventType = "RoutePointCallForwardedTreatmentCompletedEvent"
	RoutePointHolidayPolicyApplied             EventType = "RoutePointHolidayPolicyAppliedEvent"
	RoutePointHolidayPolicyTreatmentCompleted  EventType = "RoutePointHolidayPolicyTreatmentCompletedEvent"
	RoutePointNightPolicyApplied               EventType = "RoutePointNightPolicyAppliedEvent"
	RoutePointNightPolicyTreatmentCompleted    EventType = "RoutePointNightPolicyTreatmentCompletedEvent"
	RoutePointCallAdded                        EventType = "RoutePointCallAddedEvent"
	RoutePointCallAbandoned                    EventType = "RoutePointCallAbandonedEvent"
	RoutePointCallReleased                     EventType = "RoutePointCallReleasedEvent"
	RoutePointCallFailed                       EventType = "RoutePointCallFailedEvent"
	RoutePointCallOverflowed                   EventType = "RoutePointCallOverflowedEvent"
	RoutePointCallOverflowedTreatmentCompleted EventType = "RoutePointCallOverflowedTreatmentCompletedEvent"
	RoutePointCallTransferred                  EventType = "RoutePointCallTransferredEvent"
	RoutePointCallUpdated                      EventType = "RoutePointCallUpdatedEvent"
	RoutePointCallBounced                      EventType = "RoutePointCallBouncedEvent"
	RoutePointCallOfferedToAgent               EventType = "RoutePointCallOfferedToAgentEvent"
	RoutePointCallAnsweredByAgent              EventType = "RoutePointCallAnsweredByAgentEvent"
	RoutePointOutgoingCallOriginated           EventType = "RoutePointOutgoingCallOriginatedEvent"
	RoutePointOutgoingCallAnswered             EventType = "RoutePointOutgoingCallAnsweredEvent"
	RoutePointBusyStarted                      EventType = "RoutePointBusyStartedEvent"
	RoutePointBusyCompleted                    EventType = "RoutePointBusyCompletedEvent"
	RoutePointMOHStarted                       EventType = "RoutePointMOHStartedEvent"
	RoutePointMOHCompleted                     EventType = "RoutePointMOHCompletedEvent"
	RoutePointRingbackStarted                  EventType = "RoutePointRingbackStartedEvent"
	RoutePointRingbackCompleted                EventType = "RoutePointRingbackCompletedEvent"
	RoutePointSilenceStarted                   EventType = "RoutePointSilenceStartedEvent"
	RoutePointSilenceCompleted                 EventType = "RoutePointSilenceCompletedEvent"
	RoutePointTreatmentStarted                 EventType = "RoutePointTreatmentStartedEvent"
	RoutePointTreatmentCompleted               EventType = "RoutePointTreatmentCompletedEvent"
	RoutePointWhisperStarted                   EventType = "RoutePointWhisperStartedEvent"
	RoutePointConnectingToVoiceXML             EventType = "RoutePointConnectingToVoiceXMLEvent"
	RoutePointConnectedToVoiceXML              EventType = "RoutePointConnectedToVoiceXMLEvent"
	RoutePointFailedVoiceXML                   EventType = "RoutePointFailedVoiceXMLEvent"
	RoutePointFailed                           EventType = "RoutePointFailedEvent"
	RoutePointRecovered                        EventType = "RoutePointRecoveredEvent"
	RoutePointSubscription                     EventType = "RoutePointSubscriptionEvent"
	RoutePointSubscriptionResync               EventType = "RoutePointSubscriptionResyncEvent"
)

// Events of a user's services, each in the package of its name, and of
// subscriptions themselves.
const (
	DoNotDisturb                  EventType = "DoNotDisturbEvent"
	CallForwardingAlways          EventType = "CallForwardingAlwaysEvent"
	CallForwardingAlwaysSecondary EventType = "CallForwardingAlwaysSecondaryEvent"
	CallForwardingBusy            EventType = "CallForwardingBusyEvent"
	CallForwardingNoAnswer        EventType = "CallForwardingNoAnswerEvent"

	// SubscriptionTerminated: by request or an administrator, by expiry, or
	// because the target wants privacy.
	SubscriptionTerminated EventType = "SubscriptionTerminatedEvent"
)

// Known reports whether this package reads the event's content.
func (t EventType) Known() bool { return eventTypes[t] != nil }

// EventTypes returns all events that are known, sorted.
func EventTypes() []EventType { return slices.Sorted(maps.Keys(eventTypes)) }

// eventSpellings are names that the vendor itself spells otherwise than its
// schema.
var eventSpellings = map[EventType]EventType{
	"ACDCallStrandedTreatmentCompletedEvent":            ACDCallStrandedTreatmentCompleted,
	"ACDCallStrandedUnavailableTreatmentCompletedEvent": ACDCallStrandedUnavailableTreatment,
}
