package csta

// ServiceInitiatedEvent: a device went off hook or was prompted to.
type ServiceInitiatedEvent struct {
	MonitorCrossRefID        string
	InitiatedConnection      ConnectionID
	InitiatingDevice         SubjectDeviceID
	CalledDevice             SubjectDeviceID // edition 6
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	Cause                    EventCause
	ServicesPermitted        RawXML
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	InitiatedConnectionInfo  RawXML
	NetworkCallingDevice     SubjectDeviceID
	NetworkCalledDevice      SubjectDeviceID
	AssociatedCallingDevice  SubjectDeviceID
	CallLinkageData          *CallLinkageData
	SubjectOfCall            string
	MessageInfo              RawXML
	LanguagePreferences      RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "ServiceInitiatedEvent".
func (*ServiceInitiatedEvent) Name() string { return "ServiceInitiatedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *ServiceInitiatedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *ServiceInitiatedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("initiatedConnection", &m.InitiatedConnection, req)
	c.subject("initiatingDevice", &m.InitiatingDevice, req)
	if c.has(Ed6) {
		c.subject("calledDevice", &m.CalledDevice, opt)
	}
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("initiatedConnectionInfo", &m.InitiatedConnectionInfo)
	c.subject("networkCallingDevice", &m.NetworkCallingDevice, opt)
	c.subject("networkCalledDevice", &m.NetworkCalledDevice, opt)
	c.subject("associatedCallingDevice", &m.AssociatedCallingDevice, opt)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("messageInfo", &m.MessageInfo)
	c.raw("languagePreferences", &m.LanguagePreferences)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}

// OriginatedEvent: a call is attempted.
type OriginatedEvent struct {
	MonitorCrossRefID        string
	OriginatedConnection     ConnectionID
	CallingDevice            SubjectDeviceID
	CalledDevice             SubjectDeviceID
	OriginatingDevice        DeviceID
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	Cause                    EventCause
	ServicesPermitted        RawXML
	NetworkCallingDevice     SubjectDeviceID
	NetworkCalledDevice      SubjectDeviceID
	AssociatedCallingDevice  SubjectDeviceID
	AssociatedCalledDevice   SubjectDeviceID
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	OriginatedConnectionInfo RawXML
	CallLinkageData          *CallLinkageData
	SubjectOfCall            string
	MessageInfo              RawXML
	LanguagePreferences      RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "OriginatedEvent".
func (*OriginatedEvent) Name() string { return "OriginatedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *OriginatedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *OriginatedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("originatedConnection", &m.OriginatedConnection, req)
	c.subject("callingDevice", &m.CallingDevice, req)
	c.subject("calledDevice", &m.CalledDevice, req)
	c.device("originatingDevice", &m.OriginatingDevice, opt)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.subject("networkCallingDevice", &m.NetworkCallingDevice, opt)
	c.subject("networkCalledDevice", &m.NetworkCalledDevice, opt)
	c.subject("associatedCallingDevice", &m.AssociatedCallingDevice, opt)
	c.subject("associatedCalledDevice", &m.AssociatedCalledDevice, opt)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("originatedConnectionInfo", &m.OriginatedConnectionInfo)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("messageInfo", &m.MessageInfo)
	c.raw("languagePreferences", &m.LanguagePreferences)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}

// DigitsDialedEvent: a part of a number was dialled.
type DigitsDialedEvent struct {
	MonitorCrossRefID       string
	DialingConnection       ConnectionID
	DialingDevice           SubjectDeviceID
	DialingSequence         DeviceID
	LocalConnectionInfo     LocalConnectionState
	CorrelatorData          []byte
	Cause                   EventCause
	ServicesPermitted       RawXML
	NetworkCallingDevice    SubjectDeviceID
	NetworkCalledDevice     SubjectDeviceID
	AssociatedCallingDevice SubjectDeviceID
	AssociatedCalledDevice  SubjectDeviceID
	DialingConnectionInfo   RawXML
	CallCharacteristics     CallCharacteristics
	CallLinkageData         *CallLinkageData
	LanguagePreferences     RawXML
	LocationInfoList        RawXML // edition 6
	Extensions              *Extensions
}

// Name returns "DigitsDialedEvent".
func (*DigitsDialedEvent) Name() string { return "DigitsDialedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *DigitsDialedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *DigitsDialedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("dialingConnection", &m.DialingConnection, req)
	c.subject("dialingDevice", &m.DialingDevice, req)
	c.device("dialingSequence", &m.DialingSequence, req)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.subject("networkCallingDevice", &m.NetworkCallingDevice, opt)
	c.subject("networkCalledDevice", &m.NetworkCalledDevice, opt)
	c.subject("associatedCallingDevice", &m.AssociatedCallingDevice, opt)
	c.subject("associatedCalledDevice", &m.AssociatedCalledDevice, opt)
	c.raw("dialingConnectionInfo", &m.DialingConnectionInfo)
	c.characteristics(&m.CallCharacteristics)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}

// NetworkReachedEvent: a call left for a network that may tell no more.
type NetworkReachedEvent struct {
	MonitorCrossRefID        string
	OutboundConnection       ConnectionID
	NetworkInterfaceUsed     SubjectDeviceID
	CallingDevice            SubjectDeviceID
	CalledDevice             SubjectDeviceID
	LastRedirectionDevice    RedirectionDeviceID
	OriginatingNIDConnection ConnectionID
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	UserData                 []byte
	NetworkCapability        RawXML
	Cause                    EventCause
	ServicesPermitted        RawXML
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	OutboundConnectionInfo   RawXML
	NetworkCallingDevice     SubjectDeviceID
	NetworkCalledDevice      SubjectDeviceID
	AssociatedCallingDevice  SubjectDeviceID
	CallLinkageData          *CallLinkageData
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "NetworkReachedEvent".
func (*NetworkReachedEvent) Name() string { return "NetworkReachedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *NetworkReachedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *NetworkReachedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("outboundConnection", &m.OutboundConnection, req)
	c.subject("networkInterfaceUsed", &m.NetworkInterfaceUsed, req)
	c.subject("callingDevice", &m.CallingDevice, opt)
	c.subject("calledDevice", &m.CalledDevice, opt)
	c.redirection("lastRedirectionDevice", &m.LastRedirectionDevice, opt)
	c.connection("originatingNIDConnection", &m.OriginatingNIDConnection, opt)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.raw("networkCapability", &m.NetworkCapability)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("outboundConnectionInfo", &m.OutboundConnectionInfo)
	c.subject("networkCallingDevice", &m.NetworkCallingDevice, opt)
	c.subject("networkCalledDevice", &m.NetworkCalledDevice, opt)
	c.subject("associatedCallingDevice", &m.AssociatedCallingDevice, opt)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.raw("deviceHistory", &m.DeviceHistory)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}
