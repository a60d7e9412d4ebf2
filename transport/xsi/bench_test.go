package xsi

import (
	"bytes"
	"encoding/xml"
	"io"
	"testing"
	"time"
)

// The same event for encoding/xml, with the same fields filled.
type xmlEvent struct {
	XMLName        xml.Name `xml:"http://schema.broadsoft.com/xsi Event"`
	EventID        string   `xml:"eventID"`
	SequenceNumber int      `xml:"sequenceNumber"`
	UserID         string   `xml:"userId"`
	ApplicationID  string   `xml:"externalApplicationId"`
	SubscriptionID string   `xml:"subscriptionId"`
	ChannelID      string   `xml:"channelId"`
	TargetID       string   `xml:"targetId"`
	Data           struct {
		Type string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
		Call struct {
			CallID        string `xml:"callId"`
			ExtTrackingID string `xml:"extTrackingId"`
			Personality   string `xml:"personality"`
			State         string `xml:"state"`
			RemoteParty   struct {
				Address  string `xml:"address"`
				CallType string `xml:"callType"`
			} `xml:"remoteParty"`
			Endpoint struct {
				AddressOfRecord string `xml:"addressOfRecord"`
			} `xml:"endpoint"`
			Appearance        int    `xml:"appearance"`
			StartTime         int64  `xml:"startTime"`
			AnswerTime        int64  `xml:"answerTime"`
			RecordingControls string `xml:"allowedRecordingControls"`
		} `xml:"call"`
	} `xml:"eventData"`
}

const benchSample = "ev-CallAnsweredEvent"

// encoding/xml reads the same, so that the comparison is fair.
func TestBenchmark_Fair(t *testing.T) {
	doc := readSamples(t)[benchSample]
	var x xmlEvent
	if err := xml.Unmarshal(doc, &x); err != nil {
		t.Fatal(err)
	}
	d, _ := decode(t, string(doc))
	e := d.(*SubscriptionEvent)
	call := e.Data.(*CallEvent).Call
	if x.EventID != e.EventID || x.Data.Type != "xsi:CallAnsweredEvent" || x.Data.Call.CallID != call.CallID ||
		x.Data.Call.AnswerTime != int64(call.AnswerTime) || x.Data.Call.Endpoint.AddressOfRecord != call.Endpoint.AddressOfRecord ||
		x.Data.Call.RemoteParty.Address != call.RemoteParty.Address.URI || x.Data.Call.RecordingControls != call.RecordingControls {
		t.Errorf("%+v\n%+v", x, e)
	}
}

// BenchmarkDecode reads an event; "x-encoding/xml" is how many times longer
// encoding/xml takes.
func BenchmarkDecode(b *testing.B) {
	doc := readSamples(b)[benchSample]
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Decode(doc); err != nil {
			b.Fatal(err)
		}
	}
	ours := b.Elapsed() / time.Duration(b.N)
	begin, n := time.Now(), 2000
	for range n {
		var x xmlEvent
		if err := xml.Unmarshal(doc, &x); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(begin)/time.Duration(n))/float64(ours), "x-encoding/xml")
}

// BenchmarkAppend writes an event into a buffer that is used again.
func BenchmarkAppend(b *testing.B) {
	d, _ := decode(b, string(readSamples(b)[benchSample]))
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buf, err = Append(buf[:0], d); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReader cuts a stream of events into documents.
func BenchmarkReader(b *testing.B) {
	doc := readSamples(b)[benchSample]
	src := bytes.Repeat(doc, 1000)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		r := NewReader(bytes.NewReader(src), 0)
		for n := 0; ; n++ {
			if _, err := r.Next(); err == io.EOF && n == 1000 {
				break
			} else if err != nil {
				b.Fatal(n, err)
			}
		}
	}
}
