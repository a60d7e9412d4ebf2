package cstaserver

import (
	"context"
	"errors"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/csta"
)

// answer gives the answers that waited for the end of the feed.
func (c *conn) answer(v *fsm.State) {
	due := c.due
	c.due = nil
	for _, give := range due {
		give(v)
	}
}

// fresh gives an answer about devices out of the state, after the switch was
// asked about those that are not verified, and after everything that was
// committed before was told.
func (c *conn) fresh(invoke uint16, devices []string, give answer) {
	v := c.l.d.Replica.View()
	var stale []string
	for _, d := range devices {
		if c.stale(v, d) {
			stale = append(stale, d)
		}
	}
	if len(stale) == 0 {
		c.due = append(c.due, give)
		return
	}
	c.sess.queries++
	c.task(func(ctx context.Context) func() {
		err := c.verify(ctx, stale)
		return func() {
			c.sess.queries--
			if err != nil {
				code := errorCode(err)
				c.fail(invoke, code.Category, code.Value)
				return
			}
			c.due = append(c.due, give)
		}
	})
}

// stale tells whether the switch has to be asked about a device, and can be.
func (c *conn) stale(v *fsm.State, device string) bool {
	sw, ok := v.Switch(c.l.o.Switch)
	if !ok || !sw.LinkUp || sw.Epoch == 0 {
		return false
	}
	if driver.Forgets(sw.Protocol) {
		return true
	}
	d, ok := v.Device(c.l.o.Switch, device)
	return !ok || d.MonitoredEpoch != sw.Epoch || d.VerifiedEpoch != sw.Epoch
}

// verify has devices snapshotted and waits until that is done, or long enough.
func (c *conn) verify(ctx context.Context, devices []string) error {
	ctx, cancel := context.WithTimeout(ctx, awaitSnapshot)
	defer cancel()
	replica, sw := c.l.d.Replica, c.l.o.Switch
	asked := make(map[string]uint64, len(devices)) // resyncs that were asked for before
	for _, d := range devices {
		if known, ok := replica.View().Device(sw, d); ok {
			asked[d] = known.Resync
		}
		_, err := c.l.d.Log.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_RequestResync{
			RequestResync: &fsmpb.RequestResync{Switch: sw, Device: d, By: "client " + c.sess.client.Name},
		}})
		var refused *fsm.Refusal
		switch {
		case errors.As(err, &refused):
			return err
		case err != nil:
			return nil // what the state holds has to do
		}
	}
	for {
		changed := replica.Changed()
		if c.verified(replica.View(), asked, devices) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil // what the state holds has to do
		}
	}
}

func (c *conn) verified(v *fsm.State, asked map[string]uint64, devices []string) bool {
	sw, ok := v.Switch(c.l.o.Switch)
	if !ok || !sw.LinkUp {
		return true // nothing to wait for
	}
	for _, id := range devices {
		d, ok := v.Device(c.l.o.Switch, id)
		if ok && (d.Resync == asked[id] || d.VerifiedEpoch != sw.Epoch) {
			return false
		}
	}
	return true
}

func (c *conn) snapshotDevice(invoke uint16, m *csta.SnapshotDevice) *csta.ErrorCode {
	id := deviceNumber(m.SnapshotObject)
	if id == "" {
		return refuse(csta.ErrorOperation, csta.OpInvalidDeviceID)
	}
	c.fresh(invoke, []string{id}, func(v *fsm.State) {
		d, ok := v.Device(c.l.o.Switch, id)
		if !ok {
			c.fail(invoke, csta.ErrorOperation, csta.OpInvalidDeviceID)
			return
		}
		response, segments, err := csta.AnswerSnapshotDevice(deviceSnapshot(v, d), c.mint(), c.asso.edition)
		if err != nil {
			c.log.Error("snapshot not sent", "device", id, "error", err)
			c.fail(invoke, csta.ErrorOperation, csta.OpGeneric)
			return
		}
		c.send(invoke, response)
		for _, s := range segments {
			c.request(s)
		}
	})
	return nil
}

// deviceSnapshot gives the calls at a device, each with the states of all its
// connections, the device's own first.
func deviceSnapshot(v *fsm.State, d *fsm.Device) []csta.SnapshotDeviceResponseInfo {
	infos := []csta.SnapshotDeviceResponseInfo{}
	for _, id := range d.Calls {
		call, ok := v.Call(id)
		if !ok {
			continue
		}
		info := csta.SnapshotDeviceResponseInfo{ConnectionIdentifier: connection(id, d.Id), CallLinkageData: linkage(call.Linkage)}
		var own, others []csta.LocalConnectionState
		known := true
		far := ""
		for _, p := range call.Connections {
			state := localState(p.State)
			known = known && state != ""
			if p.Device == d.Id {
				own = append(own, state)
			} else {
				others = append(others, state)
				far = p.Device
			}
		}
		if len(others) == 1 {
			info.EndpointDevice = csta.Subject(far)
		}
		if known {
			info.LocalCallState.CompoundCallState = append(own, others...)
		}
		infos = append(infos, info)
	}
	return infos
}

func (c *conn) snapshotCall(invoke uint16, m *csta.SnapshotCall) *csta.ErrorCode {
	id, ok := callID(m.SnapshotObject.CallID)
	if !ok {
		return refuse(csta.ErrorOperation, csta.OpInvalidConnectionID)
	}
	call, ok := c.liveCall(c.l.d.Replica.View(), id)
	if !ok {
		return refuse(csta.ErrorOperation, csta.OpInvalidConnectionID)
	}
	const most = 16 // devices that are asked about
	var devices []string
	for _, p := range call.Connections {
		if d, known := c.l.d.Replica.View().Device(call.Switch, p.Device); known && d.MonitoredEpoch != 0 && len(devices) < most {
			devices = append(devices, p.Device)
		}
	}
	c.fresh(invoke, devices, func(v *fsm.State) {
		call, ok := c.liveCall(v, id)
		if !ok {
			c.fail(invoke, csta.ErrorOperation, csta.OpInvalidConnectionID)
			return
		}
		head := &csta.SnapshotCallResponse{
			CallingDevice: subject(call.Calling, ""), CalledDevice: subject(call.Called, ""),
			CorrelatorData: call.Data.GetCorrelator(), CallLinkageData: linkage(call.Linkage),
		}
		response, segments, err := csta.AnswerSnapshotCall(head, callSnapshot(call), c.mint(), c.asso.edition)
		if err != nil {
			c.log.Error("snapshot not sent", "call", id, "error", err)
			c.fail(invoke, csta.ErrorOperation, csta.OpGeneric)
			return
		}
		c.send(invoke, response)
		for _, s := range segments {
			c.request(s)
		}
	})
	return nil
}

func (c *conn) liveCall(v *fsm.State, id uint64) (*fsm.Call, bool) {
	call, ok := v.Call(id)
	return call, ok && call.Switch == c.l.o.Switch
}

func callSnapshot(call *fsm.Call) []csta.SnapshotCallResponseInfo {
	infos := []csta.SnapshotCallResponseInfo{}
	for _, p := range call.Connections {
		infos = append(infos, csta.SnapshotCallResponseInfo{
			DeviceOnCall: csta.Subject(p.Device), CallIdentifier: connection(call.Id, p.Device), LocalConnectionInfo: localState(p.State),
		})
	}
	return infos
}
