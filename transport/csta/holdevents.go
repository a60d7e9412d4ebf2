package csta

// HeldEvent: a connection was put on hold.
type HeldEvent struct {
	MonitorCrossRefID        string
	HeldConnection           ConnectionID
	HoldingDevice            SubjectDeviceID
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	Cause                    EventCause
	ServicesPermitted        RawXML
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	HeldConnectionInfo       RawXML
	CallLinkageData          *CallLinkageData
	LanguagePreferences      RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "HeldEvent".
func (*HeldEvent) Name() string { return "HeldEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *HeldEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *HeldEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("heldConnection", &m.HeldConnection, req)
	c.subject("holdingDevice", &m.HoldingDevice, req)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("heldConnectionInfo", &m.HeldConnectionInfo)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}

// RetrievedEvent: a connection was taken off hold.
type RetrievedEvent struct {
	MonitorCrossRefID        string
	RetrievedConnection      ConnectionID
	RetrievingDevice         SubjectDeviceID
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	Cause                    EventCause
	ServicesPermitted        RawXML
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	RetrievedConnectionInfo  RawXML
	CallLinkageData          *CallLinkageData
	LanguagePreferences      RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "RetrievedEvent".
func (*RetrievedEvent) Name() string { return "RetrievedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *RetrievedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *RetrievedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("retrievedConnection", &m.RetrievedConnection, req)
	c.subject("retrievingDevice", &m.RetrievingDevice, req)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("retrievedConnectionInfo", &m.RetrievedConnectionInfo)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}

// TransferedEvent: two calls became one without the device that transferred.
// The spelling is the schema's; TransferredEvent is read too.
type TransferedEvent struct {
	MonitorCrossRefID        string
	PrimaryOldCall           ConnectionID
	SecondaryOldCall         ConnectionID
	TransferringDevice       SubjectDeviceID
	TransferredToDevice      SubjectDeviceID
	TransferredConnections   []ConnectionListItem
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	UserData                 []byte
	ChargingInfo             RawXML
	Cause                    EventCause
	ServicesPermitted        RawXML
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	CallLinkageDataList      RawXML
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "TransferedEvent".
func (*TransferedEvent) Name() string { return "TransferedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *TransferedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *TransferedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("primaryOldCall", &m.PrimaryOldCall, req)
	c.connection("secondaryOldCall", &m.SecondaryOldCall, opt)
	c.subject("transferringDevice", &m.TransferringDevice, req)
	c.subject("transferredToDevice", &m.TransferredToDevice, req)
	connectionList(c, "transferredConnections", &m.TransferredConnections, req)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.raw("chargingInfo", &m.ChargingInfo)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("callLinkageDataList", &m.CallLinkageDataList)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.raw("deviceHistory", &m.DeviceHistory)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}

// ConferencedEvent: calls became one with all their devices.
type ConferencedEvent struct {
	MonitorCrossRefID        string
	PrimaryOldCall           ConnectionID
	SecondaryOldCall         ConnectionID
	ConferencingDevice       SubjectDeviceID
	AddedParty               SubjectDeviceID
	ConferenceConnections    []ConnectionListItem
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	UserData                 []byte
	Cause                    EventCause
	ServicesPermitted        RawXML
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	CallLinkageDataList      RawXML
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "ConferencedEvent".
func (*ConferencedEvent) Name() string { return "ConferencedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *ConferencedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *ConferencedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("primaryOldCall", &m.PrimaryOldCall, req)
	c.connection("secondaryOldCall", &m.SecondaryOldCall, opt)
	c.subject("conferencingDevice", &m.ConferencingDevice, req)
	c.subject("addedParty", &m.AddedParty, req)
	connectionList(c, "conferenceConnections", &m.ConferenceConnections, req)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("callLinkageDataList", &m.CallLinkageDataList)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.raw("deviceHistory", &m.DeviceHistory)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}
