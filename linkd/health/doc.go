// Package health answers over HTTP whether a node is alive (/livez), whether it
// is ready for work (/readyz) and what it measures (/metrics, in Prometheus
// form).
//
// Raft and its store report to the process-wide metrics of armon/go-metrics;
// NewRegistry leads these into the registry that /metrics shows, so that no
// build tag is needed.
//
// The package never judges a node: who is alive and ready is injected. It never
// takes a request that changes anything.
package health
