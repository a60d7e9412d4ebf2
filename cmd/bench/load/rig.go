package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdline/holdline/cmd/bench/holdline"
	"github.com/holdline/holdline/cmd/bench/hosts"
	"github.com/holdline/holdline/cmd/bench/loadswitch"
	"github.com/holdline/holdline/cmd/bench/measure"
	"github.com/holdline/holdline/cmd/bench/tserver"
	"github.com/holdline/holdline/cmd/bench/wire"
)

// Rig is a cluster with its switch and its T-Server, ready for load.
type Rig struct {
	Cluster *holdline.Cluster
	sw      *loadswitch.Switch
	line    *tserver.Line
	running sync.WaitGroup
	ended   chan struct{} // closed when the T-Server's line has ended
	err     error

	stations  int
	seen      []uint32 // by slot; the reader's own
	delivered atomic.Uint64
	faults    atomic.Uint64
	phase     atomic.Pointer[phase]
}

// phase is told each event in its turn, by the T-Server's reader.
type phase struct {
	event func(id wire.ID, at time.Time)
}

// stations is the number of calls that can be up at once.
const stations = 1024

const startLimit = time.Minute

// newRig starts the switch.
func newRig(stations int) (*Rig, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Rig{stations: stations, seen: make([]uint32, stations), ended: make(chan struct{}), sw: loadswitch.Start(listener, stations)}
	r.phase.Store(&phase{event: func(wire.ID, time.Time) {}})
	return r, nil
}

// Options say what to put under load.
type Options struct {
	Linkd   string // the program
	Dir     string // for the nodes' files
	Standby string // of followers: hot, warm or cold; empty: linkd's default
	Profile bool   // Linkd is ../linkdprofile
}

// Start starts everything.
func Start(ctx context.Context, o Options) (_ *Rig, err error) {
	r, err := newRig(stations)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("it took longer than %v", startLimit))
	defer cancel()
	r.Cluster, err = holdline.Start(ctx, holdline.Options{
		Linkd: o.Linkd, Dir: o.Dir, Hosts: hosts.Loopback(3), Link: r.sw.Address(), Stations: stations, Profile: o.Profile,
		Standby: o.Standby, RequestsPerSecond: 5000, ResyncRate: 2000, // or starting took minutes
	})
	if err != nil {
		return nil, err
	}
	leader, err := r.Cluster.Leader(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.connect(ctx, leader.TServer); err != nil {
		return nil, fmt.Errorf("connect the T-Server: %w", err)
	}
	if _, err := r.Cluster.Settled(ctx, nil); err != nil {
		return nil, err
	}
	if n := r.sw.Monitored(1); n != stations {
		return nil, fmt.Errorf("%d of %d stations are monitored at the switch", n, stations)
	}
	return r, nil
}

func (r *Rig) connect(ctx context.Context, address string) error {
	line, err := tserver.Open(ctx, address)
	if err != nil {
		return err
	}
	if line.Status != tserver.Normal {
		line.Close()
		return fmt.Errorf("the leader says %s", line.Status)
	}
	r.line = line
	var devices []string
	for slot := range r.stations {
		devices = append(devices, loadswitch.Number(slot))
	}
	r.running.Go(func() {
		defer close(r.ended)
		r.err = line.Run(tserver.Handlers{Event: r.event, Status: r.status})
	})
	if err := errors.Join(line.Register(), line.Monitor(devices)); err != nil {
		return err
	}
	select {
	case <-line.Ready():
		return nil
	case <-r.ended:
		return r.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// event checks that an event is the next one of its slot, and counts it.
func (r *Rig) event(id wire.ID, at time.Time) {
	slot := id.Slot()
	if slot >= len(r.seen) || id.N() != r.seen[slot]+1 {
		r.faults.Add(1)
		if slot >= len(r.seen) || id.N() <= r.seen[slot] {
			return // twice
		}
	}
	r.seen[slot] = id.N()
	r.delivered.Add(1)
	r.phase.Load().event(id, at)
}

// status: a T-Server stays on a link whose switch does its work, also where it is
// told that much of it waits (ECMA-269 12.2.28).
func (r *Rig) status(s string) error {
	switch s {
	case tserver.Normal, "overloadImminent", "overloadReached", "overloadRelieved":
		return nil
	}
	return fmt.Errorf("the T-Server is told %s", s)
}

// latency is how long an event took until it was read at a moment.
func (r *Rig) latency(id wire.ID, at time.Time) time.Duration {
	sent, ok := r.sw.Sent(id)
	if !ok {
		r.faults.Add(1)
		return 0
	}
	return r.sw.Since(at) - sent
}

// pause waits, unless the run is over before.
func (r *Rig) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-r.ended:
		return fmt.Errorf("the T-Server lost its line: %w", r.err)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// drained waits until nothing is left on its way.
func (r *Rig) drained(ctx context.Context, left func() int) error {
	for limit := time.Now().Add(30 * time.Second); ; {
		n := left()
		if faults := r.faults.Load(); faults != 0 {
			return fmt.Errorf("%d events came twice, not in their turn, or nobody knows when they were sent", faults)
		}
		if n == 0 {
			break
		}
		if time.Now().After(limit) {
			return fmt.Errorf("%d events never came", n)
		}
		if err := r.pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
	r.phase.Store(&phase{event: func(wire.ID, time.Time) {}})
	return nil
}

func (r *Rig) pids() []int {
	if r.Cluster == nil {
		return nil
	}
	return r.Cluster.PIDs()
}

// Snapshots is how many snapshots each node has on its disk.
func (r *Rig) Snapshots() (out []int) {
	if r.Cluster == nil {
		return nil
	}
	for _, n := range r.Cluster.Nodes {
		entries, _ := os.ReadDir(filepath.Join(n.Data, "snapshots"))
		whole := 0
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".tmp") {
				whole++
			}
		}
		out = append(out, whole)
	}
	return out
}

// Load is Closed, as peers are loaded.
func (r *Rig) Load(ctx context.Context, parallel int, warm, length time.Duration) (measure.Figures, error) {
	return r.Closed(ctx, parallel, warm, length)
}

// Audit ends the cluster and looks into the log of each node: every event that
// the T-Server was told must be there.
func (r *Rig) Audit() (holdline.Audit, error) {
	r.line.Close()
	r.running.Wait()
	r.Cluster.Close()
	var best holdline.Audit
	told, whole := r.delivered.Load(), 0
	for _, n := range r.Cluster.Nodes {
		a, err := n.ReadLog()
		if err != nil {
			return best, err
		}
		if !a.FromTheFirst || uint64(a.Events) >= told {
			whole++
		}
		if a.Events > best.Events {
			best = a
		}
	}
	if whole < 2 { // one may have been behind when it ended
		return best, fmt.Errorf("the T-Server was told %d events, and %d nodes have so many in their logs", told, whole)
	}
	return best, nil
}

// Close ends everything.
func (r *Rig) Close() {
	if r.line != nil {
		r.line.Close()
	}
	r.running.Wait()
	if r.Cluster != nil {
		r.Cluster.Close()
	}
	r.sw.Close()
}
