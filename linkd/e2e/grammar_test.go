package e2e

import (
	"fmt"
	"slices"
	"strings"
)

// The messages that a client may be sent, typed from ECMA-323 (editions 3 and 6)
// and ECMA-354: children in order, "!" for required ones, "*" for any number,
// "@6" for those that only edition 6 has. "|" separates the members of a choice.

const (
	callTail  = " servicesPermitted networkCallingDevice networkCalledDevice associatedCallingDevice associatedCalledDevice mediaCallCharacteristics callCharacteristics "
	voice     = "monitorCrossRefID! connection! message! resource length currentPosition cause servicesPermitted extensions"
	eventTail = " languagePreferences deviceHistory locationInfoList@6 extensions"
	parties   = " callingDevice! calledDevice! lastRedirectionDevice! "
)

var messages = map[string]string{
	"SystemStatus":                 "sysStatRegisterID systemStatus! extensions",
	"SystemStatusResponse":         "extensions",
	"RequestSystemStatusResponse":  "systemStatus! extensions",
	"SystemRegisterResponse":       "sysStatRegisterID! actualStatusFilter extensions",
	"SystemRegisterCancelResponse": "extensions",
	"ChangeSysStatFilterResponse":  "actualStatusFilter extensions",

	"MonitorStartResponse":        "monitorCrossRefID! actualMonitorFilter actualMonitorMediaClass monitorExistingCalls extensions",
	"MonitorStop":                 "monitorCrossRefID! extensions",
	"MonitorStopResponse":         "extensions",
	"ChangeMonitorFilterResponse": "actualFilterList extensions",
	"GetMonitorsResponse":         "crossRefIDorRegistrationData! extensions",
	"MonitorInfo":                 "serviceCrossRefID! segmentID lastSegment! monitorList extensions",
	"SnapshotDeviceResponse":      "crossRefIDorSnapshotData! extensions",
	"SnapshotCallResponse": "crossRefIDorSnapshotData! mediaCallCharacteristics callCharacteristics callingDevice calledDevice associatedCallingDevice " +
		"associatedCalledDevice correlatorData callLinkageData subjectOfCall messageInfo languagePreferences deviceHistory extensions",
	"SnapshotDeviceData": "serviceCrossRefID! segmentID lastSegment! snapshotData! extensions",
	"SnapshotCallData":   "serviceCrossRefID! segmentID lastSegment! snapshotData! extensions",

	"MakeCallResponse":                 "callingDevice! mediaCallCharacteristics initiatedCallInfo callLinkageData@6 extensions",
	"AnswerCallResponse":               "extensions",
	"ClearConnectionResponse":          "extensions",
	"ClearCallResponse":                "extensions",
	"HoldCallResponse":                 "extensions",
	"RetrieveCallResponse":             "extensions",
	"ConsultationCallResponse":         "initiatedCall! mediaCallCharacteristics initiatedCallInfo callLinkageData@6 extensions",
	"TransferCallResponse":             "transferredCall connections transferredCallInfo callLinkageDataList@6 extensions",
	"ConferenceCallResponse":           "conferenceCall connections conferenceCallInfo callLinkageDataList@6 extensions",
	"ReconnectCallResponse":            "extensions",
	"AlternateCallResponse":            "extensions",
	"SingleStepTransferCallResponse":   "transferredCall connections transferredCallInfo callLinkageDataList@6 extensions",
	"SingleStepConferenceCallResponse": "conferencedCall conferencedCallInfo callLinkageDataList@6 extensions",
	"DeflectCallResponse":              "extensions",
	"GenerateDigitsResponse":           "extensions",

	"SetAgentStateResponse":   "pendingAgentState extensions",
	"GetAgentStateResponse":   "agentStateList! extensions",
	"SetDoNotDisturbResponse": "extensions",
	"GetDoNotDisturbResponse": "doNotDisturbOn! callOrigination callingDeviceList extensions",
	"SetForwardingResponse":   "extensions",
	"GetForwardingResponse":   "forwardingList! extensions",

	"RouteRegisterResponse":       "routeRegisterReqID! actualRouteingMediaClass extensions",
	"RouteRegisterCancelResponse": "extensions",
	"RouteRegisterAbort":          "routeRegisterReqID extensions",
	"RouteRequest": "crossRefIdentifier! routeRegisterReqID currentRoute! callingDevice routeingDevice routedCall routeSelAlgorithm associatedCallingDevice " +
		"associatedCalledDevice priority replyTimeout correlatorData mediaCallCharacteristics callCharacteristics routeCallInfo callLinkageData subjectOfCall " +
		"messageInfo languagePreferences deviceHistory extensions",
	"RouteUsed": "crossRefIdentifier! routeRegisterReqID routeUsed callingDevice domain correlatorData callLinkageData extensions",
	"ReRoute":   "crossRefIdentifier! routeRegisterReqID replyTimeout correlatorData callLinkageData extensions",
	"RouteEnd":  "crossRefIdentifier! routeRegisterReqID errorValue correlatorData extensions",

	"EscapeResponse": "extensions",
	"CSTAErrorCode":  errorChoice,

	"ServiceInitiatedEvent": "monitorCrossRefID! initiatedConnection! initiatingDevice! calledDevice@6 localConnectionInfo correlatorData cause! servicesPermitted " +
		"mediaCallCharacteristics callCharacteristics initiatedConnectionInfo networkCallingDevice networkCalledDevice associatedCallingDevice callLinkageData " +
		"subjectOfCall messageInfo languagePreferences locationInfoList@6 extensions",
	"OriginatedEvent": "monitorCrossRefID! originatedConnection! callingDevice! calledDevice! originatingDevice localConnectionInfo correlatorData cause! " + callTail +
		"originatedConnectionInfo callLinkageData subjectOfCall messageInfo languagePreferences locationInfoList@6 extensions",
	"DeliveredEvent": "monitorCrossRefID! connection! alertingDevice!" + parties + "originatingNIDConnection localConnectionInfo correlatorData userData cause!" + callTail +
		"connectionInfo callLinkageData subjectOfCall messageInfo" + eventTail,
	"EstablishedEvent": "monitorCrossRefID! establishedConnection! answeringDevice!" + parties + "originatinNIDConnection localConnectionInfo correlatorData userData cause!" + callTail +
		"establishedConnectionInfo callLinkageData subjectOfCall messageInfo" + eventTail,
	"HeldEvent": "monitorCrossRefID! heldConnection! holdingDevice! localConnectionInfo correlatorData cause! servicesPermitted mediaCallCharacteristics " +
		"callCharacteristics heldConnectionInfo callLinkageData languagePreferences locationInfoList@6 extensions",
	"RetrievedEvent": "monitorCrossRefID! retrievedConnection! retrievingDevice! localConnectionInfo correlatorData cause! servicesPermitted mediaCallCharacteristics " +
		"callCharacteristics retrievedConnectionInfo callLinkageData languagePreferences locationInfoList@6 extensions",
	"TransferedEvent": "monitorCrossRefID! primaryOldCall! secondaryOldCall transferringDevice! transferredToDevice! transferredConnections! localConnectionInfo " +
		"correlatorData userData chargingInfo cause! servicesPermitted mediaCallCharacteristics callCharacteristics callLinkageDataList" + eventTail,
	"ConferencedEvent": "monitorCrossRefID! primaryOldCall! secondaryOldCall conferencingDevice! addedParty! conferenceConnections! localConnectionInfo " +
		"correlatorData userData cause! servicesPermitted mediaCallCharacteristics callCharacteristics callLinkageDataList" + eventTail,
	"ConnectionClearedEvent": "monitorCrossRefID! droppedConnection! releasingDevice! localConnectionInfo correlatorData userData chargingInfo cause! servicesPermitted " +
		"mediaCallCharacteristics callCharacteristics droppedConnectionInfo callLinkageData" + eventTail,
	"CallClearedEvent": "monitorCrossRefID! clearedCall! correlatorData userData cause! mediaCallCharacteristics callCharacteristics callLinkageData " +
		"languagePreferences locationInfoList@6 extensions",
	"DivertedEvent": "monitorCrossRefID! connection! divertingDevice! newDestination! callingDevice calledDevice lastRedirectionDevice localConnectionInfo correlatorData " +
		"userData cause! servicesPermitted mediaCallCharacteristics callCharacteristics connectionInfo networkCallingDevice networkCalledDevice " +
		"associatedCallingDevice associatedCalledDevice callLinkageData subjectOfCall messageInfo" + eventTail,
	"QueuedEvent": "monitorCrossRefID! queuedConnection! queue!" + parties + "numberQueued callsInFront localConnectionInfo correlatorData userData cause!" + callTail +
		"queuedConnectionInfo callLinkageData subjectOfCall messageInfo" + eventTail,
	"FailedEvent": "monitorCrossRefID! failedConnection! failingDevice!" + parties + "originatingNIDConnection localConnectionInfo correlatorData userData cause!" + callTail +
		"failedConnectionInfo callLinkageData subjectOfCall messageInfo" + eventTail,
	"NetworkReachedEvent": "monitorCrossRefID! outboundConnection! networkInterfaceUsed! callingDevice calledDevice lastRedirectionDevice originatingNIDConnection " +
		"localConnectionInfo correlatorData userData networkCapability cause! servicesPermitted mediaCallCharacteristics callCharacteristics outboundConnectionInfo " +
		"networkCallingDevice networkCalledDevice associatedCallingDevice callLinkageData" + eventTail,
	"OfferedEvent": "monitorCrossRefID! offeredConnection! offeredDevice!" + parties + "originatingNIDConnection localConnectionInfo correlatorData userData cause!" + callTail +
		"offeredConnectionInfo callLinkageData subjectOfCall messageInfo" + eventTail,
	"BridgedEvent": "monitorCrossRefID! bridgedConnection! bridgedAppearance! localConnectionInfo correlatorData userData cause! servicesPermitted " +
		"mediaCallCharacteristics callCharacteristics bridgedConnectionInfo callLinkageData languagePreferences locationInfoList@6 extensions",
	"DigitsGeneratedEvent": "monitorCrossRefID! connection! digitGeneratedList digitDurationList pauseDurationList connectionInfo extensions",
	"DigitsDialedEvent":    "monitorCrossRefID! dialingConnection! dialingDevice! dialingSequence! localConnectionInfo correlatorData cause! servicesPermitted networkCallingDevice networkCalledDevice associatedCallingDevice mediaCallCharacteristics callCharacteristics dialingConnectionInfo callLinkageData extensions",
	"RecordEvent":          voice,
	"StopEvent":            voice,
	"SuspendRecordEvent":   voice,
	"CallInformationEvent": "monitorCrossRefID! connection! device! callingDevice accountInfo authCode correlatorData servicesPermitted userData callQualifyingData " +
		"connectionInfo callLinkageDataList callCharacteristics subjectOfCall languagePreferences deviceInfo@6 extensions",

	"AgentLoggedOnEvent":         "monitorCrossRefID! agentDevice! agentID acdGroup agentPassword cause extensions",
	"AgentLoggedOffEvent":        "monitorCrossRefID! agentDevice! agentID acdGroup agentPassword cause extensions",
	"AgentReadyEvent":            "monitorCrossRefID! agentDevice! agentID acdGroup cause extensions",
	"AgentNotReadyEvent":         "monitorCrossRefID! agentDevice! agentID acdGroup cause extensions",
	"AgentBusyEvent":             "monitorCrossRefID! agentDevice! agentID acdGroup pendingAgentState cause extensions",
	"AgentWorkingAfterCallEvent": "monitorCrossRefID! agentDevice! agentID acdGroup pendingAgentState cause extensions",
	"BackInServiceEvent":         "monitorCrossRefID! device! cause extensions",
	"OutOfServiceEvent":          "monitorCrossRefID! device! cause extensions",
	"PartiallyInServiceEvent":    "monitorCrossRefID! device! cause extensions",
	"DoNotDisturbEvent":          "monitorCrossRefID! device! doNotDisturbOn! callOrigination callingDeviceList extensions",
	"ForwardingEvent":            "monitorCrossRefID! device! forwardingType forwardStatus! forwardTo forwardDefault ringCount ringDuration@6 extensions",
	"PrivateEvent":               "monitorCrossRefID! security privateData extensions",
}

