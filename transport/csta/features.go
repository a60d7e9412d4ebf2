package csta

// SetDoNotDisturb turns do not disturb on or off.
type SetDoNotDisturb struct {
	Device            DeviceID
	DoNotDisturbOn    bool
	CallOrigination   *CallOrigination
	CallingDeviceList RawXML
	Extensions        *Extensions
}

// Name returns "SetDoNotDisturb".
func (*SetDoNotDisturb) Name() string { return "SetDoNotDisturb" }

func (m *SetDoNotDisturb) fields(c *coder) {
	c.device("device", &m.Device, req)
	c.boolean("doNotDisturbOn", &m.DoNotDisturbOn)
	one(c, "callOrigination", &m.CallOrigination, opt)
	c.raw("callingDeviceList", &m.CallingDeviceList)
	c.extensions(&m.Extensions)
}

// SetDoNotDisturbResponse answers SetDoNotDisturb.
type SetDoNotDisturbResponse struct {
	Extensions *Extensions
}

// Name returns "SetDoNotDisturbResponse".
func (*SetDoNotDisturbResponse) Name() string { return "SetDoNotDisturbResponse" }

func (m *SetDoNotDisturbResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// GetDoNotDisturb asks whether do not disturb is on.
type GetDoNotDisturb struct {
	Device     DeviceID
	Extensions *Extensions
}

// Name returns "GetDoNotDisturb".
func (*GetDoNotDisturb) Name() string { return "GetDoNotDisturb" }

func (m *GetDoNotDisturb) fields(c *coder) {
	c.device("device", &m.Device, req)
	c.extensions(&m.Extensions)
}

// GetDoNotDisturbResponse answers GetDoNotDisturb.
type GetDoNotDisturbResponse struct {
	DoNotDisturbOn    bool
	CallOrigination   *CallOrigination
	CallingDeviceList RawXML
	Extensions        *Extensions
}

// Name returns "GetDoNotDisturbResponse".
func (*GetDoNotDisturbResponse) Name() string { return "GetDoNotDisturbResponse" }

func (m *GetDoNotDisturbResponse) fields(c *coder) {
	c.boolean("doNotDisturbOn", &m.DoNotDisturbOn)
	one(c, "callOrigination", &m.CallOrigination, opt)
	c.raw("callingDeviceList", &m.CallingDeviceList)
	c.extensions(&m.Extensions)
}

// CallOrigination restricts do not disturb to calls of an origin. Child names
// are from ECMA-285.
type CallOrigination struct {
	Internal *bool
	External *bool
}

func (m *CallOrigination) fields(c *coder) {
	c.flag("internal", &m.Internal, opt)
	c.flag("external", &m.External, opt)
}

// SetForwarding turns a forwarding on or off.
type SetForwarding struct {
	Device          DeviceID
	ForwardingType  ForwardingType
	ActivateForward bool
	ForwardDN       DeviceID
	RingCount       *int
	RingDuration    *int // edition 6; seconds
	Extensions      *Extensions
}

// Name returns "SetForwarding".
func (*SetForwarding) Name() string { return "SetForwarding" }

func (m *SetForwarding) fields(c *coder) {
	c.device("device", &m.Device, req)
	word(c, "forwardingType", &m.ForwardingType, opt)
	c.boolean("activateForward", &m.ActivateForward)
	c.device("forwardDN", &m.ForwardDN, opt)
	c.number("ringCount", &m.RingCount, opt)
	if c.has(Ed6) {
		c.number("ringDuration", &m.RingDuration, opt)
	}
	c.extensions(&m.Extensions)
}

// SetForwardingResponse answers SetForwarding.
type SetForwardingResponse struct {
	Extensions *Extensions
}

// Name returns "SetForwardingResponse".
func (*SetForwardingResponse) Name() string { return "SetForwardingResponse" }

func (m *SetForwardingResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// GetForwarding asks for a device's forwardings.
type GetForwarding struct {
	Device     DeviceID
	Extensions *Extensions
}

// Name returns "GetForwarding".
func (*GetForwarding) Name() string { return "GetForwarding" }

func (m *GetForwarding) fields(c *coder) {
	c.device("device", &m.Device, req)
	c.extensions(&m.Extensions)
}

// GetForwardingResponse answers GetForwarding.
type GetForwardingResponse struct {
	ForwardingList []ForwardListItem
	Extensions     *Extensions
}

// Name returns "GetForwardingResponse".
func (*GetForwardingResponse) Name() string { return "GetForwardingResponse" }

func (m *GetForwardingResponse) fields(c *coder) {
	list(c, "forwardingList", "forwardListItem", &m.ForwardingList, opt)
	c.extensions(&m.Extensions)
}

// ForwardListItem is one forwarding.
type ForwardListItem struct {
	ForwardingType ForwardingType
	ForwardStatus  bool
	ForwardDN      DeviceID
	ForwardDefault ForwardDefault
	RingCount      *int
	RingDuration   *int // edition 6; seconds
}

func (m *ForwardListItem) fields(c *coder) {
	word(c, "forwardingType", &m.ForwardingType, opt)
	c.boolean("forwardStatus", &m.ForwardStatus)
	c.device("forwardDN", &m.ForwardDN, opt)
	word(c, "forwardDefault", &m.ForwardDefault, opt)
	c.number("ringCount", &m.RingCount, opt)
	if c.has(Ed6) {
		c.number("ringDuration", &m.RingDuration, opt)
	}
}

// ForwardingType says which calls are forwarded.
type ForwardingType string

// The values of ForwardingType.
const (
	ForwardImmediate    ForwardingType = "forwardImmediate"
	ForwardBusy         ForwardingType = "forwardBusy"
	ForwardNoAns        ForwardingType = "forwardNoAns"
	ForwardDND          ForwardingType = "forwardDND"
	ForwardBusyInt      ForwardingType = "forwardBusyInt"
	ForwardBusyExt      ForwardingType = "forwardBusyExt"
	ForwardNoAnsInt     ForwardingType = "forwardNoAnsInt"
	ForwardNoAnsExt     ForwardingType = "forwardNoAnsExt"
	ForwardImmediateInt ForwardingType = "forwardImmInt"
	ForwardImmediateExt ForwardingType = "forwardImmExt"
	ForwardDNDInt       ForwardingType = "forwardDNDInt"
	ForwardDNDExt       ForwardingType = "forwardDNDExt"
)

// ForwardDefault says what a forwarding takes from the device's default.
type ForwardDefault string

// The values of ForwardDefault.
const (
	ForwardDefaultTypeAndDN ForwardDefault = "forwardingTypeAndForwardDN"
	ForwardDefaultType      ForwardDefault = "forwardingType"
	ForwardDefaultDN        ForwardDefault = "forwardDN"
)
