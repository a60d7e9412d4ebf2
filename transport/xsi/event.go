package xsi

// SubscriptionEvent tells something that a subscription is about. It has to be
// answered with an EventResponse.
type SubscriptionEvent struct {
	EventID string
	// SequenceNumber counts the subscription's events, from 1 to 2147483647 and
	// then again from 1.
	SequenceNumber        int
	UserID                string // who subscribed; or
	ClientID              string // the client application that did
	ExternalApplicationID string
	SubscriptionID        string
	SharedSubscriptionID  string
	ChannelID             string // of the channel that it came on; or
	HTTPContact           string // the URI that it was posted to
	TargetID              string // absent when who subscribed is the target: see Target
	TargetSubID           string
	Data                  EventData // never nil in what Decode returns
}

// ChannelTerminatedEvent is the last word of a channel. It has no EventID and
// wants no response.
type ChannelTerminatedEvent struct {
	ChannelID string
	Reason    TerminatedReason
}

// TerminatedReason says why a channel ended.
type TerminatedReason string

// The values of TerminatedReason (§4.2.3).
const (
	DuplicateChannelSet  TerminatedReason = "DuplicateChannelSet"  // another set of the same application and user was opened
	UserDeleted          TerminatedReason = "UserDeleted"          // who opened it was deleted
	NonResponsiveChannel TerminatedReason = "NonResponsiveChannel" // no channel of the set answered an event
	ExplicitDelete       TerminatedReason = "ExplicitDelete"       // deleted on request, or by an administrator
	Expired              TerminatedReason = "Expired"
	UnknownChannel       TerminatedReason = "UnknownChannel" // an event was answered with StatusDropChannel
)

// ErrorEvent says that the server could not read what it got.
type ErrorEvent struct {
	ErrorCode    int
	ErrorMessage string
}

// event is a document whose root is Event; the root's type says which.
type event interface {
	Document
	kind() string
}

const (
	kindSubscription = "SubscriptionEvent"
	kindTerminated   = "ChannelTerminatedEvent"
	kindError        = "ErrorEvent"
)

// eventRoot makes the document that the root's type names. Without a type it
// is taken for a SubscriptionEvent, so that it can be answered.
func (c *coder) eventRoot() Document {
	kind, exact := c.scan.xsiType()
	if !exact {
		c.info.Leniencies |= LenientType
	}
	switch kind {
	case kindSubscription, "":
		return new(SubscriptionEvent)
	case kindTerminated:
		return new(ChannelTerminatedEvent)
	case kindError:
		return new(ErrorEvent)
	}
	return &UnknownDocument{Name: kind}
}

// Root is "Event".
func (*SubscriptionEvent) Root() string { return eventRoot }

func (*SubscriptionEvent) kind() string { return kindSubscription }

// Target is the user whom the event is about.
func (d *SubscriptionEvent) Target() string {
	if d.TargetID != "" {
		return d.TargetID
	}
	return d.UserID
}

func (d *SubscriptionEvent) fields(c *coder) {
	text(c, "eventID", &d.EventID, req)
	positive(c, "sequenceNumber", &d.SequenceNumber, req)
	owner := req
	if d.ClientID != "" {
		owner = no
	}
	text(c, "userId", &d.UserID, owner)
	text(c, "clientId", &d.ClientID, unless(d.UserID))
	text(c, "externalApplicationId", &d.ExternalApplicationID, req)
	text(c, "subscriptionId", &d.SubscriptionID, req)
	text(c, "sharedSubscriptionId", &d.SharedSubscriptionID, opt)
	text(c, "channelId", &d.ChannelID, unless(d.HTTPContact))
	contact := contactURL{&d.HTTPContact}
	group(c, "httpContact", d.HTTPContact != "", &contact, unless(d.ChannelID))
	text(c, "targetId", &d.TargetID, opt)
	text(c, "targetSubId", &d.TargetSubID, opt)
	eventData(c, "eventData", &d.Data)
}

// Root is "Event".
func (*ChannelTerminatedEvent) Root() string { return eventRoot }

func (*ChannelTerminatedEvent) kind() string { return kindTerminated }

func (d *ChannelTerminatedEvent) fields(c *coder) {
	text(c, "channelId", &d.ChannelID, req)
	text(c, "reason", &d.Reason, req)
}

// Root is "Event".
func (*ErrorEvent) Root() string { return eventRoot }

func (*ErrorEvent) kind() string { return kindError }

func (d *ErrorEvent) fields(c *coder) {
	positive(c, "errorCode", &d.ErrorCode, req)
	text(c, "errorMessage", &d.ErrorMessage, req)
}
