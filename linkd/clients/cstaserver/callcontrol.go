package cstaserver

import (
	"errors"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/private"
	"github.com/holdline/holdline/linkd/secret"
	"github.com/holdline/holdline/transport/csta"
	"google.golang.org/protobuf/proto"
)

// callControl puts a request for the switch into the log.
func (c *conn) callControl(invoke uint16, m csta.Message) *csta.ErrorCode {
	r, s, code := switchRequest(m)
	if code != nil {
		return code
	}
	if err := csta.Check(m, csta.Ed6); err != nil {
		return refuse(csta.ErrorOperation, csta.OpAtLeastOneConditionalParameterNotProvided)
	}
	var packed []byte
	if !s.IsZero() {
		r.Secret, packed = true, s.Append(nil)
	}
	c.submit(command{pending: pending{invoke: invoke, name: m.Name(), work: true}, secret: packed, put: func(cc *fsmpb.ClientCommand) {
		cc.Body = &fsmpb.ClientCommand_Request{Request: r}
	}})
	return nil
}

// asked builds a Request out of a message's children.
type asked struct {
	r    *fsmpb.Request
	s    secret.Secret
	code *csta.ErrorCode
}

// conn reads a connection that names one of our calls.
func (a *asked) conn(id csta.ConnectionID) *fsmpb.Conn {
	call, ok := callID(id.CallID)
	if !ok && a.code == nil {
		a.code = refuse(csta.ErrorOperation, csta.OpInvalidConnectionID)
	}
	return &fsmpb.Conn{Call: call, Device: deviceNumber(id.Device)}
}

func (a *asked) data(account, correlator, user []byte) {
	if account != nil || correlator != nil || user != nil {
		a.r.Data = &fsmpb.CallData{AccountCode: account, Correlator: correlator, UserData: user}
	}
}

// switchRequest gives a message as a Request, with what is secret apart.
func switchRequest(m csta.Message) (*fsmpb.Request, secret.Secret, *csta.ErrorCode) {
	a := &asked{r: &fsmpb.Request{}}
	r := a.r
	var ext *csta.Extensions
	switch m := m.(type) {
	case *csta.MakeCall:
		r.Service, r.Device, r.Destination = fsmpb.Service_MAKE_CALL, deviceNumber(m.CallingDevice), deviceNumber(m.CalledDirectoryNumber)
		r.Option, r.Reason, a.s.AuthCode, ext = string(m.AutoOriginate), m.Reason, m.AuthCode, m.Extensions
		a.data(m.AccountCode, m.CorrelatorData, m.UserData)
	case *csta.AnswerCall:
		r.Service, r.First, ext = fsmpb.Service_ANSWER_CALL, a.conn(m.CallToBeAnswered), m.Extensions
		a.data(nil, m.CorrelatorData, m.UserData)
	case *csta.ClearConnection:
		r.Service, r.First, ext = fsmpb.Service_CLEAR_CONNECTION, a.conn(m.ConnectionToBeCleared), m.Extensions
		r.Reason = m.Reason
		a.data(nil, m.CorrelatorData, m.UserData)
	case *csta.ClearCall:
		r.Service, r.First, ext = fsmpb.Service_CLEAR_CALL, a.conn(m.CallToBeCleared), m.Extensions
		r.Reason = m.Reason
		a.data(nil, nil, m.UserData)
	case *csta.HoldCall:
		r.Service, r.First, ext = fsmpb.Service_HOLD_CALL, a.conn(m.CallToBeHeld), m.Extensions
		r.On = m.ConnectionReservation != nil && *m.ConnectionReservation
	case *csta.RetrieveCall:
		r.Service, r.First, ext = fsmpb.Service_RETRIEVE_CALL, a.conn(m.CallToBeRetrieved), m.Extensions
	case *csta.AlternateCall:
		r.Service, r.First, r.Second = fsmpb.Service_ALTERNATE_CALL, a.conn(m.ActiveCall), a.conn(m.HeldCall)
		r.Option, ext = string(m.ConsultOptions), m.Extensions
	case *csta.ReconnectCall:
		r.Service, r.First, r.Second = fsmpb.Service_RECONNECT_CALL, a.conn(m.ActiveCall), a.conn(m.HeldCall)
		ext = m.Extensions
	case *csta.ConsultationCall:
		r.Service, r.First, r.Destination = fsmpb.Service_CONSULTATION_CALL, a.conn(m.ExistingCall), deviceNumber(m.ConsultedDevice)
		r.Option, a.s.AuthCode, ext = string(m.ConsultOptions), m.AuthCode, m.Extensions
		a.data(m.AccountCode, m.CorrelatorData, m.UserData)
	case *csta.TransferCall:
		r.Service, r.First, r.Second = fsmpb.Service_TRANSFER_CALL, a.conn(m.ActiveCall), a.conn(m.HeldCall)
		ext = m.Extensions
	case *csta.ConferenceCall:
		r.Service, r.First, r.Second = fsmpb.Service_CONFERENCE_CALL, a.conn(m.ActiveCall), a.conn(m.HeldCall)
		ext = m.Extensions
	case *csta.SingleStepTransferCall:
		r.Service, r.First, r.Destination = fsmpb.Service_SINGLE_STEP_TRANSFER, a.conn(m.ActiveCall), deviceNumber(m.TransferredTo)
		r.Reason, a.s.AuthCode, ext = m.Reason, m.AuthCode, m.Extensions
		a.data(m.AccountCode, m.CorrelatorData, m.UserData)
	case *csta.SingleStepConferenceCall:
		r.Service, r.First, r.Destination = fsmpb.Service_SINGLE_STEP_CONFERENCE, a.conn(m.ActiveCall), deviceNumber(m.DeviceToJoin)
		r.Option, a.s.AuthCode, ext = string(m.ParticipationType), m.AuthCode, m.Extensions
		a.data(m.AccountCode, m.CorrelatorData, m.UserData)
	case *csta.DeflectCall:
		r.Service, r.First, ext = fsmpb.Service_DEFLECT_CALL, a.conn(m.CallToBeDiverted), m.Extensions
		if len(m.NewDestination.Device) > 0 {
			r.Destination = deviceNumber(m.NewDestination.Device[0])
		}
		r.Reason = m.Reason
		a.data(nil, m.CorrelatorData, m.UserData)
	case *csta.GenerateDigits:
		r.Service, r.First, ext = fsmpb.Service_GENERATE_DIGITS, a.conn(m.ConnectionToSendDigits), m.Extensions
		r.Option, a.s.Digits = string(m.DigitMode), []byte(m.CharactersToSend)
	case *csta.SetAgentState:
		r.Service, r.Device, r.Option = fsmpb.Service_SET_AGENT_STATE, deviceNumber(m.Device), string(m.RequestedAgentState)
		r.AgentId, r.Group, a.s.Password, ext = m.AgentID, deviceNumber(m.Group), m.Password, m.Extensions
	case *csta.SetDoNotDisturb:
		r.Service, r.Device, r.On, ext = fsmpb.Service_SET_DO_NOT_DISTURB, deviceNumber(m.Device), m.DoNotDisturbOn, m.Extensions
	case *csta.SetForwarding:
		r.Service, r.Device, r.On, ext = fsmpb.Service_SET_FORWARDING, deviceNumber(m.Device), m.ActivateForward, m.Extensions
		r.Option, r.Destination = string(m.ForwardingType), deviceNumber(m.ForwardDN)
	case *csta.Escape:
		r.Service, r.Private = fsmpb.Service_ESCAPE, private.PackData(m.PrivateData)
	default:
		return nil, a.s, refuse(csta.ErrorOperation, csta.OpServiceNotSupported)
	}
	if ext != nil {
		r.Private = private.Pack(ext)
	}
	return r, a.s, a.code
}

