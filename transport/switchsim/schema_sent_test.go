package switchsim

import "testing"

// What the switch sends, typed from ECMA-323 edition 6 and judged with the same rules as what clients send.

var (
	tSubject     = oneOf(opt("deviceIdentifier", tDeviceID), opt("notKnown", tEmpty), opt("restricted", tEmpty))
	tRedirection = oneOf(opt("numberDialed", tDeviceID), opt("notKnown", tEmpty), opt("notRequired", tEmpty),
		opt("notSpecified", tEmpty), opt("restricted", tEmpty))
	tLocal   = enum("null", "initiated", "alerting", "connected", "hold", "queued", "fail")
	tCause   = tFilled
	tLinkage = seq(opt("globalCallData", seq(opt("globalCallSwitchingSubDomainName", tString),
		req("globalCallLinkageID", oneOf(opt("subDomainCallLinkageID", tHex), opt("globallyUniqueCallLinkageID", tHex))),
		opt("callLinkageIDTimestamp", tString))), opt("threadData", tAny))
	tLinkageList = seq(req("newCallLinkageData", tLinkage), req("oldCallLinkageData", tLinkage))
	tConnections = seq(field{name: "connectionListItem", required: true, many: true, shape: seq(
		opt("newConnection", tConnectionID), opt("oldConnection", tConnectionID),
		opt("endpoint", oneOf(opt("deviceID", tDeviceID), opt("notKnown", tEmpty), opt("restricted", tEmpty))),
		opt("associatedNID", tAny), opt("resultingConnectionInfo", tAny))})
	tPending  = enum("agentNotReady", "agentNull", "agentReady", "agentWorkingAfterCall")
	tReported = enum("agentNotReady", "agentNull", "agentReady", "agentBusy", "agentWorkingAfterCall")
)

func ev(fields ...field) *shape {
	return message(append([]field{req("monitorCrossRefID", tInteger)}, fields...)...)
}

// parties are callingDevice to lastRedirectionDevice.
func parties() []field {
	return []field{req("callingDevice", tSubject), req("calledDevice", tSubject), req("lastRedirectionDevice", tRedirection)}
}

// delivered is what follows the parties in DeliveredEvent and its like.
func delivered(nid, info string) []field {
	var fields []field
	if nid != "" {
		fields = append(fields, opt(nid, tConnectionID))
	}
	return append(fields, opt("localConnectionInfo", tLocal), opt("correlatorData", tPrivate), opt("userData", tPrivate),
		req("cause", tCause), opt("servicesPermitted", tAny), opt("networkCallingDevice", tAny), opt("networkCalledDevice", tAny),
		opt("associatedCallingDevice", tAny), opt("associatedCalledDevice", tAny), opt("mediaCallCharacteristics", tAny),
		opt("callCharacteristics", tCallCharacteristics), opt(info, tAny), opt("callLinkageData", tLinkage))
}

func held(info string) []field {
	return []field{opt("localConnectionInfo", tLocal), opt("correlatorData", tPrivate), req("cause", tCause),
		opt("servicesPermitted", tAny), opt("mediaCallCharacteristics", tAny), opt("callCharacteristics", tCallCharacteristics),
		opt(info, tAny), opt("callLinkageData", tLinkage)}
}

func mergedFields(subject, added, connections string) []field {
	return []field{req("primaryOldCall", tConnectionID), opt("secondaryOldCall", tConnectionID), req(subject, tSubject),
		req(added, tSubject), req(connections, tConnections), opt("localConnectionInfo", tLocal), opt("correlatorData", tPrivate),
		opt("userData", tPrivate), opt("chargingInfo", tAny), req("cause", tCause), opt("servicesPermitted", tAny),
		opt("mediaCallCharacteristics", tAny), opt("callCharacteristics", tCallCharacteristics), opt("callLinkageDataList", tLinkageList)}
}

func agentEvent(more ...field) *shape {
	return ev(append(append([]field{req("agentDevice", tSubject), opt("agentID", tFilled), opt("acdGroup", tDeviceID)}, more...),
		opt("cause", tCause))...)
}

func snapshotData(info *shape) *shape {
	return oneOf(opt("serviceCrossRefID", tInteger),
		opt("snapshotData", seq(list("snapshotDeviceResponseInfo", info), list("snapshotCallResponseInfo", info))))
}

var (
	tDeviceInfo = seq(req("connectionIdentifier", tConnectionID), opt("endpointDevice", tSubject),
		req("localCallState", oneOf(opt("compoundCallState", seq(list("localConnectionState", tLocal))), opt("unknown", tEmpty))),
		opt("servicesPermitted", tAny), opt("mediaServiceInfoList", tAny), opt("mediaCallCharacteristics", tAny),
		opt("callLinkageData", tLinkage).since(6))
	tCallInfo = seq(req("deviceOnCall", tSubject), opt("callIdentifier", tConnectionID), opt("localConnectionInfo", tLocal))
)

