package cstalink

import (
	"fmt"
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/linkd/private"
	"github.com/holdline/holdline/transport/csta"
)

// message maps a request to its message (ECMA-323, reference of each service).
func message(o *driver.Order) (csta.Message, error) {
	r := o.Request
	ext, err := private.Unpack(r.Private)
	if err != nil {
		return nil, err
	}
	first, second := name(o.First), name(o.Second)
	device, destination := csta.DeviceID{Value: r.Device}, csta.DeviceID{Value: r.Destination}
	d := r.Data
	if d == nil {
		d = new(fsmpb.CallData)
	}
	switch r.Service {
	case fsmpb.Service_MAKE_CALL:
		return &csta.MakeCall{
			CallingDevice: device, CalledDirectoryNumber: destination,
			AccountCode: d.AccountCode, AuthCode: o.Secret.AuthCode, AutoOriginate: csta.AutoOriginate(r.Option),
			CorrelatorData: d.Correlator, UserData: d.UserData, Reason: r.Reason, Extensions: ext,
		}, nil
	case fsmpb.Service_ANSWER_CALL:
		return &csta.AnswerCall{CallToBeAnswered: first, CorrelatorData: d.Correlator, UserData: d.UserData, Extensions: ext}, nil
	case fsmpb.Service_CLEAR_CONNECTION:
		return &csta.ClearConnection{
			ConnectionToBeCleared: first, CorrelatorData: d.Correlator, UserData: d.UserData,
			Reason: r.Reason, Extensions: ext,
		}, nil
	case fsmpb.Service_CLEAR_CALL:
		return &csta.ClearCall{CallToBeCleared: first, UserData: d.UserData, Reason: r.Reason, Extensions: ext}, nil
	case fsmpb.Service_HOLD_CALL:
		return &csta.HoldCall{CallToBeHeld: first, Extensions: ext}, nil
	case fsmpb.Service_RETRIEVE_CALL:
		return &csta.RetrieveCall{CallToBeRetrieved: first, Extensions: ext}, nil
	case fsmpb.Service_ALTERNATE_CALL:
		return &csta.AlternateCall{HeldCall: second, ActiveCall: first, ConsultOptions: csta.ConsultOptions(r.Option), Extensions: ext}, nil
	case fsmpb.Service_CONSULTATION_CALL:
		return &csta.ConsultationCall{
			ExistingCall: first, ConsultedDevice: destination,
			AccountCode: d.AccountCode, AuthCode: o.Secret.AuthCode, CorrelatorData: d.Correlator, UserData: d.UserData,
			ConsultOptions: csta.ConsultOptions(r.Option), Extensions: ext,
		}, nil
	case fsmpb.Service_RECONNECT_CALL:
		return &csta.ReconnectCall{ActiveCall: first, HeldCall: second, Extensions: ext}, nil
	case fsmpb.Service_TRANSFER_CALL:
		return &csta.TransferCall{HeldCall: second, ActiveCall: first, Extensions: ext}, nil
	case fsmpb.Service_CONFERENCE_CALL:
		return &csta.ConferenceCall{HeldCall: second, ActiveCall: first, Extensions: ext}, nil
	case fsmpb.Service_SINGLE_STEP_TRANSFER:
		return &csta.SingleStepTransferCall{
			ActiveCall: first, TransferredTo: destination,
			AccountCode: d.AccountCode, AuthCode: o.Secret.AuthCode, CorrelatorData: d.Correlator, UserData: d.UserData,
			Reason: r.Reason, Extensions: ext,
		}, nil
	case fsmpb.Service_SINGLE_STEP_CONFERENCE:
		participation := csta.ParticipationType(r.Option)
		if participation == "" {
			participation = "active" // required by the schema
		}
		return &csta.SingleStepConferenceCall{
			ActiveCall: first, DeviceToJoin: destination, ParticipationType: participation,
			AccountCode: d.AccountCode, AuthCode: o.Secret.AuthCode, CorrelatorData: d.Correlator, UserData: d.UserData,
			Extensions: ext,
		}, nil
	case fsmpb.Service_DEFLECT_CALL:
		return &csta.DeflectCall{
			CallToBeDiverted: first, NewDestination: csta.NewDestination{Device: []csta.DeviceID{destination}},
			CorrelatorData: d.Correlator, UserData: d.UserData, Reason: r.Reason, Extensions: ext,
		}, nil
	case fsmpb.Service_GENERATE_DIGITS:
		return &csta.GenerateDigits{
			ConnectionToSendDigits: first, DigitMode: csta.DigitMode(r.Option),
			CharactersToSend: string(o.Secret.Digits), Extensions: ext,
		}, nil
	case fsmpb.Service_SET_AGENT_STATE:
		return &csta.SetAgentState{
			Device: device, RequestedAgentState: csta.RequestedAgentState(r.Option), AgentID: r.AgentId,
			Password: o.Secret.Password, Group: csta.DeviceID{Value: r.Group}, Extensions: ext,
		}, nil
	case fsmpb.Service_SET_DO_NOT_DISTURB:
		return &csta.SetDoNotDisturb{Device: device, DoNotDisturbOn: r.On, Extensions: ext}, nil
	case fsmpb.Service_SET_FORWARDING:
		return &csta.SetForwarding{
			Device: device, ForwardingType: csta.ForwardingType(r.Option), ActivateForward: r.On,
			ForwardDN: destination, Extensions: ext,
		}, nil
	case fsmpb.Service_ROUTE_SELECT:
		m := &csta.RouteSelect{
			CrossRefIdentifier: r.SwitchRoute, RouteSelected: destination,
			CorrelatorData: d.Correlator, Extensions: ext,
		}
		if r.On {
			m.RouteUsedReq = new(true)
		}
		return m, nil
	case fsmpb.Service_ROUTE_REJECT:
		return &csta.RouteReject{
			CrossRefIdentifier: r.SwitchRoute, RejectCause: csta.RejectCause(r.Reason),
			CorrelatorData: d.Correlator, Extensions: ext,
		}, nil
	case fsmpb.Service_ROUTE_END:
		m := &csta.RouteEnd{CrossRefIdentifier: r.SwitchRoute, CorrelatorData: d.Correlator, Extensions: ext}
		if category, value, ok := strings.Cut(r.Reason, "/"); ok {
			m.ErrorValue = &csta.ErrorCode{Category: csta.ErrorCategory(category), Value: csta.ErrorValue(value)}
		}
		return m, nil
	case fsmpb.Service_ESCAPE:
		m := new(csta.Escape)
		if ext != nil {
			m.PrivateData = ext.PrivateData
		}
		return m, nil
	}
	return nil, fmt.Errorf("service %v has no CSTA request", r.Service)
}

