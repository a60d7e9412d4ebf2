// Package xsilink drives one link to a BroadWorks: one XSP, spoken to by
// Xsi-Events and Xsi-Actions (package xsi). It keeps the event channels open,
// subscribes, asks, and turns what BroadWorks says into facts.
//
// All nodes' channels are in one channel set, whose name comes from what is
// replicated: whoever leads inherits the subscriptions. A node that stands by
// holds a channel of a lower priority, so that the set is never empty and events
// have a place to go when the leader dies. What comes there is kept for a moment,
// in case that this node leads next; else it is sent on to the next channel of the
// set. The leader opens one of the first priority, and ends those of the first
// priority that leaders before it left.
//
// An event is answered with 200 once its facts took effect, and with 500 once it is
// known that they never will here: then BroadWorks delivers it again, and the state
// machine knows it by its ID.
//
// How channels are kept is in channels.go, how calls map to facts in callfacts.go,
// conferences in conference.go, snapshots in snapshots.go, queues in queuefacts.go,
// agents and services in agentfacts.go, requests in execute.go; how an Application
// Server's failover is recognised is in signs.go.
//
// It never answers an event before it is committed, chooses a link, decides what is
// monitored or asked, reads the state, or repeats a request that may have been
// obeyed.
package xsilink
