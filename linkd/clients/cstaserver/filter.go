package cstaserver

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// filterBit is the filter's bit for each type of event.
var filterBit = [...]struct {
	event fsmpb.EventType
	bit   csta.FilterBits
}{
	{fsmpb.EventType_BRIDGED, csta.FilterBridged},
	{fsmpb.EventType_CALL_CLEARED, csta.FilterCallCleared},
	{fsmpb.EventType_CONFERENCED, csta.FilterConferenced},
	{fsmpb.EventType_CONNECTION_CLEARED, csta.FilterConnectionCleared},
	{fsmpb.EventType_DELIVERED, csta.FilterDelivered},
	{fsmpb.EventType_DIGITS_DIALED, csta.FilterDigitsDialed},
	{fsmpb.EventType_DIVERTED, csta.FilterDiverted},
	{fsmpb.EventType_ESTABLISHED, csta.FilterEstablished},
	{fsmpb.EventType_FAILED, csta.FilterFailed},
	{fsmpb.EventType_HELD, csta.FilterHeld},
	{fsmpb.EventType_NETWORK_REACHED, csta.FilterNetworkReached},
	{fsmpb.EventType_OFFERED, csta.FilterOffered},
	{fsmpb.EventType_ORIGINATED, csta.FilterOriginated},
	{fsmpb.EventType_QUEUED, csta.FilterQueued},
	{fsmpb.EventType_RETRIEVED, csta.FilterRetrieved},
	{fsmpb.EventType_SERVICE_INITIATED, csta.FilterServiceInitiated},
	{fsmpb.EventType_TRANSFERRED, csta.FilterTransferred},
	{fsmpb.EventType_CALL_INFORMATION, csta.FilterCallInformation},
	{fsmpb.EventType_DIGITS_GENERATED, csta.FilterDigitsGenerated},
	{fsmpb.EventType_AGENT_BUSY_EVENT, csta.FilterAgentBusy},
	{fsmpb.EventType_AGENT_LOGGED_ON, csta.FilterAgentLoggedOn},
	{fsmpb.EventType_AGENT_LOGGED_OFF, csta.FilterAgentLoggedOff},
	{fsmpb.EventType_AGENT_NOT_READY_EVENT, csta.FilterAgentNotReady},
	{fsmpb.EventType_AGENT_READY_EVENT, csta.FilterAgentReady},
	{fsmpb.EventType_AGENT_WORKING_AFTER_CALL_EVENT, csta.FilterAgentWorkingAfterCall},
	{fsmpb.EventType_DO_NOT_DISTURB, csta.FilterDoNotDisturb},
	{fsmpb.EventType_FORWARDING, csta.FilterForwarding},
	{fsmpb.EventType_BACK_IN_SERVICE, csta.FilterBackInService},
	{fsmpb.EventType_OUT_OF_SERVICE, csta.FilterOutOfService},
	{fsmpb.EventType_PARTIALLY_IN_SERVICE, csta.FilterPartiallyInService},
}

const passAll = ^uint64(0)

// unread are the events of the groups private and voice, whose bits are not read.
const unread = uint64(1<<fsmpb.EventType_PRIVATE_EVENT | 1<<fsmpb.EventType_RECORD | 1<<fsmpb.EventType_STOP | 1<<fsmpb.EventType_SUSPEND_RECORD)

// passing gives the types of event that a client's filter lets through. Where a
// bit is absent, the event passes if true means "not sent", and doesn't if true
// means "sent". Without a filter everything passes.
func passing(f *csta.MonitorFilter, p Polarity) uint64 {
	if f.IsZero() {
		return passAll
	}
	pass := passAll
	if p == Wanted {
		pass = unread
	}
	for _, b := range filterBit {
		if f.Present&b.bit == 0 {
			continue
		}
		if (f.Set&b.bit != 0) == (p == Wanted) {
			pass |= 1 << b.event
		} else {
			pass &^= 1 << b.event
		}
	}
	return pass
}

// statusBit is the filter's bit for each status.
var statusBit = map[csta.SystemStatusValue]csta.StatusBits{
	csta.StatusInitializing:      csta.StatusBitInitializing,
	csta.StatusEnabled:           csta.StatusBitEnabled,
	csta.StatusNormal:            csta.StatusBitNormal,
	csta.StatusMessagesLost:      csta.StatusBitMessageLost,
	csta.StatusDisabled:          csta.StatusBitDisabled,
	csta.StatusPartiallyDisabled: csta.StatusBitPartiallyDisabled,
	csta.StatusOverloadImminent:  csta.StatusBitOverloadImminent,
	csta.StatusOverloadReached:   csta.StatusBitOverloadReached,
	csta.StatusOverloadRelieved:  csta.StatusBitOverloadRelieved,
}

// passesStatus tells whether a registration's filter lets a status through.
func passesStatus(f csta.StatusFilter, s csta.SystemStatusValue, p Polarity) bool {
	bit := statusBit[s]
	if f == (csta.StatusFilter{}) {
		return true
	}
	if f.Present&bit == 0 {
		return p != Wanted
	}
	return (f.Set&bit != 0) == (p == Wanted)
}
