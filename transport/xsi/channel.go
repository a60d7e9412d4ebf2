package xsi

// Never is the expiry, in seconds, of what does not expire (§4.2.4.5). A server
// may grant less.
const Never = 1<<31 - 1

// MinExpires is the shortest expiry, in seconds, that a server grants: less is
// taken as this (§4.2.3, 4.2.4.5).
const MinExpires = 3600

// Channel is an event channel as commands speak of it: what is asked for, what
// was granted, or what there is (§4.6.2.1).
type Channel struct {
	ChannelID    string // made by the server
	ChannelSetID string // at most 256 characters, unique in the world, the same for all channels of a set
	// Priority and Weight route events among the channels of the set, from 1
	// on; 0 leaves it to the server, whose defaults are 1 and 50.
	Priority int
	Weight   int
	Expires  *int // seconds; 0 when read: expired; what is granted may differ from what was asked
	// ApplicationID names the application: a channel set of another ID under
	// the same application and user ends this one's channels (§4.2.3.2).
	ApplicationID string
}

// Root is "Channel".
func (*Channel) Root() string { return "Channel" }

func (d *Channel) fields(c *coder) {
	text(c, "channelId", &d.ChannelID, opt)
	text(c, "channelSetId", &d.ChannelSetID, opt)
	positive(c, "priority", &d.Priority, opt)
	positive(c, "weight", &d.Weight, opt)
	number(c, "expires", &d.Expires, 0, opt)
	text(c, "applicationId", &d.ApplicationID, opt)
}

// ChannelSet lists the channels of a set (GET channelset/{id}).
type ChannelSet struct{ Channels []Channel }

// Root is "ChannelSet".
func (*ChannelSet) Root() string { return "ChannelSet" }

func (d *ChannelSet) fields(c *coder) { many(c, "channel", &d.Channels, req) }

// ChannelHeartBeat comes on the stream after each heartbeat (§4.2.3).
type ChannelHeartBeat struct{}

// Root is "ChannelHeartBeat", with a capital B.
func (*ChannelHeartBeat) Root() string { return "ChannelHeartBeat" }

func (*ChannelHeartBeat) fields(*coder) {}

// EventResponse answers an event (POST channel/eventresponse).
type EventResponse struct {
	EventID    string
	StatusCode ResponseStatus
	Reason     string // required, not empty
}

// ResponseStatus tells the server what to do with an event.
type ResponseStatus int

// The values of ResponseStatus (§4.2.5).
const (
	StatusDelivered        ResponseStatus = 200 // done with it
	StatusDropEvent        ResponseStatus = 400 // drop the event
	StatusDropChannel      ResponseStatus = 404 // delete this channel, try the next one of the set
	StatusDropSubscription ResponseStatus = 481 // delete the subscription, drop the event
	StatusTryNext          ResponseStatus = 500 // try the next channel of the set
)

// Root is "EventResponse".
func (*EventResponse) Root() string { return "EventResponse" }

func (d *EventResponse) fields(c *coder) {
	text(c, "eventID", &d.EventID, req)
	positive(c, "statusCode", &d.StatusCode, req)
	text(c, "reason", &d.Reason, req)
}

// ErrorInfo is the body of an answer that refuses a request.
type ErrorInfo struct {
	Summary        string // in the user's language
	SummaryEnglish string
	ErrorCode      int
}

// Error codes that were seen on live servers.
const (
	CodeChannelSetGone   = 110842
	CodeSubscriptionGone = 110862
)

// Root is "ErrorInfo".
func (*ErrorInfo) Root() string { return "ErrorInfo" }

func (d *ErrorInfo) fields(c *coder) {
	text(c, "summary", &d.Summary, opt)
	text(c, "summaryEnglish", &d.SummaryEnglish, req)
	positive(c, "errorCode", &d.ErrorCode, req)
}
