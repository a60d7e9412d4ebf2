package csta

import (
	"bufio"
	"bytes"
	"testing"
)

// Reading a message costs one allocation for the copy of its text and one for
// the message, and what is listed here for pointers, octets and lists in it.
// Writing into a buffer that is long enough costs none.
var extraAllocs = map[string]float64{
	"MonitorStart.xml":                 1, // the filter's group
	"MonitorStartResponse.xml":         1, // a boolean
	"SnapshotDeviceResponse.xml":       2, // the list, the states
	"SnapshotDeviceResponse-calls.xml": 6, // the list and once more of it, the states of four calls
	"SnapshotCallResponse.xml":         1, // the list
	"MakeCall.xml":                     1, // correlator data
	"DeliveredEvent.xml":               3, // correlator and user data, linkage
	"QueuedEvent.xml":                  1, // a number
	"TransferedEvent.xml":              1, // the list
	"DeflectCall.xml":                  1, // the list
	"GetAgentStateResponse.xml":        2, // the lists
	"SetAgentState.xml":                1, // the password
	"RouteEnd.xml":                     1, // the error
}

// No change makes reading or writing allocate more than it must.
func TestAllocations(t *testing.T) {
	var d Decoder
	var e Encoder
	buf := make([]byte, 0, MaxSend)
	for name, body := range readSamples(t) {
		m, _ := decode(t, string(body))
		if got, want := testing.AllocsPerRun(100, func() { _, _, _ = d.Decode(body) }), 2+extraAllocs[name]; got > want {
			t.Errorf("%s: reading it allocates %v times instead of %v", name, got, want)
		}
		if got := testing.AllocsPerRun(100, func() { _, _ = e.AppendMessage(buf, 1, Declaration, m, Ed6) }); got != 0 {
			t.Errorf("%s: writing it allocates %v times", name, got)
		}
		frame, err := AppendFrame(nil, 1, body)
		if err != nil {
			t.Fatal(err)
		}
		stream, body := bytes.NewReader(nil), make([]byte, 0, MaxFrame)
		r := bufio.NewReaderSize(stream, MaxFrame)
		if got := testing.AllocsPerRun(100, func() {
			stream.Reset(frame)
			if _, err := ReadFrame(r, body, 0); err != nil {
				t.Fatal(err)
			}
		}); got != 0 {
			t.Errorf("%s: reading its frame allocates %v times", name, got)
		}
		if _, ok := m.(Event); !ok {
			continue
		}
		event, err := NewEventXML(Declaration, m, Ed6)
		if err != nil {
			t.Fatal(err)
		}
		if got := testing.AllocsPerRun(100, func() { _, _ = event.AppendFrame(buf, "4711", StateHold) }); got != 0 {
			t.Errorf("%s: a receiver's copy allocates %v times", name, got)
		}
	}
}
