package cstaserver

import (
	"strconv"
	"strings"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// routing puts a router's message into the log.
func (c *conn) routing(invoke uint16, m csta.Message) *csta.ErrorCode {
	var put func(*fsmpb.ClientCommand)
	mute := false
	answer := func(id string, a *fsmpb.RouteAnswer) *csta.ErrorCode {
		route, err := strconv.ParseUint(strings.TrimSpace(id), 10, 64)
		if err != nil || !c.routes(route) {
			return refuse(csta.ErrorOperation, csta.OpInvalidRouteingCrossRefID)
		}
		a.Route, mute = route, true
		put = func(cc *fsmpb.ClientCommand) { cc.Body = &fsmpb.ClientCommand_RouteAnswer{RouteAnswer: a} }
		return nil
	}
	var code *csta.ErrorCode
	switch m := m.(type) {
	case *csta.RouteRegister:
		device := deviceNumber(m.RouteingDevice)
		put = func(cc *fsmpb.ClientCommand) {
			cc.Body = &fsmpb.ClientCommand_RegisterRouter{RegisterRouter: &fsmpb.RegisterRouter{Device: device}}
		}
	case *csta.RouteRegisterCancel:
		id, err := strconv.ParseUint(strings.TrimSpace(m.RouteRegisterReqID), 10, 64)
		if err != nil || c.sess.state == unattached {
			return refuse(csta.ErrorOperation, csta.OpInvalidRouteRegistrationCrossRefID)
		}
		put = func(cc *fsmpb.ClientCommand) {
			cc.Body = &fsmpb.ClientCommand_CancelRouter{CancelRouter: &fsmpb.CancelRouter{Registration: id}}
		}
	case *csta.RouteSelect:
		if m.RouteSelected.IsZero() {
			return refuse(csta.ErrorOperation, csta.OpInvalidDestination)
		}
		code = answer(m.CrossRefIdentifier, &fsmpb.RouteAnswer{
			Kind: fsmpb.RouteAnswer_SELECT, Destination: deviceNumber(m.RouteSelected),
			RouteUsedWanted: m.RouteUsedReq != nil && *m.RouteUsedReq, Correlator: m.CorrelatorData,
		})
	case *csta.RouteReject:
		code = answer(m.CrossRefIdentifier, &fsmpb.RouteAnswer{
			Kind: fsmpb.RouteAnswer_REJECT, Reason: string(m.RejectCause), Correlator: m.CorrelatorData,
		})
	case *csta.RouteEnd:
		a := &fsmpb.RouteAnswer{Kind: fsmpb.RouteAnswer_END, Correlator: m.CorrelatorData}
		if e := m.ErrorValue; e != nil {
			a.Reason = string(e.Category) + "/" + string(e.Value)
		}
		code = answer(m.CrossRefIdentifier, a)
	}
	if code == nil {
		c.submit(command{pending: pending{invoke: invoke, name: m.Name()}, put: put, mute: mute})
	}
	return code
}

// routes tells whether a dialogue waits for this client.
func (c *conn) routes(id uint64) bool {
	v := c.l.d.Replica.View()
	r, ok := v.Route(id)
	if !ok || r.Selected || c.sess.state != attached {
		return false
	}
	for g := range v.Registrations() {
		if g.Id == r.Registration {
			return g.Session == c.sess.id
		}
	}
	return false
}

// routeAsked asks the client for a call's destination.
func (c *conn) routeAsked(rec *fsm.Record, k *fsmpb.RouteAsked) {
	if k.Session != c.sess.id || !c.sess.met {
		return
	}
	r := k.Route
	current := r.Current
	if current == nil {
		current = &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: r.Device}
	}
	m := &csta.RouteRequest{
		CrossRefIdentifier: decimal(r.Id), RouteRegisterReqID: decimal(r.Registration), CurrentRoute: subject(current, r.Device),
		CallingDevice: subject(r.Calling, ""), RouteingDevice: csta.Subject(r.Device), RoutedCall: connection(r.Call, r.Device),
		CorrelatorData: r.Data.GetCorrelator(),
	}
	if left := r.DueMs - rec.TimeMs; left > 0 {
		m.ReplyTimeout = new(int(left))
	}
	c.request(m)
}

// routeOver tells the client what became of a routing dialogue, or that its
// registration ended.
func (c *conn) routeOver(rec *fsm.Record, k *fsmpb.RouteOver) {
	if k.Session != c.sess.id {
		return
	}
	id, registration := decimal(k.Route), ""
	if k.Registration != 0 {
		registration = decimal(k.Registration)
	}
	switch {
	case k.Route == 0:
		if registration != "" {
			c.request(&csta.RouteRegisterAbort{RouteRegisterReqID: registration})
		}
	case k.Reroute:
		again := &csta.ReRoute{CrossRefIdentifier: id, RouteRegisterReqID: registration}
		if left := k.DueMs - rec.TimeMs; left > 0 {
			again.ReplyTimeout = new(int(left))
		}
		c.request(again)
	case k.IsUsed:
		c.request(&csta.RouteUsed{CrossRefIdentifier: id, RouteRegisterReqID: registration, RouteUsed: subject(k.Used, "")})
	default:
		end := &csta.RouteEnd{CrossRefIdentifier: id, RouteRegisterReqID: registration}
		if category, value, ok := strings.Cut(k.Reason, "/"); ok {
			end.ErrorValue = refuse(csta.ErrorCategory(category), csta.ErrorValue(value))
		}
		c.request(end)
	}
}
