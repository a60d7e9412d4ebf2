package xsilink

import (
	"context"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/xsi"
)

// agentStates are BroadWorks' words for what is asked of an agent
// (RequestedAgentState, ECMA-323).
var agentStates = map[string]xsi.AgentState{
	"loggedOn": xsi.AgentSignIn, "loggedOff": xsi.AgentSignOut, "ready": xsi.AgentAvailable,
	"notReady": xsi.AgentUnavailable, "workingAfterCall": xsi.AgentWrapUp,
}

// forwardServices are the services by the forwardingTypes of ECMA-323; forwarding
// without a type is immediate.
var forwardServices = map[string]xsi.ServiceName{
	"":                 xsi.ServiceCallForwardingAlways,
	"forwardImmediate": xsi.ServiceCallForwardingAlways,
	"forwardBusy":      xsi.ServiceCallForwardingBusy,
	"forwardNoAns":     xsi.ServiceCallForwardingNoAnswer,
}

// feature finds out which setting of a user's services a request is. Both are nil if it
// is about no device's features.
func (c *Conn) feature(o *driver.Order) (a act, refusal *fsmpb.Outcome) {
	r := o.Request
	user := c.client.User(c.userID(r.Device))
	switch r.Service {
	case fsmpb.Service_SET_AGENT_STATE:
		state, ok := agentStates[r.Option]
		switch {
		case !ok:
			return nil, refuse("operation", "invalidAgentState")
		case r.AgentId != "" && r.AgentId != r.Device:
			return nil, refuse("operation", "invalidAgentIdentifier") // an agent is the user
		case r.Group != "":
			return nil, refuse("operation", "invalidAgentGroup") // BroadWorks has one state for all queues
		}
		return func(ctx context.Context, _ *fsmpb.Outcome) error {
			return user.SetAgent(ctx, xsi.CallCenter{State: state})
		}, nil
	case fsmpb.Service_SET_DO_NOT_DISTURB:
		s := xsi.Service{Name: xsi.ServiceDoNotDisturb, Active: &r.On}
		return func(ctx context.Context, _ *fsmpb.Outcome) error { return user.SetService(ctx, s) }, nil
	case fsmpb.Service_SET_FORWARDING:
		name, ok := forwardServices[r.Option]
		if !ok {
			return nil, refuse("operation", "invalidForwardingType")
		}
		s := xsi.Service{Name: name, Active: &r.On}
		if r.On {
			s.ForwardTo = xsi.Address{URI: r.Destination} // empty: where it went before
		}
		return func(ctx context.Context, _ *fsmpb.Outcome) error { return user.SetService(ctx, s) }, nil
	}
	return nil, nil
}
