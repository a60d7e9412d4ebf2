package xsilink

import (
	"context"
	"errors"
	"net/http"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/xsi"
)

// Execute implements driver.Conn: a client's request becomes one request of
// Xsi-Actions (§3.5.4).
func (c *Conn) Execute(intent uint64, order func() (*driver.Order, error), done func(error)) {
	c.ask(&task{
		class: traffic,
		run: func(ctx context.Context) {
			o, err := order()
			if err != nil {
				c.settle(func() { done(err) })
				return
			}
			act, looked, refusal := c.action(ctx, o)
			if refusal != nil {
				refusal.Intent = intent
				c.outcome(refusal, nil, done)
				return
			}
			if looked { // that took a while
				if _, err = order(); err != nil {
					c.settle(func() { done(err) })
					return
				}
			}
			result := &fsmpb.Outcome{Intent: intent, Result: fsmpb.OutcomeResult_DONE}
			err = c.timed(func() error { return act(ctx, result) })
			switch {
			case err == nil:
				c.outcome(result, nil, done)
			case !xsi.NotObeyed(err):
				c.o.Logger.Warn("what came of a request isn't known", "link", c.o.Link, "intent", intent, "error", err)
				c.settle(func() { done(driver.ErrTimeout) })
			case answered(err):
				result.Result = fsmpb.OutcomeResult_REFUSED
				result.Category, result.Value = c.refusal(o, err)
				c.o.Logger.Info("request refused", "link", c.o.Link, "intent", intent, "error", err)
				c.outcome(result, nil, done)
			default:
				c.settle(func() { done(errors.Join(driver.ErrNotWritten, err)) })
			}
		},
		drop: done,
	})
}

func (c *Conn) outcome(o *fsmpb.Outcome, err error, done func(error)) {
	c.settle(func() {
		c.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Outcome{Outcome: o}})
		done(err)
	})
}

func answered(err error) bool {
	_, ok := errors.AsType[*xsi.StatusError](err)
	return ok
}

// refusal says in CSTA's words (ECMA-323, CSTAErrorCode) why BroadWorks refused.
func (c *Conn) refusal(o *driver.Order, err error) (category, value string) {
	status, _ := errors.AsType[*xsi.StatusError](err)
	switch {
	case status.Is(xsi.ErrOverload):
		return "systemResourceAvailibility", "resourceBusy"
	case status.Status == http.StatusUnauthorized:
		return "systemResourceAvailibility", "resourceOutOfService"
	case status.Status == http.StatusNotFound && o.Request.Service == fsmpb.Service_MAKE_CALL:
		return "operation", "invalidCallingDeviceID"
	case status.Status == http.StatusNotFound && o.First == nil:
		return "operation", "invalidDeviceID"
	case status.Status == http.StatusNotFound:
		return "operation", "invalidConnectionID"
	case status.Status == http.StatusForbidden && c.lost(o.First, o.Second):
		return "operation", "requestIncompatibleWithConnection"
	}
	switch o.Request.Service {
	case fsmpb.Service_MAKE_CALL, fsmpb.Service_CONSULTATION_CALL, fsmpb.Service_SINGLE_STEP_TRANSFER, fsmpb.Service_DEFLECT_CALL:
		return "operation", "invalidDestination"
	case fsmpb.Service_SET_AGENT_STATE:
		return "operation", "invalidAgentState"
	case fsmpb.Service_SET_FORWARDING:
		return "operation", "invalidForwardingDestination"
	case fsmpb.Service_ANSWER_CALL:
		return "stateIncompatibility", "noCallToAnswer"
	case fsmpb.Service_HOLD_CALL:
		return "stateIncompatibility", "noActiveCall"
	case fsmpb.Service_RETRIEVE_CALL:
		return "stateIncompatibility", "noHeldCall"
	case fsmpb.Service_CLEAR_CONNECTION, fsmpb.Service_CLEAR_CALL:
		return "stateIncompatibility", "noConnectionToClear"
	}
	return "stateIncompatibility", "invalidObjectState"
}

// lost notes that BroadWorks refuses to control a call from before a failover: the
// snapshot that is asked for then says so to everybody.
func (c *Conn) lost(conns ...*fsmpb.SwitchConn) (lost bool) {
	c.order.Lock()
	defer c.order.Unlock()
	for _, x := range conns {
		if x == nil {
			continue
		}
		for _, h := range c.view(x.Device).of(x.Call) {
			if h.old {
				h.noControl, lost = true, true
				c.doubt(x.Device, "a call can't be controlled any more")
			}
		}
	}
	return lost
}

// Route implements driver.Conn. Xsi lets an application route calls only as far as
// its controller is ready: there is no dialogue for each call.
func (c *Conn) Route(device string, done func(up, answered bool), _ func()) {
	c.settle(func() {
		c.fact(&fsmpb.Fact{Body: &fsmpb.Fact_RouterUp{RouterUp: &fsmpb.RouterUp{
			Device: device, Category: "operation", Value: "serviceNotSupported",
		}}})
		done(false, true)
	})
}

// Unroute implements driver.Conn.
func (c *Conn) Unroute(_ string, done func()) { c.settle(done) }

// refuse is the outcome of a request that is not put to BroadWorks.
func refuse(category, value string) *fsmpb.Outcome {
	return &fsmpb.Outcome{Result: fsmpb.OutcomeResult_REFUSED, Category: category, Value: value}
}
