package csta

// SetAgentState logs an agent on or off or makes it ready or not.
type SetAgentState struct {
	Device              DeviceID
	RequestedAgentState RequestedAgentState
	AgentID             string
	Password            []byte
	Group               DeviceID
	Extensions          *Extensions
}

// Name returns "SetAgentState".
func (*SetAgentState) Name() string { return "SetAgentState" }

func (m *SetAgentState) fields(c *coder) {
	c.device("device", &m.Device, req)
	word(c, "requestedAgentState", &m.RequestedAgentState, req)
	c.text("agentID", &m.AgentID, opt)
	c.octets("password", &m.Password, opt)
	c.device("group", &m.Group, opt)
	c.extensions(&m.Extensions)
}

// SetAgentStateResponse answers SetAgentState.
type SetAgentStateResponse struct {
	PendingAgentState PendingAgentState
	Extensions        *Extensions
}

// Name returns "SetAgentStateResponse".
func (*SetAgentStateResponse) Name() string { return "SetAgentStateResponse" }

func (m *SetAgentStateResponse) fields(c *coder) {
	word(c, "pendingAgentState", &m.PendingAgentState, opt)
	c.extensions(&m.Extensions)
}

// GetAgentState asks for the agents at a device.
type GetAgentState struct {
	Device     DeviceID
	AcdGroup   DeviceID
	Extensions *Extensions
}

// Name returns "GetAgentState".
func (*GetAgentState) Name() string { return "GetAgentState" }

func (m *GetAgentState) fields(c *coder) {
	c.device("device", &m.Device, opt)
	c.device("acdGroup", &m.AcdGroup, opt)
	c.extensions(&m.Extensions)
}

// GetAgentStateResponse answers GetAgentState.
type GetAgentStateResponse struct {
	AgentStateList []AgentStateEntry
	Extensions     *Extensions
}

// Name returns "GetAgentStateResponse".
func (*GetAgentStateResponse) Name() string { return "GetAgentStateResponse" }

func (m *GetAgentStateResponse) fields(c *coder) {
	list(c, "agentStateList", "agentStateEntry", &m.AgentStateList, opt)
	c.extensions(&m.Extensions)
}

// AgentStateEntry is one agent at the device.
type AgentStateEntry struct {
	AgentID       string
	LoggedOnState bool
	AgentInfo     []AgentInfoItem
}

func (m *AgentStateEntry) fields(c *coder) {
	c.text("agentID", &m.AgentID, opt)
	c.boolean("loggedOnState", &m.LoggedOnState)
	list(c, "agentInfo", "agentInfoItem", &m.AgentInfo, opt)
}

// AgentInfoItem is an agent's state in one group.
type AgentInfoItem struct {
	AcdGroup            DeviceID
	AgentState          AgentState
	PendingAgentState   PendingAgentState
	AgentStateCondition AgentStateCondition
}

func (m *AgentInfoItem) fields(c *coder) {
	c.device("acdGroup", &m.AcdGroup, opt)
	word(c, "agentState", &m.AgentState, req)
	word(c, "pendingAgentState", &m.PendingAgentState, opt)
	word(c, "agentStateCondition", &m.AgentStateCondition, opt)
}

// RequestedAgentState is what SetAgentState asks for.
type RequestedAgentState string

// The values of RequestedAgentState.
const (
	RequestLoggedOn         RequestedAgentState = "loggedOn"
	RequestLoggedOff        RequestedAgentState = "loggedOff"
	RequestNotReady         RequestedAgentState = "notReady"
	RequestReady            RequestedAgentState = "ready"
	RequestWorkingAfterCall RequestedAgentState = "workingAfterCall"
)

// AgentState is the state of an agent as it is reported.
type AgentState string

// The values of AgentState.
const (
	AgentNotReady         AgentState = "agentNotReady"
	AgentNull             AgentState = "agentNull"
	AgentReady            AgentState = "agentReady"
	AgentBusy             AgentState = "agentBusy"
	AgentWorkingAfterCall AgentState = "agentWorkingAfterCall"
)

// PendingAgentState is the state that an agent goes to when its call ends: an
// AgentState other than AgentBusy.
type PendingAgentState = AgentState

// AgentStateCondition says why an agent is not ready.
type AgentStateCondition string

// The values of AgentStateCondition.
const (
	AgentForcedPause    AgentStateCondition = "forcedPause"
	AgentOtherCondition AgentStateCondition = "other"
)
