package switchsim

// The messages that a client may send: children in the standard's order (ECMA-323 edition 6; editions 3 to 5 where they
// differ).

func callTail(fields ...field) []field {
	return append(fields, opt("subjectOfCall", tString), opt("languagePreferences", tAny))
}

func dataFields() []field { return []field{opt("correlatorData", tPrivate), opt("userData", tPrivate)} }

func join(parts ...[]field) []field {
	var all []field
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

var clientMessages = map[string]*shape{
	"SystemStatus":         message(opt("sysStatRegisterID", tFilled), req("systemStatus", tStatus)),
	"RequestSystemStatus":  message(opt("sysStatRegisterID", tFilled)),
	"SystemRegister":       message(opt("requestTypes", tRegisterTypes), opt("requestedStatusFilter", tStatusFilter)),
	"SystemRegisterCancel": message(req("sysStatRegisterID", tFilled)),
	"ChangeSysStatFilter":  message(req("sysStatRegisterID", tFilled), req("requestedStatusFilter", tStatusFilter)),

	"MonitorStart": message(
		req("monitorObject", oneOf(opt("deviceObject", tDeviceID), opt("callObject", tConnectionID))),
		opt("requestedMonitorFilter", tFilter), opt("monitorType", enum("call", "device")),
		opt("requestedMonitorMediaClass", tAny)),
	"MonitorStop":         message(req("monitorCrossRefID", tFilled)),
	"ChangeMonitorFilter": message(req("monitorCrossRefID", tFilled), req("requestedFilterList", tFilter)),

	"SnapshotDevice": message(req("snapshotObject", tDeviceID)),
	"SnapshotCall":   message(req("snapshotObject", tConnectionID)),

	"MakeCall": message(
		req("callingDevice", tDeviceID), req("calledDirectoryNumber", tDeviceID), opt("accountCode", tHex),
		opt("authCode", tHex), opt("autoOriginate", enum("prompt", "doNotPrompt")), opt("correlatorData", tPrivate),
		opt("userData", tPrivate), opt("callCharacteristics", tCallCharacteristics), opt("mediaCallCharacteristics", tAny),
		opt("callingConnectionInfo", tAny), opt("subjectOfCall", tString), opt("languagePreferences", tAny),
		opt("reason", tAny).since(6)),
	"AnswerCall":      message(join([]field{req("callToBeAnswered", tConnectionID)}, dataFields())...),
	"ClearConnection": message(join([]field{req("connectionToBeCleared", tConnectionID)}, dataFields(), []field{opt("reason", tAny)})...),
	"ClearCall":       message(req("callToBeCleared", tConnectionID), opt("userData", tPrivate), opt("reason", tAny).since(6)),
	"HoldCall":        message(req("callToBeHeld", tConnectionID), opt("connectionReservation", tBoolean)),
	"RetrieveCall":    message(req("callToBeRetrieved", tConnectionID)),
	"ConsultationCall": message(
		req("existingCall", tConnectionID), req("consultedDevice", tDeviceID), opt("connectionReservation", tBoolean),
		opt("accountCode", tHex), opt("authCode", tHex), opt("correlatorData", tPrivate), opt("userData", tPrivate),
		opt("callCharacteristics", tCallCharacteristics), opt("mediaCallCharacteristics", tAny),
		opt("callingConnectionInfo", tAny),
		opt("consultOptions", enum("unrestricted", "consultOnly", "transferOnly", "conferenceOnly")),
		opt("subjectOfCall", tString), opt("languagePreferences", tAny)),
	"TransferCall":   message(req("heldCall", tConnectionID), req("activeCall", tConnectionID)),
	"ConferenceCall": message(req("heldCall", tConnectionID), req("activeCall", tConnectionID)),
	"ReconnectCall":  message(req("activeCall", tConnectionID), req("heldCall", tConnectionID)),
	"AlternateCall": message(req("heldCall", tConnectionID), req("activeCall", tConnectionID),
		opt("connectionReservation", tBoolean),
		opt("consultOptions", enum("unrestricted", "consultOnly", "transferOnly", "conferenceOnly"))),
	"SingleStepTransferCall": message(join(
		[]field{req("activeCall", tConnectionID), req("transferredTo", tDeviceID), opt("accountCode", tHex), opt("authCode", tHex)},
		dataFields(), callTail(opt("callCharacteristics", tCallCharacteristics).since(6)), []field{opt("reason", tAny)})...),
	"SingleStepConferenceCall": message(join(
		[]field{req("activeCall", tConnectionID), req("deviceToJoin", tDeviceID),
			req("participationType", enum("silent", "active", "none")), opt("accountCode", tHex), opt("authCode", tHex)},
		dataFields(), callTail())...),
	"DeflectCall": message(join(
		[]field{req("callToBeDiverted", tConnectionID), req("newDestination", tDeviceID).upTo(5),
			req("newDestination", seq(field{name: "device", shape: tDeviceID, required: true, many: true})).since(6)},
		dataFields(), callTail(opt("callCharacteristics", tCallCharacteristics).since(6)), []field{opt("reason", tAny)})...),
	"GenerateDigits": message(req("connectionToSendDigits", tConnectionID), opt("digitMode", enum("rotaryPulse", "dTMF")),
		opt("charactersToSend", tFilled), opt("toneDuration", tInteger), opt("pulseRate", tInteger), opt("pauseDuration", tInteger)),

	"SetAgentState": message(req("device", tDeviceID), req("requestedAgentState", tAgentState), opt("agentID", tFilled),
		opt("password", tHex), opt("group", tDeviceID)),
	"GetAgentState": message(opt("device", tDeviceID), opt("acdGroup", tDeviceID)),
	"SetDoNotDisturb": message(req("device", tDeviceID), req("doNotDisturbOn", tBoolean), opt("callOrigination", tCallOrigin),
		opt("callingDeviceList", tAny)),
	"GetDoNotDisturb": message(req("device", tDeviceID)),
	"SetForwarding": message(req("device", tDeviceID), opt("forwardingType", tForwardingType), req("activateForward", tBoolean),
		opt("forwardDN", tDeviceID), opt("ringCount", tInteger), opt("ringDuration", tInteger).since(6)),
	"GetForwarding": message(req("device", tDeviceID)),

	"RouteRegister":       message(opt("routeingDevice", tDeviceID), opt("requestedRouteingMediaClass", tAny)),
	"RouteRegisterCancel": message(req("routeRegisterReqID", tFilled)),
	"RouteSelect": message(req("crossRefIdentifier", tFilled), opt("routeRegisterReqID", tFilled), req("routeSelected", tDeviceID),
		opt("alternateRoutes", tAny),
		opt("remainRetries", oneOf(opt("noCountAvailable", tEmpty), opt("noListAvailable", tEmpty), opt("retryCount", tInteger))),
		opt("routeUsedReq", tBoolean), opt("correlatorData", tPrivate)),
	"RouteReject": message(req("crossRefIdentifier", tFilled), opt("routeRegisterReqID", tFilled),
		opt("rejectCause", enum("busyOverflow", "queueTimeOverflow", "capacityOverflow", "calendarOverflow", "unknownOverflow")),
		opt("correlatorData", tPrivate)),
	"RouteEnd": message(req("crossRefIdentifier", tFilled), opt("routeRegisterReqID", tFilled), opt("errorValue", tError),
		opt("correlatorData", tPrivate)),

	"Escape": message(opt("escapeRegisterID", tFilled), opt("security", tAny), opt("privateData", tAny)),

	"SystemStatusResponse":        message(),
	"RequestSystemStatusResponse": message(req("systemStatus", tStatus)),
	"MonitorStopResponse":         message(),
	"SystemRegisterAbortResponse": message(),
	"SnapshotDeviceDataResponse":  message(),
	"SnapshotCallDataResponse":    message(),
	"CSTAErrorCode":               &shape{fields: tError.fields, choice: true},
}

// sessionMessages are those of ECMA-354, in its own namespace.
var sessionMessages = map[string]*shape{
	"StartApplicationSession": message(
		req("applicationInfo", seq(req("applicationID", tFilled), opt("applicationSpecificInfo", tAny))),
		req("requestedProtocolVersions", seq(field{name: "protocolVersion", shape: tFilled, required: true, many: true})),
		opt("requestedSessionDuration", tInteger)),
	"ResetApplicationSessionTimer": message(req("sessionID", tFilled), opt("requestedSessionDuration", tInteger)),
	"StopApplicationSession": message(req("sessionID", tFilled),
		opt("sessionEndReason", oneOf(opt("definedEndReason", enum("normal")), opt("appEndReason", tString)))),
}
