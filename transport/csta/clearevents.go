package csta

// ConnectionClearedEvent: a device left a call.
type ConnectionClearedEvent struct {
	MonitorCrossRefID        string
	DroppedConnection        ConnectionID
	ReleasingDevice          SubjectDeviceID
	LocalConnectionInfo      LocalConnectionState
	CorrelatorData           []byte
	UserData                 []byte
	ChargingInfo             RawXML
	Cause                    EventCause
	ServicesPermitted        RawXML
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	DroppedConnectionInfo    RawXML
	CallLinkageData          *CallLinkageData
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "ConnectionClearedEvent".
func (*ConnectionClearedEvent) Name() string { return "ConnectionClearedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *ConnectionClearedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *ConnectionClearedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("droppedConnection", &m.DroppedConnection, req)
	c.subject("releasingDevice", &m.ReleasingDevice, req)
	c.localState(&m.LocalConnectionInfo)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.raw("chargingInfo", &m.ChargingInfo)
	c.cause(&m.Cause, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("droppedConnectionInfo", &m.DroppedConnectionInfo)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.raw("deviceHistory", &m.DeviceHistory)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}

// CallClearedEvent: a call ended for all its devices. It is seen by call
// monitors only.
type CallClearedEvent struct {
	MonitorCrossRefID        string
	ClearedCall              ConnectionID
	CorrelatorData           []byte
	UserData                 []byte
	Cause                    EventCause
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	CallLinkageData          *CallLinkageData
	LanguagePreferences      RawXML
	LocationInfoList         RawXML // edition 6
	Extensions               *Extensions
}

// Name returns "CallClearedEvent".
func (*CallClearedEvent) Name() string { return "CallClearedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *CallClearedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *CallClearedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("clearedCall", &m.ClearedCall, req)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.cause(&m.Cause, req)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	if c.has(Ed6) {
		c.raw("locationInfoList", &m.LocationInfoList)
	}
	c.extensions(&m.Extensions)
}
