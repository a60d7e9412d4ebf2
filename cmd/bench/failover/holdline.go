package failover

import (
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/holdline/holdline/cmd/bench/holdline"
	"github.com/holdline/holdline/cmd/bench/hosts"
	"github.com/holdline/holdline/cmd/bench/loadswitch"
	"github.com/holdline/holdline/cmd/bench/tserver"
)

// holdlineStage is a cluster with its switch under load and two clients: one
// with a line to every node, and one that is as strict as a T-Server can be.
type holdlineStage struct {
	o       Options
	cluster *holdline.Cluster
	sw      *loadswitch.Switch

	attached *tserver.Attached
	strict   *tserver.Strict
	a, b     *tserver.Heard

	stop    context.CancelFunc
	running sync.WaitGroup
}

func startHoldline(ctx context.Context, o Options, s Scenario, dir string, places []*hosts.Host, here string) (_ stage, err error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(here, "0"))
	if err != nil {
		return nil, err
	}
	h := &holdlineStage{o: o, sw: loadswitch.Start(listener, o.Devices)}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	defer func() {
		if err != nil {
			h.Close()
		}
	}()
	timing := o.Timing
	if s == Silent {
		timing = o.SilentTiming
	}
	h.cluster, err = holdline.Start(ctx, holdline.Options{
		Linkd: o.Linkd, Dir: dir, Hosts: places, Link: h.sw.Address(), Stations: o.Devices, Timing: timing,
		Standby: o.Standby, RequestsPerSecond: o.RequestsPerSecond, ResyncRate: o.ResyncRate,
	})
	if err != nil {
		return nil, err
	}
	var devices, links, lines []string
	for slot := range o.Devices {
		devices = append(devices, loadswitch.Number(slot))
	}
	for _, n := range h.cluster.Nodes {
		links, lines = append(links, n.TServer), append(lines, n.Any)
	}
	h.a, h.b = tserver.NewHeard(h.sw.Sent), tserver.NewHeard(h.sw.Sent)
	h.attached = tserver.NewAttached(lines, devices, h.a)
	h.strict = tserver.NewStrict(tserver.StrictOptions{Links: links, Devices: devices, Restart: o.Restart, Heard: h.b})
	h.running.Go(func() { h.attached.Run(run) })
	h.running.Go(func() { h.strict.Run(run) })
	h.running.Go(func() { h.traffic(run) })
	return h, nil
}

// traffic has the stations send events in turn, at a steady rate.
func (h *holdlineStage) traffic(ctx context.Context) {
	began := time.Now()
	for n := 0; pause(ctx, time.Millisecond) == nil; {
		for due := int(time.Since(began).Seconds() * h.o.Rate); n < due; n++ {
			h.sw.Next(n%h.o.Devices, 0)
		}
	}
}

func (h *holdlineStage) settle(ctx context.Context) error {
	if _, err := h.cluster.Settled(ctx, func(missing string) { h.o.Say("  not settled yet: %s", missing) }); err != nil {
		return err
	}
	if err := h.attached.WaitReady(ctx); err != nil {
		return err
	}
	if err := h.strict.WaitReady(ctx); err != nil {
		return err
	}
	// Both hear what is said now.
	a, b := h.a.After(h.sw.Now()), h.b.After(h.sw.Now())
	if _, err := until(ctx, a, "an event at the client of every node"); err != nil {
		return err
	}
	if _, err := until(ctx, b, "an event at the strict T-Server"); err != nil {
		return err
	}
	return pause(ctx, calm)
}

// calm is how long everything goes its way before a strike, until hot standbys
// know all calls from their beginning again: they take calls for aligned that
// began a second after their monitors came up.
const calm = 2500 * time.Millisecond

func (h *holdlineStage) strike(ctx context.Context, s Scenario, r *rows) error {
	leader, err := h.cluster.Leader(ctx)
	if err != nil {
		return err
	}
	h.strict.Forget()
	if s == Planned {
		return h.handOver(ctx, leader, r)
	}
	struck := time.Now()
	if err := h.takeAway(leader, s); err != nil {
		return err
	}
	gone := h.sw.Now()
	a, b := h.a.After(gone), h.b.After(gone)
	newcomer := h.newcomer(ctx, leader)
	heard, err := until(ctx, a, "a new event at the client of every node")
	if err != nil {
		return err
	}
	r.add(Attached, heard.Sub(struck))
	first, err := until(ctx, b, "a new event at the strict T-Server")
	if err != nil {
		return err
	}
	served := <-newcomer
	if served.err != nil {
		return served.err
	}
	h.share(r, struck, first, later(served.at, heard))
	r.add(Newcomer, served.at.Sub(struck))
	if err := h.steps(ctx, r, struck); err != nil {
		return err
	}
	return h.bringBack(leader, s)
}

