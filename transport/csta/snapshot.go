package csta

// SnapshotDevice asks for the calls at a device.
type SnapshotDevice struct {
	SnapshotObject DeviceID
	Extensions     *Extensions
}

// Name returns "SnapshotDevice".
func (*SnapshotDevice) Name() string { return "SnapshotDevice" }

func (m *SnapshotDevice) fields(c *coder) {
	c.device("snapshotObject", &m.SnapshotObject, req)
	c.extensions(&m.Extensions)
}

// SnapshotDeviceResponse answers SnapshotDevice.
type SnapshotDeviceResponse struct {
	CrossRefIDorSnapshotData DeviceSnapshot
	Extensions               *Extensions
}

// Name returns "SnapshotDeviceResponse".
func (*SnapshotDeviceResponse) Name() string { return "SnapshotDeviceResponse" }

func (m *SnapshotDeviceResponse) fields(c *coder) {
	c.snapshot(&m.CrossRefIDorSnapshotData)
	c.extensions(&m.Extensions)
}

// DeviceSnapshot is a choice: the reference of segments that follow, or the
// connections at the device, none if SnapshotData is empty.
type DeviceSnapshot struct {
	ServiceCrossRefID string
	SnapshotData      []SnapshotDeviceResponseInfo // written if ServiceCrossRefID is ""
}

func (s *DeviceSnapshot) fields(c *coder) {
	c.text("serviceCrossRefID", &s.ServiceCrossRefID, opt)
	if !c.writing || s.ServiceCrossRefID == "" {
		snapshotData(c, "snapshotDeviceResponseInfo", &s.SnapshotData)
	}
}

// snapshot is crossRefIDorSnapshotData; peers send its content without it.
func (c *coder) snapshot(s fielder) {
	c.group("crossRefIDorSnapshotData", true, s, req)
	if c.waits("serviceCrossRefID") || c.waits("snapshotData") {
		c.info.Leniencies |= LenientWrapping
		s.fields(c)
	}
}

// snapshotData is a list that is written even if it is empty.
func snapshotData[T any, P interface {
	*T
	fielder
}](c *coder, item string, v *[]T) {
	if c.writing && *v == nil {
		v = &[]T{}
	}
	list[T, P](c, "snapshotData", item, v, req)
}

// SnapshotDeviceResponseInfo is one connection at the device.
type SnapshotDeviceResponseInfo struct {
	ConnectionIdentifier     ConnectionID
	EndpointDevice           SubjectDeviceID
	LocalCallState           LocalCallState
	ServicesPermitted        RawXML
	MediaServiceInfoList     RawXML
	MediaCallCharacteristics RawXML
	CallLinkageData          *CallLinkageData // edition 6
}

func (m *SnapshotDeviceResponseInfo) fields(c *coder) {
	c.connection("connectionIdentifier", &m.ConnectionIdentifier, req)
	c.subject("endpointDevice", &m.EndpointDevice, opt)
	c.group("localCallState", true, &m.LocalCallState, req)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaServiceInfoList", &m.MediaServiceInfoList)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	if c.has(Ed6) {
		one(c, "callLinkageData", &m.CallLinkageData, opt)
	}
}

// LocalCallState is the state of a call as a device sees it: the states of all
// its connections, the device's own first, or the simple call state, or
// unknown.
type LocalCallState struct {
	CompoundCallState []LocalConnectionState
	SimpleCallState   string // written if CompoundCallState is empty; "" is unknown
}

func (s *LocalCallState) fields(c *coder) {
	if !c.writing || len(s.CompoundCallState) > 0 {
		c.group("compoundCallState", true, (*compoundCallState)(&s.CompoundCallState), opt)
	}
	if !c.writing || len(s.CompoundCallState) == 0 {
		c.text("simpleCallState", &s.SimpleCallState, opt)
	}
	unknown := len(s.CompoundCallState) == 0 && s.SimpleCallState == ""
	c.empty("unknown", &unknown)
}

type compoundCallState []LocalConnectionState

func (s *compoundCallState) fields(c *coder) {
	texts(c, "localConnectionState", (*[]LocalConnectionState)(s))
}

// SnapshotDeviceData is one segment of the answer to SnapshotDevice.
type SnapshotDeviceData struct {
	ServiceCrossRefID string
	SegmentID         *int
	LastSegment       bool
	SnapshotData      []SnapshotDeviceResponseInfo
	Extensions        *Extensions
}

// Name returns "SnapshotDeviceData".
func (*SnapshotDeviceData) Name() string { return "SnapshotDeviceData" }

