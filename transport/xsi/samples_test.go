package xsi

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readSamples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/samples/*.xml")
	if err != nil || len(files) != 74 {
		t.Fatalf("%d samples, want 74: %v", len(files), err)
	}
	samples := map[string][]byte{}
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		samples[strings.TrimSuffix(filepath.Base(file), ".xml")] = bytes.TrimSpace(doc)
	}
	return samples
}

// The people, places and times of the samples.
const (
	admin    = "ctiadmin@pbx.example"
	agent100 = "agent100@pbx.example"
	queue1   = "queue1@pbx.example"
	rp1      = "rp1@pbx.example"
	channel1 = "0d6c3f2e-7a41-4a1f-8f43-0000000000a1"
	channel2 = "0d6c3f2e-7a41-4a1f-8f43-0000000000a2"
	order1   = "5b0f6a52-0c7d-4c0b-9a55-000000000001"
	newTrack = "a1b2c3d4-0000-4000-8000-000000000902"

	start    = 1700000000000
	answered = 1700000004000
	held     = 1700000009000
	removed  = 1700000010000
	detached = 1700000020000
	released = 1700000030000
)

func outsideParty() Party {
	return Party{Address: Address{URI: "tel:+15550100777"}, CallType: "Network"}
}

func insideParty() Party {
	return Party{
		Address: Address{URI: "tel:200"}, UserID: "agent200@pbx.example",
		UserDN: Address{URI: "tel:+15550100200;ext=200", CountryCode: "1"}, CallType: "Group",
	}
}

func phone() *Endpoint {
	return &Endpoint{Type: "AccessEndpoint", AddressOfRecord: "5550100100@pbx.example"}
}

// told is the envelope of a sample: its number is in the event ID.
func told(number, sequence int, target string, data EventData) *SubscriptionEvent {
	return &SubscriptionEvent{
		EventID: fmt.Sprintf("e0000000-0000-4000-8000-%012d", number), SequenceNumber: sequence, UserID: admin,
		ExternalApplicationID: "csta-connector", SubscriptionID: order1, ChannelID: channel1, TargetID: target, Data: data,
	}
}

func answer(status ResponseStatus, reason string) *EventResponse {
	return &EventResponse{EventID: "e0000000-0000-4000-8000-000000000001", StatusCode: status, Reason: reason}
}

func terminated(reason TerminatedReason) *ChannelTerminatedEvent {
	return &ChannelTerminatedEvent{ChannelID: channel1, Reason: reason}
}

func commandSamples() map[string]Document {
	return map[string]Document{
		"actions-calls-empty": &Calls{},
		"actions-calls-list": &Calls{Calls: []CallInfo{{
			CallID: "callhalf-5001:0", URI: "/v2.0/user/agent100@pbx.example/calls/callhalf-5001:0",
		}}},
		"actions-callstartinfo": &CallStartInfo{CallID: "callhalf-5001:0", ExternalTrackingID: "901:1"},
		"actions-conference-request": &Conference{Participants: []Participant{
			{CallID: "callhalf-5001:0"}, {CallID: "callhalf-5001:1"},
		}},
		"actions-hookstatus":      &HookStatus{Status: "On-Hook"},
		"chunk-channel-heartbeat": &ChannelHeartBeat{},
		"cmd-channel-create-request": &Channel{
			ChannelSetID: "csta-connector/cluster-a", Priority: 1, Weight: 50, Expires: new(3600), ApplicationID: "csta-connector",
		},
		"cmd-channel-create-response": &Channel{ChannelID: channel1, Expires: new(3600)},
		"cmd-channel-refresh-request": &Channel{Expires: new(7200)},
		"cmd-channelset-response": &ChannelSet{Channels: []Channel{
			{ChannelID: channel1, ChannelSetID: "csta-connector/cluster-a", Priority: 1, Weight: 50, Expires: new(3570)},
			{ChannelID: channel2, ChannelSetID: "csta-connector/cluster-a", Priority: 2, Weight: 50, Expires: new(3570)},
		}},
		"cmd-eventresponse-200": answer(200, "OK"),
		"cmd-eventresponse-400": answer(400, "cannot process"),
		"cmd-eventresponse-404": answer(404, "unknown channel"),
		"cmd-eventresponse-481": answer(481, "unknown subscription"),
		"cmd-eventresponse-500": answer(500, "not leader"),
		"cmd-subscription-list-response": &SubscriptionList{Subscriptions: []Subscription{{
			SubscriptionID: order1, SubscriberID: admin, TargetIDType: "User", TargetID: agent100, Event: "Advanced Call",
			Expires: new(4800), ChannelSetID: "csta-connector/cluster-a", ApplicationID: "csta-connector",
		}}},
		"cmd-subscription-refresh-request": &Subscription{Expires: new(86400)},
		"cmd-subscription-request": &Subscription{
			Event: "Advanced Call", Expires: new(86400), ChannelSetID: "csta-connector/cluster-a", ApplicationID: "csta-connector",
		},
		"cmd-subscription-response": &Subscription{SubscriptionID: order1, Expires: new(86400)},
		"resp-errorinfo": &ErrorInfo{
			Summary: "Channel set not found.", SummaryEnglish: "Channel set not found.", ErrorCode: 110842,
		},
		"ev-ChannelTerminatedEvent-DuplicateChannelSet":  terminated("DuplicateChannelSet"),
		"ev-ChannelTerminatedEvent-Expired":              terminated("Expired"),
		"ev-ChannelTerminatedEvent-ExplicitDelete":       terminated("ExplicitDelete"),
		"ev-ChannelTerminatedEvent-NonResponsiveChannel": terminated("NonResponsiveChannel"),
		"ev-ChannelTerminatedEvent-UnknownChannel":       terminated("UnknownChannel"),
		"ev-ChannelTerminatedEvent-UserDeleted":          terminated("UserDeleted"),
	}
}

// samples are all samples with what they say, typed from them.
func samples(t testing.TB) map[string]Document {
	all := commandSamples()
	for _, more := range []map[string]*SubscriptionEvent{callSamples(), callCentreSamples()} {
		for name, e := range more {
			all["ev-"+name] = e
		}
	}
	if len(all) != 74 {
		t.Fatalf("%d samples are typed here, want 74", len(all))
	}
	return all
}

func decode(t testing.TB, doc string) (Document, Info) {
	t.Helper()
	d, info, err := Decode([]byte(doc))
	if err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return d, info
}

func encode(t testing.TB, d Document) string {
	t.Helper()
	out, err := Append(nil, d)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestSamples_SayWhatIsExpected(t *testing.T) {
	want := samples(t)
	for name, doc := range readSamples(t) {
		got, info := decode(t, string(doc))
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if info.Leniencies != 0 || info.Root != got.Root() {
			t.Errorf("%s: %+v, want nothing to forgive and root %s", name, info, got.Root())
		}
	}
}

func TestSamples_AreWrittenBack(t *testing.T) {
	files := readSamples(t)
	for name, d := range samples(t) {
		want := string(files[name])
		if got := encode(t, d); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// The samples with other prefixes, and with the indentation that some servers
// send.
func TestSamples_PrefixesAndWhiteSpaceDontMatter(t *testing.T) {
	want := samples(t)
	other := strings.NewReplacer("xsi1:", "xsi:", "xsi:", "b:", ":xsi1=", ":xsi=", ":xsi=", ":b=")
	for name, doc := range readSamples(t) {
		pretty := strings.ReplaceAll(other.Replace(string(doc)), "><", ">\r\n\t <!-- a > comment --> <")
		got, info := decode(t, byteOrderMark+"<!-- x -->\n"+strings.TrimPrefix(pretty, declaration)+"\n\n")
		if diff := cmp.Diff(want[name], got); diff != "" || info.Leniencies != 0 {
			t.Errorf("%s: %q\n%s", name, info.Leniencies, diff)
		}
	}
}
