package cstaserver

import (
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/private"
	"github.com/holdline/holdline/transport/csta"
)

// callEvent gives a change of a call as a CSTA event, without cross reference
// ID and localConnectionInfo; nil if there is none for it.
func callEvent(c *fsmpb.CallChange) csta.Message {
	conn := connection(c.Call, c.Device)
	device := subject(c.Subject, c.Device)
	calling, called := subject(c.Calling, ""), subject(c.Called, "")
	redirection := redirection(c.LastRedirection)
	local := csta.StateNull // each receiver gets its own
	correlator, user := c.Data.GetCorrelator(), c.Data.GetUserData()
	cause := csta.EventCause(c.Cause)
	if cause == "" {
		cause = csta.CauseNormal
	}
	netCalling, netCalled := subject(c.NetworkCalling, ""), subject(c.NetworkCalled, "")
	linkage, ext := linkage(c.Linkage), extensions(c.Private)

	switch c.Type {
	case fsmpb.EventType_SERVICE_INITIATED:
		return &csta.ServiceInitiatedEvent{InitiatedConnection: conn, InitiatingDevice: device, CalledDevice: called,
			LocalConnectionInfo: local, CorrelatorData: correlator, Cause: cause, NetworkCallingDevice: netCalling,
			NetworkCalledDevice: netCalled, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_ORIGINATED:
		return &csta.OriginatedEvent{OriginatedConnection: conn, CallingDevice: subject(c.Calling, c.Device), CalledDevice: called,
			OriginatingDevice: subject(c.Originating, "").Device, LocalConnectionInfo: local, CorrelatorData: correlator,
			Cause: cause, NetworkCallingDevice: netCalling, NetworkCalledDevice: netCalled, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_DIGITS_DIALED:
		return &csta.DigitsDialedEvent{DialingConnection: conn, DialingDevice: device, DialingSequence: csta.DeviceID{Value: c.Digits},
			LocalConnectionInfo: local, CorrelatorData: correlator, Cause: cause, NetworkCallingDevice: netCalling,
			NetworkCalledDevice: netCalled, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_NETWORK_REACHED:
		return &csta.NetworkReachedEvent{OutboundConnection: conn, NetworkInterfaceUsed: device, CallingDevice: calling,
			CalledDevice: called, LastRedirectionDevice: redirection, LocalConnectionInfo: local, CorrelatorData: correlator,
			UserData: user, Cause: cause, NetworkCallingDevice: netCalling, NetworkCalledDevice: netCalled,
			CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_OFFERED:
		return &csta.OfferedEvent{OfferedConnection: conn, OfferedDevice: device, CallingDevice: calling, CalledDevice: called,
			LastRedirectionDevice: redirection, LocalConnectionInfo: local, CorrelatorData: correlator, UserData: user, Cause: cause,
			NetworkCallingDevice: netCalling, NetworkCalledDevice: netCalled, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_DELIVERED:
		return &csta.DeliveredEvent{Connection: conn, AlertingDevice: device, CallingDevice: calling, CalledDevice: called,
			LastRedirectionDevice: redirection, LocalConnectionInfo: local, CorrelatorData: correlator, UserData: user, Cause: cause,
			NetworkCallingDevice: netCalling, NetworkCalledDevice: netCalled, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_ESTABLISHED:
		return &csta.EstablishedEvent{EstablishedConnection: conn, AnsweringDevice: device, CallingDevice: calling, CalledDevice: called,
			LastRedirectionDevice: redirection, LocalConnectionInfo: local, CorrelatorData: correlator, UserData: user, Cause: cause,
			NetworkCallingDevice: netCalling, NetworkCalledDevice: netCalled, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_QUEUED:
		return &csta.QueuedEvent{QueuedConnection: conn, Queue: device, CallingDevice: calling, CalledDevice: called,
			LastRedirectionDevice: redirection, NumberQueued: count(c.NumberQueued), CallsInFront: count(c.CallsInFront),
			LocalConnectionInfo: local, CorrelatorData: correlator, UserData: user, Cause: cause,
			NetworkCallingDevice: netCalling, NetworkCalledDevice: netCalled, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_DIVERTED:
		return &csta.DivertedEvent{Connection: conn, DivertingDevice: device, NewDestination: subject(c.NewDestination, ""),
			CallingDevice: calling, CalledDevice: called, LastRedirectionDevice: redirection, LocalConnectionInfo: local,
			CorrelatorData: correlator, UserData: user, Cause: cause, NetworkCallingDevice: netCalling,
			NetworkCalledDevice: netCalled, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_FAILED:
		return &csta.FailedEvent{FailedConnection: conn, FailingDevice: device, CallingDevice: calling, CalledDevice: called,
			LastRedirectionDevice: redirection, LocalConnectionInfo: local, CorrelatorData: correlator, UserData: user, Cause: cause,
			NetworkCallingDevice: netCalling, NetworkCalledDevice: netCalled, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_BRIDGED:
		return &csta.BridgedEvent{BridgedConnection: conn, BridgedAppearance: device, LocalConnectionInfo: local,
			CorrelatorData: correlator, UserData: user, Cause: cause, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_HELD:
		return &csta.HeldEvent{HeldConnection: conn, HoldingDevice: device, LocalConnectionInfo: local,
			CorrelatorData: correlator, Cause: cause, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_RETRIEVED:
		return &csta.RetrievedEvent{RetrievedConnection: conn, RetrievingDevice: device, LocalConnectionInfo: local,
			CorrelatorData: correlator, Cause: cause, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_TRANSFERRED:
		return &csta.TransferedEvent{PrimaryOldCall: conn, SecondaryOldCall: connection(c.SecondaryCall, c.SecondaryDevice),
			TransferringDevice: device, TransferredToDevice: subject(c.Other, ""), TransferredConnections: connectionList(c.Connections),
			LocalConnectionInfo: local, CorrelatorData: correlator, UserData: user, Cause: cause, Extensions: ext}
	case fsmpb.EventType_CONFERENCED:
		return &csta.ConferencedEvent{PrimaryOldCall: conn, SecondaryOldCall: connection(c.SecondaryCall, c.SecondaryDevice),
			ConferencingDevice: device, AddedParty: subject(c.Other, ""), ConferenceConnections: connectionList(c.Connections),
			LocalConnectionInfo: local, CorrelatorData: correlator, UserData: user, Cause: cause, Extensions: ext}
	case fsmpb.EventType_CONNECTION_CLEARED:
		return &csta.ConnectionClearedEvent{DroppedConnection: conn, ReleasingDevice: device, LocalConnectionInfo: local,
			CorrelatorData: correlator, UserData: user, Cause: cause, CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_CALL_CLEARED:
		return &csta.CallClearedEvent{ClearedCall: conn, CorrelatorData: correlator, UserData: user, Cause: cause,
			CallLinkageData: linkage, Extensions: ext}
	case fsmpb.EventType_CALL_INFORMATION:
		return &csta.CallInformationEvent{Connection: conn, Device: device, CallingDevice: calling,
			AccountInfo: c.Data.GetAccountCode(), CorrelatorData: correlator, UserData: user, Extensions: ext}
	case fsmpb.EventType_DIGITS_GENERATED:
		return &csta.DigitsGeneratedEvent{Connection: conn, Extensions: ext} // which digits stays secret
	case fsmpb.EventType_RECORD:
		return &csta.RecordEvent{VoiceEvent: voice(conn, c, ext)}
	case fsmpb.EventType_STOP:
		return &csta.StopEvent{VoiceEvent: voice(conn, c, ext)}
	case fsmpb.EventType_SUSPEND_RECORD:
		return &csta.SuspendRecordEvent{VoiceEvent: voice(conn, c, ext)}
	}
	return nil
}

func voice(conn csta.ConnectionID, c *fsmpb.CallChange, ext *csta.Extensions) csta.VoiceEvent {
	return csta.VoiceEvent{Connection: conn, Message: c.Message, Cause: csta.EventCause(c.Cause), Extensions: ext}
}

// agentEvent gives a change of an agent as a CSTA event; nil if there is none
// for it.
func agentEvent(a *fsmpb.AgentChange) csta.Message {
	device, group := csta.Subject(a.Device), csta.DeviceID{Value: a.Group}
	cause, ext := csta.EventCause(a.Cause), extensions(a.Private)
	switch a.Type {
	case fsmpb.EventType_AGENT_LOGGED_ON:
		return &csta.AgentLoggedOnEvent{AgentDevice: device, AgentID: a.AgentId, AcdGroup: group, Cause: cause, Extensions: ext}
	case fsmpb.EventType_AGENT_LOGGED_OFF:
		return &csta.AgentLoggedOffEvent{AgentDevice: device, AgentID: a.AgentId, AcdGroup: group, Cause: cause, Extensions: ext}
	case fsmpb.EventType_AGENT_READY_EVENT:
		return &csta.AgentReadyEvent{AgentDevice: device, AgentID: a.AgentId, AcdGroup: group, Cause: cause, Extensions: ext}
	case fsmpb.EventType_AGENT_NOT_READY_EVENT:
		return &csta.AgentNotReadyEvent{AgentDevice: device, AgentID: a.AgentId, AcdGroup: group, Cause: cause, Extensions: ext}
	case fsmpb.EventType_AGENT_BUSY_EVENT:
		return &csta.AgentBusyEvent{AgentDevice: device, AgentID: a.AgentId, AcdGroup: group,
			PendingAgentState: agentState(a.Pending), Cause: cause, Extensions: ext}
	case fsmpb.EventType_AGENT_WORKING_AFTER_CALL_EVENT:
		return &csta.AgentWorkingAfterCallEvent{AgentDevice: device, AgentID: a.AgentId, AcdGroup: group,
			PendingAgentState: agentState(a.Pending), Cause: cause, Extensions: ext}
	}
	return nil
}

// featureEvent gives a change of a device's features or service as a CSTA
// event; nil if there is none for it.
func featureEvent(f *fsmpb.FeatureChange) csta.Message {
	device, cause := csta.Subject(f.Device), csta.EventCause(f.Cause)
	switch f.Type {
	case fsmpb.EventType_DO_NOT_DISTURB:
		return &csta.DoNotDisturbEvent{Device: device, DoNotDisturbOn: f.On}
	case fsmpb.EventType_FORWARDING:
		return &csta.ForwardingEvent{Device: device, ForwardingType: csta.ForwardingType(f.Forward.GetType()),
			ForwardStatus: f.Forward.GetOn(), ForwardTo: csta.DeviceID{Value: f.Forward.GetDestination()}}
	case fsmpb.EventType_BACK_IN_SERVICE:
		return &csta.BackInServiceEvent{Device: device, Cause: cause}
	case fsmpb.EventType_OUT_OF_SERVICE:
		return &csta.OutOfServiceEvent{Device: device, Cause: cause}
	case fsmpb.EventType_PARTIALLY_IN_SERVICE:
		return &csta.PartiallyInServiceEvent{Device: device, Cause: cause}
	}
	return nil
}

// privateEvent passes on what a switch said of a device beyond the standard.
func privateEvent(p *fsmpb.PrivateEvent) csta.Message {
	ev := &csta.PrivateEvent{}
	if e := extensions(p.Private); e != nil {
		ev.PrivateData = e.PrivateData
		if e.Other != "" {
			ev.Extensions = &csta.Extensions{Other: e.Other}
		}
	}
	return ev
}

// shorter takes from an event what is too much for a frame: first what says
// nothing new, then what is private, user data, correlator data, and at last the
// endpoints of a connection list. It reports whether there was something.
func shorter(c *fsmpb.CallChange) bool {
	switch {
	case lean(c.Connections, false):
	case c.Private != nil || c.Linkage != "":
		c.Private, c.Linkage = nil, ""
	case c.Data.GetUserData() != nil:
		c.Data.UserData = nil
	case c.Data.GetCorrelator() != nil:
		c.Data.Correlator = nil
	case lean(c.Connections, true):
	default:
		return false
	}
	return true
}

// lean takes from a connection list the old connections whose name stays, and
// also the endpoints if these are to go. It reports whether there were some.
func lean(list []*fsmpb.NewConnection, endpoints bool) (some bool) {
	for _, n := range list {
		if n.OldCall != 0 && n.OldCall == n.Call && n.OldDevice == n.Device {
			n.OldCall, n.OldDevice, some = 0, "", true
		}
		if endpoints && n.Endpoint != nil {
			n.Endpoint, some = nil, true
		}
	}
	return some
}

func connection(call uint64, device string) csta.ConnectionID {
	if call == 0 {
		return csta.ConnectionID{}
	}
	return csta.Connection(decimal(call), device)
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

// count leaves out what the switch did not tell; 0 it did.
func count(n *int32) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}

// subject names a party; if the event doesn't, the device otherwise.
func subject(p *fsmpb.Party, otherwise string) csta.SubjectDeviceID {
	switch p.GetKind() {
	case fsmpb.Party_DEVICE:
		return csta.SubjectDeviceID{Kind: csta.DeviceIdentifier, Device: deviceID(p)}
	case fsmpb.Party_RESTRICTED:
		return csta.SubjectDeviceID{Kind: csta.DeviceRestricted}
	case fsmpb.Party_NOT_KNOWN, fsmpb.Party_NOT_REQUIRED, fsmpb.Party_NOT_SPECIFIED:
		return csta.SubjectDeviceID{Kind: csta.DeviceNotKnown}
	}
	if otherwise != "" {
		return csta.Subject(otherwise)
	}
	return csta.SubjectDeviceID{}
}

func redirection(p *fsmpb.Party) csta.RedirectionDeviceID {
	switch p.GetKind() {
	case fsmpb.Party_DEVICE:
		return csta.RedirectionDeviceID{Kind: csta.DeviceIdentifier, Device: deviceID(p)}
	case fsmpb.Party_RESTRICTED:
		return csta.RedirectionDeviceID{Kind: csta.DeviceRestricted}
	case fsmpb.Party_NOT_KNOWN:
		return csta.RedirectionDeviceID{Kind: csta.DeviceNotKnown}
	case fsmpb.Party_NOT_SPECIFIED:
		return csta.RedirectionDeviceID{Kind: csta.DeviceNotSpecified}
	}
	return csta.RedirectionDeviceID{Kind: csta.DeviceNotRequired}
}

func deviceID(p *fsmpb.Party) csta.DeviceID {
	return csta.DeviceID{Value: p.Id, TypeOfNumber: p.TypeOfNumber}
}

func endpoint(p *fsmpb.Party) csta.Endpoint {
	return csta.Endpoint(subject(p, ""))
}

func connectionList(list []*fsmpb.NewConnection) []csta.ConnectionListItem {
	out := make([]csta.ConnectionListItem, 0, len(list))
	for _, n := range list {
		out = append(out, csta.ConnectionListItem{
			NewConnection: connection(n.Call, n.Device), OldConnection: connection(n.OldCall, n.OldDevice), Endpoint: endpoint(n.Endpoint),
		})
	}
	return out
}

func linkage(id string) *csta.CallLinkageData {
	if id == "" {
		return nil
	}
	return &csta.CallLinkageData{GlobalCallData: csta.GlobalCallData{GlobalCallLinkageID: csta.RawXML(id)}}
}

// extensions carries what the switch's own extensions said.
func extensions(packed []byte) *csta.Extensions {
	e, _ := private.Unpack(packed) // the log holds only what Pack made
	return e
}

func localState(s fsmpb.ConnectionState) csta.LocalConnectionState {
	switch s {
	case fsmpb.ConnectionState_NULL:
		return csta.StateNull
	case fsmpb.ConnectionState_INITIATED:
		return csta.StateInitiated
	case fsmpb.ConnectionState_ALERTING:
		return csta.StateAlerting
	case fsmpb.ConnectionState_CONNECTED:
		return csta.StateConnected
	case fsmpb.ConnectionState_HOLD:
		return csta.StateHold
	case fsmpb.ConnectionState_QUEUED_STATE:
		return csta.StateQueued
	case fsmpb.ConnectionState_FAIL:
		return csta.StateFail
	}
	return ""
}

func agentState(s fsmpb.AgentState) csta.AgentState {
	switch s {
	case fsmpb.AgentState_AGENT_NULL:
		return csta.AgentNull
	case fsmpb.AgentState_AGENT_NOT_READY:
		return csta.AgentNotReady
	case fsmpb.AgentState_AGENT_READY:
		return csta.AgentReady
	case fsmpb.AgentState_AGENT_BUSY:
		return csta.AgentBusy
	case fsmpb.AgentState_AGENT_WORKING_AFTER_CALL:
		return csta.AgentWorkingAfterCall
	}
	return ""
}
