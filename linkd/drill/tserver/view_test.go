package tserver

import (
	"testing"
	"time"
)

// told feeds a monitor events given as event and the device's state after, and
// returns what it counted.
func told(m *monitor, events ...string) (repeats int, faults []string) {
	for i := 0; i < len(events); i += 2 {
		n, f := m.hear(heard{event: events[i] + "Event", call: "7", subject: "1000", local: events[i+1]})
		repeats += n
		faults = append(faults, f...)
	}
	return repeats, faults
}

func monitorWith(events ...string) *monitor {
	m := newMonitor("1000")
	m.synced = true
	told(m, events...)
	m.resume(time.Now())
	return m
}

func TestReplayIsCounted(t *testing.T) {
	m := monitorWith("Delivered", "alerting", "Established", "connected", "Held", "hold")
	repeats, faults := told(m, "Established", "connected", "Held", "hold", "Retrieved", "connected")
	if repeats != 2 || len(faults) > 0 || m.parts["7"] != "connected" {
		t.Errorf("%d repeats, faults %v, part %q", repeats, faults, m.parts["7"])
	}
}

// Cycles of hold and retrieve look alike: only the last Held is repeated here.
func TestReplayOfACycle(t *testing.T) {
	m := monitorWith("Delivered", "alerting", "Established", "connected", "Held", "hold", "Retrieved", "connected", "Held", "hold")
	repeats, faults := told(m, "Held", "hold", "Retrieved", "connected", "ConnectionCleared", "null")
	if repeats != 1 || len(faults) > 0 || len(m.parts) > 0 {
		t.Errorf("%d repeats, faults %v, parts %v", repeats, faults, m.parts)
	}
}

func TestNewEventThatLooksLikeARepetition(t *testing.T) {
	m := monitorWith("Delivered", "alerting", "Established", "connected", "Held", "hold", "Retrieved", "connected")
	repeats, faults := told(m, "Held", "hold", "ConnectionCleared", "null")
	if repeats != 0 || len(faults) > 0 || len(m.parts) > 0 {
		t.Errorf("%d repeats, faults %v, parts %v", repeats, faults, m.parts)
	}
}

func TestFaultsAreFound(t *testing.T) {
	for name, events := range map[string][]string{
		"lost":        {"Delivered", "alerting", "Held", "hold"},
		"twice":       {"Delivered", "alerting", "Established", "connected", "Held", "hold", "Held", "hold"},
		"resurrected": {"Delivered", "alerting", "ConnectionCleared", "null", "Established", "connected"},
		"never begun": {"ConnectionCleared", "null"},
	} {
		m := newMonitor("1000")
		m.synced = true
		if _, faults := told(m, events...); len(faults) == 0 {
			t.Errorf("%s: no fault was found in %v", name, events)
		}
	}
}

// A device that a call left may be tried again, and be busy.
func TestComesBackAndFails(t *testing.T) {
	m := newMonitor("1000")
	m.synced = true
	if _, faults := told(m, "Delivered", "alerting", "Diverted", "null", "Failed", "fail", "ConnectionCleared", "null"); len(faults) > 0 || len(m.parts) > 0 {
		t.Errorf("faults %v, parts %v", faults, m.parts)
	}
}

func TestOfferedAndBridged(t *testing.T) {
	m := newMonitor("1000")
	m.synced = true
	if _, faults := told(m, "Offered", "alerting", "Delivered", "alerting", "Established", "connected", "Bridged", "queued", "ConnectionCleared", "null"); len(faults) > 0 {
		t.Errorf("faults %v", faults)
	}
	if _, faults := told(m, "Offered", "alerting", "Delivered", "alerting", "Delivered", "alerting"); len(faults) == 0 {
		t.Error("Delivered twice was believed")
	}
}

// Where order holds for each device alone, a caller may hear of its call before it
// hears that it made it; of nothing else is the order wrong then.
func TestOrderOfOneDevice(t *testing.T) {
	for _, perDevice := range []bool{false, true} {
		m := newMonitor("1000")
		m.synced, m.perDevice = true, perDevice
		m.parts["7"] = "connected" // the called one was told that 1000 calls
		if _, faults := told(m, "Originated", "connected"); (len(faults) == 0) != perDevice {
			t.Errorf("per device %v: faults %v", perDevice, faults)
		}
		if _, faults := told(m, "Delivered", "alerting"); len(faults) == 0 {
			t.Error("a call that was answered rings again, and nobody complains")
		}
	}
}

func TestGapInAReplay(t *testing.T) {
	m := monitorWith("Delivered", "alerting", "Established", "connected", "Held", "hold")
	// Held was heard and isn't repeated, yet Retrieved comes: the replay skipped
	// nothing that matters only if the order is legal. Delivered again is not.
	if _, faults := told(m, "Delivered", "alerting", "Retrieved", "connected"); len(faults) == 0 {
		t.Error("a replay with a gap was believed")
	}
}
