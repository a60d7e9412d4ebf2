package csta

import (
	"encoding/xml"
	"testing"
	"time"
)

// The same two events for encoding/xml, with the same fields filled.

type xmlConnection struct {
	CallID   string `xml:"callID"`
	DeviceID string `xml:"deviceID"`
}

type xmlSubject struct {
	DeviceIdentifier string    `xml:"deviceIdentifier,omitempty"`
	NotKnown         *struct{} `xml:"notKnown"`
	NotRequired      *struct{} `xml:"notRequired"`
}

type xmlQueued struct {
	XMLName               xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 QueuedEvent"`
	MonitorCrossRefID     string        `xml:"monitorCrossRefID"`
	QueuedConnection      xmlConnection `xml:"queuedConnection"`
	Queue                 xmlSubject    `xml:"queue"`
	CallingDevice         xmlSubject    `xml:"callingDevice"`
	CalledDevice          xmlSubject    `xml:"calledDevice"`
	LastRedirectionDevice xmlSubject    `xml:"lastRedirectionDevice"`
	NumberQueued          int           `xml:"numberQueued"`
	LocalConnectionInfo   string        `xml:"localConnectionInfo"`
	Cause                 string        `xml:"cause"`
}

type xmlTransfered struct {
	XMLName                xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 TransferedEvent"`
	MonitorCrossRefID      string        `xml:"monitorCrossRefID"`
	PrimaryOldCall         xmlConnection `xml:"primaryOldCall"`
	SecondaryOldCall       xmlConnection `xml:"secondaryOldCall"`
	TransferringDevice     xmlSubject    `xml:"transferringDevice"`
	TransferredToDevice    xmlSubject    `xml:"transferredToDevice"`
	TransferredConnections struct {
		ConnectionListItem []struct {
			NewConnection *xmlConnection `xml:"newConnection"`
			OldConnection *xmlConnection `xml:"oldConnection"`
			Endpoint      *struct {
				DeviceID string `xml:"deviceID"`
			} `xml:"endpoint"`
		} `xml:"connectionListItem"`
	} `xml:"transferredConnections"`
	LocalConnectionInfo string `xml:"localConnectionInfo"`
	Cause               string `xml:"cause"`
}

// peers are the two events with what encoding/xml reads them into.
func peers() map[string]func() any {
	return map[string]func() any{
		"QueuedEvent":     func() any { return new(xmlQueued) },
		"TransferedEvent": func() any { return new(xmlTransfered) },
	}
}

// encoding/xml reads the same, so that the comparison is fair.
func TestBenchmark_Fair(t *testing.T) {
	samples := readSamples(t)
	var q xmlQueued
	if err := xml.Unmarshal(samples["QueuedEvent.xml"], &q); err != nil {
		t.Fatal(err)
	}
	m, _ := decode(t, string(samples["QueuedEvent.xml"]))
	if e := m.(*QueuedEvent); q.QueuedConnection.CallID != e.QueuedConnection.CallID || q.NumberQueued != *e.NumberQueued ||
		q.Cause != string(e.Cause) || q.LastRedirectionDevice.NotRequired == nil || q.Queue.DeviceIdentifier != e.Queue.Device.Value {
		t.Errorf("%+v\n%+v", q, e)
	}
	var x xmlTransfered
	if err := xml.Unmarshal(samples["TransferedEvent.xml"], &x); err != nil {
		t.Fatal(err)
	}
	m, _ = decode(t, string(samples["TransferedEvent.xml"]))
	e := m.(*TransferedEvent)
	items := x.TransferredConnections.ConnectionListItem
	if len(items) != 2 || items[0].Endpoint.DeviceID != e.TransferredConnections[0].Endpoint.Device.Value ||
		x.SecondaryOldCall.CallID != e.SecondaryOldCall.CallID {
		t.Errorf("%+v\n%+v", x, e)
	}
}

// BenchmarkDecode reads an event; "x-encoding/xml" is how many times longer
// encoding/xml takes.
func BenchmarkDecode(b *testing.B) {
	samples := readSamples(b)
	for name, peer := range peers() {
		body := samples[name+".xml"]
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Decode(body); err != nil {
					b.Fatal(err)
				}
			}
			ratio(b, func() {
				if err := xml.Unmarshal(body, peer()); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

// BenchmarkAppend writes an event into a buffer that is used again.
func BenchmarkAppend(b *testing.B) {
	samples := readSamples(b)
	for name, peer := range peers() {
		m, _ := decode(b, string(samples[name+".xml"]))
		v := peer()
		if err := xml.Unmarshal(samples[name+".xml"], v); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = Append(buf[:0], m, Ed6); err != nil {
					b.Fatal(err)
				}
			}
			ratio(b, func() {
				if _, err := xml.Marshal(v); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

// BenchmarkEventXML writes one receiver's copy of an event.
func BenchmarkEventXML(b *testing.B) {
	m, _ := decode(b, string(readSamples(b)["QueuedEvent.xml"]))
	event, err := NewEventXML(Declaration, m, Ed4)
	if err != nil {
		b.Fatal(err)
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = event.Append(buf[:0], "4711", StateQueued)
	}
}

// ratio reports how much longer peer takes than the benchmark's loop did.
func ratio(b *testing.B, peer func()) {
	own := b.Elapsed() / time.Duration(b.N)
	b.StopTimer()
	n := max(1, int(20*time.Millisecond/time.Microsecond)/20)
	start := time.Now()
	for range n {
		peer()
	}
	b.ReportMetric(float64(time.Since(start))/float64(n)/float64(own), "x-encoding/xml")
}
