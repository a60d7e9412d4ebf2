package cstaserver

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the counters of all CSTA listeners of a node.
type Metrics struct {
	connections, connected       *prometheus.CounterVec
	closed, bad, requests, fails *prometheus.CounterVec
	events, replayed, repeated   *prometheus.CounterVec
	lost, cut, encoded, shed     *prometheus.CounterVec
	open                         *prometheus.GaugeVec
}

// NewMetrics makes and registers the counters.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	var all []prometheus.Collector
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "holdline", Subsystem: "csta_client", Name: name, Help: help,
		}, append([]string{"listener"}, labels...))
		all = append(all, c)
		return c
	}
	m := &Metrics{
		connections: counter("connections_total", "Connections accepted."),
		connected:   counter("attachments_total", "Sessions attached to a connection."),
		closed:      counter("closed_total", "Connections closed, by reason.", "reason"),
		bad:         counter("bad_input_total", "Input that was refused, by reason.", "reason"),
		requests:    counter("requests_total", "Requests of clients, by service.", "service"),
		fails:       counter("errors_total", "Requests answered with an error, by category.", "category"),
		events:      counter("events_total", "Events sent, those replayed included."),
		replayed:    counter("replayed_events_total", "Events sent to clients that came back."),
		repeated:    counter("repeated_events_total", "Replayed events that this node had delivered before."),
		lost:        counter("events_lost_total", "Times that a client was told of lost messages."),
		encoded:     counter("events_encoded_total", "Events encoded, once for all clients of the node that speak an edition."),
		shed:        counter("shed_total", "Requests refused because the log was too far behind."),
		cut:         counter("events_cut_total", "Events sent without private or user data, as they were too long."),
		open: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "holdline", Subsystem: "csta_client", Name: "connections", Help: "Connections now open.",
		}, []string{"listener"}),
	}
	for _, c := range append(all, m.open) {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Stats is what a listener counted since it was made.
type Stats struct {
	Open        int // connections now
	Connections uint64
	Attachments uint64
	Events      uint64 // sent, those replayed included
	Replayed    uint64 // sent to clients that came back
	Repeated    uint64 // replayed ones that this node had delivered before
	Lost        uint64 // times that a client was told messagesLost
	Encoded     uint64 // events encoded, each for all clients of the node that speak an edition
	Shed        uint64 // requests refused because the log was too far behind
	Cut         uint64 // of these, shortened to fit into a frame
	Closed      map[string]uint64
	BadInput    map[string]uint64
	Requests    map[string]uint64
	Errors      map[string]uint64 // CSTA errors by category
}

// counter counts for Stats and for Prometheus.
type counter struct {
	n atomic.Uint64
	p prometheus.Counter
}

func (c *counter) add(n int) {
	c.n.Add(uint64(n))
	c.p.Add(float64(n))
}

// counters is a counter by label. The labels are few and our own.
type counters struct {
	mu   sync.Mutex
	n    map[string]uint64
	p    *prometheus.CounterVec
	name string
}

func (c *counters) add(label string) {
	c.mu.Lock()
	c.n[label]++
	c.mu.Unlock()
	c.p.WithLabelValues(c.name, label).Inc()
}

func (c *counters) snapshot() map[string]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}

// tally is one listener's counters.
type tally struct {
	connections, attachments, events, replayed, repeated, lost, encoded, cut, shed counter
	closed, bad, requests, errors                                                  counters
	open                                                                           prometheus.Gauge
}

func newTally(m *Metrics, listener string) *tally {
	t := &tally{open: m.open.WithLabelValues(listener)}
	for c, v := range map[*counter]*prometheus.CounterVec{
		&t.connections: m.connections, &t.attachments: m.connected, &t.events: m.events, &t.replayed: m.replayed,
		&t.repeated: m.repeated, &t.lost: m.lost, &t.encoded: m.encoded, &t.cut: m.cut, &t.shed: m.shed,
	} {
		c.p = v.WithLabelValues(listener)
	}
	for c, v := range map[*counters]*prometheus.CounterVec{
		&t.closed: m.closed, &t.bad: m.bad, &t.requests: m.requests, &t.errors: m.fails,
	} {
		c.n, c.p, c.name = make(map[string]uint64), v, listener
	}
	return t
}

func (t *tally) stats(open int) Stats {
	return Stats{
		Open: open, Connections: t.connections.n.Load(), Attachments: t.attachments.n.Load(),
		Events: t.events.n.Load(), Replayed: t.replayed.n.Load(), Repeated: t.repeated.n.Load(),
		Lost: t.lost.n.Load(), Encoded: t.encoded.n.Load(), Cut: t.cut.n.Load(), Shed: t.shed.n.Load(),
		Closed: t.closed.snapshot(), BadInput: t.bad.snapshot(), Requests: t.requests.snapshot(), Errors: t.errors.snapshot(),
	}
}
