package xsi

// Call is one user's part in a call: BroadWorks knows no other. A call between
// two users is two of these, with one ExtTrackingID (§4.7.1).
type Call struct {
	CallID        string // of this part, opaque
	ExtTrackingID string // of the call session; changes on transfer, park retrieve and barge-in
	NetworkCallID string
	Personality   Personality
	State         CallState
	ReleaseCause  *ReleaseCause
	ReleasedBy    ReleasingParty
	RemoteParty   Party
	Redirections  []Redirection
	Redirect      *Redirect
	Endpoint      *Endpoint
	Appearance    int // from 1 on

	AllowAnswer    bool // Talk can answer it
	AllowRetrieve  bool // Talk can retrieve it
	AltAddressType string
	HuntGroupUser  string
	DistinctRing   string // DistinctiveRing: Bellcore-dr2 to -dr4
	NoDiversion    bool   // diversionInhibited
	RecallType     string

	StartTime     Timestamp
	AnswerTime    Timestamp // of the first answer, whatever came later
	HeldTime      Timestamp
	TotalHeldTime int // milliseconds
	DetachedTime  Timestamp
	ReleaseTime   Timestamp

	ACD                *ACDCallInfo
	AgentEscalation    string // Normal or Emergency
	ACDOutgoing        *ACDOutgoingCallInfo
	ParkLocationChosen bool // groupCallParkLocationSelected
	Recorded           bool
	FindMeFollowMeUser string
	RecordingControls  string // allowedRecordingControls
	RecordingState     string // Pending, Started, Paused or Failed
	ExecutiveUser      string
	RecallFrom         *Party
	SecurityClass      string
	ClientSessionInfo  string
}

// Root is "Call", for the answer to GET calls/{id}.
func (*Call) Root() string { return "Call" }

func (d *Call) fields(c *coder) {
	text(c, "callId", &d.CallID, req)
	text(c, "extTrackingId", &d.ExtTrackingID, req)
	text(c, "networkCallId", &d.NetworkCallID, opt)
	text(c, "personality", &d.Personality, req)
	text(c, "state", &d.State, req)
	one(c, "releaseCause", &d.ReleaseCause, opt)
	text(c, "releasingParty", &d.ReleasedBy, opt)
	always(c, "remoteParty", &d.RemoteParty)
	list(c, "redirections", "redirection", &d.Redirections, opt)
	one(c, "redirect", &d.Redirect, opt)
	one(c, "endpoint", &d.Endpoint, opt)
	positive(c, "appearance", &d.Appearance, opt)
	empty(c, "allowAnswer", &d.AllowAnswer, opt)
	empty(c, "allowRetrieve", &d.AllowRetrieve, opt)
	text(c, "alternateAddressType", &d.AltAddressType, opt)
	text(c, "huntGroupUserId", &d.HuntGroupUser, opt)
	text(c, "distinctiveRing", &d.DistinctRing, opt)
	empty(c, "diversionInhibited", &d.NoDiversion, opt)
	text(c, "recallType", &d.RecallType, opt)
	positive(c, "startTime", &d.StartTime, req)
	positive(c, "answerTime", &d.AnswerTime, opt)
	positive(c, "heldTime", &d.HeldTime, opt)
	positive(c, "totalHeldTime", &d.TotalHeldTime, opt)
	positive(c, "detachedTime", &d.DetachedTime, opt)
	positive(c, "releaseTime", &d.ReleaseTime, opt)
	one(c, "acdCallInfo", &d.ACD, opt)
	text(c, "agentEscalation", &d.AgentEscalation, opt)
	one(c, "acdOutgoingCallInfo", &d.ACDOutgoing, opt)
	empty(c, "groupCallParkLocationSelected", &d.ParkLocationChosen, opt)
	empty(c, "recorded", &d.Recorded, opt)
	text(c, "findMeFollowMeUserId", &d.FindMeFollowMeUser, opt)
	text(c, "allowedRecordingControls", &d.RecordingControls, opt)
	text(c, "recordingState", &d.RecordingState, opt)
	text(c, "executiveUserId", &d.ExecutiveUser, opt)
	one(c, "recallFromParty", &d.RecallFrom, opt)
	text(c, "securityClassification", &d.SecurityClass, opt)
	text(c, "clientSessionInfo", &d.ClientSessionInfo, opt)
}

// Party is somebody in a call.
type Party struct {
	Name     string
	Address  Address
	UserID   string // if it is a user whom one may know
	UserDN   Address
	Privacy  bool
	CallType CallType
}

func (p *Party) fields(c *coder) {
	text(c, "name", &p.Name, opt)
	p.Address.child(c, "address", opt)
	text(c, "userId", &p.UserID, opt)
	p.UserDN.child(c, "userDN", opt)
	empty(c, "privacy", &p.Privacy, opt)
	text(c, "callType", &p.CallType, opt)
}

