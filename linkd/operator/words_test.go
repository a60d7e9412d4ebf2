package operator

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Every number of the schema has a word, and each word leads back to it.
func TestWords(t *testing.T) {
	for what, c := range map[string]struct {
		words []string
		names map[int32]string
	}{
		"kind":         {deviceKinds, fsmpb.DeviceKind_name},
		"service from": {serviceFroms, fsmpb.ServiceFrom_name},
		"service":      {services, fsmpb.ServiceState_name},
		"agent state":  {agentStates, fsmpb.AgentState_name},
	} {
		if len(c.words) != len(c.names) {
			t.Errorf("%s: %d words for %d numbers", what, len(c.words), len(c.names))
		}
		for n := range c.names {
			if back, err := number(c.words, word(c.words, n), what); err != nil || back != n {
				t.Errorf("%s %d is %q, which is %d, %v", what, n, word(c.words, n), back, err)
			}
		}
	}
	if _, err := number(deviceKinds, "queue", "kind"); err == nil {
		t.Error("a kind that there isn't was taken")
	}
}

func TestStandardNames(t *testing.T) {
	for want, n := range map[string]interface{ String() string }{
		"ConnectionCleared":     fsmpb.EventType_CONNECTION_CLEARED,
		"AgentWorkingAfterCall": fsmpb.EventType_AGENT_WORKING_AFTER_CALL_EVENT,
		"Held":                  fsmpb.EventType_HELD,
		"MakeCall":              fsmpb.Service_MAKE_CALL,
	} {
		if got := standard(n); got != want {
			t.Errorf("%v is %q, want %q", n, got, want)
		}
	}
}