// oneWay tells the services that are never answered: RouteSelect and its
// neighbours are requests of their own (ECMA-285).
func oneWay(s fsmpb.Service) bool {
	switch s {
	case fsmpb.Service_ROUTE_SELECT, fsmpb.Service_ROUTE_REJECT, fsmpb.Service_ROUTE_END:
		return true
	}
	return false
}

func name(c *fsmpb.SwitchConn) csta.ConnectionID {
	if c == nil {
		return csta.ConnectionID{}
	}
	return csta.ConnectionID{CallID: c.Call, Device: csta.DeviceID{Value: c.Device}}
}

// outcome maps an answer. A message that answers nothing gives nil.
func outcome(intent uint64, m csta.Message) *fsmpb.Outcome {
	o := &fsmpb.Outcome{Intent: intent, Result: fsmpb.OutcomeResult_DONE}
	switch m := m.(type) {
	case *csta.MakeCallResponse:
		o.Connection, o.Linkage = connection(m.CallingDevice), linkage(m.CallLinkageData)
	case *csta.ConsultationCallResponse:
		o.Connection, o.Linkage = connection(m.InitiatedCall), linkage(m.CallLinkageData)
	case *csta.TransferCallResponse:
		o.Connection, o.Connections = connection(m.TransferredCall), connections(m.Connections)
	case *csta.ConferenceCallResponse:
		o.Connection, o.Connections = connection(m.ConferenceCall), connections(m.Connections)
	case *csta.SingleStepTransferCallResponse:
		o.Connection, o.Connections = connection(m.TransferredCall), connections(m.Connections)
	case *csta.SingleStepConferenceCallResponse:
		o.Connection = connection(m.ConferencedCall)
	case *csta.SetAgentStateResponse:
		o.Option = strings.Clone(string(m.PendingAgentState))
	case *csta.EscapeResponse:
		o.Private = private.Pack(m.Extensions)
	case *csta.AnswerCallResponse, *csta.ClearConnectionResponse, *csta.ClearCallResponse, *csta.HoldCallResponse,
		*csta.RetrieveCallResponse, *csta.AlternateCallResponse, *csta.ReconnectCallResponse, *csta.DeflectCallResponse,
		*csta.GenerateDigitsResponse, *csta.SetDoNotDisturbResponse, *csta.SetForwardingResponse:
	case *csta.CSTAErrorCode:
		o.Result = fsmpb.OutcomeResult_REFUSED
		o.Category, o.Value = strings.Clone(string(m.Category)), strings.Clone(string(m.Value))
		if o.Category == "" {
			o.Category = string(csta.ErrorUnspecified)
		}
	default:
		return nil
	}
	return o
}