// sessionMessages are ECMA-354's, in a namespace of their own.
var sessionMessages = map[string]string{
	"StartApplicationSessionPosResponse":      "sessionID! actualProtocolVersion! actualSessionDuration extensions",
	"StartApplicationSessionNegResponse":      "errorCode! extensions",
	"ResetApplicationSessionTimerPosResponse": "actualSessionDuration extensions",
	"ResetApplicationSessionTimerNegResponse": "errorCode! extensions",
	"StopApplicationSessionPosResponse":       "extensions",
	"StopApplicationSessionNegResponse":       "errorCode! extensions",
	"ApplicationSessionTerminated":            "sessionID! sessionTermReason! extensions",
}

const (
	errorChoice = "operation|security|stateIncompatibility|systemResourceAvailibility|subscribedResourceAvailability|performanceManagement|privateData|unspecified|privateErrorCode"
	connection  = "callID! deviceID!"
	subject     = "deviceIdentifier|notKnown|restricted"
	private     = "string|private"
	linkage     = "globalCallData! threadData"
	list        = "connectionListItem*"
)

// parts are the elements inside messages, by name.
var parts = map[string]string{
	"crossRefIDorSnapshotData":     "serviceCrossRefID|snapshotData",
	"snapshotData":                 "snapshotDeviceResponseInfo*|snapshotCallResponseInfo*|",
	"snapshotDeviceResponseInfo":   "connectionIdentifier! endpointDevice localCallState! servicesPermitted mediaServiceInfoList mediaCallCharacteristics callLinkageData@6",
	"snapshotCallResponseInfo":     "deviceOnCall! callIdentifier localConnectionInfo servicesPermitted mediaServiceInfoList locationInfo@6",
	"localCallState":               "compoundCallState|simpleCallState|unknown",
	"compoundCallState":            "localConnectionState*",
	"connections":                  list,
	"transferredConnections":       list,
	"conferenceConnections":        list,
	"connectionListItem":           "newConnection oldConnection endpoint associatedNID resultingConnectionInfo",
	"endpoint":                     "deviceID|notKnown|restricted",
	"lastRedirectionDevice":        "numberDialed|notKnown|notRequired|notSpecified|restricted",
	"correlatorData":               private,
	"userData":                     private,
	"callLinkageData":              linkage,
	"globalCallData":               "globalCallSwitchingSubDomainName globalCallLinkageID callLinkageIDTimestamp",
	"errorValue":                   errorChoice,
	"errorCode":                    "definedError|applError",
	"sessionTermReason":            "definedTermReason|serverTermReason",
	"agentStateList":               "agentStateEntry*",
	"agentStateEntry":              "agentID loggedOnState! agentInfo",
	"agentInfo":                    "agentInfoItem*",
	"agentInfoItem":                "acdGroup agentState! pendingAgentState agentStateCondition",
	"forwardingList":               "forwardListItem*",
	"forwardListItem":              "forwardingType forwardStatus! forwardDN forwardDefault ringCount ringDuration@6",
	"crossRefIDorRegistrationData": "monitorList|serviceCrossRefID",
	"extensions":                   "security privateData",
	"privateData":                  "private|string",
	"monitorList":                  "monitorListEntry*",
}

