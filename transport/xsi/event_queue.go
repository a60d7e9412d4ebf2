package xsi

// QueueEvent tells of one call in a queue.
type QueueEvent struct {
	Type             EventType
	Entry            QueueEntry
	EntrancePlaying  bool
	Position         int    // in the queue, from 1 on
	OverflowReason   string // size or time
	Redirect         *Redirect
	TreatmentStarted bool
	Redirections     []Redirection
	// Reason is why a treatment ended (EOF or remoteRelease), or why the call
	// was updated (Call Transferred, …).
	Reason string
}

// queueShape says what one type of QueueEvent has beside the entry.
type queueShape struct {
	entrancePlaying, position, overflowReason, redirect, treatmentStarted, redirections, reason rule
}

var queueShapes = map[EventType]queueShape{
	ACDCallAdded:                        {position: req, redirections: opt},
	ACDCallOfferedToAgent:               {},
	ACDCallAnsweredByAgent:              {},
	ACDCallAbandoned:                    {entrancePlaying: opt},
	ACDCallReleased:                     {},
	ACDCallOverflowed:                   {overflowReason: req, redirect: opt, treatmentStarted: opt, redirections: opt},
	ACDCallOverflowedTreatmentCompleted: {overflowReason: req, redirect: opt, reason: req},
	ACDCallTransferred:                  {redirect: req},
	ACDCallUpdated:                      {reason: opt},
	ACDCallBounced:                      {position: opt, redirect: opt},
	ACDCallReordered:                    {position: req},
	ACDCallPromoted:                     {position: req},
	ACDCallEscaped:                      {},
	ACDCallStranded:                     {redirect: opt, treatmentStarted: opt, redirections: opt},
	ACDCallStrandedTreatmentCompleted:   {redirect: opt, reason: req},
	ACDCallStrandedUnavailable:          {redirect: opt, treatmentStarted: opt},
	ACDCallStrandedUnavailableTreatment: {redirect: opt, reason: req},
	ACDWhisperStarted:                   {},
}

// EventType is e.Type.
func (e *QueueEvent) EventType() EventType { return e.Type }

func (e *QueueEvent) fields(c *coder) {
	has := queueShapes[e.Type]
	always(c, "queueEntry", &e.Entry)
	empty(c, "entrancePlaying", &e.EntrancePlaying, has.entrancePlaying)
	positive(c, "position", &e.Position, has.position)
	text(c, "overflowReason", &e.OverflowReason, has.overflowReason)
	one(c, "redirect", &e.Redirect, has.redirect)
	empty(c, "treatmentStarted", &e.TreatmentStarted, has.treatmentStarted)
	list(c, "redirections", "redirection", &e.Redirections, has.redirections)
	text(c, "reason", &e.Reason, has.reason)
}

// QueueEntry is a call in a queue, or one that just left it.
type QueueEntry struct {
	CallID                 string
	ExtTrackingID          string
	RemoteParty            Party // who calls
	AddTime                Timestamp
	RemoveTime             Timestamp
	MandatoryEntrance      bool
	Bounced                bool
	Reordered              bool
	PreservedWaitTime      int
	Name                   string // of the queue
	Number                 Address
	Priority               string // 0-Highest, 1-High, 2-Medium or 3-Low
	AddTimeInBucket        Timestamp
	PreservedWaitInBucket  int
	AnsweringUser          string
	AnsweringCallID        string
	AnsweringNetworkCallID string
}

func (q *QueueEntry) fields(c *coder) {
	text(c, "callId", &q.CallID, req)
	text(c, "extTrackingId", &q.ExtTrackingID, req)
	always(c, "remoteParty", &q.RemoteParty)
	positive(c, "addTime", &q.AddTime, req)
	positive(c, "removeTime", &q.RemoveTime, opt)
	empty(c, "mandatoryEntrance", &q.MandatoryEntrance, opt)
	empty(c, "bounced", &q.Bounced, opt)
	empty(c, "reordered", &q.Reordered, opt)
	positive(c, "preservedWaitTime", &q.PreservedWaitTime, opt)
	text(c, "acdName", &q.Name, req)
	q.Number.child(c, "acdNumber", req)
	text(c, "acdPriority", &q.Priority, opt)
	positive(c, "addTimeInPriorityBucket", &q.AddTimeInBucket, opt)
	positive(c, "preservedWaitTimeInPriorityBucket", &q.PreservedWaitInBucket, opt)
	text(c, "answeringUserId", &q.AnsweringUser, opt)
	text(c, "answeringCallId", &q.AnsweringCallID, opt)
	text(c, "answeringNetworkCallId", &q.AnsweringNetworkCallID, opt)
}

// QueueSnapshot is all that waits in a queue: an entry that it lacks is gone.
type QueueSnapshot struct {
	Type    EventType    // ACDSubscription or ACDSubscriptionResync
	Entries []QueueEntry // nil if there are none
}

// EventType is e.Type.
func (e *QueueSnapshot) EventType() EventType { return e.Type }

func (e *QueueSnapshot) fields(c *coder) { list(c, "queueEntries", "queueEntry", &e.Entries, opt) }
