package xsi

// RoutePointEvent tells of one call at a route point.
type RoutePointEvent struct {
	Type             EventType
	Entry            RoutePointEntry
	FailureReason    string // CallFailureRequested, CallFailureDueToInactivity or RoutePointFailure
	OverflowReason   string // size or time
	ReleaseReason    string // CallReleaseRequested, NoAnswerTimeOut or ReleasedWithCause
	Redirect         *Redirect
	TreatmentStarted bool
	Redirections     []Redirection
	OutgoingRelease  *ReleaseCause // outgoingCallReleaseCause
	CPDResult        string        // SIT, Fax or VoiceMessaging
	// Reason is why a treatment ended (EOF or remoteRelease), or why the call
	// was updated (Call Transferred, …).
	Reason string
	Result *PlayResult
}

// routePointShape says what one type of RoutePointEvent has beside the entry.
type routePointShape struct {
	failureReason, overflowReason, releaseReason, redirect, treatmentStarted, redirections rule
	outgoingRelease, cpdResult, reason, result                                             rule
}

var routePointShapes = map[EventType]routePointShape{
	RoutePointCallAdded:      {redirections: opt},
	RoutePointCallAbandoned:  {},
	RoutePointCallReleased:   {releaseReason: req, outgoingRelease: opt, cpdResult: opt},
	RoutePointCallFailed:     {failureReason: req, redirect: opt},
	RoutePointCallOverflowed: {overflowReason: opt, redirect: opt, treatmentStarted: opt, redirections: opt},

	RoutePointCallOverflowedTreatmentCompleted: {overflowReason: opt, redirect: opt, reason: req},

	RoutePointCallTransferred:        {redirect: req},
	RoutePointCallUpdated:            {cpdResult: opt, reason: opt},
	RoutePointCallBounced:            {redirect: opt},
	RoutePointCallOfferedToAgent:     {},
	RoutePointCallAnsweredByAgent:    {},
	RoutePointOutgoingCallOriginated: {},
	RoutePointOutgoingCallAnswered:   {},
	RoutePointBusyStarted:            {},
	RoutePointBusyCompleted:          {result: req},
	RoutePointMOHStarted:             {},
	RoutePointMOHCompleted:           {result: req},
	RoutePointRingbackStarted:        {},
	RoutePointRingbackCompleted:      {result: req},
	RoutePointSilenceStarted:         {},
	RoutePointSilenceCompleted:       {result: req},
	RoutePointTreatmentStarted:       {},
	RoutePointTreatmentCompleted:     {result: req},
	RoutePointWhisperStarted:         {},
	RoutePointConnectingToVoiceXML:   {},
	RoutePointConnectedToVoiceXML:    {},
	RoutePointFailedVoiceXML:         {},
}

// EventType is e.Type.
func (e *RoutePointEvent) EventType() EventType { return e.Type }

func (e *RoutePointEvent) fields(c *coder) {
	has := routePointShapes[e.Type]
	always(c, "queueEntry", &e.Entry)
	text(c, "failureReason", &e.FailureReason, has.failureReason)
	text(c, "overFlowReason", &e.OverflowReason, has.overflowReason) // with a capital F here
	text(c, "releaseReason", &e.ReleaseReason, has.releaseReason)
	one(c, "redirect", &e.Redirect, has.redirect)
	empty(c, "treatmentStarted", &e.TreatmentStarted, has.treatmentStarted)
	list(c, "redirections", "redirection", &e.Redirections, has.redirections)
	one(c, "outgoingCallReleaseCause", &e.OutgoingRelease, has.outgoingRelease)
	text(c, "cpdResult", &e.CPDResult, has.cpdResult)
	text(c, "reason", &e.Reason, has.reason)
	one(c, "playCollectResult", &e.Result, has.result)
}

// RoutePointEntry is a call at a route point, or one that just left it.
type RoutePointEntry struct {
	CallID                 string
	ExtTrackingID          string
	RemoteParty            Party // who calls
	AddTime                Timestamp
	RemoveTime             Timestamp
	Bounced                bool
	Name                   string // of the route point
	Number                 Address
	Play                   *PlayInfo
	Outgoing               bool // outgoingCall
	OutgoingAnswerTime     Timestamp
	AnsweringUser          string
	AnsweringCallID        string
	AnsweringNetworkCallID string
}

func (q *RoutePointEntry) fields(c *coder) {
	text(c, "callId", &q.CallID, req)
	text(c, "extTrackingId", &q.ExtTrackingID, req)
	always(c, "remoteParty", &q.RemoteParty)
	positive(c, "addTime", &q.AddTime, opt)
	positive(c, "removeTime", &q.RemoveTime, opt)
	empty(c, "bounced", &q.Bounced, opt)
	text(c, "routePointName", &q.Name, req)
	q.Number.child(c, "routePointNumber", req)
	one(c, "playCollectInfo", &q.Play, opt)
	empty(c, "outgoingCall", &q.Outgoing, opt)
	positive(c, "outgoingCallAnswerTime", &q.OutgoingAnswerTime, opt)
	text(c, "answeringUserId", &q.AnsweringUser, opt)
	text(c, "answeringCallId", &q.AnsweringCallID, opt)
	text(c, "answeringNetworkCallId", &q.AnsweringNetworkCallID, opt)
}

// PlayInfo says what is being played to a call.
type PlayInfo struct {
	ID   string
	Type string // Treatment, MOH, Ringback, Busy or Silence
}

func (p *PlayInfo) fields(c *coder) {
	text(c, "playCollectId", &p.ID, req)
	text(c, "playCollectType", &p.Type, req)
}

// PlayResult says what came of playing something to a call.
type PlayResult struct {
	ID          string
	Completion  string // Match, NoMatch, Timeout, EOF, Stopped-…, Error
	Digits      string // that were dialled meanwhile
	ErrorReason string
}

func (p *PlayResult) fields(c *coder) {
	text(c, "playCollectId", &p.ID, req)
	text(c, "completionReason", &p.Completion, req)
	text(c, "digits", &p.Digits, opt)
	text(c, "errorReason", &p.ErrorReason, opt)
}

// RoutePointSnapshot is all that waits at a route point: an entry that it lacks
// is gone. No event of this route point that was queued before it follows it
// (§4.2.4.4).
type RoutePointSnapshot struct {
	Type    EventType         // RoutePointSubscription or RoutePointSubscriptionResync
	Entries []RoutePointEntry // nil if there are none
}

// EventType is e.Type.
func (e *RoutePointSnapshot) EventType() EventType { return e.Type }

func (e *RoutePointSnapshot) fields(c *coder) {
	list(c, "queueEntries", "queueEntry", &e.Entries, opt)
}

// RoutePointFailedEvent tells that a route point's calls are treated by its
// failure policy.
type RoutePointFailedEvent struct{ Reason string } // FailureDetected or ExternalRequest

// EventType is RoutePointFailed.
func (*RoutePointFailedEvent) EventType() EventType { return RoutePointFailed }

func (e *RoutePointFailedEvent) fields(c *coder) { text(c, "stateChangeReason", &e.Reason, req) }

// RoutePointRecoveredEvent tells that a route point works again.
type RoutePointRecoveredEvent struct{}

// EventType is RoutePointRecovered.
func (*RoutePointRecoveredEvent) EventType() EventType { return RoutePointRecovered }

func (*RoutePointRecoveredEvent) fields(*coder) {}
