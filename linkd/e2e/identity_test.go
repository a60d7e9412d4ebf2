package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/linkd/drill"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/switchsim"
)

// TestWhichCallIsThis kills the leader, each time so that the next one has to
// take the other link, which has other names for the calls, while calls that look
// alike begin, end and become one.
func TestWhichCallIsThis(t *testing.T) {
	for _, linkage := range []bool{true, false} {
		t.Run(map[bool]string{true: "with linkage", false: "without linkage"}[linkage], func(t *testing.T) {
			r := start(t, drill.SceneOptions{TServers: 2, Tune: func(o *switchsim.Options) { o.NoLinkage = !linkage }})
			for _, rename := range []switchsim.Rename{switchsim.RenameDistinct, switchsim.RenameSwapped} {
				for _, late := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s, changes after the kill %v", rename, late), func(t *testing.T) { r.renamed(t, rename, linkage, late) })
					r.afterwards(t)
				}
			}
			r.noViolations(t)
		})
	}
}

// afterwards ends all calls and brings the killed node back.
func (r *rig) afterwards(t *testing.T) {
	t.Helper()
	for _, call := range r.Switch.Truth().Calls {
		r.do(t, switchsim.Move{Action: "clearcall", Call: call.ID})
	}
	for _, n := range r.Cluster.Nodes {
		if !n.Running() {
			if err := n.Start(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, n := range r.Cluster.Nodes {
		ready(t, n)
		o := r.Cluster.Operators()[n.ID]
		eventually(t, "the end of all calls on "+n.ID, func() bool {
			status, err := o.Status(t.Context(), connect.NewRequest(&apipb.StatusRequest{Local: true}))
			return err == nil && status.Msg.Calls == 0
		})
	}
	if err := r.Switch.Break(switchsim.Fault{Kind: "clear"}); err != nil {
		t.Fatal(err)
	}
	for _, s := range r.TServers {
		if err := s.WaitReady(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r.findLeader(t)
}

func (r *rig) renamed(t *testing.T, rename switchsim.Rename, linkage, late bool) {
	if err := r.Switch.Break(switchsim.Fault{Kind: "rename", Rename: rename}); err != nil {
		t.Fatal(err)
	}
	do := func(action, device, to string) string {
		t.Helper()
		return r.do(t, switchsim.Move{Action: action, Device: device, To: to})
	}
	talk := func(from, to string) string {
		t.Helper()
		id := do("dial", from, to)
		do("answer", to, "")
		return id
	}
	// Two calls that ring at one device at the same moment, from outside.
	do("inbound", "+19000001", "1900")
	do("inbound", "+19000002", "1900")
	// One on hold and one that is talked in, at one device.
	talk("1901", "1902")
	do("hold", "1901", "")
	talk("1901", "1903")
	// Two who each hold a call and talk to each other: both will transfer.
	talk("1904", "1905")
	talk("1907", "1908")
	do("hold", "1907", "")
	do("consult", "1904", "1907")
	do("answer", "1907", "")
	// A conference.
	talk("1910", "1911")
	do("consult", "1910", "1912")
	do("answer", "1912", "")
	do("conference", "1910", "")
	r.compare(t)
	before := r.parties(t, r.leader)

	kept := map[string]uint64{}
	for _, devices := range []string{"+19000001 1900", "+19000002 1900", "1901 1902", "1901 1903"} {
		kept[devices] = before[devices]
	}

	change := func() {
		do("transfer", "1904", "") // 1905 with 1907
		do("transfer", "1907", "") // 1905 with 1908
		do("consult", "1905", "1913")
		do("clear", "1910", "") // the controller leaves the conference
		do("inbound", "+19000003", "1900")
		do("answer", "1900", "") // the first of the two
	}
	if !late {
		change()
		merged := []string{"1905 1908", "1905 1913", "1911 1912"}
		eventually(t, "the changes to be committed", func() bool {
			now := r.parties(t, r.leader)
			return !slices.ContainsFunc(merged, func(devices string) bool { return now[devices] == 0 })
		})
		for _, devices := range merged {
			kept[devices] = r.parties(t, r.leader)[devices]
		}
	}
	active := r.activeLink(t)
	killed := r.leader
	if err := r.Switch.Break(switchsim.Fault{Kind: "refuse", Link: active, Seconds: 120}); err != nil {
		t.Fatal(err)
	}
	killed.Kill()
	if err := r.Switch.Break(switchsim.Fault{Kind: "drop", Link: active}); err != nil { // the others stand by on it
		t.Fatal(err)
	}
	if late {
		change()
	}
	r.findLeader(t)
	eventually(t, "the other link to be active", func() bool { return r.tryActiveLink(t) == 3-active })
	for _, s := range r.TServers {
		if err := s.WaitReady(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r.compare(t)

	// Calls have their old IDs, under the switch's new names.
	after := r.parties(t, r.leader)
	for devices, id := range kept {
		if id == 0 || after[devices] != id {
			t.Errorf("the call of %s was %d and is %d", devices, id, after[devices])
		}
	}
	// What became one has one of the IDs that its parts had. Where the switch tells
	// no linkage, calls with new names and new parties can't be known again.
	parts := map[string][]string{"1911 1912": {"1910 1911 1912"}}
	if linkage || !late {
		parts["1905 1908"] = []string{"1904 1905", "1904 1907", "1907 1908"}
	}
	for now, were := range parts {
		if !slices.ContainsFunc(were, func(devices string) bool { return before[devices] != 0 && before[devices] == after[now] }) {
			t.Errorf("%s is call %d, and the calls were %v", now, after[now], before)
		}
	}
	if diff := cmp.Diff(r.callsByParties(), partiesOnly(after)); diff != "" {
		t.Errorf("calls by parties (-switch +node):\n%s", diff)
	}
}

// parties gives the IDs of a node's calls by who has a part in them.
func (r *rig) parties(t *testing.T, n *drill.Process) map[string]uint64 {
	t.Helper()
	calls, err := r.Cluster.Operators()[n.ID].Calls(t.Context(), connect.NewRequest(&apipb.CallsRequest{PageSize: 1000}))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]uint64{}
	for _, c := range calls.Msg.Calls {
		var devices []string
		for _, p := range c.Parties {
			devices = append(devices, p.Device)
		}
		slices.Sort(devices)
		key := strings.Join(devices, " ")
		if out[key] != 0 {
			t.Errorf("calls %d and %d have the same parties, %s", out[key], c.Id, key)
		}
		out[key] = c.Id
	}
	return out
}

func partiesOnly(m map[string]uint64) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// callsByParties gives who has a part in the switch's calls.
func (r *rig) callsByParties() []string {
	var out []string
	for _, c := range r.Switch.Truth().Calls {
		var devices []string
		for _, k := range c.Connections {
			devices = append(devices, k.Device)
		}
		slices.Sort(devices)
		out = append(out, strings.Join(devices, " "))
	}
	slices.Sort(out)
	return out
}

// activeLink is the link that the leader drives, from 1.
func (r *rig) activeLink(t *testing.T) int {
	t.Helper()
	n := 0
	eventually(t, "an active link", func() bool { n = r.tryActiveLink(t); return n != 0 })
	return n
}

func (r *rig) tryActiveLink(t *testing.T) int {
	links, err := r.Cluster.Operators()[r.leader.ID].Links(t.Context(), connect.NewRequest(&apipb.LinksRequest{Local: true}))
	if err != nil {
		return 0
	}
	for _, l := range links.Msg.Links {
		if l.State == "active" {
			return map[string]int{"a": 1, "b": 2}[l.Name]
		}
	}
	return 0
}
