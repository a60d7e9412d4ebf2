package health

import (
	"fmt"
	"time"

	armon "github.com/armon/go-metrics"
	sink "github.com/armon/go-metrics/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// eachEntry are series that Raft reports for each entry, nine on each node, and that
// say little which the store's time and raft.commitTime don't.
var eachEntry = []string{
	"raft.fsm.applyBatch", "raft.fsm.enqueue", "raft.leader.dispatch", "raft.net", "raft.replication.appendEntries.logs", "raft.rpc.appendEntries",
}

// NewRegistry returns a registry with the process's and the Go runtime's series,
// and leads everything into it that Raft and its store report from now on in
// this process: several nodes in one process share it. Series of Raft begin with
// raft_, those of bbolt with raft_boltdb_.
func NewRegistry() (*prometheus.Registry, error) {
	reg := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("register the process's metrics: %w", err)
		}
	}
	s, err := sink.NewPrometheusSinkFrom(sink.PrometheusOpts{
		Registerer: reg,
		Name:       "raft_metrics_sink",
		// What is not reported for so long is not shown any more: a follower
		// must not go on showing what it measured as leader.
		Expiration: time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("register raft's metrics: %w", err)
	}
	cfg := armon.DefaultConfig("")
	cfg.EnableHostname = false       // it would become part of the gauges' names
	cfg.EnableRuntimeMetrics = false // the collectors above have them, without a goroutine
	cfg.BlockedPrefixes = eachEntry
	if _, err := armon.NewGlobal(cfg, s); err != nil {
		return nil, fmt.Errorf("take over raft's metrics: %w", err)
	}
	return reg, nil
}
