package switchsim_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/switchsim"
)

const (
	xsiHead   = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	xsiNS     = `xmlns="http://schema.broadsoft.com/xsi"`
	xsiEvent  = `<xsi:Event xmlns:xsi="http://schema.broadsoft.com/xsi" xmlns:xsi1="http://www.w3.org/2001/XMLSchema-instance" xsi1:type="xsi:`
	basicAuth = "Authorization: Basic Y3RpYWRtaW5AcGJ4LmV4YW1wbGU6c2VjcmV0\r\n"
	xmlType   = "Content-Type: application/xml\r\n"
	eventsAt  = "/com.broadsoft.xsi-events/v2.0/"
)

// raw sends a request as typed and returns the status and the body of the answer.
func (r *xsiRig) raw(number int, line, headers, body string) (int, string) {
	r.t.Helper()
	conn, err := r.dial(r.t.Context(), "tcp", fmt.Sprintf("xsp%d:80", number))
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close()
	go fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: xsp\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n%s", line, len(body), headers, body)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		r.t.Fatalf("%s: %v", line, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatalf("%s: %v", line, err)
	}
	return response.StatusCode, string(text)
}

// rawChannel opens a channel and returns its ID, and the stream of what follows, in chunks.
func (r *xsiRig) rawChannel(number int, request string) (id string, conn net.Conn) {
	r.t.Helper()
	conn, err := r.dial(r.t.Context(), "tcp", fmt.Sprintf("xsp%d:80", number))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	conn.SetReadDeadline(time.Now().Add(time.Hour)) // virtual, so that what doesn't come fails the test
	go io.WriteString(conn, request)
	first := make([]byte, 65536)
	n, err := conn.Read(first)
	if err != nil {
		r.t.Fatal(err)
	}
	text := string(first[:n])
	header, chunk, _ := strings.Cut(text, "\r\n\r\n")
	found := regexp.MustCompile(`^[0-9a-f]+\r\n` + regexp.QuoteMeta(xsiHead+`<Channel `+xsiNS+`><channelId>`) + `([0-9a-f-]{36})` +
		regexp.QuoteMeta(`</channelId><expires>86400</expires></Channel>`) + "\r\n$").FindStringSubmatch(chunk)
	if !strings.HasPrefix(header, "HTTP/1.1 200 OK\r\n") || !strings.Contains(header, "Transfer-Encoding: chunked") || found == nil {
		r.t.Fatalf("the first write is %q", text)
	}
	return found[1], conn
}

// chunk reads one chunk.
func chunk(t *testing.T, in *bufio.Reader) string {
	t.Helper()
	var size int
	if _, err := fmt.Fscanf(in, "%x\r\n", &size); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, size+2)
	if _, err := io.ReadFull(in, text); err != nil {
		t.Fatal(err)
	}
	return string(text[:size])
}

const openChannel = `<Channel ` + xsiNS + `><channelSetId>set</channelSetId><priority>1</priority><weight>50</weight><expires>3600</expires><applicationId>app</applicationId></Channel>`