func segment(info *shape, name string) *shape {
	return message(req("serviceCrossRefID", tInteger), opt("segmentID", tInteger), req("lastSegment", tBoolean),
		opt("snapshotData", seq(list(name, info))))
}

func route(fields ...field) *shape {
	return message(append([]field{req("crossRefIdentifier", tFilled), opt("routeRegisterReqID", tFilled)}, fields...)...)
}

var sentMessages = map[string]*shape{
	"ServiceInitiatedEvent": ev(req("initiatedConnection", tConnectionID), req("initiatingDevice", tSubject),
		opt("calledDevice", tSubject).since(6), opt("localConnectionInfo", tLocal), opt("correlatorData", tPrivate),
		req("cause", tCause), opt("callLinkageData", tLinkage)),
	"OriginatedEvent": ev(req("originatedConnection", tConnectionID), req("callingDevice", tSubject), req("calledDevice", tSubject),
		opt("originatingDevice", tDeviceID), opt("localConnectionInfo", tLocal), opt("correlatorData", tPrivate),
		req("cause", tCause), opt("callLinkageData", tLinkage)),
	"DeliveredEvent": ev(join([]field{req("connection", tConnectionID), req("alertingDevice", tSubject)}, parties(),
		delivered("originatingNIDConnection", "connectionInfo"))...),
	"EstablishedEvent": ev(join([]field{req("establishedConnection", tConnectionID), req("answeringDevice", tSubject)}, parties(),
		delivered("originatinNIDConnection", "establishedConnectionInfo"))...),
	"FailedEvent": ev(join([]field{req("failedConnection", tConnectionID), req("failingDevice", tSubject)}, parties(),
		delivered("originatingNIDConnection", "failedConnectionInfo"))...),
	"QueuedEvent": ev(join([]field{req("queuedConnection", tConnectionID), req("queue", tSubject)}, parties(),
		[]field{opt("numberQueued", tInteger), opt("callsInFront", tInteger)}, delivered("", "queuedConnectionInfo"))...),
	"HeldEvent":        ev(join([]field{req("heldConnection", tConnectionID), req("holdingDevice", tSubject)}, held("heldConnectionInfo"))...),
	"RetrievedEvent":   ev(join([]field{req("retrievedConnection", tConnectionID), req("retrievingDevice", tSubject)}, held("retrievedConnectionInfo"))...),
	"TransferedEvent":  ev(mergedFields("transferringDevice", "transferredToDevice", "transferredConnections")...),
	"ConferencedEvent": ev(mergedFields("conferencingDevice", "addedParty", "conferenceConnections")...),
	"ConnectionClearedEvent": ev(req("droppedConnection", tConnectionID), req("releasingDevice", tSubject),
		opt("localConnectionInfo", tLocal), opt("correlatorData", tPrivate), opt("userData", tPrivate), opt("chargingInfo", tAny),
		req("cause", tCause), opt("callLinkageData", tLinkage)),
	"CallClearedEvent": ev(req("clearedCall", tConnectionID), opt("correlatorData", tPrivate), opt("userData", tPrivate),
		req("cause", tCause), opt("callLinkageData", tLinkage)),
	"DivertedEvent": ev(req("connection", tConnectionID), req("divertingDevice", tSubject), req("newDestination", tSubject),
		opt("callingDevice", tSubject), opt("calledDevice", tSubject), opt("lastRedirectionDevice", tRedirection),
		opt("localConnectionInfo", tLocal), opt("correlatorData", tPrivate), opt("userData", tPrivate), req("cause", tCause),
		opt("callLinkageData", tLinkage)),
	"NetworkReachedEvent": ev(req("outboundConnection", tConnectionID), req("networkInterfaceUsed", tSubject),
		opt("callingDevice", tSubject), opt("calledDevice", tSubject), opt("lastRedirectionDevice", tRedirection),
		opt("originatingNIDConnection", tConnectionID), opt("localConnectionInfo", tLocal), opt("correlatorData", tPrivate),
		opt("userData", tPrivate), opt("networkCapability", tAny), req("cause", tCause), opt("callLinkageData", tLinkage)),
	"OfferedEvent": ev(join([]field{req("offeredConnection", tConnectionID), req("offeredDevice", tSubject)}, parties(),
		delivered("originatingNIDConnection", "offeredConnectionInfo"))...),
	"BridgedEvent": ev(req("bridgedConnection", tConnectionID), req("bridgedAppearance", tSubject), opt("localConnectionInfo", tLocal),
		opt("correlatorData", tPrivate), opt("userData", tPrivate), req("cause", tCause), opt("servicesPermitted", tAny),
		opt("mediaCallCharacteristics", tAny), opt("callCharacteristics", tCallCharacteristics), opt("bridgedConnectionInfo", tAny),
		opt("callLinkageData", tLinkage)),
	"DigitsDialedEvent": ev(req("dialingConnection", tConnectionID), req("dialingDevice", tSubject), req("dialingSequence", tDeviceID),
		opt("localConnectionInfo", tLocal), opt("correlatorData", tPrivate), req("cause", tCause), opt("servicesPermitted", tAny),
		opt("networkCallingDevice", tAny), opt("networkCalledDevice", tAny), opt("associatedCallingDevice", tAny),
		opt("mediaCallCharacteristics", tAny), opt("callCharacteristics", tCallCharacteristics), opt("dialingConnectionInfo", tAny),
		opt("callLinkageData", tLinkage)),
	"DigitsGeneratedEvent": ev(req("connection", tConnectionID), opt("digitGeneratedList", tFilled)),
	"RecordEvent":          ev(req("connection", tConnectionID), req("message", tFilled), opt("cause", tCause)),
	"SuspendRecordEvent":   ev(req("connection", tConnectionID), req("message", tFilled), opt("cause", tCause)),
	"StopEvent":            ev(req("connection", tConnectionID), req("message", tFilled), opt("cause", tCause)),
	"CallInformationEvent": ev(req("connection", tConnectionID), req("device", tSubject), opt("callingDevice", tSubject),
		opt("accountInfo", tHex), opt("authCode", tHex), opt("correlatorData", tPrivate), opt("servicesPermitted", tAny),
		opt("userData", tPrivate)),
	"AgentLoggedOnEvent":         agentEvent(opt("agentPassword", tHex)),
	"AgentLoggedOffEvent":        agentEvent(opt("agentPassword", tHex)),
	"AgentReadyEvent":            agentEvent(),
	"AgentNotReadyEvent":         agentEvent(),
	"AgentBusyEvent":             agentEvent(opt("pendingAgentState", tPending)),
	"AgentWorkingAfterCallEvent": agentEvent(opt("pendingAgentState", tPending)),
	"BackInServiceEvent":         ev(req("device", tSubject), opt("cause", tCause)),
	"OutOfServiceEvent":          ev(req("device", tSubject), opt("cause", tCause)),
	"PartiallyInServiceEvent":    ev(req("device", tSubject), opt("cause", tCause)),
	"DoNotDisturbEvent":          ev(req("device", tSubject), req("doNotDisturbOn", tBoolean)),
	"ForwardingEvent": ev(req("device", tSubject), opt("forwardingType", tForwardingType), req("forwardStatus", tBoolean),
		opt("forwardTo", tDeviceID)),

	"PrivateEvent": ev(opt("security", tAny), opt("privateData", oneOf(opt("private", tAny), opt("string", tHex)))),

	"SystemRegisterAbort":         message(req("sysStatRegisterID", tInteger)),
	"RouteRegisterAbort":          message(req("routeRegisterReqID", tInteger)),
	"SystemStatus":                clientMessages["SystemStatus"],
	"SystemStatusResponse":        message(),
	"RequestSystemStatusResponse": message(req("systemStatus", tStatus)),
	"SystemRegisterResponse":      message(req("sysStatRegisterID", tInteger), opt("actualStatusFilter", tStatusFilter)),
	"MonitorStop":                 clientMessages["MonitorStop"],
	"MonitorStopResponse":         message(),
	"MonitorStartResponse": message(req("monitorCrossRefID", tInteger), opt("actualMonitorFilter", tFilter),
		opt("actualMonitorMediaClass", tAny), opt("monitorExistingCalls", tBoolean)),
	"ChangeMonitorFilterResponse": message(opt("actualFilterList", tFilter)),
	"SnapshotDeviceResponse":      message(req("crossRefIDorSnapshotData", snapshotData(tDeviceInfo))),
	"SnapshotCallResponse": message(req("crossRefIDorSnapshotData", snapshotData(tCallInfo)), opt("mediaCallCharacteristics", tAny),
		opt("callCharacteristics", tAny), opt("callingDevice", tSubject), opt("calledDevice", tSubject),
		opt("associatedCallingDevice", tAny), opt("associatedCalledDevice", tAny), opt("correlatorData", tPrivate),
		opt("callLinkageData", tLinkage)),
	"SnapshotDeviceData": segment(tDeviceInfo, "snapshotDeviceResponseInfo"),
	"SnapshotCallData":   segment(tCallInfo, "snapshotCallResponseInfo"),
	"CSTAErrorCode":      {fields: tError.fields, choice: true},
	"MakeCallResponse": message(req("callingDevice", tConnectionID), opt("mediaCallCharacteristics", tAny),
		opt("initiatedCallInfo", tAny), opt("callLinkageData", tLinkage).since(6)),
	"ConsultationCallResponse": message(req("initiatedCall", tConnectionID), opt("callLinkageData", tLinkage).since(6)),
	"TransferCallResponse": message(opt("transferredCall", tConnectionID), opt("connections", tConnections),
		opt("transferredCallInfo", tAny), opt("callLinkageDataList", tLinkageList).since(6)),
	"ConferenceCallResponse": message(opt("conferenceCall", tConnectionID), opt("connections", tConnections),
		opt("conferenceCallInfo", tAny), opt("callLinkageDataList", tLinkageList).since(6)),
	"SingleStepTransferCallResponse":   message(opt("transferredCall", tConnectionID)),
	"SingleStepConferenceCallResponse": message(opt("conferencedCall", tConnectionID)),
	"AnswerCallResponse":               message(), "ClearConnectionResponse": message(), "ClearCallResponse": message(),
	"HoldCallResponse": message(), "RetrieveCallResponse": message(), "AlternateCallResponse": message(),
	"ReconnectCallResponse": message(), "DeflectCallResponse": message(), "GenerateDigitsResponse": message(),
	"SetDoNotDisturbResponse": message(), "SetForwardingResponse": message(), "RouteRegisterCancelResponse": message(),
	"EscapeResponse": message(), "SystemRegisterCancelResponse": message(),
	"ChangeSysStatFilterResponse": message(opt("actualStatusFilter", tStatusFilter)),
	"GetDoNotDisturbResponse":     message(req("doNotDisturbOn", tBoolean)),
	"GetForwardingResponse": message(opt("forwardingList", seq(list("forwardListItem", seq(opt("forwardingType", tForwardingType),
		req("forwardStatus", tBoolean), opt("forwardDN", tDeviceID)))))),
	"SetAgentStateResponse": message(opt("pendingAgentState", tPending)),
	"GetAgentStateResponse": message(opt("agentStateList", seq(list("agentStateEntry", seq(opt("agentID", tFilled),
		req("loggedOnState", tBoolean), opt("agentInfo", seq(list("agentInfoItem", seq(opt("acdGroup", tDeviceID),
			req("agentState", tReported), opt("pendingAgentState", tPending)))))))))),
	"RouteRegisterResponse": message(req("routeRegisterReqID", tInteger)),
	"RouteRequest": route(req("currentRoute", tSubject), opt("callingDevice", tSubject), opt("routeingDevice", tSubject),
		opt("routedCall", tConnectionID), opt("routeSelAlgorithm", tAny), opt("associatedCallingDevice", tAny),
		opt("associatedCalledDevice", tAny), opt("priority", tAny), opt("replyTimeout", tInteger), opt("correlatorData", tPrivate),
		opt("callLinkageData", tLinkage)),
	"RouteEnd":  route(opt("errorValue", tError)),
	"RouteUsed": route(opt("routeUsed", tSubject), opt("callingDevice", tSubject)),
	"ReRoute":   route(opt("replyTimeout", tInteger), opt("correlatorData", tPrivate)),
}

