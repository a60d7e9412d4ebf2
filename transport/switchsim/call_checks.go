package switchsim

// mayAnswer reports why a device can't answer a call now.
func (m *model) mayAnswer(c *call, device string) *cstaError {
	if c.state(device) != Alerting {
		return wrongState("noCallToAnswer")
	}
	return m.mayTalk(c, device)
}

// mayTalk reports whether another call at the device is in the way of this one.
func (m *model) mayTalk(c *call, device string) *cstaError {
	if d := m.device(device); d.kind != station {
		return nil
	}
	for _, other := range m.callsAt(device) {
		if s := other.state(device); other != c && (s == Connected || s == Initiated) {
			return wrongState("connectedCallExists")
		}
	}
	return nil
}

// mayHold reports why a device can't hold a call now: only stations hold, and only calls that somebody else is in.
func (m *model) mayHold(c *call, device string) *cstaError {
	if d := m.devices[device]; d == nil || d.kind != station {
		return operation("requestIncompatibleWithObject")
	}
	if len(c.conns) < 2 {
		return errState
	}
	return nil
}

// mayMerge reports why two calls that meet at a device can't become one.
func (m *model) mayMerge(primary, secondary *call, device string) *cstaError {
	if primary == secondary || m.share(primary, secondary, device) {
		return operation("invalidActiveCallID")
	}
	if !reachable(primary, device) {
		return wrongState("invalidHeldConnectionState")
	}
	if !reachable(secondary, device) {
		return wrongState("invalidActiveConnectionState")
	}
	return nil
}

// reachable reports whether a call has a party besides device that isn't failing.
func reachable(c *call, device string) bool {
	found := false
	for _, k := range c.conns {
		if k.device != device {
			if k.state == Fail || k.state == Initiated {
				return false
			}
			found = true
		}
	}
	return found
}
