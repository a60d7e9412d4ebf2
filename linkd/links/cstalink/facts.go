package cstalink

import (
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/private"
	"github.com/holdline/holdline/transport/csta"
)

// crossRef is the monitor that an event came for. It reports false for messages
// that are no events.
func crossRef(m csta.Message) (string, bool) {
	switch m := m.(type) {
	case *csta.ServiceInitiatedEvent:
		return m.MonitorCrossRefID, true
	case *csta.OriginatedEvent:
		return m.MonitorCrossRefID, true
	case *csta.OfferedEvent:
		return m.MonitorCrossRefID, true
	case *csta.DeliveredEvent:
		return m.MonitorCrossRefID, true
	case *csta.EstablishedEvent:
		return m.MonitorCrossRefID, true
	case *csta.BridgedEvent:
		return m.MonitorCrossRefID, true
	case *csta.HeldEvent:
		return m.MonitorCrossRefID, true
	case *csta.RetrievedEvent:
		return m.MonitorCrossRefID, true
	case *csta.TransferedEvent:
		return m.MonitorCrossRefID, true
	case *csta.ConferencedEvent:
		return m.MonitorCrossRefID, true
	case *csta.ConnectionClearedEvent:
		return m.MonitorCrossRefID, true
	case *csta.CallClearedEvent:
		return m.MonitorCrossRefID, true
	case *csta.DivertedEvent:
		return m.MonitorCrossRefID, true
	case *csta.QueuedEvent:
		return m.MonitorCrossRefID, true
	case *csta.FailedEvent:
		return m.MonitorCrossRefID, true
	case *csta.NetworkReachedEvent:
		return m.MonitorCrossRefID, true
	case *csta.DigitsDialedEvent:
		return m.MonitorCrossRefID, true
	case *csta.DigitsGeneratedEvent:
		return m.MonitorCrossRefID, true
	case *csta.RecordEvent:
		return m.MonitorCrossRefID, true
	case *csta.StopEvent:
		return m.MonitorCrossRefID, true
	case *csta.SuspendRecordEvent:
		return m.MonitorCrossRefID, true
	case *csta.CallInformationEvent:
		return m.MonitorCrossRefID, true
	case *csta.AgentLoggedOnEvent:
		return m.MonitorCrossRefID, true
	case *csta.AgentLoggedOffEvent:
		return m.MonitorCrossRefID, true
	case *csta.AgentReadyEvent:
		return m.MonitorCrossRefID, true
	case *csta.AgentNotReadyEvent:
		return m.MonitorCrossRefID, true
	case *csta.AgentBusyEvent:
		return m.MonitorCrossRefID, true
	case *csta.AgentWorkingAfterCallEvent:
		return m.MonitorCrossRefID, true
	case *csta.DoNotDisturbEvent:
		return m.MonitorCrossRefID, true
	case *csta.ForwardingEvent:
		return m.MonitorCrossRefID, true
	case *csta.BackInServiceEvent:
		return m.MonitorCrossRefID, true
	case *csta.OutOfServiceEvent:
		return m.MonitorCrossRefID, true
	case *csta.PartiallyInServiceEvent:
		return m.MonitorCrossRefID, true
	case *csta.PrivateEvent:
		return m.MonitorCrossRefID, true
	}
	return "", false
}

// eventFact turns an event that came for the monitor on the device via into a
// fact. It returns nil for messages that are no events.
func eventFact(m csta.Message, via string) *fsmpb.Fact {
	if e := callEvent(m); e != nil {
		e.Via = via
		return &fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: e}}
	}
	if e := agentEvent(m); e != nil {
		e.Via = via
		if e.Device == "" {
			e.Device = via
		}
		return &fsmpb.Fact{Body: &fsmpb.Fact_Agent{Agent: e}}
	}
	if e := featureEvent(m); e != nil {
		e.Via = via
		if e.Device == "" {
			e.Device = via
		}
		return &fsmpb.Fact{Body: &fsmpb.Fact_Feature{Feature: e}}
	}
	if p, ok := m.(*csta.PrivateEvent); ok {
		e := &fsmpb.PrivateEvent{Via: via, Private: private.PackData(p.PrivateData)}
		if e.Private == nil {
			e.Private = private.Pack(p.Extensions)
		}
		return &fsmpb.Fact{Body: &fsmpb.Fact_Private{Private: e}}
	}
	return nil
}

