// Package tserver is the T-Servers' end of Holdline under load: a Line is one
// connection to a CSTA listener; Strict keeps the one link that says normal, as
// an unmodified T-Server does; Attached keeps a line to every node.
//
// Unlike linkd/drill/tserver it judges nothing but which event came when, by the
// ID that the load gave it, and costs next to nothing for each. It never calls
// an event new that was told before.
package tserver
