package xsi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func silentLog() *log.Logger { return log.New(io.Discard, "", 0) }

const (
	eventsBase = "/com.broadsoft.xsi-events/v2.0/"
	callsBase  = "/com.broadsoft.xsi-actions/v2.0/user/agent100@pbx.example/calls"
)

// exchange is one method, with what it has to send and what it makes of an
// answer; both typed by hand or from the samples.
type exchange struct {
	name    string
	do      func(ctx context.Context, c *Client) (any, error)
	request string // "METHOD URI\nbody"
	status  int    // of the answer; 0 = 200
	answer  string
	want    any
}

func testExchanges(t *testing.T, all []exchange) {
	t.Helper()
	for _, e := range all {
		t.Run(e.name, func(t *testing.T) {
			withRig(t, func(t *testing.T, r *rig) {
				x := r.serve("xsp:80")
				x.replace("/", func(w http.ResponseWriter, _ *http.Request) {
					if e.status != 0 {
						w.WriteHeader(e.status)
					}
					io.WriteString(w, e.answer)
				})
				got, err := e.do(t.Context(), r.client("http://xsp"))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(e.want, got); diff != "" {
					t.Error(diff)
				}
				equal(t, "request", x.took(), []string{e.request})
			})
		})
	}
}

func TestClient_Subscriptions(t *testing.T) {
	s := readSamples(t)
	order := Subscription{
		Event: PackageAdvancedCall, Expires: new(86400), ChannelSetID: "csta-connector/cluster-a", ApplicationID: "csta-connector",
	}
	subscribe := func(target Target) func(context.Context, *Client) (any, error) {
		return func(ctx context.Context, c *Client) (any, error) { return c.Subscribe(ctx, target, order) }
	}
	granted := commandSamples()["cmd-subscription-response"]
	body := string(s["cmd-subscription-request"])
	answer := string(s["cmd-subscription-response"])
	list := commandSamples()["cmd-subscription-list-response"].(*SubscriptionList).Subscriptions
	testExchanges(t, []exchange{
		{"one user", subscribe(UserTarget(agent100)), "POST " + eventsBase + "user/agent100@pbx.example\n" + body, 200, answer, granted},
		{"a part of a user", subscribe(SubUserTarget("u 1", "s/2")), "POST " + eventsBase + "user/u%201/subId/s%2F2\n" + body, 201, answer, granted},
		{"a provider", subscribe(ServiceProviderTarget("sp")), "POST " + eventsBase + "serviceprovider/sp\n" + body, 200, answer, granted},
		{"a group", subscribe(GroupTarget("sp", "g")), "POST " + eventsBase + "serviceprovider/sp/group/g\n" + body, 200, answer, granted},
		{"everybody", subscribe(SystemTarget()), "POST " + eventsBase + "system\n" + body, 200, answer, granted},
		{"refresh", func(ctx context.Context, c *Client) (any, error) { return c.RefreshSubscription(ctx, order1, 86400) },
			"PUT " + eventsBase + "subscription/" + order1 + "\n" + string(s["cmd-subscription-refresh-request"]), 200, answer, granted},
		{"look", func(ctx context.Context, c *Client) (any, error) { return c.Subscription(ctx, order1) },
			"GET " + eventsBase + "subscription/" + order1 + "\n", 200, answer, granted},
		{"end", func(ctx context.Context, c *Client) (any, error) { return nil, c.Unsubscribe(ctx, order1) },
			"DELETE " + eventsBase + "subscription/" + order1 + "\n", 200, "", nil},
		{"list one's own", func(ctx context.Context, c *Client) (any, error) { return c.Subscriptions(ctx, SubscriptionQuery{}) },
			"GET " + eventsBase + "subscription\n", 200, string(s["cmd-subscription-list-response"]), list},
		{"list", func(ctx context.Context, c *Client) (any, error) {
			return c.Subscriptions(ctx, SubscriptionQuery{
				SubscriberID: admin, TargetID: "g", Event: PackageAdvancedCall, ApplicationID: "a&b", TargetGroupID: "sp",
				TargetType: TargetGroup, TargetSubID: "x",
			})
		}, "GET " + eventsBase + "subscription?event=Advanced+Call&extAppId=a%26b&subscriberId=ctiadmin%40pbx.example" +
			"&targetEntityType=Group&targetGrpParentId=sp&targetId=g&targetSubId=x\n", 200, `<SubscriptionList ` + ns + `/>`, []Subscription(nil)},
		{"a channel set", func(ctx context.Context, c *Client) (any, error) { return c.ChannelSet(ctx, "cluster-a") },
			"GET " + eventsBase + "channelset/cluster-a\n", 200, string(s["cmd-channelset-response"]),
			commandSamples()["cmd-channelset-response"].(*ChannelSet).Channels},
		{"versions", func(ctx context.Context, c *Client) (any, error) { return c.Versions(ctx) },
			"GET " + eventsBase + "versions\n", 200, `<Versions ` + ns + `><commands><baseline>21.0</baseline></commands></Versions>`,
			&Versions{Commands: CommandVersions{Baseline: "21.0"}}},
	})
	for target, one := range map[Target]bool{
		UserTarget("u"): true, SubUserTarget("u", "s"): true, ServiceProviderTarget("p"): false, GroupTarget("p", "g"): false, SystemTarget(): false,
	} {
		if target.OneUser() != one {
			t.Errorf("%v: one user %v", target, !one)
		}
	}
}