// common fills in what every call event has.
func common(t fsmpb.EventType, c csta.ConnectionID, d csta.SubjectDeviceID, local csta.LocalConnectionState,
	cause csta.EventCause, ext *csta.Extensions) *fsmpb.CallEvent {
	e := &fsmpb.CallEvent{
		Type: t, Subject: subject(c, d), Device: party(d),
		Cause: strings.Clone(string(cause)), Private: private.Pack(ext),
	}
	if local != "" {
		e.Local, e.HasLocal = state(local), true
	}
	return e
}

func voice(t fsmpb.EventType, m *csta.VoiceEvent) *fsmpb.CallEvent {
	e := common(t, m.Connection, csta.SubjectDeviceID{}, "", m.Cause, m.Extensions)
	e.Message = strings.Clone(m.Message)
	return e
}

// ends fills in the ends of a call as the event tells them.
func ends(e *fsmpb.CallEvent, calling, called csta.SubjectDeviceID, last csta.RedirectionDeviceID) {
	e.Calling, e.Called, e.LastRedirection = party(calling), party(called), redirection(last)
}

// network fills in the ends as the network knows them.
func network(e *fsmpb.CallEvent, calling, called csta.SubjectDeviceID) {
	e.NetworkCalling, e.NetworkCalled = party(calling), party(called)
}

// ride fills in the data that rides on the call, and its linkage.
func ride(e *fsmpb.CallEvent, correlator, user, account []byte, link *csta.CallLinkageData) *fsmpb.CallEvent {
	e.Data = callData(correlator, user, account)
	e.DataPresent = e.Data != nil
	e.Linkage = linkage(link)
	return e
}

