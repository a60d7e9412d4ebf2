package drill

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/holdline/holdline/transport/switchsim"
)

// Protocols that the simulated switch of a scene can speak.
const (
	CSTA       = "csta"
	BroadWorks = "broadworks"
)

// broadWorksSettings are a switch's settings that make it a BroadWorks whose
// password is in a file of dir.
func broadWorksSettings(dir string) (string, error) {
	password := filepath.Join(dir, "broadworks.password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		return "", err
	}
	return fmt.Sprintf(`protocol = "broadworks"
  broadworks {
    user          = "ctiadmin@pbx.example"
    password_file = %q
    domain        = "pbx.example"
  }
`, password), nil
}

// ReadBroadWorks is ReadTruth of a switch that is a BroadWorks: what its users are
// told of it. A phone that is only off the hook has no part there, a queue has one
// until the agent has answered, and nobody is told how a party outside is.
func ReadBroadWorks(ctx context.Context, control string) (*Truth, error) {
	// In this order what didn't change between two readings is as the second has it.
	var x switchsim.XsiTruth
	if err := get(ctx, "http://"+control+"/xsi", &x); err != nil {
		return nil, fmt.Errorf("read the switch's truth: %w", err)
	}
	t, err := ReadTruth(ctx, control)
	if err != nil {
		return nil, err
	}
	type connection = struct{ Device, State string }
	parts := map[string][]connection{} // by call
	model := map[string]string{}       // call and device → state
	for _, c := range t.Calls {
		for _, k := range c.Connections {
			model[c.ID+" "+k.Device] = k.State
		}
	}
	version := map[string]uint64{} // of agents, by device
	for _, a := range t.Agents {
		version[a.Device] = a.Version
	}
	t.Agents = nil
	for _, u := range x.Users {
		for _, c := range u.Calls {
			if slices.ContainsFunc(parts[c.Call], func(k connection) bool { return k.Device == u.Device }) {
				continue // the controller of a conference has several
			}
			state, ok := model[c.Call+" "+u.Device]
			if !ok {
				state = "connected" // it hears why its call failed
			}
			parts[c.Call] = append(parts[c.Call], connection{u.Device, state})
		}
		for _, e := range u.Entries {
			parts[e.Call] = append(parts[e.Call], connection{u.Device, "queued"})
		}
		if state := agentStates[u.Agent]; state != "" {
			t.Agents = append(t.Agents, struct {
				ID, Device string
				Version    uint64
				Groups     []struct{ Group, State, Pending string }
			}{u.Device, u.Device, version[u.Device], []struct{ Group, State, Pending string }{{State: state}}})
		}
	}
	for i := range t.Calls {
		t.Calls[i].Connections = parts[t.Calls[i].ID]
	}
	t.tracking, t.users = map[string]string{}, map[string]bool{}
	for _, s := range x.Sessions {
		t.tracking[s.Tracking] = s.Call
	}
	for _, d := range t.Devices {
		t.users[d.ID] = true
	}
	return t, nil
}

// agentStates are ECMA-323's words for an agent's states at a BroadWorks, which has
// one for all queues of an agent.
var agentStates = map[string]string{
	"Sign-In": "agentNotReady", "Available": "agentReady", "Unavailable": "agentNotReady", "Wrap-Up": "agentWorkingAfterCall",
}

// followTracking gives each tracking ID the call that its call went into.
func (s stable) followTracking(t *Truth) {
	into := map[string]string{}
	for _, e := range t.Ended {
		into[e.ID] = e.Into
	}
	for tracking, call := range t.tracking {
		for into[call] != "" {
			call = into[call]
		}
		s.byKey["linkage "+tracking] = call
	}
}

// named is the call that the switch's interface calls so.
func (t *Truth) named(call string) string {
	if t.tracking != nil {
		return t.tracking[call]
	}
	return call
}

// tells tells whether the switch tells how a device's part is.
func (t *Truth) tells(device string) bool { return t.users == nil || t.users[device] }

// noticed bounds how long it takes until a failover is recognised and all devices are
// compared.
const noticed = 15 * time.Second

// failServer lets one of the two Application Servers of the BroadWorks fail, and waits
// until the leader has compared every device. It tells how many calls were forgotten.
func (s *Scene) failServer(ctx context.Context) (lost int, took time.Duration, err error) {
	leader, err := s.Cluster.Leader(ctx)
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := Break(ctx, s.Control, switchsim.Fault{Kind: "failover", Server: 1, Percent: 30}); err != nil {
		return 0, 0, err
	}
	t, err := s.Sides().Truth(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, e := range t.Ended {
		if e.Reason == "forgotten" {
			lost++
		}
	}
	// It begins when most devices are in doubt, and ends when none is.
	ctx, cancel := context.WithTimeout(ctx, noticed)
	defer cancel()
	for doubted := false; ; {
		if n, err := leader.unverified(ctx); err == nil {
			if doubted && n == 0 {
				return lost, time.Since(began), nil
			}
			doubted = doubted || n > len(s.Devices)/2
		}
		if sleep(ctx, 5*time.Millisecond) != nil {
			return lost, time.Since(began), nil // what is wrong then is found by comparing
		}
	}
}

// unverified is how many of the switch's devices a node holds for not compared.
func (n *Process) unverified(ctx context.Context) (devices int, err error) {
	st, err := n.status(ctx)
	if err != nil {
		return 0, err
	}
	for _, sw := range st.Switches {
		devices += int(sw.Unverified)
	}
	return devices, nil
}
