package csta

// SystemStatusValue is the state of a switching function.
type SystemStatusValue string

// The values of a system status, complete.
const (
	StatusDisabled          SystemStatusValue = "disabled"
	StatusPartiallyDisabled SystemStatusValue = "partiallyDisabled"
	StatusEnabled           SystemStatusValue = "enabled"
	StatusInitializing      SystemStatusValue = "initializing"
	StatusMessagesLost      SystemStatusValue = "messagesLost"
	StatusNormal            SystemStatusValue = "normal"
	StatusOverloadImminent  SystemStatusValue = "overloadImminent"
	StatusOverloadReached   SystemStatusValue = "overloadReached"
	StatusOverloadRelieved  SystemStatusValue = "overloadRelieved"
)

// SystemStatus reports the status of the sender. Peers in the field send it
// empty, as a heartbeat: then SystemStatus.SystemStatus is "".
type SystemStatus struct {
	SysStatRegisterID string
	SystemStatus      SystemStatusValue
	Extensions        *Extensions
}

// Name returns "SystemStatus".
func (*SystemStatus) Name() string { return "SystemStatus" }

func (m *SystemStatus) fields(c *coder) {
	c.text("sysStatRegisterID", &m.SysStatRegisterID, opt)
	word(c, "systemStatus", &m.SystemStatus, req)
	c.extensions(&m.Extensions)
}

// SystemStatusResponse answers SystemStatus.
type SystemStatusResponse struct {
	Extensions *Extensions
}

// Name returns "SystemStatusResponse".
func (*SystemStatusResponse) Name() string { return "SystemStatusResponse" }

func (m *SystemStatusResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// RequestSystemStatus asks for the status.
type RequestSystemStatus struct {
	SysStatRegisterID string
	Extensions        *Extensions
}

// Name returns "RequestSystemStatus".
func (*RequestSystemStatus) Name() string { return "RequestSystemStatus" }

func (m *RequestSystemStatus) fields(c *coder) {
	c.text("sysStatRegisterID", &m.SysStatRegisterID, opt)
	c.extensions(&m.Extensions)
}

// RequestSystemStatusResponse answers RequestSystemStatus.
type RequestSystemStatusResponse struct {
	SystemStatus SystemStatusValue
	Extensions   *Extensions
}

// Name returns "RequestSystemStatusResponse".
func (*RequestSystemStatusResponse) Name() string { return "RequestSystemStatusResponse" }

func (m *RequestSystemStatusResponse) fields(c *coder) {
	word(c, "systemStatus", &m.SystemStatus, req)
	c.extensions(&m.Extensions)
}
