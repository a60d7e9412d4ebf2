package links

import (
	"errors"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	facts, requests, snapshots, losses, frames, mismatches, audits *prometheus.CounterVec
}

func newMetrics(to prometheus.Registerer, log hclog.Logger) *metrics {
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "holdline", Subsystem: "link", Name: name, Help: help,
		}, append([]string{"link"}, labels...))
	}
	m := &metrics{
		facts:     vec("facts_total", "Facts that the switch told on a link this node drove."),
		requests:  vec("requests_total", "Clients' requests given to the switch.", "outcome"),
		snapshots: vec("snapshots_total", "Device snapshots taken.", "outcome"),
		losses:    vec("losses_total", "Connections lost and attempts to connect that failed."),
		frames:    vec("bad_frames_total", "Frames of the switch that could not be read.", "reason"),

		audits:     vec("audits_total", "Devices asked about because a call there was quiet for too long."),
		mismatches: vec("standby_mismatches_total", "Calls of which this node's hot standby did not hear what the driven link brought."),
	}
	if to == nil {
		return m
	}
	for _, c := range []prometheus.Collector{m.facts, m.requests, m.snapshots, m.losses, m.frames, m.mismatches, m.audits} {
		if err := to.Register(c); err != nil {
			log.Error("a metric of the links is not exported", "error", err)
		}
	}
	return m
}

func (m *metrics) fact(link string)  { m.facts.WithLabelValues(link).Inc() }
func (m *metrics) audit(link string) { m.audits.WithLabelValues(link).Inc() }
func (m *metrics) lost(link string)  { m.losses.WithLabelValues(link).Inc() }
func (m *metrics) mismatched(link string, n uint64) {
	m.mismatches.WithLabelValues(link).Add(float64(n))
}
func (m *metrics) badFrame(link, reason string) { m.frames.WithLabelValues(link, reason).Inc() }

func (m *metrics) snapshot(link string, answered bool) {
	outcome := "answered"
	if !answered {
		outcome = "timeout"
	}
	m.snapshots.WithLabelValues(link, outcome).Inc()
}

func (m *metrics) request(link string, err error) {
	outcome := "answered"
	switch {
	case errors.Is(err, driver.ErrTimeout):
		outcome = "timeout"
	case err != nil:
		outcome = "not written"
	}
	m.requests.WithLabelValues(link, outcome).Inc()
}