func (m *SnapshotDeviceData) fields(c *coder) {
	c.text("serviceCrossRefID", &m.ServiceCrossRefID, req)
	c.number("segmentID", &m.SegmentID, opt)
	c.boolean("lastSegment", &m.LastSegment)
	list(c, "snapshotData", "snapshotDeviceResponseInfo", &m.SnapshotData, opt)
	c.extensions(&m.Extensions)
}

// SnapshotCall asks for the devices in a call.
type SnapshotCall struct {
	SnapshotObject ConnectionID
	Extensions     *Extensions
}

// Name returns "SnapshotCall".
func (*SnapshotCall) Name() string { return "SnapshotCall" }

func (m *SnapshotCall) fields(c *coder) {
	c.group("snapshotObject", !m.SnapshotObject.IsZero(), snapshotObject{&m.SnapshotObject}, req)
	c.extensions(&m.Extensions)
}

// snapshotObject is a ConnectionID that peers wrap in an element of its own.
type snapshotObject struct{ *ConnectionID }

func (o snapshotObject) fields(c *coder) {
	o.ConnectionID.fields(c)
	if c.wait != 0 && o.IsZero() {
		c.wrapped(c.scan.localName())
		c.children(o.ConnectionID)
		c.advance()
	}
}

// SnapshotCallResponse answers SnapshotCall.
type SnapshotCallResponse struct {
	CrossRefIDorSnapshotData CallSnapshot
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	CallingDevice            SubjectDeviceID
	CalledDevice             SubjectDeviceID
	AssociatedCallingDevice  SubjectDeviceID
	AssociatedCalledDevice   SubjectDeviceID
	CorrelatorData           []byte
	CallLinkageData          *CallLinkageData
	SubjectOfCall            string
	MessageInfo              RawXML
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	Extensions               *Extensions
}

// Name returns "SnapshotCallResponse".
func (*SnapshotCallResponse) Name() string { return "SnapshotCallResponse" }

func (m *SnapshotCallResponse) fields(c *coder) {
	c.snapshot(&m.CrossRefIDorSnapshotData)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.subject("callingDevice", &m.CallingDevice, opt)
	c.subject("calledDevice", &m.CalledDevice, opt)
	c.subject("associatedCallingDevice", &m.AssociatedCallingDevice, opt)
	c.subject("associatedCalledDevice", &m.AssociatedCalledDevice, opt)
	c.data("correlatorData", &m.CorrelatorData)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("messageInfo", &m.MessageInfo)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.raw("deviceHistory", &m.DeviceHistory)
	c.extensions(&m.Extensions)
}

// CallSnapshot is a choice: the reference of segments that follow, or the
// devices in the call.
type CallSnapshot struct {
	ServiceCrossRefID string
	SnapshotData      []SnapshotCallResponseInfo // written if ServiceCrossRefID is ""
}

func (s *CallSnapshot) fields(c *coder) {
	c.text("serviceCrossRefID", &s.ServiceCrossRefID, opt)
	if !c.writing || s.ServiceCrossRefID == "" {
		snapshotData(c, "snapshotCallResponseInfo", &s.SnapshotData)
	}
}

// SnapshotCallResponseInfo is one device in the call.
type SnapshotCallResponseInfo struct {
	DeviceOnCall         SubjectDeviceID
	CallIdentifier       ConnectionID
	LocalConnectionInfo  LocalConnectionState
	ServicesPermitted    RawXML
	MediaServiceInfoList RawXML
	LocationInfo         RawXML // edition 6
}

func (m *SnapshotCallResponseInfo) fields(c *coder) {
	c.subject("deviceOnCall", &m.DeviceOnCall, req)
	c.connection("callIdentifier", &m.CallIdentifier, opt)
	word(c, "localConnectionInfo", &m.LocalConnectionInfo, opt)
	c.raw("servicesPermitted", &m.ServicesPermitted)
	c.raw("mediaServiceInfoList", &m.MediaServiceInfoList)
	if c.has(Ed6) {
		c.raw("locationInfo", &m.LocationInfo)
	}
}

// SnapshotCallData is one segment of the answer to SnapshotCall.
type SnapshotCallData struct {
	ServiceCrossRefID string
	SegmentID         *int
	LastSegment       bool
	SnapshotData      []SnapshotCallResponseInfo
	Extensions        *Extensions
}

// Name returns "SnapshotCallData".
func (*SnapshotCallData) Name() string { return "SnapshotCallData" }

func (m *SnapshotCallData) fields(c *coder) {
	c.text("serviceCrossRefID", &m.ServiceCrossRefID, req)
	c.number("segmentID", &m.SegmentID, opt)
	c.boolean("lastSegment", &m.LastSegment)
	list(c, "snapshotData", "snapshotCallResponseInfo", &m.SnapshotData, opt)
	c.extensions(&m.Extensions)
}
