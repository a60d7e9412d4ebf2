package csta

// TransferCall joins a held and an active call without the device that holds.
type TransferCall struct {
	HeldCall   ConnectionID
	ActiveCall ConnectionID
	Extensions *Extensions
}

// Name returns "TransferCall".
func (*TransferCall) Name() string { return "TransferCall" }

func (m *TransferCall) fields(c *coder) {
	c.connection("heldCall", &m.HeldCall, req)
	c.connection("activeCall", &m.ActiveCall, req)
	c.extensions(&m.Extensions)
}

// TransferCallResponse answers TransferCall.
type TransferCallResponse struct {
	TransferredCall     ConnectionID
	Connections         []ConnectionListItem
	TransferredCallInfo RawXML
	CallLinkageDataList RawXML // edition 6
	Extensions          *Extensions
}

// Name returns "TransferCallResponse".
func (*TransferCallResponse) Name() string { return "TransferCallResponse" }

func (m *TransferCallResponse) fields(c *coder) {
	c.connection("transferredCall", &m.TransferredCall, opt)
	connectionList(c, "connections", &m.Connections, opt)
	c.raw("transferredCallInfo", &m.TransferredCallInfo)
	if c.has(Ed6) {
		c.raw("callLinkageDataList", &m.CallLinkageDataList)
	}
	c.extensions(&m.Extensions)
}

// ConferenceCall joins a held and an active call.
type ConferenceCall struct {
	HeldCall   ConnectionID
	ActiveCall ConnectionID
	Extensions *Extensions
}

// Name returns "ConferenceCall".
func (*ConferenceCall) Name() string { return "ConferenceCall" }

func (m *ConferenceCall) fields(c *coder) {
	c.connection("heldCall", &m.HeldCall, req)
	c.connection("activeCall", &m.ActiveCall, req)
	c.extensions(&m.Extensions)
}

// ConferenceCallResponse answers ConferenceCall.
type ConferenceCallResponse struct {
	ConferenceCall      ConnectionID
	Connections         []ConnectionListItem
	ConferenceCallInfo  RawXML
	CallLinkageDataList RawXML // edition 6
	Extensions          *Extensions
}

// Name returns "ConferenceCallResponse".
func (*ConferenceCallResponse) Name() string { return "ConferenceCallResponse" }

func (m *ConferenceCallResponse) fields(c *coder) {
	c.connection("conferenceCall", &m.ConferenceCall, opt)
	connectionList(c, "connections", &m.Connections, opt)
	c.raw("conferenceCallInfo", &m.ConferenceCallInfo)
	if c.has(Ed6) {
		c.raw("callLinkageDataList", &m.CallLinkageDataList)
	}
	c.extensions(&m.Extensions)
}

// SingleStepTransferCall transfers a call without a second one.
type SingleStepTransferCall struct {
	ActiveCall          ConnectionID
	TransferredTo       DeviceID
	AccountCode         []byte
	AuthCode            []byte
	CorrelatorData      []byte
	UserData            []byte
	CallCharacteristics CallCharacteristics // edition 6
	SubjectOfCall       string
	LanguagePreferences RawXML
	Reason              string
	Extensions          *Extensions
}

// Name returns "SingleStepTransferCall".
func (*SingleStepTransferCall) Name() string { return "SingleStepTransferCall" }

func (m *SingleStepTransferCall) fields(c *coder) {
	c.connection("activeCall", &m.ActiveCall, req)
	c.device("transferredTo", &m.TransferredTo, req)
	c.octets("accountCode", &m.AccountCode, opt)
	c.octets("authCode", &m.AuthCode, opt)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	if c.has(Ed6) {
		c.characteristics(&m.CallCharacteristics)
	}
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.text("reason", &m.Reason, opt)
	c.extensions(&m.Extensions)
}

// SingleStepTransferCallResponse answers SingleStepTransferCall.
type SingleStepTransferCallResponse struct {
	TransferredCall     ConnectionID
	Connections         []ConnectionListItem
	TransferredCallInfo RawXML
	CallLinkageDataList RawXML // edition 6
	Extensions          *Extensions
}

// Name returns "SingleStepTransferCallResponse".
func (*SingleStepTransferCallResponse) Name() string { return "SingleStepTransferCallResponse" }

func (m *SingleStepTransferCallResponse) fields(c *coder) {
	c.connection("transferredCall", &m.TransferredCall, opt)
	connectionList(c, "connections", &m.Connections, opt)
	c.raw("transferredCallInfo", &m.TransferredCallInfo)
	if c.has(Ed6) {
		c.raw("callLinkageDataList", &m.CallLinkageDataList)
	}
	c.extensions(&m.Extensions)
}

// SingleStepConferenceCall adds a device to a call without a second one.
type SingleStepConferenceCall struct {
	ActiveCall          ConnectionID
	DeviceToJoin        DeviceID
	ParticipationType   ParticipationType
	AccountCode         []byte
	AuthCode            []byte
	CorrelatorData      []byte
	UserData            []byte
	SubjectOfCall       string
	LanguagePreferences RawXML
	Extensions          *Extensions
}

// Name returns "SingleStepConferenceCall".
func (*SingleStepConferenceCall) Name() string { return "SingleStepConferenceCall" }

func (m *SingleStepConferenceCall) fields(c *coder) {
	c.connection("activeCall", &m.ActiveCall, req)
	c.device("deviceToJoin", &m.DeviceToJoin, req)
	word(c, "participationType", &m.ParticipationType, req)
	c.octets("accountCode", &m.AccountCode, opt)
	c.octets("authCode", &m.AuthCode, opt)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.extensions(&m.Extensions)
}

// ParticipationType says how a device takes part in a conference.
type ParticipationType string

// The values of ParticipationType.
const (
	ParticipationSilent ParticipationType = "silent"
	ParticipationActive ParticipationType = "active"
	ParticipationNone   ParticipationType = "none"
)

// SingleStepConferenceCallResponse answers SingleStepConferenceCall.
type SingleStepConferenceCallResponse struct {
	ConferencedCall     ConnectionID
	ConferencedCallInfo RawXML
	CallLinkageDataList RawXML // edition 6
	Extensions          *Extensions
}

// Name returns "SingleStepConferenceCallResponse".
func (*SingleStepConferenceCallResponse) Name() string { return "SingleStepConferenceCallResponse" }

func (m *SingleStepConferenceCallResponse) fields(c *coder) {
	c.connection("conferencedCall", &m.ConferencedCall, opt)
	c.raw("conferencedCallInfo", &m.ConferencedCallInfo)
	if c.has(Ed6) {
		c.raw("callLinkageDataList", &m.CallLinkageDataList)
	}
	c.extensions(&m.Extensions)
}