var sentSessionMessages = map[string]*shape{
	"StartApplicationSessionPosResponse": message(req("sessionID", tFilled), req("actualProtocolVersion", tFilled),
		opt("actualSessionDuration", tInteger)),
	"ResetApplicationSessionTimerPosResponse": message(opt("actualSessionDuration", tInteger)),
	"StopApplicationSessionPosResponse":       message(),
	"ApplicationSessionTerminated": message(req("sessionID", tFilled),
		req("sessionTermReason", oneOf(opt("definedTermReason", enum("resourceLimitation", "sessionTimerExpired"))))),
}

// judgeSent checks one message of the switch and returns it parsed.
func judgeSent(t *testing.T, edition int, body string) *node {
	t.Helper()
	n, err := parse([]byte(body))
	if err != nil {
		t.Fatalf("the switch sent %s: %v", body, err)
	}
	if s, ok := sentSessionMessages[n.name]; ok {
		err = s.check(n, "http://www.ecma-international.org/standards/ecma-354/appl_session", edition)
	} else if s, ok := sentMessages[n.name]; ok {
		err = s.check(n, ns(edition), edition)
	} else {
		t.Fatalf("the switch sent an unknown message: %s", body)
	}
	if err != nil {
		t.Fatalf("the switch sent %s\nagainst the standard: %v", body, err)
	}
	return n
}
