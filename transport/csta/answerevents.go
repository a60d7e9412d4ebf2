package csta

// OfferedEvent: a device may accept, reject or divert a call before it alerts.
type OfferedEvent struct {
	MonitorCrossRefID        string
	OfferedConnection        ConnectionID
	OfferedDevice            SubjectDeviceID
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
	OfferedConnectionInfo    RawXML
	CallLinkageData          *CallLinkageData
	SubjectOfCall            string
	MessageInfo              RawXML
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "OfferedEvent".
func (*OfferedEvent) Name() string { return "OfferedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *OfferedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *OfferedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("offeredConnection", &m.OfferedConnection, req)
	c.subject("offeredDevice", &m.OfferedDevice, req)
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
	c.raw("offeredConnectionInfo", &m.OfferedConnectionInfo)
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

// DeliveredEvent: a device alerts. Connection and AlertingDevice are the
// alerting party's on every monitor, LocalConnectionInfo is the monitored
// device's.
type DeliveredEvent struct {
	MonitorCrossRefID        string
	Connection               ConnectionID
	AlertingDevice           SubjectDeviceID
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
	ConnectionInfo           RawXML
	CallLinkageData          *CallLinkageData
	SubjectOfCall            string
	MessageInfo              RawXML
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "DeliveredEvent".
func (*DeliveredEvent) Name() string { return "DeliveredEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *DeliveredEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *DeliveredEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("connection", &m.Connection, req)
	c.subject("alertingDevice", &m.AlertingDevice, req)
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
	c.raw("connectionInfo", &m.ConnectionInfo)
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

// EstablishedEvent: a device answered. The spelling of OriginatinNIDConnection
// is the schema's.
type EstablishedEvent struct {
	MonitorCrossRefID         string
	EstablishedConnection     ConnectionID
	AnsweringDevice           SubjectDeviceID
	CallingDevice             SubjectDeviceID
	CalledDevice              SubjectDeviceID
	LastRedirectionDevice     RedirectionDeviceID
	OriginatinNIDConnection   ConnectionID
	LocalConnectionInfo       LocalConnectionState
	CorrelatorData            []byte
	UserData                  []byte
	Cause                     EventCause
	ServicesPermitted         RawXML
	NetworkCallingDevice      SubjectDeviceID
	NetworkCalledDevice       SubjectDeviceID
	AssociatedCallingDevice   SubjectDeviceID
	AssociatedCalledDevice    SubjectDeviceID
	MediaCallCharacteristics  RawXML
	CallCharacteristics       CallCharacteristics
	EstablishedConnectionInfo RawXML
	CallLinkageData           *CallLinkageData
	SubjectOfCall             string
	MessageInfo               RawXML
	LanguagePreferences       RawXML
	DeviceHistory             RawXML
	LocationInfoList          RawXML // edition 6
	Extensions                *Extensions
}

// Name returns "EstablishedEvent".
func (*EstablishedEvent) Name() string { return "EstablishedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *EstablishedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *EstablishedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("establishedConnection", &m.EstablishedConnection, req)
	c.subject("answeringDevice", &m.AnsweringDevice, req)
	c.subject("callingDevice", &m.CallingDevice, req)
	c.subject("calledDevice", &m.CalledDevice, req)
	c.redirection("lastRedirectionDevice", &m.LastRedirectionDevice, req)
	c.connection("originatinNIDConnection", &m.OriginatinNIDConnection, opt)
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
	c.raw("establishedConnectionInfo", &m.EstablishedConnectionInfo)
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

// BridgedEvent: a shared appearance joined or left a call.
type BridgedEvent struct {
	MonitorCrossRefID        string
	BridgedConnection        ConnectionID
	BridgedAppearance        SubjectDeviceID
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	UserData                 []byte
	Cause                    EventCause
	ServicesPermitted        RawXML
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	BridgedConnectionInfo    RawXML
	CallLinkageData          *CallLinkageData
	LanguagePreferences      RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "BridgedEvent".
func (*BridgedEvent) Name() string { return "BridgedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *BridgedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *BridgedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("bridgedConnection", &m.BridgedConnection, req)
	c.subject("bridgedAppearance", &m.BridgedAppearance, req)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("bridgedConnectionInfo", &m.BridgedConnectionInfo)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}
