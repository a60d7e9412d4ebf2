package xsi

import (
	"errors"
	"testing"
)

// What can't be sent is refused, with the reason.
func TestAppend_RefusesWhatTheSchemaForbids(t *testing.T) {
	event := func(d EventData) *SubscriptionEvent { return told(1, 1, agent100, d) }
	for _, c := range []struct {
		name string
		doc  Document
		want string
	}{
		{"a response without a reason", &EventResponse{EventID: "e", StatusCode: 200}, "write xsi EventResponse: the required reason is not set"},
		{"an empty channel set", &ChannelSet{}, "write xsi ChannelSet: the required channel is not set"},
		{"two contacts", &Subscription{HTTPContact: "u", ChannelSetID: "s"},
			"write xsi Subscription: httpContact is set, but the schema has no such element there"},
		{"two owners", &Subscription{SubscriberID: "u", ClientID: "c"},
			"write xsi Subscription: subscriberId is set, but the schema has no such element there"},
		{"one package and several", &Subscription{Event: "Basic Call", Packages: []Package{"Call Park"}},
			"write xsi Subscription: eventPackageList is set, but the schema has no such element there"},
		{"an event without an owner", func() Document { e := event(&HookStatusEvent{"On-Hook"}); e.UserID = ""; return e }(),
			"write xsi Event: the required userId is not set"},
		{"an event of two owners", func() Document { e := event(&HookStatusEvent{"On-Hook"}); e.ClientID = "c"; return e }(),
			"write xsi Event: userId is set, but the schema has no such element there"},
		{"an event without data", event(nil), "write xsi Event: the required eventData is not set"},
		{"an unknown event", event(&UnknownEvent{Type: "X"}), `write xsi event: a *xsi.UnknownEvent doesn't tell of a "X"`},
		{"an unknown event with a known name", event(&UnknownEvent{Type: CallAnswered}),
			`write xsi event: a *xsi.UnknownEvent doesn't tell of a "CallAnsweredEvent"`},
		{"an event in another family's struct", event(&QueueEvent{Type: CallAnswered}),
			`write xsi event: a *xsi.QueueEvent doesn't tell of a "CallAnsweredEvent"`},
		{"a position where none is", event(&QueueEvent{Type: ACDCallReleased, Entry: waiting(), Position: 1}),
			"write xsi Event: position is set, but the schema has no such element there"},
		{"no position where one is", event(&QueueEvent{Type: ACDCallAdded, Entry: waiting()}),
			"write xsi Event: the required position is not set"},
		{"an endpoint without a type", event(&ConferenceEvent{Type: ConferenceStarted, Conference: Conference{Endpoint: &Endpoint{}}}),
			"write xsi Event: the required endpoint's type is not set"},
		{"an access endpoint with an address", event(&ConferenceEvent{Type: ConferenceStarted, Conference: Conference{
			Endpoint: &Endpoint{Type: AccessEndpoint, AddressOfRecord: "a", Address: Address{URI: "tel:1"}}}}),
			"write xsi Event: address is set, but the schema has no such element there"},
		{"an unknown document", &UnknownDocument{Name: "Novelty"}, `write xsi document: "Novelty" is not known`},
	} {
		out, err := Append([]byte("before"), c.doc)
		if err == nil || err.Error() != c.want || string(out) != "before" {
			t.Errorf("%s: %q and %v, want %s", c.name, out, err, c.want)
		}
	}
}

func TestAppend_Errors(t *testing.T) {
	var missing *MissingError
	if _, err := Append(nil, &EventResponse{}); !errors.As(err, &missing) || missing.Root != "EventResponse" || missing.Element != "eventID" {
		t.Errorf("%#v", missing)
	}
	var surplus *SurplusError
	if _, err := Append(nil, &Subscription{HTTPContact: "u", ChannelSetID: "s"}); !errors.As(err, &surplus) || surplus.Element != "httpContact" {
		t.Errorf("%#v", surplus)
	}
}

// Expected octets typed by hand.
func TestAppend_Octets(t *testing.T) {
	const decl = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	for _, c := range []struct {
		name string
		doc  Document
		want string
	}{
		{"text", &Channel{ChannelSetID: " a<b>&\"c\"\td\r\nMüller\x01\xff\ufffe "},
			decl + `<Channel xmlns="http://schema.broadsoft.com/xsi"><channelSetId>&#32;a&lt;b&gt;&amp;&quot;c&quot;&#9;d&#13;&#10;Müller` + "\ufffd\ufffd\ufffd" + `&#32;</channelSetId></Channel>`},
		{"packages", &Subscription{Packages: []Package{PackageBasicCall, PackageCallPark}, HTTPContact: "http://192.0.2.1/"},
			decl + `<Subscription xmlns="http://schema.broadsoft.com/xsi"><eventPackageList><event>Basic Call</event><event>Call Park</event></eventPackageList><httpContact><uri>http://192.0.2.1/</uri></httpContact></Subscription>`},
		{"a call outside an event", &Call{CallID: "c", ExtTrackingID: "1:1", Personality: Originator, State: CallActive, StartTime: 5,
			Endpoint: &Endpoint{Type: RemoteOfficeEndpoint, Address: Address{URI: "tel:1", CountryCode: "49"}}},
			decl + `<Call xmlns="http://schema.broadsoft.com/xsi"><callId>c</callId><extTrackingId>1:1</extTrackingId><personality>Originator</personality><state>Active</state><remoteParty/><endpoint xmlns:xsi1="http://www.w3.org/2001/XMLSchema-instance" xsi1:type="RemoteOfficeEndpoint"><address countryCode="49">tel:1</address></endpoint><startTime>5</startTime></Call>`},
		{"the readiness of an application", &ApplicationController{State: ControllerNotReady},
			decl + `<ApplicationController xmlns="http://schema.broadsoft.com/xsi"><state>not ready</state></ApplicationController>`},
	} {
		if got := encode(t, c.doc); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}
