// Package cstaserver is the switching function that T-Servers see: CSTA
// listeners, their connections and the sessions on them (ECMA-323 over TCP
// without SOAP, implicit and ECMA-354 associations).
//
// A connection reads the node's feed in order and writes what its client is to
// hear; what the client asks goes into the log and is answered when its outcome
// comes by in the feed. So what a client hears, answers included, has the order
// of the log, on whichever node it is connected. An event is encoded once for
// all clients of the node; each gets a copy with its own monitor's reference.
//
// It never tells a client what is not committed, never talks to a switch, and
// never lets one client slow down another or the log.
package cstaserver
