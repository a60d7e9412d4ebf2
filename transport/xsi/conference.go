package xsi

// Conference is a conference as its controller sees it; nobody else is told of
// it.
type Conference struct {
	State        ConferenceState
	Endpoint     *Endpoint
	Appearance   int // from 1 on
	Muted        bool
	Type         string // Barge-In, Silently Monitored or Supervisor Coached
	Participants []Participant
}

// ConferenceState is the state of a conference.
type ConferenceState string

// The values of ConferenceState.
const (
	ConferenceActive ConferenceState = "Active"
	ConferenceHeld   ConferenceState = "Held"
	ConferenceOver   ConferenceState = "Released"
)

// Participant is one of the controller's calls that the conference joins.
type Participant struct {
	CallID string
	Muted  bool
	Deaf   bool
}

// Root is "Conference".
func (*Conference) Root() string { return "Conference" }

func (d *Conference) fields(c *coder) {
	text(c, "state", &d.State, opt)
	one(c, "endpoint", &d.Endpoint, opt)
	positive(c, "appearance", &d.Appearance, opt)
	empty(c, "muted", &d.Muted, opt)
	text(c, "conferenceType", &d.Type, opt)
	list(c, "conferenceParticipantList", "conferenceParticipant", &d.Participants, opt)
}

func (p *Participant) fields(c *coder) {
	text(c, "callId", &p.CallID, req)
	empty(c, "muted", &p.Muted, opt)
	empty(c, "deaf", &p.Deaf, opt)
}
