package csta

import (
	"strings"
	"testing"
)

func TestEdition_Namespaces(t *testing.T) {
	for ed, ns := range map[Edition]string{
		Ed3: "http://www.ecma-international.org/standards/ecma-323/csta/ed3",
		Ed4: "http://www.ecma-international.org/standards/ecma-323/csta/ed4",
		Ed5: "http://www.ecma-international.org/standards/ecma-323/csta/ed5",
		Ed6: "http://www.ecma-international.org/standards/ecma-323/csta/ed6",
	} {
		if ed.Namespace() != ns || ed.String() != ns[len(ns)-3:] {
			t.Errorf("%v: %s", ed, ed.Namespace())
		}
		for _, name := range []string{ns, ns + "/priv1", ns + "/privA"} {
			if got, ok := ParseEdition(name); got != ed || !ok {
				t.Errorf("%s is %v, %v", name, got, ok)
			}
		}
	}
	for name, nearest := range map[string]Edition{
		"": 0, "http://www.ecma-international.org/standards/ecma-323/csta/ed": 0,
		"http://www.ecma-international.org/standards/ecma-323/csta/edX":  0,
		"http://www.ecma-international.org/standards/ecma-323/csta/ed2":  Ed3,
		"http://www.ecma.ch/standards/ecma-323/csta/ed2":                 Ed3,
		"http://www.ecma-international.org/standards/ecma-323/csta/ed7":  Ed6,
		"http://www.ecma-international.org/standards/ecma-323/csta/ed33": Ed6,
		"http://www.ecma.ch/standards/ecma-323/csta/ed4":                 Ed4,
		AppSessionNS: 0,
	} {
		if got, ok := ParseEdition(name); got != 0 || ok {
			t.Errorf("%s is %v, %v", name, got, ok)
		}
		if got, ok := NearestEdition(name); got != nearest || ok != (nearest != 0) {
			t.Errorf("%s is nearest to %v, %v", name, got, ok)
		}
	}
	if got, ok := NearestEdition(Ed5.Namespace()); got != Ed5 || !ok {
		t.Errorf("%v, %v", got, ok)
	}
	if Edition(0).Namespace() != "" || Edition(7).String() != "unknown edition" {
		t.Error("editions that are not in use have a name")
	}
}

func TestEdition_OutsideIsNotSent(t *testing.T) {
	for _, c := range []struct {
		m  Message
		ed Edition
	}{{&SystemStatusResponse{}, 0}, {&SystemStatusResponse{}, 7}, {&GetMonitors{}, Ed3}, {&GetMonitorsResponse{}, Ed4},
		{&MonitorInfo{ServiceCrossRefID: "1"}, Ed5}, {&GetRegistrations{}, Ed5}, {&GetRegistrationsResponse{}, Ed5},
		{&RegistrationInfo{ServiceCrossRefID: "1"}, Ed5}} {
		out, err := Append([]byte("before"), c.m, c.ed)
		if err == nil || string(out) != "before" {
			t.Errorf("%s in %v: %s", c.m.Name(), c.ed, out)
		}
	}
}

// The one type that changed between editions.
func TestEdition_DeflectCall(t *testing.T) {
	m := &DeflectCall{CallToBeDiverted: Connection("77", "1001"),
		NewDestination: NewDestination{[]DeviceID{{Value: "1002"}, {Value: "1003"}}}}
	const call = `<callToBeDiverted><callID>77</callID><deviceID>1001</deviceID></callToBeDiverted>`
	for ed, want := range map[Edition]string{
		Ed3: `<newDestination>1002</newDestination></DeflectCall>`,
		Ed4: `<newDestination>1002</newDestination></DeflectCall>`,
		Ed5: `<newDestination>1002</newDestination></DeflectCall>`,
		Ed6: `<newDestination><device>1002</device><device>1003</device></newDestination></DeflectCall>`,
	} {
		want = `<DeflectCall xmlns="` + ed.Namespace() + `">` + call + want
		if got := encode(t, m, ed); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Values that only edition 6 has are replaced by the closest one before it.
func TestEdition_Values(t *testing.T) {
	replaced := map[EventCause]EventCause{
		"callInterception": "redirected", "callInterceptionBusy": "busy", "callInterceptionForwarded": "callForward",
		"callInterceptionNoAnswer": "callNotAnswered", "callInterceptionResourcesNotAvailable": "resourcesNotAvailable",
		"lawfulInterception": "normal", "makeConnection": "makeCall", "newCall": "newCall",
	}
	for cause, older := range replaced {
		m := &BackInServiceEvent{MonitorCrossRefID: "1", Device: Subject("1"), Cause: cause}
		if got := encode(t, m, Ed6); !strings.Contains(got, "<cause>"+string(cause)+"<") {
			t.Errorf("ed6: %s", got)
		}
		for ed := Ed3; ed < Ed6; ed++ {
			if got := encode(t, m, ed); !strings.Contains(got, "<cause>"+string(older)+"<") {
				t.Errorf("%v: %s", ed, got)
			}
			if cause.Known(ed) != (cause == older) || !older.Known(ed) {
				t.Errorf("%v knows %s", ed, cause)
			}
		}
		if m.Cause != cause {
			t.Error("Append changes the message")
		}
	}
	for _, value := range []ErrorValue{"conferenceResourceCannotBeSatisfied", "maxDevicesExceeded", "startTimeOutOfRange", "durationExceeded"} {
		m := NewError(ErrorSystemResource, value)
		if got := encode(t, m, Ed6); !strings.Contains(got, "<systemResourceAvailibility>"+string(value)+"<") {
			t.Errorf("ed6: %s", got)
		}
		if got := encode(t, m, Ed4); !strings.Contains(got, "<systemResourceAvailibility>generic<") {
			t.Errorf("ed4: %s", got)
		}
	}
	filter := &ChangeMonitorFilter{MonitorCrossRefID: "1", RequestedFilterList: MonitorFilter{
		Present: FilterPresenceState | FilterForwarding, Set: FilterPresenceState}}
	if got := encode(t, filter, Ed5); !strings.Contains(got,
		"<requestedFilterList><logicalDeviceFeature><forwarding>false</forwarding></logicalDeviceFeature></requestedFilterList>") {
		t.Error(got)
	}
	if got := encode(t, filter, Ed6); !strings.Contains(got, "<forwarding>false</forwarding><presenceState>true</presenceState>") {
		t.Error(got)
	}
}
