package csta

// AgentLoggedOnEvent: an agent logged on.
type AgentLoggedOnEvent struct {
	MonitorCrossRefID string
	AgentDevice       SubjectDeviceID
	AgentID           string
	AcdGroup          DeviceID
	AgentPassword     []byte
	Cause             EventCause
	Extensions        *Extensions
}

// Name returns "AgentLoggedOnEvent".
func (*AgentLoggedOnEvent) Name() string { return "AgentLoggedOnEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *AgentLoggedOnEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *AgentLoggedOnEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("agentDevice", &m.AgentDevice, req)
	c.text("agentID", &m.AgentID, opt)
	c.device("acdGroup", &m.AcdGroup, opt)
	c.octets("agentPassword", &m.AgentPassword, opt)
	c.cause(&m.Cause, opt)
	c.extensions(&m.Extensions)
}

// AgentLoggedOffEvent: an agent logged off. Never sent because of a failover.
type AgentLoggedOffEvent struct {
	MonitorCrossRefID string
	AgentDevice       SubjectDeviceID
	AgentID           string
	AcdGroup          DeviceID
	AgentPassword     []byte
	Cause             EventCause
	Extensions        *Extensions
}

// Name returns "AgentLoggedOffEvent".
func (*AgentLoggedOffEvent) Name() string { return "AgentLoggedOffEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *AgentLoggedOffEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *AgentLoggedOffEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("agentDevice", &m.AgentDevice, req)
	c.text("agentID", &m.AgentID, opt)
	c.device("acdGroup", &m.AcdGroup, opt)
	c.octets("agentPassword", &m.AgentPassword, opt)
	c.cause(&m.Cause, opt)
	c.extensions(&m.Extensions)
}

// AgentReadyEvent: an agent takes calls.
type AgentReadyEvent struct {
	MonitorCrossRefID string
	AgentDevice       SubjectDeviceID
	AgentID           string
	AcdGroup          DeviceID
	Cause             EventCause
	Extensions        *Extensions
}

// Name returns "AgentReadyEvent".
func (*AgentReadyEvent) Name() string { return "AgentReadyEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *AgentReadyEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *AgentReadyEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("agentDevice", &m.AgentDevice, req)
	c.text("agentID", &m.AgentID, opt)
	c.device("acdGroup", &m.AcdGroup, opt)
	c.cause(&m.Cause, opt)
	c.extensions(&m.Extensions)
}

// AgentNotReadyEvent: an agent takes no calls.
type AgentNotReadyEvent struct {
	MonitorCrossRefID string
	AgentDevice       SubjectDeviceID
	AgentID           string
	AcdGroup          DeviceID
	Cause             EventCause
	Extensions        *Extensions
}

// Name returns "AgentNotReadyEvent".
func (*AgentNotReadyEvent) Name() string { return "AgentNotReadyEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *AgentNotReadyEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *AgentNotReadyEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("agentDevice", &m.AgentDevice, req)
	c.text("agentID", &m.AgentID, opt)
	c.device("acdGroup", &m.AcdGroup, opt)
	c.cause(&m.Cause, opt)
	c.extensions(&m.Extensions)
}

// AgentBusyEvent: an agent is in a call.
type AgentBusyEvent struct {
	MonitorCrossRefID string
	AgentDevice       SubjectDeviceID
	AgentID           string
	AcdGroup          DeviceID
	PendingAgentState PendingAgentState
	Cause             EventCause
	Extensions        *Extensions
}

// Name returns "AgentBusyEvent".
func (*AgentBusyEvent) Name() string { return "AgentBusyEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *AgentBusyEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *AgentBusyEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("agentDevice", &m.AgentDevice, req)
	c.text("agentID", &m.AgentID, opt)
	c.device("acdGroup", &m.AcdGroup, opt)
	word(c, "pendingAgentState", &m.PendingAgentState, opt)
	c.cause(&m.Cause, opt)
	c.extensions(&m.Extensions)
}

// AgentWorkingAfterCallEvent: an agent works after a call.
type AgentWorkingAfterCallEvent struct {
	MonitorCrossRefID string
	AgentDevice       SubjectDeviceID
	AgentID           string
	AcdGroup          DeviceID
	PendingAgentState PendingAgentState
	Cause             EventCause
	Extensions        *Extensions
}

// Name returns "AgentWorkingAfterCallEvent".
func (*AgentWorkingAfterCallEvent) Name() string { return "AgentWorkingAfterCallEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *AgentWorkingAfterCallEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *AgentWorkingAfterCallEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("agentDevice", &m.AgentDevice, req)
	c.text("agentID", &m.AgentID, opt)
	c.device("acdGroup", &m.AcdGroup, opt)
	word(c, "pendingAgentState", &m.PendingAgentState, opt)
	c.cause(&m.Cause, opt)
	c.extensions(&m.Extensions)
}
