package xsilink

import (
	"context"

	"github.com/holdline/holdline/transport/xsi"
)

// How do not disturb and the forwardings were set while nobody listened: the interface's
// public facts don't say whether a subscription or its refresh tells. So each is asked
// for once, behind everything else, when a connection begins to watch a user. An event
// counts for more than the answer, which may be older.

// services are the services by the packages that tell of them.
var services = map[xsi.Package]xsi.ServiceName{
	xsi.PackageDoNotDisturb:           xsi.ServiceDoNotDisturb,
	xsi.PackageCallForwardingAlways:   xsi.ServiceCallForwardingAlways,
	xsi.PackageCallForwardingBusy:     xsi.ServiceCallForwardingBusy,
	xsi.PackageCallForwardingNoAnswer: xsi.ServiceCallForwardingNoAnswer,
}

// serviceOf is one user's service, by the type of its event.
type serviceOf struct {
	device string
	event  xsi.EventType
}

// lookAtServices asks how the services of a device are.
func (c *Conn) lookAtServices(device string) {
	for _, p := range c.packages(device) {
		if name, ok := services[p]; ok {
			c.ask(&task{class: idle, run: func(ctx context.Context) { c.lookAt(ctx, device, name) }})
		}
	}
}

func (c *Conn) lookAt(ctx context.Context, device string, name xsi.ServiceName) {
	of := serviceOf{device, xsi.EventType(name + "Event")}
	told := false
	if c.settle(func() { told = c.serviceTold[of] }); told {
		return
	}
	var s *xsi.Service
	err := c.timed(func() (err error) {
		s, err = c.client.User(c.userID(device)).Service(ctx, name)
		return err
	})
	if err != nil {
		if ctx.Err() == nil && !refused(err) { // who lacks the service has it off
			c.o.Logger.Info("can't look at a service: its next change tells", "link", c.o.Link, "device", device, "service", name, "error", err)
		}
		return
	}
	c.settle(func() {
		if c.serviceTold[of] || !c.Watches(device) {
			return
		}
		for _, f := range c.serviceFacts(device, &xsi.ServiceEvent{Type: of.event, Active: s.Active, ForwardTo: s.ForwardTo}) {
			c.fact(f)
		}
	})
}