func TestXsi_Bytes(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		id, conn := r.rawChannel(1, fmt.Sprintf("POST /com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel HTTP/1.1\r\nHost: xsp\r\n%s%sContent-Length: %d\r\n\r\n%s",
			basicAuth, xmlType, len(openChannel), openChannel))
		in := bufio.NewReader(conn)

		code, body := r.raw(1, "PUT "+eventsAt+"channel/"+id+"/heartbeat", basicAuth, "")
		if code != 200 || body != "" {
			t.Errorf("heartbeat: %d %s", code, body)
		}
		if got := chunk(t, in); got != xsiHead+`<ChannelHeartBeat `+xsiNS+`/>` {
			t.Errorf("heartbeat on the stream: %s", got)
		}

		subscribe := `<Subscription ` + xsiNS + `><event>Advanced Call</event><expires>86400</expires><channelSetId>set</channelSetId><applicationId>app</applicationId></Subscription>`
		code, body = r.raw(2, "POST "+eventsAt+"user/1900@pbx.example", basicAuth+xmlType, subscribe)
		found := regexp.MustCompile(`<subscriptionId>(.{36})</subscriptionId>`).FindStringSubmatch(body)
		if code != 200 || found == nil || body != xsiHead+`<Subscription `+xsiNS+`><subscriptionId>`+found[1]+`</subscriptionId><expires>86400</expires></Subscription>` {
			t.Fatalf("subscribe: %d %s", code, body)
		}
		sub := found[1]
		// event reads an event, checks its envelope and answers it.
		event := func(number int, data string) {
			t.Helper()
			got := chunk(t, in)
			found := regexp.MustCompile(`<xsi:eventID>(.{36})</xsi:eventID>`).FindStringSubmatch(got)
			if found == nil {
				t.Fatal(got)
			}
			want := fmt.Sprintf(xsiHead+xsiEvent+`SubscriptionEvent"><xsi:eventID>%s</xsi:eventID><xsi:sequenceNumber>%d</xsi:sequenceNumber>`+
				`<xsi:userId>ctiadmin@pbx.example</xsi:userId><xsi:externalApplicationId>app</xsi:externalApplicationId>`+
				`<xsi:subscriptionId>%s</xsi:subscriptionId><xsi:channelId>%s</xsi:channelId><xsi:targetId>1900@pbx.example</xsi:targetId>`+
				`<xsi:eventData xsi1:type="xsi:%s</xsi:eventData></xsi:Event>`, found[1], number, sub, id, data)
			if got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			code, body := r.raw(1, "POST "+eventsAt+"channel/eventresponse", basicAuth+xmlType,
				`<EventResponse `+xsiNS+`><eventID>`+found[1]+`</eventID><statusCode>200</statusCode><reason>OK</reason></EventResponse>`)
			if code != 200 || body != "" {
				t.Errorf("response: %d %s", code, body)
			}
		}
		event(1, `CallSubscriptionEvent"><xsi:hookStatus>On-Hook</xsi:hookStatus>`)
		r.do(switchsim.Move{Action: "inbound", Device: "+15550100777", To: "1900"})
		start := time.Now().UnixMilli()
		event(2, fmt.Sprintf(`CallReceivedEvent"><xsi:call><xsi:callId>callhalf-1:0</xsi:callId><xsi:extTrackingId>1:1</xsi:extTrackingId>`+
			`<xsi:personality>Terminator</xsi:personality><xsi:state>Alerting</xsi:state><xsi:remoteParty>`+
			`<xsi:address countryCode="1">tel:+15550100777</xsi:address><xsi:callType>Network</xsi:callType></xsi:remoteParty>`+
			`<xsi:allowAnswer/><xsi:startTime>%d</xsi:startTime></xsi:call>`, start))
		time.Sleep(time.Second)
		r.do(switchsim.Move{Action: "answer", Device: "1900"})
		event(3, fmt.Sprintf(`CallAnsweredEvent"><xsi:call><xsi:callId>callhalf-1:0</xsi:callId><xsi:extTrackingId>1:1</xsi:extTrackingId>`+
			`<xsi:personality>Terminator</xsi:personality><xsi:state>Active</xsi:state><xsi:remoteParty>`+
			`<xsi:address countryCode="1">tel:+15550100777</xsi:address><xsi:callType>Network</xsi:callType></xsi:remoteParty>`+
			`<xsi:endpoint xsi1:type="xsi:AccessEndpoint"><xsi:addressOfRecord>15550121900@pbx.example</xsi:addressOfRecord></xsi:endpoint>`+
			`<xsi:appearance>1</xsi:appearance><xsi:startTime>%d</xsi:startTime><xsi:answerTime>%d</xsi:answerTime></xsi:call>`, start, start+1000))
		event(4, `HookStatusEvent"><xsi:hookStatus>Off-Hook</xsi:hookStatus>`)

		code, body = r.raw(1, "GET /com.broadsoft.xsi-actions/v2.0/user/1900@pbx.example/calls", basicAuth, "")
		if code != 200 || body != xsiHead+`<Calls `+xsiNS+`><call inConference="false"><callId>callhalf-1:0</callId><uri>/v2.0/user/1900@pbx.example/calls/callhalf-1:0</uri></call></Calls>` {
			t.Errorf("calls: %d %s", code, body)
		}
		code, body = r.raw(1, "DELETE /com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel/"+id, basicAuth, "")
		if code != 200 || body != "" {
			t.Errorf("delete: %d %s", code, body)
		}
		if got := chunk(t, in); got != xsiHead+xsiEvent+`ChannelTerminatedEvent"><xsi:channelId>`+id+`</xsi:channelId><xsi:reason>ExplicitDelete</xsi:reason></xsi:Event>` {
			t.Errorf("the last word: %s", got)
		}
		if rest, err := io.ReadAll(io.LimitReader(in, 5)); err != nil || string(rest) != "0\r\n\r\n" {
			t.Errorf("then %q, %v", rest, err)
		}
		r.clean()
	})
}

