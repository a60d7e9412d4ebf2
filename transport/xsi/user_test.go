package xsi

import (
	"context"
	"strings"
	"testing"
)

func TestUser_Actions(t *testing.T) {
	const id = "callhalf-5001:0"
	s := readSamples(t)
	// told is an action whose answer says nothing but yes.
	told := func(name, request string, do func(ctx context.Context, u User) error) exchange {
		return exchange{name: name, request: request + "\n", do: func(ctx context.Context, c *Client) (any, error) {
			return nil, do(ctx, c.User(agent100))
		}}
	}
	// begun is an action that begins a call.
	begun := func(name, request string, do func(ctx context.Context, u User) (*CallStartInfo, error)) exchange {
		return exchange{
			name: name, request: request + "\n", status: 201, answer: string(s["actions-callstartinfo"]),
			want: &CallStartInfo{CallID: "callhalf-5001:0", ExternalTrackingID: "901:1"},
			do:   func(ctx context.Context, c *Client) (any, error) { return do(ctx, c.User(agent100)) },
		}
	}
	const call = callsBase + "/" + id
	testExchanges(t, []exchange{
		{"list", func(ctx context.Context, c *Client) (any, error) { return c.User(agent100).Calls(ctx) },
			"GET " + callsBase + "\n", 200, string(s["actions-calls-list"]),
			[]CallInfo{{CallID: id, URI: "/v2.0/user/agent100@pbx.example/calls/callhalf-5001:0"}}},
		{"list of none", func(ctx context.Context, c *Client) (any, error) { return c.User(agent100).Calls(ctx) },
			"GET " + callsBase + "\n", 200, string(s["actions-calls-empty"]), []CallInfo(nil)},
		{"look", func(ctx context.Context, c *Client) (any, error) { return c.User(agent100).Call(ctx, id, false) },
			"GET " + call + "\n", 200, `<Call ` + ns + `><callId>callhalf-5001:0</callId><state>Held</state></Call>`,
			&Call{CallID: id, State: "Held"}},
		{"look at a detached one", func(ctx context.Context, c *Client) (any, error) { return c.User(agent100).Call(ctx, id, true) },
			"GET " + call + "?allowDetached=true\n", 200, `<Call ` + ns + `><callId>c</callId></Call>`, &Call{CallID: "c"}},
		{"hook status", func(ctx context.Context, c *Client) (any, error) { return c.User(agent100).HookStatus(ctx) },
			"GET " + callsBase + "/HookStatus\n", 200, string(s["actions-hookstatus"]), OnHook},
		begun("dial", "POST "+callsBase+"/new?address=200", func(ctx context.Context, u User) (*CallStartInfo, error) {
			return u.Dial(ctx, DialRequest{Address: "200"})
		}),
		begun("dial with everything", "POST "+callsBase+"/new?address=%2B15550100200&clid=1&info=a+b&location=SharedCallAppearance&locationAddress=sip%3Ax",
			func(ctx context.Context, u User) (*CallStartInfo, error) {
				return u.Dial(ctx, DialRequest{Address: "+15550100200", Location: LocationSharedCallAppearance, LocationAddress: "sip:x", CallingLineID: "1", Info: "a b"})
			}),
		told("talk", "PUT "+call+"/Talk", func(ctx context.Context, u User) error { return u.Talk(ctx, id) }),
		told("hold", "PUT "+call+"/Hold", func(ctx context.Context, u User) error { return u.Hold(ctx, id) }),
		told("reconnect", "PUT "+call+"/Reconnect", func(ctx context.Context, u User) error { return u.Reconnect(ctx, id) }),
		told("release", "DELETE "+call, func(ctx context.Context, u User) error { return u.Release(ctx, id) }),
		told("decline", "DELETE "+call+"?decline=true", func(ctx context.Context, u User) error { return u.Decline(ctx, id, "") }),
		told("decline as busy", "DELETE "+call+"?decline=true&declineReason=Busy", func(ctx context.Context, u User) error {
			return u.Decline(ctx, id, DeclineBusy)
		}),
		told("decline as away", "DELETE "+call+"?decline=true&declineReason=TemporarilyUnavailable", func(ctx context.Context, u User) error {
			return u.Decline(ctx, id, DeclineUnavailable)
		}),
		told("blind transfer", "PUT "+call+"/BlindTransfer?address=200", func(ctx context.Context, u User) error {
			return u.BlindTransfer(ctx, id, "200")
		}),
		told("consultation transfer", "PUT "+call+"/ConsultTransfer/callhalf-5001:1", func(ctx context.Context, u User) error {
			return u.ConsultTransfer(ctx, id, "callhalf-5001:1")
		}),
		told("mute transfer", "PUT "+call+"/MuteTransfer?address=200", func(ctx context.Context, u User) error {
			return u.MuteTransfer(ctx, id, "200")
		}),
		told("transfer to voice mail", "PUT "+call+"/VmTransfer", func(ctx context.Context, u User) error {
			return u.VoicemailTransfer(ctx, id, "")
		}),
		told("DTMF", "PUT "+call+"/TransmitDTMF?playdtmf=12%2C%23", func(ctx context.Context, u User) error {
			return u.TransmitDTMF(ctx, id, "12,#")
		}),
		told("park", "PUT "+call+"/Park?address=300", func(ctx context.Context, u User) error { return u.Park(ctx, id, "300") }),
		told("group park", "PUT "+call+"/GroupCallPark", func(ctx context.Context, u User) error { return u.GroupPark(ctx, id) }),
		told("record", "PUT "+call+"/Record", func(ctx context.Context, u User) error { return u.Record(ctx, id) }),
		told("pause", "PUT "+call+"/PauseRecording", func(ctx context.Context, u User) error { return u.PauseRecording(ctx, id) }),
		told("resume", "PUT "+call+"/ResumeRecording", func(ctx context.Context, u User) error { return u.ResumeRecording(ctx, id) }),
		told("stop", "PUT "+call+"/StopRecording", func(ctx context.Context, u User) error { return u.StopRecording(ctx, id) }),
		told("coach", "PUT "+call+"/CoachAgent", func(ctx context.Context, u User) error { return u.CoachAgent(ctx, id) }),
		begun("park retrieve", "POST "+callsBase+"/ParkRetrieve?address=300", func(ctx context.Context, u User) (*CallStartInfo, error) {
			return u.ParkRetrieve(ctx, "300")
		}),
		begun("pickup", "POST "+callsBase+"/DirectedCallPickup?address=300", func(ctx context.Context, u User) (*CallStartInfo, error) {
			return u.DirectedCallPickup(ctx, "300")
		}),
		begun("barge in", "POST "+callsBase+"/BargeIn?address=300", func(ctx context.Context, u User) (*CallStartInfo, error) {
			return u.BargeIn(ctx, "300")
		}),
		begun("monitor", "POST "+callsBase+"/SilentMonitor?address=300", func(ctx context.Context, u User) (*CallStartInfo, error) {
			return u.SilentMonitor(ctx, "300")
		}),
		{"confer", func(ctx context.Context, c *Client) (any, error) {
			return nil, c.User(agent100).Confer(ctx, "callhalf-5001:0", "callhalf-5001:1")
		}, "POST " + callsBase + "/Conference\n" + string(s["actions-conference-request"]), 201, "", nil},
		{"look at the conference", func(ctx context.Context, c *Client) (any, error) { return c.User(agent100).Conference(ctx) },
			"GET " + callsBase + "/Conference\n", 200, `<Conference ` + ns + `><state>Held</state></Conference>`, &Conference{State: "Held"}},
		told("add", "PUT "+callsBase+"/Conference/callhalf-5001:2", func(ctx context.Context, u User) error {
			return u.AddToConference(ctx, "callhalf-5001:2")
		}),
		told("end the conference", "DELETE "+callsBase+"/Conference", func(ctx context.Context, u User) error { return u.EndConference(ctx) }),
		told("hold the conference", "PUT "+callsBase+"/Conference/Hold", func(ctx context.Context, u User) error { return u.HoldConference(ctx) }),
		told("talk again", "PUT "+callsBase+"/Conference/Talk", func(ctx context.Context, u User) error { return u.TalkConference(ctx) }),
		told("mute", "PUT "+callsBase+"/Conference/Mute", func(ctx context.Context, u User) error { return u.MuteConference(ctx) }),
		told("unmute", "PUT "+callsBase+"/Conference/Unmute", func(ctx context.Context, u User) error { return u.UnmuteConference(ctx) }),
		told("mute one", "PUT "+callsBase+"/Conference/"+id+"/Mute", func(ctx context.Context, u User) error { return u.MuteParticipant(ctx, id) }),
		told("deafen one", "PUT "+callsBase+"/Conference/"+id+"/Deaf", func(ctx context.Context, u User) error { return u.DeafenParticipant(ctx, id) }),
		{"readiness", func(ctx context.Context, c *Client) (any, error) { return c.ApplicationController(ctx, "ac 1") },
			"GET /com.broadsoft.xsi-actions/v2.0/system/services/RoutePoint/ApplicationController/ac%201\n", 200,
			`<ApplicationController ` + ns + `><state>not ready</state></ApplicationController>`, ControllerNotReady},
		{"become ready", func(ctx context.Context, c *Client) (any, error) {
			return nil, c.SetApplicationController(ctx, "ac1", ControllerReady)
		}, "PUT /com.broadsoft.xsi-actions/v2.0/system/services/RoutePoint/ApplicationController/ac1\n" + xmlDeclaration +
			`<ApplicationController ` + ns + `><state>ready</state></ApplicationController>`, 200, "<html>fine</html", nil},
	})
}

