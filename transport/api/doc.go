// Package api carries the operators' API: the Operator service of api.proto
// over Connect, so that one port speaks gRPC, gRPC-Web and plain HTTP with JSON.
//
// NewHandler and Serve are the node's side: what the service answers is the
// node's business and comes in as a Service. Client is the tools' side: it knows
// several endpoints, asks the next one when one doesn't answer, follows the
// leader where only the leader can answer, and never sends a change twice unless
// the first node surely did nothing.
//
// It never knows what a call or a device is, never keeps state between requests
// except which endpoint answered last, and never decides who may do what.
package api
