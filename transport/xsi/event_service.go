package xsi

// ServiceEvent tells how a service of the target is set: do not disturb, or one
// of the forwardings.
type ServiceEvent struct {
	Type       EventType
	Unassigned bool // the user doesn't have the service
	Active     *bool
	ForwardTo  Address // of the forwardings
	RingSplash *bool   // not of CallForwardingBusy and CallForwardingNoAnswer
	Rings      *int    // of CallForwardingNoAnswer: 0, or 2 to 20
}

// serviceShape says what one type of ServiceEvent has beside Active.
type serviceShape struct{ forwardTo, ringSplash, rings rule }

var serviceShapes = map[EventType]serviceShape{
	DoNotDisturb:                  {ringSplash: opt},
	CallForwardingAlways:          {forwardTo: opt, ringSplash: opt},
	CallForwardingAlwaysSecondary: {forwardTo: opt, ringSplash: opt},
	CallForwardingBusy:            {forwardTo: opt},
	CallForwardingNoAnswer:        {forwardTo: opt, rings: opt},
}

// EventType is e.Type.
func (e *ServiceEvent) EventType() EventType { return e.Type }

func (e *ServiceEvent) fields(c *coder) {
	empty(c, "unassigned", &e.Unassigned, opt)
	info := (*serviceInfo)(e)
	group(c, "info", info.isSet(), info, opt)
}

type serviceInfo ServiceEvent

func (i *serviceInfo) isSet() bool {
	return i.Active != nil || i.ForwardTo.URI != "" || i.RingSplash != nil || i.Rings != nil
}

func (i *serviceInfo) fields(c *coder) {
	has := serviceShapes[i.Type]
	boolean(c, "active", &i.Active, opt)
	i.ForwardTo.child(c, "forwardToPhoneNumber", has.forwardTo)
	boolean(c, "ringSplash", &i.RingSplash, has.ringSplash)
	number(c, "numberOfRings", &i.Rings, 0, has.rings)
}
