package xsi

import (
	"context"
	"net/http"
)

// Settings of a user's services (Xsi-Actions, user/{userId}/services). A service's
// document is named like the service, and so is the last part of its path; clients in
// the field write that with capitals or without.

// ServiceName is a service whose settings are one document.
type ServiceName string

// The values of ServiceName.
const (
	ServiceDoNotDisturb           ServiceName = "DoNotDisturb"
	ServiceCallForwardingAlways   ServiceName = "CallForwardingAlways"
	ServiceCallForwardingBusy     ServiceName = "CallForwardingBusy"
	ServiceCallForwardingNoAnswer ServiceName = "CallForwardingNoAnswer"
)

// Service is how a service is set. In a request, what isn't set stays as it is.
type Service struct {
	Name       ServiceName
	Active     *bool
	ForwardTo  Address // of the forwardings
	RingSplash *bool   // not of CallForwardingBusy and CallForwardingNoAnswer
	Rings      *int    // of CallForwardingNoAnswer: 0, or 2 to 20
}

// Root is s.Name.
func (s *Service) Root() string { return string(s.Name) }

func (s *Service) fields(c *coder) {
	i := serviceInfo{EventType(s.Name + "Event"), false, s.Active, s.ForwardTo, s.RingSplash, s.Rings}
	i.fields(c)
	s.Active, s.ForwardTo, s.RingSplash, s.Rings = i.Active, i.ForwardTo, i.RingSplash, i.Rings
}

// CallCenter is how a user is set as an agent: one state for all queues. Settings of
// its other elements stay as they are.
type CallCenter struct {
	State           AgentState
	UnavailableCode string
}

// Root is "CallCenter".
func (*CallCenter) Root() string { return "CallCenter" }

func (d *CallCenter) fields(c *coder) {
	text(c, "agentACDState", &d.State, opt)
	text(c, "agentUnavailableCode", &d.UnavailableCode, opt)
}

// Service returns how a service of the user is set.
func (u User) Service(ctx context.Context, name ServiceName) (*Service, error) {
	return ask[*Service](ctx, u.server, request{method: http.MethodGet, path: u.services + string(name)})
}

// SetService changes how a service of the user is set.
func (u User) SetService(ctx context.Context, s Service) error {
	return u.server.tell(ctx, request{method: http.MethodPut, path: u.services + string(s.Name), body: &s})
}

// SetAgent changes the state of the agent that the user is.
func (u User) SetAgent(ctx context.Context, to CallCenter) error {
	return u.server.tell(ctx, request{method: http.MethodPut, path: u.services + to.Root(), body: &to})
}
