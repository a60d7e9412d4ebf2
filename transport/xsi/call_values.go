package xsi

// Values of the children of a Call. A value that is not listed is kept as it
// came.

// CallState is the state of a user's part in a call.
type CallState string

// The values of CallState.
const (
	CallIdle       CallState = "Idle"
	CallAlerting   CallState = "Alerting"
	CallActive     CallState = "Active"
	CallHeld       CallState = "Held"
	CallRemoteHeld CallState = "Remote Held" // reported within a group or enterprise only
	CallDetached   CallState = "Detached"    // only Released can follow
	CallReleased   CallState = "Released"
)

// Personality says how a user came to have a call.
type Personality string

// The values of Personality.
const (
	Originator  Personality = "Originator"
	Terminator  Personality = "Terminator"
	ClickToDial Personality = "Click-to-Dial" // dialled by an application, the user's own phone first
)

// CallType says where the other party is.
type CallType string

// The values of CallType.
const (
	CallTypeGroup           CallType = "Group"
	CallTypeEnterprise      CallType = "Enterprise"
	CallTypeNetwork         CallType = "Network"
	CallTypeEmergency       CallType = "Emergency"
	CallTypeRepair          CallType = "Repair"
	CallTypeCityWideCentrex CallType = "City-Wide Centrex"
	CallTypePrivateDialPlan CallType = "Private Dial Plan"
	CallTypeUnknown         CallType = "Unknown"
	CallTypeError           CallType = "Error"
)

// ReleasingParty says who ended a call.
type ReleasingParty string

// The values of ReleasingParty.
const (
	LocalRelease  ReleasingParty = "localRelease"
	RemoteRelease ReleasingParty = "remoteRelease"
)

// RedirectReason says why a call was redirected.
type RedirectReason string

// The values of RedirectReason.
const (
	RedirectBusy            RedirectReason = "user-busy"
	RedirectNoAnswer        RedirectReason = "no-answer"
	RedirectUnavailable     RedirectReason = "unavailable"
	RedirectUnconditional   RedirectReason = "unconditional"
	RedirectTimeOfDay       RedirectReason = "time-of-day"
	RedirectDoNotDisturb    RedirectReason = "do-not-disturb"
	RedirectDeflection      RedirectReason = "deflection"
	RedirectFollowMe        RedirectReason = "follow-me"
	RedirectOutOfService    RedirectReason = "out-of-service"
	RedirectAway            RedirectReason = "away"
	RedirectTransfer        RedirectReason = "transfer"
	RedirectVoicemail       RedirectReason = "voicemail"
	RedirectHuntGroup       RedirectReason = "hunt-group"
	RedirectCallCenter      RedirectReason = "call-center"
	RedirectRoutePoint      RedirectReason = "route-point"
	RedirectAgentWrapUp     RedirectReason = "agent-wrap-up"
	RedirectScriptTerminate RedirectReason = "voicexml-script-termination"
	RedirectUnknown         RedirectReason = "unknown"
)

// HookState says whether a user's phone is off the hook.
type HookState string

// The values of HookState.
const (
	OnHook  HookState = "On-Hook"
	OffHook HookState = "Off-Hook"
)

// EndpointType is the type of an Endpoint.
type EndpointType string

// The values of EndpointType.
const (
	AccessEndpoint             EndpointType = "AccessEndpoint"
	BroadWorksAnywhereEndpoint EndpointType = "BroadWorksAnywhereEndpoint"
	BroadWorksMobilityEndpoint EndpointType = "BroadWorksMobilityEndpoint"
	RemoteOfficeEndpoint       EndpointType = "RemoteOfficeEndpoint"
	ExecutiveAssistantEndpoint EndpointType = "ExecutiveAssistantEndpoint"
)