// share parts what the strict T-Server waited, from one moment to another. Until
// Holdline was ready, says normal and has events to tell, the T-Server's pauses
// cost nothing; afterwards they, and they alone, are its own.
func (h *holdlineStage) share(r *rows, from, to, ready time.Time) {
	own := h.strict.Own(later(from, ready), to)
	r.add(Share, to.Sub(from)-own)
	r.add(Whole, to.Sub(from))
	r.add(Own, own)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// takeAway takes a node away. A T-Server hears nothing of a frozen or silent
// one: it is told at once, as if its own keepalive had noticed.
func (h *holdlineStage) takeAway(n *holdline.Node, s Scenario) (err error) {
	switch s {
	case Crash:
		return n.Signal(syscall.SIGKILL)
	case Frozen:
		err = n.Freeze()
	case Silent:
		err = n.Host.Vanish()
	default:
		return fmt.Errorf("no such scenario: %s", s)
	}
	h.strict.Drop()
	return err
}

func (h *holdlineStage) bringBack(n *holdline.Node, s Scenario) error {
	switch s {
	case Frozen:
		return n.Signal(syscall.SIGCONT)
	case Silent:
		// The host starts anew.
		n.Kill()
		h.attached.Drop(n.Any)
		if err := n.Host.Return(); err != nil {
			return err
		}
	}
	<-n.Ended()
	return n.Process.Start()
}

type served struct {
	at  time.Time
	err error
}

// newcomer looks for the moment at which another node says normal.
func (h *holdlineStage) newcomer(ctx context.Context, gone *holdline.Node) <-chan served {
	var others []string
	for _, n := range h.cluster.Nodes {
		if n != gone {
			others = append(others, n.TServer)
		}
	}
	out := make(chan served, 1)
	h.running.Go(func() {
		at, err := tserver.Newcomer(ctx, others)
		out <- served{at, err}
	})
	return out
}

// handOver measures the longest time without a new event around a planned
// handover.
func (h *holdlineStage) handOver(ctx context.Context, leader *holdline.Node, r *rows) error {
	h.a.Watch()
	h.b.Watch()
	newcomer := h.newcomer(ctx, leader)
	asked := time.Now()
	if err := h.cluster.Transfer(ctx, leader); err != nil {
		return err
	}
	for {
		now, err := h.cluster.Leader(ctx)
		if err != nil {
			return err
		}
		if now != leader {
			break
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	for _, ready := range []func(context.Context) error{h.strict.WaitReady, h.attached.WaitReady} {
		if err := ready(ctx); err != nil {
			return err
		}
	}
	served := <-newcomer
	if served.err != nil {
		return served.err
	}
	if err := pause(ctx, aftermath); err != nil {
		return err
	}
	began, ended := h.a.Gap()
	r.add(Attached, ended.Sub(began))
	from, to := h.b.Gap()
	h.share(r, from, to, later(served.at, ended))
	r.add(Newcomer, served.at.Sub(asked))
	r.add(GapEnded, ended.Sub(asked))
	return h.steps(ctx, r, asked)
}

// aftermath is how long a planned handover can still be felt after everybody is
// served again.
const aftermath = 500 * time.Millisecond

// steps adds the steps of the takeover as its node tells them, from the moment at
// which the leader went. What the node noted before has to do with something else.
func (h *holdlineStage) steps(ctx context.Context, r *rows, from time.Time) error {
	leader, err := h.cluster.Leader(ctx)
	if err != nil {
		return err
	}
	steps, err := leader.Steps(ctx)
	for _, s := range steps {
		// The node's wall clock is this one's, told in milliseconds.
		if after := s.At.Sub(from); after > -2*time.Millisecond {
			r.add(step+s.Name, max(after, 0))
		}
	}
	return err
}

// Close ends everything.
func (h *holdlineStage) Close() {
	h.stop()
	if h.cluster != nil {
		for _, n := range h.cluster.Nodes {
			_ = n.Host.Return() // hosts on loopback have no cable
		}
	}
	h.running.Wait()
	if h.cluster != nil {
		h.cluster.Close()
	}
	h.sw.Close()
}
