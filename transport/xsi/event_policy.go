package xsi

// PolicyEvent tells of a call that came to a queue or route point and did not
// enter it: a policy sent it on, it was rejected, or it waits to be admitted.
type PolicyEvent struct {
	Type             EventType
	CallID           string
	ExtTrackingID    string
	Name             string // of the queue or route point
	Number           Address
	RemoteParty      Party     // who calls
	ReceiveTime      Timestamp // RoutePointNewCall's
	Redirect         *Redirect
	TreatmentStarted bool
	Redirections     []Redirection
	// Reason is why a treatment ended (EOF or remoteRelease), or why the call
	// was rejected (CallRejectRequested, CallAdmissionTimeout, CallAbandoned).
	Reason string
}

// policyShape says how one type of PolicyEvent spells the name, the number and
// the reason, and what it has.
type policyShape struct {
	name, number, reasonName                                          string
	receiveTime, redirect, treatmentStarted, redirections, reasonRule rule
}

var policyShapes = map[EventType]policyShape{
	ACDCallForwarded:                   policyApplied("acdName", "acdNumber"),
	ACDHolidayPolicyApplied:            policyApplied("acdName", "acdNumber"),
	ACDNightPolicyApplied:              policyApplied("acdName", "acdNumber"),
	ACDCallForwardedTreatmentCompleted: policyTreated("acdName", "acdNumber"),
	ACDHolidayPolicyTreatmentCompleted: policyTreated("acdName", "acdNumber"),
	ACDNightPolicyTreatmentCompleted:   policyTreated("acdName", "acdNumber"),

	RoutePointCallForwarded:                   policyApplied("routePointName", "routePointNumber"),
	RoutePointHolidayPolicyApplied:            policyApplied("routePointName", "routePointNumber"),
	RoutePointNightPolicyApplied:              policyApplied("routePointName", "routePointNumber"),
	RoutePointCallForwardedTreatmentCompleted: policyTreated("routePointName", "routePointNumber"),
	RoutePointHolidayPolicyTreatmentCompleted: policyTreated("routePointName", "routePointNumber"),
	RoutePointNightPolicyTreatmentCompleted:   policyTreated("routePointName", "routePointNumber"),

	RoutePointNewCall: {
		name: "routePointName", number: "routePointNumber", reasonName: "reason", receiveTime: req, redirections: opt,
	},
	RoutePointCallRejected: {
		name: "routePointName", number: "routePointNumber", reasonName: "rejectReason", redirections: opt, reasonRule: req,
	},
}

func policyApplied(name, number string) policyShape {
	return policyShape{
		name: name, number: number, reasonName: "reason", redirect: opt, treatmentStarted: opt, redirections: opt,
	}
}

func policyTreated(name, number string) policyShape {
	return policyShape{name: name, number: number, reasonName: "reason", redirect: opt, reasonRule: req}
}

// EventType is e.Type.
func (e *PolicyEvent) EventType() EventType { return e.Type }

func (e *PolicyEvent) fields(c *coder) {
	has := policyShapes[e.Type]
	text(c, "callId", &e.CallID, req)
	text(c, "extTrackingId", &e.ExtTrackingID, req)
	text(c, has.name, &e.Name, req)
	e.Number.child(c, has.number, req)
	always(c, "remoteParty", &e.RemoteParty)
	positive(c, "receiveTime", &e.ReceiveTime, has.receiveTime)
	one(c, "redirect", &e.Redirect, has.redirect)
	empty(c, "treatmentStarted", &e.TreatmentStarted, has.treatmentStarted)
	list(c, "redirections", "redirection", &e.Redirections, has.redirections)
	text(c, has.reasonName, &e.Reason, has.reasonRule)
}
