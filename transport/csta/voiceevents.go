package csta

// VoiceEvent is what events of voice units (ECMA-269 26.2) tell. The elements and
// their order are those of ECMA-285's RecordEvent, StopEvent and SuspendRecordEvent.
type VoiceEvent struct {
	MonitorCrossRefID string
	Connection        ConnectionID
	Message           string // element message: names what is recorded or was played
	Resource          RawXML
	Length            *int // milliseconds
	CurrentPosition   *int // milliseconds
	Cause             EventCause
	ServicesPermitted RawXML
	Extensions        *Extensions
}

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *VoiceEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *VoiceEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("connection", &m.Connection, req)
	c.text("message", &m.Message, req)
	c.raw("resource", &m.Resource)
	c.number("length", &m.Length, opt)
	c.number("currentPosition", &m.CurrentPosition, opt)
	c.cause(&m.Cause, opt)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.extensions(&m.Extensions)
}

// RecordEvent: what is said on a connection is recorded from now on, for the first
// time or again.
type RecordEvent struct{ VoiceEvent }

// Name returns "RecordEvent".
func (*RecordEvent) Name() string { return "RecordEvent" }

// StopEvent: a message is no longer recorded or played on a connection.
type StopEvent struct{ VoiceEvent }

// Name returns "StopEvent".
func (*StopEvent) Name() string { return "StopEvent" }

// SuspendRecordEvent: the recording of a message pauses.
type SuspendRecordEvent struct{ VoiceEvent }

// Name returns "SuspendRecordEvent".
func (*SuspendRecordEvent) Name() string { return "SuspendRecordEvent" }
