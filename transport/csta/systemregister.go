package csta

// SystemRegister asks for system services to be sent.
type SystemRegister struct {
	RequestTypes          RequestTypes
	RequestedStatusFilter StatusFilter
	Extensions            *Extensions
}

// Name returns "SystemRegister".
func (*SystemRegister) Name() string { return "SystemRegister" }

func (m *SystemRegister) fields(c *coder) {
	c.group("requestTypes", m.RequestTypes != RequestTypes{}, &m.RequestTypes, opt)
	c.group("requestedStatusFilter", m.RequestedStatusFilter != StatusFilter{}, &m.RequestedStatusFilter, opt)
	c.extensions(&m.Extensions)
}

// SystemRegisterResponse answers SystemRegister.
type SystemRegisterResponse struct {
	SysStatRegisterID  string
	ActualStatusFilter StatusFilter
	Extensions         *Extensions
}

// Name returns "SystemRegisterResponse".
func (*SystemRegisterResponse) Name() string { return "SystemRegisterResponse" }

func (m *SystemRegisterResponse) fields(c *coder) {
	c.text("sysStatRegisterID", &m.SysStatRegisterID, req)
	c.group("actualStatusFilter", m.ActualStatusFilter != StatusFilter{}, &m.ActualStatusFilter, opt)
	c.extensions(&m.Extensions)
}

// SystemRegisterCancel ends a registration.
type SystemRegisterCancel struct {
	SysStatRegisterID string
	Extensions        *Extensions
}

// Name returns "SystemRegisterCancel".
func (*SystemRegisterCancel) Name() string { return "SystemRegisterCancel" }

func (m *SystemRegisterCancel) fields(c *coder) {
	c.text("sysStatRegisterID", &m.SysStatRegisterID, req)
	c.extensions(&m.Extensions)
}

// SystemRegisterCancelResponse answers SystemRegisterCancel.
type SystemRegisterCancelResponse struct {
	Extensions *Extensions
}

// Name returns "SystemRegisterCancelResponse".
func (*SystemRegisterCancelResponse) Name() string { return "SystemRegisterCancelResponse" }

func (m *SystemRegisterCancelResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// SystemRegisterAbort tells that the switching function dropped a
// registration.
type SystemRegisterAbort struct {
	SysStatRegisterID string
	Extensions        *Extensions
}

// Name returns "SystemRegisterAbort".
func (*SystemRegisterAbort) Name() string { return "SystemRegisterAbort" }

func (m *SystemRegisterAbort) fields(c *coder) {
	c.text("sysStatRegisterID", &m.SysStatRegisterID, req)
	c.extensions(&m.Extensions)
}

// ChangeSysStatFilter changes a registration's filter.
type ChangeSysStatFilter struct {
	SysStatRegisterID     string
	RequestedStatusFilter StatusFilter
	Extensions            *Extensions
}

// Name returns "ChangeSysStatFilter".
func (*ChangeSysStatFilter) Name() string { return "ChangeSysStatFilter" }

func (m *ChangeSysStatFilter) fields(c *coder) {
	c.text("sysStatRegisterID", &m.SysStatRegisterID, req)
	c.group("requestedStatusFilter", true, &m.RequestedStatusFilter, req)
	c.extensions(&m.Extensions)
}

// ChangeSysStatFilterResponse answers ChangeSysStatFilter.
type ChangeSysStatFilterResponse struct {
	ActualStatusFilter StatusFilter
	Extensions         *Extensions
}

// Name returns "ChangeSysStatFilterResponse".
func (*ChangeSysStatFilterResponse) Name() string { return "ChangeSysStatFilterResponse" }

func (m *ChangeSysStatFilterResponse) fields(c *coder) {
	c.group("actualStatusFilter", true, &m.ActualStatusFilter, req)
	c.extensions(&m.Extensions)
}

// GetRegistrations asks for the registrations that there are (edition 6).
// Child names are from ECMA-285.
type GetRegistrations struct {
	RequestedRegTypes RawXML
	Extensions        *Extensions
}

// Name returns "GetRegistrations".
func (*GetRegistrations) Name() string { return "GetRegistrations" }

func (m *GetRegistrations) fields(c *coder) {
	c.raw("requestedRegTypes", &m.RequestedRegTypes)
	c.extensions(&m.Extensions)
}

// GetRegistrationsResponse answers GetRegistrations.
type GetRegistrationsResponse struct {
	CrossRefIDorRegistrationData RegistrationData
	Extensions                   *Extensions
}

// Name returns "GetRegistrationsResponse".
func (*GetRegistrationsResponse) Name() string { return "GetRegistrationsResponse" }

func (m *GetRegistrationsResponse) fields(c *coder) {
	c.group("crossRefIDorRegistrationData", true, &m.CrossRefIDorRegistrationData, opt)
	c.extensions(&m.Extensions)
}

// RegistrationData is a choice: the reference of segments that follow, or the
// list.
type RegistrationData struct {
	ServiceCrossRefID string
	RegistrationList  RawXML // written if ServiceCrossRefID is ""
}

func (d *RegistrationData) fields(c *coder) {
	c.text("serviceCrossRefID", &d.ServiceCrossRefID, opt)
	if !c.writing || d.ServiceCrossRefID == "" {
		c.raw("registrationList", &d.RegistrationList)
	}
}

// RegistrationInfo is one segment of the answer to GetRegistrations.
type RegistrationInfo struct {
	ServiceCrossRefID string
	SegmentID         *int
	LastSegment       bool
	RegistrationList  RawXML
	Extensions        *Extensions
}

// Name returns "RegistrationInfo".
func (*RegistrationInfo) Name() string { return "RegistrationInfo" }

func (m *RegistrationInfo) fields(c *coder) {
	c.text("serviceCrossRefID", &m.ServiceCrossRefID, req)
	c.number("segmentID", &m.SegmentID, opt)
	c.boolean("lastSegment", &m.LastSegment)
	c.raw("registrationList", &m.RegistrationList)
	c.extensions(&m.Extensions)
}
