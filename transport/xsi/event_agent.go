package xsi

// AgentState is the state of a call centre agent.
type AgentState string

// The values of AgentState.
const (
	AgentSignIn      AgentState = "Sign-In"
	AgentAvailable   AgentState = "Available"
	AgentUnavailable AgentState = "Unavailable"
	AgentWrapUp      AgentState = "Wrap-Up"
	AgentSignOut     AgentState = "Sign-Out"
)

// AgentStateEvent tells of an agent's state.
type AgentStateEvent struct{ Info AgentStateInfo }

// EventType is AgentStateChanged.
func (*AgentStateEvent) EventType() EventType { return AgentStateChanged }

func (e *AgentStateEvent) fields(c *coder) {
	always(c, "agentStateInfo", &e.Info)
}

// AgentStateInfo is an agent's state with what is known of it.
type AgentStateInfo struct {
	State              AgentState
	Since              MeasuredTime // stateTimestamp
	UnavailableCode    string       // why the agent is unavailable
	WrapUpCallID       string
	SignInTime         Timestamp
	TotalAvailableTime *int
	AverageWrapUpTime  *Measured
	WrapUpQueue        string // wrapUpCallCenterUserId
}

func (i *AgentStateInfo) fields(c *coder) {
	text(c, "state", &i.State, req)
	always(c, "stateTimestamp", &i.Since)
	text(c, "unavailableCode", &i.UnavailableCode, opt)
	text(c, "wrapUpCallId", &i.WrapUpCallID, opt)
	positive(c, "signInTimestamp", &i.SignInTime, opt)
	number(c, "totalAvailableTime", &i.TotalAvailableTime, 0, opt)
	one(c, "averageWrapUpTime", &i.AverageWrapUpTime, opt)
	text(c, "wrapUpCallCenterUserId", &i.WrapUpQueue, opt)
}

// MeasuredTime is a time with what its distance from now means for a
// threshold.
type MeasuredTime struct {
	Time Timestamp
	Threshold
}

func (m *MeasuredTime) fields(c *coder) {
	positive(c, "value", &m.Time, req)
	m.Threshold.fields(c)
}

// Measured is a figure with what it means for a threshold.
type Measured struct {
	Value *int
	Threshold
}

func (m *Measured) fields(c *coder) {
	number(c, "value", &m.Value, 0, req)
	m.Threshold.fields(c)
}

// Threshold says what a figure means for the threshold that is set.
type Threshold struct {
	Severity     *int // 0 to 2
	PrevSeverity *int
	Limit        *int
}

func (t *Threshold) fields(c *coder) {
	number(c, "severity", &t.Severity, 0, opt)
	number(c, "prevSeverity", &t.PrevSeverity, 0, opt)
	number(c, "threshold", &t.Limit, 0, opt)
}

// AgentSubscriptionEvent is an agent's state and queues.
type AgentSubscriptionEvent struct {
	Joined []JoinInfo // nil if the agent has no queues
	State  *AgentStateInfo
}

// EventType is AgentSubscription.
func (*AgentSubscriptionEvent) EventType() EventType { return AgentSubscription }

func (e *AgentSubscriptionEvent) fields(c *coder) {
	always(c, "joinData", &joinData{&e.Joined})
	one(c, "stateInfo", &e.State, opt)
}

type joinData struct{ infos *[]JoinInfo }

func (d *joinData) fields(c *coder) { list(c, "joinInfos", "joinInfo", d.infos, opt) }

// JoinInfo says whether an agent has joined a queue.
type JoinInfo struct {
	QueueUserID string
	Joined      bool
	SkillLevel  int // from 1 on
}

func (j *JoinInfo) fields(c *coder) {
	text(c, "acdUserId", &j.QueueUserID, req)
	empty(c, "joined", &j.Joined, opt)
	positive(c, "skillLevel", &j.SkillLevel, opt)
}

// AgentJoinEvent tells that an agent joined or left a queue.
type AgentJoinEvent struct{ Info *JoinInfo }

// EventType is AgentJoinUpdate.
func (*AgentJoinEvent) EventType() EventType { return AgentJoinUpdate }

func (e *AgentJoinEvent) fields(c *coder) {
	group(c, "ccAgentJoinUpdateData", e.Info != nil, &joinUpdate{&e.Info}, opt)
}

type joinUpdate struct{ info **JoinInfo }

func (u *joinUpdate) fields(c *coder) { one(c, "joinInfo", u.info, opt) }

// DispositionCodeEvent tells that an agent gave a call a disposition code.
type DispositionCodeEvent struct {
	Code   string
	CallID string
}

// EventType is AgentDispositionCodeAdded.
func (*DispositionCodeEvent) EventType() EventType { return AgentDispositionCodeAdded }

func (e *DispositionCodeEvent) fields(c *coder) {
	text(c, "dispositionCode", &e.Code, req)
	text(c, "callId", &e.CallID, req)
}
