package csta

// The application session services (ECMA-354). They fail with their own
// negative responses, never with CSTAErrorCode.

// isSession reports whether a message is one of ECMA-354.
func isSession(m Message) bool {
	switch m.(type) {
	case *StartApplicationSession, *StartApplicationSessionPosResponse, *StartApplicationSessionNegResponse,
		*StopApplicationSession, *StopApplicationSessionPosResponse, *StopApplicationSessionNegResponse,
		*ResetApplicationSessionTimer, *ResetApplicationSessionTimerPosResponse,
		*ResetApplicationSessionTimerNegResponse, *ApplicationSessionTerminated:
		return true
	}
	return false
}

// StartApplicationSession asks for a session.
type StartApplicationSession struct {
	ApplicationInfo           *ApplicationInfo
	RequestedProtocolVersions ProtocolVersions // at least one
	RequestedSessionDuration  *int             // seconds
	Extensions                *Extensions
}

// Name returns "StartApplicationSession".
func (*StartApplicationSession) Name() string { return "StartApplicationSession" }

func (m *StartApplicationSession) fields(c *coder) {
	one(c, "applicationInfo", &m.ApplicationInfo, opt)
	c.group("requestedProtocolVersions", m.RequestedProtocolVersions.ProtocolVersion != nil, &m.RequestedProtocolVersions, opt)
	c.number("requestedSessionDuration", &m.RequestedSessionDuration, opt)
	c.extensions(&m.Extensions)
}

// ApplicationInfo says who asks for a session.
type ApplicationInfo struct {
	ApplicationID           string
	ApplicationSpecificInfo RawXML // of Avaya: SessionLoginInfo
}

func (m *ApplicationInfo) fields(c *coder) {
	c.text("applicationID", &m.ApplicationID, req)
	c.raw("applicationSpecificInfo", &m.ApplicationSpecificInfo)
}

// ProtocolVersions are the protocol versions that an application offers:
// namespaces of ECMA-323, in the order of preference.
type ProtocolVersions struct {
	ProtocolVersion []string
}

func (m *ProtocolVersions) fields(c *coder) {
	texts(c, "protocolVersion", &m.ProtocolVersion)
}

// StartApplicationSessionPosResponse says that the session is open.
type StartApplicationSessionPosResponse struct {
	SessionID             string
	ActualProtocolVersion string
	ActualSessionDuration *int // seconds
	Extensions            *Extensions
}

// Name returns "StartApplicationSessionPosResponse".
func (*StartApplicationSessionPosResponse) Name() string { return "StartApplicationSessionPosResponse" }

func (m *StartApplicationSessionPosResponse) fields(c *coder) {
	c.text("sessionID", &m.SessionID, req)
	c.text("actualProtocolVersion", &m.ActualProtocolVersion, req)
	c.number("actualSessionDuration", &m.ActualSessionDuration, opt)
	c.extensions(&m.Extensions)
}

// StartApplicationSessionNegResponse says why the session is not opened.
type StartApplicationSessionNegResponse struct {
	ErrorCode  *SessionError
	Extensions *Extensions
}

// Name returns "StartApplicationSessionNegResponse".
func (*StartApplicationSessionNegResponse) Name() string { return "StartApplicationSessionNegResponse" }

func (m *StartApplicationSessionNegResponse) fields(c *coder) {
	one(c, "errorCode", &m.ErrorCode, req)
	c.extensions(&m.Extensions)
}

// ResetApplicationSessionTimer keeps a session alive.
type ResetApplicationSessionTimer struct {
	SessionID                string
	RequestedSessionDuration *int // seconds
	Extensions               *Extensions
}

// Name returns "ResetApplicationSessionTimer".
func (*ResetApplicationSessionTimer) Name() string { return "ResetApplicationSessionTimer" }

func (m *ResetApplicationSessionTimer) fields(c *coder) {
	c.text("sessionID", &m.SessionID, req)
	c.number("requestedSessionDuration", &m.RequestedSessionDuration, opt)
	c.extensions(&m.Extensions)
}

// ResetApplicationSessionTimerPosResponse says how long the session lives from
// now on.
type ResetApplicationSessionTimerPosResponse struct {
	ActualSessionDuration *int // seconds
	Extensions            *Extensions
}

// Name returns "ResetApplicationSessionTimerPosResponse".
func (*ResetApplicationSessionTimerPosResponse) Name() string {
	return "ResetApplicationSessionTimerPosResponse"
}

func (m *ResetApplicationSessionTimerPosResponse) fields(c *coder) {
	c.number("actualSessionDuration", &m.ActualSessionDuration, opt)
	c.extensions(&m.Extensions)
}

// ResetApplicationSessionTimerNegResponse says why the timer is not reset.
type ResetApplicationSessionTimerNegResponse struct {
	ErrorCode  *SessionError
	Extensions *Extensions
}

