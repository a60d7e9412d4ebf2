package fsm

import "github.com/holdline/holdline/fsm/fsmpb"

// What the stuck-call watch goes by. A switch tells nothing more of a call whose
// end it lost, so a call that has been quiet for too long is asked about. How long
// that is differs from device to device: a support desk holds longer than a
// switchboard. Each device learns how long its connections stay in a state.

const (
	typicalWeight = 8   // one sample's share of the average is 1/8
	typicalEnough = 8   // samples before an average counts
	typicalMost   = 255 // samples are counted up to here
	stuckFactor   = 4   // so many times the average is too long,
	stuckRange    = 8   // but no less than an eighth of the setting, and no more than 8 times it
)

// StuckAfter is how long a connection of a device may be in a state, without an
// event of its call, before the switch is asked whether it is still there. In ms;
// 0: for ever.
func (s *State) StuckAfter(d *Device, state fsmpb.ConnectionState) int64 {
	limit, typical := int64(0), (*fsmpb.Typical)(nil)
	switch state {
	case fsmpb.ConnectionState_INITIATED, fsmpb.ConnectionState_ALERTING, fsmpb.ConnectionState_FAIL:
		limit, typical = s.settings.StuckAlertingMs, d.GetAlerting()
	case fsmpb.ConnectionState_QUEUED_STATE:
		limit, typical = s.settings.StuckQueuedMs, d.GetQueued()
	case fsmpb.ConnectionState_HOLD:
		limit, typical = s.settings.StuckHeldMs, d.GetHeld()
	case fsmpb.ConnectionState_CONNECTED:
		limit, typical = s.settings.StuckConnectedMs, d.GetConnected()
	}
	if typical.GetSamples() < typicalEnough {
		return limit
	}
	return min(max(stuckFactor*typical.Ms, limit/stuckRange), stuckRange*limit)
}

// longest carries over what a connection knows of its states to its next state.
func longest(next, old *Connection, now int64) {
	next.AlertingMs, next.QueuedMs, next.HeldMs, next.ConnectedMs = old.AlertingMs, old.QueuedMs, old.HeldMs, old.ConnectedMs
	spent := now - old.SinceMs
	switch old.State {
	case fsmpb.ConnectionState_ALERTING:
		next.AlertingMs = max(next.AlertingMs, spent)
	case fsmpb.ConnectionState_QUEUED_STATE:
		next.QueuedMs = max(next.QueuedMs, spent)
	case fsmpb.ConnectionState_HOLD:
		next.HeldMs = max(next.HeldMs, spent)
	case fsmpb.ConnectionState_CONNECTED:
		next.ConnectedMs = max(next.ConnectedMs, spent)
	}
}

// learn takes a connection that has ended into its device's averages. What nobody
// saw end teaches nothing.
func (t *txn) learn(d *Device, x *Connection) {
	var all Connection
	longest(&all, x, t.timeMS)
	d.Alerting = average(d.Alerting, all.AlertingMs)
	d.Queued = average(d.Queued, all.QueuedMs)
	d.Held = average(d.Held, all.HeldMs)
	d.Connected = average(d.Connected, all.ConnectedMs)
}

func average(a *fsmpb.Typical, ms int64) *fsmpb.Typical {
	switch {
	case ms <= 0:
		return a
	case a == nil:
		return &fsmpb.Typical{Ms: ms, Samples: 1}
	}
	return &fsmpb.Typical{Ms: a.Ms + (ms-a.Ms)/typicalWeight, Samples: min(a.Samples+1, typicalMost)}
}