func TestClient_Errors(t *testing.T) {
	ask := func(ctx context.Context, c *Client) error {
		_, err := c.RefreshSubscription(ctx, "s1", 3600)
		return err
	}
	const path = "PUT /com.broadsoft.xsi-events/v2.0/subscription/s1: "
	for _, c := range []struct {
		name, retryAfter string
		status           int
		body             string
		is               error
		text             string
		notObeyed        bool
		again            time.Duration // 0: never
	}{
		{"gone", "", 403, `<ErrorInfo ` + ns + `><summaryEnglish>Subscription not found.</summaryEnglish><errorCode>110862</errorCode></ErrorInfo>`,
			ErrSubscriptionGone, path + "403 Forbidden: Subscription not found. (110862)", true, 0},
		{"refused", "", 403, "<html>no</html>", nil, path + "403 Forbidden", true, 0},
		{"not authorised", "", 401, "", ErrUnauthorized, path + "401 Unauthorized", true, 0},
		{"not found", "", 404, "", ErrNotFound, path + "404 Not Found", true, 0},
		{"overload", "30", 503, "", ErrOverload, path + "503 Service Unavailable", true, 30 * time.Second},
		{"overload of nobody knows how long", "", 503, "", ErrOverload, path + "503", true, 5 * time.Second},
		{"overload with nonsense", "soon", 503, "", ErrOverload, path + "503", true, 5 * time.Second},
		{"overload for a day", "86400", 503, "", ErrOverload, path + "503", true, 5 * time.Minute},
		{"overload until", "Sat, 01 Jan 2000 00:01:00 GMT", 503, "", ErrOverload, path + "503", true, time.Minute},
		{"overload until the past", "Fri, 31 Dec 1999 00:01:00 GMT", 503, "", ErrOverload, path + "503", true, 5 * time.Second},
		{"too many requests", "9", 429, "", ErrOverload, path + "429 Too Many Requests", true, 9 * time.Second},
		{"failure", "", 500, "", nil, path + "500 Internal Server Error", false, 5 * time.Second},
		{"a proxy that gave up", "", 504, "", nil, path + "504 Gateway Timeout", false, 5 * time.Second},
		{"an empty yes", "", 200, "", nil, path + "the answer is empty, want a Subscription", false, 5 * time.Second},
		{"another document", "", 200, heartBeat, nil, path + "the answer is a ChannelHeartBeat, want a Subscription", false, 5 * time.Second},
		{"no XML", "", 200, "{}", nil, path + "read the answer: xsi document, octet 0: a tag is expected", false, 5 * time.Second},
		{"too large", "", 200, strings.Repeat("x", 2000), ErrDocumentTooLarge, path + "read the answer: ", false, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			withRig(t, func(t *testing.T, r *rig) {
				x := r.serve("xsp:80")
				x.replace("/", func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Retry-After", c.retryAfter)
					w.WriteHeader(c.status)
					io.WriteString(w, c.body)
				})
				err := ask(t.Context(), r.client("http://xsp", func(o *Options) { o.MaxDocument = 1000 }))
				if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.HasPrefix(err.Error(), c.text) {
					t.Fatalf("%v, want %s", err, c.text)
				}
				if NotObeyed(err) != c.notObeyed {
					t.Errorf("not obeyed: %v", !c.notObeyed)
				}
				if wait, again := RetryAfter(err); again != (c.again > 0) || wait != c.again {
					t.Errorf("again: %v after %v, want %v", again, wait, c.again)
				}
				if n := len(x.took()); n != 1 {
					t.Errorf("asked %d times", n)
				}
			})
		})
	}
}

// What can be told of a request that got no answer.
func TestClient_NoAnswer(t *testing.T) {
	for _, c := range []struct {
		name      string
		prepare   func(r *rig)
		notObeyed bool
		is        error
	}{
		{"nobody listens", func(*rig) {}, true, nil},
		{"it takes too long", func(r *rig) {
			r.serve("xsp:80").replace("/", func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() })
		}, false, context.DeadlineExceeded},
		{"the connection breaks", func(r *rig) {
			r.serve("xsp:80").replace("/", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		}, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			withRig(t, func(t *testing.T, r *rig) {
				c.prepare(r)
				_, err := r.client("http://xsp").User(agent100).Dial(t.Context(), DialRequest{Address: "1234"})
				if _, ok := errors.AsType[*RequestError](err); !ok || NotObeyed(err) != c.notObeyed || c.is != nil && !errors.Is(err, c.is) {
					t.Errorf("%v, not obeyed: %v", err, NotObeyed(err))
				}
				if strings.Contains(err.Error(), "1234") {
					t.Errorf("%q tells the query", err)
				}
				if wait, again := RetryAfter(err); !again || wait != 5*time.Second {
					t.Errorf("%v, %v", wait, again)
				}
			})
		})
	}
	if NotObeyed(nil) || NotObeyed(errors.New("x")) {
		t.Error("what isn't known isn't sure")
	}
	if _, again := RetryAfter(fmt.Errorf("x: %w", context.Canceled)); again {
		t.Error("what was given up is tried again")
	}
}

