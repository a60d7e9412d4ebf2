package cstalink

import (
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// number is the key of a device: its identifier without what switches put
// around it. OpenScape Voice writes N<number>name;displayNumber=..;uid=..
func number(d csta.DeviceID) string {
	s := strings.TrimSpace(d.Value)
	if rest, ok := strings.CutPrefix(s, "N<"); ok {
		if n, _, ok := strings.Cut(rest, ">"); ok {
			return strings.Clone(strings.TrimSpace(n))
		}
	}
	return strings.Clone(s)
}

// party reads a SubjectDeviceID; nil is absent.
func party(d csta.SubjectDeviceID) *fsmpb.Party { return choice(d.Kind, d.Device) }

// redirection reads a RedirectionDeviceID; nil is absent.
func redirection(d csta.RedirectionDeviceID) *fsmpb.Party { return choice(d.Kind, d.Device) }

func choice(kind csta.DeviceKind, d csta.DeviceID) *fsmpb.Party {
	switch kind {
	case csta.DeviceIdentifier:
		return named(d)
	case csta.DeviceNotKnown:
		return &fsmpb.Party{Kind: fsmpb.Party_NOT_KNOWN}
	case csta.DeviceRestricted:
		return &fsmpb.Party{Kind: fsmpb.Party_RESTRICTED}
	case csta.DeviceNotRequired:
		return &fsmpb.Party{Kind: fsmpb.Party_NOT_REQUIRED}
	case csta.DeviceNotSpecified:
		return &fsmpb.Party{Kind: fsmpb.Party_NOT_SPECIFIED}
	}
	return nil
}

// named reads a DeviceID as a party; nil is absent.
func named(d csta.DeviceID) *fsmpb.Party {
	if d.IsZero() {
		return nil
	}
	return &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: number(d), TypeOfNumber: strings.Clone(d.TypeOfNumber)}
}

// connection reads a ConnectionID; nil is absent.
func connection(c csta.ConnectionID) *fsmpb.SwitchConn {
	if c.IsZero() {
		return nil
	}
	return &fsmpb.SwitchConn{Call: strings.Clone(c.CallID), Device: number(c.Device)}
}

// subject reads the ConnectionID that an event is about. Servers that leave out
// its device name it in the event.
func subject(c csta.ConnectionID, d csta.SubjectDeviceID) *fsmpb.SwitchConn {
	s := connection(c)
	if s != nil && s.Device == "" && d.Kind == csta.DeviceIdentifier {
		s.Device = number(d.Device)
	}
	return s
}

var states = map[csta.LocalConnectionState]fsmpb.ConnectionState{
	csta.StateNull:      fsmpb.ConnectionState_NULL,
	csta.StateInitiated: fsmpb.ConnectionState_INITIATED,
	csta.StateAlerting:  fsmpb.ConnectionState_ALERTING,
	csta.StateConnected: fsmpb.ConnectionState_CONNECTED,
	csta.StateHold:      fsmpb.ConnectionState_HOLD,
	csta.StateQueued:    fsmpb.ConnectionState_QUEUED_STATE,
	csta.StateFail:      fsmpb.ConnectionState_FAIL,
}

// state reads a connection state; one that the standard doesn't have is unknown.
func state(s csta.LocalConnectionState) fsmpb.ConnectionState {
	if v, ok := states[s]; ok {
		return v
	}
	return fsmpb.ConnectionState_STATE_UNKNOWN
}

// connections reads a connection list.
func connections(items []csta.ConnectionListItem) []*fsmpb.ListItem {
	var list []*fsmpb.ListItem
	for i := range items {
		it := &items[i]
		list = append(list, &fsmpb.ListItem{
			NewConnection: connection(it.NewConnection),
			OldConnection: connection(it.OldConnection),
			Endpoint:      choice(it.Endpoint.Kind, it.Endpoint.Device),
		})
	}
	return list
}

// linkage reads a call's global linkage ID, "" if there is none.
func linkage(d *csta.CallLinkageData) string {
	if d == nil {
		return ""
	}
	return strings.Clone(string(d.GlobalCallData.GlobalCallLinkageID))
}

// callData reads what rides on a call; nil if nothing of it is present. Absent
// parts are nil, empty ones are not.
func callData(correlator, user, account []byte) *fsmpb.CallData {
	if correlator == nil && user == nil && account == nil {
		return nil
	}
	return &fsmpb.CallData{Correlator: correlator, UserData: user, AccountCode: account}
}

var agentStates = map[csta.AgentState]fsmpb.AgentState{
	csta.AgentNull:             fsmpb.AgentState_AGENT_NULL,
	csta.AgentNotReady:         fsmpb.AgentState_AGENT_NOT_READY,
	csta.AgentReady:            fsmpb.AgentState_AGENT_READY,
	csta.AgentBusy:             fsmpb.AgentState_AGENT_BUSY,
	csta.AgentWorkingAfterCall: fsmpb.AgentState_AGENT_WORKING_AFTER_CALL,
}
