package xsilink

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// facts maps an event to facts, in their order. The caller holds order.
func (c *Conn) facts(device string, e *xsi.SubscriptionEvent) []*fsmpb.Fact {
	switch d := e.Data.(type) {
	case *xsi.CallEvent:
		return c.callFacts(device, d)
	case *xsi.CallsRedirected:
		return c.redirectedFacts(device, d)
	case *xsi.ConferenceEvent:
		return c.conferenceFacts(device, d)
	case *xsi.CallSnapshot:
		return c.callSnapshot(device, d)
	case *xsi.QueueEvent:
		return c.queueFacts(device, d)
	case *xsi.PolicyEvent:
		return c.policyFacts(device, d)
	case *xsi.QueueSnapshot:
		return c.queueSnapshot(device, d)
	case *xsi.RoutePointEvent:
		return c.routePointFacts(device, d)
	case *xsi.RoutePointSnapshot:
		return c.routePointSnapshot(device, d)
	case *xsi.RoutePointFailedEvent:
		return feature(device, &fsmpb.FeatureEvent{Type: fsmpb.EventType_OUT_OF_SERVICE})
	case *xsi.RoutePointRecoveredEvent:
		return feature(device, &fsmpb.FeatureEvent{Type: fsmpb.EventType_BACK_IN_SERVICE})
	case *xsi.AgentStateEvent:
		return c.agentFacts(device, &d.Info)
	case *xsi.AgentSubscriptionEvent:
		return c.agentFacts(device, d.State)
	case *xsi.ServiceEvent:
		c.serviceTold[serviceOf{device, d.Type}] = true
		return c.serviceFacts(device, d)
	case *xsi.HookStatusEvent, *xsi.AgentJoinEvent, *xsi.DispositionCodeEvent:
		return nil // CSTA has no event for them
	case *xsi.SubscriptionTerminatedEvent:
		if id, ok := c.subs.id(device); ok && id == e.SubscriptionID {
			c.ended(device)
		}
		return nil
	}
	c.odd("unknown event")
	return nil
}
