package csta

import (
	"errors"
	"strings"
	"testing"
)

// Each receiver's copy is what Append would have written for it.
func TestEventXML_EqualsAppend(t *testing.T) {
	n := 0
	for _, s := range loadSchema(t) {
		m, _ := decode(t, s.document(t, Ed6))
		event, ok := m.(Event)
		if ok != strings.HasSuffix(s.name, "Event") {
			t.Errorf("%s is an event: %v", s.name, ok)
		}
		if !ok {
			continue
		}
		n++
		for _, ed := range []Edition{Ed3, Ed6} {
			*event.Monitor() = "" // doesn't matter
			shared, err := NewEventXML(Declaration, event, ed)
			if err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			for _, ref := range []string{"1", "4711", "a<b"} {
				*event.Monitor() = ref
				want := Declaration + encode(t, event, ed)
				want = strings.Replace(want, stateOf(want), "<localConnectionInfo>hold</localConnectionInfo>", 1)
				if got := string(shared.Append(nil, ref, StateHold)); got != want {
					t.Errorf("%s:\n got %s\nwant %s", s.name, got, want)
				}
				want = strings.Replace(want, stateOf(want), "", 1)
				if got := shared.Len(ref, StateHold); ref != "a<b" && got != len(shared.Append(nil, ref, StateHold)) {
					t.Errorf("%s: %d octets, but Len is %d", s.name, len(shared.Append(nil, ref, StateHold)), got)
				}
				frame, err := shared.AppendFrame([]byte("before"), ref, "")
				if err != nil || string(frame[6+HeaderLen:]) != want || string(frame[10:14]) != "9999" {
					t.Errorf("%s: %v\n got %s\nwant %s", s.name, err, frame, want)
				}
			}
		}
	}
	if n < 25 {
		t.Errorf("%d events", n)
	}
}

// stateOf returns the localConnectionInfo element of an event, something that
// doesn't occur if it has none.
func stateOf(xml string) string {
	_, after, ok := strings.Cut(xml, "<localConnectionInfo>")
	if !ok {
		return "no localConnectionInfo"
	}
	value, _, _ := strings.Cut(after, "<")
	return "<localConnectionInfo>" + value + "</localConnectionInfo>"
}

func TestNewEventXML_Errors(t *testing.T) {
	var missing *MissingError
	if _, err := NewEventXML("", &HeldEvent{}, Ed4); !errors.As(err, &missing) || missing.Element != "heldConnection" {
		t.Error(err)
	}
	if _, err := NewEventXML("", &MonitorStopResponse{}, Ed4); !errors.As(err, &missing) || missing.Element != "monitorCrossRefID" {
		t.Error(err)
	}
	if _, err := NewEventXML("", &HeldEvent{}, 0); err == nil {
		t.Error("an event of no edition is encoded")
	}
	e, err := NewEventXML("", &PrivateEvent{PrivateData: &PrivateData{Private: RawXML("<a>" + strings.Repeat("x", MaxSend) + "</a>")}}, Ed4)
	if err != nil {
		t.Fatal(err)
	}
	var fe *FrameError
	if out, err := e.AppendFrame([]byte("before"), "1", ""); !errors.As(err, &fe) || string(out) != "before" {
		t.Error(err)
	}
}
