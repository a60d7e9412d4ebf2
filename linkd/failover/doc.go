// Package failover keeps the trace of this node's last takeover of leadership:
// which step came when, from the first sign that the old leader was gone to the
// first event that a client was told by the new one. Operators read it to see
// where the time went.
//
// A step counts the first time that it comes. Times are this node's own, so that
// no two nodes' clocks are compared.
//
// It never has a part in what it measures: a takeover goes on in the same way
// without it.
package failover
