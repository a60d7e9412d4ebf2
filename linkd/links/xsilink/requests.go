package xsilink

import (
	"context"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/xsi"
)

// act carries out a request, and fills in what its answer names.
type act func(ctx context.Context, result *fsmpb.Outcome) error

// action finds out which request of Xsi-Actions a client's request is. looked tells
// that BroadWorks had to be asked for it. A refusal is what it can't be.
func (c *Conn) action(ctx context.Context, o *driver.Order) (a act, looked bool, refusal *fsmpb.Outcome) {
	r := o.Request
	if a, refusal = c.feature(o); a != nil || refusal != nil {
		return a, false, refusal
	}
	switch r.Service {
	case fsmpb.Service_MAKE_CALL:
		return c.dial(r.Device, r.Destination), false, nil
	case fsmpb.Service_CLEAR_CALL:
		o.First = c.anyPart(o.First)
	case fsmpb.Service_CLEAR_CONNECTION:
		o.First = c.leg(o.First)
	}
	if o.First.GetDevice() == "" {
		return nil, false, refuse("operation", "serviceNotSupported")
	}
	device := o.First.Device
	user := c.client.User(c.userID(device))
	first, l1, err := c.find(ctx, o.First)
	if err != nil {
		return nil, true, refuse("operation", "invalidConnectionID")
	}
	var second *half
	l2 := false
	if o.Second != nil {
		if second, l2, err = c.find(ctx, o.Second); err != nil {
			return nil, true, refuse("operation", "invalidConnectionID")
		}
	}
	looked = l1 || l2
	meets := c.inConference(device, first)
	switch r.Service {
	case fsmpb.Service_ANSWER_CALL:
		a = func(ctx context.Context, _ *fsmpb.Outcome) error { return user.Talk(ctx, first.id) }
	case fsmpb.Service_RETRIEVE_CALL:
		a = func(ctx context.Context, _ *fsmpb.Outcome) error {
			if meets {
				return user.TalkConference(ctx)
			}
			return user.Talk(ctx, first.id)
		}
	case fsmpb.Service_HOLD_CALL:
		a = func(ctx context.Context, _ *fsmpb.Outcome) error {
			if meets {
				return user.HoldConference(ctx)
			}
			return user.Hold(ctx, first.id)
		}
	case fsmpb.Service_CLEAR_CONNECTION, fsmpb.Service_CLEAR_CALL:
		whole := meets && (r.Service == fsmpb.Service_CLEAR_CALL || r.First.GetDevice() == device)
		a = func(ctx context.Context, _ *fsmpb.Outcome) error {
			switch {
			case whole:
				return user.EndConference(ctx)
			case first.state == xsi.CallAlerting && first.personality == xsi.Terminator:
				return user.Decline(ctx, first.id, xsi.DeclineBusy) // without it the phone would only stop ringing
			}
			return user.Release(ctx, first.id)
		}
	case fsmpb.Service_CONSULTATION_CALL:
		a = c.dial(device, r.Destination) // it holds the active call
	case fsmpb.Service_SINGLE_STEP_TRANSFER, fsmpb.Service_DEFLECT_CALL:
		a = func(ctx context.Context, _ *fsmpb.Outcome) error {
			return user.BlindTransfer(ctx, first.id, r.Destination)
		}
	case fsmpb.Service_GENERATE_DIGITS:
		digits := string(o.Secret.Digits)
		a = func(ctx context.Context, _ *fsmpb.Outcome) error { return user.TransmitDTMF(ctx, first.id, digits) }
	}
	if a == nil && second != nil {
		a = c.actOnTwo(user, r.Service, device, first, second)
	}
	if a == nil {
		return nil, false, refuse("operation", "serviceNotSupported")
	}
	return a, looked, nil
}