// connections and subjects are the elements that are a ConnectionID, and those
// that are a SubjectDeviceID or a type like it.
var (
	connections = strings.Fields(`connection initiatedConnection originatedConnection establishedConnection heldConnection retrievedConnection primaryOldCall
		secondaryOldCall droppedConnection clearedCall queuedConnection failedConnection outboundConnection offeredConnection bridgedConnection dialingConnection newConnection oldConnection
		connectionIdentifier callIdentifier transferredCall conferenceCall conferencedCall initiatedCall routedCall`)
	subjects = strings.Fields(`initiatingDevice callingDevice calledDevice alertingDevice answeringDevice holdingDevice retrievingDevice transferringDevice
		transferredToDevice conferencingDevice addedParty releasingDevice divertingDevice newDestination queue failingDevice networkInterfaceUsed offeredDevice bridgedAppearance
		dialingDevice device agentDevice endpointDevice deviceOnCall currentRoute routeingDevice routeUsed networkCallingDevice networkCalledDevice`)
)

// ruleOf gives what an element inside a message is made of; empty if it is text,
// or not looked into.
func ruleOf(name, message string) string {
	switch {
	case name == "callingDevice" && message == "MakeCallResponse":
		return connection // in spite of its name
	case name == "clearedCall":
		return "callID! deviceID" // of the whole call
	case slices.Contains(connections, name):
		return connection
	case slices.Contains(subjects, name):
		return subject
	}
	return parts[name]
}

