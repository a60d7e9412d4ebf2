package xsi

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const ns = `xmlns="http://schema.broadsoft.com/xsi"`

// What peers in the field send, and what it is read as.
func TestDecode_Lenient(t *testing.T) {
	channel := &Channel{ChannelID: "c1", Expires: new(60)}
	for _, c := range []struct {
		name, doc string
		want      Document
		info      Info
	}{
		{"no namespace", `<Channel><channelId>c1</channelId><expires>60</expires></Channel>`, channel,
			Info{Leniencies: LenientNamespace}},
		{"a prefix that nobody declared", `<x:Channel><x:channelId>c1</x:channelId><x:expires>60</x:expires></x:Channel>`, channel,
			Info{Leniencies: LenientNamespace}},
		{"single quotes", `<Channel xmlns='http://schema.broadsoft.com/xsi' ><channelId>c1</channelId ><expires> 60 </expires></Channel>`, channel,
			Info{}},
		{"two prefixes for one namespace", `<a:Channel xmlns:a="http://schema.broadsoft.com/xsi" ` + ns + `><channelId>c1</channelId><a:expires>60</a:expires></a:Channel>`,
			channel, Info{}},
		{"a namespace that is declared inside", `<Channel ` + ns + `><b:channelId xmlns:b="http://schema.broadsoft.com/xsi">c1</b:channelId><expires>60</expires></Channel>`,
			channel, Info{}},
		{"a declaration that is over", `<Channel ` + ns + `><b:channelId xmlns:b="http://schema.broadsoft.com/xsi">c1</b:channelId><b:expires>60</b:expires></Channel>`,
			channel, Info{Leniencies: LenientNamespace}},
		{"an extension", `<Channel ` + ns + `><channelId>c1</channelId><o:expires xmlns:o="urn:other">1</o:expires><expires>60</expires></Channel>`,
			channel, Info{Leniencies: LenientUnknown, Unknown: "expires"}},
		{"a child of tomorrow", `<Channel ` + ns + `><channelId>c1</channelId><colour><red/></colour><expires>60</expires></Channel>`, channel,
			Info{Leniencies: LenientUnknown, Unknown: "colour"}},
		{"a child that occurs twice", `<Channel ` + ns + `><channelId>c0</channelId><channelId>c1</channelId><expires>60</expires></Channel>`, channel,
			Info{Leniencies: LenientRepeated | LenientOrder}},
		{"a number that is none", `<Channel ` + ns + `><channelId>c1</channelId><expires>soon</expires></Channel>`, &Channel{ChannelID: "c1"},
			Info{Leniencies: LenientValue, BadValue: "expires"}},
		{"a number beyond its range", `<Channel ` + ns + `><priority>0</priority><weight>99999999999999999999</weight></Channel>`, &Channel{},
			Info{Leniencies: LenientValue, BadValue: "priority"}},
		{"expired", `<Channel ` + ns + `><expires>0</expires></Channel>`, &Channel{Expires: new(0)}, Info{}},
		{"a text with comments, CDATA and an instruction", `<Channel ` + ns + `><channelId>c<!-- x --><![CDATA[<1]]>&gt;<?pi?></channelId></Channel>`,
			&Channel{ChannelID: "c<1>"}, Info{}},
		{"an element in a text", `<Channel ` + ns + `><channelId><id>c0</id>c1</channelId></Channel>`, &Channel{ChannelID: "c1"},
			Info{Leniencies: LenientContent}},
		{"an empty child", `<Channel ` + ns + `><channelId/></Channel>`, &Channel{}, Info{}},
		{"references", `<Channel ` + ns + `><channelId>&#x6d;&#252;&amp;&quot;&apos;&lt;&gt;</channelId></Channel>`, &Channel{ChannelID: `mü&"'<>`}, Info{}},
		{"a space that is meant", `<Channel ` + ns + `><channelId> a&#32; </channelId></Channel>`, &Channel{ChannelID: "a "}, Info{}},
		{"UTF-8", `<Channel ` + ns + `><channelId>Müller</channelId></Channel>`, &Channel{ChannelID: "Müller"}, Info{}},
		{"ISO 8859-1", "<Channel " + ns + "><channelId>M\xfcller</channelId></Channel>", &Channel{ChannelID: "Müller"},
			Info{Leniencies: LenientEncoding}},
		{"a document of tomorrow", `<Novelty ` + ns + `><a/></Novelty>`, &UnknownDocument{Name: "Novelty"}, Info{}},
		{"a document of somebody else", `<Channel xmlns="urn:other"><channelId/></Channel>`, &UnknownDocument{Name: "Channel"}, Info{}},
		{"the heartbeat as the specification spells it once", `<ChannelHeartbeat ` + ns + `/>`, &ChannelHeartBeat{},
			Info{Leniencies: LenientSpelling}},
		{"an error without a summary", `<ErrorInfo ` + ns + `><errorCode>110862</errorCode></ErrorInfo>`, &ErrorInfo{ErrorCode: 110862},
			Info{Leniencies: LenientMissing, Missing: "summaryEnglish"}},
		{"a flag with content", `<Conference ` + ns + `><muted>true</muted></Conference>`, &Conference{Muted: true}, Info{}},
		{"an empty list", `<Conference ` + ns + `><conferenceParticipantList/></Conference>`, &Conference{Participants: []Participant{}},
			Info{Leniencies: LenientMissing, Missing: "conferenceParticipant"}},
		{"booleans", `<Calls ` + ns + `><call inConference="1"><callId>a</callId></call><call><callId>b</callId></call></Calls>`,
			&Calls{Calls: []CallInfo{{InConference: true, CallID: "a"}, {CallID: "b"}}}, Info{}},
		{"a boolean that is none", `<Calls ` + ns + `><call inConference="maybe"><callId>a</callId></call></Calls>`,
			&Calls{Calls: []CallInfo{{CallID: "a"}}}, Info{Leniencies: LenientValue, BadValue: "inConference"}},
		{"two contacts", `<Subscription ` + ns + `><httpContact><uri>u</uri></httpContact><channelSetId>s</channelSetId></Subscription>`,
			&Subscription{HTTPContact: "u", ChannelSetID: "s"}, Info{Leniencies: LenientUnknown, Unknown: "channelSetId"}},
	} {
		got, info := decode(t, c.doc)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		info.Root = ""
		if info != c.info {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, info, c.info)
		}
	}
}