// actOnTwo is a request about an active call and a held one.
func (c *Conn) actOnTwo(user xsi.User, s fsmpb.Service, device string, active, held *half) act {
	switch s {
	case fsmpb.Service_ALTERNATE_CALL:
		return func(ctx context.Context, _ *fsmpb.Outcome) error { return user.Talk(ctx, held.id) } // it holds the active call
	case fsmpb.Service_RECONNECT_CALL:
		return func(ctx context.Context, _ *fsmpb.Outcome) error { return user.Reconnect(ctx, held.id) }
	case fsmpb.Service_TRANSFER_CALL:
		return func(ctx context.Context, _ *fsmpb.Outcome) error {
			return user.ConsultTransfer(ctx, held.id, active.id)
		}
	case fsmpb.Service_CONFERENCE_CALL:
		grows, other := c.inConference(device, held), active
		if c.inConference(device, active) {
			grows, other = true, held
		}
		return func(ctx context.Context, _ *fsmpb.Outcome) error {
			if grows {
				return user.AddToConference(ctx, other.id)
			}
			return user.Confer(ctx, held.id, active.id)
		}
	}
	return nil
}

// dial makes a call. Its answer names it.
func (c *Conn) dial(device, destination string) act {
	return func(ctx context.Context, result *fsmpb.Outcome) error {
		info, err := c.client.User(c.userID(device)).Dial(ctx, xsi.DialRequest{Address: destination})
		if err != nil {
			return err
		}
		result.Connection = &fsmpb.SwitchConn{Call: info.ExternalTrackingID, Device: device}
		result.Linkage = info.ExternalTrackingID
		return nil
	}
}

// find finds a device's half of a call: among what is known of it, or else by asking
// BroadWorks. looked tells that it was asked.
func (c *Conn) find(ctx context.Context, x *fsmpb.SwitchConn) (h *half, looked bool, err error) {
	if h := c.halfOf(x); h != nil {
		return h, false, nil
	}
	user := c.client.User(c.userID(x.Device))
	list, err := user.Calls(ctx)
	if err != nil {
		return nil, true, err
	}
	for _, one := range list {
		call, err := user.Call(ctx, one.CallID, false)
		if err == nil && (call.ExtTrackingID == x.Call || len(list) == 1) {
			return &half{id: call.CallID, tracking: call.ExtTrackingID, personality: call.Personality, state: call.State,
				far: c.deviceOf(call.RemoteParty)}, true, nil
		}
	}
	return nil, true, xsi.ErrNotFound
}

// halfOf finds a device's half of a call among what is known. A party of a
// conference may have it under another tracking ID.
func (c *Conn) halfOf(x *fsmpb.SwitchConn) *half {
	c.order.Lock()
	defer c.order.Unlock()
	v := c.views[x.Device]
	if v == nil {
		return nil
	}
	if list := v.of(x.Call); len(list) > 0 {
		return list[0]
	}
	if v.conference != nil {
		for _, id := range v.conference.members {
			if h := v.halves[id]; h != nil {
				return h
			}
		}
	}
	if live := v.live(); len(live) == 1 {
		return live[0]
	}
	return nil
}

func (c *Conn) inConference(device string, h *half) bool {
	c.order.Lock()
	defer c.order.Unlock()
	v := c.views[device]
	return v != nil && v.conference.has(h.id)
}

// anyPart is a connection of a call that BroadWorks lets us end the whole call by: a
// conference's controller has the say, else any user in it.
func (c *Conn) anyPart(x *fsmpb.SwitchConn) *fsmpb.SwitchConn {
	if x == nil || x.Device != "" {
		return x
	}
	c.order.Lock()
	defer c.order.Unlock()
	found := ""
	for device, v := range c.views {
		for _, h := range v.of(x.Call) {
			switch {
			case c.o.Kind(device) != Person || h.detached:
			case v.conference.has(h.id):
				return &fsmpb.SwitchConn{Call: x.Call, Device: device}
			case found == "" || device < found:
				found = device
			}
		}
	}
	return &fsmpb.SwitchConn{Call: x.Call, Device: found}
}

// leg is the connection by which a party can be taken out of a call: its own, if it
// is a user that is watched, else that of the conference's controller with it.
func (c *Conn) leg(x *fsmpb.SwitchConn) *fsmpb.SwitchConn {
	if x == nil {
		return nil
	}
	c.order.Lock()
	defer c.order.Unlock()
	if v := c.views[x.Device]; v != nil && len(v.live()) > 0 {
		return x
	}
	for device, v := range c.views {
		for _, h := range v.live() {
			if h.far == x.Device && v.conference.has(h.id) {
				return &fsmpb.SwitchConn{Call: h.tracking, Device: device}
			}
		}
	}
	return x
}
