package drill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/linkd/drill/tserver"
	"github.com/holdline/holdline/transport/switchsim"
)

// DevOptions say what to run and show.
type DevOptions struct {
	Linkd    string // the program that runs a node
	Protocol string // CSTA or BroadWorks
	Out      io.Writer
	Drill    bool
	Plant    string
	Keep     bool
	Rate     float64 // calls/s
	Agents   int
	Seed     uint64
}

// Plants are the faults that can be planted in the nodes.
var plants = []string{"skip-resync"}

// Check tells what is wrong with the options.
func (o DevOptions) Check() error {
	switch {
	case o.Protocol != CSTA && o.Protocol != BroadWorks:
		return fmt.Errorf("protocol %q: use %s or %s", o.Protocol, CSTA, BroadWorks)
	case o.Plant != "" && o.Plant != plants[0]:
		return fmt.Errorf("fault %q: use one of %s", o.Plant, strings.Join(plants, ", "))
	case o.Plant != "" && !o.Drill:
		return errors.New("--plant goes with --drill")
	case o.Rate < 0 || o.Rate > 200:
		return fmt.Errorf("%g calls per second: use 0 to 200", o.Rate)
	case o.Agents < 10 || o.Agents > 800:
		return fmt.Errorf("%d agents: use 10 to 800", o.Agents)
	}
	return nil
}

// startLimit is how long a cluster may take to come up.
const startLimit = 60 * time.Second