// words are the values of elements that have a list of them.
var words = map[string]string{
	"localConnectionInfo":  "null initiated alerting connected hold queued fail",
	"localConnectionState": "null initiated alerting connected hold queued fail",
	"systemStatus":         "disabled partiallyDisabled enabled initializing messagesLost normal overloadImminent overloadReached overloadRelieved",
	"monitorExistingCalls": "true false",
	"doNotDisturbOn":       "true false",
	"forwardStatus":        "true false",
	"loggedOnState":        "true false",
	"lastSegment":          "true false",
	"agentState":           "agentNotReady agentNull agentReady agentBusy agentWorkingAfterCall",
	"pendingAgentState":    "agentNotReady agentNull agentReady agentWorkingAfterCall",
}

const applicationSession = "http://www.ecma-international.org/standards/ecma-354/appl_session"

func namespace(edition int) string {
	return fmt.Sprintf("http://www.ecma-international.org/standards/ecma-323/csta/ed%d", edition)
}

// judge tells what an exact reader would complain of in a message.
func judge(e *element, edition int) []string {
	space, rule := namespace(edition), messages[e.name]
	if r, ok := sessionMessages[e.name]; ok {
		space, rule = applicationSession, r
	}
	if rule == "" {
		return []string{"there is no message " + e.name}
	}
	var faults []string
	judgeSpace(e, space, &faults)
	judgeElement(e, rule, edition, e.name, &faults)
	return faults
}

