package xsi

// Subscription is an order of events as commands speak of it: what is asked
// for, what was granted, or what there is (§4.6.2.4).
type Subscription struct {
	SubscriptionID       string // made by the server
	SharedSubscriptionID string
	SubscriberID         string // who subscribed; or
	ClientID             string // the client application that did
	TargetIDType         TargetType
	TargetGroupParentID  string // the service provider of a target group
	TargetID             string
	TargetSubID          string
	Event                Package   // one package; or
	Packages             []Package // several, from release 23.0 on
	Expires              *int      // seconds; what is granted may differ from what was asked
	HTTPContact          string    // URI that events are posted to; or
	ChannelSetID         string    // that they are streamed to
	ApplicationID        string
}

// TargetType says what kind of thing a subscription is about.
type TargetType string

// The values of TargetType.
const (
	TargetUser            TargetType = "User"
	TargetGroup           TargetType = "Group"
	TargetServiceProvider TargetType = "ServiceProvider" // or enterprise
	TargetSystem          TargetType = "System"
)

// Root is "Subscription".
func (*Subscription) Root() string { return "Subscription" }

func (d *Subscription) fields(c *coder) {
	text(c, "subscriptionId", &d.SubscriptionID, opt)
	text(c, "sharedSubscriptionId", &d.SharedSubscriptionID, opt)
	text(c, "subscriberId", &d.SubscriberID, unless(d.ClientID))
	text(c, "clientId", &d.ClientID, unless(d.SubscriberID))
	text(c, "targetIdType", &d.TargetIDType, opt)
	text(c, "targetGrpParentId", &d.TargetGroupParentID, opt)
	text(c, "targetId", &d.TargetID, opt)
	text(c, "targetSubId", &d.TargetSubID, opt)
	text(c, "event", &d.Event, opt)
	list := packageList{&d.Packages}
	if len(d.Packages) > 0 && d.Event != "" && c.mode == writing {
		c.fail(&SurplusError{Root: d.Root(), Element: "eventPackageList"})
	}
	group(c, "eventPackageList", len(d.Packages) > 0, &list, opt)
	number(c, "expires", &d.Expires, 0, opt)
	contact := contactURL{&d.HTTPContact}
	group(c, "httpContact", d.HTTPContact != "", &contact, unless(d.ChannelSetID))
	text(c, "channelSetId", &d.ChannelSetID, unless(d.HTTPContact))
	text(c, "applicationId", &d.ApplicationID, opt)
}

// unless is the rule of a child that excludes another one.
func unless(other string) rule {
	if other != "" {
		return no
	}
	return opt
}

type packageList struct{ packages *[]Package }

func (l *packageList) fields(c *coder) { texts(c, "event", l.packages, req) }

type contactURL struct{ uri *string }

func (u *contactURL) fields(c *coder) { text(c, "uri", u.uri, req) }

// SubscriptionList lists subscriptions (GET subscription).
type SubscriptionList struct{ Subscriptions []Subscription }

// Root is "SubscriptionList".
func (*SubscriptionList) Root() string { return "SubscriptionList" }

func (d *SubscriptionList) fields(c *coder) { many(c, "subscription", &d.Subscriptions, opt) }

// Package is a package of events that can be subscribed to.
type Package string

// The values of Package (§4.7).
const (
	PackageAdvancedCall                 Package = "Advanced Call"
	PackageBasicCall                    Package = "Basic Call"
	PackageBroadWorksAnywhere           Package = "BroadWorks Anywhere"
	PackageCallCenterAgent              Package = "Call Center Agent"
	PackageCallCenterAgentMonitoring    Package = "Call Center Agent Monitoring"
	PackageCallCenterConfiguration      Package = "Call Center Configuration"
	PackageCallCenterMonitoring         Package = "Call Center Monitoring"
	PackageCallCenterQueue              Package = "Call Center Queue"
	PackageCallForwardingAlways         Package = "Call Forwarding Always"
	PackageCallForwardingAlwaysSecond   Package = "Call Forwarding Always Secondary"
	PackageCallForwardingBusy           Package = "Call Forwarding Busy"
	PackageCallForwardingNoAnswer       Package = "Call Forwarding No Answer"
	PackageCallPark                     Package = "Call Park"
	PackageCallRecording                Package = "Call Recording"
	PackageCallTransfer                 Package = "Call Transfer"
	PackageCallWaiting                  Package = "Call Waiting"
	PackageCollaborateRoom              Package = "Collaborate Room"
	PackageCommPilotExpress             Package = "CommPilot Express"
	PackageDoNotDisturb                 Package = "Do Not Disturb"
	PackageFlexibleSeatingGuest         Package = "Flexible Seating Guest"
	PackageHotelingGuest                Package = "Hoteling Guest"
	PackageLastNumberRedial             Package = "Last Number Redial"
	PackageMeetMeConference             Package = "Meet Me Conference"
	PackageMusicOnHold                  Package = "Music On Hold"
	PackageNWayCall                     Package = "N-Way Call"
	PackagePersonalAssistant            Package = "Personal Assistant"
	PackagePushNotificationRegistration Package = "Push Notification Registration"
	PackageRemoteOffice                 Package = "Remote Office"
	PackageRoutePointQueue              Package = "Route Point Queue"
	PackageSecurityClassification       Package = "Security Classification"
	PackageSequentialRing               Package = "Sequential Ring"
	PackageSilentAlerting               Package = "Silent Alerting"
	PackageSimultaneousRingPersonal     Package = "Simultaneous Ring Personal"
	PackageStandardCall                 Package = "Standard Call"
	PackageThirdPartyVoiceMailSupport   Package = "Third-Party Voice Mail Support"
	PackageThreeWayCall                 Package = "Three-Way Call"
	PackageVoiceMailMessageSummary      Package = "Voice Mail Message Summary"
	PackageVoiceMessaging               Package = "Voice Messaging"
)
