package csta

// HoldCall puts a connection on hold.
type HoldCall struct {
	CallToBeHeld          ConnectionID
	ConnectionReservation *bool
	Extensions            *Extensions
}

// Name returns "HoldCall".
func (*HoldCall) Name() string { return "HoldCall" }

func (m *HoldCall) fields(c *coder) {
	c.connection("callToBeHeld", &m.CallToBeHeld, req)
	c.flag("connectionReservation", &m.ConnectionReservation, opt)
	c.extensions(&m.Extensions)
}

// HoldCallResponse answers HoldCall.
type HoldCallResponse struct {
	Extensions *Extensions
}

// Name returns "HoldCallResponse".
func (*HoldCallResponse) Name() string { return "HoldCallResponse" }

func (m *HoldCallResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// RetrieveCall takes a connection off hold.
type RetrieveCall struct {
	CallToBeRetrieved ConnectionID
	Extensions        *Extensions
}

// Name returns "RetrieveCall".
func (*RetrieveCall) Name() string { return "RetrieveCall" }

func (m *RetrieveCall) fields(c *coder) {
	c.connection("callToBeRetrieved", &m.CallToBeRetrieved, req)
	c.extensions(&m.Extensions)
}

// RetrieveCallResponse answers RetrieveCall.
type RetrieveCallResponse struct {
	Extensions *Extensions
}

// Name returns "RetrieveCallResponse".
func (*RetrieveCallResponse) Name() string { return "RetrieveCallResponse" }

func (m *RetrieveCallResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// ConsultationCall holds a call and makes a second one.
type ConsultationCall struct {
	ExistingCall             ConnectionID
	ConsultedDevice          DeviceID
	ConnectionReservation    *bool
	AccountCode              []byte
	AuthCode                 []byte
	CorrelatorData           []byte
	UserData                 []byte
	CallCharacteristics      CallCharacteristics
	MediaCallCharacteristics RawXML
	CallingConnectionInfo    RawXML
	ConsultOptions           ConsultOptions
	SubjectOfCall            string
	LanguagePreferences      RawXML
	Extensions               *Extensions
}

// Name returns "ConsultationCall".
func (*ConsultationCall) Name() string { return "ConsultationCall" }

func (m *ConsultationCall) fields(c *coder) {
	c.connection("existingCall", &m.ExistingCall, req)
	c.device("consultedDevice", &m.ConsultedDevice, req)
	c.flag("connectionReservation", &m.ConnectionReservation, opt)
	c.octets("accountCode", &m.AccountCode, opt)
	c.octets("authCode", &m.AuthCode, opt)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.characteristics(&m.CallCharacteristics)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.raw("callingConnectionInfo", &m.CallingConnectionInfo)
	word(c, "consultOptions", &m.ConsultOptions, opt)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.extensions(&m.Extensions)
}

// ConsultOptions says what a second call is for.
type ConsultOptions string

// The values of ConsultOptions.
const (
	ConsultUnrestricted   ConsultOptions = "unrestricted"
	ConsultOnly           ConsultOptions = "consultOnly"
	ConsultTransferOnly   ConsultOptions = "transferOnly"
	ConsultConferenceOnly ConsultOptions = "conferenceOnly"
)

// ConsultationCallResponse answers ConsultationCall.
type ConsultationCallResponse struct {
	InitiatedCall            ConnectionID
	MediaCallCharacteristics RawXML
	InitiatedCallInfo        RawXML
	CallLinkageData          *CallLinkageData // edition 6
	Extensions               *Extensions
}

// Name returns "ConsultationCallResponse".
func (*ConsultationCallResponse) Name() string { return "ConsultationCallResponse" }

func (m *ConsultationCallResponse) fields(c *coder) {
	c.connection("initiatedCall", &m.InitiatedCall, req)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.raw("initiatedCallInfo", &m.InitiatedCallInfo)
	if c.has(Ed6) {
		one(c, "callLinkageData", &m.CallLinkageData, opt)
	}
	c.extensions(&m.Extensions)
}

// AlternateCall swaps a held and an active call.
type AlternateCall struct {
	HeldCall              ConnectionID
	ActiveCall            ConnectionID
	ConnectionReservation *bool
	ConsultOptions        ConsultOptions
	Extensions            *Extensions
}

// Name returns "AlternateCall".
func (*AlternateCall) Name() string { return "AlternateCall" }

func (m *AlternateCall) fields(c *coder) {
	c.connection("heldCall", &m.HeldCall, req)
	c.connection("activeCall", &m.ActiveCall, req)
	c.flag("connectionReservation", &m.ConnectionReservation, opt)
	word(c, "consultOptions", &m.ConsultOptions, opt)
	c.extensions(&m.Extensions)
}

// AlternateCallResponse answers AlternateCall.
type AlternateCallResponse struct {
	Extensions *Extensions
}

// Name returns "AlternateCallResponse".
func (*AlternateCallResponse) Name() string { return "AlternateCallResponse" }

func (m *AlternateCallResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// ReconnectCall clears the active call and retrieves the held one. Its
// children stand the other way round than TransferCall's.
type ReconnectCall struct {
	ActiveCall ConnectionID
	HeldCall   ConnectionID
	Extensions *Extensions
}

// Name returns "ReconnectCall".
func (*ReconnectCall) Name() string { return "ReconnectCall" }

func (m *ReconnectCall) fields(c *coder) {
	c.connection("activeCall", &m.ActiveCall, req)
	c.connection("heldCall", &m.HeldCall, req)
	c.extensions(&m.Extensions)
}

// ReconnectCallResponse answers ReconnectCall.
type ReconnectCallResponse struct {
	Extensions *Extensions
}

// Name returns "ReconnectCallResponse".
func (*ReconnectCallResponse) Name() string { return "ReconnectCallResponse" }

func (m *ReconnectCallResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// GenerateDigits sends digits on a connection.
type GenerateDigits struct {
	ConnectionToSendDigits ConnectionID
	DigitMode              DigitMode
	CharactersToSend       string
	ToneDuration           *int // milliseconds
	PulseRate              *int
	PauseDuration          *int // milliseconds
	Extensions             *Extensions
}

// Name returns "GenerateDigits".
func (*GenerateDigits) Name() string { return "GenerateDigits" }

func (m *GenerateDigits) fields(c *coder) {
	c.connection("connectionToSendDigits", &m.ConnectionToSendDigits, req)
	word(c, "digitMode", &m.DigitMode, opt)
	c.text("charactersToSend", &m.CharactersToSend, opt)
	c.number("toneDuration", &m.ToneDuration, opt)
	c.number("pulseRate", &m.PulseRate, opt)
	c.number("pauseDuration", &m.PauseDuration, opt)
	c.extensions(&m.Extensions)
}

// DigitMode says how digits are sent.
type DigitMode string

// The values of DigitMode.
const (
	RotaryPulse DigitMode = "rotaryPulse"
	DTMF        DigitMode = "dTMF"
)

// GenerateDigitsResponse answers GenerateDigits.
type GenerateDigitsResponse struct {
	Extensions *Extensions
}

// Name returns "GenerateDigitsResponse".
func (*GenerateDigitsResponse) Name() string { return "GenerateDigitsResponse" }

func (m *GenerateDigitsResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}