// What clients in the field send, and a server has to take.
func TestXsi_TakesWhatTheFieldSends(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		// Line feeds alone.
		r.rawChannel(1, fmt.Sprintf("POST /com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel HTTP/1.1\nHost: xsp\nAuthorization: Bearer token\nContent-Type: application/xml\nContent-Length: %d\n\n%s",
			len(openChannel), openChannel))
		body := `<Subscription ` + xsiNS + `><event>Basic Call</event><channelSetId>set</channelSetId></Subscription>`
		for _, path := range []string{"user/1900@pbx.example/subscription", "User/1900@pbx.example/subscription", "enterprise/provider", "serviceprovider/provider/group/group", "enterprise/provider/group/group", "system"} {
			if code, answer := r.raw(1, "POST "+eventsAt+path, basicAuth+xmlType+"Accept: application/json\r\n", body); code != 200 || !strings.Contains(answer, "<subscriptionId>") {
				t.Errorf("%s: %d %s", path, code, answer)
			}
		}
		r.clean()
		// Children in another order are taken, and noted.
		body = `<Subscription ` + xsiNS + `><channelSetId>set</channelSetId><event>Basic Call</event></Subscription>`
		if code, answer := r.raw(1, "POST "+eventsAt+"user/1901@pbx.example", basicAuth+xmlType, body); code != 200 {
			t.Errorf("%d %s", code, answer)
		}
		if v := r.s.Violations(); len(v) != 1 || v[0].Reason != "event stands in the wrong place" {
			t.Errorf("%+v", v)
		}
	})
}

