package links

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// gauges exports what Status says of each link on this node.
type gauges struct {
	m                                                                                      *Manager
	state, priority, epoch, since, failed, inFlight, waiting, roundTrip, monitors, relayed *prometheus.Desc
}

func newGauges(m *Manager) *gauges {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("holdline_link_"+name, help, append([]string{"link", "switch"}, labels...), nil)
	}
	return &gauges{
		m:         m,
		state:     desc("state", "1 for the state that the link is in on this node.", "state"),
		priority:  desc("priority", "Configured priority of the link."),
		epoch:     desc("epoch", "Epoch in which this node drives the link; 0: it doesn't."),
		since:     desc("state_age_seconds", "For how long the link has been in its state."),
		failed:    desc("last_failure_timestamp_seconds", "When the link was last lost or could not be opened; 0: never."),
		inFlight:  desc("requests_in_flight", "Requests to the switch without an answer."),
		waiting:   desc("requests_waiting", "Requests to the switch that wait for their turn."),
		roundTrip: desc("round_trip_seconds", "Smoothed time from a request to its answer."),
		monitors:  desc("monitors", "Monitors that this connection has at the switch."),
		relayed:   desc("relayed", "1 if another node relays the link."),
	}
}

// Describe implements prometheus.Collector.
func (g *gauges) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(g, to) }

// Collect implements prometheus.Collector.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	for _, l := range g.m.Status() {
		tell := func(d *prometheus.Desc, v float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{l.Name, l.Switch}, labels...)...)
		}
		failed, relayed := 0.0, 0.0
		if !l.Failed.IsZero() {
			failed = float64(l.Failed.UnixMilli()) / 1000
		}
		if l.Via != "" {
			relayed = 1
		}
		tell(g.state, 1, string(l.State))
		tell(g.priority, float64(l.Priority))
		tell(g.epoch, float64(l.Epoch))
		tell(g.since, time.Since(l.Since).Seconds())
		tell(g.failed, failed)
		tell(g.inFlight, float64(l.InFlight))
		tell(g.waiting, float64(l.Waiting))
		tell(g.roundTrip, l.RoundTrip.Seconds())
		tell(g.monitors, float64(l.Monitors))
		tell(g.relayed, relayed)
	}
}
