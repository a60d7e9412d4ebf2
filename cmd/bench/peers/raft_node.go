package peers

import (
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/linkd/store"
)

// nothing is a state machine without a state.
type nothing struct{}

func (nothing) Apply(*raft.Log) any                 { return nil }
func (nothing) Snapshot() (raft.FSMSnapshot, error) { return nothing{}, nil }
func (nothing) Restore(r io.ReadCloser) error       { return r.Close() }
func (nothing) Persist(s raft.SnapshotSink) error   { return s.Close() }
func (nothing) Release()                            {}

// raftNode runs hashicorp/raft with its own defaults, on Holdline's store.
func raftNode(c NodeConfig) (err error) {
	logger := hclog.New(&hclog.LoggerOptions{Name: c.Name, Level: hclog.Warn, Output: os.Stderr})
	disk, err := store.Open(c.Dir, store.Options{Logger: logger})
	if err != nil {
		return err
	}
	defer disk.Close()
	address, err := net.ResolveTCPAddr("tcp", c.Raft[c.Name])
	if err != nil {
		return err
	}
	transport, err := raft.NewTCPTransportWithLogger(c.Raft[c.Name], address, 3, 10*time.Second, logger)
	if err != nil {
		return err
	}
	defer transport.Close()
	config := raft.DefaultConfig()
	config.LocalID, config.Logger = raft.ServerID(c.Name), logger
	if disk.Empty() {
		var all raft.Configuration
		for name, at := range c.Raft {
			all.Servers = append(all.Servers, raft.Server{ID: raft.ServerID(name), Address: raft.ServerAddress(at)})
		}
		if err := raft.BootstrapCluster(config, disk.Logs, disk.Stable, disk.Snapshots, transport, all); err != nil {
			return err
		}
	}
	r, err := raft.NewRaft(config, nothing{}, disk.Logs, disk.Stable, disk.Snapshots, transport)
	if err != nil {
		return err
	}
	defer func() { _ = r.Shutdown().Error() }()
	n := &raftLoad{raft: r, out: &reporter{out: os.Stdout}, stop: make(chan struct{})}
	defer n.running.Wait()
	defer close(n.stop)
	n.running.Go(n.tellRole)
	n.out.say(report{Said: "up"})
	return orders(n.obey)
}

// raftLoad is the load inside a Raft node.
type raftLoad struct {
	raft    *raft.Raft
	out     *reporter
	stop    chan struct{}
	running sync.WaitGroup
}

// tellRole says whenever leadership comes or goes. A leader has applied
// everything before it says so.
func (n *raftLoad) tellRole() {
	for {
		select {
		case leading := <-n.raft.LeaderCh():
			said := "following"
			if leading && n.raft.Barrier(10*time.Second).Error() == nil {
				said = "leading"
			}
			n.out.say(report{Said: said})
		case <-n.stop:
			return
		}
	}
}

func (n *raftLoad) obey(o order) {
	switch o.Do {
	case "load":
		n.load(o)
	case "pace":
		n.running.Go(func() { n.pace(o.Rate) })
	case "index":
		n.out.say(report{Said: "index", Index: n.raft.AppliedIndex()})
	case "transfer":
		if err := n.raft.LeadershipTransfer().Error(); err != nil {
			n.out.say(report{Said: "failed", Error: err.Error()})
		}
	}
}

func (n *raftLoad) load(o order) {
	warm, length := time.Duration(o.WarmMS)*time.Millisecond, time.Duration(o.LengthMS)*time.Millisecond
	w := newWindow(warm, length)
	begun := time.AfterFunc(warm, func() { n.out.say(report{Said: "begun"}) })
	defer begun.Stop()
	var err error
	if o.Batch > 1 {
		err = batched(w, o.Parallel, o.Batch, o.Flying, func(slots []int) error {
			return n.raft.Apply(make([]byte, len(slots)*Payload), 0).Error()
		})
	} else {
		err = singly(w, o.Parallel, func(int) error { return n.raft.Apply(make([]byte, Payload), 0).Error() })
	}
	p := report{Said: "loaded"}
	if err != nil {
		p.Error = err.Error()
	}
	events, seconds, latency := w.result()
	p.Events, p.Seconds, p.Latency = events, seconds, &latency
	n.out.say(p)
}

// pace applies entries at a rate for as long as this node leads, in a few
// streams, and says of each that it is committed.
func (n *raftLoad) pace(rate float64) {
	const streams = 4
	var all sync.WaitGroup
	for range streams {
		all.Go(func() {
			tick := time.NewTicker(time.Duration(float64(time.Second) * streams / rate))
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
				case <-n.stop:
					return
				}
				begun := time.Now()
				if n.raft.State() == raft.Leader && n.raft.Apply(make([]byte, Payload), 0).Error() == nil {
					n.out.say(report{Said: "committed", Seconds: time.Since(begun).Seconds()})
				}
			}
		})
	}
	all.Wait()
}