func TestUser_Services(t *testing.T) {
	const services = "/com.broadsoft.xsi-actions/v2.0/user/agent100@pbx.example/services/"
	set := func(name, body string, do func(ctx context.Context, u User) error) exchange {
		root, _, _ := strings.Cut(body, " ")
		return exchange{name: name, request: "PUT " + services + root[1:] + "\n" + xmlDeclaration + body, do: func(ctx context.Context, c *Client) (any, error) {
			return nil, do(ctx, c.User(agent100))
		}}
	}
	testExchanges(t, []exchange{
		set("don't disturb", `<DoNotDisturb `+ns+`><active>true</active></DoNotDisturb>`, func(ctx context.Context, u User) error {
			return u.SetService(ctx, Service{Name: ServiceDoNotDisturb, Active: new(true)})
		}),
		set("forward always", `<CallForwardingAlways `+ns+`><active>true</active><forwardToPhoneNumber>1009</forwardToPhoneNumber><ringSplash>false</ringSplash></CallForwardingAlways>`,
			func(ctx context.Context, u User) error {
				return u.SetService(ctx, Service{Name: ServiceCallForwardingAlways, Active: new(true), ForwardTo: Address{URI: "1009"}, RingSplash: new(false)})
			}),
		set("forward no more", `<CallForwardingBusy `+ns+`><active>false</active></CallForwardingBusy>`, func(ctx context.Context, u User) error {
			return u.SetService(ctx, Service{Name: ServiceCallForwardingBusy, Active: new(false)})
		}),
		set("agent", `<CallCenter `+ns+`><agentACDState>Unavailable</agentACDState><agentUnavailableCode>lunch</agentUnavailableCode></CallCenter>`,
			func(ctx context.Context, u User) error {
				return u.SetAgent(ctx, CallCenter{State: AgentUnavailable, UnavailableCode: "lunch"})
			}),
		{"look", func(ctx context.Context, c *Client) (any, error) {
			return c.User(agent100).Service(ctx, ServiceCallForwardingNoAnswer)
		}, "GET " + services + "CallForwardingNoAnswer\n", 200,
			`<CallForwardingNoAnswer ` + ns + `><active>true</active><forwardToPhoneNumber>tel:+15550100777</forwardToPhoneNumber><numberOfRings>3</numberOfRings></CallForwardingNoAnswer>`,
			&Service{Name: ServiceCallForwardingNoAnswer, Active: new(true), ForwardTo: Address{URI: "tel:+15550100777"}, Rings: new(3)}},
	})
	if _, err := Append(nil, &Service{Name: ServiceDoNotDisturb, Rings: new(3)}); err == nil {
		t.Error("do not disturb has no number of rings, and one was written")
	}
}
