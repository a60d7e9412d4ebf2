package fsm

import "github.com/holdline/holdline/fsm/fsmpb"

// source is where a fact comes from.
type source struct {
	link    *Link
	sw      string
	epoch   uint64
	ordinal uint64
}

// maxParties bounds the connections of one call.
const maxParties = 64

// resolveParty gives a party the ID of its device, if it came with an alias.
func (t *txn) resolveParty(sw string, p *fsmpb.Party) {
	if p.GetKind() == fsmpb.Party_DEVICE {
		p.Id = t.DeviceID(sw, p.Id)
	}
}

// isDevice tells whether a party is known by a device's ID.
func isDevice(p *fsmpb.Party) bool {
	return p.GetKind() == fsmpb.Party_DEVICE && goodName(p.GetId())
}

// isParty tells whether a party is this device.
func isParty(p *fsmpb.Party, device string) bool { return isDevice(p) && p.Id == device }

// known tells whether both parties are devices.
func bothKnown(p, q *fsmpb.Party) bool { return isDevice(p) && isDevice(q) }

func deviceParty(id string) *fsmpb.Party {
	return &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: id}
}

// resolveEvent resolves the aliases of a call event. It returns false if the
// event doesn't say which call it is about, or says it in too many bytes.
func (t *txn) resolveEvent(src *source, e *fsmpb.CallEvent) bool {
	if !goodName(e.GetSubject().GetCall()) || len(e.Subject.Device) > maxName || len(e.Via) > maxName {
		return false
	}
	if len(e.GetSecondaryOld().GetCall()) > maxName || len(e.GetSecondaryOld().GetDevice()) > maxName || len(e.Linkage) > maxName {
		return false
	}
	e.Via = t.DeviceID(src.sw, e.Via)
	for _, p := range []*fsmpb.Party{e.Device, e.Calling, e.Called, e.LastRedirection, e.NewDestination, e.Other,
		e.NetworkCalling, e.NetworkCalled, e.Originating, e.GetData().GetOriginalCalled()} {
		t.resolveParty(src.sw, p)
	}
	for _, i := range e.Connections {
		t.resolveParty(src.sw, i.GetEndpoint())
	}
	return true
}

// deviceOf finds out whose connection a switch means. The device of a
// connection identifier may be written otherwise than the device's own ID
// (ECMA-269 allows identifiers that live only as long as the call), so the party
// that stands beside it in the message helps if there is one.
func (t *txn) deviceOf(src *source, c *Call, written string, beside *fsmpb.Party) string {
	id := t.DeviceID(src.sw, written)
	if written != "" {
		for _, x := range c.GetConnections() {
			if x.SwitchDevice == written {
				return x.Device
			}
		}
		if _, ok := t.devices.get(deviceKey(src.sw, id)); ok || connOf(c, id) != nil {
			return id
		}
	}
	if isDevice(beside) {
		return beside.Id
	}
	if !goodName(id) {
		return ""
	}
	return id
}

// subjectDevice is the device of the connection that an event is about; empty
// if it can't be known.
func (t *txn) subjectDevice(src *source, c *Call, e *fsmpb.CallEvent) string {
	switch e.Type {
	case fsmpb.EventType_CALL_CLEARED:
		return ""
	case fsmpb.EventType_CONNECTION_CLEARED:
		// The releasing device need not be the one that is dropped.
		if e.Subject.Device != "" {
			return t.deviceOf(src, c, e.Subject.Device, nil)
		}
	}
	return t.deviceOf(src, c, e.Subject.Device, e.Device)
}

// writtenAs is what to remember of the way in which the switch wrote a device.
func writtenAs(written, device string) string {
	if written == device {
		return ""
	}
	return written
}
