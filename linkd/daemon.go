package linkd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"connectrpc.com/connect"
	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clients"
	"github.com/holdline/holdline/linkd/clients/cstaserver"
	"github.com/holdline/holdline/linkd/clock"
	"github.com/holdline/holdline/linkd/config"
	"github.com/holdline/holdline/linkd/deadlines"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/linkd/health"
	"github.com/holdline/holdline/linkd/holder"
	"github.com/holdline/holdline/linkd/links"
	"github.com/holdline/holdline/linkd/node"
	"github.com/holdline/holdline/linkd/operator"
	"github.com/holdline/holdline/linkd/store"
	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
	"github.com/holdline/holdline/transport/raftnet"
	"github.com/prometheus/client_golang/prometheus"
)

// leaveTime is how long a node that was told to stop has to hand leadership over.
const leaveTime = 10 * time.Second

// Daemon is one linkd process: a node with its listeners and links.
type Daemon struct {
	c        *config.Config
	version  string
	log      hclog.Logger
	registry *prometheus.Registry
	store    *store.Store
	node     *node.Node
	links    *links.Manager
	failover *failover.Recorder
	faults   Faults

	failed  chan error // the node can't go on
	mu      sync.Mutex
	waiting []string // why the node is not ready yet
}

// Faults are planted to prove that the drill finds them. They are never on by
// themselves.
type Faults struct {
	SkipResync bool // a new leader believes that nothing changed in the gap
}

// Run runs a node until ctx ends, then hands leadership over and stops. Any
// other end is an error.
func Run(ctx context.Context, c *config.Config, version string, log hclog.Logger, faults Faults) error {
	d := &Daemon{c: c, version: version, log: log, faults: faults, failed: make(chan error, 1)}
	return d.run(ctx)
}

func (d *Daemon) run(ctx context.Context) (err error) {
	if d.registry, err = health.NewRegistry(); err != nil {
		return fmt.Errorf("set up metrics: %w", err)
	}
	if d.failover, err = failover.New(d.registry); err != nil {
		return fmt.Errorf("set up metrics: %w", err)
	}
	d.wait("starting")
	if h, err := holder.Start(); err == nil {
		defer h.Close()
	} else if !errors.Is(err, errors.ErrUnsupported) {
		d.log.Info("if this process is killed, the others will know some tens of milliseconds later than they could", "why", err)
	}
	d.store, err = store.Open(d.c.Node.DataDir, store.Options{
		Logs: store.LogStore(d.c.Node.LogStore), Metrics: d.registry, Logger: d.log.Named("store"),
		OnStuck: func(op string, elapsed time.Duration) {
			d.fail(fmt.Errorf("the disk under %s hangs: %s has taken %s; ending the process so that another node can lead", d.c.Node.DataDir, op, elapsed.Round(time.Millisecond)))
		},
		OnFailed: func(op string, err error) {
			d.fail(fmt.Errorf("the disk under %s fails (%s: %w); ending the process so that another node can lead: make room on the disk, or mend it, and start linkd again", d.c.Node.DataDir, op, err))
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.store.Close()) }()

	ports, err := d.open()
	if err != nil {
		return err
	}
	defer ports.close()
	status, err := health.Start(health.Config{Listener: ports.http, Ready: d.notReady, Gatherer: d.registry, Logger: d.log.Named("health")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, status.Close()) }()
	return d.serve(ctx, ports)
}

// serve starts the node on its open ports and keeps it running.
func (d *Daemon) serve(ctx context.Context, p *ports) (err error) {
	if d.node, err = node.New(d.nodeOptions(p)); err != nil {
		return err
	}
	if err := errors.Join(
		health.RegisterStats(d.registry, "holdline_raftnet", d.node.Port().Stats),
		health.RegisterStats(d.registry, "holdline_proposer", d.node.Log().Stats),
		health.RegisterStats(d.registry, "holdline_crash", d.node.CrashStats),
	); err != nil {
		return errors.Join(err, d.node.Stop())
	}
	d.links = links.New(d.linkOptions())
	d.offerReach()
	d.node.Duty(d.links.Lead)
	d.node.Duty(func(ctx context.Context, _ uint64) error {
		return deadlines.Run(ctx, d.node.Log(), d.node.Replica(), d.node.Replica().NowMS, d.log.Named("deadlines"))
	})
	d.node.Duty(func(ctx context.Context, _ uint64) error {
		return logUnsyncedParties(ctx, d.node.Replica(), d.log.Named("resync"))
	})
	return errors.Join(d.start(ctx, p), d.node.Stop())
}

func (d *Daemon) start(ctx context.Context, p *ports) error {
	d.wait("waiting for the other nodes")
	n := d.node
	if err := n.Start(ctx); err != nil {
		return err
	}
	// What runs beside Raft ends before it; leadership is handed over first.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	failed := func(what string, err error) {
		if err != nil && work.Err() == nil {
			d.fail(fmt.Errorf("%s: %w", what, err))
		}
	}
	running.Go(func() { paceMemory(work) })
	running.Go(func() { failed("links", d.links.Run(work)) })
	running.Go(func() { failed("operators' API", d.serveAPI(work, p)) })
	running.Go(func() { d.register(work) })
	d.serveClients(work, p, &running, failed)
	select {
	case err := <-d.failed:
		return err
	case <-ctx.Done():
	}
	d.wait("stopping")
	d.log.Info("stopping: handing over first")
	leave, cancel := context.WithTimeout(work, leaveTime)
	defer cancel()
	running.Go(func() {
		n.WaitAlone(leave)
		cancel()
	})
	if err := n.Leave(leave); err != nil {
		d.log.Warn("stopping without handing over", "error", err)
	}
	d.links.Handed(leave)
	return nil
}