func judgeSpace(e *element, space string, faults *[]string) {
	if e.space != space {
		*faults = append(*faults, fmt.Sprintf("%s is in namespace %q, not %q", e.name, e.space, space))
	}
	for _, c := range e.children {
		if c.name != "private" {
			judgeSpace(c, space, faults)
		}
	}
}

func judgeElement(e *element, rule string, edition int, path string, faults *[]string) {
	if strings.Contains(rule, "|") {
		judgeChoice(e, strings.Split(rule, "|"), path, faults)
	} else {
		judgeOrder(e, strings.Fields(rule), edition, path, faults)
	}
	for _, c := range e.children {
		inner := ruleOf(c.name, e.name)
		switch {
		case inner != "":
			judgeElement(c, inner, edition, path+"/"+c.name, faults)
		case words[c.name] != "" && !slices.Contains(strings.Fields(words[c.name]), c.text):
			*faults = append(*faults, fmt.Sprintf("%s/%s says %q", path, c.name, c.text))
		case c.name == "cause" && c.text == "":
			*faults = append(*faults, path+"/cause is empty")
		}
	}
}

func judgeChoice(e *element, choices []string, path string, faults *[]string) {
	if len(e.children) == 0 {
		if !slices.Contains(choices, "") {
			*faults = append(*faults, path+" is empty")
		}
		return
	}
	name := e.children[0].name
	many := slices.Contains(choices, name+"*")
	for _, c := range e.children {
		if c.name != name || !many && (len(e.children) > 1 || !slices.Contains(choices, name)) {
			*faults = append(*faults, fmt.Sprintf("%s holds %v, not one of %v", path, e, choices))
			return
		}
	}
}

func judgeOrder(e *element, rule []string, edition int, path string, faults *[]string) {
	rest := e.children
	for _, r := range rule {
		name := strings.TrimRight(strings.TrimSuffix(r, "@6"), "!*")
		if strings.HasSuffix(r, "@6") && edition < 6 {
			continue
		}
		n := 0
		for len(rest) > 0 && rest[0].name == name && (n == 0 || strings.HasSuffix(r, "*")) {
			rest, n = rest[1:], n+1
		}
		if n == 0 && strings.HasSuffix(r, "!") {
			*faults = append(*faults, fmt.Sprintf("%s lacks %s: %v", path, name, e))
			return
		}
	}
	if len(rest) > 0 {
		*faults = append(*faults, fmt.Sprintf("%s: %s is out of order, or not in edition %d: %v", path, rest[0].name, edition, e))
	}
}
