package csta

// DoNotDisturbEvent: do not disturb was turned on or off.
type DoNotDisturbEvent struct {
	MonitorCrossRefID string
	Device            SubjectDeviceID
	DoNotDisturbOn    bool
	CallOrigination   *CallOrigination
	CallingDeviceList RawXML
	Extensions        *Extensions
}

// Name returns "DoNotDisturbEvent".
func (*DoNotDisturbEvent) Name() string { return "DoNotDisturbEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *DoNotDisturbEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *DoNotDisturbEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("device", &m.Device, req)
	c.boolean("doNotDisturbOn", &m.DoNotDisturbOn)
	one(c, "callOrigination", &m.CallOrigination, opt)
	c.raw("callingDeviceList", &m.CallingDeviceList)
	c.extensions(&m.Extensions)
}

// ForwardingEvent: a forwarding was turned on or off.
type ForwardingEvent struct {
	MonitorCrossRefID string
	Device            SubjectDeviceID
	ForwardingType    ForwardingType
	ForwardStatus     bool
	ForwardTo         DeviceID
	ForwardDefault    ForwardDefault
	RingCount         *int
	RingDuration      *int // edition 6; seconds
	Extensions        *Extensions
}

// Name returns "ForwardingEvent".
func (*ForwardingEvent) Name() string { return "ForwardingEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *ForwardingEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *ForwardingEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("device", &m.Device, req)
	word(c, "forwardingType", &m.ForwardingType, opt)
	c.boolean("forwardStatus", &m.ForwardStatus)
	c.device("forwardTo", &m.ForwardTo, opt)
	word(c, "forwardDefault", &m.ForwardDefault, opt)
	c.number("ringCount", &m.RingCount, opt)
	if c.has(Ed6) {
		c.number("ringDuration", &m.RingDuration, opt)
	}
	c.extensions(&m.Extensions)
}

// BackInServiceEvent: a device works again. There is no InServiceEvent.
type BackInServiceEvent struct {
	MonitorCrossRefID string
	Device            SubjectDeviceID
	Cause             EventCause
	Extensions        *Extensions
}

// Name returns "BackInServiceEvent".
func (*BackInServiceEvent) Name() string { return "BackInServiceEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *BackInServiceEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *BackInServiceEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("device", &m.Device, req)
	c.cause(&m.Cause, opt)
	c.extensions(&m.Extensions)
}

// OutOfServiceEvent: a device does not work.
type OutOfServiceEvent struct {
	MonitorCrossRefID string
	Device            SubjectDeviceID
	Cause             EventCause
	Extensions        *Extensions
}

// Name returns "OutOfServiceEvent".
func (*OutOfServiceEvent) Name() string { return "OutOfServiceEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *OutOfServiceEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *OutOfServiceEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("device", &m.Device, req)
	c.cause(&m.Cause, opt)
	c.extensions(&m.Extensions)
}

// PartiallyInServiceEvent: a device works in part.
type PartiallyInServiceEvent struct {
	MonitorCrossRefID string
	Device            SubjectDeviceID
	Cause             EventCause
	Extensions        *Extensions
}

// Name returns "PartiallyInServiceEvent".
func (*PartiallyInServiceEvent) Name() string { return "PartiallyInServiceEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *PartiallyInServiceEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *PartiallyInServiceEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.subject("device", &m.Device, req)
	c.cause(&m.Cause, opt)
	c.extensions(&m.Extensions)
}