// Address is a URI such as "tel:+15550100777", "tel:200" or "sip:…".
type Address struct {
	URI         string
	CountryCode string // "1"
}

func (a *Address) child(c *coder, name string, r rule) {
	if !c.handles(name, a.URI != "", r) {
		return
	}
	if c.mode == reading {
		attrs := c.scan.attrsOf(c.scan.tag)
		a.CountryCode = c.scan.attribute(attrs, "countryCode")
		a.URI = c.value()
		c.advance()
		return
	}
	c.open(name)
	if a.CountryCode != "" {
		c.attribute("countryCode", a.CountryCode)
	}
	c.out = appendText(append(c.out, '>'), a.URI)
	c.end(name)
}

// ReleaseCause says why a call is over or ends in a treatment.
type ReleaseCause struct {
	Internal  string // internalReleaseCause: Busy, User Not Found, …
	Q850      string
	SIPStatus string
	CDR       string // cdrTerminationCause
}

func (r *ReleaseCause) fields(c *coder) {
	text(c, "internalReleaseCause", &r.Internal, req)
	text(c, "q850Cause", &r.Q850, opt)
	text(c, "sipStatus", &r.SIPStatus, opt)
	text(c, "cdrTerminationCause", &r.CDR, opt)
}

// Redirection is one step of the way that a call has come.
type Redirection struct {
	Party   *Party
	Reason  RedirectReason
	Counter int // from 1 on
}

func (r *Redirection) fields(c *coder) {
	one(c, "party", &r.Party, opt)
	text(c, "reason", &r.Reason, opt)
	positive(c, "counter", &r.Counter, opt)
}

// Redirect says where a call goes from here.
type Redirect struct {
	Address Address
	Reason  RedirectReason
	Time    Timestamp
}

func (r *Redirect) fields(c *coder) {
	r.Address.child(c, "address", opt)
	text(c, "reason", &r.Reason, req)
	positive(c, "redirectTime", &r.Time, req)
}

// Endpoint is the phone or the network address at which a user has a call.
type Endpoint struct {
	Type            EndpointType
	AddressOfRecord string  // of an AccessEndpoint
	Address         Address // of all others
}

func (e *Endpoint) attributes(c *coder) {
	if c.mode == writing {
		c.xsiType(string(e.Type))
		return
	}
	name, exact := c.scan.xsiType()
	if !exact {
		c.info.Leniencies |= LenientType
	}
	e.Type = EndpointType(name)
}

func (e *Endpoint) fields(c *coder) {
	access, network := opt, opt
	switch e.Type {
	case "":
		c.missingType("endpoint")
	case AccessEndpoint:
		access, network = req, no
	default:
		access, network = no, req
	}
	text(c, "addressOfRecord", &e.AddressOfRecord, access)
	e.Address.child(c, "address", network)
}

func (c *coder) missingType(name string) {
	if c.mode == writing {
		c.fail(&MissingError{Root: c.document, Element: name + "'s type"})
	}
}

// ACDCallInfo says through which queue a call came to an agent.
type ACDCallInfo struct {
	UserID        string // of the queue
	Name          string
	Number        Address
	CallsInQueue  *int
	WaitTime      *int // seconds
	LongestWait   *int // seconds
	HoldReminder  bool
	CallingParty  Party
	RoutePoint    bool
	Disposition   string
	PostCallState string // postCallAgentState
}

func (a *ACDCallInfo) fields(c *coder) {
	text(c, "acdUserId", &a.UserID, req)
	text(c, "acdName", &a.Name, req)
	a.Number.child(c, "acdNumber", req)
	number(c, "numCallsInQueue", &a.CallsInQueue, 0, req)
	number(c, "waitTime", &a.WaitTime, 0, req)
	number(c, "longestWaitTime", &a.LongestWait, 0, opt)
	empty(c, "holdReminder", &a.HoldReminder, opt)
	always(c, "callingPartyInfo", &a.CallingParty)
	empty(c, "routePoint", &a.RoutePoint, opt)
	text(c, "dispositionCode", &a.Disposition, opt)
	text(c, "postCallAgentState", &a.PostCallState, opt)
}

// ACDOutgoingCallInfo says for which queue an agent makes a call.
type ACDOutgoingCallInfo struct {
	UserID        string // of the queue
	Name          string
	Number        Address
	RoutePoint    bool
	Disposition   string
	PostCallState string // postCallAgentState
}

func (a *ACDOutgoingCallInfo) fields(c *coder) {
	text(c, "acdUserId", &a.UserID, req)
	text(c, "acdName", &a.Name, req)
	a.Number.child(c, "acdNumber", req)
	empty(c, "routePoint", &a.RoutePoint, opt)
	text(c, "dispositionCode", &a.Disposition, opt)
	text(c, "postCallAgentState", &a.PostCallState, opt)
}
