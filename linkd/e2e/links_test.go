package e2e

import (
	"context"
	"testing"

	"github.com/holdline/holdline/transport/switchsim"
)

// registrationOfTheLink has the switch end the links' registrations for the
// status, and then their application sessions: the links come back, and clients
// notice nothing of those that don't carry the calls.
func (s *services) registrationOfTheLink(t *testing.T) {
	breaks := func(f switchsim.Fault) {
		t.Helper()
		if err := s.Switch.Break(f); err != nil {
			t.Fatal(err)
		}
	}
	registered := s.executed("SystemRegister")
	breaks(switchsim.Fault{Kind: "stopregister"})
	eventually(t, "new registrations for the status", func() bool { return s.executed("SystemRegister") >= registered+2 })

	// The second link only stands by.
	counted := func(name string) uint64 { return s.Switch.Exchanged()[name].Sent }
	const start, reset = "StartApplicationSession", "ResetApplicationSessionTimer"
	refused, started := counted(start+"NegResponse"), counted(start+"PosResponse")
	breaks(switchsim.Fault{Kind: "deny", Link: 2, Services: []string{start}, Count: 1})
	breaks(switchsim.Fault{Kind: "stopsession", Link: 2})
	eventually(t, "a new session after one that was refused", func() bool {
		return counted(start+"NegResponse") == refused+1 && counted(start+"PosResponse") == started+1
	})
	kept := counted(reset + "PosResponse")
	eventually(t, "a session that is kept alive", func() bool { return counted(reset+"PosResponse") > kept })
	refused, started = counted(reset+"NegResponse"), counted(start+"PosResponse")
	breaks(switchsim.Fault{Kind: "deny", Link: 2, Services: []string{reset}, Count: 1})
	eventually(t, "a new session after one that the switch didn't prolong", func() bool {
		return counted(reset+"NegResponse") == refused+1 && counted(start+"PosResponse") == started+1
	})
	call := s.call(t, s.ed4, "1900", "1901")
	s.clear(t, s.ed5, call, "1900", "1901")
}

// linksEndTheirSessions stops two nodes, one of whose goodbyes is refused.
func (s *services) linksEndTheirSessions(t *testing.T) {
	for _, n := range s.Cluster.Nodes {
		if !n.Running() {
			if err := n.Start(); err != nil {
				t.Fatal(err)
			}
			ready(t, n)
		}
	}
	const stop = "StopApplicationSession"
	counted := func(name string) uint64 { return s.Switch.Exchanged()[name].Sent }
	refused, stopped := counted(stop+"NegResponse"), counted(stop+"PosResponse")
	if err := s.Switch.Break(switchsim.Fault{Kind: "deny", Services: []string{stop}, Count: 1}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, n := range s.followers() {
		if err := n.Terminate(ctx); err != nil {
			t.Errorf("%s: %v", n.ID, err)
		}
	}
	eventually(t, "the ends of the links' sessions", func() bool {
		return counted(stop+"NegResponse") == refused+1 && counted(stop+"PosResponse") > stopped
	})
}
