package switchsim

// An answer writes the whole response to a request.
type answer func(w *writer)

// A service carries out one kind of request. Its answer is nil if the service has none.
type serviceFunc func(a *association, n *node, r *Request) (answer, *cstaError)

var services = map[string]serviceFunc{
	"SystemStatus": serveSystemStatus, "RequestSystemStatus": serveRequestSystemStatus,
	"SystemRegister": serveSystemRegister, "SystemRegisterCancel": serveSystemRegisterCancel,
	"ChangeSysStatFilter": serveChangeSysStatFilter,

	"MonitorStart": serveMonitorStart, "MonitorStop": serveMonitorStop, "ChangeMonitorFilter": serveChangeMonitorFilter,
	"SnapshotDevice": serveSnapshotDevice, "SnapshotCall": serveSnapshotCall,

	"MakeCall": serveMakeCall, "AnswerCall": serveAnswerCall, "ClearConnection": serveClearConnection,
	"ClearCall": serveClearCall, "HoldCall": serveHoldCall, "RetrieveCall": serveRetrieveCall,
	"ConsultationCall": serveConsultationCall, "TransferCall": serveTransferCall, "ConferenceCall": serveConferenceCall,
	"ReconnectCall": serveReconnectCall, "AlternateCall": serveAlternateCall,
	"SingleStepTransferCall": serveSingleStepTransferCall, "SingleStepConferenceCall": serveSingleStepConferenceCall,
	"DeflectCall": serveDeflectCall, "GenerateDigits": serveGenerateDigits,

	"SetAgentState": serveSetAgentState, "GetAgentState": serveGetAgentState,
	"SetDoNotDisturb": serveSetDoNotDisturb, "GetDoNotDisturb": serveGetDoNotDisturb,
	"SetForwarding": serveSetForwarding, "GetForwarding": serveGetForwarding,

	"RouteRegister": serveRouteRegister, "RouteRegisterCancel": serveRouteRegisterCancel,
	"RouteSelect": serveRouteSelect, "RouteReject": serveRouteReject, "RouteEnd": serveRouteEnd,

	"Escape": serveEscape,
}

// oneWay are the services that are never answered, not even with an error.
var oneWay = map[string]bool{"RouteSelect": true, "RouteReject": true, "RouteEnd": true}

// notSimulated are requests of the standard that this switch refuses in order.
var notSimulated = map[string]bool{
	"GetMonitors": true, "GetRegistrations": true, "GetSwitchingFunctionCapabilities": true,
	"GetSwitchingFunctionDevices": true, "GetLogicalDeviceInformation": true, "GetPhysicalDeviceInformation": true,
	"ParkCall": true, "CamponCall": true, "CallBackCallRelated": true, "DirectedPickupCall": true, "GroupPickupCall": true,
	"JoinCall": true, "SendMessage": true, "AcceptCall": true, "MakePredictiveCall": true, "AssociateData": true,
	"SendUserInformation": true, "GenerateTelephonyTones": true, "CancelTelephonyTones": true, "DialDigits": true,
	"EscapeRegister": true, "EscapeRegisterCancel": true, "PrivateDataVersionSelection": true, "IOStart": true,
}

// done is the answer that says nothing.
func done(name string) answer {
	return func(w *writer) { w.emptyRoot(name) }
}

// connection finds the live connection that an element names; it must be in one of the given states, if any are given.
func (a *association) connection(n *node, states ...State) (*call, string, *cstaError) {
	c, err := a.call(n)
	if err != nil {
		return nil, "", err
	}
	device := n.value("deviceID")
	k := c.at(device)
	if k == nil {
		return nil, "", errConnection
	}
	for _, s := range states {
		if k.state == s {
			return c, device, nil
		}
	}
	if len(states) > 0 {
		return nil, "", errState
	}
	return c, device, nil
}

// call finds the live call that a ConnectionID names.
func (a *association) call(n *node) (*call, *cstaError) {
	c := a.s.model.calls[a.s.opt.Rename.callNamed(a.link.index, n.value("callID"))]
	if c == nil {
		return nil, errCall
	}
	return c, nil
}

// readData returns what correlatorData, userData and accountCode of a request say.
func readData(n *node) (correlator, user []byte, account string) {
	return n.hex("correlatorData", "string"), n.hex("userData", "string"), string(n.hex("accountCode"))
}