// requestDone answers a request by what became of it at the switch.
func (c *conn) requestDone(invoke uint16, d *fsmpb.RequestDone) {
	if d.Result != fsmpb.OutcomeResult_DONE {
		c.fail(invoke, csta.ErrorOperation, csta.OpGeneric)
		return
	}
	m := switchResponse(d)
	for step := 0; step < 3 && m != nil && len(d.Connections) > 0 && !c.fits(m); step++ {
		// It is done, so that the client must not hear that it failed.
		switch d = proto.CloneOf(d); step {
		case 2:
			d.Connections = nil
		default:
			lean(d.Connections, step > 0)
		}
		m = switchResponse(d)
	}
	if m != nil {
		c.send(invoke, m)
	}
}

// fits tells whether a message goes into a frame.
func (c *conn) fits(m csta.Message) bool {
	var long *csta.FrameError
	_, err := csta.AppendMessage(nil, firstInvoke, csta.Declaration, m, c.asso.edition)
	return !errors.As(err, &long)
}

// switchResponse is the positive response to a request; nil if it has none.
func switchResponse(d *fsmpb.RequestDone) csta.Message {
	conn := connection(d.Connection.GetCall(), d.Connection.GetDevice())
	var list []csta.ConnectionListItem
	if len(d.Connections) > 0 {
		list = connectionList(d.Connections)
	}
	switch d.Request.GetService() {
	case fsmpb.Service_MAKE_CALL:
		return &csta.MakeCallResponse{CallingDevice: conn}
	case fsmpb.Service_ANSWER_CALL:
		return &csta.AnswerCallResponse{}
	case fsmpb.Service_CLEAR_CONNECTION:
		return &csta.ClearConnectionResponse{}
	case fsmpb.Service_CLEAR_CALL:
		return &csta.ClearCallResponse{}
	case fsmpb.Service_HOLD_CALL:
		return &csta.HoldCallResponse{}
	case fsmpb.Service_RETRIEVE_CALL:
		return &csta.RetrieveCallResponse{}
	case fsmpb.Service_ALTERNATE_CALL:
		return &csta.AlternateCallResponse{}
	case fsmpb.Service_CONSULTATION_CALL:
		return &csta.ConsultationCallResponse{InitiatedCall: conn}
	case fsmpb.Service_RECONNECT_CALL:
		return &csta.ReconnectCallResponse{}
	case fsmpb.Service_TRANSFER_CALL:
		return &csta.TransferCallResponse{TransferredCall: conn, Connections: list}
	case fsmpb.Service_SINGLE_STEP_TRANSFER:
		return &csta.SingleStepTransferCallResponse{TransferredCall: conn, Connections: list}
	case fsmpb.Service_CONFERENCE_CALL:
		return &csta.ConferenceCallResponse{ConferenceCall: conn, Connections: list}
	case fsmpb.Service_SINGLE_STEP_CONFERENCE:
		return &csta.SingleStepConferenceCallResponse{ConferencedCall: conn}
	case fsmpb.Service_DEFLECT_CALL:
		return &csta.DeflectCallResponse{}
	case fsmpb.Service_GENERATE_DIGITS:
		return &csta.GenerateDigitsResponse{}
	case fsmpb.Service_SET_AGENT_STATE:
		return &csta.SetAgentStateResponse{PendingAgentState: csta.PendingAgentState(d.Option)}
	case fsmpb.Service_SET_DO_NOT_DISTURB:
		return &csta.SetDoNotDisturbResponse{}
	case fsmpb.Service_SET_FORWARDING:
		return &csta.SetForwardingResponse{}
	case fsmpb.Service_ESCAPE:
		return &csta.EscapeResponse{Extensions: extensions(d.Private)}
	}
	return nil
}
