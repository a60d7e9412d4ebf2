package csta

// CallInformationEvent: something about a call became known or changed.
type CallInformationEvent struct {
	MonitorCrossRefID   string
	Connection          ConnectionID
	Device              SubjectDeviceID
	CallingDevice       SubjectDeviceID
	AccountInfo         []byte
	AuthCode            []byte
	CorrelatorData      []byte
	ServicesPermitted   RawXML
	UserData            []byte
	CallQualifyingData  []byte
	ConnectionInfo      RawXML
	CallLinkageDataList RawXML
	CallCharacteristics CallCharacteristics
	SubjectOfCall       string
	LanguagePreferences RawXML
	DeviceInfo          RawXML // edition 6
	Extensions          *Extensions
}

// Name returns "CallInformationEvent".
func (*CallInformationEvent) Name() string { return "CallInformationEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *CallInformationEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *CallInformationEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("connection", &m.Connection, req)
	c.subject("device", &m.Device, req)
	c.subject("callingDevice", &m.CallingDevice, opt)
	c.octets("accountInfo", &m.AccountInfo, opt)
	c.octets("authCode", &m.AuthCode, opt)
	c.data("correlatorData", &m.CorrelatorData)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.data("userData", &m.UserData)
	c.octets("callQualifyingData", &m.CallQualifyingData, opt)
	c.raw("connectionInfo", &m.ConnectionInfo)
	c.raw("callLinkageDataList", &m.CallLinkageDataList)
	c.characteristics(&m.CallCharacteristics)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	if c.has(Ed6) {
		c.raw("deviceInfo", &m.DeviceInfo)
	}
	c.extensions(&m.Extensions)
}

// DigitsGeneratedEvent: digits were sent on a connection.
type DigitsGeneratedEvent struct {
	MonitorCrossRefID  string
	Connection         ConnectionID
	DigitGeneratedList string
	DigitDurationList  RawXML
	PauseDurationList  RawXML
	ConnectionInfo     RawXML
	Extensions         *Extensions
}

// Name returns "DigitsGeneratedEvent".
func (*DigitsGeneratedEvent) Name() string { return "DigitsGeneratedEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *DigitsGeneratedEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *DigitsGeneratedEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	c.connection("connection", &m.Connection, req)
	c.text("digitGeneratedList", &m.DigitGeneratedList, opt)
	c.raw("digitDurationList", &m.DigitDurationList)
	c.raw("pauseDurationList", &m.PauseDurationList)
	c.raw("connectionInfo", &m.ConnectionInfo)
	c.extensions(&m.Extensions)
}
