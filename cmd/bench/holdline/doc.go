// Package holdline runs a cluster of real linkd processes with durable logs, as
// an operator would, and asks it by its own API who leads and how it is.
//
// It never reaches into a node: what it knows comes from its ports, its log
// lines and, once it has ended, its disk.
package holdline
