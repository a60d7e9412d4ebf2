package links

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

// requestsAt are the times of the requests for a service at the switch, from a
// moment.
func (r *rig) requestsAt(service string, from time.Time) (at []time.Duration) {
	for _, q := range r.sim.Requests() {
		if q.Service == service {
			at = append(at, q.At.Sub(from))
		}
	}
	return at
}

// Requests about one device keep their distance, those about others don't wait for
// them; a switch that says overload gets T-Server's usual gaps.
func TestRequestsKeepTheirDistance(t *testing.T) {
	for name, c := range map[string]struct {
		options []string
		status  string
		gap     time.Duration
	}{
		"no gap":             {gap: 0},
		"of a device":        {options: []string{"device_gap", "400ms"}, gap: 400 * time.Millisecond},
		"of overload":        {status: "overloadReached", gap: overloadGap},
		"of an imminent one": {status: "overloadImminent", gap: overloadGap},
		"the longer":         {options: []string{"device_gap", "400ms"}, status: "overloadReached", gap: 400 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := stillRig(t, nil, "a")
				defer r.close()
				for i := 0; i+1 < len(c.options); i += 2 {
					r.configure(c.options[i], c.options[i+1])
				}
				r.nodes["a"].start()
				r.begin("a")
				if c.status != "" {
					r.fault(switchsim.Fault{Kind: "status", Status: c.status})
					time.Sleep(time.Second)
				}
				from := time.Now()
				for i := range 4 {
					r.request(&fsmpb.Request{Service: fsmpb.Service_SET_DO_NOT_DISTURB, Device: "1900", On: i%2 == 0})
				}
				r.request(&fsmpb.Request{Service: fsmpb.Service_SET_FORWARDING, Device: "1901", On: true, Destination: "1902", Option: "forwardImmediate"})
				time.Sleep(3 * time.Second)
				at := r.requestsAt("SetDoNotDisturb", from)
				if len(at) != 4 {
					t.Fatalf("%d requests came", len(at))
				}
				for i := 1; i < len(at); i++ {
					if got := at[i] - at[i-1]; got < c.gap || got > c.gap+100*time.Millisecond {
						t.Errorf("request %d came %v after the one before, want %v", i, got, c.gap)
					}
				}
				if other := r.requestsAt("SetForwarding", from); len(other) != 1 || other[0] > 100*time.Millisecond {
					t.Errorf("that about another device came after %v", other)
				}
			})
		})
	}
}