// Name returns "ResetApplicationSessionTimerNegResponse".
func (*ResetApplicationSessionTimerNegResponse) Name() string {
	return "ResetApplicationSessionTimerNegResponse"
}

func (m *ResetApplicationSessionTimerNegResponse) fields(c *coder) {
	one(c, "errorCode", &m.ErrorCode, req)
	c.extensions(&m.Extensions)
}

// StopApplicationSession ends a session.
type StopApplicationSession struct {
	SessionID        string
	SessionEndReason *SessionEndReason
	Extensions       *Extensions
}

// Name returns "StopApplicationSession".
func (*StopApplicationSession) Name() string { return "StopApplicationSession" }

func (m *StopApplicationSession) fields(c *coder) {
	c.text("sessionID", &m.SessionID, req)
	one(c, "sessionEndReason", &m.SessionEndReason, opt)
	c.extensions(&m.Extensions)
}

// StopApplicationSessionPosResponse says that the session has ended.
type StopApplicationSessionPosResponse struct {
	Extensions *Extensions
}

// Name returns "StopApplicationSessionPosResponse".
func (*StopApplicationSessionPosResponse) Name() string { return "StopApplicationSessionPosResponse" }

func (m *StopApplicationSessionPosResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// StopApplicationSessionNegResponse says why the session is not ended.
type StopApplicationSessionNegResponse struct {
	ErrorCode  *SessionError
	Extensions *Extensions
}

// Name returns "StopApplicationSessionNegResponse".
func (*StopApplicationSessionNegResponse) Name() string { return "StopApplicationSessionNegResponse" }

func (m *StopApplicationSessionNegResponse) fields(c *coder) {
	one(c, "errorCode", &m.ErrorCode, req)
	c.extensions(&m.Extensions)
}

// ApplicationSessionTerminated tells a client that the server ended its
// session. It is never answered.
type ApplicationSessionTerminated struct {
	SessionID         string
	SessionTermReason *SessionTermReason
	Extensions        *Extensions
}

// Name returns "ApplicationSessionTerminated".
func (*ApplicationSessionTerminated) Name() string { return "ApplicationSessionTerminated" }

func (m *ApplicationSessionTerminated) fields(c *coder) {
	c.text("sessionID", &m.SessionID, req)
	one(c, "sessionTermReason", &m.SessionTermReason, opt)
	c.extensions(&m.Extensions)
}

// SessionError is why a session service failed: one of the standard's errors
// or the application's own text.
type SessionError struct {
	DefinedError DefinedSessionError
	ApplError    string // written if DefinedError is ""
}

func (e *SessionError) fields(c *coder) {
	word(c, "definedError", &e.DefinedError, opt)
	if !c.writing || e.DefinedError == "" {
		c.text("applError", &e.ApplError, req)
	}
}

// DefinedSessionError is an error of ECMA-354.
type DefinedSessionError string

// The errors of the session services: the first four of
// StartApplicationSession, invalidSessionID of the others,
// serverCannotResetSessionTimer of ResetApplicationSessionTimer.
const (
	SessionInvalidApplicationInfo      DefinedSessionError = "invalidApplicationInfo"
	SessionProtocolVersionNotSupported DefinedSessionError = "requestedProtocolVersionNotSupported"
	SessionServerResourcesBusy         DefinedSessionError = "serverResourcesBusy"
	SessionMaxNumberSessions           DefinedSessionError = "maxNumberSessions"
	SessionInvalidSessionID            DefinedSessionError = "invalidSessionID"
	SessionCannotResetTimer            DefinedSessionError = "serverCannotResetSessionTimer"
)

// SessionEndReason is why a client ends its session.
type SessionEndReason struct {
	DefinedEndReason string // EndNormal or ""
	AppEndReason     string // written if DefinedEndReason is ""
}

// EndNormal is the only defined SessionEndReason.
const EndNormal = "normal"

func (r *SessionEndReason) fields(c *coder) {
	c.text("definedEndReason", &r.DefinedEndReason, opt)
	if !c.writing || r.DefinedEndReason == "" {
		c.text("appEndReason", &r.AppEndReason, req)
	}
}

// SessionTermReason is why a server ended a session.
type SessionTermReason struct {
	DefinedTermReason string // TermResourceLimitation, TermTimerExpired or ""
	ServerTermReason  string // written if DefinedTermReason is ""
}

// The defined values of SessionTermReason.
const (
	TermResourceLimitation = "resourceLimitation"
	TermTimerExpired       = "sessionTimerExpired"
)

func (r *SessionTermReason) fields(c *coder) {
	c.text("definedTermReason", &r.DefinedTermReason, opt)
	if !c.writing || r.DefinedTermReason == "" {
		c.text("serverTermReason", &r.ServerTermReason, req)
	}
}