// callEvent maps the call control and call associated events (ECMA-323,
// reference of each event). Dialled digits after answer and authorisation codes
// stay behind.
func callEvent(m csta.Message) *fsmpb.CallEvent {
	switch m := m.(type) {
	case *csta.ServiceInitiatedEvent:
		e := common(fsmpb.EventType_SERVICE_INITIATED, m.InitiatedConnection, m.InitiatingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		e.Called = party(m.CalledDevice)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		return ride(e, m.CorrelatorData, nil, nil, m.CallLinkageData)
	case *csta.OriginatedEvent:
		e := common(fsmpb.EventType_ORIGINATED, m.OriginatedConnection, m.CallingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		e.Calling, e.Called, e.Originating = party(m.CallingDevice), party(m.CalledDevice), named(m.OriginatingDevice)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		return ride(e, m.CorrelatorData, nil, nil, m.CallLinkageData)
	case *csta.OfferedEvent:
		e := common(fsmpb.EventType_OFFERED, m.OfferedConnection, m.OfferedDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		ends(e, m.CallingDevice, m.CalledDevice, m.LastRedirectionDevice)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.DeliveredEvent:
		e := common(fsmpb.EventType_DELIVERED, m.Connection, m.AlertingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		ends(e, m.CallingDevice, m.CalledDevice, m.LastRedirectionDevice)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.EstablishedEvent:
		e := common(fsmpb.EventType_ESTABLISHED, m.EstablishedConnection, m.AnsweringDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		ends(e, m.CallingDevice, m.CalledDevice, m.LastRedirectionDevice)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.BridgedEvent:
		e := common(fsmpb.EventType_BRIDGED, m.BridgedConnection, m.BridgedAppearance, m.LocalConnectionInfo, m.Cause, m.Extensions)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.HeldEvent:
		e := common(fsmpb.EventType_HELD, m.HeldConnection, m.HoldingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		return ride(e, m.CorrelatorData, nil, nil, m.CallLinkageData)
	case *csta.RetrievedEvent:
		e := common(fsmpb.EventType_RETRIEVED, m.RetrievedConnection, m.RetrievingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		return ride(e, m.CorrelatorData, nil, nil, m.CallLinkageData)
	case *csta.TransferedEvent:
		e := common(fsmpb.EventType_TRANSFERRED, m.PrimaryOldCall, m.TransferringDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		e.SecondaryOld, e.Other = connection(m.SecondaryOldCall), party(m.TransferredToDevice)
		e.Connections = connections(m.TransferredConnections)
		return ride(e, m.CorrelatorData, m.UserData, nil, nil)
	case *csta.ConferencedEvent:
		e := common(fsmpb.EventType_CONFERENCED, m.PrimaryOldCall, m.ConferencingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		e.SecondaryOld, e.Other = connection(m.SecondaryOldCall), party(m.AddedParty)
		e.Connections = connections(m.ConferenceConnections)
		return ride(e, m.CorrelatorData, m.UserData, nil, nil)
	case *csta.ConnectionClearedEvent:
		e := common(fsmpb.EventType_CONNECTION_CLEARED, m.DroppedConnection, m.ReleasingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.CallClearedEvent:
		e := common(fsmpb.EventType_CALL_CLEARED, m.ClearedCall, csta.SubjectDeviceID{}, "", m.Cause, m.Extensions)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.DivertedEvent:
		e := common(fsmpb.EventType_DIVERTED, m.Connection, m.DivertingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		e.NewDestination = party(m.NewDestination)
		ends(e, m.CallingDevice, m.CalledDevice, m.LastRedirectionDevice)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.QueuedEvent:
		e := common(fsmpb.EventType_QUEUED, m.QueuedConnection, m.Queue, m.LocalConnectionInfo, m.Cause, m.Extensions)
		ends(e, m.CallingDevice, m.CalledDevice, m.LastRedirectionDevice)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		e.NumberQueued, e.CallsInFront = count(m.NumberQueued), count(m.CallsInFront)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.FailedEvent:
		e := common(fsmpb.EventType_FAILED, m.FailedConnection, m.FailingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		ends(e, m.CallingDevice, m.CalledDevice, m.LastRedirectionDevice)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.NetworkReachedEvent:
		e := common(fsmpb.EventType_NETWORK_REACHED, m.OutboundConnection, m.NetworkInterfaceUsed, m.LocalConnectionInfo, m.Cause, m.Extensions)
		ends(e, m.CallingDevice, m.CalledDevice, m.LastRedirectionDevice)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		return ride(e, m.CorrelatorData, m.UserData, nil, m.CallLinkageData)
	case *csta.DigitsDialedEvent:
		e := common(fsmpb.EventType_DIGITS_DIALED, m.DialingConnection, m.DialingDevice, m.LocalConnectionInfo, m.Cause, m.Extensions)
		e.Digits = number(m.DialingSequence)
		network(e, m.NetworkCallingDevice, m.NetworkCalledDevice)
		return ride(e, m.CorrelatorData, nil, nil, m.CallLinkageData)
	case *csta.DigitsGeneratedEvent:
		// These are sent into an answered call: account numbers, PINs.
		return common(fsmpb.EventType_DIGITS_GENERATED, m.Connection, csta.SubjectDeviceID{}, "", "", m.Extensions)
	case *csta.RecordEvent:
		return voice(fsmpb.EventType_RECORD, &m.VoiceEvent)
	case *csta.StopEvent:
		return voice(fsmpb.EventType_STOP, &m.VoiceEvent)
	case *csta.SuspendRecordEvent:
		return voice(fsmpb.EventType_SUSPEND_RECORD, &m.VoiceEvent)
	case *csta.CallInformationEvent:
		e := common(fsmpb.EventType_CALL_INFORMATION, m.Connection, m.Device, "", "", m.Extensions)
		e.Calling = party(m.CallingDevice)
		return ride(e, m.CorrelatorData, m.UserData, m.AccountInfo, nil)
	}
	return nil
}

// count reads a number that may be absent, which is not the same as 0.
func count(n *int) *int32 {
	if n == nil {
		return nil
	}
	return new(small(*n))
}

func small(n int) int32 { return int32(min(max(n, 0), 1<<30)) }

func agentEvent(m csta.Message) *fsmpb.AgentEvent {
	event := func(t fsmpb.EventType, d csta.SubjectDeviceID, id string, group csta.DeviceID, pending csta.AgentState,
		cause csta.EventCause, ext *csta.Extensions) *fsmpb.AgentEvent {
		e := &fsmpb.AgentEvent{
			Type: t, AgentId: strings.Clone(id), Group: number(group), Cause: strings.Clone(string(cause)),
			Pending: agentStates[pending], Private: private.Pack(ext),
		}
		if d.Kind == csta.DeviceIdentifier {
			e.Device = number(d.Device)
		}
		return e
	}
	switch m := m.(type) {
	case *csta.AgentLoggedOnEvent: // its password stays behind
		return event(fsmpb.EventType_AGENT_LOGGED_ON, m.AgentDevice, m.AgentID, m.AcdGroup, "", m.Cause, m.Extensions)
	case *csta.AgentLoggedOffEvent:
		return event(fsmpb.EventType_AGENT_LOGGED_OFF, m.AgentDevice, m.AgentID, m.AcdGroup, "", m.Cause, m.Extensions)
	case *csta.AgentReadyEvent:
		return event(fsmpb.EventType_AGENT_READY_EVENT, m.AgentDevice, m.AgentID, m.AcdGroup, "", m.Cause, m.Extensions)
	case *csta.AgentNotReadyEvent:
		return event(fsmpb.EventType_AGENT_NOT_READY_EVENT, m.AgentDevice, m.AgentID, m.AcdGroup, "", m.Cause, m.Extensions)
	case *csta.AgentBusyEvent:
		return event(fsmpb.EventType_AGENT_BUSY_EVENT, m.AgentDevice, m.AgentID, m.AcdGroup, m.PendingAgentState, m.Cause, m.Extensions)
	case *csta.AgentWorkingAfterCallEvent:
		return event(fsmpb.EventType_AGENT_WORKING_AFTER_CALL_EVENT, m.AgentDevice, m.AgentID, m.AcdGroup, m.PendingAgentState, m.Cause, m.Extensions)
	}
	return nil
}

func featureEvent(m csta.Message) *fsmpb.FeatureEvent {
	event := func(t fsmpb.EventType, d csta.SubjectDeviceID, cause csta.EventCause) *fsmpb.FeatureEvent {
		e := &fsmpb.FeatureEvent{Type: t, Cause: strings.Clone(string(cause))}
		if d.Kind == csta.DeviceIdentifier {
			e.Device = number(d.Device)
		}
		return e
	}
	switch m := m.(type) {
	case *csta.DoNotDisturbEvent:
		e := event(fsmpb.EventType_DO_NOT_DISTURB, m.Device, "")
		e.On = m.DoNotDisturbOn
		return e
	case *csta.ForwardingEvent:
		e := event(fsmpb.EventType_FORWARDING, m.Device, "")
		e.On = m.ForwardStatus
		e.Forward = forward(m.ForwardingType, m.ForwardStatus, m.ForwardTo)
		return e
	case *csta.BackInServiceEvent:
		return event(fsmpb.EventType_BACK_IN_SERVICE, m.Device, m.Cause)
	case *csta.OutOfServiceEvent:
		return event(fsmpb.EventType_OUT_OF_SERVICE, m.Device, m.Cause)
	case *csta.PartiallyInServiceEvent:
		return event(fsmpb.EventType_PARTIALLY_IN_SERVICE, m.Device, m.Cause)
	}
	return nil
}

func forward(t csta.ForwardingType, on bool, to csta.DeviceID) *fsmpb.Forward {
	return &fsmpb.Forward{Type: strings.Clone(string(t)), On: on, Destination: number(to)}
}
