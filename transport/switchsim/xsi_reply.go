package switchsim

import "net/http"

// xsiReply is the answer to one request.
type xsiReply struct {
	status  int
	body    string
	header  map[string]string
	channel *xsiChannel // whose stream follows
}

// xsiRefusal is a request that isn't carried out.
type xsiRefusal struct {
	status, code int
	summary      string
}

// Error codes. Those of a set and a subscription that are gone were seen on live servers; the others are made up.
const (
	xsiSetGone          = 110842
	xsiSubscriptionGone = 110862
	xsiOtherError       = 110000
)

func xsiForbidden(summary string) *xsiRefusal {
	return &xsiRefusal{http.StatusForbidden, xsiOtherError, summary}
}

func xsiNotFound(summary string) *xsiRefusal {
	return &xsiRefusal{http.StatusNotFound, xsiOtherError, summary}
}

func xsiBadRequest(summary string) *xsiRefusal {
	return &xsiRefusal{http.StatusBadRequest, xsiOtherError, summary}
}

var (
	xsiNoSet          = &xsiRefusal{http.StatusForbidden, xsiSetGone, "Channel set not found."}
	xsiNoSubscription = &xsiRefusal{http.StatusForbidden, xsiSubscriptionGone, "Subscription not found."}
	xsiNoChannel      = xsiNotFound("Channel not found.")
	xsiNoUser         = xsiNotFound("User not found.")
	xsiNoCall         = xsiNotFound("Call not found.")
)

func (r *xsiRefusal) reply() xsiReply {
	return xsiReply{status: r.status, body: xsiDocument("ErrorInfo", func(w *xsiWriter) {
		w.text("summary", r.summary)
		w.text("summaryEnglish", r.summary)
		w.text("errorCode", itoa(r.code))
	})}
}

// fine is a yes without more.
func xsiFine() xsiReply { return xsiReply{status: http.StatusOK} }

func xsiAnswer(root string, body func(w *xsiWriter)) xsiReply {
	return xsiReply{status: http.StatusOK, body: xsiDocument(root, body)}
}