// envelope is an event with the given attributes and data.
func envelope(attrs, data string) string {
	return `<xsi:Event xmlns:xsi="http://schema.broadsoft.com/xsi" xmlns:xsi1="http://www.w3.org/2001/XMLSchema-instance"` + attrs +
		`><xsi:eventID>e1</xsi:eventID><xsi:sequenceNumber>7</xsi:sequenceNumber><xsi:userId>u</xsi:userId>` +
		`<xsi:externalApplicationId>a</xsi:externalApplicationId><xsi:subscriptionId>s</xsi:subscriptionId>` + data + `</xsi:Event>`
}

func TestDecode_LenientEvents(t *testing.T) {
	const ofSubscription = ` xsi1:type="xsi:SubscriptionEvent"`
	for _, c := range []struct {
		name, attrs, data string
		want              EventData
		info              Info
	}{
		{"an event of tomorrow", ofSubscription, `<xsi:eventData xsi1:type="xsi:CallHistoryEvent"><xsi:a><xsi:b/></xsi:a></xsi:eventData>`,
			&UnknownEvent{Type: "CallHistoryEvent"}, Info{}},
		{"an event without a type", ofSubscription, `<xsi:eventData><xsi:hookStatus>On-Hook</xsi:hookStatus></xsi:eventData>`,
			&UnknownEvent{}, Info{Leniencies: LenientType}},
		{"no event at all", ofSubscription, ``, &UnknownEvent{}, Info{Leniencies: LenientMissing, Missing: "eventData"}},
		{"a type without a prefix", ofSubscription, `<xsi:eventData xsi1:type="HookStatusEvent"><xsi:hookStatus>On-Hook</xsi:hookStatus></xsi:eventData>`,
			&HookStatusEvent{Status: "On-Hook"}, Info{Leniencies: LenientType}},
		{"a type attribute with a prefix that nobody declared", ofSubscription,
			`<xsi:eventData i:type="xsi:HookStatusEvent"><xsi:hookStatus>On-Hook</xsi:hookStatus></xsi:eventData>`,
			&HookStatusEvent{Status: "On-Hook"}, Info{Leniencies: LenientType}},
		{"a type attribute of something else first", ofSubscription + ` xsi:type="x"`,
			`<xsi:eventData o:type="x" xmlns:o="urn:other" xsi1:type=" xsi:HookStatusEvent "><xsi:hookStatus>On-Hook</xsi:hookStatus></xsi:eventData>`,
			&HookStatusEvent{Status: "On-Hook"}, Info{}},
		{"an envelope without a type", "", `<xsi:eventData xsi1:type="xsi:HookStatusEvent"><xsi:hookStatus>On-Hook</xsi:hookStatus></xsi:eventData>`,
			&HookStatusEvent{Status: "On-Hook"}, Info{Leniencies: LenientType}},
		{"a type spelt right, as the vendor's samples do", ofSubscription,
			`<xsi:eventData xsi1:type="xsi:ACDCallStrandedTreatmentCompletedEvent"><xsi:queueEntry/><xsi:reason>EOF</xsi:reason></xsi:eventData>`,
			&QueueEvent{Type: "ACDCallStrandedTreatementCompletedEvent", Reason: "EOF"},
			Info{Leniencies: LenientSpelling | LenientMissing, Missing: "callId"}},
		{"the other type spelt right", ofSubscription,
			`<xsi:eventData xsi1:type="xsi:ACDCallStrandedUnavailableTreatmentCompletedEvent"><xsi:reason>EOF</xsi:reason></xsi:eventData>`,
			&QueueEvent{Type: "ACDCallStrandedUnavailableTreatementCompletedEvent", Reason: "EOF"},
			Info{Leniencies: LenientSpelling | LenientMissing, Missing: "queueEntry"}},
		{"something that this event doesn't have", ofSubscription,
			`<xsi:eventData xsi1:type="xsi:CallHeldEvent"><xsi:call/><xsi:reason>Failure</xsi:reason></xsi:eventData>`,
			&CallEvent{Type: "CallHeldEvent", StopReason: "Failure"},
			Info{Leniencies: LenientUnknown | LenientMissing, Missing: "callId", Unknown: "reason"}},
		{"an endpoint without a type", ofSubscription,
			`<xsi:eventData xsi1:type="xsi:ConferenceHeldEvent"><xsi:conference><xsi:endpoint><xsi:address>tel:1</xsi:address></xsi:endpoint></xsi:conference></xsi:eventData>`,
			&ConferenceEvent{Type: "ConferenceHeldEvent", Conference: Conference{Endpoint: &Endpoint{Address: Address{URI: "tel:1"}}}},
			Info{Leniencies: LenientType}},
	} {
		got, info := decode(t, envelope(c.attrs, c.data))
		e, ok := got.(*SubscriptionEvent)
		if !ok || e.EventID != "e1" || e.SequenceNumber != 7 || e.Target() != "u" {
			t.Errorf("%s: %#v, want an event that can be answered", c.name, got)
			continue
		}
		if diff := cmp.Diff(c.want, e.Data); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		info.Root = ""
		if info != c.info {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, info, c.info)
		}
	}
	got, _ := decode(t, envelope(` xsi1:type="xsi:NoveltyEvent"`, ""))
	if diff := cmp.Diff(&UnknownDocument{Name: "NoveltyEvent"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecode_RefusesWhatItCantRead(t *testing.T) {
	deep := strings.Repeat("<a>", MaxDepth+1)
	for _, c := range []struct{ name, doc, reason string }{
		{"nothing", "", "a tag is expected"},
		{"no XML", "hello", "a tag is expected"},
		{"a document type", `<!DOCTYPE a [<!ENTITY b "c">]><a/>`, "a document type is not accepted"},
		{"an entity of its own", `<Channel><channelId>&b;</channelId></Channel>`, "a reference names no character"},
		{"a character that XML forbids", `<Channel><channelId>&#xFFFF;</channelId></Channel>`, "a reference names no character"},
		{"a reference without an end", `<Channel><channelId>&amp</channelId></Channel>`, "a reference has no end"},
		{"crossed tags", `<Channel><channelId></Channel></channelId>`, "an end tag does not match its start tag"},
		{"an open tag", `<Channel><channelId>`, "an element has no end tag"},
		{"two roots", `<Channel/><Channel/>`, "something follows the root element"},
		{"a declaration inside", `<Channel><!ELEMENT a></Channel>`, "a declaration stands inside the document"},
		{"a control character", "<Channel><channelId>\x01</channelId></Channel>", "a character is not allowed in XML"},
		{"a bad attribute", `<Channel a=b/>`, "an attribute is malformed"},
		{"attributes without space", `<Channel a="1"b="2"/>`, "white space is expected before an attribute"},
		{"a stray slash", `<Channel / a="1">`, "a tag has a stray '/'"},
		{"a name that is none", `<1/>`, "a tag has no name"},
		{"a comment without an end", `<Channel><!-- `, "a comment has no end"},
		{"too deep", deep, "elements are nested too deep"},
		{"too deep inside", `<Channel><b>` + deep, "elements are nested too deep"},
		{"too many elements", `<Calls>` + strings.Repeat("<a/>", MaxElements), "the document has too many elements"},
		{"too long a text", `<Channel><channelId>` + strings.Repeat("a", MaxText+1) + `</channelId></Channel>`, "a text is too long"},
		{"too many attributes", `<Channel` + strings.Repeat(` a="1"`, MaxAttributes+1) + `/>`, "an element has too many attributes"},
		{"too many namespaces", `<Channel` + strings.Repeat(` xmlns:a="1"`, maxBindings+1) + `/>`, "too many namespaces are declared"},
	} {
		d, _, err := Decode([]byte(c.doc))
		var se *SyntaxError
		if !errors.As(err, &se) || se.Reason != c.reason || d != nil {
			t.Errorf("%s: %v and %v, want %q", c.name, d, err, c.reason)
		}
	}
}

// An event that breaks off behind its ID can still be answered.
func TestDecode_NamesTheEventThatItCantRead(t *testing.T) {
	_, _, err := Decode([]byte(envelope("", `<xsi:eventData xsi1:type="xsi:HookStatusEvent"><a></b></xsi:eventData>`)))
	var se *SyntaxError
	if !errors.As(err, &se) || se.EventID != "e1" || se.Offset == 0 {
		t.Errorf("%+v, want event e1", err)
	}
}

func TestLeniency_String(t *testing.T) {
	if got := (LenientOrder | LenientEncoding).String(); got != "order encoding" {
		t.Errorf("%q", got)
	}
	if got := Leniency(1<<len(leniencies) - 1).String(); strings.Count(got, " ") != 9 {
		t.Errorf("%q", got)
	}
}