// What a client does wrong is refused or taken, and noted.
func TestXsi_Violations(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		l := r.listen(1, "set", "app", 1)
		l.answers(always(0))
		l.subscribe("1900", "Basic Call")
		event := l.take()[0].EventID
		channel := l.channel.ID()
		ok := func(status, reason string) string {
			return `<EventResponse ` + xsiNS + `><eventID>` + event + `</eventID><statusCode>` + status + `</statusCode><reason>` + reason + `</reason></EventResponse>`
		}
		responses := "POST " + eventsAt + "channel/eventresponse"
		for _, c := range []struct {
			name               string
			xsp                int
			line, header, body string
			code               int
			reason             string // "" = none is noted
		}{
			{"nobody", 1, "GET " + eventsAt + "versions", "", "", 401, ""},
			{"a wrong password", 1, "GET " + eventsAt + "versions", "Authorization: Basic eDp5\r\n", "", 401, ""},
			{"a path that isn't", 1, "GET " + eventsAt + "nothing", basicAuth, "", 404, "there is no such path"},
			{"outside of everything", 1, "GET /", basicAuth, "", 404, "there is no such path"},
			{"a heartbeat without a channel", 1, "PUT " + eventsAt + "channel//heartbeat", basicAuth, "", 404, ""},
			{"a heartbeat of another channel", 1, "PUT " + eventsAt + "channel/x/heartbeat", basicAuth, "", 404, ""},
			{"a heartbeat at the wrong XSP", 2, "PUT " + eventsAt + "channel/" + channel + "/heartbeat", basicAuth, "", 404, "the channel is at XSP 1"},
			{"a heartbeat with a body", 1, "PUT " + eventsAt + "channel/" + channel + "/heartbeat", basicAuth, "x", 200, "a heartbeat has no body"},
			{"a response at the wrong XSP", 2, responses, basicAuth + xmlType, ok("200", "OK"), 404, "a response went to an XSP that doesn't hold the channel"},
			{"a response to nothing", 1, responses, basicAuth + xmlType, strings.Replace(ok("200", "OK"), event, "none", 1), 403, "there is no event none"},
			{"a response with another status", 1, responses, basicAuth + xmlType, ok("201", "OK"), 400, "a response needs an eventID"},
			{"a response without a reason", 1, responses, basicAuth + xmlType, ok("200", ""), 400, "a response needs an eventID"},
			{"a response with more in it", 1, responses, basicAuth + xmlType, strings.Replace(ok("400", "x"), "</E", "<x/></E", 1), 200, "EventResponse has no x"},
			{"the same response again", 1, responses, basicAuth + xmlType, ok("200", "OK"), 200, ""},
			{"no XML", 1, responses, basicAuth + xmlType, "{}", 400, "the body has text outside its root element"},
			{"another namespace", 1, responses, basicAuth + xmlType, `<EventResponse/>`, 400, "the root is {}EventResponse"},
			{"another type", 1, responses, basicAuth + "Content-Type: text/plain\r\n", ok("200", "OK"), 200, "the content type is"},
			{"two reasons", 1, responses, basicAuth + xmlType, ok("200", "a</reason><reason>b"), 200, "EventResponse has two reason"},
			{"a channel without a set", 1, "POST /com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel", basicAuth + xmlType, `<Channel ` + xsiNS + `/>`, 400, "a channel needs a channelSetId"},
			{"a channel for nonsense", 1, "PUT " + eventsAt + "channel/" + channel, basicAuth + xmlType, `<Channel ` + xsiNS + `><expires>soon</expires></Channel>`, 400, `expires is "soon"`},
			{"a conference of one", 1, "POST /com.broadsoft.xsi-actions/v2.0/user/1900@pbx.example/calls/Conference", basicAuth + xmlType, `<Conference ` + xsiNS + `/>`, 400, "a conference needs two calls"},
		} {
			before := len(r.s.Violations())
			code, body := r.raw(c.xsp, c.line, c.header, c.body)
			noted := r.s.Violations()[before:]
			if code != c.code || (c.reason == "") != (len(noted) == 0) {
				t.Errorf("%s: %d %s, noted %+v; want %d", c.name, code, body, noted, c.code)
				continue
			}
			if c.reason != "" && !strings.HasPrefix(noted[len(noted)-1].Reason, c.reason) {
				t.Errorf("%s: noted %q, want %q", c.name, noted[len(noted)-1].Reason, c.reason)
			}
		}
		requests := r.s.Requests()
		if !slices.ContainsFunc(requests, func(q switchsim.Request) bool {
			return q.Service == "subscribe" && q.Executed && q.Devices[0] == "1900@pbx.example" && q.Made != ""
		}) {
			t.Errorf("%+v", requests)
		}
		time.Sleep(time.Minute) // without heartbeats of the raw client nothing else happens to the other one's channel
		synctest.Wait()
		if l.ended() != nil {
			t.Errorf("%v", l.ended())
		}
	})
}

// Without heartbeats the stream ends, without a word.
func TestXsi_EndsWithoutHeartbeats(t *testing.T) {
	withXsi(t, switchsim.Options{}, func(t *testing.T, r *xsiRig) {
		_, conn := r.rawChannel(1, fmt.Sprintf("POST /com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel HTTP/1.1\r\nHost: xsp\r\n%s%sContent-Length: %d\r\n\r\n%s",
			basicAuth, xmlType, len(openChannel), openChannel))
		begin := time.Now()
		rest, err := io.ReadAll(bufio.NewReader(io.LimitReader(conn, 5)))
		if err != nil || string(rest) != "0\r\n\r\n" || time.Since(begin) != 30*time.Second {
			t.Errorf("%q, %v after %v", rest, err, time.Since(begin))
		}
		if truth := r.s.Xsi(); len(truth.Sets) != 1 || len(truth.Sets[0].Channels) != 0 || len(r.s.Violations()) != 1 {
			t.Errorf("%+v", truth.Sets)
		}
	})
}
