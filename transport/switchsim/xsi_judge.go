package switchsim

import (
	"slices"
	"strconv"
	"strings"
)

// xsiSchema is the order of the children of the documents that clients send, typed from the interface.
var xsiSchema = map[string][]string{
	"Channel":       {"channelId", "channelSetId", "priority", "weight", "expires", "applicationId"},
	"EventResponse": {"eventID", "statusCode", "reason"},
	"Subscription": {
		"subscriptionId", "sharedSubscriptionId", "subscriberId", "clientId", "targetIdType", "targetGrpParentId", "targetId",
		"targetSubId", "event", "eventPackageList", "expires", "httpContact", "channelSetId", "applicationId",
	},
	"Conference":            {"state", "endpoint", "appearance", "muted", "conferenceType", "conferenceParticipantList"},
	"ApplicationController": {"state"},

	"DoNotDisturb":           {"active", "ringSplash"},
	"CallForwardingAlways":   {"active", "forwardToPhoneNumber", "ringSplash"},
	"CallForwardingBusy":     {"active", "forwardToPhoneNumber"},
	"CallForwardingNoAnswer": {"active", "forwardToPhoneNumber", "numberOfRings"},
	"CallCenter": {
		"agentACDState", "agentUnavailableCode", "useDefaultGuardTimer", "enableGuardTimer", "guardTimerSeconds",
		"useSystemDefaultUnavailableSettings", "forceAgentUnavailableOnDNDActivation", "forceUnavailableOnPersonalCalls",
		"forceAgentUnavailableOnBouncedCallLimit", "numberConsecutiveBouncedCallsToForceAgentUnavailable",
		"makeOutgoingCallsAsCallCenter", "outgoingCallDNIS", "callCenterList",
	},
}

// document reads the body, which has to be a document with that root. What is in the wrong order or isn't known is a
// violation, and taken all the same, as a live server does; what can't be read is refused.
func (q *xsiRequest) document(root string) (*node, *xsiRefusal) {
	if kind := q.http.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/xml") {
		q.violates("the content type is " + strconv.Quote(kind) + ", want application/xml")
	}
	n, err := parse(q.body)
	if err != nil {
		q.violates(err.Error())
		return nil, xsiBadRequest("The request can't be read.")
	}
	if n.name != root || n.space != xsiNamespace {
		q.violates("the root is {" + n.space + "}" + n.name + ", want {" + xsiNamespace + "}" + root)
		return nil, xsiBadRequest("Unexpected document.")
	}
	last := -1
	for _, child := range n.children {
		at := slices.Index(xsiSchema[root], child.name)
		switch {
		case at < 0 || child.space != xsiNamespace:
			q.violates(root + " has no " + child.name)
		case at == last:
			q.violates(root + " has two " + child.name)
		case at < last:
			q.violates(child.name + " stands in the wrong place")
		}
		last = max(last, at)
	}
	return n, nil
}

// expires returns what is asked for, in seconds. It has to be a number, but what is granted doesn't depend on it.
func (q *xsiRequest) expires(n *node) *xsiRefusal {
	text := n.value("expires")
	if text == "" {
		return nil
	}
	if s, err := strconv.Atoi(text); err != nil || s < 0 || s > 1<<31-1 {
		q.violates("expires is " + strconv.Quote(text))
		return xsiBadRequest("Invalid expiry.")
	}
	return nil
}

// positive returns a number from 1 on, or what it is by default.
func (q *xsiRequest) positive(n *node, name string, otherwise int) int {
	text := n.value(name)
	if text == "" {
		return otherwise
	}
	v, err := strconv.Atoi(text)
	if err != nil || v < 1 || v > 1<<20 {
		q.violates(name + " is " + strconv.Quote(text))
		return otherwise
	}
	return v
}
