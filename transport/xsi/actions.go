package xsi

import "strconv"

// Documents of Xsi-Actions.

// Calls lists a user's calls (GET calls).
type Calls struct{ Calls []CallInfo }

// CallInfo names one call of a list.
type CallInfo struct {
	InConference bool
	CallID       string
	URI          string
}

// Root is "Calls".
func (*Calls) Root() string { return "Calls" }

func (d *Calls) fields(c *coder) { many(c, "call", &d.Calls, opt) }

func (i *CallInfo) attributes(c *coder) {
	if c.mode == writing {
		c.attribute("inConference", strconv.FormatBool(i.InConference))
		return
	}
	if v := c.scan.attribute(c.scan.attrsOf(c.scan.tag), "inConference"); v != "" {
		b, ok := parseBoolean(v)
		if !ok {
			c.bad("inConference")
		}
		i.InConference = b
	}
}

func (i *CallInfo) fields(c *coder) {
	text(c, "callId", &i.CallID, req)
	text(c, "uri", &i.URI, opt)
}

// CallStartInfo names the call that a request began.
type CallStartInfo struct {
	CallID             string // for click-to-dial it changes once the call rings out
	ExternalTrackingID string
}

// Root is "CallStartInfo".
func (*CallStartInfo) Root() string { return "CallStartInfo" }

func (d *CallStartInfo) fields(c *coder) {
	text(c, "callId", &d.CallID, req)
	text(c, "externalTrackingId", &d.ExternalTrackingID, req)
}

// HookStatus is the state of a user's phone (GET calls/HookStatus).
type HookStatus struct{ Status HookState }

// Root is "HookStatus".
func (*HookStatus) Root() string { return "HookStatus" }

func (d *HookStatus) fields(c *coder) { text(c, "hookStatus", &d.Status, req) }

// ApplicationController is the readiness of an application that routes calls
// at route points (§3.5.15.1).
type ApplicationController struct{ State ControllerState }

// ControllerState is the state of an ApplicationController.
type ControllerState string

// The values of ControllerState.
const (
	ControllerReady    ControllerState = "ready" // refused while the channel set is empty
	ControllerNotReady ControllerState = "not ready"
)

// Root is "ApplicationController".
func (*ApplicationController) Root() string { return "ApplicationController" }

func (d *ApplicationController) fields(c *coder) { text(c, "state", &d.State, req) }