// Dev runs a cluster with its surroundings until ctx ends, or for one drill.
func Dev(ctx context.Context, o DevOptions) (err error) {
	say := func(format string, args ...any) { fmt.Fprintf(o.Out, format+"\n", args...) }
	dir, err := os.MkdirTemp("", "holdline-")
	if err != nil {
		return err
	}
	if o.Keep {
		say("data, configuration and logs: %s", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	scene, err := NewScene(SceneOptions{Linkd: o.Linkd, Dir: dir, Protocol: o.Protocol, Rate: o.Rate, Agents: o.Agents, Seed: o.Seed, Plant: o.Plant, TServers: 2})
	if err != nil {
		return err
	}
	defer scene.Close()
	say("starting three nodes, a simulated switch with two links, and two T-Servers ...")
	starting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := scene.Start(starting); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		tail(o.Out, dir)
		return err
	}
	if o.Drill {
		return scene.drill(ctx, say)
	}
	scene.introduce(starting, say)
	<-ctx.Done()
	say("\nstopping ...")
	return nil
}

// introduce says who leads, where everything is and what to try.
func (s *Scene) introduce(ctx context.Context, say func(string, ...any)) {
	leader := "?"
	if n, err := s.Cluster.Leader(ctx); err == nil {
		leader = n.ID
	}
	say("\n%s leads.\n", leader)
	say("  %-5s %-17s %-17s %-17s %s", "node", "operators' API", "health, metrics", "Raft", "CSTA listeners")
	var endpoints []string
	for _, n := range s.Cluster.Nodes {
		var csta []string
		for _, name := range sortedKeys(n.CSTA) {
			csta = append(csta, name+" "+n.CSTA[name])
		}
		say("  %-5s %-17s %-17s %-17s %s", n.ID, n.API, n.HTTP, n.Raft, strings.Join(csta, ", "))
		endpoints = append(endpoints, n.API)
	}
	say("\n  switch pbx: links %s; truth at http://%s/truth", strings.Join(s.Links, " and "), s.Control)
	say("  traffic: %g calls/s, %d agents; each T-Server monitors %d devices", s.o.Rate, s.o.Agents, len(s.Devices))
	say("\nTry in another terminal:")
	say("  export LINKCTL_ENDPOINTS=%s", strings.Join(endpoints, ","))
	say("  go run ./cmd/linkctl status")
	say("  go run ./cmd/linkctl watch")
	say("  go run ./cmd/linkctl leader transfer")
	say("  go run ./cmd/linkctl resync --switch pbx")
	say("  curl -X POST -d '{\"link\":1}' http://%s/fault/drop      # the switch drops link a", s.Control)
	say("\nCtrl-C ends everything.")
}

// tail shows the end of each node's log.
func tail(out io.Writer, dir string) {
	logs, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	for _, name := range logs {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		lines := strings.Split(strings.TrimSpace(string(data)), "\n")
		fmt.Fprintf(out, "-- end of %s\n%s\n", filepath.Base(name), strings.Join(lines[max(0, len(lines)-10):], "\n"))
	}
}

// SceneOptions say what surrounds a cluster.
type SceneOptions struct {
	Linkd, Dir    string
	Protocol      string // CSTA, which is the default, or BroadWorks
	ResyncRate    int    // devices a second; 0: 2000
	Rate          float64
	Agents        int
	Seed          uint64
	Plant, Serve  string
	Timing        string
	TServers      int
	Rename        switchsim.Rename
	Listener      string // added to each CSTA listener's block
	Settings      string // added to the switch's block
	Extra         string
	Tune          func(*switchsim.Options)    // the last word on how the switch is
	Through       func(address string) string // where the nodes reach a link: a proxy's address, say
	Journal       bool
	TServerLogger hclog.Logger
}

// Scene is a cluster, the switch that it watches and the clients that it serves.
type Scene struct {
	o        SceneOptions
	Switch   *switchsim.Switch
	Control  string
	Links    []string
	Cluster  *Cluster
	TServers []*tserver.TServer
	Devices  []string

	stop    context.CancelFunc
	running sync.WaitGroup
	clients context.CancelFunc
}

// NewScene lays everything out; Start starts it.
func NewScene(o SceneOptions) (*Scene, error) {
	s := &Scene{o: o}
	var links []net.Listener
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		links = append(links, l)
		s.Links = append(s.Links, l.Addr().String())
	}
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.Control = control.Addr().String()
	sw := switchsim.Options{
		Seed: o.Seed, Agents: o.Agents, Rate: o.Rate, Links: links, Control: control, Rename: o.Rename, QueueFrames: 65536,
		Relisten: func(link int) (net.Listener, error) { return net.Listen("tcp", s.Links[link]) },
	}
	if o.Protocol == BroadWorks {
		sw.Links, sw.Relisten, sw.Xsi = nil, nil, switchsim.XsiOptions{XSPs: links, Relisten: sw.Relisten}
		own, err := broadWorksSettings(o.Dir)
		if err != nil {
			return nil, err
		}
		o.Settings = own + o.Settings
	}
	if o.Tune != nil {
		o.Tune(&sw)
	}
	s.Switch, err = switchsim.New(sw)
	if err != nil {
		return nil, err
	}
	reach := slices.Clone(s.Links)
	if o.Through != nil {
		for i, address := range s.Links {
			reach[i] = o.Through(address)
		}
	}
	var listeners []string
	for i := range o.TServers {
		listeners = append(listeners, fmt.Sprintf("tserver%d", i+1))
	}
	s.Cluster, err = NewCluster(ClusterOptions{Linkd: o.Linkd, Dir: o.Dir, Links: reach, Agents: o.Agents, Listeners: listeners, Plant: o.Plant, Serve: o.Serve, Timing: o.Timing, Listener: o.Listener, Switch: o.Settings, ResyncRate: o.ResyncRate, Extra: o.Extra})
	if err != nil {
		return nil, err
	}
	for i := range o.Agents {
		s.Devices = append(s.Devices, fmt.Sprint(1000+i))
	}
	for i := range 20 {
		s.Devices = append(s.Devices, fmt.Sprint(1900+i))
	}
	for i := range 3 {
		s.Devices = append(s.Devices, fmt.Sprint(7000+i))
	}
	for _, name := range listeners {
		var addresses []string
		for _, n := range s.Cluster.Nodes {
			addresses = append(addresses, n.CSTA[name])
		}
		s.TServers = append(s.TServers, tserver.New(tserver.Options{Name: name, Links: addresses, Devices: s.Devices, PerDevice: o.Protocol == BroadWorks, Journal: o.Journal, Logger: o.TServerLogger}))
	}
	return s, nil
}

// Start starts the switch, the nodes and the clients, and waits until every
// client has every monitor.
func (s *Scene) Start(ctx context.Context) error {
	run, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.running.Go(func() { _ = s.Switch.Run(run) })
	if err := s.Cluster.Start(ctx); err != nil {
		return err
	}
	clients, end := context.WithCancel(run)
	s.clients = end
	for _, t := range s.TServers {
		s.running.Go(func() { t.Run(clients) })
	}
	for _, t := range s.TServers {
		if err := t.WaitSynced(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Close ends everything that Start started.
func (s *Scene) Close() {
	if s.clients != nil {
		s.clients()
	}
	s.Cluster.Stop()
	if s.stop != nil {
		s.stop()
	}
	s.Switch.Close()
	s.running.Wait()
}

// Sides are the three truths of the scene.
func (s *Scene) Sides() Sides {
	return Sides{Switch: s.Control, Protocol: s.o.Protocol, Nodes: s.Cluster.Operators(), TServers: s.TServers, Devices: s.Devices}
}
