package csta

// MakeCall originates a call.
type MakeCall struct {
	CallingDevice            DeviceID
	CalledDirectoryNumber    DeviceID
	AccountCode              []byte
	AuthCode                 []byte
	AutoOriginate            AutoOriginate
	CorrelatorData           []byte
	UserData                 []byte
	CallCharacteristics      CallCharacteristics
	MediaCallCharacteristics RawXML
	CallingConnectionInfo    RawXML
	SubjectOfCall            string
	LanguagePreferences      RawXML
	Reason                   string // edition 6
	Extensions               *Extensions
}

// Name returns "MakeCall".
func (*MakeCall) Name() string { return "MakeCall" }

func (m *MakeCall) fields(c *coder) {
	c.device("callingDevice", &m.CallingDevice, req)
	c.device("calledDirectoryNumber", &m.CalledDirectoryNumber, req)
	c.octets("accountCode", &m.AccountCode, opt)
	c.octets("authCode", &m.AuthCode, opt)
	word(c, "autoOriginate", &m.AutoOriginate, opt)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.characteristics(&m.CallCharacteristics)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.raw("callingConnectionInfo", &m.CallingConnectionInfo)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("languagePreferences", &m.LanguagePreferences)
	if c.has(Ed6) {
		c.text("reason", &m.Reason, opt)
	}
	c.extensions(&m.Extensions)
}

// AutoOriginate says whether the calling device is prompted first.
type AutoOriginate string

// The values of AutoOriginate.
const (
	Prompt      AutoOriginate = "prompt"
	DoNotPrompt AutoOriginate = "doNotPrompt"
)

// MakeCallResponse answers MakeCall. Its callingDevice is a connection.
type MakeCallResponse struct {
	CallingDevice            ConnectionID
	MediaCallCharacteristics RawXML
	InitiatedCallInfo        RawXML
	CallLinkageData          *CallLinkageData // edition 6
	Extensions               *Extensions
}

// Name returns "MakeCallResponse".
func (*MakeCallResponse) Name() string { return "MakeCallResponse" }

func (m *MakeCallResponse) fields(c *coder) {
	c.connection("callingDevice", &m.CallingDevice, req)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.raw("initiatedCallInfo", &m.InitiatedCallInfo)
	if c.has(Ed6) {
		one(c, "callLinkageData", &m.CallLinkageData, opt)
	}
	c.extensions(&m.Extensions)
}

// AnswerCall connects an alerting call.
type AnswerCall struct {
	CallToBeAnswered ConnectionID
	CorrelatorData   []byte
	UserData         []byte
	Extensions       *Extensions
}

// Name returns "AnswerCall".
func (*AnswerCall) Name() string { return "AnswerCall" }

func (m *AnswerCall) fields(c *coder) {
	c.connection("callToBeAnswered", &m.CallToBeAnswered, req)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.extensions(&m.Extensions)
}

// AnswerCallResponse answers AnswerCall.
type AnswerCallResponse struct {
	Extensions *Extensions
}

// Name returns "AnswerCallResponse".
func (*AnswerCallResponse) Name() string { return "AnswerCallResponse" }

func (m *AnswerCallResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// DeflectCall sends an alerting call elsewhere. Editions 3 to 5 have room for
// one destination; the first is sent.
type DeflectCall struct {
	CallToBeDiverted    ConnectionID
	NewDestination      NewDestination
	CorrelatorData      []byte
	UserData            []byte
	CallCharacteristics CallCharacteristics // edition 6
	SubjectOfCall       string
	LanguagePreferences RawXML
	Reason              string
	Extensions          *Extensions
}

// Name returns "DeflectCall".
func (*DeflectCall) Name() string { return "DeflectCall" }

func (m *DeflectCall) fields(c *coder) {
	c.connection("callToBeDiverted", &m.CallToBeDiverted, req)
	c.destination(&m.NewDestination)
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

// NewDestination is where a call goes. In edition 6 it is a list of device
// elements, before that the text of one device; both are read in every edition.
type NewDestination struct{ Device []DeviceID }

func (d *NewDestination) fields(c *coder) { c.devices("device", &d.Device) }

// destination is the newDestination of DeflectCall.
func (c *coder) destination(d *NewDestination) {
	const name = "newDestination"
	switch {
	case c.writing && len(d.Device) == 0:
		c.absent(name)
	case c.writing && c.ed < Ed6:
		c.writeDevice(name, &d.Device[0])
	case c.writing || c.waits(name) && c.scan.holdsElement():
		c.group(name, true, d, req)
	case c.waits(name):
		d.Device = []DeviceID{{}}
		c.device(name, &d.Device[0], req)
	}
}

// DeflectCallResponse answers DeflectCall.
type DeflectCallResponse struct {
	Extensions *Extensions
}

// Name returns "DeflectCallResponse".
func (*DeflectCallResponse) Name() string { return "DeflectCallResponse" }

func (m *DeflectCallResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// ClearCall ends a call for all its devices.
type ClearCall struct {
	CallToBeCleared ConnectionID
	UserData        []byte
	Reason          string // edition 6
	Extensions      *Extensions
}

// Name returns "ClearCall".
func (*ClearCall) Name() string { return "ClearCall" }

func (m *ClearCall) fields(c *coder) {
	c.connection("callToBeCleared", &m.CallToBeCleared, req)
	c.data("userData", &m.UserData)
	if c.has(Ed6) {
		c.text("reason", &m.Reason, opt)
	}
	c.extensions(&m.Extensions)
}

// ClearCallResponse answers ClearCall.
type ClearCallResponse struct {
	Extensions *Extensions
}

// Name returns "ClearCallResponse".
func (*ClearCallResponse) Name() string { return "ClearCallResponse" }

func (m *ClearCallResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// ClearConnection releases a device from a call.
type ClearConnection struct {
	ConnectionToBeCleared ConnectionID
	CorrelatorData        []byte
	UserData              []byte
	Reason                string
	Extensions            *Extensions
}

// Name returns "ClearConnection".
func (*ClearConnection) Name() string { return "ClearConnection" }

func (m *ClearConnection) fields(c *coder) {
	c.connection("connectionToBeCleared", &m.ConnectionToBeCleared, req)
	c.data("correlatorData", &m.CorrelatorData)
	c.data("userData", &m.UserData)
	c.text("reason", &m.Reason, opt)
	c.extensions(&m.Extensions)
}

// ClearConnectionResponse answers ClearConnection. Some switches never send
// it.
type ClearConnectionResponse struct {
	Extensions *Extensions
}

// Name returns "ClearConnectionResponse".
func (*ClearConnectionResponse) Name() string { return "ClearConnectionResponse" }

func (m *ClearConnectionResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}