// A request that the server may have obeyed is sent once, even if the
// connection that was kept open breaks under it.
func TestClient_NeverTwice(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		answers := 1
		x.replace("/", func(w http.ResponseWriter, _ *http.Request) {
			if answers--; answers < 0 {
				panic(http.ErrAbortHandler)
			}
		})
		u := r.client("http://xsp").User(agent100)
		if err := u.Hold(t.Context(), "callhalf-1:0"); err != nil {
			t.Fatal(err)
		}
		if err := u.Hold(t.Context(), "callhalf-1:0"); err == nil || NotObeyed(err) {
			t.Errorf("%v", err)
		}
		if n := len(x.took()); n != 2 {
			t.Errorf("%d requests, want one each time", n)
		}
	})
}

func TestClient_Credentials(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		x.replace("/", func(http.ResponseWriter, *http.Request) {})
		n := 0
		for _, c := range []struct {
			with Credentials
			want string
		}{
			{nil, ""}, {Basic("u", "p:ä"), "Basic dTpwOsOk"}, {Bearer("token"), "Bearer token"},
			{func(context.Context) (string, error) { n++; return fmt.Sprint("Bearer ", n), nil }, "Bearer 1"},
		} {
			client := r.client("http://xsp", func(o *Options) { o.Credentials = c.with })
			if err := client.Unsubscribe(t.Context(), "s"); err != nil {
				t.Fatal(err)
			}
			if got := x.headers[len(x.headers)-1].Get("Authorization"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		}
		none := errors.New("no token")
		client := r.client("http://xsp", func(o *Options) {
			o.Credentials = func(context.Context) (string, error) { return "", none }
		})
		if err := client.Unsubscribe(t.Context(), "s"); !errors.Is(err, none) || !NotObeyed(err) {
			t.Errorf("%v", err)
		}
	})
}

func TestClient_Cookies(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		set := []string{"JSESSIONID=a; Path=/com.broadsoft.xsi-events", "other=1; Path=/com.broadsoft.xsi-actions", "safe=1; Secure",
			"long=" + strings.Repeat("x", 5000)}
		x.replace("/", func(w http.ResponseWriter, _ *http.Request) {
			for _, c := range set {
				w.Header().Add("Set-Cookie", c)
			}
		})
		c := r.client("http://xsp")
		sent := func() string {
			t.Helper()
			if err := c.Unsubscribe(t.Context(), "s"); err != nil {
				t.Fatal(err)
			}
			return x.headers[len(x.headers)-1].Get("Cookie")
		}
		if got := sent(); got != "" {
			t.Errorf("at first %q", got)
		}
		set = []string{"JSESSIONID=b; Path=/com.broadsoft.xsi-events"}
		if got := sent(); got != "JSESSIONID=a" {
			t.Errorf("then %q", got)
		}
		set = []string{"JSESSIONID=; Path=/com.broadsoft.xsi-events"}
		if got := sent(); got != "JSESSIONID=b" {
			t.Errorf("changed to %q", got)
		}
		set = []string{"JSESSIONID=c; Path=/com.broadsoft.xsi-events; Max-Age=9"}
		if got := sent(); got != "" {
			t.Errorf("emptied, but %q", got)
		}
		set = []string{"JSESSIONID=d; Path=/com.broadsoft.xsi-events; Max-Age=0"}
		if got := sent(); got != "JSESSIONID=c" {
			t.Errorf("set again to %q", got)
		}
		set = nil
		if got := sent(); got != "" {
			t.Errorf("deleted, but %q", got)
		}
		for i := range 40 {
			set = append(set, fmt.Sprintf("c%d=1", i))
		}
		sent()
		if n := strings.Count(sent(), "="); n != cookieLimit {
			t.Errorf("%d cookies are kept, want %d", n, cookieLimit)
		}
	})
}

func TestNewClient_RefusesBadURLs(t *testing.T) {
	for _, u := range []string{"", "xsp", "ftp://xsp", "http://", "http://u:p@xsp", "http://xsp?a=b", "http://xsp#a", "http://[::1"} {
		if _, err := NewClient(Options{URL: u}); err == nil || strings.Contains(err.Error(), ":p@") {
			t.Errorf("%q: %v", u, err)
		}
	}
}

// What stands before the paths is kept.
func TestClient_PathPrefix(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		x.replace("/", func(http.ResponseWriter, *http.Request) {})
		if err := r.client("http://xsp/lab/").Unsubscribe(t.Context(), "s"); err != nil {
			t.Error(err)
		}
		equal(t, "request", x.took(), []string{"DELETE /lab/com.broadsoft.xsi-events/v2.0/subscription/s\n"})
	})
}
