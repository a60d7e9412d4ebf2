package csta

// RouteRegister offers to route a device's calls.
type RouteRegister struct {
	RouteingDevice              DeviceID
	RequestedRouteingMediaClass RawXML
	Extensions                  *Extensions
}

// Name returns "RouteRegister".
func (*RouteRegister) Name() string { return "RouteRegister" }

func (m *RouteRegister) fields(c *coder) {
	c.device("routeingDevice", &m.RouteingDevice, opt)
	c.raw("requestedRouteingMediaClass", &m.RequestedRouteingMediaClass)
	c.extensions(&m.Extensions)
}

// RouteRegisterResponse answers RouteRegister.
type RouteRegisterResponse struct {
	RouteRegisterReqID       string
	ActualRouteingMediaClass RawXML
	Extensions               *Extensions
}

// Name returns "RouteRegisterResponse".
func (*RouteRegisterResponse) Name() string { return "RouteRegisterResponse" }

func (m *RouteRegisterResponse) fields(c *coder) {
	c.text("routeRegisterReqID", &m.RouteRegisterReqID, req)
	c.raw("actualRouteingMediaClass", &m.ActualRouteingMediaClass)
	c.extensions(&m.Extensions)
}

// RouteRegisterCancel ends a registration.
type RouteRegisterCancel struct {
	RouteRegisterReqID string
	Extensions         *Extensions
}

// Name returns "RouteRegisterCancel".
func (*RouteRegisterCancel) Name() string { return "RouteRegisterCancel" }

func (m *RouteRegisterCancel) fields(c *coder) {
	c.text("routeRegisterReqID", &m.RouteRegisterReqID, req)
	c.extensions(&m.Extensions)
}

// RouteRegisterCancelResponse answers RouteRegisterCancel.
type RouteRegisterCancelResponse struct {
	Extensions *Extensions
}

// Name returns "RouteRegisterCancelResponse".
func (*RouteRegisterCancelResponse) Name() string { return "RouteRegisterCancelResponse" }

