package switchsim

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

const (
	xsiAsync   = "/com.broadsoft.async/com.broadsoft.xsi-events/v2.0/"
	xsiEvents  = "/com.broadsoft.xsi-events/v2.0/"
	xsiActions = "/com.broadsoft.xsi-actions/v2.0/"
)

// xsiRequest is a request as the services see it.
type xsiRequest struct {
	x       *xsp
	f       *xsiFront
	http    *http.Request
	path    []string // without the base, unescaped
	query   url.Values
	body    []byte
	service string // its name in the log and in faults
	log     *Request
}

// answer finds out what a request asks for, and carries it out unless a fault is in the way.
func (x *xsp) answer(r *http.Request, body []byte) xsiReply {
	q := &xsiRequest{x: x, f: x.f, http: r, query: r.URL.Query(), body: body}
	serve := q.route()
	if rule := x.f.ruled(x, q.service); rule != nil {
		return rule.reply(r)
	}
	if !x.f.lets(r) {
		return xsiReply{status: http.StatusUnauthorized, header: map[string]string{"WWW-Authenticate": `Basic realm="BroadWorks"`}}
	}
	if serve == nil {
		x.f.violation(x, r.Method+" "+r.URL.Path, "there is no such path")
		return xsiNotFound("Not found.").reply()
	}
	if q.service != "heartbeat" && q.service != "eventresponse" && !x.f.spends() {
		x.f.counts.Overloaded++
		return xsiReply{status: http.StatusServiceUnavailable, header: map[string]string{"Retry-After": "1"}}
	}
	q.record()
	reply, refused := serve(q)
	if refused != nil {
		q.result(false, refused.summary)
		return refused.reply()
	}
	q.result(true, "ok")
	return reply
}

func (rule *xsiRule) reply(r *http.Request) xsiReply {
	reply := xsiReply{status: rule.status, header: map[string]string{}}
	if rule.after > 0 {
		reply.header["Retry-After"] = itoa(rule.after)
	}
	if rule.status/100 == 3 {
		reply.header["Location"] = r.URL.RequestURI()
	}
	return reply
}

// lets checks who asks.
func (f *xsiFront) lets(r *http.Request) bool {
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch strings.ToLower(kind) {
	case "basic":
		return value == base64.StdEncoding.EncodeToString([]byte(f.opt.User+":"+f.opt.Password))
	case "bearer":
		return value == f.opt.Token
	}
	return false
}

// spends takes one request off the rate that is allowed.
func (f *xsiFront) spends() bool {
	if f.opt.Rate == 0 {
		return true
	}
	now := f.s.model.now
	f.tokens = min(f.opt.Rate, f.tokens+now.Sub(f.spent).Seconds()*f.opt.Rate)
	f.spent = now
	if f.tokens < 1 {
		return false
	}
	f.tokens--
	return true
}

type xsiService func(q *xsiRequest) (xsiReply, *xsiRefusal)

// route names the service that a request is for, and returns what carries it out, nil if there is none.
func (q *xsiRequest) route() xsiService {
	path, method := q.http.URL.EscapedPath(), q.http.Method
	for base, of := range map[string]func(*xsiRequest, string) xsiService{
		xsiAsync: (*xsiRequest).routeAsync, xsiEvents: (*xsiRequest).routeEvents, xsiActions: (*xsiRequest).routeActions,
	} {
		rest, found := strings.CutPrefix(path, base)
		if !found {
			continue
		}
		for _, s := range strings.Split(rest, "/") {
			s, err := url.PathUnescape(s)
			if err != nil {
				return nil
			}
			q.path = append(q.path, s)
		}
		return of(q, method)
	}
	q.service = "unknown"
	return nil
}

// is matches the path; "*" stands for one segment that isn't empty.
func (q *xsiRequest) is(pattern ...string) bool {
	if len(q.path) != len(pattern) {
		return false
	}
	for i, p := range pattern {
		if p != "*" && q.path[i] != p || p == "*" && q.path[i] == "" {
			return false
		}
	}
	return true
}

// to names the service.
func (q *xsiRequest) to(service string, serve xsiService) xsiService {
	q.service = service
	return serve
}

func (q *xsiRequest) routeAsync(method string) xsiService {
	switch {
	case method == "POST" && q.is("channel"):
		return q.to("channel", serveOpenChannel)
	case method == "DELETE" && q.is("channel", "*"):
		return q.to("deletechannel", serveDeleteChannel)
	}
	return q.to("unknown", nil)
}

func (q *xsiRequest) routeEvents(method string) xsiService {
	switch {
	case method == "PUT" && len(q.path) == 3 && q.path[0] == "channel" && q.path[2] == "heartbeat":
		return q.to("heartbeat", serveHeartbeat) // the ID may be empty: a client that lost it is answered with 404
	case method == "POST" && q.is("channel", "eventresponse"):
		return q.to("eventresponse", serveEventResponse)
	case method == "PUT" && q.is("channel", "*"):
		return q.to("refreshchannel", serveRefreshChannel)
	case method == "DELETE" && q.is("channel", "*"):
		return q.to("deletechannel", serveDeleteChannel)
	case method == "GET" && q.is("channelset", "*"):
		return q.to("channelset", serveChannelSet)
	case method == "GET" && q.is("subscription"):
		return q.to("subscriptions", serveSubscriptions)
	case q.is("subscription", "*"):
		switch method {
		case "GET":
			return q.to("subscription", serveSubscription)
		case "PUT":
			return q.to("refresh", serveRefresh)
		case "DELETE":
			return q.to("unsubscribe", serveUnsubscribe)
		}
	case method == "GET" && q.is("versions"):
		return q.to("versions", serveVersions)
	case method == "POST" && q.aboutUsers():
		return q.to("subscribe", serveSubscribe)
	}
	return q.to("unknown", nil)
}

// aboutUsers reports whether the path names a target of subscriptions, in its legacy forms, too.
func (q *xsiRequest) aboutUsers() bool {
	return q.is("user", "*") || q.is("user", "*", "subscription") || q.is("User", "*", "subscription") ||
		q.is("serviceprovider", "*") || q.is("enterprise", "*") ||
		q.is("serviceprovider", "*", "group", "*") || q.is("enterprise", "*", "group", "*") || q.is("system")
}

// record notes the request in the log, unless there are too many of its kind.
func (q *xsiRequest) record() {
	s := q.f.s
	s.model.counts.Requests++
	q.log = &Request{
		Order: s.requests.total + 1, At: s.model.now, Seq: s.model.seq, Link: q.x.index + 1, Service: q.service, Result: "pending",
	}
	if q.service == "heartbeat" || q.service == "eventresponse" {
		return
	}
	s.requests.add(q.log)
}

func (q *xsiRequest) result(executed bool, text string) {
	q.log.Executed, q.log.Answered, q.log.Result = executed, true, text
	if executed {
		q.f.s.model.counts.Executed++
	} else {
		q.f.s.model.counts.Refused++
	}
}

// violation keeps what a client sent against the interface.
func (f *xsiFront) violation(x *xsp, what, reason string) {
	f.s.model.counts.Violations++
	if len(what) > violationBytes {
		what = what[:violationBytes]
	}
	f.s.violations.add(Violation{At: f.s.model.now, Link: x.index + 1, Reason: reason, Bytes: what})
	f.s.log.Warn("client violates Xsi", "xsp", x.index+1, "reason", reason)
}

func (q *xsiRequest) violates(reason string) {
	q.f.violation(q.x, q.http.Method+" "+q.http.URL.Path+"\n"+string(q.body), reason)
}
