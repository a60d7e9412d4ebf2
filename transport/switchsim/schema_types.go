package switchsim

import (
	"slices"
	"strings"
)

// The common types of ECMA-323 that requests are made of.
var (
	tString  = textual(checkString)
	tFilled  = textual(checkFilled)
	tBoolean = textual(checkBoolean)
	tHex     = textual(checkHex)
	tInteger = textual(checkInteger)
	tEmpty   = seq()
	tAny     = &shape{any: true}

	tDeviceID = &shape{text: checkFilled, attrs: []string{
		"typeOfNumber", "mediaClass", "connectionRate", "bitRate", "delayTolerance", "switchingSubDomainCCIEType",
		"switchingSubDomainInformationElements", "privateNumber", "privateName",
	}}
	// ConnectionID is a choice of both parts or either; Holdline sends callID first.
	tConnectionID = seq(opt("callID", tFilled), opt("deviceID", tDeviceID))

	tPrivate    = oneOf(opt("string", tHex), opt("private", tAny))
	tExtensions = seq(
		opt("security", seq(opt("messageSequenceNumber", tInteger), opt("timeStamp", tString), opt("securityInfo", tAny))),
		opt("privateData", oneOf(opt("private", tAny), opt("string", tHex))),
	)

	tCallCharacteristics = flags("acdCall", "lowPriorityCall", "priorityCall", "highPriorityCall", "maintainanceCall",
		"directAgent", "assistCall", "voiceUnitCall", "privateCall", "personalCall", "sensitiveCall", "confidentialCall",
		"encryptedCall")

	tFilter = seq(
		opt("callcontrol", flags("bridged", "callCleared", "conferenced", "connectionCleared", "delivered", "digitsDialed",
			"diverted", "established", "failed", "held", "networkCapabilitiesChanged", "networkReached", "offered",
			"originated", "queued", "retrieved", "serviceInitiated", "transferred")),
		opt("callAssociated", flags("callInformation", "charging", "digitsGenerated", "telephonyTonesGenerated",
			"serviceCompletionFailure")),
		opt("mediaAttachment", flags("mediaAttached", "mediaDetached")),
		opt("physicalDeviceFeature", flags("buttonInformation", "buttonPress", "displayUpdated", "hookswitch", "lampMode",
			"messageWaiting", "microphoneGain", "microphoneMute", "ringerStatus", "speakerMute", "speakerVolume")),
		opt("logicalDeviceFeature", seq(append(slices.Clone(flags("agentBusy", "agentLoggedOn", "agentLoggedOff",
			"agentNotReady", "agentReady", "agentWorkingAfterCall", "autoAnswer", "autoWorkMode", "callBack",
			"callBackMessage", "callerIDStatus", "doNotDisturb", "forwarding").fields),
			opt("presenceState", tBoolean).since(6), opt("routeingMode", tBoolean))...)),
		opt("maintenance", flags("backInService", "deviceCapabilityChanged", "outOfService", "partiallyInService")),
		opt("voice", tAny),
		opt("private", tAny),
	)

	tStatus       = enum(statuses...)
	tStatusFilter = flags("initializing", "enabled", "normal", "messageLost", "disabled", "partiallyDisabled",
		"overloadImminent", "overloadReached", "overloadRelieved")
	tRegisterTypes = flags("systemStatus", "requestSystemStatus", "switchingFunctionCapsChanged",
		"switchingFunctionDevicesChanged")

	tAgentState     = enum("loggedOn", "loggedOff", "notReady", "ready", "workingAfterCall")
	tForwardingType = enum(forwardingTypes...)
	tCallOrigin     = flags("internal", "external")

	tError = oneOf(
		opt("operation", tFilled), opt("security", tFilled), opt("stateIncompatibility", tFilled),
		opt("systemResourceAvailibility", tFilled), opt("subscribedResourceAvailability", tFilled),
		opt("performanceManagement", tFilled), opt("privateData", tFilled), opt("unspecified", tEmpty),
		opt("privateErrorCode", tString),
	)
)

// statuses are the values of systemStatus (ECMA-323), all of them.
var statuses = []string{
	"disabled", "partiallyDisabled", "enabled", "initializing", "messagesLost", "normal", "overloadImminent",
	"overloadReached", "overloadRelieved",
}

// flags is a sequence of optional booleans.
func flags(names ...string) *shape {
	s := seq()
	for _, name := range names {
		f := opt(name, tBoolean)
		if name == "encryptedCall" {
			f = f.since(6)
		}
		s.fields = append(s.fields, f)
	}
	return s
}

// message ends a message's fields with the optional extensions that every one has.
func message(fields ...field) *shape { return seq(append(fields, opt("extensions", tExtensions))...) }

// isResponse reports whether a message answers one of ours.
func isResponse(name string) bool {
	return strings.HasSuffix(name, "Response") || name == "CSTAErrorCode"
}
