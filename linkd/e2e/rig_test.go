package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdline/holdline/linkd/drill"
	"github.com/holdline/holdline/transport/switchsim"
)

// rig is a cluster beside a switch in which nobody acts on their own at
// 1900 to 1919.
type rig struct {
	*drill.Scene
	leader *drill.Process
	counts map[string]int // requests executed, by service, that were looked at
}

// start starts a cluster whose every node serves clients.
func start(t *testing.T, o drill.SceneOptions) *rig {
	t.Helper()
	if testing.Short() {
		t.Skip("runs three real processes")
	}
	dir := t.TempDir()
	o.Linkd, o.Dir, o.Serve = linkd, dir, "any"
	if o.Agents == 0 {
		o.Agents = 10
	}
	scene, err := drill.NewScene(o)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Scene: scene, counts: map[string]int{}}
	t.Cleanup(func() {
		r.noteSwitch()
		for _, n := range scene.Cluster.Nodes {
			n.Kill() // how nodes stop is tested elsewhere
		}
		scene.Close()
		if t.Failed() {
			r.keepLogs(t, dir)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	if err := scene.Start(ctx); err != nil {
		t.Fatal(err)
	}
	r.findLeader(t)
	return r
}

// keepLogs shows the ends of the nodes' logs.
func (r *rig) keepLogs(t *testing.T, dir string) {
	logs, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err == nil {
			t.Logf("end of %s:\n%s", filepath.Base(name), text[max(0, 0):])
		}
	}
}

func (r *rig) findLeader(t testing.TB) *drill.Process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	n, err := r.Cluster.Leader(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r.leader = n
	return n
}

// follower gives the nodes that don't lead.
func (r *rig) followers() []*drill.Process {
	var out []*drill.Process
	for _, n := range r.Cluster.Nodes {
		if n != r.leader && n.Running() {
			out = append(out, n)
		}
	}
	return out
}

// do makes a move at a phone.
func (r *rig) do(t testing.TB, m switchsim.Move) string {
	t.Helper()
	done, err := r.Switch.Do(m)
	if err != nil {
		t.Fatal(err)
	}
	return done.Call
}

// executed counts the requests for a service that the switch carried out.
func (r *rig) executed(service string) int {
	n := 0
	for _, q := range r.Switch.Requests() {
		if q.Service == service && q.Executed {
			n++
		}
	}
	return n
}

// once fails unless the switch carried out exactly one more request for the
// service since it was last asked about that.
func (r *rig) once(t testing.TB, service string) {
	t.Helper()
	n := r.executed(service)
	if n != r.counts[service]+1 {
		t.Errorf("the switch carried out %s %d times, not once", service, n-r.counts[service])
	}
	r.counts[service] = n
}

// noViolations fails if a node broke the standard towards the switch.
func (r *rig) noViolations(t testing.TB) {
	t.Helper()
	for _, v := range r.Switch.Violations() {
		t.Errorf("towards the switch: %s: %s", v.Reason, v.Bytes)
	}
}

// compare compares the three truths.
func (r *rig) compare(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	v, err := drill.Compare(ctx, r.Sides())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(v)
	if err := v.Err(); err != nil {
		t.Errorf("%v\n%s", err, v.Summary(10))
	}
	for _, s := range r.TServers {
		for _, f := range s.Report().Faults {
			t.Error(f)
		}
	}
}

// eventually waits until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("still waiting for %s", what)
		}
	}
}

// conn writes a ConnectionID.
func conn(element, call, device string) string {
	return fmt.Sprintf("<%s><callID>%s</callID><deviceID>%s</deviceID></%s>", element, call, device, element)
}
