package csta

// QueuedEvent: a call waits at a device.
type QueuedEvent struct {
	MonitorCrossRefID        string
	QueuedConnection         ConnectionID
	Queue                    SubjectDeviceID
	CallingDevice            SubjectDeviceID
	CalledDevice             SubjectDeviceID
	LastRedirectionDevice    RedirectionDeviceID
	NumberQueued             *int
	CallsInFront             *int
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	UserData                 []byte
	Cause                    EventCause
	ServicesPermitted        RawXML
	NetworkCallingDevice     SubjectDeviceID
	NetworkCalledDevice      SubjectDeviceID
	AssociatedCallingDevice  SubjectDeviceID
	AssociatedCalledDevice   SubjectDeviceID
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	QueuedConnectionInfo     RawXML
	CallLinkageData          *CallLinkageData
	SubjectOfCall            string
	MessageInfo              RawXML
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "QueuedEvent".
func (*QueuedEvent) Name() string { return "QueuedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *QueuedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *QueuedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("queuedConnection", &m.QueuedConnection, req)
	c.subject("queue", &m.Queue, req)
	c.subject("callingDevice", &m.CallingDevice, req)
	c.subject("calledDevice", &m.CalledDevice, req)
	c.redirection("lastRedirectionDevice", &m.LastRedirectionDevice, req)
	c.number("numberQueued", &m.NumberQueued, opt)
	c.number("callsInFront", &m.CallsInFront, opt)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.subject("networkCallingDevice", &m.NetworkCallingDevice, opt)
	c.subject("networkCalledDevice", &m.NetworkCalledDevice, opt)
	c.subject("associatedCallingDevice", &m.AssociatedCallingDevice, opt)
	c.subject("associatedCalledDevice", &m.AssociatedCalledDevice, opt)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("queuedConnectionInfo", &m.QueuedConnectionInfo)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("messageInfo", &m.MessageInfo)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.raw("deviceHistory", &m.DeviceHistory)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}

// DivertedEvent: a call left a device for another.
type DivertedEvent struct {
	MonitorCrossRefID        string
	Connection               ConnectionID
	DivertingDevice          SubjectDeviceID
	NewDestination           SubjectDeviceID
	CallingDevice            SubjectDeviceID
	CalledDevice             SubjectDeviceID
	LastRedirectionDevice    RedirectionDeviceID
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	UserData                 []byte
	Cause                    EventCause
	ServicesPermitted        RawXML
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	ConnectionInfo           RawXML
	NetworkCallingDevice     SubjectDeviceID
	NetworkCalledDevice      SubjectDeviceID
	AssociatedCallingDevice  SubjectDeviceID
	AssociatedCalledDevice   SubjectDeviceID
	CallLinkageData          *CallLinkageData
	SubjectOfCall            string
	MessageInfo              RawXML
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "DivertedEvent".
func (*DivertedEvent) Name() string { return "DivertedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *DivertedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *DivertedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("connection", &m.Connection, req)
	c.subject("divertingDevice", &m.DivertingDevice, req)
	c.subject("newDestination", &m.NewDestination, req)
	c.subject("callingDevice", &m.CallingDevice, opt)
	c.subject("calledDevice", &m.CalledDevice, opt)
	c.redirection("lastRedirectionDevice", &m.LastRedirectionDevice, opt)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("connectionInfo", &m.ConnectionInfo)
	c.subject("networkCallingDevice", &m.NetworkCallingDevice, opt)
	c.subject("networkCalledDevice", &m.NetworkCalledDevice, opt)
	c.subject("associatedCallingDevice", &m.AssociatedCallingDevice, opt)
	c.subject("associatedCalledDevice", &m.AssociatedCalledDevice, opt)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("messageInfo", &m.MessageInfo)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.raw("deviceHistory", &m.DeviceHistory)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}

// FailedEvent: a call can't be completed.
type FailedEvent struct {
	MonitorCrossRefID        string
	FailedConnection         ConnectionID
	FailingDevice            SubjectDeviceID
	CallingDevice            SubjectDeviceID
	CalledDevice             SubjectDeviceID
	LastRedirectionDevice    RedirectionDeviceID
	OriginatingNIDConnection ConnectionID
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	UserData                 []byte
	Cause                    EventCause
	ServicesPermitted        RawXML
	NetworkCallingDevice     SubjectDeviceID
	NetworkCalledDevice      SubjectDeviceID
	AssociatedCallingDevice  SubjectDeviceID
	AssociatedCalledDevice   SubjectDeviceID
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	FailedConnectionInfo     RawXML
	CallLinkageData          *CallLinkageData
	SubjectOfCall            string
	MessageInfo              RawXML
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "FailedEvent".
func (*FailedEvent) Name() string { return "FailedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *FailedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *FailedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("failedConnection", &m.FailedConnection, req)
	c.subject("failingDevice", &m.FailingDevice, req)
	c.subject("callingDevice", &m.CallingDevice, req)
	c.subject("calledDevice", &m.CalledDevice, req)
	c.redirection("lastRedirectionDevice", &m.LastRedirectionDevice, req)
	c.connection("originatingNIDConnection", &m.OriginatingNIDConnection, opt)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.subject("networkCallingDevice", &m.NetworkCallingDevice, opt)
	c.subject("networkCalledDevice", &m.NetworkCalledDevice, opt)
	c.subject("associatedCallingDevice", &m.AssociatedCallingDevice, opt)
	c.subject("associatedCalledDevice", &m.AssociatedCalledDevice, opt)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("failedConnectionInfo", &m.FailedConnectionInfo)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("messageInfo", &m.MessageInfo)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.raw("deviceHistory", &m.DeviceHistory)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}