func (m *RouteRegisterCancelResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// RouteRegisterAbort tells that the switching function ended a registration.
// It is not answered.
type RouteRegisterAbort struct {
	RouteRegisterReqID string
	Extensions         *Extensions
}

// Name returns "RouteRegisterAbort".
func (*RouteRegisterAbort) Name() string { return "RouteRegisterAbort" }

func (m *RouteRegisterAbort) fields(c *coder) {
	c.text("routeRegisterReqID", &m.RouteRegisterReqID, req)
	c.extensions(&m.Extensions)
}

// RouteRequest asks for a call's destination. It is answered by RouteSelect,
// RouteReject or RouteEnd, which are requests of their own. CrossRefIdentifier
// is spelt so by the schema.
type RouteRequest struct {
	CrossRefIdentifier       string
	RouteRegisterReqID       string
	CurrentRoute             SubjectDeviceID
	CallingDevice            SubjectDeviceID
	RouteingDevice           SubjectDeviceID
	RoutedCall               ConnectionID
	RouteSelAlgorithm        string
	AssociatedCallingDevice  SubjectDeviceID
	AssociatedCalledDevice   SubjectDeviceID
	Priority                 *bool
	ReplyTimeout             *int // milliseconds
	CorrelatorData           []byte
	MediaCallCharacteristics RawXML
	CallCharacteristics      CallCharacteristics
	RouteCallInfo            RawXML
	CallLinkageData          *CallLinkageData
	SubjectOfCall            string
	MessageInfo              RawXML
	LanguagePreferences      RawXML
	DeviceHistory            RawXML
	Extensions               *Extensions
}

// Name returns "RouteRequest".
func (*RouteRequest) Name() string { return "RouteRequest" }

func (m *RouteRequest) fields(c *coder) {
	c.text("crossRefIdentifier", &m.CrossRefIdentifier, req)
	c.text("routeRegisterReqID", &m.RouteRegisterReqID, opt)
	c.subject("currentRoute", &m.CurrentRoute, req)
	c.subject("callingDevice", &m.CallingDevice, opt)
	c.subject("routeingDevice", &m.RouteingDevice, opt)
	c.connection("routedCall", &m.RoutedCall, opt)
	c.text("routeSelAlgorithm", &m.RouteSelAlgorithm, opt)
	c.subject("associatedCallingDevice", &m.AssociatedCallingDevice, opt)
	c.subject("associatedCalledDevice", &m.AssociatedCalledDevice, opt)
	c.flag("priority", &m.Priority, opt)
	c.number("replyTimeout", &m.ReplyTimeout, opt)
	c.data("correlatorData", &m.CorrelatorData)
	c.raw("mediaCallCharacteristics", &m.MediaCallCharacteristics)
	c.characteristics(&m.CallCharacteristics)
	c.raw("routeCallInfo", &m.RouteCallInfo)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.text("subjectOfCall", &m.SubjectOfCall, opt)
	c.raw("messageInfo", &m.MessageInfo)
	c.raw("languagePreferences", &m.LanguagePreferences)
	c.raw("deviceHistory", &m.DeviceHistory)
	c.extensions(&m.Extensions)
}

// RouteSelect names a call's destination.
type RouteSelect struct {
	CrossRefIdentifier string
	RouteRegisterReqID string
	RouteSelected      DeviceID
	AlternateRoutes    RawXML
	RemainRetries      *RemainRetries
	RouteUsedReq       *bool
	CorrelatorData     []byte
	Extensions         *Extensions
}

// Name returns "RouteSelect".
func (*RouteSelect) Name() string { return "RouteSelect" }

func (m *RouteSelect) fields(c *coder) {
	c.text("crossRefIdentifier", &m.CrossRefIdentifier, req)
	c.text("routeRegisterReqID", &m.RouteRegisterReqID, opt)
	c.device("routeSelected", &m.RouteSelected, req)
	c.raw("alternateRoutes", &m.AlternateRoutes)
	one(c, "remainRetries", &m.RemainRetries, opt)
	c.flag("routeUsedReq", &m.RouteUsedReq, opt)
	c.data("correlatorData", &m.CorrelatorData)
	c.extensions(&m.Extensions)
}

// RemainRetries says how many alternative destinations are left.
type RemainRetries struct {
	RetryCount       *int
	NoCountAvailable bool
	NoListAvailable  bool
}

func (r *RemainRetries) fields(c *coder) {
	if !c.writing || r.RetryCount == nil {
		c.empty("noCountAvailable", &r.NoCountAvailable)
		c.empty("noListAvailable", &r.NoListAvailable)
	}
	c.number("retryCount", &r.RetryCount, opt)
}

// RouteUsed tells where a routed call went.
type RouteUsed struct {
	CrossRefIdentifier string
	RouteRegisterReqID string
	RouteUsed          SubjectDeviceID
	CallingDevice      SubjectDeviceID
	Domain             *bool
	CorrelatorData     []byte
	CallLinkageData    *CallLinkageData
	Extensions         *Extensions
}

// Name returns "RouteUsed".
func (*RouteUsed) Name() string { return "RouteUsed" }

func (m *RouteUsed) fields(c *coder) {
	c.text("crossRefIdentifier", &m.CrossRefIdentifier, req)
	c.text("routeRegisterReqID", &m.RouteRegisterReqID, opt)
	c.subject("routeUsed", &m.RouteUsed, opt)
	c.subject("callingDevice", &m.CallingDevice, opt)
	c.flag("domain", &m.Domain, opt)
	c.data("correlatorData", &m.CorrelatorData)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.extensions(&m.Extensions)
}

// ReRoute asks for another destination.
type ReRoute struct {
	CrossRefIdentifier string
	RouteRegisterReqID string
	ReplyTimeout       *int // milliseconds
	CorrelatorData     []byte
	CallLinkageData    *CallLinkageData
	Extensions         *Extensions
}

// Name returns "ReRoute".
func (*ReRoute) Name() string { return "ReRoute" }

func (m *ReRoute) fields(c *coder) {
	c.text("crossRefIdentifier", &m.CrossRefIdentifier, req)
	c.text("routeRegisterReqID", &m.RouteRegisterReqID, opt)
	c.number("replyTimeout", &m.ReplyTimeout, opt)
	c.data("correlatorData", &m.CorrelatorData)
	one(c, "callLinkageData", &m.CallLinkageData, opt)
	c.extensions(&m.Extensions)
}

// RouteReject refuses to route a call.
type RouteReject struct {
	CrossRefIdentifier string
	RouteRegisterReqID string
	RejectCause        RejectCause
	CorrelatorData     []byte
	Extensions         *Extensions
}

// Name returns "RouteReject".
func (*RouteReject) Name() string { return "RouteReject" }

func (m *RouteReject) fields(c *coder) {
	c.text("crossRefIdentifier", &m.CrossRefIdentifier, req)
	c.text("routeRegisterReqID", &m.RouteRegisterReqID, opt)
	word(c, "rejectCause", &m.RejectCause, opt)
	c.data("correlatorData", &m.CorrelatorData)
	c.extensions(&m.Extensions)
}

// RejectCause says why a call is not routed.
type RejectCause string

// The values of RejectCause.
const (
	RejectBusyOverflow      RejectCause = "busyOverflow"
	RejectQueueTimeOverflow RejectCause = "queueTimeOverflow"
	RejectCapacityOverflow  RejectCause = "capacityOverflow"
	RejectCalendarOverflow  RejectCause = "calendarOverflow"
	RejectUnknownOverflow   RejectCause = "unknownOverflow"
)

// RouteEnd ends a routing dialogue; either side may send it.
type RouteEnd struct {
	CrossRefIdentifier string
	RouteRegisterReqID string
	ErrorValue         *ErrorCode
	CorrelatorData     []byte
	Extensions         *Extensions
}

// Name returns "RouteEnd".
func (*RouteEnd) Name() string { return "RouteEnd" }

func (m *RouteEnd) fields(c *coder) {
	c.text("crossRefIdentifier", &m.CrossRefIdentifier, req)
	c.text("routeRegisterReqID", &m.RouteRegisterReqID, opt)
	one(c, "errorValue", &m.ErrorValue, opt)
	c.data("correlatorData", &m.CorrelatorData)
	c.extensions(&m.Extensions)
}
