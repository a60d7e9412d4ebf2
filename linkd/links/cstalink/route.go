package cstalink

import (
	"errors"
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/csta"
)

// maxDialogues bounds the routing dialogues that are remembered.
const maxDialogues = 4096

// routers are the link's route registrations, by device ("" is every one) and
// by routeRegisterReqID.
type routers struct {
	byDevice map[string]string
	byID     map[string]string
	// dialogues are open ones' registrations, by crossRefIdentifier.
	dialogues map[string]string
	aborted   map[string]func() // by device
}

func newRouters() routers {
	return routers{byDevice: make(map[string]string), byID: make(map[string]string), dialogues: make(map[string]string), aborted: make(map[string]func())}
}

// Route registers this link as the router of a route point; an empty device is
// every route point. The fact says what became of it; done follows it, with
// answered false if the switch gave no answer. aborted is called if the switch
// ends the registration later.
func (c *Conn) Route(device string, done func(up, answered bool), aborted func()) {
	c.ask(&request{
		class: watching,
		build: func() (csta.Message, error) {
			return &csta.RouteRegister{RouteingDevice: csta.DeviceID{Value: device}}, nil
		},
		answered: func(m csta.Message, err error) {
			if err != nil {
				done(false, false)
				return
			}
			up, answered := c.routerAnswer(device, m, aborted)
			done(up, answered)
		},
		late: func(m csta.Message) {
			if up, _ := c.routerAnswer(device, m, aborted); up {
				done(true, true)
			}
		},
	})
}

func (c *Conn) routerAnswer(device string, m csta.Message, aborted func()) (up, answered bool) {
	switch m := m.(type) {
	case *csta.RouteRegisterResponse:
		id := strings.Clone(m.RouteRegisterReqID)
		c.routers.byDevice[device], c.routers.byID[id] = id, device
		c.routers.aborted[device] = aborted
		c.fact(routerFact(&fsmpb.RouterUp{Device: device, Up: true, SwitchRegistration: id}))
		return true, true
	case *csta.CSTAErrorCode:
		c.fact(routerFact(&fsmpb.RouterUp{
			Device: device, Category: strings.Clone(string(m.Category)), Value: strings.Clone(string(m.Value)),
		}))
		return false, true
	}
	return false, false
}

// Unroute cancels a registration, if there is one.
func (c *Conn) Unroute(device string, done func()) {
	c.ask(&request{
		class: watching,
		build: func() (csta.Message, error) {
			c.order.Lock()
			defer c.order.Unlock()
			id, ok := c.routers.byDevice[device]
			if !ok {
				return nil, errAlready
			}
			return &csta.RouteRegisterCancel{RouteRegisterReqID: id}, nil
		},
		answered: func(_ csta.Message, err error) {
			if err == nil || errors.Is(err, driver.ErrTimeout) {
				c.routerDown(device)
			}
			done()
		},
	})
}

func (c *Conn) routerDown(device string) {
	delete(c.routers.byID, c.routers.byDevice[device])
	delete(c.routers.byDevice, device)
	delete(c.routers.aborted, device)
	c.fact(routerFact(&fsmpb.RouterUp{Device: device}))
}

// routerAborted deals with the switch's ending a registration.
func (c *Conn) routerAborted(m *csta.RouteRegisterAbort) {
	if device, ok := c.routers.byID[m.RouteRegisterReqID]; ok {
		aborted := c.routers.aborted[device]
		c.routerDown(device)
		aborted()
	}
}

// routeRequest opens a dialogue.
func (c *Conn) routeRequest(m *csta.RouteRequest) {
	r := &fsmpb.RouteRequested{
		SwitchRoute: strings.Clone(m.CrossRefIdentifier), Call: connection(m.RoutedCall),
		Calling: party(m.CallingDevice), Current: party(m.CurrentRoute),
		Data: callData(m.CorrelatorData, nil, nil),
	}
	if m.ReplyTimeout != nil {
		r.ReplyTimeoutMs = small(*m.ReplyTimeout)
	}
	switch {
	case m.RouteingDevice.Kind == csta.DeviceIdentifier:
		r.Device = number(m.RouteingDevice.Device)
	case c.routers.byID[m.RouteRegisterReqID] != "":
		r.Device = c.routers.byID[m.RouteRegisterReqID]
	case m.CurrentRoute.Kind == csta.DeviceIdentifier:
		r.Device = number(m.CurrentRoute.Device)
	}
	if m.RouteRegisterReqID != "" && len(c.routers.dialogues) < maxDialogues {
		c.routers.dialogues[r.SwitchRoute] = strings.Clone(m.RouteRegisterReqID)
	}
	c.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouteRequested{RouteRequested: r}})
}

func (c *Conn) routeEnd(m *csta.RouteEnd) {
	e := &fsmpb.RouteEnded{SwitchRoute: strings.Clone(m.CrossRefIdentifier)}
	if m.ErrorValue != nil {
		e.Reason = string(m.ErrorValue.Category) + "/" + string(m.ErrorValue.Value)
	}
	delete(c.routers.dialogues, m.CrossRefIdentifier)
	c.fact(routeFact(e))
}

// dialogue puts the switch's registration into a message of a routing dialogue.
func (c *Conn) dialogue(m csta.Message) {
	c.order.Lock()
	defer c.order.Unlock()
	switch m := m.(type) {
	case *csta.RouteSelect:
		m.RouteRegisterReqID = c.routers.dialogues[m.CrossRefIdentifier]
	case *csta.RouteReject:
		m.RouteRegisterReqID = c.routers.dialogues[m.CrossRefIdentifier]
	case *csta.RouteEnd:
		m.RouteRegisterReqID = c.routers.dialogues[m.CrossRefIdentifier]
		delete(c.routers.dialogues, m.CrossRefIdentifier)
	}
}

func routeFact(e *fsmpb.RouteEnded) *fsmpb.Fact {
	return &fsmpb.Fact{Body: &fsmpb.Fact_RouteEnded{RouteEnded: e}}
}

func routerFact(r *fsmpb.RouterUp) *fsmpb.Fact {
	return &fsmpb.Fact{Body: &fsmpb.Fact_RouterUp{RouterUp: r}}
}
