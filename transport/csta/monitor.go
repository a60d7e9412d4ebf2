package csta

// MonitorType says whether a monitor follows a device or a call.
type MonitorType string

// The monitor types.
const (
	MonitorCall   MonitorType = "call"
	MonitorDevice MonitorType = "device"
)

// MonitorObject is what is monitored: a device or a call.
type MonitorObject struct {
	DeviceObject DeviceID
	CallObject   ConnectionID // written if DeviceObject is absent
}

func (o *MonitorObject) fields(c *coder) {
	c.device("deviceObject", &o.DeviceObject, opt)
	if !c.writing || o.DeviceObject.IsZero() {
		c.connection("callObject", &o.CallObject, req)
	}
}

// MonitorStart orders the events of a device or a call.
type MonitorStart struct {
	MonitorObject              MonitorObject
	RequestedMonitorFilter     MonitorFilter
	MonitorType                MonitorType
	RequestedMonitorMediaClass RawXML
	Extensions                 *Extensions
}

// Name returns "MonitorStart".
func (*MonitorStart) Name() string { return "MonitorStart" }

func (m *MonitorStart) fields(c *coder) {
	c.group("monitorObject", true, &m.MonitorObject, req)
	c.filter("requestedMonitorFilter", &m.RequestedMonitorFilter)
	word(c, "monitorType", &m.MonitorType, opt)
	c.raw("requestedMonitorMediaClass", &m.RequestedMonitorMediaClass)
	c.extensions(&m.Extensions)
}

// MonitorStartResponse answers MonitorStart.
type MonitorStartResponse struct {
	MonitorCrossRefID       string // send decimal digits, 1 or above
	ActualMonitorFilter     MonitorFilter
	ActualMonitorMediaClass RawXML
	MonitorExistingCalls    *bool
	Extensions              *Extensions
}

// Name returns "MonitorStartResponse".
func (*MonitorStartResponse) Name() string { return "MonitorStartResponse" }

func (m *MonitorStartResponse) fields(c *coder) {
	c.text("monitorCrossRefID", &m.MonitorCrossRefID, req)
	c.filter("actualMonitorFilter", &m.ActualMonitorFilter)
	c.raw("actualMonitorMediaClass", &m.ActualMonitorMediaClass)
	c.flag("monitorExistingCalls", &m.MonitorExistingCalls, opt)
	c.extensions(&m.Extensions)
}

// MonitorStop ends a monitor; either side may send it.
type MonitorStop struct {
	MonitorCrossRefID string
	Extensions        *Extensions
}

// Name returns "MonitorStop".
func (*MonitorStop) Name() string { return "MonitorStop" }

func (m *MonitorStop) fields(c *coder) {
	c.text("monitorCrossRefID", &m.MonitorCrossRefID, req)
	c.extensions(&m.Extensions)
}

// MonitorStopResponse answers MonitorStop.
type MonitorStopResponse struct {
	Extensions *Extensions
}

// Name returns "MonitorStopResponse".
func (*MonitorStopResponse) Name() string { return "MonitorStopResponse" }

func (m *MonitorStopResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// ChangeMonitorFilter changes a monitor's filter.
type ChangeMonitorFilter struct {
	MonitorCrossRefID   string
	RequestedFilterList MonitorFilter
	Extensions          *Extensions
}

// Name returns "ChangeMonitorFilter".
func (*ChangeMonitorFilter) Name() string { return "ChangeMonitorFilter" }

func (m *ChangeMonitorFilter) fields(c *coder) {
	c.text("monitorCrossRefID", &m.MonitorCrossRefID, req)
	c.filter("requestedFilterList", &m.RequestedFilterList)
	c.extensions(&m.Extensions)
}

// ChangeMonitorFilterResponse answers ChangeMonitorFilter.
type ChangeMonitorFilterResponse struct {
	ActualFilterList MonitorFilter
	Extensions       *Extensions
}

// Name returns "ChangeMonitorFilterResponse".
func (*ChangeMonitorFilterResponse) Name() string { return "ChangeMonitorFilterResponse" }

func (m *ChangeMonitorFilterResponse) fields(c *coder) {
	c.filter("actualFilterList", &m.ActualFilterList)
	c.extensions(&m.Extensions)
}

// GetMonitors asks for the monitors that there are (edition 6).
type GetMonitors struct {
	Extensions *Extensions
}

// Name returns "GetMonitors".
func (*GetMonitors) Name() string { return "GetMonitors" }

func (m *GetMonitors) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// GetMonitorsResponse answers GetMonitors.
type GetMonitorsResponse struct {
	CrossRefIDorRegistrationData MonitorData
	Extensions                   *Extensions
}

// Name returns "GetMonitorsResponse".
func (*GetMonitorsResponse) Name() string { return "GetMonitorsResponse" }

func (m *GetMonitorsResponse) fields(c *coder) {
	c.group("crossRefIDorRegistrationData", true, &m.CrossRefIDorRegistrationData, opt)
	c.extensions(&m.Extensions)
}

// MonitorInfo is one segment of the answer to GetMonitors (edition 6).
type MonitorInfo struct {
	ServiceCrossRefID string
	SegmentID         *int
	LastSegment       bool
	MonitorList       []MonitorListEntry
	Extensions        *Extensions
}

// Name returns "MonitorInfo".
func (*MonitorInfo) Name() string { return "MonitorInfo" }

func (m *MonitorInfo) fields(c *coder) {
	c.text("serviceCrossRefID", &m.ServiceCrossRefID, req)
	c.number("segmentID", &m.SegmentID, opt)
	c.boolean("lastSegment", &m.LastSegment)
	list(c, "monitorList", "monitorListEntry", &m.MonitorList, opt)
	c.extensions(&m.Extensions)
}

// MonitorData is a choice: the reference of segments that follow, or the list.
type MonitorData struct {
	ServiceCrossRefID string
	MonitorList       []MonitorListEntry // written if ServiceCrossRefID is ""
}

func (d *MonitorData) fields(c *coder) {
	if !c.writing || d.ServiceCrossRefID == "" {
		if c.writing && d.MonitorList == nil {
			d = &MonitorData{MonitorList: []MonitorListEntry{}}
		}
		list(c, "monitorList", "monitorListEntry", &d.MonitorList, opt)
	}
	c.text("serviceCrossRefID", &d.ServiceCrossRefID, opt)
}

// MonitorListEntry is one monitor. Child names are from ECMA-285.
type MonitorListEntry struct {
	MonitorCrossRefID string
	MonitorObject     DeviceID
}

func (m *MonitorListEntry) fields(c *coder) {
	c.text("monitorCrossRefID", &m.MonitorCrossRefID, req)
	c.device("monitorObject", &m.MonitorObject, req)
}