// register tells the cluster about this node, then calls it ready.
func (d *Daemon) register(ctx context.Context) {
	d.wait("waiting for a leader")
	if err := d.node.Register(ctx); err != nil {
		return
	}
	// A node is ready when it has applied what was committed before it came.
	_, err := d.node.Replica().WaitFor(ctx, func(s *fsm.State) bool {
		n, ok := s.Node(d.c.Node.ID)
		return ok && n.BootId == d.node.Port().BootID()
	})
	if err == nil {
		d.log.Info("ready", "leader", d.node.Role().Leader())
		d.wait()
	}
}

func (d *Daemon) wait(reasons ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = reasons
}

func (d *Daemon) notReady() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) > 0 {
		return append([]string(nil), d.waiting...)
	}
	if !d.node.Role().LeaderKnown() {
		return []string{"no leader is known here"}
	}
	return nil
}

func (d *Daemon) fail(err error) {
	d.log.Error("this node can't go on", "error", err)
	select {
	case d.failed <- err:
	default:
	}
}

func (d *Daemon) nodeOptions(p *ports) node.Options {
	c := d.c
	o := node.Options{
		ID: c.Node.ID, Site: c.Node.Site, Listener: p.raft, Advertise: c.Node.RaftAdvertise, Store: d.store, Clock: clock.System(),
		Logger: d.log, Seed: seed(c), Settings: settings(c), Fatal: d.fail,
		Standing: func() int { return d.links.Standing() }, Failover: d.failover,
		Self: &fsmpb.Node{
			Id: c.Node.ID, Site: c.Node.Site, RaftAddress: c.Node.RaftAdvertise, ApiAddress: d.advertised(p.api), HttpAddress: d.advertised(p.http), Version: d.version, Level: fsm.MaxLevel,
		},
	}
	for _, l := range c.Listeners {
		o.Self.Listeners = append(o.Self.Listeners, l.Name+" "+l.Switch+" "+l.Address)
	}
	o.Timing, _ = node.TimingProfile(string(c.Node.Timing))
	o.EntryBytes, o.Handshakes = c.Limits.EntryBytes, c.Limits.HandshakesPending
	for _, peer := range c.Cluster.Peers {
		o.Peers = append(o.Peers, node.Peer{ID: peer.ID, Address: peer.Address})
	}
	if t := c.TLS; t != nil {
		o.TLS = &raftnet.TLSFiles{Cert: t.Cert, Key: t.Key, CA: t.CA}
	}
	return o
}

// advertised is how others reach a port of this node: its own address, or where
// it listens on all addresses, the host of its Raft address.
func (d *Daemon) advertised(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return l.Addr().String()
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		if h, _, err := net.SplitHostPort(d.c.Node.RaftAdvertise); err == nil {
			host = h
		}
	}
	return net.JoinHostPort(host, port)
}

func (d *Daemon) serveAPI(ctx context.Context, p *ports) error {
	service := operator.New(operator.Options{
		NodeID: d.c.Node.ID, Version: d.version, BootID: d.node.Port().BootID(), Replica: d.node.Replica(), Log: d.node.Log(), Raft: d.node.Raft(),
		Ready: d.notReady, Links: d.linkInfos, SwitchLink: d.links.Switch, RestartLink: d.links.Restart, Failover: d.failover.Last,
		Dial:   func(address string) apipbconnect.OperatorClient { return p.operator(address) },
		Logger: d.log.Named("api"),
	})
	return api.Serve(ctx, p.api, service, api.ServerConfig{Logger: d.log.Named("api")})
}

func (d *Daemon) serveClients(ctx context.Context, p *ports, running *sync.WaitGroup, failed func(string, error)) {
	logger := d.log.Named("clients")
	metrics, err := cstaserver.NewMetrics(d.registry)
	if err != nil {
		failed("listeners' metrics", err)
		return
	}
	progress := clients.NewProgress(d.node.Log(), logger)
	running.Go(func() { progress.Run(ctx) })
	pressure := clients.NewPressure(d.node.Log().Oldest, d.node.Role().LeaderKnown)
	running.Go(func() { pressure.Run(ctx) })
	deps := cstaserver.Deps{
		Node: d.c.Node.ID, Log: d.node.Log(), Replica: d.node.Replica(), Role: d.node.Role(), Identify: clients.Identifier(known(d.c.Clients)),
		Progress: progress, Pressure: pressure, Events: cstaserver.NewEvents(), Failover: d.failover, Strange: clients.NewOnce(4096), Metrics: metrics, Logger: logger,
	}
	for i, l := range d.c.Listeners {
		listener, err := cstaserver.New(listenerOptions(l), deps)
		if err != nil {
			failed("listener "+l.Name, err)
			continue
		}
		running.Go(func() { failed("listener "+l.Name, listener.Serve(ctx, p.csta[i])) })
	}
}

// known are the clients that the file names.
func known(cs []config.Client) []clients.Known {
	var out []clients.Known
	for _, c := range cs {
		k := clients.Known{Name: c.Name, Applications: c.Applications}
		for _, a := range c.Addresses {
			if prefix, err := netip.ParsePrefix(a); err == nil {
				k.Addresses = append(k.Addresses, prefix)
			} else if ip, err := netip.ParseAddr(a); err == nil {
				k.Addresses = append(k.Addresses, netip.PrefixFrom(ip, ip.BitLen()))
			}
		}
		out = append(out, k)
	}
	return out
}

// operator gives a client for another node's operators' API.
func (p *ports) operator(address string) apipbconnect.OperatorClient {
	return apipbconnect.NewOperatorClient(p.http2, "http://"+address, connect.WithGRPC())
}
